"""Eager forward and backward of the lecture's loss: our Value against micrograd's."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from micrograd.engine import Value as Micrograd

from stepgrad.engine.value import Value
from tests.bench.measure import Result, paired

EXAMPLES = ([2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0])
TARGETS = (1.0, -1.0, -1.0, 1.0)


def _tanh(self: Any) -> Any:
    """tanh for micrograd, in its own style."""
    x = self.data
    t = (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)
    out = Micrograd(t, (self,), "tanh")

    def _backward() -> None:
        self.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


Micrograd.tanh = _tanh


def network(value: Callable[[float], Any], sizes: tuple[int, ...] = (3, 4, 4, 1)) -> list[list[tuple[list[Any], Any]]]:
    """The weights and biases of the lecture's MLP, layer by layer, from any class of value."""
    uniform = random.Random(1337).uniform
    return [
        [([value(uniform(-1, 1)) for _ in range(nin)], value(uniform(-1, 1))) for _ in range(nout)]
        for nin, nout in pairwise(sizes)
    ]


def loss(layers: list[list[tuple[list[Any], Any]]]) -> Any:
    """The lecture's loss over its four examples: 398 values."""
    predictions = []
    for x in EXAMPLES:
        h: list[Any] = x
        for layer in layers:
            h = [sum((wi * xi for wi, xi in zip(w, h, strict=True)), b).tanh() for w, b in layer]
        predictions.append(h[0])
    return sum((yout - ygt) ** 2 for ygt, yout in zip(TARGETS, predictions, strict=True))


def run() -> list[Result]:
    ours, peer = network(Value), network(Micrograd)
    assert abs(loss(ours).data - loss(peer).data) < 1e-12
    return [
        paired(
            "lecture's loss, forward + backward (peer: micrograd)",
            lambda: loss(ours).backward(),
            lambda: loss(peer).backward(),
            wanted=3.0,
        )
    ]
