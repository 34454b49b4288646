"""The error of a difference against h on log axes: truncation on the right, rounding on the left, the best h between."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from stepgrad.app.drawing.axes import logarithmic
from stepgrad.app.drawing.canvas import HEIGHT, SIZE, WIDTH, Canvas, Key, px
from stepgrad.app.drawing.text import width
from stepgrad.app.drawing.theme import THEMES

__all__ = ["ErrorCurve", "decades", "draw_error_curve"]


@dataclass(frozen=True, slots=True)
class ErrorCurve:
    """Errors at each h, None where there is no number."""

    h: Sequence[float]
    forward: Sequence[float | None]
    central: Sequence[float | None]
    title: str
    desc: str


def decades(errors: Sequence[float | None]) -> tuple[int, int, bool]:
    """Exponents of ten at the floor and at the top, and whether some error is exactly 0: that has a decade below all others."""
    found = [error for error in errors if error]
    low = math.floor(math.log10(max(min(found, default=1e-16), 1e-300)))
    high = max(math.ceil(math.log10(max(found, default=1.0))), low + 4)
    exact = any(error == 0.0 for error in errors)
    return low - exact, high, exact


def draw_error_curve(curve: ErrorCurve, theme: str, bg: str, font: str) -> str:
    """The SVG. An error of exactly 0 lies on the floor of the plot."""
    colours = THEMES[theme]
    forward, central = (colours.accents[phase].line for phase in ("backward", "forward"))
    keys = [
        Key("(f(x + h) − f(x)) / h", forward, 2.0, dot="circle"),
        Key("(f(x + h) − f(x − h)) / 2h", central, 2.0, "6 4", dot="diamond"),
    ]
    canvas = Canvas(theme, bg, font, keys)
    low, high, exact = decades([*curve.forward, *curve.central])
    top, bottom = canvas.top + 14.0, HEIGHT - 50.0
    y = logarithmic(low, high, bottom, top, max(1, math.ceil((high - low) / 8)))
    if exact:
        ticks = [(place, label) for place, label in y.ticks if place > 10.0 ** (low + 0.5)]
        y = type(y)(y.low, y.high, y.start, y.end, ((10.0**low, "0"), *ticks), y.minor, log=True)
    left = 20.0 + max(width(label, SIZE) for _, label in y.ticks) + 8.0
    x = logarithmic(-16, 0, left, WIDTH - 24.0, 2)
    canvas.frame(x, y, "h", "error")
    for name, row, colour, dash, shape in (
        ("forward", curve.forward, forward, "", "circle"),
        ("central", curve.central, central, "6 4", "diamond"),
    ):
        places = [
            (x.at(h), y.at(error) if error else y.start) if error is not None else None
            for h, error in zip(curve.h, row, strict=True)
        ]
        runs: list[list[str]] = [[]]
        for place in places:
            if place is None:
                runs.append([])
            else:
                runs[-1].append(f"{px(place[0])} {px(place[1])}")
        d = "".join(f"M{run[0]}L{' '.join(run[1:])}" for run in runs if len(run) > 1)
        if d:
            canvas.path(d, f"curve {name}", colour, 2.0, dash)
        for place in places:
            if place:
                canvas.dot(*place, f"sample {name}", colour, shape, 2.6)
    canvas.text(left + 10.0, bottom - 10.0, "rounding", colour=colours.muted, kind="remark")
    if (curve.forward[0] or 0.0) > 10.0 * min(filter(None, curve.forward), default=math.inf):
        canvas.text(x.end - 10.0, bottom - 10.0, "truncation", anchor="end", colour=colours.muted, kind="remark")
    return canvas.svg(curve.title, curve.desc, "error")
