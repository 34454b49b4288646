"""Snapshot: a graph of values that was built in plain Python → its trace.

Nobody noted how such a graph came to be. So its story is told only where its numbers bear it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stepgrad.engine.errors import LimitError, ProgramError
from stepgrad.engine.graph import ancestors
from stepgrad.engine.limits import LIMITS
from stepgrad.engine.ops import OPS
from stepgrad.engine.recorder import EXPLICIT, Recorder
from stepgrad.engine.story import tell
from stepgrad.engine.trace import Notice, Trace
from stepgrad.engine.value import Value

__all__ = ["trace_of"]

_AS_IT_IS = Notice(
    "Data and grads are shown as they are, without steps: one forward pass, and at most one backward pass from here, "
    "would leave others."
)


def trace_of(root: Value) -> Trace:
    """The trace of all that a value depends on: its forward pass and, where grads were computed, its backward pass.

    A graph whose numbers are those that these passes leave has their steps. One whose data was set since, or whose grads are of
    several passes, of another root or set by hand, is a single moment without steps. The values do not change: the passes are run
    on a copy. Raises LimitError, and ProgramError for an operation that is not in the table.
    """
    values = ancestors([root])
    if len(values) > (allowed := LIMITS.held):
        raise LimitError(f"This graph has {len(values):,} values; at most {allowed:,} are told.", limit="held", value=allowed)
    recorder = Recorder(LIMITS)
    copies = _copied(values, recorder)
    graded = any(value.grad for value in values)
    if graded:
        recorder.backward(copies[-1])
    trace, _ = tell(recorder, "", copies[-1:], lambda place: None, lambda making: "", differentiate=False)
    alike = all(_same(value.data, copy.data) and _same(value.grad, copy.grad) for value, copy in zip(values, copies, strict=True))
    return trace if alike else _as_it_is(trace, values, graded)


def _copied(values: Sequence[Value], recorder: Recorder) -> list[Value]:
    """The same graph, computed again."""
    copies: dict[Value, Value] = {}
    for value in values:
        if value.op is None:
            copy = recorder.leaf(value.data, "constant", None)
        elif OPS.get(value.op.name) is value.op:
            copy = recorder.operation(value.op, tuple([copies[each] for each in value.inputs]), value.params, None)
        else:
            raise ProgramError(f"`{value.op.name}` is not in the table of operations, and cannot be drawn.")
        if value.label:
            recorder.name(copy, _text(value.label), EXPLICIT)
        copies[value] = copy
    return list(copies.values())


def _text(label: object) -> str:
    """A label as text that can be written anywhere: half of a surrogate pair cannot."""
    return str(label).encode(errors="replace").decode()


def _as_it_is(trace: Trace, values: Sequence[Value], graded: bool) -> Trace:
    """The same nodes and edges at a single moment."""
    nodes = [
        node._replace(data=value.data, grad=value.grad if graded else None)
        for node, value in zip(trace.nodes, values, strict=True)
    ]
    return replace(
        trace,
        nodes=tuple(nodes),
        edges=tuple(edge._replace(local=None, contribution=None) for edge in trace.edges),
        steps=(),
        start={node.id: node.data for node in nodes},
        grads={node.id: node.grad for node in nodes if node.grad is not None},
        warnings=(_AS_IT_IS,),
    )


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)
