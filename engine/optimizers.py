"""How parameters follow their grads: the rules and defaults of torch.optim."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

__all__ = ["OPTIMIZERS", "Optimizer", "Update"]

Optimizer = Literal["sgd", "momentum", "adam"]
Update = Callable[[list[float], list[float]], list[float]]
"""Parameters and their grads → the next parameters. It remembers what it has to."""


def _descent(rate: float, count: int) -> Update:
    """w ← w − rate · grad"""

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        return [w - rate * g for w, g in zip(parameters, grads, strict=True)]

    return update


def _momentum(rate: float, count: int, keep: float = 0.9) -> Update:
    """velocity ← keep · velocity + grad; w ← w − rate · velocity"""
    velocity = [0.0] * count

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        nonlocal velocity
        velocity = [keep * v + g for v, g in zip(velocity, grads, strict=True)]
        return [w - rate * v for w, v in zip(parameters, velocity, strict=True)]

    return update


def _adam(rate: float, count: int, keep: float = 0.9, keep_square: float = 0.999, eps: float = 1e-8) -> Update:
    """w ← w − rate · mean / (√square + eps), of running means of grad and grad² that are corrected for having begun at 0."""
    mean, square, step = [0.0] * count, [0.0] * count, 0

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        nonlocal mean, square, step
        step += 1
        mean = [m + (g - m) * (1.0 - keep) for m, g in zip(mean, grads, strict=True)]
        square = [s * keep_square + (1.0 - keep_square) * g * g for s, g in zip(square, grads, strict=True)]
        size = rate / (1.0 - keep**step)
        scale = math.sqrt(1.0 - keep_square**step)
        return [w - size * (m / (math.sqrt(s) / scale + eps)) for w, m, s in zip(parameters, mean, square, strict=True)]

    return update


OPTIMIZERS: dict[Optimizer, Callable[[float, int], Update]] = {"sgd": _descent, "momentum": _momentum, "adam": _adam}
