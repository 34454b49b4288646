"""Recording a run as it happens.

Nothing is simulated: the recorder builds the values, runs the backward passes and makes the assignments itself, and notes each
one. What is shown is what was computed. `engine.story` tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from engine.backward import Contribution, contributions
from engine.errors import LimitError
from engine.graph import ancestors
from engine.limits import Limits
from engine.ops import Op
from engine.trace import Field, GroupKind, Kind
from engine.value import Number, Value

__all__ = ["EXPLICIT", "LOCAL", "TOP", "Assigned", "Computed", "Event", "Making", "Recorder", "Seeded"]

LOCAL, TOP, EXPLICIT = 1, 2, 3
"""How firmly a name holds: bound in a function or loop, bound at the top level, given with `label=` or `.label =`."""


class Seeded(NamedTuple):
    """A backward pass begins: the root's grad, and the inner grads that are forgotten."""

    root: Value
    before: float | None
    forgotten: tuple[Value, ...]


class Assigned(NamedTuple):
    """The program set `.data` or `.grad`."""

    value: Value
    field: Field
    before: float | None
    after: float


class Computed(NamedTuple):
    """An operation was computed."""

    value: Value
    data: float


Event = Computed | Seeded | Contribution | Assigned


class Making:
    """A part of the program at work: an execution of a statement, a turn of a loop, a call. What is made meanwhile is its own."""

    __slots__ = ("kind", "name", "parent", "place")

    def __init__(self, parent: Making | None, kind: GroupKind, place: Any, name: str = "") -> None:
        self.parent = parent
        self.kind = kind
        self.place = place
        self.name = name


class Recorder:
    """Builds the graph of one run and keeps what a trace needs to know about each value."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.values
        self.events: list[Event] = []
        self.kinds: dict[Value, Kind] = {}
        self.places: dict[Value, Any] = {}
        """Where each value was made: whatever the language uses for a place."""
        self.origin: str | None = None
        """The entry of `expand` for which values are being made."""
        self.origins: dict[Value, str] = {}
        self.making: Making | None = None
        """The innermost part of the program that is at work."""
        self.makings: dict[Value, Making] = {}
        self._names: dict[Value, tuple[int, str]] = {}
        self._keys: dict[Value, str] = {}
        self._bound: dict[str, int] = {}
        """How many values each name has been bound to at the top level."""
        self._labelled: set[Value] = set()
        self._graded: set[Value] = set()
        self._roots: dict[Value, None] = {}

    @property
    def roots(self) -> list[Value]:
        """What backward was called on, in order, each once."""
        return list(self._roots)

    def leaf(self, data: Number, kind: Kind, place: Any) -> Value:
        value = Value(data)
        self._count()
        self.kinds[value] = kind
        self.places[value] = place
        if self.making is not None:
            self.makings[value] = self.making
        if self.origin is not None:
            self.origins[value] = self.origin
        return value

    def operation(self, op: Op, inputs: Sequence[Value], params: tuple[Number, ...], place: Any) -> Value:
        value = Value.apply(op, *inputs, params=params)
        self._count()
        self.places[value] = place
        self.events.append(Computed(value, value.data))
        if self.making is not None:
            self.makings[value] = self.making
        if self.origin is not None:
            self.origins[value] = self.origin
        return value

    def backward(self, root: Value) -> None:
        """Run a backward pass, each contribution an event."""
        for event in self._pass(root):
            self._note(event)
        self._roots[root] = None

    def assign(self, value: Value, field: Field, after: float) -> None:
        before = value.data if field == "data" else value.grad if value in self._graded else None
        setattr(value, field, after)
        if field == "grad":
            self._graded.add(value)
        self._note(Assigned(value, field, before, after))

    def name(self, value: Value, name: str, strength: int, place: Any = None) -> None:
        """Call a value by a name, unless it has one that holds as firmly. A leaf is where its name was bound."""
        held = self._names[value][0] if value in self._names else 0
        if strength == EXPLICIT:
            value.label = name
            self._labelled.add(value)
            strength = held or LOCAL
            if held == 0 and self.kinds.get(value) == "constant":
                self.kinds[value] = "input"
        if strength <= held:
            return
        self._names[value] = (strength, name)
        if strength == TOP:
            count = self._bound[name] = self._bound.get(name, 0) + 1
            self._keys[value] = name if count == 1 else f"{name}#{count}"
        if value not in self._labelled:
            value.label = name
        if strength == TOP and self.kinds.get(value) == "constant":
            self.kinds[value] = "input"
        if place is not None and not value.inputs:
            self.places[value] = place

    @contextmanager
    def within(self, kind: GroupKind, place: Any, name: str = "") -> Iterator[None]:
        """While a part of the program is at work."""
        outside, self.making = self.making, Making(self.making, kind, place, name)
        try:
            yield
        finally:
            self.making = outside

    def is_named(self, value: Value) -> bool:
        return value in self._names

    def is_bound(self, value: Value) -> bool:
        """Whether a name holds it at the top level."""
        return value in self._keys

    def key(self, value: Value) -> str:
        """The key of a value that is bound at the top level: `a`, for the second value bound to that name `a#2`."""
        return self._keys[value]

    def names(self) -> Iterator[tuple[Value, str]]:
        """Values and what to call them, those bound at the top level first."""
        yield from self._keys.items()
        yield from ((value, name) for value, (strength, name) in self._names.items() if strength < TOP)

    def used(self, value: Value) -> bool:
        """Whether some operation has read this leaf already."""
        return any(isinstance(event, Computed) and value in event.value.inputs for event in self.events)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            allowed = self._limits.values
            raise LimitError(
                f"The program makes more than {allowed:,} values.",
                limit="values", value=allowed, hint="Use fewer terms, examples or repetitions.",
            )  # fmt: skip

    def _note(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) > (allowed := self._limits.moments):
            raise LimitError(
                f"The story of this program has more than {allowed:,} steps.",
                limit="moments", value=allowed, hint="Use fewer backward passes or updates.",
            )  # fmt: skip

    def _pass(self, root: Value) -> Iterator[Event]:
        graded = self._graded
        inner = [value for value in ancestors([root]) if value.inputs] if graded else []
        forgotten = tuple([value for value in inner if value in graded and value is not root])
        before = (root.grad if root in self._graded else None) if not root.inputs else None
        graded.difference_update(forgotten)
        first = True
        for contribution in contributions(root):
            if first:
                yield Seeded(root, before, forgotten)
                first = False
            yield contribution
            graded.add(contribution.node.inputs[contribution.slot])
        if first:  # a leaf: the seed is the whole pass
            yield Seeded(root, before, forgotten)
        graded.add(root)
