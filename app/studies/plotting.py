"""The output against one value, as a picture and as numbers; and the error curve as a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from stepgrad.app.drawing.errorcurve import ErrorCurve, draw_error_curve
from stepgrad.app.drawing.plot import Plot, draw_plot, visible
from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.errors import ProblemError
from stepgrad.app.schemas import shape
from stepgrad.app.studies.questions import CurveLook, PlotLook
from stepgrad.app.studies.telling import Head, Subject, too_much
from stepgrad.app.wire import Num, number
from stepgrad.engine.check import curve
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.sweep import Sweep, sweep
from stepgrad.engine.trace import Node

__all__ = ["error_svg", "plot_json", "plot_svg", "reach"]

SAMPLES = 401
"""Points of a plot, unless the graph is so large that it gets fewer."""
FEWEST = 60
ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class _Drawn:
    node: Node
    sweep: Sweep
    x: float
    y: float
    slope: float
    secant: tuple[float, float] | None
    sentence: str
    note: str | None


@shape
class SecantAnswer(TypedDict):
    """A line through the point and one h further on."""

    h: float | None
    x: Num
    y: Num
    slope: Num


_Range = TypedDict(
    "_Range",
    {
        "node": Annotated[str, Field(description="What runs along.")],
        "key": str,
        "name": str,
        "output_name": str,
        "from": Annotated[float, Field(description="Without it −5, or as far as the value needs.")],
        "to": float,
    },
)


@shape
class PlotAnswer(Head, _Range):
    """The output against one value."""

    xs: list[float]
    ys: list[float | None]
    """The output at each of `xs`; null is a break, over which nothing is joined."""
    breaks: list[float]
    y_from: float
    """The heights to show."""
    y_to: float
    x: Num
    """The point where the run is."""
    y: Num
    slope: Num
    secant: SecantAnswer | None
    sentence: str
    note: str | None
    """That an `if` keeps its way: the graph is replayed."""


def plot_json(subject: Subject, question: PlotLook) -> PlotAnswer:
    """The answer of `plot.json`."""
    drawn = _draw(subject, question)
    xs: list[float] = []
    ys: list[float | None] = []
    for i, piece in enumerate(drawn.sweep.pieces):
        if i:
            xs.append(xs[-1] / 2 + piece[0][0] / 2)
            ys.append(None)
        xs += [x for x, _ in piece]
        ys += [y for _, y in piece]
    low, high = visible(drawn.sweep.pieces, _point(drawn), bool(drawn.sweep.breaks))
    secant: SecantAnswer | None = None
    if drawn.secant:
        slope = (drawn.secant[1] - drawn.y) / (drawn.secant[0] - drawn.x)
        secant = {"h": question.h, "x": number(drawn.secant[0]), "y": number(drawn.secant[1]), "slope": number(slope)}
    return {
        **subject.head(),
        "node": drawn.node.id,
        "key": drawn.node.key,
        "name": subject.name(drawn.node.id),
        "output_name": subject.name(drawn.sweep.root),
        "from": drawn.sweep.low,
        "to": drawn.sweep.high,
        "xs": xs,
        "ys": ys,
        "breaks": list(drawn.sweep.breaks),
        "y_from": low,
        "y_to": high,
        "x": number(drawn.x),
        "y": number(drawn.y),
        "slope": number(drawn.slope),
        "secant": secant,
        "sentence": drawn.sentence,
        "note": drawn.note,
    }


def plot_svg(subject: Subject, question: PlotLook) -> str:
    """The picture of `plot.svg`."""
    drawn = _draw(subject, question)
    name, root = subject.name(drawn.node.id), subject.name(drawn.sweep.root)
    plot = Plot(
        name, root, drawn.sweep.low, drawn.sweep.high, drawn.sweep.pieces, _point(drawn),
        drawn.slope if math.isfinite(drawn.slope) else None, drawn.secant,
        f"{root} against {name}", " ".join(filter(None, (drawn.sentence, drawn.note))),
    )  # fmt: skip
    return draw_plot(plot, bool(drawn.sweep.breaks), question.theme, question.bg, question.font)


def error_svg(subject: Subject, question: CurveLook) -> str:
    """The picture of `check.svg`."""
    node = subject.chosen(question.node)
    points = curve(subject.replay, node.id)
    name = subject.name(node.id)
    best = min((point for point in points if point.forward_error), key=lambda point: point.forward_error or 0.0, default=None)
    desc = f"The difference of a measured slope from the gradient of {name}, for h from 1 down to 1e-16."
    if best:
        desc += f" The forward difference comes nearest at h = {best.h:.0e}, with an error of {best.forward_error:.0e}."
    drawn = ErrorCurve(
        [point.h for point in points],
        [point.forward_error for point in points],
        [point.central_error for point in points],
        f"Error of a difference against h, for {name}",
        desc,
    )
    return draw_error_curve(drawn, question.theme, question.bg, question.font)


def _draw(subject: Subject, question: PlotLook) -> _Drawn:
    node = subject.chosen(question.x)
    replay = subject.replay
    x, y = replay.data[node.id], replay.data[replay.root]
    low, high = _range(x, question)
    size = 1 + len(replay.after(node.id))
    affordable = STUDY_LIMITS.evaluations // size
    if question.samples and question.samples > affordable:
        raise too_much("This plot", f"Ask for at most {affordable:,} samples.")
    found = sweep(replay, node.id, low, high, question.samples or max(FEWEST, min(SAMPLES, affordable)))
    secant = None
    if question.h and math.isfinite(x):
        there = replay.function(node.id)(x + question.h)
        secant = (x + question.h, there) if math.isfinite(there) and x + question.h != x else None
    slope = replay.grads.get(node.id, 0.0)
    return _Drawn(node, found, x, y, slope, secant, _sentence(subject, node, found, x, y, slope), _note(subject))


def _point(drawn: _Drawn) -> tuple[float, float] | None:
    inside = drawn.sweep.low <= drawn.x <= drawn.sweep.high
    return (drawn.x, drawn.y) if inside and math.isfinite(drawn.x) and math.isfinite(drawn.y) else None


def reach(x: float) -> float:
    """How far a plot goes if nobody says: −5 to 5, or a round range around 0 that holds the current value."""
    if not 4.0 < abs(x) <= 1e11:
        return 5.0
    size = 10.0 ** math.floor(math.log10(1.25 * abs(x)))
    return next(factor * size for factor in ROUND if factor * size >= 1.25 * abs(x))


def _range(x: float, question: PlotLook) -> tuple[float, float]:
    """What was asked for; of what was not, as far as the current value reaches."""
    far = reach(x)
    low, high = question.low, question.high
    if low is None:
        low = -far if high is None or high > -far else high - 2.0 * far
    if high is None:
        high = far if low < far else low + 2.0 * far
    if not high - low > 1e-9 * max(abs(low), abs(high), 1e-3):
        raise ProblemError(
            422, "option", "An option is wrong", f"`from` ({low:g}) is not below `to` ({high:g}).",
            hint="Swap them, or leave them out.",
        )  # fmt: skip
    return low, high


def _sentence(subject: Subject, node: Node, found: Sweep, x: float, y: float, slope: float) -> str:
    name, root = subject.name(node.id), subject.name(found.root)
    text = f"{root} as a function of {name}, from {number_text(found.low)} to {number_text(found.high)}."
    text += f" At {name} = {number_text(x)} it is {number_text(y)}, and its slope is the grad, {number_text(slope)}."
    if found.breaks:
        places = ", ".join(number_text(place) for place in found.breaks[:4])
        text += f" It is broken at {places}{' and more' if len(found.breaks) > 4 else ''}."
    return text


def _note(subject: Subject) -> str | None:
    """Replaying a graph is not running its program."""
    return "The program has conditions: the plot keeps to the way they went." if subject.has_conditions else None
