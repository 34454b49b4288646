"""Telling a run as a `Trace`: what the recorder noted becomes nodes, edges and steps with ids."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from engine.backward import Contribution
from engine.errors import Span
from engine.graph import ancestors
from engine.groups import grouped
from engine.recorder import Assigned, Computed, Event, Making, Recorder, Seeded
from engine.trace import Edge, Node, Notice, Phase, Step, Trace, Write
from engine.value import Value

__all__ = ["tell"]


def tell(
    recorder: Recorder,
    source: str,
    outputs: Sequence[Value],
    span: Callable[[Any], Span | None],
    name: Callable[[Making], str],
    warnings: Iterable[Notice] = (),
    printed: Iterable[str] = (),
) -> Trace:
    """Tell a run. Drawn is what the outputs and every backward pass depend on; the last output is the one it is about.

    A program that never calls `backward()` gets one pass from its output. `span` knows what the recorder's places mean,
    `name` what a part of the program is called.
    """
    if not recorder.roots:
        recorder.backward(outputs[-1])
    return _Telling(recorder, [*recorder.roots, *outputs]).trace(source, outputs[-1], span, name, warnings, printed)


class _Telling:
    def __init__(self, recorder: Recorder, roots: Sequence[Value]) -> None:
        self._places = recorder.places
        self._kinds = recorder.kinds
        self._makings = recorder.makings
        self._values = ancestors(roots)
        self._ids = {value: f"n{i}" for i, value in enumerate(self._values)}
        self._edge_ids: dict[tuple[Value, int], str] = {}
        for value in self._values:
            for slot in range(len(value.inputs)):
                self._edge_ids[value, slot] = f"e{len(self._edge_ids)}"
        self._keys = _keys(self._values, recorder.names())
        self._grad: dict[Value, float] = {}
        self._terms: dict[tuple[Value, int], Contribution] = {}
        self._start = {value: value.data for value in self._values if not value.inputs}
        self._unassigned = set(self._start)
        self._steps: list[Step] = []
        for event in recorder.events:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        ids = self._ids
        match event:
            case Computed(value=value, data=data):
                if value in ids:
                    self._step("forward", value, None, [Write(ids[value], "data", None, data)])
            case Contribution(node=node, slot=slot):
                self._terms[node, slot] = event
                child = node.inputs[slot]
                self._grad[child] = event.after
                write = Write(ids[child], "grad", event.before, event.after)
                self._step("backward", child, self._edge_ids[node, slot], [write], event.upstream, event.local)
            case Seeded(root=root, before=before, forgotten=forgotten):
                writes = [Write(ids[value], "grad", self._grad.pop(value), None) for value in forgotten]
                after = 1.0 if before is None else before + 1.0
                self._grad[root] = after
                self._step("seed", root, None, [*writes, Write(ids[root], "grad", before, after)])
            case Assigned(value=value, field=field, before=before, after=after) if value in ids:
                if field == "grad":
                    self._grad[value] = after
                elif value in self._unassigned and before is not None:
                    self._unassigned.remove(value)
                    self._start[value] = before
                zeroed = field == "grad" and after == 0.0
                self._step("zero_grad" if zeroed else "update", value, None, [Write(ids[value], field, before, after)])

    def _step(
        self,
        phase: Phase,
        value: Value,
        edge: str | None,
        writes: Sequence[Write],
        upstream: float | None = None,
        local: float | None = None,
    ) -> None:
        self._steps.append(Step(len(self._steps) + 1, phase, self._ids[value], edge, tuple(writes), upstream, local))

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
        nodes = tuple(
            Node(
                id=ids[value],
                key=self._keys[value],
                label=value.label,
                kind=self._kinds.get(value, "constant") if value.op is None else "operation",
                op=value.op.name if value.op else None,
                symbol=_symbol(value),
                params=tuple(float(param) for param in value.params),
                inputs=tuple(ids[child] for child in value.inputs),
                data=value.data,
                grad=self._grad.get(value),
                span=span(self._places.get(value)),
                group=innermost.get(value),
            )
            for value in self._values
        )
        edges = tuple(
            Edge(
                id=id_,
                source=ids[value.inputs[slot]],
                target=ids[value],
                slot=slot,
                local=term.local if (term := self._terms.get((value, slot))) else None,
                contribution=term.term if term else None,
            )
            for (value, slot), id_ in self._edge_ids.items()
        )
        return Trace(
            source=source,
            output=ids[output],
            nodes=nodes,
            edges=edges,
            steps=tuple(self._steps),
            start={ids[value]: data for value, data in self._start.items()},
            warnings=(*warnings, *self._not_finite()),
            printed=tuple(printed),
            groups=groups,
        )

    def _not_finite(self) -> Iterator[Notice]:
        """Name the first value, and the first gradient, that is not a number one can go on with."""
        for value in self._values:
            if not math.isfinite(value.data):
                yield Notice(
                    f"{self._called(value)} is the first value that is not finite: {_calculation(value)}.", self._ids[value]
                )
                return
        for (node, slot), term in self._terms.items():
            if not math.isfinite(term.after):
                child = node.inputs[slot]
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
    return value._op if value.op.name == "pow" and value.params else value.op.symbol


CALL = 9
"""The precedence of what is written with brackets of its own."""


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
