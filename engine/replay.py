"""The last backward pass of a run, taken out of its story so that one can ask of it "what if".

A story may go on after its last backward pass: updates change the data that the gradients are about, zero_grad clears them.
Here are the data as they were when that pass began, the gradients it found by itself, and the graph replayed from one changed
value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from stepgrad.engine.compile import compiled
from stepgrad.engine.errors import not_in_table
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.program import Program, Row, forward
from stepgrad.engine.trace import Edge, Trace

__all__ = ["Replay"]


class _Over(dict[str, float]):
    """Numbers that are looked up elsewhere where they are not here."""

    def __init__(self, under: Mapping[str, float]) -> None:
        self._under = under

    def __missing__(self, id: str) -> float:
        return self._under[id]


class Replay:
    """One backward pass: where it started, what was known then, what it found. Everything goes by node id."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.spent = 0
        """Operations that were computed anew, or looked at for it, so far."""
        self._after: dict[str, list[Row[str]]] = {}

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
            if step.phase == "backward":
                term = step.term
                if term is None:  # it was only observed
                    ((_, _, before, after),) = step.writes
                    term = (after or 0.0) - (before or 0.0)
                found[step.node] = found.get(step.node, 0.0) + term
        return found

    def term(self, edge: str, local: float, upstream: float) -> float:
        """upstream × local, as the operation at the end of the edge lets it through."""
        return self._ops[edge].term(local, upstream)

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
        rows = self.after(node)
        self.spent += len(rows)
        new = _Over(self.data)
        new[node] = x
        forward(rows, new)
        return new

    def function(self, node: str) -> Callable[[float], float]:
        """The root as a function of one value, compiled. For many evaluations."""
        rows = self.after(node)
        computed = {row.out for row in rows}
        rest = dict.fromkeys(each for row in rows for each in row.inputs if each not in computed)
        order = dict.fromkeys([node, *rest])
        number = {each: i for i, each in enumerate([*order, *(row.out for row in rows)])}
        if self.root not in number:  # nothing depends on the node
            return lambda x, y=self.data[self.root]: y  # type: ignore[misc]
        numbered = tuple(Row(op, number[out], tuple(number[each] for each in inputs), params) for op, out, inputs, params in rows)
        output = number[self.root]
        values = compiled(Program(len(number), tuple(range(len(order))), numbered, output)).forward
        others = [self.data[each] for each in list(order)[1:]]
        return lambda x: values([x, *others])[output]

    def after(self, node: str) -> list[Row[str]]:
        """The operations on the ways from a node to the root, in order of evaluation.

        Raises ProgramError where one of them is not in the table: it was only observed, and cannot be computed again.
        """
        if node not in self._after:
            touched = {node}
            self.spent += len(self._rows) // 2
            for each in self.trace.nodes if node in self.leading else ():
                if each.id != node and each.id in self.leading and not touched.isdisjoint(each.inputs):
                    if each.op is None:
                        raise not_in_table(each.symbol, each.span)
                    touched.add(each.id)
            self._after[node] = [row for row in self._rows if row.out in touched and row.out != node]
        return self._after[node]

    def refuse_unknown(self) -> None:
        """Raises ProgramError where an operation under the root is not in the table: its slope is not known."""
        for node in self.trace.nodes:
            if node.op is None and node.inputs and node.id in self.leading:
                raise not_in_table(node.symbol, node.span)

    @cached_property
    def _rows(self) -> list[Row[str]]:
        return [
            Row(OPS[node.op], node.id, node.inputs, node.params)
            for node in self.trace.nodes
            if node.op is not None and node.id in self.leading
        ]

    @cached_property
    def _ops(self) -> dict[str, Op]:
        names = {node.id: node.op for node in self.trace.nodes}
        return {edge.id: OPS[op] for edge in self.trace.edges if (op := names[edge.target])}
