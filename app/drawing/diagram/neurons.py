"""Neurons on a graph, found by their shape: a sum of products and a bias, and what is done to that sum.

A net's neurons and those that somebody wrote out by hand look the same here. Which operand of a product is the weight is told by
what it is (a parameter), else by its name, else by its place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from stepgrad.engine.nn import ACTIVATIONS
from stepgrad.engine.ops import OPS
from stepgrad.engine.trace import Node, Trace

__all__ = ["Neuron", "Term", "find_neurons"]


@dataclass(frozen=True, slots=True)
class Term:
    """One input of a neuron. Without a weight it is added as it is."""

    source: str
    weight: str | None
    product: str | None


@dataclass(frozen=True, slots=True)
class Neuron:
    """One use of one neuron. All are ids of nodes."""

    out: str
    total: str
    """The sum; the same as `out` where nothing is done to it."""
    activation: str
    """What is done to the sum, as the table of operations calls it; empty for nothing."""
    params: tuple[float, ...]
    terms: tuple[Term, ...]
    bias: str | None
    inside: tuple[str, ...]
    """All that is computed in it but its products."""

    @property
    def parameters(self) -> tuple[str | None, ...]:
        """Two uses with the same ones are uses of the same neuron."""
        return (*(term.weight for term in self.terms), self.bias)


def find_neurons(trace: Trace) -> list[Neuron]:
    """In the order in which they are computed. Takes time linear in the size of the graph."""
    return _Finder(trace).neurons()


MOST_INSIDE = 64
"""Values that an activation is taken apart into, at the most."""

_WEIGHT = re.compile(r"(?:w|weight|θ|theta)", re.IGNORECASE)
_INPUT = re.compile(r"x", re.IGNORECASE)
_BIAS = re.compile(r"(?:b|bias|c|β|beta)\d*$", re.IGNORECASE)


class _Finder:
    def __init__(self, trace: Trace) -> None:
        self._order = trace.nodes
        self._nodes = {node.id: node for node in trace.nodes}
        self._uses = Counter(source for node in trace.nodes for source in node.inputs)
        self._apart: set[str] = set()
        """What activations that `expand` has taken apart answer."""
        self._of_nets = any(node.kind == "parameter" for node in trace.nodes)

    def neurons(self) -> list[Neuron]:
        found = {neuron.out: neuron for neuron in self._curved()}
        totals = {neuron.total for neuron in found.values()}
        for neuron in self._straight(totals):
            # By hand a sum of products may be anything; it is a neuron where it reads neurons, or where nothing else is.
            if self._of_nets or not totals or any(term.source in found for term in neuron.terms):
                found.setdefault(neuron.out, neuron)
        return [found[node.id] for node in self._order if node.id in found]

    # What has an activation --------------------------------------------------------------------------------------------

    def _curved(self) -> Iterator[Neuron]:
        for node in self._order:
            if (shape := self._activation(node)) is None:
                continue
            name, total, inside = shape
            read = self._read(total)
            if read is None or not (self._weighed(read[0]) or OPS[name].activation):
                continue
            terms, bias, sums = read
            params = node.params if node.op == name else OPS[name].defaults
            yield Neuron(node.id, total, name, params, terms, bias, (*sums, *inside, node.id))

    def _activation(self, node: Node) -> tuple[str, str, tuple[str, ...]] | None:
        """Name, sum, and what lies between them, if this node is what an activation answers."""
        if taken := self._taken_apart(node):
            return taken
        op = OPS[node.op] if node.op else None
        if op and op.name in ACTIVATIONS:
            return op.name, node.inputs[0], ()
        if node.op == "div":
            return self._sigmoid(node) or self._tanh(node)
        return None

    def _taken_apart(self, node: Node) -> tuple[str, str, tuple[str, ...]] | None:
        """What `expand` has made of an activation: marked values that nothing outside reads, and that read one value themselves.

        With several operations expanded the marks are mixed; one of the activation's own is among them, and above it none is.
        """
        if node.expanded_from is None or any(self._curved_mark(user) for user in self._users(node.id)):
            return None
        inside: dict[str, None] = {node.id: None}
        read: dict[str, None] = {}
        todo = [node.id]
        while todo:
            for source in self._nodes[todo.pop()].inputs:
                if self._nodes[source].expanded_from is None or source in self._apart:
                    read[source] = None
                elif source not in inside:
                    inside[source] = None
                    todo.append(source)
            if len(inside) > MOST_INSIDE or len(read) > 1:
                return None
        name = next(filter(None, map(self._curved_mark, inside)), None)
        closed = all(user in inside for each in inside if each != node.id for user in self._users(each))
        if name is None or len(read) != 1 or not closed:
            return None
        self._apart.add(node.id)
        return name, next(iter(read)), tuple(sorted(inside.keys() - {node.id}, key=lambda each: int(each[1:])))

    def _curved_mark(self, node: str) -> str | None:
        name = (self._nodes[node].expanded_from or "").partition("@")[0]
        return name if name in OPS and OPS[name].activation else None

    def _sigmoid(self, node: Node) -> tuple[str, str, tuple[str, ...]] | None:
        """1 / (1 + exp(-n))"""
        one, below = (self._nodes[i] for i in node.inputs)
        if not _is(one, 1.0) or (power := self._beside(below, "add", 1.0)) is None or power.op != "exp":
            return None
        minus = self._nodes[power.inputs[0]]
        if minus.op == "neg":
            return "sigmoid", minus.inputs[0], (minus.id, power.id, below.id)
        negated = self._beside(minus, "mul", -1.0)
        return ("sigmoid", negated.id, (minus.id, power.id, below.id)) if negated else None

    def _tanh(self, node: Node) -> tuple[str, str, tuple[str, ...]] | None:
        """(e - 1) / (e + 1) with e = exp(2 n)"""
        above, below = (self._nodes[i] for i in node.inputs)
        if above.op != "sub" or not _is(self._nodes[above.inputs[1]], 1.0):
            return None
        power = self._nodes[above.inputs[0]]
        if power.op != "exp" or self._beside(below, "add", 1.0) != power:
            return None
        double = self._nodes[power.inputs[0]]
        half = self._beside(double, "mul", 2.0)
        return ("tanh", half.id, (double.id, power.id, above.id, below.id)) if half else None

    def _beside(self, node: Node, op: str, constant: float) -> Node | None:
        """The other operand of an operation with a constant."""
        if node.op != op:
            return None
        left, right = (self._nodes[i] for i in node.inputs)
        return left if _is(right, constant) else right if _is(left, constant) else None

    def _users(self, node: str) -> list[str]:
        return self._read_by.get(node, [])

    @cached_property
    def _read_by(self) -> dict[str, list[str]]:
        read_by: dict[str, list[str]] = {}
        for user in self._order:
            for source in user.inputs:
                read_by.setdefault(source, []).append(user.id)
        return read_by

    # The sum -----------------------------------------------------------------------------------------------------------

    def _read(self, total: str) -> tuple[tuple[Term, ...], str | None, tuple[str, ...]] | None:
        """Terms, bias and the sums on the way, if that is a sum with at least one product."""
        terms: list[Term] = []
        sums: list[str] = []
        todo = [total]
        while todo:
            node = self._nodes[todo.pop()]
            mine = node.id == total or self._uses[node.id] == 1
            if node.op == "add" and mine:
                sums.append(node.id)
                todo += reversed(node.inputs)
            elif node.op == "mul" and mine and (weight := self._weight(node)) is not None:
                terms.append(Term(node.inputs[1 - weight], node.inputs[weight], node.id))
            elif node.id == total:
                return None
            else:
                terms.append(Term(node.id, None, None))
        if not any(term.product for term in terms):
            return None
        bias = self._bias([term.source for term in terms if not term.product])
        return tuple(term for term in terms if term.product or term.source != bias), bias, tuple(reversed(sums))

    def _weight(self, product: Node) -> int | None:
        """Which operand is the weight; None if neither can be."""
        first, second = (self._rank(self._nodes[i]) for i in product.inputs)
        if product.inputs[0] == product.inputs[1] or (first == second and first in (0, 4)):
            return None
        if self._of_nets and max(first, second) < 4:
            return None
        return 0 if first > second else 1

    def _rank(self, node: Node) -> int:
        if node.kind == "parameter":
            return 4
        if node.op:
            return 0
        if _WEIGHT.match(node.label):
            return 3
        return 1 if _INPUT.match(node.label) else 2

    def _bias(self, bare: list[str]) -> str | None:
        leaves = [self._nodes[i] for i in bare if not self._nodes[i].op]
        for choose in (lambda n: n.kind == "parameter", lambda n: _BIAS.match(n.label), lambda n: not _INPUT.match(n.label)):
            if chosen := next((leaf for leaf in leaves if choose(leaf)), None):
                return chosen.id
        return None

    def _weighed(self, terms: tuple[Term, ...]) -> bool:
        return any(term.weight and self._nodes[term.weight].kind == "parameter" for term in terms)

    # What has none -----------------------------------------------------------------------------------------------------

    def _straight(self, totals: set[str]) -> Iterator[Neuron]:
        """Sums as large as they can be with at most one bias, and products of a parameter (by hand: of a named leaf)."""
        biases: dict[str, int] = {}
        for node in self._order:
            if not node.op and self._is_own(node):
                biases[node.id] = 1
            elif node.op == "mul" and (weight := self._weight(node)) is not None:
                if self._is_own(self._nodes[node.inputs[weight]]):
                    biases[node.id] = 0
            elif node.op == "add" and all(i in biases and self._inner(i) for i in node.inputs):
                count = sum(biases[i] for i in node.inputs)
                if count <= 1:
                    biases[node.id] = count
        for node in self._order:
            if node.op != "add" or node.id not in biases or node.id in totals:
                continue
            if any(user in biases and self._nodes[user].op == "add" for user in self._users(node.id)):
                continue
            if read := self._read(node.id):
                terms, bias, sums = read
                yield Neuron(node.id, node.id, "", (), terms, bias, sums)

    def _is_own(self, node: Node) -> bool:
        """Whether it can be a weight or a bias without an activation that says so."""
        return node.kind == ("parameter" if self._of_nets else "input") and not _INPUT.match(node.label)

    def _inner(self, node: str) -> bool:
        return not self._nodes[node].op or self._uses[node] == 1


def _is(node: Node, number: float) -> bool:
    return node.kind == "constant" and node.data == number
