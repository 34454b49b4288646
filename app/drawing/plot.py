"""A function of one value: the curve, the tangent at the current value, the secant that closes in on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from stepgrad.app.drawing.axes import linear
from stepgrad.app.drawing.canvas import HEIGHT, SIZE, WIDTH, Canvas, Key, Point, px, short, within
from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.drawing.text import width
from stepgrad.app.drawing.theme import THEMES

__all__ = ["Plot", "draw_plot", "visible"]


_LARGEST = 4e307
"""Further up and down no plot goes: the distance of its ends is to be a number, too."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What is to be seen. `point` is the current value and its output; lines are None where there is nothing to draw."""

    x_name: str
    y_name: str
    low: float
    high: float
    pieces: Sequence[Sequence[Point]]
    point: Point | None
    slope: float | None
    secant: Point | None
    title: str
    desc: str


def visible(pieces: Sequence[Sequence[Point]], point: Point | None, broken: bool) -> tuple[float, float]:
    """The heights to show: all of a tame function; of one with poles what lies around its middle."""
    ys = sorted(y for piece in pieces for _, y in piece)
    if not ys:
        return (point[1] - 1.0, point[1] + 1.0) if point else (-1.0, 1.0)
    low, high = ys[0], ys[-1]
    ten, ninety = ys[len(ys) // 10], ys[(len(ys) * 9) // 10]
    middle = ninety - ten
    if high - low > (3.0 if broken else 40.0) * middle > 0.0:
        low, high = max(low, ten - middle), min(high, ninety + middle)
    if point is not None and math.isfinite(point[1]):
        low, high = min(low, point[1]), max(high, point[1])
    low, high = (min(max(end, -_LARGEST), _LARGEST) for end in (low, high))
    if high - low < 1e-12 * max(1.0, abs(high)):
        low, high = low - max(1.0, 0.1 * abs(low)), high + max(1.0, 0.1 * abs(high))
    room = 0.06 * (high - low)
    return low - room, high + room


def draw_plot(plot: Plot, broken: bool, theme: str, bg: str, font: str) -> str:
    """The SVG."""
    colours = THEMES[theme]
    curve, tangent, secant = (colours.accents[phase].line for phase in ("forward", "backward", "update"))
    thin = theme == "print"
    keys = [Key(short(plot.y_name), curve, 3.0)]
    if plot.slope is not None:
        keys.append(Key(f"tangent, slope {_told(plot.slope)}", tangent, 1.8, "1.5 4.5" if thin else ""))
    if plot.point and plot.secant:
        rise = (plot.secant[1] - plot.point[1]) / (plot.secant[0] - plot.point[0])
        keys.append(Key(f"secant, slope {_told(rise)}", secant, 1.8, "7 4"))
    if plot.point:
        keys.append(Key(f"{short(plot.x_name)} = {_told(plot.point[0])}", tangent, 0.0, dot="circle"))
    canvas = Canvas(theme, bg, font, keys)

    low, high = visible(plot.pieces, plot.point, broken)
    top, bottom = canvas.top + 14.0, HEIGHT - 50.0
    y = linear(low, high, bottom, top)
    left = 20.0 + max([width(label, SIZE) for _, label in y.ticks], default=0.0) + 8.0
    x = linear(plot.low, plot.high, left, WIDTH - 20.0, 10)
    canvas.frame(x, y, short(plot.x_name), short(plot.y_name))

    def line(points: Sequence[Point]) -> str:
        parts = []
        for run in within(points, low, high):
            places = [f"{px(x.at(a))} {px(y.at(b))}" for a, b in run]
            parts.append(f"M{places[0]}" + ("L" + " ".join(places[1:]) if len(places) > 1 else "h0"))
        return "".join(parts)

    d = "".join(line(piece) for piece in plot.pieces)
    if d:
        canvas.path(d, "curve", curve, 3.0)
    if plot.point:
        at, height = plot.point
        if plot.secant and (d := line(_through(plot.point, plot.secant, plot.low, plot.high))):
            canvas.path(d, "secant", secant, 1.8, "7 4")
        if plot.slope is not None and (d := line(_along(plot.point, plot.slope, plot.low, plot.high))):
            canvas.path(d, "tangent", tangent, 1.8, "1.5 4.5" if thin else "")
        if plot.secant and plot.low <= plot.secant[0] <= plot.high and low <= plot.secant[1] <= high:
            canvas.dot(x.at(plot.secant[0]), y.at(plot.secant[1]), "point", secant, "diamond", 4.0, ring=1.5)
        if plot.low <= at <= plot.high and low <= height <= high:
            canvas.dot(x.at(at), y.at(height), "point", tangent, "circle", 5.0, ring=1.5)
    slope = f' data-slope="{plot.slope!r}"' if plot.slope is not None else ""
    return canvas.svg(plot.title, plot.desc, "function", slope)


def _told(x: float) -> str:
    return number_text(x).replace("-", "−")


def _along(point: Point, slope: float, low: float, high: float) -> list[Point]:
    far = _LARGEST / abs(slope) if slope else math.inf
    ends = max(low, point[0] - far), min(high, point[0] + far)
    return [(x, point[1] + slope * (x - point[0])) for x in ends]


def _through(a: Point, b: Point, low: float, high: float) -> list[Point]:
    return _along(a, (b[1] - a[1]) / (b[0] - a[0]), low, high)
