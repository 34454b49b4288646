"""Where things lie in a diagram. Columns of circles need no Graphviz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stepgrad.app.drawing.diagram.plan import Cell, Column, Plan
from stepgrad.app.drawing.text import clean, slot_chars, slot_width, width

__all__ = [
    "CAPTION",
    "CURVE",
    "GRAD",
    "LEGEND",
    "NAME",
    "NUMBER",
    "Chip",
    "Places",
    "Spot",
    "chars_of",
    "name_of",
    "places_of",
    "rows_of",
]

NUMBER, GRAD, NAME, CAPTION = 12.5, 10.0, 12.5, 11.5
"""Sizes of text: the data, the grad, names, and what stands above columns."""

MARGIN = 14.0
TITLES, LEGEND = 40.0, 30.0
LONGEST_NAME = 16
CURVE = 116.0, 92.0
"""The box of an activation."""

_LEAD, _FAN = 72.0, 84.0
"""Of a line to the sum: the level part, over which the product stands, and the part that bends."""
_CHIP = 40.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A circle."""

    x: float
    y: float
    r: float


@dataclass(frozen=True, slots=True)
class Chip:
    """A small box with a name, its data and its grad."""

    x: float
    y: float
    w: float
    h: float = _CHIP

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def middle(self) -> float:
        return self.y + self.h / 2


@dataclass(frozen=True, slots=True)
class Places:
    width: float
    height: float
    spots: Mapping[str, Spot]
    """Of cells, by node."""
    titles: tuple[tuple[float, Column], ...]
    title_height: float
    rests: tuple[tuple[Spot, int], ...]
    """Circles for the cells that are not drawn, and how many there are in all."""
    gaps: tuple[tuple[float, float, int], ...] = ()
    """Where layers are left out."""
    chips: Mapping[int, Chip] | None = None
    """Of lines, in the view of one neuron."""
    total: Spot | None = None
    bias: Chip | None = None
    curve: Chip | None = None
    loss: Chip | None = None


def chars_of(plan: Plan) -> int:
    """Characters that each number has room for, whatever it is: a diagram does not depend on its numbers."""
    return slot_chars(None, plan.digits)


def name_of(cell_name: str) -> str:
    return clean(cell_name, LONGEST_NAME)


def places_of(plan: Plan) -> Places:
    return _neuron(plan) if plan.view == "neuron" else _network(plan)


def _named(cells: tuple[Cell, ...]) -> float:
    """Room for the widest name beside a column, and for its distance."""
    widest = max((width(name_of(cell.name), NAME) for cell in cells if cell.name), default=0.0)
    return widest + 10.0 if widest else 0.0


def rows_of(column: Column) -> int:
    """Cells of a column, the one for all others included."""
    return len(column.cells) + (column.left_out > 0)


def _chip_width(name: str, number: float) -> float:
    return max(width(name_of(name), NAME), width("grad", GRAD)) + number + 28.0


def _network(plan: Plan) -> Places:
    room = slot_width(chars_of(plan), NUMBER)
    r = room / 2 + 4.0
    most = max(rows_of(column) for column in plan.columns)
    gap = 16.0 if most <= 8 else 10.0
    pitch = 2 * r + gap
    top, height = MARGIN + TITLES, most * pitch - gap
    spots: dict[str, Spot] = {}
    titles, rests, gaps = [], [], []
    x = MARGIN + max(_named(plan.columns[0].cells), 0.0) + r
    for i, column in enumerate(plan.columns):
        rows = rows_of(column)
        if i:
            x += 2 * r + min(max(64.0 + 11.0 * max(rows, rows_of(plan.columns[i - 1])), 92.0), 220.0)
            if column.skipped:
                gaps.append((x - r - 40.0, top + height / 2, column.skipped))
                x += 60.0
        y = top + (height - rows * pitch + gap) / 2 + r
        for cell in column.cells:
            spots[cell.node] = Spot(x, y, r)
            y += pitch
        if column.left_out:
            rests.append((Spot(x, y, r), len(column.cells) + column.left_out))
        titles.append((x, column))
    x += r + _named(plan.columns[-1].cells)
    loss = None
    if plan.loss:
        w = _loss_width(plan, room)
        loss = Chip(x + 56.0, top + height / 2 - _CHIP / 2, w)
        x = loss.right
    return Places(x + MARGIN, top + height + LEGEND + MARGIN, spots, tuple(titles), 20.0, tuple(rests), tuple(gaps), loss=loss)


def _loss_width(plan: Plan, room: float) -> float:
    assert plan.loss
    return max(_chip_width(plan.loss.name or "output", room), width("over 9999 examples", GRAD))


def _neuron(plan: Plan) -> Places:
    room = slot_width(chars_of(plan), NUMBER)
    r = room / 2 + 4.0
    pitch = 2 * r + 12.0
    inputs, outputs = plan.columns
    neuron = outputs.cells[-1].neuron
    assert neuron
    rows = rows_of(inputs)
    total_r = r + 7.0
    # The bias comes from above, so the sum needs that much room over it.
    above = _CHIP + 44.0 + total_r if neuron.bias else total_r
    half = max(above, (rows * pitch - 12.0) / 2 + 24.0, CURVE[1] / 2 + 24.0)
    top = MARGIN
    middle = top + half
    title = middle - (rows * pitch - 12.0) / 2 - 14.0
    height = half + max((rows * pitch - 12.0) / 2, total_r + 24.0, CURVE[1] / 2 + 26.0)
    x = MARGIN + _named(inputs.cells) + r
    titles = [(x, inputs)]
    spots: dict[str, Spot] = {}
    y = middle - (rows * pitch - 12.0) / 2 + r
    for cell in inputs.cells:
        spots[cell.node] = Spot(x, y, r)
        y += pitch
    rests = ((Spot(x, y, r), len(inputs.cells) + inputs.left_out),) if inputs.left_out else ()
    wide = max((_chip_width(line.name, room) for line in plan.lines if line.weight), default=0.0)
    left = x + r + 36.0
    chips = {i: Chip(left, spots[line.tail].y - _CHIP / 2, wide) for i, line in enumerate(plan.lines) if line.weight}
    x = left + wide + max(_LEAD, room + 14.0) + _FAN + 6.0 * max(0, rows - 4) + total_r
    total = Spot(x, middle, total_r)
    bias = None
    if neuron.bias:
        w = _chip_width(outputs.cells[-1].bias_name, room)
        bias = Chip(x - 24.0, middle - total_r - 44.0 - _CHIP, w)
    x += total_r
    curve = None
    out = outputs.cells[-1].node
    if neuron.activation:
        curve = Chip(x + 44.0, middle - CURVE[1] / 2, *CURVE)
        x = curve.right + 44.0 + r
        spots[out] = Spot(x, middle, r)
        x += r
    else:
        spots[out] = total
    x += _named((outputs.cells[-1],))
    loss = None
    if plan.loss:
        loss = Chip(x + 56.0, middle - _CHIP / 2, _loss_width(plan, room))
        x = loss.right
    return Places(
        x + MARGIN, top + height + LEGEND + MARGIN, spots, tuple(titles), title, rests, (), chips, total, bias, curve, loss
    )
