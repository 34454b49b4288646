"""A loss as a function of the parameters that are trained.

The graph is compiled and replayed with other parameters, so that no value is built. A large loss over examples is compiled as
its examples: hundreds of equal small graphs are one program that is run hundreds of times.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from stepgrad.engine.compile import CHUNK, Compiled, compiled
from stepgrad.engine.errors import not_in_table
from stepgrad.engine.examples import Example, Examples, LossGraph, take_apart
from stepgrad.engine.limits import TRAINING_LIMITS, TrainingLimits
from stepgrad.engine.program import Program
from stepgrad.engine.recording import Graph, Recording, recording_of
from stepgrad.engine.trace import Kind, Trace

__all__ = ["Batch", "Model", "Parameter"]

Batch = Literal["all", "stochastic"]
"""What one update is made from: all examples, or one."""


class Parameter(NamedTuple):
    """What is trained."""

    id: str
    key: str
    label: str
    kind: Kind


class Model:
    """A loss as a function of the parameters that are trained: what the last backward pass of a run was about.

    Trained are the values with the ids in `parameters`; without it the parameters of nets, else all inputs. They begin as they
    were when the run began. Raises ValueError for an id that is no leaf under the loss, and ProgramError where an operation is
    not in the table.
    """

    def __init__(self, run: Recording | Trace, parameters: Sequence[str] | None = None) -> None:
        run = recording_of(run) if isinstance(run, Trace) else run
        self.graph, rows = run.graph.under(run.root)
        graph = self.graph
        if (row := graph.unknown) is not None:
            raise not_in_table(graph.symbol(row), graph.spans[row])
        self._root = len(graph) - 1
        self._leaves = {
            leaf: run.initial.get(rows[leaf], run.start.get(rows[leaf], run.data[rows[leaf]])) for leaf in graph.leaves
        }
        self._trained = _chosen(graph, parameters)
        self.parameters = [
            Parameter(graph.id(row), graph.keys[row], graph.labels[row], graph.kinds[row]) for row in self._trained
        ]
        self.start = [self._leaves[row] for row in self._trained]
        others = sorted(set(graph.leaves).difference(self._trained))
        self._fixed = [self._leaves[row] for row in others]
        self._program = Program(len(graph), (*self._trained, *others), tuple(graph.program), self._root, tuple(self._trained))

    @property
    def root(self) -> str:
        """The id of the loss."""
        return self.graph.id(self._root)

    @cached_property
    def ids(self) -> list[str]:
        """The ids of all values, in order of evaluation."""
        return list(map(self.graph.id, range(len(self.graph))))

    @cached_property
    def loss_graph(self) -> LossGraph:
        return LossGraph(self.graph, self._trained)

    @cached_property
    def examples(self) -> Examples | None:
        """The loss taken apart, if it is a sum over examples."""
        return take_apart(self.loss_graph, self._root, self._leaves)

    def number(self, leaf: int) -> float:
        """The number that a leaf had when the run began."""
        return self._leaves[leaf]

    @property
    def trained(self) -> Sequence[int]:
        """The rows of the parameters in the graph."""
        return self._trained

    def work(self, batch: Batch = "all") -> int:
        """Operations in one step."""
        operations, parameters = len(self._program.rows), len(self.parameters)
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
        return len(self._program.rows) > CHUNK

    @cached_property
    def _compiled(self) -> Compiled:
        return compiled(self._program)

    @cached_property
    def _pieces(self) -> list[tuple[Compiled, list[float]]]:
        """All examples, and what they have in common, compiled, with the numbers that are not trained."""
        examples = self.examples
        parts = [*examples.each, *([examples.common] if examples.common else [])] if examples else []
        return [(compiled(part.program), list(part.fixed)) for part in parts]

    def loss(self, parameters: list[float]) -> float:
        """The loss alone."""
        if self.is_large and self.examples:
            return sum([each.value(parameters + fixed) for each, fixed in self._pieces])
        return self._compiled.value(parameters + self._fixed)

    def gradients(self, parameters: list[float]) -> tuple[float, list[float]]:
        """The loss, and its gradient for each parameter."""
        if not (self.is_large and self.examples):
            return self._compiled.gradients(parameters + self._fixed)
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

    def values(self, parameters: Sequence[float]) -> list[float]:
        """Every value with these parameters, by row."""
        leaves = [*parameters, *self._fixed]
        return self._program.forward(leaves) if self.is_large else self._compiled.forward(leaves)

    def full(self, parameters: Sequence[float]) -> tuple[list[float], list[float]]:
        """Every value with these parameters, and the gradient of the loss for each, by row."""
        leaves = [*parameters, *self._fixed]
        return self._program.full(leaves) if self.is_large else self._compiled.full(leaves)

    def parts(self, example: int) -> tuple[Example, ...]:
        """What one stochastic step is made from."""
        if not self.examples:
            return ()
        common = (self.examples.common,) if self.examples.common else ()
        return (self.examples.each[example], *common)


def _chosen(graph: Graph, wanted: Sequence[str] | None) -> list[int]:
    leaves = graph.leaves
    if wanted is not None:
        by_id = {graph.id(leaf): leaf for leaf in leaves}
        if missing := [id_ for id_ in wanted if id_ not in by_id]:
            raise ValueError(f"{missing[0]} is not a leaf that the loss depends on")
        chosen = [by_id[id_] for id_ in dict.fromkeys(wanted)]
    else:
        chosen = [leaf for leaf in leaves if graph.kinds[leaf] == "parameter"]
        chosen = chosen or [leaf for leaf in leaves if graph.kinds[leaf] == "input"]
    if not chosen:
        raise ValueError("there is nothing to train")
    return chosen
