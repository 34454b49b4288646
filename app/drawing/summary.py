"""Several numbers in the place of one: what the box of a folded group says of its results.

`static/js/summary.js` has the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from stepgrad.app.drawing.shapes import TO
from stepgrad.app.drawing.text import fit_number

__all__ = ["exactly", "length", "spread"]


def spread(numbers: Sequence[float], digits: int, chars: int) -> str:
    """From the smallest to the largest: `-0.9312 … 0.9942`; nan if there is one."""
    low, high = _ends(numbers)
    text = fit_number(low, digits, chars)
    return text if low == high or low != low else f"{text}{TO}{fit_number(high, digits, chars)}"


def length(numbers: Sequence[float], digits: int, chars: int) -> str:
    """The Euclidean norm: `‖0.1234‖`."""
    return f"‖{fit_number(math.hypot(*numbers), digits, chars)}‖"


def exactly(numbers: Sequence[float]) -> str:
    """All that is said of them, in full precision."""
    low, high = _ends(numbers)
    return f"from {low!r} to {high!r}, norm {math.hypot(*numbers)!r}"


def _ends(numbers: Sequence[float]) -> tuple[float, float]:
    if any(x != x for x in numbers):
        return math.nan, math.nan
    return min(numbers), max(numbers)
