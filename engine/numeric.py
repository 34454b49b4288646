"""Finite differences: the slope one can measure, to check the slope one is taught."""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["central_difference", "forward_difference"]

Function = Callable[[Sequence[float]], float]


def forward_difference(function: Function, at: Sequence[float], slot: int, h: float = 1e-4) -> float:
    """(f(x + h) - f(x)) / h in the direction of argument number `slot`; the error shrinks as h, until rounding takes over."""
    return (function(_moved(at, slot, h)) - function(at)) / h


def central_difference(function: Function, at: Sequence[float], slot: int, h: float | None = None) -> float:
    """(f(x + h) - f(x - h)) / 2h in the direction of argument number `slot`; the error shrinks as h².

    By default h is 6e-6 · max(1, |x|), near the cube root of the machine epsilon, where truncation and rounding balance
    (Press et al., Numerical Recipes, 3rd ed., §5.7).
    """
    h = 6e-6 * max(1.0, abs(at[slot])) if h is None else h
    return (function(_moved(at, slot, h)) - function(_moved(at, slot, -h))) / (2.0 * h)


def _moved(at: Sequence[float], slot: int, by: float) -> list[float]:
    moved = list(at)
    moved[slot] += by
    return moved
