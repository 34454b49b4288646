"""What a model says beside its examples, at any iteration: a boundary over two inputs, a fit along one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from typing_extensions import TypedDict

from stepgrad.app.drawing.boundary import ASPECT, Boundary, Fit, draw_boundary, draw_fit
from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.errors import ProblemError
from stepgrad.app.schemas import shape
from stepgrad.app.studies.knobs import BoundaryLook
from stepgrad.app.studies.questions import Placed
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.training import Course
from stepgrad.app.wire import Num, number
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.predictions import Predictor

__all__ = ["boundary_json", "boundary_svg"]

ROWS = 31
"""Heights at which the plane is looked at; in the other direction it is as dense."""

FEWEST_ROWS = 9

POINTS = 201
"""Of a curve."""

MARGIN = 0.18
"""Beyond the examples, of their range."""

FURTHEST, NEAREST = 1e12, 1e-9
"""How far from 0 the numbers of examples may be, and how close together, of their size."""


@dataclass(frozen=True, slots=True)
class _Answers:
    """One model with one set of parameters, asked."""

    course: Course
    predictor: Predictor
    parameters: list[float]
    iteration: int | None
    predictions: list[float]
    loss: float


def boundary_svg(subject: Subject, question: BoundaryLook) -> str:
    """The picture of `boundary.svg`."""
    made = _ask(subject, question)
    name, at = _name(subject, made), "" if made.iteration is None else f" at iteration {made.iteration:,}"
    sentence = _sentence(subject, made)
    targets = made.predictor.targets or (None,) * len(made.predictions)
    if made.predictor.reads == 1:
        rows = [(x, target, said) for (x,), target, said in zip(made.predictor.inputs, targets, made.predictions, strict=True)]
        fit = Fit(name, _curve(made), rows, f"What {name} makes of x{at}", sentence)
        return draw_fit(fit, question.theme, question.bg, question.font)
    xs, ys, values = _plane(made)
    examples = [(x1, x2, target) for (x1, x2), target in zip(made.predictor.inputs, targets, strict=True)]
    level, span = _level(made, values)
    plane = Boundary(name, xs, ys, values, examples, level, span, f"What {name} makes of x1 and x2{at}", sentence)
    return draw_boundary(plane, question.theme, question.bg, question.font)


@shape
class ExampleAnswer(TypedDict):
    """One example, and what the model makes of it."""

    node: str
    inputs: list[Num]
    target: Num
    """null where the program has none for it."""
    prediction: Num


@shape
class BoundaryAnswer(Head):
    """What a model says between its examples: over a plane of two inputs, or along one."""

    kind: Literal["boundary", "fit"]
    iteration: int | None
    name: str
    """What it predicts."""
    loss: Num
    level: Num
    """Where one answer turns into the other; null of a fit."""
    span: Num
    """How far from the level an answer is a full one; null of a fit."""
    xs: list[float]
    ys: list[Num]
    """The other input; of a fit what is predicted at each of `xs`."""
    values: list[list[Num]] | None
    """What is predicted: a row for each of `ys`, in it a number for each of `xs`. Null of a fit."""
    examples: list[ExampleAnswer]
    sentence: str


def boundary_json(subject: Subject, question: Placed) -> BoundaryAnswer:
    """The answer of `boundary.json`."""
    made = _ask(subject, question)
    targets = made.predictor.targets or (None,) * len(made.predictions)
    answer: BoundaryAnswer = {
        **subject.head(),
        "kind": "fit" if made.predictor.reads == 1 else "boundary",
        "iteration": made.iteration,
        "name": _name(subject, made),
        "loss": number(made.loss),
        "level": None,
        "span": None,
        "xs": [],
        "ys": [],
        "values": None,
        "examples": [
            {"node": node, "inputs": list(map(number, inputs)), "target": number(target), "prediction": number(said)}
            for node, inputs, target, said in zip(
                made.predictor.nodes, made.predictor.inputs, targets, made.predictions, strict=True
            )
        ],
        "sentence": _sentence(subject, made),
    }
    if made.predictor.reads == 1:
        curve = _curve(made)
        answer |= {"xs": [x for x, _ in curve], "ys": [number(y) for _, y in curve]}
        return answer
    xs, ys, values = _plane(made)
    level, span = _level(made, values)
    answer |= {
        "level": number(level), "span": number(span), "xs": xs, "ys": [*ys], "values": [list(map(number, row)) for row in values],
    }  # fmt: skip
    return answer


def _ask(subject: Subject, question: Placed) -> _Answers:
    course = subject.story.course(question)
    predictor = course.predictor
    if predictor.reads not in (1, 2):
        raise ProblemError(
            422, "boundary", "There is no plane to draw it in",
            f"In {subject.name(course.model.root)}, {predictor.reads} inputs differ from example to example.",
            hint="A boundary is drawn over two inputs, a fit along one, such as `n = MLP(2, [4, 1])`.",
        )  # fmt: skip
    for column in (*zip(*predictor.inputs, strict=True), *filter(None, [predictor.targets])):
        size, spread = max(map(abs, column)), max(column) - min(column)
        if size > FURTHEST or spread < max(NEAREST * size, 1.0 / FURTHEST):
            raise ProblemError(
                422, "boundary", "There is no plane to draw it in", "Its examples are too far apart, or too close.",
                hint="Scale them, so that they lie around 0 and 1.",
            )  # fmt: skip
    if question.iteration is None:
        parameters = [subject.nodes[node.id].data for node in course.model.parameters]
    else:
        parameters = course.at(question.iteration)
    predictions = [predictor.at(parameters, *inputs) for inputs in predictor.inputs]
    return _Answers(course, predictor, parameters, question.iteration, predictions, course.model.loss(parameters))


def _name(subject: Subject, made: _Answers) -> str:
    """`ypred`, of predictions that are called `ypred[0]`, `ypred[1]`, …; else what the first is called."""
    keys = {subject.nodes[node].key.partition("[")[0] for node in made.predictor.nodes}
    (key, *others) = keys
    return key if not others and key.isidentifier() else "prediction"


def _range(numbers: Sequence[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    room = MARGIN * (high - low)
    return low - room, high + room


def _spread(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * i / (count - 1) for i in range(count)]


def _curve(made: _Answers) -> list[tuple[float, float]]:
    count = max(2, min(POINTS, STUDY_LIMITS.evaluations // made.predictor.work))
    low, high = _range([x for (x,) in made.predictor.inputs])
    return [(x, made.predictor.at(made.parameters, x)) for x in _spread(low, high, count)]


def _plane(made: _Answers) -> tuple[list[float], list[float], list[list[float]]]:
    """Places and values. Both directions have the same scale, unless the inputs are of different kinds."""
    x, y = (_range(column) for column in zip(*made.predictor.inputs, strict=True))
    wide, high = x[1] - x[0], y[1] - y[0]
    if 0.25 < wide / high < 4.0:
        x, y = _widened(x, max(wide, ASPECT * high)), _widened(y, max(high, wide / ASPECT))
    afford = math.isqrt(int(STUDY_LIMITS.evaluations / made.predictor.work / ASPECT))
    rows = max(FEWEST_ROWS, min(ROWS, afford))
    xs, ys = _spread(*x, round((rows - 1) * ASPECT) + 1), _spread(*y, rows)
    at, parameters = made.predictor.at, made.parameters
    return xs, ys, [[at(parameters, a, b) for a in xs] for b in ys]


def _widened(place: tuple[float, float], size: float) -> tuple[float, float]:
    middle = place[0] / 2 + place[1] / 2
    return middle - size / 2, middle + size / 2


def _level(made: _Answers, values: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Where one answer turns into the other, 0 or the middle of the targets, and how far from it an answer is a full one."""
    if targets := made.predictor.targets:
        low, high = min(targets), max(targets)
        level = 0.0 if low < 0.0 < high else low / 2 + high / 2
        return level, max(abs(low - level), abs(high - level))
    return 0.0, max((abs(value) for row in values for value in row if math.isfinite(value)), default=0.0) or 1.0


def _sentence(subject: Subject, made: _Answers) -> str:
    when = "" if made.iteration is None else f"At iteration {made.iteration:,} "
    loss = f"{when}{subject.name(made.course.model.root)} is {number_text(made.loss).replace('-', '−')}"
    targets = made.predictor.targets
    if targets is None or made.predictor.reads == 1:
        return f"{loss}."
    level, _ = _level(made, ())
    right = sum((said > level) == (target > level) for said, target in zip(made.predictions, targets, strict=True))
    return f"{loss}, and {right} of {len(targets)} examples are on their side of the boundary."
