"""What a model says of each example, as a function of what the example says: the fit, or the boundary, that training moves.

In the graph of one example the prediction is a bottleneck: every way from a parameter to the loss goes through it. What varies
from example to example under it is its input; what varies beside it is the target.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from stepgrad.engine.compile import compiled
from stepgrad.engine.errors import ProgramError
from stepgrad.engine.examples import Cut, LossGraph
from stepgrad.engine.model import Model
from stepgrad.engine.program import Program

__all__ = ["Predictor", "predictor"]

_Columns = list[tuple[float, ...]]
"""A number for each example, for each leaf."""


@dataclass(frozen=True)
class Predictor:
    """The prediction as a function of its inputs and the parameters."""

    nodes: tuple[str, ...]
    """The ids of the predictions, one for each example."""
    inputs: tuple[tuple[float, ...], ...]
    """What each example reads."""
    targets: tuple[float, ...] | None
    """What each should come to; None where all are alike or there is none."""
    program: Program
    leaves: tuple[int | float, ...]
    """What each leaf after the parameters is: an int is an input's place, a float a number."""

    @property
    def reads(self) -> int:
        """How many inputs there are."""
        return len(self.inputs[0])

    @cached_property
    def work(self) -> int:
        """Operations of one evaluation."""
        return max(1, len(self.program.rows))

    def at(self, parameters: list[float], *inputs: float) -> float:
        """The prediction for these inputs."""
        rest = [inputs[leaf] if isinstance(leaf, int) else leaf for leaf in self.leaves]
        return self._value(parameters + rest)

    @cached_property
    def _value(self) -> Callable[[Sequence[float]], float]:
        return compiled(self.program).value


def predictor(model: Model) -> Predictor:
    """The prediction that all examples have in common. Raises ProgramError where there is none."""
    examples = model.examples
    if examples is None:
        raise ProgramError(
            "There are no examples in it: the loss is not a sum with a term for each.",
            hint="Write it as `loss = sum((yout - ygt)**2 for …)` over two examples or more.",
        )
    graph = model.loss_graph
    ways = [_bottlenecks(graph, example.terms) for example in examples.each]
    if not ways[0] or any(len(way) != len(ways[0]) for way in ways):
        raise _unlike()
    seen: list[set[int]] = [set() for _ in ways]
    chosen = 0
    for place in range(len(ways[0])):
        more = [_leaves_under(graph, way[place], met) for way, met in zip(ways, seen, strict=True)]
        if place and (len({len(each) for each in more}) > 1 or any(len(set(column)) > 1 for column in _columns(model, more))):
            break  # here the target comes in
        chosen = place
    nodes = tuple(way[chosen] for way in ways)
    cuts = [Cut(graph) for _ in nodes]
    programs = {cut.ending(cut.evaluated(node)) for cut, node in zip(cuts, nodes, strict=True)}
    if len(programs) > 1:
        raise _unlike()
    columns = _columns(model, [cut.leaves for cut in cuts])
    places: dict[tuple[float, ...], int] = {}
    for column in columns:
        if len(set(column)) > 1:
            places.setdefault(column, len(places))
    different = list(places)
    leaves = tuple(places.get(column, column[0]) for column in columns)
    rest = []
    for example, cut in zip(examples.each, cuts, strict=True):
        before = set(cut.leaves)
        rest.append([leaf for leaf in example.leaves if leaf not in before])
    alike = len({len(each) for each in rest}) == 1
    targets = next((column for column in _columns(model, rest) if len(set(column)) > 1), None) if alike else None
    inputs = tuple(zip(*different, strict=True)) if different else ((),) * len(nodes)
    return Predictor(tuple(map(model.graph.id, nodes)), inputs, targets, programs.pop(), leaves)


def _unlike() -> ProgramError:
    return ProgramError(
        "Its examples are not computed alike, so they have no prediction in common.",
        hint="Call one net, or one function, for every example.",
    )


def _columns(model: Model, leaves: Sequence[Sequence[int]]) -> _Columns:
    """The numbers at each place of lists of leaves that are equally long."""
    return [tuple(model.number(leaf) for leaf in column) for column in zip(*leaves, strict=True)]


def _leaves_under(graph: LossGraph, top: int, met: set[int]) -> list[int]:
    """The leaves a value is computed from that are not trained and were not met before, in order of evaluation."""
    found, todo = [], [top]
    while todo:
        if (each := todo.pop()) in met:
            continue
        met.add(each)
        if (row := graph.rows[each]) is not None:
            todo += row.inputs
        elif not graph.moved[each]:
            found.append(each)
    return sorted(found)


def _bottlenecks(graph: LossGraph, terms: Sequence[int]) -> list[int]:
    """The values that all ways from the parameters to the terms go through, in order of evaluation."""
    inner, todo = set(terms), list(terms)
    while todo:
        row = graph.rows[todo.pop()]
        for each in row.inputs if row else ():
            if graph.moved[each] and each not in inner:
                inner.add(each)
                todo.append(each)
    order = sorted(each for each in inner if graph.rows[each] is not None)
    place = {each: i for i, each in enumerate(order)}
    last = dict.fromkeys(inner, -1)
    for each in order:
        for child in graph.rows[each].inputs:  # type: ignore[union-attr]  # operations only
            if child in last:
                last[child] = place[each]
    # Where each value was used for the last time, the parameters from the start.
    last |= dict.fromkeys(terms, len(order))
    reach = max((last[each] for each in inner if graph.rows[each] is None), default=-1)
    found = []
    for i, each in enumerate(order):
        if reach <= i:
            found.append(each)
        reach = max(reach, last[each])
    return found
