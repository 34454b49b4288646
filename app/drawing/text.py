"""Text in pictures: how wide it is, what may stand in it, and how a number is written.

The rule for numbers is in docs/contract.md; `static/js/format.js` has it too, and tests/golden/numbers.json holds both to it.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from stepgrad.app.resources import DIST

__all__ = ["UNKNOWN", "Metrics", "clean", "escape", "fit_number", "format_number", "metrics", "slot_chars", "slot_width", "width"]

UNKNOWN = "—"
"""A number that has not been computed yet."""

LONGEST = 64
"""Characters of a label; the rest is cut, with an ellipsis."""

# Control characters, what turns the direction of text, what is invisible, lone surrogates, and what XML 1.0 has no place for.
# The zero-width joiner (U+200D) stays: it holds emoji together.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[\t\n\r ]+")


class Metrics:
    """Advances of a font's characters, in ems."""

    def __init__(self, path: Path) -> None:
        table = json.loads(path.read_text(encoding="utf-8"))
        em = table["unitsPerEm"]
        self.advances: dict[str, float] = {char: advance / em for char, advance in table["advances"].items()}
        self.digit = max(self.advances[char] for char in "0123456789")

    def width(self, text: str, size: float) -> float:
        advances = self.advances
        try:
            return sum([advances[char] for char in text]) * size
        except KeyError:
            return sum(advances.get(char) or _guess(char) for char in text) * size


def _guess(char: str) -> float:
    """A character that the font lacks comes from the reader's own: rather too much room than too little."""
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.0
    if ord(char) >= 0x1F000:
        return 1.4
    return 1.1 if unicodedata.east_asian_width(char) in "WF" else 0.95


@cache
def metrics() -> Metrics:
    """The regular face of DejaVu Sans, read at first use."""
    return Metrics(DIST / "metrics.json")


@lru_cache(maxsize=8192)
def width(text: str, size: float) -> float:
    """Width of *text* in a font of *size* units, without kerning."""
    return metrics().width(text, size)


@lru_cache(maxsize=8192)
def clean(label: str, longest: int = LONGEST) -> str:
    """One line of harmless text, at most *longest* characters."""
    # Cut before looking: a label may be a megabyte.
    text = _SPACES.sub(" ", _UNSAFE.sub("\ufffd", label[: 8 * longest])).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def escape(text: str) -> str:
    """Text for XML, in an element or in a double-quoted attribute. The only way by which any text gets into a picture."""
    text = _UNSAFE.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def format_number(x: float | None, digits: int = 4) -> str:
    """A number as pictures show it."""
    if x is None:
        return UNKNOWN
    if x - x != 0.0:  # neither inf nor nan is zero away from itself
        return "nan" if x != x else "inf" if x > 0 else "-inf"
    if x == 0.0:
        return f"{0.0:.{digits}f}"
    a = abs(x)
    if a < _SMALL[digits] or a >= 1e6:
        return f"{x:.{min(digits, 3)}e}"
    return f"{x:.{digits}f}"


_SMALL = tuple(float(f"1e-{digits}") for digits in range(11))


# Room for numbers ------------------------------------------------------------------------------------------------------

_GROWTH = (4, 7, 10)
"""A slot has room for this many characters more than the decimals: `-12.3456`, then `-1.235e-05`, then `-123456.1235`."""

_SHORTEST = 8
"""`-1e+308`: what every number can be cut down to must fit into every slot."""


_CLASSES = tuple(tuple(max(digits + more, _SHORTEST) + (digits == 0) for more in _GROWTH) for digits in range(11))


def slot_chars(x: float | None, digits: int) -> int:
    """Characters to reserve for *x*, in one of three classes: a number may move, or change its sign, and the picture stays."""
    classes = _CLASSES[digits]
    if x is None or x == 0.0 or _SMALL[digits] <= abs(x) < 99.0:
        return classes[0]
    text = format_number(x, digits)
    return next(chars for chars in classes if _fits(text if text.startswith("-") else "-" + text, chars))


def _fits(text: str, chars: int) -> bool:
    # A character less than there is room for: nothing but digits, a point and a sign, all no wider than a digit.
    return (len(text) < chars and "e" not in text) or width(text, 1.0) <= slot_width(chars, 1.0)


def slot_width(chars: int, size: float) -> float:
    """Room for a sign, a point, and digits: a point and a minus are half as wide as a digit."""
    m = metrics()
    return ((chars - 2) * m.digit + m.advances["-"] + m.advances["."]) * size


def fit_number(x: float | None, digits: int, chars: int) -> str:
    """`format_number`, with fewer decimals, or else in a shorter scientific form, where that is too wide for a slot of *chars*.

    A picture's own trace never needs it; a slider that goes on after the layout may.
    """
    text = format_number(x, digits)
    if _fits(text, chars) or x is None or not math.isfinite(x):
        return text
    if x == 0.0 or abs(x) >= _SMALL[digits]:
        x = x or 0.0  # without a sign
        for decimals in range(digits - 1, 0, -1):
            text = f"{x:.{decimals}f}"
            if _fits(text, chars):
                return text
    for decimals in (3, 2, 1, 0):
        text = f"{x:.{decimals}e}"
        if _fits(text, chars):
            break
    return text
