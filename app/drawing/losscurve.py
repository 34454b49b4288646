"""The loss against the iteration, on a plain or a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from stepgrad.app.drawing.axes import linear, logarithmic
from stepgrad.app.drawing.canvas import HEIGHT, SIZE, WIDTH, Canvas, Key, Point, px, short, within
from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.drawing.text import width
from stepgrad.app.drawing.theme import THEMES

__all__ = ["Line", "LossCurve", "Scale", "draw_loss_curve"]

Scale = Literal["linear", "log"]

COLUMNS = 600
"""More points than this are drawn as the lowest and the highest of each column: no spike is lost."""

FURTHEST = 1e300
"""Losses beyond it, and on a logarithmic axis below its inverse, are left out of the line: axes compute with doubles too."""


TAMER = 3.0
"""Beside another a line is drawn up to so many times the heights of the tamer one: what explodes would flatten both."""


@dataclass(frozen=True, slots=True)
class Line:
    """A loss for each iteration from 0."""

    name: str
    losses: Sequence[float]


@dataclass(frozen=True, slots=True)
class LossCurve:
    """One run or two, and the iteration of the first to mark."""

    name: str
    lines: Sequence[Line]
    iteration: int | None
    title: str
    desc: str


def draw_loss_curve(curve: LossCurve, scale: Scale, theme: str, bg: str, font: str) -> str:
    """The SVG. What has no place on the axis is left out of the line."""
    colours = THEMES[theme]
    line, marked, beside = (colours.accents[phase].line for phase in ("forward", "update", "backward"))
    looks = [(line, 2.4, ""), (beside, 2.4, "7 4")]
    log = scale == "log"
    rows = [[(float(i), loss) if _drawn(loss, log) else None for i, loss in enumerate(each.losses)] for each in curve.lines]
    mark = rows[0][curve.iteration] if curve.iteration is not None and curve.iteration < len(rows[0]) else None
    keys = [Key(short(each.name), *look) for each, look in zip(curve.lines, looks, strict=False)]
    if mark:
        keys.append(Key(f"iteration {curve.iteration}: {number_text(mark[1]).replace('-', '−')}", marked, 0.0, dot="circle"))
    canvas = Canvas(theme, bg, font, keys)

    heights = [[point[1] for point in row if point] or [1.0] for row in rows]
    low, high = min(map(min, heights)), max(map(max, heights))
    top, bottom = canvas.top + 14.0, HEIGHT - 50.0
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        last = max(last, first + 1)
        y = logarithmic(first, last, bottom, top, max(1, math.ceil((last - first) / 8)))
    else:
        if len(rows) > 1:
            tamer = min(max(map(abs, each)) for each in heights)
            low, high = max(low, -TAMER * tamer), min(high, TAMER * tamer)
        y = linear(*_range(low, high), bottom, top)
    left = 20.0 + max([width(label, SIZE) for _, label in y.ticks], default=0.0) + 8.0
    end = max(1, *(len(row) - 1 for row in rows))
    x = linear(0.0, float(end), left, WIDTH - 24.0, min(10, end))
    canvas.frame(x, y, "iteration", short(curve.name))

    for row, (colour, stroke, dash) in zip(rows, looks, strict=False):
        d = ""
        for run in _runs(row):
            thinned = list(_thinned(run, end / COLUMNS))
            for piece in [thinned] if log else within(thinned, y.low, y.high):
                places = [f"{px(x.at(a))} {px(y.at(b))}" for a, b in piece]
                d += f"M{places[0]}" + ("L" + " ".join(places[1:]) if len(places) > 1 else "h0")
        if d:
            canvas.path(d, "curve", colour, stroke, dash)
    if mark and (log or y.low <= mark[1] <= y.high):
        canvas.dot(x.at(mark[0]), y.at(mark[1]), "point", marked, "circle", 5.0, ring=1.5)
    return canvas.svg(curve.title, curve.desc, "loss", f' data-scale="{scale}"')


def _drawn(loss: float, log: bool) -> bool:
    return abs(loss) <= FURTHEST and (loss >= 1.0 / FURTHEST or not log)


def _range(low: float, high: float) -> tuple[float, float]:
    """From 0 where nothing is below it, and never flat."""
    if low >= 0.0:
        low = 0.0
    if high - low < 1e-12 * max(1.0, abs(high)):
        low, high = low - max(1.0, 0.1 * abs(low)), high + max(1.0, 0.1 * abs(high))
    room = 0.05 * (high - low)
    return (low if low == 0.0 else low - room), high + room


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    run: list[Point] = []
    for point in [*points, None]:
        if point:
            run.append(point)
        elif run:
            yield run
            run = []


def _thinned(run: list[Point], column: float) -> Iterator[Point]:
    """The first, lowest, highest and last point of each column, where there are more than these."""
    if column <= 2.0:
        yield from run
        return
    start = 0
    while start < len(run):
        end = start
        while end < len(run) and run[end][0] < run[start][0] + column:
            end += 1
        piece = run[start:end]
        kept = {piece[0], min(piece, key=lambda point: point[1]), max(piece, key=lambda point: point[1]), piece[-1]}
        yield from sorted(kept)
        start = end
