"""How parameters follow their grads: the rules and defaults of torch.optim, one row each.

Training, sentences, formulas, the page, the documentation and the tests read this table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["OPTIMIZERS", "Optimizer", "Update"]

Update = Callable[[list[float], list[float]], list[float]]
"""Parameters and their grads → the next parameters. It remembers what it has to."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One rule, w ← w − rate · direction, and all that is said of it."""

    name: str
    label: str
    """As a choice on the page."""
    words: str
    """In a sentence: 100 steps of …"""
    help: str
    rule: Callable[..., Update]
    """Learning rate, count of parameters, constants by name → an update that has made no step yet."""
    torch: str
    """The same in PyTorch, of `parameters` and `rate`."""
    constants: Mapping[str, float] = field(default_factory=dict)
    direction: str = ""
    """What a parameter follows, in words; empty where that is its grad."""
    latex: str = ""

    @property
    def follows_grad(self) -> bool:
        return not self.direction

    def start(self, rate: float, count: int) -> Update:
        """The rule before its first step."""
        return self.rule(rate, count, **self.constants)


def _descent(rate: float, count: int) -> Update:
    """w ← w − rate · grad"""

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        return [w - rate * g for w, g in zip(parameters, grads, strict=True)]

    return update


def _momentum(rate: float, count: int, momentum: float) -> Update:
    """velocity ← momentum · velocity + grad; w ← w − rate · velocity"""
    velocity = [0.0] * count

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        nonlocal velocity
        velocity = [momentum * v + g for v, g in zip(velocity, grads, strict=True)]
        return [w - rate * v for w, v in zip(parameters, velocity, strict=True)]

    return update


def _adam(rate: float, count: int, beta1: float, beta2: float, eps: float) -> Update:
    """w ← w − rate · mean / (√square + eps), of running means of grad and grad² that are corrected for having begun at 0."""
    mean, square, step = [0.0] * count, [0.0] * count, 0

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        nonlocal mean, square, step
        step += 1
        mean = [m + (g - m) * (1.0 - beta1) for m, g in zip(mean, grads, strict=True)]
        square = [s * beta2 + (1.0 - beta2) * g * g for s, g in zip(square, grads, strict=True)]
        size = rate / (1.0 - beta1**step)
        scale = math.sqrt(1.0 - beta2**step)
        return [w - size * (m / (math.sqrt(s) / scale + eps)) for w, m, s in zip(parameters, mean, square, strict=True)]

    return update


def _rmsprop(rate: float, count: int, alpha: float, eps: float) -> Update:
    """w ← w − rate · grad / (√square + eps), of a running mean of grad²."""
    square = [0.0] * count

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        nonlocal square
        square = [alpha * s + (1.0 - alpha) * g * g for s, g in zip(square, grads, strict=True)]
        return [w - rate * g / (math.sqrt(s) + eps) for w, g, s in zip(parameters, grads, square, strict=True)]

    return update


OPTIMIZERS = {
    row.name: row
    for row in (
        Optimizer(
            "sgd",
            label="gradient descent",
            words="gradient descent",
            help="gradient descent, as in the lecture",
            rule=_descent,
            torch="SGD(parameters, lr=rate)",
        ),
        Optimizer(
            "momentum",
            label="momentum",
            words="gradient descent with momentum",
            help="gradient descent with momentum",
            rule=_momentum,
            torch="SGD(parameters, lr=rate, momentum=0.9)",
            constants={"momentum": 0.9},
            direction="velocity",
            latex=r"\mathrm{velocity}",
        ),
        Optimizer(
            "adam",
            label="Adam",
            words="Adam",
            help="Adam",
            rule=_adam,
            torch="Adam(parameters, lr=rate)",
            constants={"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            direction="mean / √square",
            latex=r"\hat m / \sqrt{\hat v}",
        ),
        Optimizer(
            "rmsprop",
            label="RMSprop",
            words="RMSprop",
            help="RMSprop",
            rule=_rmsprop,
            torch="RMSprop(parameters, lr=rate)",
            constants={"alpha": 0.99, "eps": 1e-8},
            direction="grad / √square",
            latex=r"\mathrm{grad} / \sqrt{\mathrm{square}}",
        ),
    )
}
