"""The programs that are measured."""

from __future__ import annotations

__all__ = ["HUGE", "MANY", "NEURON", "other_numbers", "other_structure"]

NEURON = """\
x1 = 2.0
x2 = 0.0
w1 = -3.0
w2 = 1.0
b = 6.8813735870195432
n = x1*w1 + x2*w2 + b
o = tanh(n)
"""

MANY = """\
import random
def layer(x, ws, bs):
    return [sum((wi*xi for wi, xi in zip(w, x)), b).tanh() for w, b in zip(ws, bs)]
def weights(nin, nout):
    return [[Value(random.uniform(-1, 1)) for _ in range(nin)] for _ in range(nout)]
def biases(nout):
    return [Value(random.uniform(-1, 1)) for _ in range(nout)]
w1 = weights(3, 4)
b1 = biases(4)
w2 = weights(4, 4)
b2 = biases(4)
w3 = weights(4, 1)
b3 = biases(1)
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
ypred = [layer(layer(layer(x, w1, b1), w2, b2), w3, b3)[0] for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
"""
"""The lecture's four-sample loss on MLP(3, [4, 4, 1]), spelled out."""

HUGE = """\
total = Value(0.0)
for i in range(40):
    y = Value(0.1 * i)
    for j in range(47):
        y = y.tanh()
    total = total + y
"""
"""Forty long chains that meet in a sum: almost as much as may be drawn."""


def other_numbers(k: int) -> str:
    """The neuron with numbers nobody has seen."""
    return NEURON.replace("2.0", f"{2 + k % 997 / 1000:.3f}").replace("-3.0", f"{-3 - k % 991 / 1000:.3f}")


def other_structure(k: int) -> str:
    """A calculation of the neuron's size whose graph nobody has seen, names apart: its picture has to be laid out.

    The digits of k to the base 5 choose what is multiplied and added; from 3,125 on the name of the result grows, too. Each input
    has a name of its own width, so that no two choices have the same picture.
    """
    names = ["x", "xx", "www", "wwww", "bbbbb"]
    given = "".join(f"{name} = {number}\n" for name, number in zip(names, (2.0, 0.0, -3.0, 1.0, 6.8813735870195432), strict=True))
    a, b, c, d, e = [names[k // 5**i % 5] for i in range(5)]
    result = "o" * (1 + k // 3125)
    return f"{given}n = {a}*{b} + {c}*{d} + {e}\n{result} = tanh(n)\n"
