"""Neuron, Layer, MLP: as the lecture builds them on Value.

Weights and biases are drawn uniformly from (-1, 1), neuron by neuron, weights before bias. A layer of one neuron answers with its
one value instead of a list, as the lecture's does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from stepgrad.engine.ops import CALL, OPS
from stepgrad.engine.value import Number, Value

__all__ = ["ACTIVATION", "ACTIVATIONS", "MLP", "Layer", "Net", "Neuron"]

ACTIVATIONS = ("linear", *(op.name for op in OPS.values() if op.arity == 1 and op.precedence == CALL))
"""What a neuron can do with its sum: nothing, or an operation of one input."""

ACTIVATION = "tanh"
"""What the lecture's does."""

Draw = Callable[[float, float], float]
Make = Callable[[float], Value]


class Net:
    """What neurons, layers and MLPs have in common."""

    reads: int
    """How many inputs it takes."""

    def parameters(self) -> list[Value]:
        """Weights and biases, in the order they were drawn."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Forget the grads of all parameters."""
        for parameter in self.parameters():
            parameter.grad = 0.0


class Neuron(Net):
    """activation(w · x + b) for `nin` inputs.

    `activation` names an operation of the table, or `linear`; `nonlin=False` is micrograd's spelling of `linear`. `bias` is where
    the bias begins, if it is not drawn: 0 in micrograd. With a `seed` the weights are the same every time. Raises ValueError for
    an activation that is not known or for x of another length.
    """

    def __init__(
        self,
        nin: int,
        *,
        activation: str = ACTIVATION,
        nonlin: bool = True,
        bias: float | None = None,
        seed: int | None = None,
        draw: Draw | None = None,
        make: Make = Value,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"no activation is called {activation!r}; there are {', '.join(ACTIVATIONS)}")
        draw = draw or _draw(seed)
        self.reads = nin
        self.activation = activation if nonlin else "linear"
        self.w = [make(draw(-1.0, 1.0)) for _ in range(nin)]
        self.b = make(draw(-1.0, 1.0) if bias is None else bias)

    def __call__(self, x: Sequence[Value | Number]) -> Value:
        total: Value = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return total if self.activation == "linear" else getattr(total, self.activation)()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]

    def __repr__(self) -> str:
        op = OPS.get(self.activation)
        kind = op.symbol if op and op.micrograd else self.activation  # what micrograd knows is written as there
        return f"{kind[0].upper()}{kind[1:]}Neuron({len(self.w)})"


class Layer(Net):
    """`nout` neurons that read the same `nin` inputs."""

    def __init__(self, nin: int, nout: int, *, seed: int | None = None, draw: Draw | None = None, **options: Any) -> None:
        draw = draw or _draw(seed)
        self.reads = nin
        self.neurons = [Neuron(nin, draw=draw, **options) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | Number]) -> Value | list[Value]:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Net):
    """Layers one after the other: `MLP(3, [4, 4, 1])` has 41 parameters. `last` is the activation of the last layer alone:
    `MLP(2, [16, 16, 1], activation="relu", last="linear", bias=0)` is micrograd's."""

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        *,
        last: str | None = None,
        seed: int | None = None,
        draw: Draw | None = None,
        **options: Any,
    ) -> None:
        draw = draw or _draw(seed)
        self.reads = nin
        sizes = [nin, *nouts]
        ends = options if last is None else options | {"activation": last}
        self.layers = [
            Layer(sizes[i], sizes[i + 1], draw=draw, **(ends if i == len(nouts) - 1 else options)) for i in range(len(nouts))
        ]

    def __call__(self, x: Sequence[Value | Number]) -> Value | list[Value]:
        out: Any = x
        for layer in self.layers:
            out = layer(out if isinstance(out, (list, tuple)) else [out])
        return out  # type: ignore[no-any-return]

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"


def _draw(seed: int | None) -> Draw:
    return random.uniform if seed is None else random.Random(seed).uniform
