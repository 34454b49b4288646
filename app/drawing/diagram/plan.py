"""What a diagram draws, without any number: cells in columns, and lines between them.

Hashable, so that pictures are kept by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from stepgrad.app.drawing.diagram.networks import Network, Source
from stepgrad.app.drawing.diagram.neurons import Neuron
from stepgrad.engine.trace import Kind, Node

__all__ = ["Cell", "Column", "Line", "Loss", "Plan", "View", "plan_of"]

View = Literal["neuron", "network"]
_Thing = TypeVar("_Thing")

MOST_ROWS, FIRST_ROWS = 12, 10
"""A column of more cells than the first shows as many as the second, and says how many there are."""

MOST_LAYERS, FIRST_LAYERS, LAST_LAYERS = 8, 4, 3
"""The same of layers, of which the last are shown too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A circle: a value that comes in, or what a neuron answers."""

    node: str
    key: str
    name: str
    kind: Kind
    inside: tuple[str, ...] = ()
    """What else is computed in it, or is this value somewhere else."""
    neuron: Neuron | None = None
    bias_name: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """Cells under one title, which says what they do: `layer 1`, `tanh`."""

    title: str
    does: str
    cells: tuple[Cell, ...]
    left_out: int = 0
    skipped: int = 0
    """Layers left out before it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A weight on its way from one cell to another."""

    tail: str
    head: str
    weight: str | None
    key: str
    name: str
    product: str | None


@dataclass(frozen=True, slots=True)
class Loss:
    """What the net is differentiated for, at the far right."""

    node: str
    key: str
    name: str
    examples: int


@dataclass(frozen=True, slots=True)
class Plan:
    view: View
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    loss: Loss | None
    total_name: str
    """In the view of one neuron, what the sum is called."""
    total_key: str
    digits: int

    @property
    def cells(self) -> list[Cell]:
        return [cell for column in self.columns for cell in column.cells]


def plan_of(
    network: Network,
    view: View,
    nodes: Mapping[str, Node],
    names: Mapping[str, str],
    loss: str | None,
    examples: int,
    digits: int,
) -> Plan:
    """*names* has what nodes are called; what has no name of its own is not in it."""
    planner = _Planner(nodes, names)
    columns = [Column("inputs" if len(network.sources) > 1 else "input", "", *_cut(network.sources, planner.source))]
    for i, layer in enumerate(network.layers):
        columns.append(Column(_title(i, network.layers), _does(layer), *_cut(layer, planner.neuron)))
    if len(columns) > MOST_LAYERS + 1:
        skipped = len(columns) - 1 - FIRST_LAYERS - LAST_LAYERS
        tail = columns[-LAST_LAYERS]
        columns[1 + FIRST_LAYERS :] = [
            Column(tail.title, tail.does, tail.cells, tail.left_out, skipped),
            *columns[len(columns) - LAST_LAYERS + 1 :],
        ]
    shown = {cell.node for column in columns for cell in column.cells}
    same = {other: source.node for source in network.sources for other in source.others}
    lines = [
        planner.line(same.get(term.source, term.source), neuron.out, term.weight, term.product)
        for neuron in network.neurons
        if neuron.out in shown
        for term in neuron.terms
        if same.get(term.source, term.source) in shown
    ]
    last = network.layers[-1][-1]
    return Plan(
        view,
        tuple(columns),
        tuple(lines),
        Loss(loss, nodes[loss].key, names.get(loss, ""), examples) if loss else None,
        names.get(last.total, "") if last.total != last.out else "",
        nodes[last.total].key,
        digits,
    )


class _Planner:
    def __init__(self, nodes: Mapping[str, Node], names: Mapping[str, str]) -> None:
        self._nodes = nodes
        self._names = names

    def source(self, source: Source) -> Cell:
        node = self._nodes[source.node]
        return Cell(node.id, node.key, self._names.get(node.id, ""), node.kind, source.others)

    def neuron(self, neuron: Neuron) -> Cell:
        node = self._nodes[neuron.out]
        inside = tuple(each for each in neuron.inside if each != node.id)
        bias = self._names.get(neuron.bias, "b") if neuron.bias else ""
        return Cell(node.id, node.key, self._names.get(node.id, ""), node.kind, inside, neuron, bias)

    def line(self, tail: str, head: str, weight: str | None, product: str | None) -> Line:
        key = self._nodes[weight].key if weight else ""
        return Line(tail, head, weight, key, self._names.get(weight, "") if weight else "", product)


def _cut(things: Sequence[_Thing], cell: Callable[[_Thing], Cell]) -> tuple[tuple[Cell, ...], int]:
    """The cells that are shown, and how many are not."""
    shown = things if len(things) <= MOST_ROWS else things[:FIRST_ROWS]
    return tuple(cell(thing) for thing in shown), len(things) - len(shown)


def _title(i: int, layers: Sequence[Sequence[Neuron]]) -> str:
    if i == len(layers) - 1:
        return "outputs" if len(layers[i]) > 1 else "output"
    return f"layer {i + 1}"


def _does(layer: Sequence[Neuron]) -> str:
    kinds = dict.fromkeys(neuron.activation or "linear" for neuron in layer)
    return ", ".join(kinds) if len(kinds) <= 2 else ""
