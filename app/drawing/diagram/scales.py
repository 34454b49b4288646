"""How numbers become colours and widths in a diagram: the same at every step of a run."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stepgrad.app.drawing.tint import share

__all__ = ["LINES", "THIN", "Ends", "Scales", "colour_of", "round_up", "thick_of", "thickness"]

THIN = 0.9
"""Width of a line whose weight is 0."""

_THICK = ((5, 7.0), (8, 5.2))
_DENSE = 3.8


@dataclass(frozen=True, slots=True)
class Scales:
    """The magnitudes at the ends: of what lines show, and of what circles show."""

    lines: float = 1.0
    cells: float = 1.0


@dataclass(frozen=True, slots=True)
class Ends:
    """Colours of lines: below zero, above zero, and where no number is known. Both stand out from the paper by 3 to 1."""

    low: str
    high: str
    none: str
    dash: str = ""
    """Of a line below zero, where there are no colours."""


LINES = {
    "light": Ends("#2f86c6", "#dd6b20", "#8a96a5"),
    "dark": Ends("#5aaee8", "#ee8a45", "#73808f"),
    "print": Ends("#000000", "#000000", "#000000", "6 4"),
}


def colour_of(theme: str, x: float | None) -> str:
    ends = LINES[theme]
    return ends.none if not x or x != x else ends.low if x < 0 else ends.high


def thick_of(rows: int) -> float:
    """Width of the heaviest line: where many cross each other they are thinner."""
    return next((thick for most, thick in _THICK if rows <= most), _DENSE)


def thickness(x: float | None, most: float, thick: float) -> float:
    return THIN + (thick - THIN) * abs(share(x, most) or 0.0)


def round_up(x: float) -> float:
    """The next of 1, 2, 5 times a power of ten: so that a scale does not move with every update."""
    if not 1e-300 < x < math.inf:
        return 1.0
    if x > 1e307:
        return x
    size = 10.0 ** math.floor(math.log10(x))
    return next((each * size for each in (1.0, 2.0, 5.0) if x <= each * size * (1 + 1e-12)), 10.0 * size)
