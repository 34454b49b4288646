"""Snapshot: a graph of values that was built in plain Python → its recording.

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
from stepgrad.engine.recording import Recording, record
from stepgrad.engine.trace import Notice
from stepgrad.engine.value import Value

__all__ = ["recording_of_values"]

_AS_IT_IS = Notice(
    "Data and grads are shown as they are, without steps: one forward pass, and at most one backward pass from here, "
    "would leave others."
)


def recording_of_values(root: Value) -> Recording:
    """The recording of all that a value depends on: its forward pass and, where grads were computed, its backward pass.

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
    recording, _ = record(recorder, "", copies[-1:], lambda place: None, lambda making: "", differentiate=False)
    alike = all(_same(value.data, copy.data) and _same(value.grad, copy.grad) for value, copy in zip(values, copies, strict=True))
    return recording if alike else _as_it_is(recording, values, graded)


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


def _as_it_is(recording: Recording, values: Sequence[Value], graded: bool) -> Recording:
    """The same graph at a single moment."""
    data = [value.data for value in values]
    grads = [value.grad if graded else None for value in values]
    return replace(
        recording, data=data, grads=grads, log=(), start=dict(enumerate(data)), computed={}, initial={}, warnings=(_AS_IT_IS,)
    )


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)
