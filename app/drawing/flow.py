"""The numbers along the edges, moment by moment: local derivatives and contributions.

A local derivative ∂target/∂source is known with the forward step of its target, from the numbers of that moment. A contribution
is known with its backward step, and forgotten when the next pass begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Literal

from stepgrad.app.drawing.text import slot_chars
from stepgrad.app.drawing.view import View
from stepgrad.engine.ops import OPS
from stepgrad.engine.program import Row, partials
from stepgrad.engine.trace import Step, Trace

__all__ = ["EdgeField", "EdgeWrite", "Flow", "largest"]

EdgeField = Literal["local", "contribution"]


@dataclass(frozen=True, slots=True)
class EdgeWrite:
    """One number at an edge that a step changes. None is "not computed"."""

    edge: str
    field: EdgeField
    before: float | None
    after: float | None


class Flow:
    """What stands at the edges of one run."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @cached_property
    def writes(self) -> tuple[tuple[EdgeWrite, ...], ...]:
        """What each step changes, in order; the first is what step 1 does."""
        known: dict[EdgeField, dict[str, float]] = {"local": {}, "contribution": {}}
        told = _Teller(self._trace)
        all_writes = []
        for step in self._trace.steps:
            writes = []
            for edge, field, after in told.changes(step, known["contribution"]):
                before = known[field].get(edge)
                if after is None:
                    known[field].pop(edge, None)
                elif before is not None and (before == after or (before != before and after != after)):
                    continue
                else:
                    known[field][edge] = after
                writes.append(EdgeWrite(edge, field, before, after))
            all_writes.append(tuple(writes))
        return tuple(all_writes)

    def at(self, index: int) -> tuple[dict[str, float], dict[str, float]]:
        """Local derivatives and contributions after steps 1 … index, by edge; what is absent is not computed."""
        known: dict[EdgeField, dict[str, float]] = {"local": {}, "contribution": {}}
        for writes in self.writes[:index]:
            for write in writes:
                if write.after is None:
                    known[write.field].pop(write.edge, None)
                else:
                    known[write.field][write.edge] = write.after
        return known["local"], known["contribution"]

    def room(self, field: EdgeField, digits: int) -> dict[str, int]:
        """Characters that the widest number at each edge needs, over all steps."""
        room = dict.fromkeys((edge.id for edge in self._trace.edges), slot_chars(None, digits))
        for writes in self.writes:
            for write in writes:
                if write.field == field:
                    room[write.edge] = max(room[write.edge], slot_chars(write.after, digits))
        return room


def largest(trace: Trace, flow: Flow, view: View) -> tuple[float, float]:
    """The largest finite magnitudes of a story, of what tints the boxes and of what makes edges thick; without what is asked."""
    field = view.color
    known = trace.start if field == "data" else trace.grads
    numbers = [x for node, x in known.items() if f"{node}.{field}" not in view.asked]
    for step in trace.steps:
        numbers += [w.after or 0.0 for w in step.writes if w.field == field and f"{w.node}.{field}" not in view.asked]
    most = max((abs(x) for x in numbers if isfinite(x)), default=0.0)
    if field == "data":
        return most, most
    hidden = {edge.id for edge in trace.edges if {f"{edge.source}.grad", f"{edge.target}.grad"} & view.asked}
    terms = [w.after or 0.0 for writes in flow.writes for w in writes if w.field == "contribution" and w.edge not in hidden]
    return most, max((abs(x) for x in terms if isfinite(x)), default=0.0)


class _Teller:
    def __init__(self, trace: Trace) -> None:
        self._data = dict(trace.start)
        self._nodes = {node.id: node for node in trace.nodes}
        self._into: dict[str, list[str]] = {}
        for edge in trace.edges:
            self._into.setdefault(edge.target, []).append(edge.id)

    def changes(self, step: Step, contributions: Mapping[str, float]) -> Iterator[tuple[str, EdgeField, float | None]]:
        for write in step.writes:
            if write.field == "data" and write.after is not None:
                self._data[write.node] = write.after
        if step.phase == "forward":
            node = self._nodes[step.node]
            if node.op is None:  # a folded group, or an operation of the program's own
                return
            row = Row(OPS[node.op], node.id, node.inputs, node.params)
            yield from ((edge, "local", x) for edge, x in zip(self._into[node.id], partials(row, self._data), strict=False))
        elif step.phase == "seed":
            yield from [(edge, "contribution", None) for edge in contributions]
        elif step.phase == "backward" and step.edge and step.term is not None:
            yield step.edge, "local", step.local
            yield step.edge, "contribution", step.term
        else:
            yield from ((edge, "contribution", x) for edge, x in step.sent if x is not None)
