"""The last backward pass of a run, taken out of its story so that one can ask of it "what if".

A story may go on after its last backward pass: updates change the data that the gradients are about, zero_grad clears them.
Here are the data as they were when that pass began, the gradients it found by itself, and the graph replayed from one changed
value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from stepgrad.engine.compile import Instruction, Structure, program
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.trace import Edge, Trace

__all__ = ["Replay"]


class _Operation(NamedTuple):
    id: str
    op: Op
    inputs: tuple[str, ...]
    params: tuple[float, ...]


class Replay:
    """One backward pass: where it started, what was known then, what it found. Everything goes by node id."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.spent = 0
        """Operations that were computed anew, or looked at for it, so far."""
        self._after: dict[str, list[_Operation]] = {}

    @cached_property
    def seed(self) -> int:
        """The index of the step that began the pass; 0 where a run has none."""
        return max((step.index for step in self.trace.steps if step.phase == "seed"), default=0)

    @cached_property
    def passes(self) -> int:
        """How many backward passes the run has made."""
        return sum(step.phase == "seed" for step in self.trace.steps)

    @cached_property
    def root(self) -> str:
        """What was differentiated."""
        return self.trace.steps[self.seed - 1].node if self.seed else self.trace.output

    @cached_property
    def data(self) -> dict[str, float]:
        """Every value when the pass began; what was computed only later, as the run left it."""
        later = {node.id: node.data for node in self.trace.nodes}
        return later | dict(self.trace.frame(self.seed or len(self.trace.steps)).data)

    @cached_property
    def grads(self) -> dict[str, float]:
        """∂root/∂value of this pass alone, summed in the order in which its terms came. Absent: none came."""
        found = {self.root: 1.0}
        for step in self.trace.steps[self.seed :]:
            if step.phase == "seed":
                break
            if step.phase == "backward" and step.edge and step.local is not None and step.upstream is not None:
                found[step.node] = found.get(step.node, 0.0) + self.term(step.edge, step.local, step.upstream)
        return found

    def term(self, edge: str, local: float, upstream: float) -> float:
        """upstream × local, unless the operation at the end of the edge lets nothing through where its slope is 0."""
        return 0.0 if local == 0.0 and self._ops[edge].gate else local * upstream

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that the pass walked, in order of evaluation."""
        return tuple(edge for edge in self.trace.edges if edge.target in self.leading and edge.local is not None)

    @cached_property
    def leading(self) -> frozenset[str]:
        """The root and what it depends on."""
        leading = {self.root}
        for node in reversed(self.trace.nodes):
            if node.id in leading:
                leading.update(node.inputs)
        return frozenset(leading)

    def moved(self, node: str, x: float) -> dict[str, float]:
        """The values that depend on `node`, and itself, if it had another number. For a few evaluations."""
        data = self.data
        new = {node: x}
        operations = self.after(node)
        self.spent += len(operations)
        for id_, op, inputs, params in operations:
            new[id_] = op.forward(*[new[each] if each in new else data[each] for each in inputs], *params)
        return new

    def function(self, node: str) -> Callable[[float], float]:
        """The root as a function of one value, compiled. For many evaluations."""
        operations = self.after(node)
        computed = {operation.id for operation in operations}
        rest = dict.fromkeys(each for operation in operations for each in operation.inputs if each not in computed)
        order = dict.fromkeys([node, *rest])
        leaves = tuple(range(len(order)))
        number = {each: i for i, each in enumerate([*order, *(operation.id for operation in operations)])}
        if self.root not in number:  # nothing depends on the node
            return lambda x, y=self.data[self.root]: y  # type: ignore[misc]
        instructions = tuple(
            Instruction(op.name, number[id_], tuple(number[each] for each in inputs), params)
            for id_, op, inputs, params in operations
        )
        output = number[self.root]
        forward = program(Structure(len(number), leaves, instructions, output)).forward
        others = [self.data[each] for each in list(order)[1:]]
        return lambda x: forward([x, *others])[output]

    def after(self, node: str) -> list[_Operation]:
        """The operations on the ways from a node to the root, in order of evaluation."""
        if node not in self._after:
            touched = {node}
            self.spent += len(self._operations) // 2
            if node in self.leading:
                for operation in self._operations:
                    if operation.id != node and not touched.isdisjoint(operation.inputs):
                        touched.add(operation.id)
            self._after[node] = [each for each in self._operations if each.id in touched and each.id != node]
        return self._after[node]

    @cached_property
    def _operations(self) -> list[_Operation]:
        return [
            _Operation(node.id, OPS[node.op], node.inputs, node.params)
            for node in self.trace.nodes
            if node.op is not None and node.id in self.leading
        ]

    @cached_property
    def _ops(self) -> dict[str, Op]:
        names = {node.id: node.op for node in self.trace.nodes}
        return {edge.id: OPS[names[edge.target] or ""] for edge in self.trace.edges}
