"""How large the box of a value is, and where in it everything stands. All lengths are SVG units, 72 to Graphviz' inch.

LR    (op)──[ label │ data 0.0000 │ grad 0.0000 ]      TB and compact: the three cells one above the other
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from stepgrad.app.drawing.structure import Box, Dir, Style
from stepgrad.app.drawing.text import slot_width, width

__all__ = ["ARRIVE", "ARROW", "BEHIND", "TO", "Shape", "Sizes", "shape_of", "sizes"]

ARROW = 9.0
"""Length of an arrowhead: the room before a shape in which an edge ends."""

BEHIND = 4.0
"""How far the second outline of a folded group shows behind the first."""

TO = " … "
"""Between the smallest and the largest of several numbers."""

ARRIVE = 7.5
"""Two operands arrive this far to either side of the middle of the op's circle."""


TERM_ABOVE, TERM_BESIDE = 7.5, 5.5
"""From a line to the middle of the label above or below it, to the end of one beside it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Font sizes and paddings of one style."""

    label: float
    number: float
    field: float
    row: float
    pad: float
    gap: float
    radius: float
    stem: float
    corner: float
    term: float


ROOMY = Sizes(label=14, number=13, field=10, row=34, pad=8, gap=5, radius=14.5, stem=10, corner=6, term=10)
STACKED = Sizes(label=14, number=13, field=11, row=22, pad=10, gap=8, radius=14.5, stem=12, corner=6, term=10)
COMPACT = Sizes(label=11.5, number=10.5, field=9, row=16, pad=7, gap=6, radius=7.5, stem=0, corner=4, term=9)


@dataclass(frozen=True, slots=True)
class Shape:
    """A value's drawing, relative to the middle of all of it. `x` of a number is its right end."""

    width: float
    height: float
    box: tuple[float, float, float, float]
    """x, y, width, height."""
    op: tuple[float, float, float, float] | None
    """Centre, half width and half height of the operation's circle or pill; None where no circle stands before the box."""
    badge: tuple[float, float, float, float] | None
    """The same inside the box, in the compact style."""
    label: tuple[float, float] | None
    """Middle of the label."""
    tab: tuple[float, float] | None
    """Width and height of the label's cell at the left or the top of the box; None without a label."""
    fields: tuple[tuple[float, float], tuple[float, float]]
    """Left end of "data" and "grad", middle of the row."""
    numbers: tuple[tuple[float, float], tuple[float, float]]
    """Right end of the two numbers."""
    rules: tuple[tuple[float, float, float, float], ...]
    """Lines between cells."""
    symbol_size: float
    note: tuple[float, float] | None = None
    """Middle of the note under the label of a folded group."""
    lead: float = 0.0
    """Room before the arrowheads, for the labels of the edges that arrive."""

    def arrival(self, slot: int, operands: int, dir: Dir) -> float:
        """How far from the middle of the near side operand number *slot* arrives."""
        if operands < 2:
            return 0.0
        spread = 2 * ARRIVE if self.op or (self.lead and dir == "TB") else (self.height if dir == "LR" else self.width) / 2
        return spread * (slot / (operands - 1) - 0.5)

    def term(self, slot: int, operands: int, dir: Dir) -> tuple[float, float, Literal["start", "end"]]:
        """Where the label of the edge to operand number *slot* is: an end of it, and which.

        It stands beside the last piece of the line, on the side where no other line arrives, in room of this value's
        own: nothing crosses it.
        """
        off = self.arrival(slot, operands, dir)
        side = 1 if slot and operands > 1 else -1
        if dir == "LR":
            return -self.width / 2 + self.lead - 3, off + side * TERM_ABOVE, "end"
        if operands < 2:
            side = 1
        return off + side * TERM_BESIDE, -self.height / 2 + self.lead / 2, "start" if side > 0 else "end"


def sizes(style: Style, dir: Dir) -> Sizes:
    if style == "compact":
        return COMPACT
    return ROOMY if dir == "LR" else STACKED


def shape_of(box: Box, style: Style, dir: Dir) -> Shape:
    return _shape(box.label, box.symbol, bool(box.operands), box.chars, box.terms, box.note, bool(box.results), style, dir)


@lru_cache(maxsize=8192)
def _shape(
    label: str, symbol: str, operation: bool, chars: int, terms: int, note: str, summed: bool, style: Style, dir: Dir
) -> Shape:
    s = sizes(style, dir)
    term = slot_width(terms, s.term) if terms else 0.0
    field = max(width("data", s.field), width("grad", s.field))
    number = slot_width(chars, s.number)
    if summed:
        number = 2 * number + width(TO, s.number)
    if note:
        return _folded(s, label, symbol if operation else "", note, field, number, dir)
    if style == "compact":
        return _compact(s, label, symbol if operation else "", field, number, term, dir)
    half, size = _op(symbol, s.radius, 15.0)
    if dir == "LR":
        lead = term + 4 if term else 0.0
        before = lead + ARROW + 2 * half + s.stem if operation else 0.0
        return _beside(s, label, field, number, before, half, size, lead)
    lead = s.term + 5 if term else 0.0
    above = lead + ARROW + 2 * s.radius + s.stem if operation else 0.0
    return _stacked(s, label, field, number, above, half, size, lead, term)


def _op(symbol: str, radius: float, size: float) -> tuple[float, float]:
    """Half width of a circle, or of a pill for a long symbol, and the size of its text."""
    if len(symbol) > 1:
        size *= 0.8
    return max(radius, width(symbol, size) / 2 + radius * 0.55), size


def _beside(s: Sizes, label: str, field: float, number: float, before: float, half: float, size: float, lead: float) -> Shape:
    """The three cells in a row, as in the notebook; the circle to their left."""
    tab = max(width(label, s.label) + 2 * s.pad + 2, 30.0) if label else 0.0
    cell = s.pad + field + s.gap + number + s.pad
    inner = tab + 2 * cell
    total = before + inner
    left = -total / 2 + before
    data, grad = left + tab, left + tab + cell
    top, bottom = -s.row / 2, s.row / 2
    return Shape(
        width=total,
        height=max(s.row, 2 * (ARRIVE + TERM_ABOVE + s.term / 2)) if lead else s.row,
        box=(left, top, inner, s.row),
        op=(-total / 2 + lead + ARROW + half, 0.0, half, s.radius) if before else None,
        badge=None,
        label=(left + tab / 2, 0.0) if label else None,
        tab=(tab, s.row) if label else None,
        fields=((data + s.pad, 0.0), (grad + s.pad, 0.0)),
        numbers=((data + cell - s.pad, 0.0), (grad + cell - s.pad, 0.0)),
        rules=tuple((x, top, x, bottom) for x in ((data, grad) if label else (grad,))),
        symbol_size=size,
        lead=lead,
    )


def _stacked(
    s: Sizes, label: str, field: float, number: float, above: float, half: float, size: float, lead: float, term: float
) -> Shape:
    """The three cells one above the other; the circle on top of them."""
    cell = s.pad + field + s.gap + number + s.pad
    inner = max(cell, width(label, s.label) + 2 * s.pad, 2 * half if above else 0.0)
    head = s.row + 2 if label else 0.0
    height = above + head + 2 * s.row + 2
    left, top = -inner / 2, -height / 2 + above
    rows = (top + head + 1 + s.row / 2, top + head + 1 + s.row * 1.5)
    return Shape(
        width=max(inner, _terms(term)),
        height=height,
        box=(left, top, inner, height - above),
        op=(0.0, -height / 2 + lead + ARROW + s.radius, half, s.radius) if above else None,
        badge=None,
        label=(0.0, top + head / 2) if label else None,
        tab=(inner, head) if label else None,
        fields=tuple((left + s.pad, y) for y in rows),  # type: ignore[arg-type]  # two rows
        numbers=tuple((left + inner - s.pad, y) for y in rows),  # type: ignore[arg-type]
        rules=tuple((left, y, -left, y) for y in ((top + head, top + head + 1 + s.row) if label else (top + 1 + s.row,))),
        symbol_size=size,
        lead=lead,
    )


def _folded(s: Sizes, label: str, symbol: str, note: str, field: float, number: float, dir: Dir) -> Shape:
    """A folded group: what it is called and what it holds, then its numbers, one above the other in every style."""
    half, size = _op(symbol, s.radius, 15.0 if s.stem else 11.5) if symbol else (0.0, 15.0)
    circle = bool(symbol and s.stem)
    before = (ARROW + (2 * half + s.stem if circle else 0.0)) if symbol and dir == "LR" else 0.0
    above = (ARROW + (2 * s.radius + s.stem if circle else 0.0)) if symbol and dir == "TB" else 0.0
    row = 22.0 if s.stem else s.row
    cell = s.pad + field + s.gap + number + s.pad
    inner = max(cell, width(label, s.label) + 2 * s.pad, width(note, s.term) + 2 * s.pad)
    head = s.label + s.term + 12.0
    tall = head + 2 * row + 4
    left, top = -(inner + before + BEHIND) / 2 + before, -(tall + above + BEHIND) / 2 + above + BEHIND
    rows = (top + head + 2 + row / 2, top + head + 2 + row * 1.5)
    middle = left + inner / 2
    op = None
    if circle:
        op = (
            (left - s.stem - half, top + tall / 2, half, s.radius)
            if dir == "LR"
            else (middle, top - s.stem - s.radius, half, s.radius)
        )
    return Shape(
        width=inner + before + BEHIND,
        height=tall + above + BEHIND,
        box=(left, top, inner, tall),
        op=op,
        badge=None,
        label=(middle, top + 5 + s.label / 2),
        tab=(inner, head),
        fields=tuple((left + s.pad, y) for y in rows),  # type: ignore[arg-type]  # two rows
        numbers=tuple((left + inner - s.pad, y) for y in rows),  # type: ignore[arg-type]
        rules=((left, top + head, left + inner, top + head),),
        symbol_size=size,
        note=(middle, top + 7 + s.label + s.term / 2),
    )


def _terms(term: float) -> float:
    """Room for two labels, one to the left of the left line and one to the right of the right line."""
    return 2 * (ARRIVE + TERM_BESIDE + term + 1) if term else 0.0


def _compact(s: Sizes, label: str, symbol: str, field: float, number: float, term: float, dir: Dir) -> Shape:
    """One small box with the operation inside it, beside the label: for large graphs."""
    half, size = _op(symbol, s.radius, 11.5) if symbol else (0.0, 11.5)
    badge = 2 * half + 2 if symbol else 0.0
    named = width(label, s.label)
    room = badge + (6 if badge and label else 0) + named
    cell = s.pad + field + s.gap + number + s.pad
    inner = max(cell, room + 2 * s.pad)
    head = s.row + 4 if room else 0.0
    tall = head + 2 * s.row + 3
    # Graphviz ends an edge at the border of what it knows: the arrowhead needs its own room.
    lead = (term + 4 if dir == "LR" else s.term + 5) if term else 0.0
    before, above = (lead + ARROW, 0.0) if symbol and dir == "LR" else (0.0, lead + ARROW if symbol else 0.0)
    left, top = -(inner + before) / 2 + before, -(tall + above) / 2 + above
    rows = (top + head + 1.5 + s.row / 2, top + head + 1.5 + s.row * 1.5)
    middle = left + inner / 2
    return Shape(
        width=max(inner + before, _terms(term) if dir == "TB" else 0.0),
        height=tall + above,
        box=(left, top, inner, tall),
        op=None,
        badge=(left + 3 + half if label else middle, top + head / 2, half, s.radius) if symbol else None,
        label=((left + 3 + badge + left + inner) / 2 if badge else middle, top + head / 2) if label else None,
        tab=(inner, head) if room else None,
        fields=tuple((left + s.pad, y) for y in rows),  # type: ignore[arg-type]  # two rows
        numbers=tuple((left + inner - s.pad, y) for y in rows),  # type: ignore[arg-type]
        rules=((left, top + head, left + inner, top + head),) if room else (),
        symbol_size=size,
        lead=lead,
    )
