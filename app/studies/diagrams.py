"""A program's neuron or network as people draw them, at any moment of its story."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from stepgrad.app.drawing.diagram.networks import Network, Networks
from stepgrad.app.drawing.diagram.neurons import Neuron
from stepgrad.app.drawing.diagram.picture import Moment, diagram_of
from stepgrad.app.drawing.diagram.plan import Plan, View, plan_of
from stepgrad.app.drawing.diagram.scales import Scales, round_up
from stepgrad.app.errors import ProblemError
from stepgrad.app.schemas import shape
from stepgrad.app.steps import resolve
from stepgrad.app.studies.questions import DiagramLook
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.engine.trace import Edge, Step, Trace

__all__ = ["diagram_json", "diagram_svg"]


def diagram_svg(subject: Subject, question: DiagramLook) -> str:
    """The picture of `diagram.svg`."""
    return _Drawn(subject, question).svg()


@shape
class UseAnswer(TypedDict):
    """One use of a net."""

    example: int
    """From 1."""
    name: str
    outputs: list[str]


@shape
class CellAnswer(TypedDict):
    """A circle: an input or a neuron."""

    node: str
    key: str
    name: str
    sum: str | None
    """Of a neuron: the node of its sum; null of an input, as its `bias` and `activation`."""
    bias: str | None
    activation: str | None


@shape
class ColumnAnswer(TypedDict):
    """A layer, or the inputs."""

    title: str
    activation: str | None
    left_out: int
    """Cells that are not drawn."""
    nodes: list[CellAnswer]


@shape
class LineAnswer(
    TypedDict(
        "_Line",
        {
            "from": Annotated[str, Field(description="A cell of one column.")],
            "to": Annotated[str, Field(description="A cell of the next.")],
        },
    )
):
    """A weight."""

    weight: str | None
    """Its node; null where the input is added as it is."""
    key: str
    product: str | None


@shape
class ScalesAnswer(TypedDict):
    """What full width and full colour mean: the largest magnitude of the story, rounded up."""

    lines: float
    cells: float


@shape
class DiagramAnswer(Head):
    """A neuron or a network at one moment."""

    view: View
    step: int
    steps: int
    example: int
    """Which use of the net is shown, from 1."""
    examples: list[UseAnswer]
    homes: list[tuple[int, int]]
    """Where the story goes: from which step on it is in which example."""
    columns: list[ColumnAnswer]
    lines: list[LineAnswer]
    loss: str | None
    """The node of the loss, if it is drawn."""
    scales: ScalesAnswer
    svg: str
    """The picture, without an embedded font."""


def diagram_json(subject: Subject, question: DiagramLook) -> DiagramAnswer:
    """The answer of `diagram.json`."""
    drawn = _Drawn(subject, question)
    plan = drawn.plan
    return {
        **subject.head(),
        "view": plan.view,
        "step": drawn.index,
        "steps": len(drawn.told.steps),
        "example": drawn.which + 1,
        "examples": [
            {"example": i + 1, "name": drawn.title_of(i), "outputs": [each.out for each in network.layers[-1]]}
            for i, network in enumerate(drawn.networks.all)
        ],
        "homes": drawn.homes,
        "columns": [
            {
                "title": column.title,
                "activation": column.does or None,
                "left_out": column.left_out,
                "nodes": [
                    {
                        "node": cell.node, "key": cell.key, "name": cell.name,
                        "sum": cell.neuron.total if cell.neuron else None,
                        "bias": cell.neuron.bias if cell.neuron else None,
                        "activation": cell.neuron.activation if cell.neuron else None,
                    }
                    for cell in column.cells
                ],
            }
            for column in plan.columns
        ],
        "lines": [
            {"from": line.tail, "to": line.head, "weight": line.weight, "key": line.key, "product": line.product}
            for line in plan.lines
        ],
        "loss": plan.loss.node if plan.loss else None,
        "scales": {"lines": drawn.scales.lines, "cells": drawn.scales.cells},
        "svg": drawn.svg("none"),
    }  # fmt: skip


_Found = TypeVar("_Found")


@dataclass
class _Drawn:
    subject: Subject
    question: DiagramLook

    def __post_init__(self) -> None:
        shown = self.subject.shown
        self.told: Trace = shown.by_node if self.question.steps == "node" else shown.trace
        self.index = resolve(self.told, self.question.step)
        self.networks: Networks = self.subject.story.networks
        if not self.networks.all:
            raise ProblemError(
                422, "diagram", "There is no neuron in this program",
                "A diagram shows a sum of products with a bias and an activation, and none of the values is one.",
                hint="Write one, such as `o = tanh(x1*w1 + x2*w2 + b)`, or a net: `n = MLP(2, [3, 1])` and `o = n([1.0, -2.0])`.",
            )  # fmt: skip

    def _within(self, index: int) -> tuple[Step, ...]:
        """The steps of the whole story that a told step stands for."""
        if index == 0:
            return ()
        first, last = _covered(self.told.steps[index - 1])
        return self.subject.trace.steps[first - 1 : last]

    @property
    def whole_index(self) -> int:
        """Where in the whole story it is."""
        return _covered(self.told.steps[self.index - 1])[1] if self.index else 0

    @property
    def step(self) -> Step | None:
        finished = self.question.step == "end"
        return self.told.steps[self.index - 1] if self.index and not finished else None

    @cached_property
    def neuron(self) -> Neuron | None:
        """The one that was asked for by name."""
        if self.question.neuron is None:
            return None
        node = self.subject.named(self.question.neuron).id
        for neuron in self.networks.neurons:
            if node in (*neuron.inside, *neuron.parameters):
                return neuron
        name = self.subject.name(node)
        raise ProblemError(
            422, "diagram", "This is no neuron", f"`{name[:40]}` belongs to no neuron.",
            hint="Name what a neuron answers, its sum, or one of its weights.",
        )  # fmt: skip

    @cached_property
    def which(self) -> int:
        """The network that is shown: the one asked for; else where the step happens; else the first."""
        networks, asked = self.networks.all, self.question.example
        if self.neuron:
            return self.networks.home(self.neuron.inside) or 0
        if asked is not None:
            if not 1 <= asked <= len(networks):
                there = f"examples 1 to {len(networks)}" if len(networks) > 1 else "one"
                raise ProblemError(
                    422, "option", "An option is wrong", f"There is no example {asked}.", hint=f"This program has {there}."
                )
            return asked - 1
        if self.step is None:
            return 0
        return next((example - 1 for at, example in reversed(self.homes) if at <= self.index), 0)

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.id: edge for edge in self.subject.trace.edges}

    def _about(self, step: Step) -> list[str]:
        """What a step is about: of a backward step the ends of its edges, the one that sends first."""
        ends = [end for edge in step.edges for end in (self._edges[edge].target, self._edges[edge].source)]
        return [*ends, step.node]

    @property
    def homes(self) -> list[tuple[int, int]]:
        """Where the story goes: from which step on it is in which example."""
        return self.subject.shown.memo(("homes", self.question.steps), self._homes)

    def _homes(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for told in self.told.steps:
            home = self.networks.home(node for step in self._within(told.index) for node in self._about(step))
            if home is not None and (not found or found[-1][1] != home + 1):
                found.append((told.index, home + 1))
        return found

    @cached_property
    def network(self) -> Network:
        return self.networks.alone(self.neuron) if self.neuron else self.networks.all[self.which]

    def _kept(self, what: Hashable, make: Callable[[], _Found]) -> _Found:
        """What does not depend on the step is found once for a story."""
        return self.subject.story.memo(("diagram", what, self.which, self.neuron and self.neuron.out), make)

    @property
    def plan(self) -> Plan:
        return self._kept(("plan", self.question.digits), self._plan)

    def _plan(self) -> Plan:
        network = self.network
        view: View = "neuron" if len(network.neurons) == 1 else "network"
        digits = self.question.digits if self.question.digits is not None else 4 if view == "neuron" else 2
        names = {node.id: node.label for node in self.subject.trace.nodes if node.label}
        loss = self.networks.loss(self.networks.all[self.which])
        if self.neuron and self.neuron not in self.networks.all[self.which].layers[-1]:
            loss = None
        examples = len(self.networks.siblings(self.networks.all[self.which]))
        return plan_of(network, view, self.subject.nodes, names, loss, examples, digits)

    @property
    def scales(self) -> Scales:
        return self._kept(("scales", self.question.color), self._scales)

    def _scales(self) -> Scales:
        field = self.question.color
        neurons = self.network.neurons
        weights = {each for neuron in neurons for each in neuron.parameters if each}
        values = {each for neuron in neurons for each in (neuron.out, *(term.source for term in neuron.terms))}
        if self.plan.view == "neuron":
            values |= {neuron.total for neuron in neurons}
        return Scales(round_up(self._most(weights, field)), round_up(self._most(values, field)))

    def _most(self, nodes: set[str], field: str) -> float:
        """The largest finite magnitude in the whole story."""
        found = [x for node, x in self.subject.trace.start.items() if node in nodes] if field == "data" else []
        for step in self.subject.trace.steps:
            found += [
                write.after for write in step.writes if write.field == field and write.after is not None and write.node in nodes
            ]
        return max((abs(x) for x in found if math.isfinite(x)), default=0.0)

    def title_of(self, which: int) -> str:
        """`n, example 2 of 4`; what a net's parameters begin with is its name."""
        network = self.networks.all[which]
        same = self.networks.siblings(network)
        name = self._name(network)
        return f"{name}, example {same.index(which) + 1} of {len(same)}" if len(same) > 1 else name

    def _name(self, network: Network) -> str:
        last = network.layers[-1][-1]
        keys: Iterable[str] = (self.subject.nodes[each].key for each in last.parameters if each)
        first = next(iter(keys), "")
        for mark in (".layers[", ".neurons[", ".w[", ".b"):
            if mark in first:
                return first.partition(mark)[0]
        return self.subject.name(last.out)

    def svg(self, font: str = "") -> str:
        """The picture; without a font given, with the one that was asked for."""
        question, step = self.question, self.step
        drawn = diagram_of(self.plan, question.theme, question.bg, font or question.font, question.color)
        narrator = self.subject.shown.narrator
        within = self._within(self.index) if step else ()
        written = frozenset(f"{write.node}.{write.field}" for each in within for write in each.writes)
        active = frozenset(node for each in within for node in (*self._about(each), *(write.node for write in each.writes)))
        attributes = (
            {} if len(self.networks.all) < 2 else {"example": str(self.which + 1), "examples": str(len(self.networks.all))}
        )
        what = "Neuron" if self.plan.view == "neuron" else "Network"
        return drawn.fill(
            Moment(
                self.subject.trace.frame(self.whole_index)._replace(index=self.index),
                self.scales,
                len(self.told.steps),
                f"{what} {self.title_of(self.which)}",
                narrator.finished if question.step == "end" else narrator.text(step),
                step.phase if step else None,
                active,
                written,
                attributes,
            )
        )


def _covered(step: Step) -> tuple[int, int]:
    """The first and the last step of the whole story that a told step stands for."""
    return step.covers or ((step.parts[0].index, step.parts[-1].index) if step.parts else (step.index, step.index))
