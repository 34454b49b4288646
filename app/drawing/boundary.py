"""What a model says over the plane of its two inputs, or along the line of its one, with the examples it learns from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stepgrad.app.drawing.axes import Axis, linear
from stepgrad.app.drawing.canvas import HEIGHT, SIZE, WIDTH, Canvas, Key, Point, px, short, within
from stepgrad.app.drawing.plot import visible
from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.drawing.text import width
from stepgrad.app.drawing.theme import THEMES
from stepgrad.app.drawing.tint import tint

__all__ = ["ASPECT", "Boundary", "Fit", "draw_boundary", "draw_fit"]

ASPECT = 1.86
"""How much wider than high the plane is."""

SHADES = 10
"""Tints on either side of the boundary."""

MOST_RESIDUALS = 100


@dataclass(frozen=True, slots=True)
class Boundary:
    """Values at the crossings of a grid, row by row from below. An example is its two inputs and its target, if it has one."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    values: Sequence[Sequence[float]]
    examples: Sequence[tuple[float, float, float | None]]
    level: float
    """Where one answer turns into the other."""
    span: float
    """So far from the level the tint is full."""
    title: str
    desc: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A curve, and the examples: input, target if there is one, prediction."""

    name: str
    points: Sequence[Point]
    examples: Sequence[tuple[float, float | None, float]]
    title: str
    desc: str


def draw_boundary(plane: Boundary, theme: str, bg: str, font: str) -> str:
    """The SVG. Sides differ in tint, and their examples in shape as well as in colour."""
    colours = THEMES[theme]
    high, low = colours.accents["backward"].line, colours.accents["forward"].line
    targets = sorted({target for _, _, target in plane.examples if target is not None})
    names = {True: f"above {_told(plane.level)}", False: f"up to {_told(plane.level)}"}
    if len(targets) == 2:
        names = {True: _told(targets[1]), False: _told(targets[0])}
    keys = [Key(f"{short(plane.name)} = {_told(plane.level)}", colours.ink, 2.2)]
    if targets:
        keys += [Key(f"target {names[side]}", high if side else low, 0.0, dot=_SHAPES[side]) for side in (True, False)]
    canvas = Canvas(theme, bg, font, keys)
    y = linear(plane.ys[0], plane.ys[-1], HEIGHT - 50.0, canvas.top + 14.0)
    left = 20.0 + max([width(label, SIZE) for _, label in y.ticks], default=0.0) + 8.0
    x = linear(plane.xs[0], plane.xs[-1], left, WIDTH - 20.0, 10)
    canvas.frame(x, y, "x1", "x2")

    for colour, d in _cells(plane, x, y, theme):
        canvas.parts.append(f'<path class="cell" d="{d}" fill="{colour}" shape-rendering="crispEdges"/>')
    d = "".join(f"M{px(x.at(a))} {px(y.at(b))}L{px(x.at(c))} {px(y.at(e))}" for (a, b), (c, e) in _contour(plane))
    if d:
        canvas.path(d, "boundary", colours.ink, 2.2)
    for a, b, target in plane.examples:
        side = target is not None and target > plane.level
        colour = colours.muted if target is None else high if side else low
        hollow = theme == "print" and target is not None and not side
        canvas.dot(x.at(a), y.at(b), "example", colour, _SHAPES[side], 4.2, ring=1.4)
        if hollow:
            canvas.dot(x.at(a), y.at(b), "hole", colours.paper, _SHAPES[side], 2.4)
    return canvas.svg(plane.title, plane.desc, "boundary", f' data-level="{plane.level!r}"')


def draw_fit(fit: Fit, theme: str, bg: str, font: str) -> str:
    """The SVG. Thin lines lead from the targets to what is said of them."""
    colours = THEMES[theme]
    line, mark = colours.accents["forward"].line, colours.accents["backward"].line
    keys = [Key(short(fit.name), line, 3.0)]
    if any(target is not None for _, target, _ in fit.examples):
        keys.append(Key("target", mark, 0.0, dot="circle"))
    canvas = Canvas(theme, bg, font, keys)
    finite = [point for point in fit.points if math.isfinite(point[1])]
    targets = [(x, target) for x, target, _ in fit.examples if target is not None]
    low, high = visible([finite, sorted(targets)], None, broken=False)
    low, high = min([low, *(y for _, y in targets)]), max([high, *(y for _, y in targets)])
    y = linear(low, high, HEIGHT - 50.0, canvas.top + 14.0)
    left = 20.0 + max([width(label, SIZE) for _, label in y.ticks], default=0.0) + 8.0
    x = linear(fit.points[0][0], fit.points[-1][0], left, WIDTH - 20.0, 10)
    canvas.frame(x, y, "x", short(fit.name))

    def clipped(height: float) -> float:
        return min(max(height, low), high)

    residuals = [
        f"M{px(x.at(a))} {px(y.at(target))}V{px(y.at(clipped(said)))}"
        for a, target, said in fit.examples
        if target is not None and math.isfinite(said)
    ]
    if residuals and len(residuals) <= MOST_RESIDUALS:
        canvas.path("".join(residuals), "residual", colours.edge, 1.1, "2 3")
    d = ""
    for run in within(finite, low, high):
        places = [f"{px(x.at(a))} {px(y.at(b))}" for a, b in run]
        d += f"M{places[0]}" + ("L" + " ".join(places[1:]) if len(places) > 1 else "h0")
    if d:
        canvas.path(d, "curve", line, 3.0)
    for a, b in targets:
        canvas.dot(x.at(a), y.at(b), "example", mark, "circle", 3.8, ring=1.2)
    return canvas.svg(fit.title, fit.desc, "fit")


_SHAPES = {True: "circle", False: "diamond"}


def _told(x: float) -> str:
    return number_text(x).replace("-", "−")


def _cells(plane: Boundary, x: Axis, y: Axis, theme: str) -> Iterator[tuple[str, str]]:
    """The cells of each tint as one path: neighbours in a row are one piece."""
    found: dict[int, list[str]] = {}
    for row in range(len(plane.ys) - 1):
        top, bottom = y.at(plane.ys[row + 1]), y.at(plane.ys[row])
        shades = [_shade(plane, row, column) for column in range(len(plane.xs) - 1)]
        start = 0
        for end in range(1, len(shades) + 1):
            if end == len(shades) or shades[end] != shades[start]:
                if (shade := shades[start]) is not None:
                    left, right = x.at(plane.xs[start]), x.at(plane.xs[end])
                    found.setdefault(shade, []).append(f"M{px(left)} {px(top)}H{px(right)}V{px(bottom)}H{px(left)}Z")
                start = end
    for shade in sorted(found):
        part = shade / SHADES
        if theme == "print":  # both ends are one grey there: the lower side is white
            part = (part + 1.0) / 2.0
        yield tint(theme, 0.85 * part, THEMES[theme].paper), "".join(found[shade])


def _shade(plane: Boundary, row: int, column: int) -> int | None:
    """How far the middle of a cell is from the level; None where there is no number."""
    a, b, c, d = (plane.values[row + i][column + j] for i in (0, 1) for j in (0, 1))
    part = ((a + b + c + d) / 4.0 - plane.level) / plane.span
    if part != part:
        return None
    shade = round(min(max(part, -1.0), 1.0) * SHADES)
    return shade or (1 if part > 0.0 else -1 if part < 0.0 else 0)


def _contour(plane: Boundary) -> Iterator[tuple[Point, Point]]:
    """The line at the level, a piece for each cell it goes through (marching squares)."""
    xs, ys, level = plane.xs, plane.ys, plane.level
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            corners = [
                (xs[column + j], ys[row + i], plane.values[row + i][column + j] - level)
                for i, j in ((0, 0), (0, 1), (1, 1), (1, 0))
            ]
            if not all(math.isfinite(height) for _, _, height in corners):
                continue
            crossed = []
            for (x0, y0, z0), (x1, y1, z1) in zip(corners, corners[1:] + corners[:1], strict=True):
                if (z0 > 0.0) != (z1 > 0.0):
                    share = z0 / (z0 - z1)
                    crossed.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
            if len(crossed) == 4 and (sum(height for _, _, height in corners) > 0.0) != (corners[0][2] > 0.0):
                crossed = [crossed[3], *crossed[:3]]  # a saddle: the middle says which corners are together
            yield from zip(crossed[::2], crossed[1::2], strict=True)
