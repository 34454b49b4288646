"""The one way to compute a graph again: rows of operations in order of evaluation, and any numbers for its leaves.

    forward(rows, data)                  computes the values
    contributions(rows, data, grads)     adds up the gradients, and notes each chain-rule term

A value is known by any key that `data` and `grads` are indexed with: a place in a list, or an id in a mapping. Everything that
evaluates a graph with other numbers calls this, or its compiled form (`engine.compile`); a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from stepgrad.engine.ops import Op

__all__ = ["Numbers", "Program", "Row", "Terms", "backward", "contributions", "forward", "partials"]

Key = TypeVar("Key", bound=Hashable)
Any_ = TypeVar("Any_", contravariant=True)


class Numbers(Protocol[Any_]):
    """A list, or a mapping, of numbers."""

    def __getitem__(self, key: Any_, /) -> float: ...
    def __setitem__(self, key: Any_, number: float, /) -> None: ...


class Row(NamedTuple, Generic[Key]):
    """Value `out` = op(values `inputs`, params)."""

    op: Op
    out: Key
    inputs: tuple[Key, ...]
    params: tuple[float, ...] = ()


class Terms(NamedTuple, Generic[Key]):
    """The terms of the chain rule that some rows add, in their order: each to the grads of its inputs, slot by slot."""

    order: list[Key]
    """The rows, by what they compute."""
    upstreams: list[float]
    """One for each row."""
    locals: list[float]
    """One for each input of each row, as are `befores`: the grads that the terms were added to."""
    befores: list[float]


def forward(rows: Iterable[Row[Key]], data: Numbers[Key]) -> None:
    """Values: the data of leaves → the data of what each row computes, written into `data`."""
    for op, out, inputs, params in rows:
        data[out] = op.forward(*[data[each] for each in inputs], *params)


def partials(row: Row[Key], data: Numbers[Key]) -> tuple[float, ...]:
    """Local derivatives: one operation and the data → ∂out/∂input for each of its inputs."""
    op, out, inputs, params = row
    return op.partials(data[out], *[data[each] for each in inputs], *params)


def contributions(rows: Iterable[Row[Key]], data: Numbers[Key], grads: Numbers[Key]) -> Terms[Key]:
    """Chain-rule terms: rows from the last to the first, data, and the root's grad → the terms, which are added into `grads`."""
    order, upstreams, locals_, befores = list[Key](), list[float](), list[float](), list[float]()
    for row in rows:
        op, out, inputs, params = row
        upstream, term_of = grads[out], op.term
        order.append(out)
        upstreams.append(upstream)
        for child, local in zip(inputs, op.partials(data[out], *[data[each] for each in inputs], *params), strict=False):
            before = grads[child]
            locals_.append(local)
            befores.append(before)
            grads[child] = before + term_of(local, upstream)
    return Terms(order, upstreams, locals_, befores)


def backward(rows: Iterable[Row[Key]], data: Numbers[Key], grads: Numbers[Key]) -> None:
    """Gradients: the same as `contributions`, where nobody asks for the terms."""
    for row in rows:
        upstream, term_of = grads[row.out], row.op.term
        for child, local in zip(row.inputs, partials(row, data), strict=False):
            grads[child] += term_of(local, upstream)


@dataclass(frozen=True, slots=True)
class Program:
    """A graph apart from its numbers: how many values, which are leaves, how the others are made, in order."""

    size: int
    leaves: tuple[int, ...]
    """Their places, in the order in which their numbers are given."""
    rows: tuple[Row[int], ...]
    output: int
    wanted: tuple[int, ...] | None = None
    """The leaves whose gradients are asked for; None: all."""

    def forward(self, leaves: Iterable[float]) -> list[float]:
        """Leaves → every value."""
        data = [0.0] * self.size
        for place, number in zip(self.leaves, leaves, strict=True):
            data[place] = number
        forward(self.rows, data)
        return data

    def full(self, leaves: Iterable[float]) -> tuple[list[float], list[float]]:
        """Leaves → every value, and ∂output/∂value for every value."""
        data, grads = self.forward(leaves), [0.0] * self.size
        grads[self.output] = 1.0
        backward(reversed(self.rows), data, grads)
        return data, grads
