"""Neurons that belong together: what one diagram shows.

A net that is called on four examples is there four times; each call is a `Network` of its own, and a diagram shows one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from stepgrad.app.drawing.diagram.neurons import Neuron, find_neurons
from stepgrad.engine.trace import Node, Trace

__all__ = ["Network", "Networks", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """What comes in from outside. A plain number is a new value wherever a neuron reads it, and here they are one."""

    node: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """One use of a net: what comes in, then its neurons layer by layer."""

    sources: tuple[Source, ...]
    layers: tuple[tuple[Neuron, ...], ...]

    @property
    def neurons(self) -> list[Neuron]:
        return [neuron for layer in self.layers for neuron in layer]

    @property
    def parameters(self) -> frozenset[tuple[str | None, ...]]:
        """Those of all its neurons: two uses with the same ones are uses of the same net."""
        return frozenset(neuron.parameters for neuron in self.neurons)


class Networks:
    """All networks of a run, in the order in which they are computed."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._nodes = {node.id: node for node in trace.nodes}
        self._place = {node.id: i for i, node in enumerate(trace.nodes)}
        self.neurons = find_neurons(trace)

    @cached_property
    def all(self) -> tuple[Network, ...]:
        groups = sorted(self._together(), key=lambda group: self._place[group[0].out])
        return tuple(self._network(group) for group in groups)

    @cached_property
    def root(self) -> str:
        """What the last backward pass began from."""
        return next((step.node for step in reversed(self._trace.steps) if step.phase == "seed"), self._trace.output)

    @cached_property
    def _home(self) -> dict[str, int]:
        """The network that each value is computed in."""
        home = {}
        for i, network in enumerate(self.all):
            for neuron in network.neurons:
                for node in (*neuron.inside, *(term.product for term in neuron.terms if term.product)):
                    home[node] = i
        return home

    def home(self, nodes: Iterable[str]) -> int | None:
        """The first network that any of these is computed in."""
        return next((self._home[node] for node in nodes if node in self._home), None)

    def siblings(self, network: Network) -> list[int]:
        """The uses of the same net."""
        same = network.parameters
        return [i for i, other in enumerate(self.all) if other.parameters == same]

    def alone(self, neuron: Neuron) -> Network:
        """A network of one neuron, all else being outside of it."""
        return self._network([neuron])

    def loss(self, network: Network) -> str | None:
        """What the net was differentiated for, if that is something beyond it."""
        inside = {node for neuron in network.neurons for node in neuron.inside}
        return None if self.root in inside or not self._reaches(inside) else self.root

    def _reaches(self, nodes: set[str]) -> bool:
        reached = set(nodes)
        for node in self._trace.nodes:
            if any(source in reached for source in node.inputs):
                reached.add(node.id)
        return self.root in reached

    # Which belong together ---------------------------------------------------------------------------------------------

    def _together(self) -> list[list[Neuron]]:
        """One reads what another computes; or they are the n-th uses of neurons of one layer, or read the same."""
        leader = list(range(len(self.neurons)))

        def lead(i: int) -> int:
            while leader[i] != i:
                leader[i] = leader[leader[i]]
                i = leader[i]
            return i

        first: dict[object, int] = {}
        uses: dict[tuple[str | None, ...], int] = {}
        for i, neuron in enumerate(self.neurons):
            use = uses[neuron.parameters] = uses.get(neuron.parameters, -1) + 1
            marks: list[object] = [neuron.out]
            marks += [term.source for term in neuron.terms if self._nodes[term.source].op]
            marks += [(use, term.source) for term in neuron.terms if not self._nodes[term.source].op]
            if layer := self._layer(neuron):
                marks.append((use, layer))
            for mark in marks:
                a, b = lead(first.setdefault(mark, i)), lead(i)
                leader[max(a, b)] = min(a, b)
        groups: dict[int, list[Neuron]] = {}
        for i, neuron in enumerate(self.neurons):
            groups.setdefault(lead(i), []).append(neuron)
        return list(groups.values())

    def _layer(self, neuron: Neuron) -> str:
        """`n.layers[0]` of `n.layers[0].neurons[1].b`."""
        key = self._nodes[neuron.bias].key if neuron.bias else ""
        return key.rpartition(".neurons[")[0]

    def _network(self, neurons: Sequence[Neuron]) -> Network:
        depth: dict[str, int] = {}
        layers: dict[int, list[Neuron]] = {}
        sources: dict[object, list[str]] = {}
        for neuron in neurons:
            at = 1 + max((depth[term.source] for term in neuron.terms if term.source in depth), default=-1)
            depth[neuron.out] = at
            layers.setdefault(at, []).append(neuron)
            for i, term in enumerate(neuron.terms):
                if term.source not in depth:
                    self._add(sources, i, self._nodes[term.source])
        return Network(
            tuple(Source(first, tuple(dict.fromkeys(others))) for first, *others in sources.values()),
            tuple(tuple(layers[at]) for at in sorted(layers)),
        )

    def _add(self, sources: dict[object, list[str]], i: int, node: Node) -> None:
        if node.kind != "constant":
            sources.setdefault(node.id, [node.id])
        else:
            sources.setdefault((i, node.data), []).append(node.id)
