"""A loss taken apart: which of its terms are about which example.

A loss over examples is a sum. Its terms are what is left when adding up and scaling is taken away; terms that have a calculation
on data in common belong to one example. So each example is a small graph of its own. Where all are alike, as one net on many
rows of data is, they are compiled once: that is how one example can be trained on at a time, and how a loss of 100,000 operations
is compiled in no time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stepgrad.engine.compile import Instruction, Structure
from stepgrad.engine.trace import Node

__all__ = ["Cut", "Example", "Examples", "LossGraph", "take_apart"]


MOST_TIMES = 6
"""As many operations as the graph has may all examples together have: each has its own copy of what they share."""


class _Scale(NamedTuple):
    """What happens to a term on its way to the loss: the operation that scales it (empty: it is subtracted), and what then."""

    node: str
    then: _Scale | None


_Way = _Scale | None


@dataclass(frozen=True, slots=True)
class Example:
    """Some terms of a loss as a graph of its own. Its leaves are all parameters, then `leaves`, with the numbers `fixed`."""

    terms: tuple[str, ...]
    structure: Structure
    leaves: tuple[str, ...]
    fixed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """A loss is the sum of these and of `common`: terms that no data comes into, such as a penalty for large weights."""

    each: tuple[Example, ...]
    common: Example | None
    sums: frozenset[str]
    """The operations that only add up and scale."""


def take_apart(nodes: Sequence[Node], root: str, parameters: Sequence[str], data: Mapping[str, float]) -> Examples | None:
    """The examples of a loss, or None where it is no sum over at least two, or they would share nearly all of their work.

    `data` has the numbers of all leaves.
    """
    graph = LossGraph(nodes, parameters)
    sums, terms = graph.terms(root)
    common = [term for term in terms if term not in graph.fed]
    groups = graph.related([term for term in terms if term in graph.fed])
    if len(groups) < 2:
        return None
    known: dict[Structure, Structure] = {}
    cut: list[Example] = []
    room = MOST_TIMES * len(nodes)
    for group in [*groups, *([common] if common else [])]:
        piece = Cut(graph)
        structure = piece.structure({term: terms[term] for term in group})
        leaves = tuple(piece.leaves)
        cut.append(Example(tuple(group), known.setdefault(structure, structure), leaves, tuple(data[leaf] for leaf in leaves)))
        if (room := room - len(structure.instructions)) < 0:
            return None
    return Examples(tuple(cut[: len(groups)]), cut[-1] if common else None, frozenset(sums))


class LossGraph:
    """The graph of a loss, and what of it parameters (`moved`) and data (`fed`) come into."""

    def __init__(self, nodes: Sequence[Node], parameters: Sequence[str]) -> None:
        self.by_id = {node.id: node for node in nodes}
        self.place = {node.id: i for i, node in enumerate(nodes)}
        self.parameters = parameters
        self.moved = self._reached(set(parameters))
        self.fed = self._reached({node.id for node in nodes if node.op is None}.difference(parameters))

    def _reached(self, start: set[str]) -> set[str]:
        for node in self.by_id.values():
            if not start.isdisjoint(node.inputs):
                start.add(node.id)
        return start

    def terms(self, root: str) -> tuple[set[str], dict[str, list[_Way]]]:
        """The operations that only add up and scale, and the terms in order of evaluation, with their ways to the loss."""
        uses = Counter(each for node in self.by_id.values() for each in node.inputs)
        ways: dict[str, list[_Way]] = {root: [None]}
        sums: set[str] = set()
        for node in reversed(self.by_id.values()):
            if node.id not in ways:
                continue
            parts = self._parts(node)
            if uses[node.id] > 1 or not parts or (node.id != root and any(self.by_id[part].op is None for part, _ in parts)):
                continue  # a term. So is w·x + b: it is about one example, no sum over several
            (way,) = ways.pop(node.id)
            sums.add(node.id)
            for part, scale in parts:
                ways.setdefault(part, []).append(way if scale is None else _Scale(scale, way))
        return sums, {term: ways[term] for term in sorted(ways, key=self.place.__getitem__)}

    def _parts(self, node: Node) -> list[tuple[str, str | None]]:
        """What a node adds up or scales, and how: None as it is, empty with a minus, else the id of the operation."""
        live = [slot for slot, each in enumerate(node.inputs) if each in self.moved]
        match node.op:
            case "add":
                return [(node.inputs[slot], None) for slot in live]
            case "sub":
                return [(node.inputs[slot], "" if slot else None) for slot in live]
            case "neg":
                return [(node.inputs[slot], "") for slot in live]
            case "mul" if len(live) == 1:
                return [(node.inputs[live[0]], node.id)]
            case "div" if live == [0]:
                return [(node.inputs[0], node.id)]
        return []

    def related(self, terms: Sequence[str]) -> list[list[str]]:
        """The terms in groups: those are together that have a calculation on parameters and data in common."""
        owner: dict[str, str] = {}
        joined = {term: term for term in terms}

        def first(term: str) -> str:
            while joined[term] != term:
                joined[term] = term = joined[joined[term]]
            return term

        for term in terms:
            todo = [term]
            while todo:
                each = todo.pop()
                if each in owner:
                    joined[first(term)] = first(owner[each])
                elif self.by_id[each].op is not None and each in self.moved and each in self.fed:
                    owner[each] = term
                    todo += self.by_id[each].inputs
        groups: dict[str, list[str]] = {}
        for term in terms:
            groups.setdefault(first(term), []).append(term)
        return list(groups.values())


class Cut:
    """A piece of a graph, numbered in such a way that alike pieces are equal: parameters, then all else as it is met."""

    def __init__(self, graph: LossGraph) -> None:
        self._graph = graph
        self._number = {each: i for i, each in enumerate(graph.parameters)}
        self._size = len(self._number)
        self._made: list[Instruction] = []
        self.leaves: list[str] = []

    def structure(self, terms: Mapping[str, Sequence[_Way]]) -> Structure:
        """The sum of the terms, each scaled as on its ways to the loss."""
        total: int | None = None
        for term, ways in terms.items():
            for way in ways:
                at = self._scaled(self.evaluated(term), way)
                total = at if total is None else self._computed("add", (total, at))
        return self.ending(total or 0)

    def ending(self, output: int) -> Structure:
        """All that was evaluated, for this output."""
        wanted = tuple(range(len(self._graph.parameters)))
        leaves = (*wanted, *(self._number[leaf] for leaf in self.leaves))
        return Structure(self._size, leaves, tuple(self._made), output, wanted)

    def _scaled(self, at: int, way: _Way) -> int:
        while way:
            if way.node:
                node = self._graph.by_id[way.node]
                inputs = [at if each in self._graph.moved else self.evaluated(each) for each in node.inputs]
                at = self._computed(str(node.op), tuple(inputs), node.params)
            else:
                at = self._computed("neg", (at,))
            way = way.then
        return at

    def evaluated(self, id_: str) -> int:
        """The number of a value; what it is computed from is numbered first, in order of evaluation."""
        needed: dict[str, None] = {}
        todo = [id_]
        while todo:
            each = todo.pop()
            if each not in self._number and each not in needed:
                needed[each] = None
                todo += self._graph.by_id[each].inputs
        for each in sorted(needed, key=self._graph.place.__getitem__):
            node = self._graph.by_id[each]
            if node.op is None:
                self.leaves.append(each)
                self._number[each] = self._size
                self._size += 1
            else:
                self._number[each] = self._computed(node.op, tuple(self._number[i] for i in node.inputs), node.params)
        return self._number[id_]

    def _computed(self, op: str, inputs: tuple[int, ...], params: tuple[float, ...] = ()) -> int:
        self._made.append(Instruction(op, self._size, inputs, params))
        self._size += 1
        return self._size - 1
