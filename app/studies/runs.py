"""What every answer about a training run says of it: how it went, where it stopped, where it can be seen."""

from __future__ import annotations

import re
import sys
from array import array
from base64 import b64encode
from typing import Literal, NamedTuple

from typing_extensions import TypedDict

from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.errors import ProblemError
from stepgrad.app.knobs import KNOBS
from stepgrad.app.links import encode
from stepgrad.app.options import Options
from stepgrad.app.schemas import shape
from stepgrad.app.studies.knobs import Descent, Training
from stepgrad.app.studies.telling import Subject
from stepgrad.app.training import no_iteration
from stepgrad.app.wire import Num, number
from stepgrad.engine.errors import ProgramError
from stepgrad.engine.limits import TRAINING_LIMITS
from stepgrad.engine.model import Model
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.predictions import Predictor
from stepgrad.engine.trace import Field
from stepgrad.engine.train import History, Stop

__all__ = [
    "HistoryAnswer", "StopAnswer", "TrainLinks",
    "bracketed", "check_iteration", "check_size", "every_row", "history_of", "links", "packed", "predictions", "predictor_of",
    "sentence", "stopped", "told",
]  # fmt: skip


class Prediction(NamedTuple):
    """A value that training is to bring near a target, and its place among the model's values."""

    row: int
    id: str
    key: str


_ELEMENT = re.compile(r"(\w+)(?:\[[0-9]+\])+(?:#[0-9]+)?")


def history_of(subject: Subject, question: Descent) -> History:
    return subject.story.course(question).history(question.steps)


def predictor_of(subject: Subject, question: Descent) -> Predictor | None:
    """What its examples are asked, if they have something in common."""
    try:
        return subject.story.course(question).predictor
    except ProgramError:
        return None


def predictions(model: Model) -> list[Prediction]:
    """Computed values in a list with a name, such as `ypred[0]`, that the trained parameters move."""
    graph, moved = model.graph, model.loss_graph.moved
    computed = (row.out for row in graph.program if moved[row.out])
    return [Prediction(row, graph.id(row), key) for row in computed if _ELEMENT.fullmatch(key := graph.keys[row])]


def check_iteration(history: History, iteration: int) -> None:
    if iteration > history.updates:
        raise no_iteration(iteration, history.updates)


def told(x: float) -> str:
    return number_text(x).replace("-", "−")


def bracketed(x: float) -> str:
    return f"({told(x)})" if x < 0.0 else told(x)


def check_size(model: Model, steps: int, without: str) -> None:
    """Refuse a history that is too long to send."""
    count = len(model.parameters)
    if (steps + 1) * count > (allowed := TRAINING_LIMITS.told):
        raise ProblemError(
            422, "limit", "This is too much to send", f"The history has more than {allowed:,} numbers.",
            hint=f"Ask for at most {allowed // count - 1:,} steps{without}.", more={"limit": "told", "value": allowed},
        )  # fmt: skip


def packed(rows: array[float]) -> str:
    """Little-endian doubles in base64: a tenth of the time and half of the size of digits."""
    if sys.byteorder == "big":
        rows = rows[:]
        rows.byteswap()
    return b64encode(rows).decode("ascii")


@shape
class HistoryAnswer(TypedDict):
    """The parameters of every iteration."""

    encoding: Literal["base64 float64 little-endian"]
    iterations: int
    """Rows: one more than updates."""
    parameters: int
    """Numbers in a row."""
    data: str


def every_row(history: History) -> HistoryAnswer:
    """The parameters of every iteration."""
    check_size(history.model, history.updates, ", or without `history`")
    return {
        "encoding": "base64 float64 little-endian",
        "iterations": history.updates + 1,
        "parameters": len(history.model.parameters),
        "data": packed(history.rows),
    }


@shape
class StopAnswer(TypedDict):
    """Where training came upon a number that is not finite."""

    iteration: int
    node: str
    key: str
    field: Field
    phase: Literal["forward", "backward", "update"]
    number: Num
    sentence: str


def stopped(subject: Subject, stop: Stop | None) -> StopAnswer | None:
    if stop is None:
        return None
    return {
        "iteration": stop.iteration,
        "node": stop.node,
        "key": subject.nodes[stop.node].key,
        "field": stop.field,
        "phase": stop.phase,
        "number": number(stop.number),
        "sentence": _stopsentence(subject, stop),
    }


def _stopsentence(subject: Subject, stop: Stop) -> str:
    what = {"forward": "{}", "backward": "the grad of {}", "update": "the update of {}"}[stop.phase]
    number_ = number_text(stop.number).replace("-", "−")
    return f"Training stops at iteration {stop.iteration:,}: {what.format(subject.name(stop.node))} is {number_} there."


def sentence(subject: Subject, history: History, question: Descent) -> str:
    model = history.model
    count, made = len(model.parameters), history.updates
    words = OPTIMIZERS[question.optimizer].words
    text = f"{made:,} step{'s' if made != 1 else ''} of {words} on {count:,} number{'s' if count != 1 else ''}"
    text += f", learning rate {number_text(question.learning_rate)}"
    text += "" if question.zero_grad else ", grads never zeroed"
    text += ", one example at a time" if question.batch == "stochastic" else ""
    text += f": {subject.name(model.root)} goes from {told(history.loss(0))} to {told(history.loss(made))}."
    if history.stop:
        return f"{text} {_stopsentence(subject, history.stop)}"
    grown = history.loss(made) > history.loss(0)
    return f"{text} It has grown: try a smaller learning rate." if grown and question.zero_grad else text


@shape
class TrainLinks(TypedDict):
    """Where the same can be seen."""

    page: str
    train: str
    loss: str
    table: str
    graph: str
    boundary: str | None
    """null where one cannot be drawn."""


def links(subject: Subject, question: Training, history: History) -> TrainLinks:
    """Where the same can be seen. Pictures are of the iteration that was asked for, else of the last."""
    code = encode(subject.trace.source)
    iteration = history.updates if question.iteration is None else question.iteration
    given = {name: getattr(question, name) for name in ("expand", "inputs", *KNOBS)}
    options = Options(**given, iteration=iteration, iterations=question.steps, lab="train")

    def study(file: str, *without: str) -> str:
        pairs = [pair for pair in question.query().split("&") if pair and pair.partition("=")[0] not in without]
        return f"/g/{code}/{file}{'?' if pairs else ''}{'&'.join(pairs)}"

    picture = options.query("picture")
    found = predictor_of(subject, question)
    return {
        "page": f"/g/{code}?{options.query('page')}",
        "train": study("train.json", "history"),
        "loss": study("loss.svg", "history"),
        "table": study("train.csv", "history", "iteration", "versus"),
        "graph": f"/g/{code}.svg?{picture}",
        "boundary": f"/g/{code}/boundary.svg?{picture}" if found and found.reads in (1, 2) else None,
    }
