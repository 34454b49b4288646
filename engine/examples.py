"""A loss taken apart: which of its terms are about which example.

A loss over examples is a sum. Its terms are what is left when adding up and scaling is taken away; terms that have a calculation
on data in common belong to one example. So each example is a small graph of its own. Where all are alike, as one net on many
rows of data is, they are compiled once: that is how one example can be trained on at a time, and how a loss of 100,000 operations
is compiled in no time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.program import Program, Row
from stepgrad.engine.recording import Graph

__all__ = ["Cut", "Example", "Examples", "LossGraph", "take_apart"]


MOST_TIMES = 6
"""As many operations as the graph has may all examples together have: each has its own copy of what they share."""


class _Scale(NamedTuple):
    """What happens to a term on its way to the loss: the operation that scales it (None: it is subtracted), and what then."""

    row: Row[int] | None
    then: _Scale | None


_Way = _Scale | None


@dataclass(frozen=True, slots=True)
class Example:
    """Some terms of a loss as a graph of its own. Its leaves are all parameters, then `leaves`, with the numbers `fixed`."""

    terms: tuple[int, ...]
    program: Program
    leaves: tuple[int, ...]
    fixed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """A loss is the sum of these and of `common`: terms that no data comes into, such as a penalty for large weights."""

    each: tuple[Example, ...]
    common: Example | None
    sums: frozenset[int]
    """The operations that only add up and scale."""


def take_apart(loss: LossGraph, root: int, data: Mapping[int, float]) -> Examples | None:
    """The examples of a loss, or None where it is no sum over at least two, or they would share nearly all of their work.

    `data` has the numbers of all leaves.
    """
    sums, terms = loss.terms(root)
    common = [term for term in terms if not loss.fed[term]]
    groups = loss.related([term for term in terms if loss.fed[term]])
    if len(groups) < 2:
        return None
    known: dict[Program, Program] = {}
    cut: list[Example] = []
    room = MOST_TIMES * len(loss.rows)
    for group in [*groups, *([common] if common else [])]:
        piece = Cut(loss)
        program = piece.program({term: terms[term] for term in group})
        fixed = tuple([data[leaf] for leaf in piece.leaves])
        cut.append(Example(tuple(group), known.setdefault(program, program), tuple(piece.leaves), fixed))
        if (room := room - len(program.rows)) < 0:
            return None
    return Examples(tuple(cut[: len(groups)]), cut[-1] if common else None, frozenset(sums))


class LossGraph:
    """The graph of a loss, and what of it parameters (`moved`) and data (`fed`) come into: 1 or 0 for each value."""

    def __init__(self, graph: Graph, parameters: Sequence[int]) -> None:
        self.rows: list[Row[int] | None] = [None] * len(graph)
        """How each value is computed; None for a leaf."""
        for row in graph.program:
            self.rows[row.out] = row
        self.parameters = parameters
        self.moved = self._reached(graph, parameters)
        self.fed = self._reached(graph, set(graph.leaves).difference(parameters))

    @staticmethod
    def _reached(graph: Graph, start: Iterable[int]) -> bytearray:
        found = bytearray(len(graph))
        for each in start:
            found[each] = 1
        for _, out, inputs, _ in graph.program:
            for each in inputs:
                if found[each]:
                    found[out] = 1
                    break
        return found

    def terms(self, root: int) -> tuple[set[int], dict[int, list[_Way]]]:
        """The operations that only add up and scale, and the terms in order of evaluation, with their ways to the loss."""
        uses = Counter(each for row in self.rows if row for each in row.inputs)
        ways: dict[int, list[_Way]] = {root: [None]}
        sums: set[int] = set()
        for row in reversed(self.rows):
            if row is None or row.out not in ways:
                continue
            parts = self._parts(row)
            if uses[row.out] > 1 or not parts or (row.out != root and any(self.rows[part] is None for part, _ in parts)):
                continue  # a term. So is w·x + b: it is about one example, no sum over several
            (way,) = ways.pop(row.out)
            sums.add(row.out)
            for part, scale in parts:
                ways.setdefault(part, []).append(way if scale is None else _Scale(scale.row, way))
        return sums, {term: ways[term] for term in sorted(ways)}

    def _parts(self, row: Row[int]) -> list[tuple[int, _Scale | None]]:
        """What an operation adds up or scales, and how; None: as it is."""
        live = [slot for slot, each in enumerate(row.inputs) if self.moved[each]]
        minus, scaled = _Scale(None, None), _Scale(row, None)
        match row.op.name:
            case "add":
                return [(row.inputs[slot], None) for slot in live]
            case "sub":
                return [(row.inputs[slot], minus if slot else None) for slot in live]
            case "neg":
                return [(row.inputs[slot], minus) for slot in live]
            case "mul" if len(live) == 1:
                return [(row.inputs[live[0]], scaled)]
            case "div" if live == [0]:
                return [(row.inputs[0], scaled)]
        return []

    def related(self, terms: Sequence[int]) -> list[list[int]]:
        """The terms in groups: those are together that have a calculation on parameters and data in common."""
        owner: dict[int, int] = {}
        joined = {term: term for term in terms}

        def first(term: int) -> int:
            while joined[term] != term:
                joined[term] = term = joined[joined[term]]
            return term

        for term in terms:
            todo = [term]
            while todo:
                each = todo.pop()
                if each in owner:
                    joined[first(term)] = first(owner[each])
                elif (row := self.rows[each]) is not None and self.moved[each] and self.fed[each]:
                    owner[each] = term
                    todo += row.inputs
        groups: dict[int, list[int]] = {}
        for term in terms:
            groups.setdefault(first(term), []).append(term)
        return list(groups.values())


class Cut:
    """A piece of a graph, numbered in such a way that alike pieces are equal: parameters, then all else as it is met."""

    def __init__(self, loss: LossGraph) -> None:
        self._loss = loss
        self._number = {each: i for i, each in enumerate(loss.parameters)}
        self._size = len(self._number)
        self._made: list[Row[int]] = []
        self.leaves: list[int] = []

    def program(self, terms: Mapping[int, Sequence[_Way]]) -> Program:
        """The sum of the terms, each scaled as on its ways to the loss."""
        total: int | None = None
        for term, ways in terms.items():
            for way in ways:
                at = self._scaled(self.evaluated(term), way)
                total = at if total is None else self._computed(OPS["add"], (total, at))
        return self.ending(total or 0)

    def ending(self, output: int) -> Program:
        """All that was evaluated, for this output."""
        wanted = tuple(range(len(self._loss.parameters)))
        leaves = (*wanted, *(self._number[leaf] for leaf in self.leaves))
        return Program(self._size, leaves, tuple(self._made), output, wanted)

    def _scaled(self, at: int, way: _Way) -> int:
        while way:
            if (row := way.row) is not None:
                inputs = [at if self._loss.moved[each] else self.evaluated(each) for each in row.inputs]
                at = self._computed(row.op, tuple(inputs), row.params)
            else:
                at = self._computed(OPS["neg"], (at,))
            way = way.then
        return at

    def evaluated(self, value: int) -> int:
        """The number of a value; what it is computed from is numbered first, in order of evaluation."""
        number, rows = self._number, self._loss.rows
        needed: set[int] = set()
        todo = [value]
        while todo:
            each = todo.pop()
            if each not in number and each not in needed:
                needed.add(each)
                if (row := rows[each]) is not None:
                    todo += row.inputs
        for each in sorted(needed):
            if (row := rows[each]) is None:
                self.leaves.append(each)
                number[each] = self._size
                self._size += 1
            else:
                number[each] = self._computed(row.op, tuple([number[i] for i in row.inputs]), row.params)
        return number[value]

    def _computed(self, op: Op, inputs: tuple[int, ...], params: tuple[float, ...] = ()) -> int:
        self._made.append(Row(op, self._size, inputs, params))
        self._size += 1
        return self._size - 1
