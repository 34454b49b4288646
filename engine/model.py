"""A loss as a function of the parameters that are trained.

The graph is compiled and replayed with other parameters, so that no value is built. A large loss over examples is compiled as
its examples: hundreds of equal small graphs are one program that is run hundreds of times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from stepgrad.engine.compile import CHUNK, Instruction, Program, Structure, program
from stepgrad.engine.examples import Example, Examples, take_apart
from stepgrad.engine.graph import ancestors
from stepgrad.engine.limits import TRAINING_LIMITS, TrainingLimits
from stepgrad.engine.ops import OPS
from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Kind, Node, Trace
from stepgrad.engine.value import Value

__all__ = ["Batch", "Loss", "Model"]

Batch = Literal["all", "stochastic"]
"""What one update is made from: all examples, or one."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A graph without a story: its values in order of evaluation, the one that is to become small, and the numbers of leaves."""

    nodes: tuple[Node, ...]
    root: str
    start: Mapping[str, float]

    @classmethod
    def of_trace(cls, trace: Trace) -> Loss:
        """What the last backward pass of a run was about, with the numbers that were there when the run began."""
        replay = Replay(trace)
        return cls(
            tuple(node for node in trace.nodes if node.id in replay.leading), replay.root, {**trace.start, **trace.initial}
        )

    @classmethod
    def of_values(cls, root: Value, kinds: Mapping[Value, Kind], keys: Mapping[Value, str] | None = None) -> Loss:
        """The graph under a value. What has no kind is a constant, or an operation; what has no key is called by its number."""
        values = ancestors([root])
        ids = {value: f"n{i}" for i, value in enumerate(values)}
        nodes = tuple(
            Node(
                id=ids[value],
                key=keys.get(value, ids[value]) if keys else ids[value],
                label=value.label,
                kind="operation" if value.op else kinds.get(value, "constant"),
                op=value.op.name if value.op else None,
                symbol=None,
                params=tuple(map(float, value.params)),
                inputs=tuple(ids[child] for child in value.inputs),
                data=value.data,
                grad=None,
            )
            for value in values
        )
        return cls(nodes, ids[root], {})


class Model:
    """A loss as a function of the parameters that are trained.

    Trained are the values with the ids in `parameters`; without it the parameters of nets, else all inputs. They begin as they
    were when the run began. Raises ValueError for an id that is no leaf under the loss.
    """

    def __init__(self, graph: Trace | Loss, parameters: Sequence[str] | None = None) -> None:
        loss = graph if isinstance(graph, Loss) else Loss.of_trace(graph)
        self.root = loss.root
        self.nodes = loss.nodes
        leaves = [node for node in self.nodes if node.op is None]
        self.parameters = _chosen(leaves, parameters)
        trained = {node.id for node in self.parameters}
        others = [node for node in leaves if node.id not in trained]
        self._leaves = {node.id: loss.start.get(node.id, node.data) for node in leaves}
        self.start = [self._leaves[node.id] for node in self.parameters]
        self._fixed = [self._leaves[node.id] for node in others]
        self._number = {node.id: i for i, node in enumerate(self.nodes)}
        instructions = tuple(
            Instruction(node.op, self._number[node.id], tuple(self._number[each] for each in node.inputs), node.params)
            for node in self.nodes
            if node.op is not None
        )
        order = tuple(self._number[node.id] for node in [*self.parameters, *others])
        wanted = order[: len(self.parameters)]
        self._structure = Structure(len(self.nodes), order, instructions, self._number[self.root], wanted)

    @cached_property
    def examples(self) -> Examples | None:
        """The loss taken apart, if it is a sum over examples."""
        return take_apart(self.nodes, self.root, [node.id for node in self.parameters], self._leaves)

    def number(self, leaf: str) -> float:
        """The number that a leaf had when the run began."""
        return self._leaves[leaf]

    def work(self, batch: Batch = "all") -> int:
        """Operations in one step."""
        operations, parameters = len(self._structure.instructions), len(self.parameters)
        if batch == "stochastic" and self.examples:  # one example there and back, and all of them there for the loss
            operations = operations // 2 + operations // len(self.examples.each)
        return max(1, operations + parameters)

    def affordable(self, batch: Batch = "all", limits: TrainingLimits = TRAINING_LIMITS) -> int:
        """How many steps may be asked for."""
        return min(limits.steps, limits.work // self.work(batch))

    # One evaluation ----------------------------------------------------------------------------------------------------

    @property
    def is_large(self) -> bool:
        """Whether compiling it as a whole would take longer than it is worth for a few evaluations."""
        return len(self._structure.instructions) > CHUNK

    @cached_property
    def program(self) -> Program:
        return program(self._structure)

    @cached_property
    def _pieces(self) -> list[tuple[Program, list[float]]]:
        """The programs of all examples, and of what they have in common, with the numbers that are not trained."""
        examples = self.examples
        parts = [*examples.each, *([examples.common] if examples.common else [])] if examples else []
        return [(program(part.structure), list(part.fixed)) for part in parts]

    def loss(self, parameters: list[float]) -> float:
        """The loss alone."""
        if self.is_large and self.examples:
            return sum([each.value(parameters + fixed) for each, fixed in self._pieces])
        return self.program.value(parameters + self._fixed)

    def gradients(self, parameters: list[float]) -> tuple[float, list[float]]:
        """The loss, and its gradient for each parameter."""
        if not (self.is_large and self.examples):
            return self.program.gradients(parameters + self._fixed)
        total, rows = 0.0, []
        for each, fixed in self._pieces:
            loss, grads = each.gradients(parameters + fixed)
            total += loss
            rows.append(grads)
        return total, list(map(sum, zip(*rows, strict=True)))

    def gradients_of(self, example: int, parameters: list[float]) -> list[float]:
        """The gradient of one example's terms, and of what is in common, for each parameter."""
        each, fixed = self._pieces[example]
        grads = each.gradients(parameters + fixed)[1]
        if self.examples and self.examples.common:
            common, rest = self._pieces[-1]
            grads = [a + b for a, b in zip(grads, common.gradients(parameters + rest)[1], strict=True)]
        return grads

    def values(self, parameters: Sequence[float]) -> dict[str, float]:
        """Every value with these parameters, by node id."""
        leaves = [*parameters, *self._fixed]
        found = self._walked(leaves) if self.is_large else self.program.forward(leaves)
        return dict(zip(self._number, found, strict=True))

    def full(self, parameters: Sequence[float]) -> tuple[dict[str, float], dict[str, float]]:
        """Every value with these parameters, and the gradient of the loss for each, by node id."""
        leaves = [*parameters, *self._fixed]
        if self.is_large:
            data = self._walked(leaves)
            grads = self._walked_back(data)
        else:
            data, grads = self.program.full(leaves)
        return dict(zip(self._number, data, strict=True)), dict(zip(self._number, grads, strict=True))

    def _walked(self, leaves: Sequence[float]) -> list[float]:
        """`program.forward` without compiling: a large graph is evaluated as a whole only now and then."""
        found = [0.0] * self._structure.size
        for i, x in zip(self._structure.leaves, leaves, strict=True):
            found[i] = x
        for step in self._structure.instructions:
            found[step.out] = OPS[step.op].forward(*[found[i] for i in step.inputs], *step.params)
        return found

    def _walked_back(self, data: Sequence[float]) -> list[float]:
        grads = [0.0] * self._structure.size
        grads[self._structure.output] = 1.0
        for step in reversed(self._structure.instructions):
            op, upstream = OPS[step.op], grads[step.out]
            locals_ = op.partials(data[step.out], *[data[i] for i in step.inputs], *step.params)
            for child, local in zip(step.inputs, locals_, strict=False):
                grads[child] += 0.0 if op.gate and local == 0.0 else local * upstream
        return grads

    def parts(self, example: int) -> tuple[Example, ...]:
        """What one stochastic step is made from."""
        if not self.examples:
            return ()
        common = (self.examples.common,) if self.examples.common else ()
        return (self.examples.each[example], *common)


def _chosen(leaves: Sequence[Node], wanted: Sequence[str] | None) -> tuple[Node, ...]:
    if wanted is not None:
        by_id = {leaf.id: leaf for leaf in leaves}
        if missing := [id_ for id_ in wanted if id_ not in by_id]:
            raise ValueError(f"{missing[0]} is not a leaf that the loss depends on")
        chosen = tuple(by_id[id_] for id_ in dict.fromkeys(wanted))
    else:
        chosen = tuple(leaf for leaf in leaves if leaf.kind == "parameter")
        chosen = chosen or tuple(leaf for leaf in leaves if leaf.kind == "input")
    if not chosen:
        raise ValueError("there is nothing to train")
    return chosen
