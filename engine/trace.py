"""The frozen story of one run: the contract with everything outside the engine.

A trace holds nodes, edges and steps, and nothing that can change. Drawings, JSON and the command line read it and never
touch a `Value`. The records are named tuples: a story has thousands, and a frozen dataclass takes three times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from stepgrad.engine.errors import Span

__all__ = [
    "Descent", "Edge", "Field", "Folded", "Frame", "Group", "GroupKind", "Kind", "Node", "Notice", "Phase", "Step", "Trace",
    "Write",
]  # fmt: skip

Kind = Literal["input", "constant", "parameter", "operation", "group"]
Phase = Literal["forward", "seed", "backward", "zero_grad", "update"]
Field = Literal["data", "grad"]
GroupKind = Literal["neuron", "layer", "net", "function", "statement", "turn", "loop", "lines", "examples"]


@dataclass(frozen=True, slots=True)
class Folded:
    """The group that a node of kind "group" stands for.

    `results` are the ids of its values that are read outside it, or differentiated; where nothing is, of those that nothing in
    it reads. There is always one. A single one that an operation made is the node itself; others are nodes of their own, `inside`
    it.
    """

    group: str
    results: tuple[str, ...]
    operations: int
    parameters: int
    """In it or read by it."""


class Node(NamedTuple):
    """One value of the graph.

    `data` and `grad` are as the run left them; `grad` is None where no gradient came. `key` survives edits elsewhere: the
    name the value was bound to, else its path from the value that uses it.

    `op` is its row in the table of operations. An operation without one is the program's own: its `symbol` and its numbers are
    all that is known.
    """

    id: str
    key: str
    label: str
    kind: Kind
    op: str | None
    symbol: str | None
    params: tuple[float, ...]
    inputs: tuple[str, ...]
    data: float
    grad: float | None
    span: Span | None = None
    group: str | None = None
    """The innermost group that made it."""
    expands: str | None = None
    """The entry of `expand` that would build it from simpler operations; None where the table knows no way."""
    expanded_from: str | None = None
    """The entry of `expand` that it is there for: without it, it would be folded back."""
    folds: Folded | None = None
    inside: str | None = None
    """The drawn node that hides it, in a folded story."""


@dataclass(frozen=True, slots=True)
class Group:
    """Values that one part of the program made: an execution of a statement, a turn of a loop, a call of a function or a net, a
    layer or a neuron in such a call. Groups are nested; only those of two values or more are told."""

    id: str
    key: str
    """Survives edits elsewhere: the path of names from the outside in, `ypred/n#2/layers[0]`."""
    kind: GroupKind
    name: str
    parent: str | None
    span: Span | None
    size: int
    """Values in it and in the groups inside it."""


class Edge(NamedTuple):
    """One use of a value: `source` is operand number `slot` of `target`.

    `local` is ∂target/∂source by this operand, `contribution` is upstream × local; None where no backward pass came by.
    """

    id: str
    source: str
    target: str
    slot: int
    local: float | None
    contribution: float | None


class Write(NamedTuple):
    """One number that a step changes. None is "not computed"."""

    node: str
    field: Field
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Descent:
    """By what rule training changes parameters: w ← w − rate · direction, each in its own (its grad, of plain gradient descent).

    A step without directions sets grads to what they had added up to before.
    """

    optimizer: str
    rate: float
    directions: Mapping[str, float]


class Step(NamedTuple):
    """One moment of the story; `index` counts from 1, step 0 is before it.

    A backward step is one `+=` into a grad: `edge` says along which edge, `node` whose grad it is.
    `upstream` and `local` are the two factors of its `term`. A step that was only *observed* has none of the three: an operation
    that is not in the table has added to a grad, and how it came to that is not known.
    """

    index: int  # type: ignore[assignment]  # a field, not the method of a tuple
    phase: Phase
    node: str
    edge: str | None
    writes: tuple[Write, ...]
    upstream: float | None = None
    local: float | None = None
    term: float | None = None
    """upstream × local, as the operation lets it through: what is added."""
    parts: tuple[Step, ...] = ()
    """The steps of a finer telling that it stands for, if there is one."""
    sent: tuple[tuple[str, float | None], ...] = ()
    """What a folded group sends back: its edges, and the sum of what went along each; None for an edge of several values."""
    covers: tuple[int, int] | None = None
    """Of a folded story: the first and the last step of the whole story that it stands for."""
    descent: Descent | None = None
    """Of an update that training makes, and not the program."""
    span: Span | None = None
    """Where the program made a write that was only observed: one without upstream, local and term."""

    @property
    def is_observed(self) -> bool:
        """Whether it was only seen that a grad was added to."""
        return self.phase == "backward" and self.term is None and not self.sent and not self.parts

    @property
    def edges(self) -> tuple[str, ...]:
        """The edges it goes along."""
        if self.edge is not None:
            return (self.edge,)
        if self.sent:
            return tuple(edge for edge, _ in self.sent)
        return tuple(edge for part in self.parts for edge in part.edges)


class Notice(NamedTuple):
    """Something worth saying that is no error: the first non-finite value, a line that was passed over."""

    message: str
    node: str | None = None
    span: Span | None = None


class Frame(NamedTuple):
    """What is known at one step: data and grad by node id (absent means not computed), and the step that led here."""

    index: int  # type: ignore[assignment]  # a field, not the method of a tuple
    step: Step | None
    data: Mapping[str, float]
    grad: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trace:
    """The story of one run. `output` is the id of the value it is about."""

    source: str
    output: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    steps: tuple[Step, ...]
    start: Mapping[str, float]
    """Data that is known before step 1, by node id."""
    warnings: tuple[Notice, ...] = ()
    printed: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    """Parents before children."""
    grads: Mapping[str, float] = field(default_factory=dict)
    """Grads that are known before step 1: what backward passes left that are not told. Most runs have none."""
    initial: Mapping[str, float] = field(default_factory=dict)
    """Data that leaves began with, where `start` is what updates that are not told made of it."""
    turns: int = 0
    """Backward passes that the program has made: each can be told by itself. Of one that is, those until then."""

    @property
    def end(self) -> int:
        """The step of the finished picture: the last one. Training's update leads to the next iteration, and comes after it."""
        end = len(self.steps)
        while end > 1 and self.steps[end - 1].descent is not None:
            end -= 1
        return end

    def frame(self, index: int) -> Frame:
        """The state after steps 1 … index, replayed from the start, so that stepping back is as right as forward."""
        data = dict(self.start)
        grad = dict(self.grads)
        known = {"data": data, "grad": grad}
        steps = self.steps[:index]
        for step in steps:
            for write in step.writes:
                if write.after is None:
                    known[write.field].pop(write.node, None)
                else:
                    known[write.field][write.node] = write.after
        return Frame(index, steps[-1] if steps else None, data, grad)
