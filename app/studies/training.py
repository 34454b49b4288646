"""Training a program's parameters: the losses, where the parameters went, and the arithmetic of any one update."""

from __future__ import annotations

from typing import Any

from stepgrad.app.studies.knobs import Descent, Training
from stepgrad.app.studies.runs import (
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
from stepgrad.app.studies.telling import Subject
from stepgrad.app.wire import number
from stepgrad.engine.iteration import iteration_of
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.train import History

__all__ = ["training"]


def training(subject: Subject, question: Training) -> dict[str, Any]:
    """The answer of `train.json`."""
    answer = subject.head() | _run(subject, question)
    if (other := question.other()) is not None:
        answer["versus"] = {"knobs": question.differences} | _run(subject, other)
    answer["note"] = "The program has conditions: training keeps to the way they went." if subject.has_conditions else None
    return answer


def _run(subject: Subject, question: Training) -> dict[str, Any]:
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
        "versus": None,
        "links": links(subject, question, history),
        "sentence": sentence(subject, history, question),
    }


def _moment(subject: Subject, history: History, question: Descent, iteration: int) -> dict[str, Any]:
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
    rows = []
    for i, node in enumerate(model.parameters):
        after = following[i] if following else None
        row = {"node": node.id, "key": node.key, "data": number(data[i]), "grad": number(grads[i]), "next": number(after)}
        rows.append(row | {"text": _update(subject.name(node.id), data[i], grads[i], after, question)})
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
