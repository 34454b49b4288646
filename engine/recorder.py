"""Recording a run as it happens.

Nothing is simulated: the recorder builds the values, runs the backward passes and makes the assignments itself, and notes each
one. What is shown is what was computed. `engine.recording` is what is kept of it.

Of a long run the last passes are told; what went before is forgotten while the program runs (`engine.forgetting`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Any

from stepgrad.engine.backward import contributions, send_back
from stepgrad.engine.errors import LimitError, ProgramError
from stepgrad.engine.events import Assigned, Noted, Observed, Passed, Seeded, Sent, is_by_hand, seeded_by_hand
from stepgrad.engine.forgetting import Memory, sweep
from stepgrad.engine.limits import Limits
from stepgrad.engine.ops import Op
from stepgrad.engine.trace import Field, GroupKind, Kind
from stepgrad.engine.value import Number, Value

__all__ = ["EXPLICIT", "LOCAL", "TOP", "Making", "Recorder", "TurnOver"]

LOCAL, TOP, EXPLICIT = 1, 2, 3
"""How firmly a name holds: bound in a function or loop, bound at the top level, given with `label=` or `.label =`."""

_NAMELESS = (0, "")
_inputs = attrgetter("inputs")


class TurnOver(Exception):
    """All that is to be told has happened: the run need not go on."""


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

    def __init__(self, limits: Limits, turn: int | None = None) -> None:
        self._limits = limits
        self._turn = turn
        """The backward pass to tell, counted from 1; the run is over when the next begins. None: the last ones."""
        self._values_left = limits.values
        self._terms_left = limits.terms
        self._room = self._ahead = min(limits.held, limits.values)
        """How many more values may be made, and how many could be, until it is looked which of them are still held."""
        self.log: list[Noted] = []
        self._passes: list[Passed] = []
        self._moments = 0
        """Chain-rule terms in the log, which tells each of them."""
        self._enough = min(4 * limits.told, limits.moments)
        """How long the log may grow until its oldest passes are forgotten."""
        self._kept = 0
        """How many values were still held when we last looked."""
        self.untold = 0
        """Backward passes that are forgotten."""
        self.first: dict[Value, float] = {}
        """The data that values had before the program first set it."""
        self.kinds: dict[Value, Kind] = {}
        self.symbols: dict[Value, str] = {}
        """What operations are called that are not in the table."""
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
        self.graded: set[Value] = set()
        self._data: set[Value] = set()
        self.memories: list[Memory] = [
            self.kinds, self.symbols, self.places, self.origins, self.makings, self.first,
            self._names, self._keys, self._labelled, self.graded, self._data,
        ]  # fmt: skip
        """All that is kept about single values, here and by those who add to this list. It does not keep a value from dying."""

    @cached_property
    def by_hand(self) -> bool:
        """Whether the program sets or passes on gradients itself and calls no `backward()`. Asked when the run is over."""
        return not self.passes and is_by_hand(self.log)

    @cached_property
    def seeded_by_hand(self) -> dict[Value, None]:
        """What passes by hand began with, in order."""
        return seeded_by_hand(self.log) if self.by_hand else {}

    @property
    def senders(self) -> list[Value]:
        """Values that have sent their grads back by themselves."""
        sent = [noted.terms.order[0] for noted in self.log if isinstance(noted, Sent)]
        return [*sent, *(noted.sender for noted in self.log if isinstance(noted, Observed))]

    @property
    def walked(self) -> list[Sequence[Value]]:
        """The operations that each pass which is told went through."""
        return [passed.terms.order for passed in self._passes]

    @property
    def roots(self) -> list[Value]:
        """What backward was called on in the passes that are told, in order, each once; or what passes by hand began with."""
        return list(dict.fromkeys(passed.seeded.root for passed in self._passes)) or list(self.seeded_by_hand)

    @property
    def passes(self) -> int:
        """How many backward passes there were."""
        return self.untold + len(self._passes)

    def leaf(self, data: Number, kind: Kind, place: Any) -> Value:
        value = Value(data)
        self._room -= 1
        if self._room < 0:
            self._make_room()
        self.kinds[value] = kind
        self.places[value] = place
        if self.making is not None:
            self.makings[value] = self.making
        if self.origin is not None:
            self.origins[value] = self.origin
        return value

    def datum(self, data: Number, place: Any) -> Value:
        """A number of a data set: a constant, whatever holds it. It is not to be trained, and needs no slider."""
        value = self.leaf(data, "constant", place)
        self._data.add(value)
        return value

    def operation(self, op: Op, inputs: tuple[Value, ...], params: tuple[Number, ...], place: Any) -> Value:
        if len(inputs) == 2 and not params:
            data = op.forward(inputs[0].data, inputs[1].data)
        else:
            data = op.forward(*[each.data for each in inputs], *params)
        value = Value(data, "", op, inputs, params)
        self._room -= 1
        if self._room < 0:
            self._make_room()
        self.places[value] = place
        self.log.append(value)
        if self.making is not None:
            self.makings[value] = self.making
        if self.origin is not None:
            self.origins[value] = self.origin
        return value

    def observe(self, symbol: str, data: Number, inputs: tuple[Value, ...], place: Any) -> Value:
        """A value that the program's own code has computed: what is known of its operation is a symbol."""
        value = Value(data, "", None, inputs)
        self._room -= 1
        if self._room < 0:
            self._make_room()
        self.symbols[value] = symbol
        self.places[value] = place
        self.log.append(value)
        if self.making is not None:
            self.makings[value] = self.making
        return value

    def observe_grad(self, value: Value, after: float, sender: Value, slot: int | None, place: Any) -> None:
        """The program's own code sets a grad, on behalf of a value that reads this one as its input `slot`, if that is known."""
        before = value.grad if value in self.graded else None
        value.grad = after
        self.graded.add(value)
        self._note(Observed(value, before, after, sender, slot, place))

    def backward(self, root: Value) -> None:
        """Run a backward pass, each contribution an event. Raises TurnOver when all that is told has happened."""
        if self._turn is not None and self.passes >= self._turn:
            raise TurnOver
        before = (root.grad if root in self.graded else None) if not root.inputs else None
        terms = contributions(root)
        graded = self.graded
        forgotten = [value for value in reversed(terms.order) if value in graded and value is not root]
        graded.update(terms.order, chain.from_iterable(map(_inputs, terms.order)))
        graded.add(root)
        passed = Passed(Seeded(root, before, tuple(forgotten)), terms)
        self._passes.append(passed)
        self._moments += len(terms)
        self._terms_left -= len(terms) + 1
        if self._terms_left < 0:
            allowed = self._limits.terms
            raise LimitError(
                f"The backward passes of this program add up more than {allowed:,} chain-rule terms.",
                limit="terms", value=allowed, hint="Use fewer backward passes.",
            )  # fmt: skip
        self._note(passed)

    def send_back(self, value: Value) -> None:
        """Let one value add to the grads of its inputs, each contribution an event. A leaf has nothing to add to."""
        if not value.inputs:
            return
        sent = Sent(send_back([value]))
        self.graded.update(value.inputs)
        self.graded.add(value)
        self._moments += len(sent.terms)
        self._note(sent)

    def assign(self, value: Value, field: Field, after: float) -> None:
        if field == "data":
            before: float | None = value.data
            self.first.setdefault(value, value.data)
            value.data = after
        else:
            before = value.grad if value in self.graded else None
            value.grad = after
            self.graded.add(value)
        self._note(Assigned(value, field, before, after))

    def name(self, value: Value, name: str, strength: int, place: Any = None) -> None:
        """Call a value by a name, unless it has one that holds as firmly. A leaf is where its name was bound."""
        held = self._names.get(value, _NAMELESS)[0]
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
        if strength == TOP and self.kinds.get(value) == "constant" and value not in self._data:
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

    def has_grad(self, value: Value) -> bool:
        """Whether a backward pass has reached it, or the program has set its grad."""
        return value in self.graded

    def used(self, value: Value) -> bool:
        """Whether some operation has read this leaf already."""
        return any(isinstance(noted, Value) and value in noted.inputs for noted in self.log)

    # ── what a long run forgets ──

    def settle(self) -> None:
        """The run is over: keep what is told of it. Raises ProgramError for a turn that there is not."""
        if self._turn is not None:
            self._keep_turn(self._turn)
        if len(self.log) + self._moments > self._limits.told:
            self._forget()
        if len(self.places) > self._limits.held:
            self._check_held()

    def _keep_turn(self, turn: int) -> None:
        if self.passes < turn:
            raise ProgramError(
                f"There is no turn {turn:,}: the program makes {self.passes:,} backward passes.",
                hint=f"Ask for a turn from 1 to {self.passes:,}." if self.passes else "Only calls of `backward()` make turns.",
            )  # fmt: skip
        self._forget(0)
        last = self.log.index(self._passes[-1])
        after = next((i for i in range(last, len(self.log)) if isinstance(self.log[i], Value)), len(self.log))
        del self.log[after:]  # of the turn that has begun

    def _note(self, noted: Assigned | Observed | Passed | Sent) -> None:
        self.log.append(noted)
        if len(self.log) + self._moments <= self._enough:
            return
        self._forget()
        held = len(self.log) + self._moments
        if held > (allowed := self._limits.moments):
            raise LimitError(
                f"The story of this program has more than {allowed:,} steps.",
                limit="moments", value=allowed, hint="Use fewer backward passes or updates.",
            )  # fmt: skip
        self._enough = min(held + 3 * self._limits.told, allowed)

    def _make_room(self) -> None:
        """So many values were made that it is time to see which of them are still held."""
        self._values_left -= self._ahead
        if self._values_left <= 0:
            allowed = self._limits.values
            raise LimitError(
                f"The program makes more than {allowed:,} values.",
                limit="values", value=allowed, hint="Use fewer terms, examples or repetitions.",
            )  # fmt: skip
        self._forget()
        held = self._check_held()
        limit = self._limits.held  # looking costs time in proportion to what is held: not too often
        self._room = self._ahead = min(max(limit - held, limit // 4, 1), self._values_left)
        self._room -= 1

    def _check_held(self) -> int:
        """How many values are held. Raises LimitError."""
        if len(self.places) > (allowed := self._limits.held):
            self._sweep()
        if len(self.places) > allowed and gc.collect():  # functions that hold each other held values, too
            self._sweep()
        if len(self.places) > allowed:
            raise LimitError(
                f"The program holds more than {allowed:,} values at a time.",
                limit="held", value=allowed, hint="Use fewer terms or examples.",
            )  # fmt: skip
        return len(self.places)

    def _sweep(self) -> None:
        sweep(self.memories, self.log)
        self._kept = len(self.places)

    def _forget(self, told: int | None = None) -> None:
        """Let go of the oldest backward passes, if there is more than is told, and of all that nothing else needs."""
        log, passes, told = self.log, self._passes, self._limits.told if told is None else told
        dropped = 0
        if passes:
            places = [i for i, noted in enumerate(log) if noted.__class__ is Passed]
            while dropped < len(passes) - 1 and len(log) - places[dropped] + self._moments > told:
                self._moments -= len(passes[dropped].terms)
                dropped += 1
        if dropped:
            self.untold += dropped
            del passes[:dropped]
            begin = places[dropped - 1] + 1
            self._moments -= sum(len(noted.terms) for noted in log[:begin] if isinstance(noted, Sent))
            _cut(log, begin)
        if len(self.places) >= self._kept + self._kept // 2:  # enough is new to be worth a look
            self._sweep()
        if dropped:
            _cut(log, _begin(log))


def _cut(log: list[Noted], begin: int) -> None:
    """Forget what happened before, but for values that were computed then: they may be used later."""
    log[:begin] = [noted for noted in log[:begin] if isinstance(noted, Value)]


def _begin(log: list[Noted]) -> int:
    """Where the story of the first pass begins: with its forward pass, else after the updates of the pass before."""
    place = 0
    while isinstance(log[place], Value):
        place += 1
    while isinstance(noted := log[place], Assigned) and noted.field == "data":
        place += 1
    for later in range(place, len(log)):
        if isinstance(log[later], Value):
            return later
        if isinstance(log[later], Passed):
            break
    return place
