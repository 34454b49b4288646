"""Telling a run as a `Trace`: what the recorder noted becomes nodes, edges and steps with ids."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from stepgrad.engine.backward import Contribution
from stepgrad.engine.errors import Span
from stepgrad.engine.events import Assigned, Computed, Event, Seeded
from stepgrad.engine.graph import ancestors
from stepgrad.engine.groups import grouped
from stepgrad.engine.ops import CALL
from stepgrad.engine.recorder import Making, Recorder
from stepgrad.engine.trace import Edge, Node, Notice, Phase, Step, Trace, Write
from stepgrad.engine.value import Value

__all__ = ["tell"]


def tell(
    recorder: Recorder,
    source: str,
    outputs: Sequence[Value],
    span: Callable[[Any], Span | None],
    name: Callable[[Making], str],
    warnings: Iterable[Notice] = (),
    printed: Iterable[str] = (),
    differentiate: bool = True,
) -> tuple[Trace, Sequence[Value]]:
    """Tell a run; answer with the values that the nodes tell of, too, in the same order. Drawn is what the outputs and every
    backward pass depend on; the last output is the one it is about.

    A program that never calls `backward()`, and sets no grads by hand, gets one pass from its output, if it is to be
    differentiated. `span` knows what the recorder's places mean, `name` what a part of the program is called.
    """
    if differentiate and not recorder.roots and not recorder.by_hand:
        recorder.backward(outputs[-1])
    values = ancestors([*recorder.roots, *recorder.senders, *outputs])
    return _Telling(recorder, values).trace(source, outputs[-1], span, name, warnings, printed), values


class _Telling:
    def __init__(self, recorder: Recorder, values: Sequence[Value]) -> None:
        self._places = recorder.places
        self._kinds = recorder.kinds
        self._makings = recorder.makings
        self._values = values
        self._ids = {value: f"n{i}" for i, value in enumerate(values)}
        edge_ids = map("e{}".format, count())
        self._edge_ids = {value: [next(edge_ids) for _ in value.inputs] for value in values}
        """The ids of the edges into a value, by slot."""
        self._keys = _keys(values, recorder.names())
        self._grad: dict[Value, float] = {}
        self._terms: dict[str, Contribution] = {}
        """The last contribution along each edge."""
        self._start = {value: value.data for value in values if not value.inputs}
        self._unassigned = set(self._start)
        self._grads_then: dict[Value, float] = {}
        """Grads that passes left which are not told."""
        self._steps: list[Step] = []
        self._tell_all(recorder.events)
        for value in self._values:
            if value not in self._grad and recorder.has_grad(value):
                self._grad[value] = self._grads_then[value] = value.grad
        self._first = recorder.first

    def _tell_all(self, events: Iterable[Event]) -> None:
        """A step for each event. A large run has hundreds of thousands: values computed and terms added go the short way."""
        ids, edge_ids, grads, terms, steps = self._ids, self._edge_ids, self._grad, self._terms, self._steps
        for event in events:
            if isinstance(event, Contribution):
                node, slot, upstream, local, _, before, after = event
                edge, child = edge_ids[node][slot], node.inputs[slot]
                terms[edge] = event
                if before and child not in grads:
                    self._grads_then[child] = before
                grads[child] = after
                id_ = ids[child]
                write = Write(id_, "grad", before, after)
                steps.append(Step(len(steps) + 1, "backward", id_, edge, (write,), upstream, local))
            elif isinstance(event, Computed):
                value, data = event
                if (computed := ids.get(value)) is not None:
                    write = Write(computed, "data", None, data)
                    steps.append(Step(len(steps) + 1, "forward", computed, None, (write,)))
            elif (step := self._told(event, len(steps) + 1)) is not None:
                steps.append(step)

    def _told(self, event: Seeded | Assigned, index: int) -> Step | None:
        ids = self._ids
        if isinstance(event, Seeded):
            root, before, forgotten = event
            id_, seeded = ids[root], 1.0 if before is None else before + 1.0
            writes = [Write(ids[value], "grad", self._grad.pop(value), None) for value in forgotten if value in self._grad]
            if before and root not in self._grad:
                self._grads_then[root] = before
            self._grad[root] = seeded
            return Step(index, "seed", id_, None, (*writes, Write(id_, "grad", before, seeded)))
        value, field, before, after = event.value, event.field, event.before, event.after
        if value not in ids:
            return None
        if field == "grad":
            if before and value not in self._grad:
                self._grads_then[value] = before
            self._grad[value] = after
        elif value in self._unassigned and before is not None:
            self._unassigned.remove(value)
            self._start[value] = before
        zeroed = field == "grad" and after == 0.0
        phase: Phase = "zero_grad" if zeroed else "update"
        return Step(index, phase, ids[value], None, (Write(ids[value], field, before, after),))

    def trace(
        self,
        source: str,
        output: Value,
        span: Callable[[Any], Span | None],
        name: Callable[[Making], str],
        warnings: Iterable[Notice],
        printed: Iterable[str],
    ) -> Trace:
        ids = self._ids
        groups, innermost = grouped(self._values, self._makings, span, name)
        return Trace(
            source=source,
            output=ids[output],
            nodes=tuple([self._node(value, span, innermost.get(value)) for value in self._values]),
            edges=tuple([edge for value in self._values if value.inputs for edge in self._edges(value)]),
            steps=tuple(self._steps),
            start={ids[value]: data for value, data in self._start.items()},
            warnings=(*warnings, *self._not_finite()),
            printed=tuple(printed),
            groups=groups,
            grads={ids[value]: grad for value, grad in self._grads_then.items()},
            initial={ids[value]: first for value, first in self._first.items() if self._start.get(value, first) != first},
        )

    def _node(self, value: Value, span: Callable[[Any], Span | None], group: str | None) -> Node:
        ids, op = self._ids, value.op
        return Node(
            ids[value],
            self._keys[value],
            value.label,
            self._kinds.get(value, "constant") if op is None else "operation",
            op.name if op else None,
            _symbol(value),
            tuple([float(param) for param in value.params]),
            tuple([ids[child] for child in value.inputs]),
            value.data,
            self._grad.get(value),
            span(self._places.get(value)),
            group,
        )

    def _edges(self, value: Value) -> Iterator[Edge]:
        ids, target = self._ids, self._ids[value]
        for slot, (id_, child) in enumerate(zip(self._edge_ids[value], value.inputs, strict=True)):
            term = self._terms.get(id_)
            local, contribution = (term.local, term.term) if term else (None, None)
            yield Edge(id_, ids[child], target, slot, local, contribution)

    def _not_finite(self) -> Iterator[Notice]:
        """Name the first value, and the first gradient, that is not a number one can go on with."""
        for value in self._values:
            if not math.isfinite(value.data):
                yield Notice(
                    f"{self._called(value)} is the first value that is not finite: {_calculation(value)}.", self._ids[value]
                )
                return
        for term in self._terms.values():
            if not math.isfinite(term.after):
                node, child = term.node, term.node.inputs[term.slot]
                yield Notice(
                    f"The gradient of {self._called(child)} is the first that is not finite: "
                    f"{term.upstream:.6g} × {term.local:.6g} sent back by {self._called(node)}.",
                    self._ids[child],
                )
                return

    def _called(self, value: Value) -> str:
        return f"`{value.label}`" if value.label else f"`{_calculation(value).split(' = ')[0]}`"


def _symbol(value: Value) -> str | None:
    if value.op is None:
        return None
    return value._op if value.params and value.op.precedence < CALL else value.op.symbol


def _calculation(value: Value) -> str:
    if value.op is None:
        return f"{value.data:.6g}"
    operands = [f"{child.data:.6g}" for child in value.inputs] + [f"{param:.6g}" for param in value.params]
    if value.op.precedence < CALL:  # -2 ** 0.5 is another number than (-2) ** 0.5
        operands = [f"({text})" if text.startswith("-") else text for text in operands]
    return f"{value.op.python.format(*operands)} = {value.data:.6g}"


def _keys(values: Sequence[Value], names: Iterable[tuple[Value, str]]) -> dict[Value, str]:
    """A key for each value that stays the same when the program is edited elsewhere.

    What it is called (the second of that name is `a#2`), else where the last value that uses it has it: `o/0/1` is operand 1 of
    operand 0 of o. What nobody uses and nobody named is `out`. A path of more than 40 steps ends in `…` and a number, so that the
    keys of a long sum are not as long as the sum.
    """
    keys: dict[Value, str] = {}
    counts: dict[str, int] = {}
    taken: set[str] = set()

    def take(value: Value, wanted: str) -> None:
        key = wanted
        while key in taken:
            counts[wanted] = counts.get(wanted, 1) + 1
            key = f"{wanted}#{counts[wanted]}"
        taken.add(key)
        keys[value] = key

    for value, name in names:
        take(value, name)
    for value in reversed(values):
        if value not in keys:
            take(value, "out")
        for slot, child in enumerate(value.inputs):
            if child not in keys:
                path, far, _ = keys[value].partition("/…")
                take(child, f"{path}/…" if far or path.count("/") >= 40 else f"{path}/{slot}")
    return keys
