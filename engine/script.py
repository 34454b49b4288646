"""A run as the statements that would make it happen again: what to compute, differentiate and assign, in order.

The story tells single numbers; a script tells acts. Exports write it out in other dialects, and comparisons act it out elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stepgrad.engine.errors import not_in_table
from stepgrad.engine.trace import Field, Node, Trace

__all__ = ["Action", "Assign", "Backward", "Compute", "Leaf", "script"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number appears."""

    node: Node
    data: float


@dataclass(frozen=True, slots=True)
class Compute:
    """An operation is computed."""

    node: Node


@dataclass(frozen=True, slots=True)
class Backward:
    """A backward pass. Inner grads of an earlier one are cleared before (`forget`). `again`: a later pass walks here, too."""

    root: str
    forget: tuple[str, ...]
    again: bool


@dataclass(frozen=True, slots=True)
class Assign:
    """The same number is given to one field of some values."""

    nodes: tuple[str, ...]
    field: Field
    value: float


Action = Leaf | Compute | Backward | Assign


def script(trace: Trace) -> list[Action]:
    """The acts of a run. Values come in order of evaluation, each leaf before its first use.

    Raises ProgramError where an operation is not in the table: no other dialect has it.
    """
    for node in trace.nodes:
        if node.op is None and node.inputs:
            raise not_in_table(node.symbol, node.span)
    return _joined(_actions(trace))


def _actions(trace: Trace) -> Iterator[Action]:
    place = {node.id: i for i, node in enumerate(trace.nodes)}
    again = _again(trace)
    graded: set[str] = set()
    done = 0
    for step in trace.steps:
        if step.phase in ("forward", "seed", "update", "zero_grad"):
            upto = place[step.node] + (not trace.nodes[place[step.node]].inputs)
            for node in trace.nodes[done:upto]:
                if not node.inputs:
                    yield Leaf(node, trace.start[node.id])
            done = max(done, upto)
        match step.phase:
            case "forward":
                yield Compute(trace.nodes[place[step.node]])
            case "seed":
                forget = [write.node for write in step.writes if write.after is None]
                if step.node in graded and trace.nodes[place[step.node]].inputs:
                    forget.append(step.node)
                yield Backward(step.node, tuple(forget), again[step.index])
            case "zero_grad" | "update":
                for write in step.writes:
                    if write.after is not None:
                        yield Assign((write.node,), write.field, write.after)
        graded.update(write.node for write in step.writes if write.field == "grad" and write.after is not None)
    for node in trace.nodes[done:]:
        if not node.inputs:
            yield Leaf(node, trace.start[node.id])
        elif not trace.steps:  # a snapshot
            yield Compute(node)


def _again(trace: Trace) -> dict[int, bool]:
    """For each seed step, whether a later pass goes through an operation of this one."""
    inputs = {node.id: node.inputs for node in trace.nodes}
    seeds = [step for step in trace.steps if step.phase == "seed"]
    again: dict[int, bool] = {}
    later: set[str] = set()
    for step in reversed(seeds):
        under, todo = {step.node}, [step.node]
        while todo:
            for each in inputs[todo.pop()]:
                if inputs[each] and each not in under:
                    under.add(each)
                    todo.append(each)
        again[step.index] = not later.isdisjoint(under)
        later |= under
    return again


def _joined(actions: Iterator[Action]) -> list[Action]:
    """Assignments of one number in a row as one."""
    joined: list[Action] = []
    for action in actions:
        last = joined[-1] if joined else None
        if isinstance(action, Assign) and isinstance(last, Assign) and _alike(action, last):
            joined[-1] = Assign((*last.nodes, *action.nodes), last.field, last.value)
        else:
            joined.append(action)
    return joined


def _alike(a: Assign, b: Assign) -> bool:
    return a.field == b.field and repr(a.value) == repr(b.value)
