"""Numbers as colours and widths.

Blue is below zero, vermilion above, and zero is the box's own colour: a pair that tells apart for everybody. Both ends keep a
contrast of 4.5 to the text on them. The scale is sign(x)·log(1+|x|), so that one large number does not make all others pale; the
largest magnitude of the whole story is its end, so that a colour means the same at every step. Colour never stands alone: the
numbers are there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from stepgrad.app.drawing.theme import THEMES, Theme

__all__ = ["SWATCHES", "Ends", "ends_of", "plain_text", "share", "tint", "width_of"]

THIN, THICK = 1.0, 4.6
"""Widths of the lines of edges."""

SWATCHES = tuple(i / 5 for i in range(-5, 6))
"""Shares that a legend shows."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The colours of the two ends."""

    low: str
    high: str


_ENDS = {"light": Ends("#6fb7ea", "#f3935a"), "dark": Ends("#1f5e8c", "#94461a"), "print": Ends("#b8b8b8", "#b8b8b8")}


def ends_of(theme: str) -> Ends:
    """On paper both ends are one grey: the sign is in the number."""
    return _ENDS[theme]


def plain_text(theme: Theme) -> Theme:
    """The same theme for text on tinted boxes: all of it in the colour that can be read on every tint."""
    accents = {phase: replace(accent, text=theme.ink) for phase, accent in theme.accents.items()}
    return replace(theme, muted=theme.ink, accents=accents)


def share(x: float | None, most: float) -> float | None:
    """Where a number is on the scale, from -1 to 1; None for what has no place on it."""
    if x is None or x != x:
        return None
    if math.isinf(x):
        return math.copysign(1.0, x)
    if x == 0.0 or most <= 0.0:
        return 0.0
    part = 1.0 if math.isinf(most) else min(math.log1p(abs(x)) / math.log1p(most), 1.0)
    return math.copysign(part, x)


@lru_cache(maxsize=4096)
def _mixed(theme: str, fill: str, level: int) -> str:
    ends = _ENDS[theme]
    end = ends.low if level < 0 else ends.high
    part = abs(level) / 50
    a, b = ([int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in (fill, end))
    return "#" + "".join(f"{round(x + (y - x) * part):02x}" for x, y in zip(a, b, strict=True))


def tint(theme: str, part: float | None, fill: str = "") -> str:
    """The colour of a box, *fill* being that of zero and of what is not computed."""
    fill = fill or THEMES[theme].kinds["operation"].fill
    return fill if not part else _mixed(theme, fill, round(part * 50))


def width_of(part: float | None) -> str:
    """The width of a line, as an attribute."""
    return f"{THIN + (THICK - THIN) * abs(part):.1f}" if part else f"{THIN:.1f}"
