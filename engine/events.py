"""What happens in a run, and backward passes that a program makes by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from stepgrad.engine.backward import Pass
from stepgrad.engine.trace import Field
from stepgrad.engine.value import Value

__all__ = ["Assigned", "Noted", "Observed", "Passed", "Seeded", "Sent", "begins", "is_by_hand", "seeded_by_hand"]


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


class Observed(NamedTuple):
    """The program's own code has set the grad of a value, on behalf of `sender`, which reads it as its input `slot`."""

    value: Value
    before: float | None
    after: float
    sender: Value
    slot: int | None
    place: Any


class Passed:
    """A backward pass was run: how it began, and its terms."""

    __slots__ = ("seeded", "terms")

    def __init__(self, seeded: Seeded, terms: Pass) -> None:
        self.seeded = seeded
        self.terms = terms


class Sent:
    """One value has sent its grad back by itself: `value._backward()`."""

    __slots__ = ("terms",)

    def __init__(self, terms: Pass) -> None:
        self.terms = terms


Noted = Value | Assigned | Observed | Passed | Sent
"""What the log is made of; a value stands for its being computed."""


# ── by hand: `o.grad = 1.0`, then `o._backward()`, or the other grads as one has worked them out ──


def is_by_hand(log: Sequence[Noted]) -> bool:
    """Whether gradients are set or passed on by the program itself, as the lecture does before it has a `backward()`."""
    return any(
        isinstance(noted, (Sent, Observed)) or (isinstance(noted, Assigned) and noted.field == "grad" and noted.after != 0.0)
        for noted in log
    )


def seeded_by_hand(log: Sequence[Noted]) -> dict[Value, None]:
    """The values with which passes by hand begin, in order: those set to 1 that no earlier one depends on."""
    seeded: dict[Value, None] = {}
    under: set[Value] = set()
    for noted in log:
        if isinstance(noted, Assigned) and begins(noted) and noted.value not in under:
            seeded[noted.value] = None
            waiting = [noted.value]
            while waiting:
                value = waiting.pop()
                if value not in under:
                    under.add(value)
                    waiting.extend(value.inputs)
    return seeded


def begins(noted: Assigned) -> bool:
    """Whether this is how a pass by hand begins: the grad of what was computed, and has none, is set to 1."""
    return noted.field == "grad" and noted.after == 1.0 and not noted.before and bool(noted.value.inputs)
