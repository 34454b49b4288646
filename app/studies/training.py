"""Training a program's parameters: the losses, where the parameters went, and the arithmetic of any one update."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from stepgrad.app.schemas import shape
from stepgrad.app.studies.knobs import Descent, Training
from stepgrad.app.studies.runs import (
    HistoryAnswer,
    StopAnswer,
    TrainLinks,
    bracketed,
    check_iteration,
    every_row,
    history_of,
    links,
    predictions,
    predictor_of,
    sentence,
    stopped,
    told,
)
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.wire import Num, number
from stepgrad.engine.iteration import iteration_of
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.train import History

__all__ = ["TrainAnswer", "training"]


@shape
class TrainedParameter(TypedDict):
    """A number that is trained."""

    node: str
    key: str
    label: str
    initial: Num
    final: Num


@shape
class TrainedPrediction(TypedDict):
    """A computed value in a list with a name, such as `ypred[0]`, that the parameters move."""

    node: str
    key: str
    initial: Num
    final: Num
    target: Num
    """null where the program has none for it."""


@shape
class UpdateAnswer(TypedDict):
    """A parameter at one iteration."""

    node: str
    key: str
    data: Num
    grad: Num
    next: Num
    """What the update makes of it; null after the last."""
    text: str | None
    """The arithmetic of the update."""


@shape
class PredictionAnswer(TypedDict):
    """A prediction at one iteration."""

    node: str
    key: str
    data: Num


@shape
class ValueAnswer(TypedDict):
    """A value of the graph at one iteration."""

    node: str
    data: Num
    grad: Num


@shape
class IterationAnswer(TypedDict):
    """One iteration, before its update."""

    iteration: int
    example: int | None
    """With `batch=stochastic`: whose term of the loss it is made from, from 0."""
    loss: Num
    parameters: list[UpdateAnswer]
    predictions: list[PredictionAnswer]
    nodes: list[ValueAnswer]


class _Run(TypedDict):
    name: Annotated[str, Field(description="What the loss is called in sentences.")]
    steps: Annotated[int, Field(description="Updates that were asked for.")]
    affordable: Annotated[int, Field(description="Updates that may be asked for.")]
    updates: Annotated[int, Field(description="Updates that were made.")]
    losses: Annotated[list[Num], Field(description="Before each update.")]
    loss: Annotated[Num, Field(description="After the last.")]
    parameters: list[TrainedParameter]
    predictions: list[TrainedPrediction]
    stopped: Annotated[StopAnswer | None, Field(description="Where a number was not finite; null where all went well.")]
    moment: Annotated[IterationAnswer | None, Field(description="The iteration that `iteration` names.")]
    history: Annotated[HistoryAnswer | None, Field(description="With `history=true`.")]
    versus: Annotated[OtherRun | None, Field(description="The second run, where one was asked for.")]
    links: TrainLinks
    sentence: str


@shape
class OtherRun(_Run):
    """The second run, with other knobs."""

    knobs: dict[str, str]
    """Those that differ."""


@shape
class TrainAnswer(Head, _Run):
    """A training run."""

    note: str | None
    """That an `if` keeps its way, or that the time was over."""


def training(subject: Subject, question: Training) -> TrainAnswer:
    """The answer of `train.json`."""
    other = question.other()
    versus: OtherRun | None = {"knobs": question.differences, **_run(subject, other)} if other else None
    note = "The program has conditions: training keeps to the way they went." if subject.has_conditions else None
    return {**subject.head(), **_run(subject, question, versus), "note": note}


def _run(subject: Subject, question: Training, versus: OtherRun | None = None) -> _Run:
    """One run with its knobs."""
    history = history_of(subject, question)
    model, last = history.model, history.at(-1)
    first, final = model.values(model.start), model.values(last)
    found = predictor_of(subject, question)
    targets = dict(zip(found.nodes, found.targets, strict=True)) if found and found.targets else {}
    return {
        "name": subject.name(model.root),
        "steps": question.steps,
        "affordable": model.affordable(question.batch),
        "updates": history.updates,
        "losses": list(map(number, history.losses)),
        "loss": number(final[-1]),
        "parameters": [
            {"node": node.id, "key": node.key, "label": node.label, "initial": number(before), "final": number(after)}
            for node, before, after in zip(model.parameters, model.start, last, strict=True)
        ],
        "predictions": [
            {
                "node": node.id,
                "key": node.key,
                "initial": number(first[node.row]),
                "final": number(final[node.row]),
                "target": number(targets.get(node.id)),
            }
            for node in predictions(model)
        ],
        "stopped": stopped(subject, history.stop),
        "moment": None if question.iteration is None else _moment(subject, history, question, question.iteration),
        "history": every_row(history) if question.history else None,
        "versus": versus,
        "links": links(subject, question, history),
        "sentence": sentence(subject, history, question),
    }


def _moment(subject: Subject, history: History, question: Descent, iteration: int) -> IterationAnswer:
    """The parameters of one iteration, their grads, what the update makes of them, and every value and grad of the graph."""
    check_iteration(history, iteration)
    model = history.model
    data = history.at(iteration)
    following = history.at(iteration + 1) if iteration < history.updates else None
    course = subject.story.course(question)
    grads = course.grads(iteration)
    if course.run.example(iteration) is None:
        values, found = model.full(data)
    else:  # one example is differentiated, and the story of the iteration knows how
        values = model.values(data)
        with course.until(iteration) as run:
            found = [grad or 0.0 for grad in iteration_of(subject.story.recording, run, iteration).grads]
    for at, grad in zip(model.trained, grads, strict=True):
        found[at] = grad
    rows: list[UpdateAnswer] = []
    for i, node in enumerate(model.parameters):
        after = following[i] if following else None
        text = _update(subject.name(node.id), data[i], grads[i], after, question)
        rows.append(
            {
                "node": node.id, "key": node.key,
                "data": number(data[i]), "grad": number(grads[i]), "next": number(after), "text": text,
            }
        )  # fmt: skip
    return {
        "iteration": iteration,
        "example": course.run.example(iteration),
        "loss": number(values[-1]),
        "parameters": rows,
        "predictions": [{"node": node.id, "key": node.key, "data": number(values[node.row])} for node in predictions(model)],
        "nodes": [
            {"node": id, "data": number(data), "grad": number(grad)}
            for id, data, grad in zip(model.ids, values, found, strict=True)
        ],
    }


def _update(name: str, data: float, grad: float, after: float | None, question: Descent) -> str | None:
    if after is None:
        return None
    was, new = told(data), told(after)
    if OPTIMIZERS[question.optimizer].follows_grad:
        return f"{name} ← {was} − {told(question.learning_rate)} · {bracketed(grad)} = {new}"
    return f"{name} ← {was} − {bracketed(data - after)} = {new}"
