"""Recording a run as it happens, and telling it as a `Trace`.

Nothing is simulated: the recorder builds the values, runs the backward passes and makes the assignments itself, and notes each
one. What is shown is what was computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.backward import Contribution, contributions
from engine.errors import LimitError, Span
from engine.graph import ancestors
from engine.limits import Limits
from engine.ops import Op
from engine.trace import Edge, Field, Kind, Node, Notice, Phase, Step, Trace, Write
from engine.value import Number, Value

__all__ = ["EXPLICIT", "LOCAL", "TOP", "Recorder"]

LOCAL, TOP, EXPLICIT = 1, 2, 3
"""How firmly a name holds: bound in a function or loop, bound at the top level, given with `label=` or `.label =`."""


@dataclass(frozen=True, slots=True)
class _Seeded:
    root: Value
    before: float | None
    forgotten: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class _Assigned:
    value: Value
    field: Field
    before: float | None
    after: float


class _Computed(NamedTuple):
    value: Value
    data: float


_Event = _Computed | _Seeded | Contribution | _Assigned


class Recorder:
    """Builds the graph of one run and keeps what a trace needs to know about each value."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.values
        self._events: list[_Event] = []
        self._kinds: dict[Value, Kind] = {}
        self._names: dict[Value, tuple[int, str]] = {}
        self._labelled: set[Value] = set()
        self._graded: set[Value] = set()
        self.places: dict[Value, Any] = {}
        """Where each value was made: whatever the language uses for a place."""
        self.roots: list[Value] = []
        """What backward was called on, in order, each once."""

    # ── while the program runs ──

    def leaf(self, data: Number, kind: Kind, place: Any) -> Value:
        value = Value(data)
        self._count()
        self._kinds[value] = kind
        self.places[value] = place
        return value

    def operation(self, op: Op, inputs: Sequence[Value], params: tuple[Number, ...], place: Any) -> Value:
        value = Value.apply(op, *inputs, params=params)
        self._count()
        self.places[value] = place
        self._events.append(_Computed(value, value.data))
        return value

    def backward(self, root: Value) -> None:
        self._events.extend(self._pass(root))
        if root not in self.roots:
            self.roots.append(root)

    def assign(self, value: Value, field: Field, after: float) -> None:
        before = value.data if field == "data" else value.grad if value in self._graded else None
        setattr(value, field, after)
        if field == "grad":
            self._graded.add(value)
        self._events.append(_Assigned(value, field, before, after))

    def name(self, value: Value, name: str, strength: int, place: Any = None) -> None:
        """Call a value by a name, unless it has one that holds as firmly. A leaf is where its name was bound."""
        held = self._names[value][0] if value in self._names else 0
        if strength == EXPLICIT:
            value.label = name
            self._labelled.add(value)
            strength = held or LOCAL
            if held == 0 and self._kinds.get(value) == "constant":
                self._kinds[value] = "input"
        if strength <= held:
            return
        self._names[value] = (strength, name)
        if value not in self._labelled:
            value.label = name
        if strength == TOP and self._kinds.get(value) == "constant":
            self._kinds[value] = "input"
        if place is not None and not value.inputs:
            self.places[value] = place

    def is_named(self, value: Value) -> bool:
        return value in self._names

    def is_bound(self, value: Value) -> bool:
        """Whether a name holds it at the top level."""
        return value in self._names and self._names[value][0] == TOP

    def used(self, value: Value) -> bool:
        """Whether some operation has read this leaf already."""
        return any(isinstance(event, _Computed) and value in event.value.inputs for event in self._events)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            allowed = self._limits.values
            raise LimitError(
                f"The program makes more than {allowed:,} values.",
                limit="values", value=allowed, hint="Use fewer terms, examples or repetitions.",
            )  # fmt: skip

    def _pass(self, root: Value) -> Iterator[_Event]:
        inner = [value for value in ancestors([root]) if value.inputs]
        forgotten = tuple(value for value in inner if value in self._graded and value is not root)
        before = (root.grad if root in self._graded else None) if not root.inputs else None
        self._graded.difference_update(forgotten)
        first = True
        for contribution in contributions(root):
            if first:
                yield _Seeded(root, before, forgotten)
                first = False
            yield contribution
            self._graded.add(contribution.node.inputs[contribution.slot])
        if first:  # a leaf: the seed is the whole pass
            yield _Seeded(root, before, forgotten)
        self._graded.add(root)

    # ── afterwards ──

    def trace(
        self,
        source: str,
        outputs: Sequence[Value],
        *,
        span: Callable[[Any], Span | None],
        warnings: Iterable[Notice] = (),
        printed: Iterable[str] = (),
    ) -> Trace:
        """Tell the run. Drawn is what the outputs and every backward pass depend on; the last output is the one it is about.

        A program that never calls `backward()` gets one pass from its output.
        """
        output = outputs[-1]
        if not self.roots:
            self.backward(output)
        return _Telling(self, [*self.roots, *outputs], self._events, self._kinds, self._names).trace(
            source, output, span, warnings, printed
        )


class _Telling:
    """Turns recorded events into nodes, edges and steps with ids."""

    def __init__(
        self,
        recorder: Recorder,
        roots: Sequence[Value],
        events: Sequence[_Event],
        kinds: dict[Value, Kind],
        names: dict[Value, tuple[int, str]],
    ) -> None:
        self._places = recorder.places
        self._kinds = kinds
        self._values = ancestors(roots)
        self._ids = {value: f"n{i}" for i, value in enumerate(self._values)}
        self._edge_ids: dict[tuple[Value, int], str] = {}
        for value in self._values:
            for slot in range(len(value.inputs)):
                self._edge_ids[value, slot] = f"e{len(self._edge_ids)}"
        self._keys = _keys(self._values, names)
        self._grad: dict[Value, float] = {}
        self._terms: dict[tuple[Value, int], Contribution] = {}
        self._start = {value: value.data for value in self._values if not value.inputs}
        self._unassigned = set(self._start)
        self._steps: list[Step] = []
        for event in events:
            self._tell(event)

    def _tell(self, event: _Event) -> None:
        ids = self._ids
        match event:
            case _Computed(value=value, data=data):
                if value in ids:
                    self._step("forward", value, None, [Write(ids[value], "data", None, data)])
            case Contribution(node=node, slot=slot):
                self._terms[node, slot] = event
                child = node.inputs[slot]
                self._grad[child] = event.after
                write = Write(ids[child], "grad", event.before, event.after)
                self._step("backward", child, self._edge_ids[node, slot], [write], event.upstream, event.local)
            case _Seeded(root=root, before=before, forgotten=forgotten):
                writes = [Write(ids[value], "grad", self._grad.pop(value), None) for value in forgotten]
                after = 1.0 if before is None else before + 1.0
                self._grad[root] = after
                self._step("seed", root, None, [*writes, Write(ids[root], "grad", before, after)])
            case _Assigned(value=value, field=field, before=before, after=after) if value in ids:
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
        warnings: Iterable[Notice],
        printed: Iterable[str],
    ) -> Trace:
        ids = self._ids
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
                    f"The gradient of {self._called(child)} is the first that is not finite: {term.upstream:.6g} × {term.local:.6g} "
                    f"sent back by {self._called(node)}.",
                    self._ids[child],
                )
                return

    def _called(self, value: Value) -> str:
        return f"`{value.label}`" if value.label else f"`{_calculation(value).split(' = ')[0]}`"


def _symbol(value: Value) -> str | None:
    if value.op is None:
        return None
    return value._op if value.op.name == "pow" and value.params else value.op.symbol


def _calculation(value: Value) -> str:
    if value.op is None:
        return f"{value.data:.6g}"
    operands = [f"{child.data:.6g}" for child in value.inputs] + [f"{param:.6g}" for param in value.params]
    return f"{value.op.python.format(*operands)} = {value.data:.6g}"


def _keys(values: Sequence[Value], names: dict[Value, tuple[int, str]]) -> dict[Value, str]:
    """A key for each value that stays the same when the program is edited elsewhere.

    The name it was bound to (the second to be called `a` is `a#2`), else where the last value that uses it has it: `o/0/1` is
    operand 1 of operand 0 of o. What nobody uses and nobody named is `out`.
    """
    keys: dict[Value, str] = {}
    taken: dict[str, int] = {}

    def take(value: Value, wanted: str) -> None:
        count = taken[wanted] = taken.get(wanted, 0) + 1
        keys[value] = wanted if count == 1 else f"{wanted}#{count}"

    for value in values:
        if value in names:
            take(value, names[value][1])
    for value in reversed(values):
        if value not in keys:
            take(value, "out")
        for slot, child in enumerate(value.inputs):
            if child not in keys:
                keys[child] = f"{keys[value]}/{slot}"
    return keys
