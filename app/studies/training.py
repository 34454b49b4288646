"""Training a program's parameters: the losses, where the parameters went, and the arithmetic of any one update."""

from __future__ import annotations

import csv
import re
import sys
from array import array
from base64 import b64encode
from io import StringIO
from typing import Any

from app.drawing.losscurve import LossCurve, draw_loss_curve
from app.drawing.spelling import number_text
from app.errors import ProblemError
from app.links import encode
from app.studies.knobs import Descent, LossLook, Table, Training
from app.studies.telling import Subject
from app.training import no_iteration
from app.wire import number
from engine.limits import TRAINING_LIMITS
from engine.model import Model
from engine.trace import Node
from engine.train import History, Stop

__all__ = ["check_size", "loss_svg", "packed", "table", "training"]

_ELEMENT = re.compile(r"(\w+)(?:\[[0-9]+\])+")
_WORDS = {"sgd": "gradient descent", "momentum": "gradient descent with momentum", "adam": "Adam"}


def training(subject: Subject, question: Training) -> dict[str, Any]:
    """The answer of `train.json`."""
    history = _history(subject, question)
    model, last = history.model, history.at(-1)
    first, final = model.values(model.start), model.values(last)
    return subject.head() | {
        "name": subject.name(model.root),
        "steps": question.steps,
        "affordable": model.affordable(question.batch),
        "updates": history.updates,
        "losses": _numbers(history.losses),
        "loss": number(final[model.root]),
        "parameters": [
            {"node": node.id, "key": node.key, "label": node.label, "initial": number(before), "final": number(after)}
            for node, before, after in zip(model.parameters, model.start, last, strict=True)
        ],
        "predictions": [
            {"node": node.id, "key": node.key, "initial": number(first[node.id]), "final": number(final[node.id])}
            for node in _predictions(model)
        ],
        "stopped": _stopped(subject, history.stop),
        "moment": None if question.iteration is None else _moment(subject, history, question, question.iteration),
        "history": _every_row(history) if question.history == "true" else None,
        "links": _links(subject, question),
        "sentence": _sentence(subject, history, question),
        "note": "The program has conditions: training keeps to the way they went." if subject.has_conditions else None,
    }


def table(subject: Subject, question: Table) -> str:
    """The answer of `train.csv`: a row for each iteration, with the loss and every parameter."""
    history = _history(subject, question)
    check_size(history.model, history.updates, "")
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow(["iteration", subject.name(history.model.root), *(node.key for node in history.model.parameters)])
    for iteration in range(history.updates + 1):
        writer.writerow([iteration, history.loss(iteration), *history.at(iteration)])
    return lines.getvalue()


def loss_svg(subject: Subject, question: LossLook) -> str:
    """The picture of `loss.svg`."""
    history = _history(subject, question)
    name = subject.name(history.model.root)
    losses = [*history.losses, history.loss(history.updates)] if history.stop is None else list(history.losses)
    if question.iteration is not None:
        _check_iteration(history, question.iteration)
    curve = LossCurve(name, losses, question.iteration, f"{name} while training", _sentence(subject, history, question))
    return draw_loss_curve(curve, question.scale, question.theme, question.bg, question.font)


def _history(subject: Subject, question: Descent) -> History:
    return subject.story.course(question).history(question.steps)


def _predictions(model: Model) -> list[Node]:
    """Computed values in a list with a name, such as `ypred[0]`, that the trained parameters move."""
    moved = {node.id for node in model.parameters}
    for node in model.nodes:
        if not moved.isdisjoint(node.inputs):
            moved.add(node.id)
    return [node for node in model.nodes if node.op is not None and node.id in moved and _ELEMENT.fullmatch(node.key)]


def _check_iteration(history: History, iteration: int) -> None:
    if iteration > history.updates:
        raise no_iteration(iteration, history.updates)


def _moment(subject: Subject, history: History, question: Descent, iteration: int) -> dict[str, Any]:
    """The parameters of one iteration, their grads, what the update makes of them, and every value and grad of the graph."""
    _check_iteration(history, iteration)
    model = history.model
    data = history.at(iteration)
    following = history.at(iteration + 1) if iteration < history.updates else None
    course = subject.story.course(question)
    grads = course.grads(iteration)
    if course.run.example(iteration) is None:
        values, found = model.full(data)
    else:  # one example is differentiated, and the story of the iteration knows how
        values = model.values(data)
        found = {node.id: node.grad or 0.0 for node in course.told(subject.trace, iteration).nodes}
    found |= {node.id: grad for node, grad in zip(model.parameters, grads, strict=True)}
    rows = []
    for i, node in enumerate(model.parameters):
        after = following[i] if following else None
        row = {"node": node.id, "key": node.key, "data": number(data[i]), "grad": number(grads[i]), "next": number(after)}
        rows.append(row | {"text": _update(subject.name(node.id), data[i], grads[i], after, question)})
    return {
        "iteration": iteration,
        "example": course.run.example(iteration),
        "loss": number(values[model.root]),
        "parameters": rows,
        "predictions": [{"node": node.id, "key": node.key, "data": number(values[node.id])} for node in _predictions(model)],
        "nodes": [{"node": node.id, "data": number(values[node.id]), "grad": number(found[node.id])} for node in model.nodes],
    }


def _update(name: str, data: float, grad: float, after: float | None, question: Descent) -> str | None:
    if after is None:
        return None
    was, new = _told(data), _told(after)
    if question.optimizer == "sgd":
        return f"{name} ← {was} − {_told(question.learning_rate)} · {_bracketed(grad)} = {new}"
    return f"{name} ← {was} − {_bracketed(data - after)} = {new}"


def _told(x: float) -> str:
    return number_text(x).replace("-", "−")


def _bracketed(x: float) -> str:
    return f"({_told(x)})" if x < 0.0 else _told(x)


def _numbers(numbers: array[float]) -> list[Any]:
    return list(map(number, numbers))


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


def _every_row(history: History) -> dict[str, Any]:
    """The parameters of every iteration."""
    check_size(history.model, history.updates, ", or without `history`")
    return {
        "encoding": "base64 float64 little-endian",
        "iterations": history.updates + 1,
        "parameters": len(history.model.parameters),
        "data": packed(history.rows),
    }


def _stopped(subject: Subject, stop: Stop | None) -> dict[str, Any] | None:
    if stop is None:
        return None
    return {
        "iteration": stop.iteration,
        "node": stop.node,
        "key": subject.nodes[stop.node].key,
        "field": stop.field,
        "phase": stop.phase,
        "number": number(stop.number),
        "sentence": _stop_sentence(subject, stop),
    }


def _stop_sentence(subject: Subject, stop: Stop) -> str:
    what = {"forward": "{}", "backward": "the grad of {}", "update": "the update of {}"}[stop.phase]
    number_ = number_text(stop.number).replace("-", "−")
    return f"Training stops at iteration {stop.iteration:,}: {what.format(subject.name(stop.node))} is {number_} there."


def _sentence(subject: Subject, history: History, question: Descent) -> str:
    model = history.model
    count, made = len(model.parameters), history.updates
    text = (
        f"{made:,} step{'s' if made != 1 else ''} of {_WORDS[question.optimizer]} on {count:,} number{'s' if count != 1 else ''}"
    )
    text += f", learning rate {number_text(question.learning_rate)}"
    text += "" if question.zero_grad == "true" else ", grads never zeroed"
    text += f": {subject.name(model.root)} goes from {_told(history.loss(0))} to {_told(history.loss(made))}."
    return f"{text} {_stop_sentence(subject, history.stop)}" if history.stop else text


def _links(subject: Subject, question: Training) -> dict[str, str]:
    """Where the same can be seen; a picture's options are not repeated."""
    code = encode(subject.trace.source)

    def link(file: str, *without: str) -> str:
        pairs = [pair for pair in question.query().split("&") if pair and pair.partition("=")[0] not in without]
        return f"/g/{code}/{file}{'?' if pairs else ''}{'&'.join(pairs)}"

    return {
        "page": f"/g/{code}",
        "train": link("train.json", "history"),
        "loss": link("loss.svg", "history"),
        "table": link("train.csv", "history", "iteration"),
    }
