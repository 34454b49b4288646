"""Where a gradient goes wrong: the cause is found, and only the cause."""

from __future__ import annotations

import pytest

from stepgrad.engine.language import run
from stepgrad.engine.replay import Replay
from stepgrad.engine.trouble import troubles


def found(source: str) -> list[tuple[str, str]]:
    trace = run(source)
    keys = {node.id: node.key for node in trace.nodes}
    return [(keys[trouble.node], trouble.kind) for trouble in troubles(Replay(trace))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 8\no = tanh(x)", [("o", "saturated")]),
        ("x = 2\no = tanh(x)", []),
        ("x = -6\np = sigmoid(x)", [("p", "saturated")]),
        ("x = 2.5\no = erf(x)", [("o", "saturated")]),
        ("x = 1.5\no = hardtanh(x)", [("o", "saturated")]),
        ("x = -6\no = elu(x) + 1\np = selu(x)\ny = o * p", [("o/0", "saturated"), ("p", "saturated")]),
        ("x = -1\no = erf(x) + hardtanh(x / 2) + elu(x) + selu(x)", []),
        ("x = 600\ny = square(x)", []),
        ("x = 0.01\ny = reciprocal(x)", []),
        ("x = 0\ny = cbrt(x)", [("x", "grad-not-finite")]),
        ("x = 1\ny = asin(x)", [("x", "grad-not-finite")]),
        ("x = 2\ny = acos(x)", [("y", "data-not-finite")]),
        ("x = -1\nh = relu(x)\ny = h * 3 + x", [("h", "dead")]),
        ("x = 1\nh = relu(x)\ny = h * 3", []),
        ("x = 0.5\ny = x\nfor i in range(20):\n    y = sigmoid(y) * 0.9\ny.backward()", [("y#11", "vanishing")]),
        ("x = 2\ny = x\nfor i in range(12):\n    y = y * 4\ny.backward()", [("y#2", "exploding")]),
        ("x = 1e-8\ny = sqrt(x)", [("x", "exploding")]),
        ("x = 0.001\ny = x * 0.0001", []),
        ("x = -1\ny = log(x)\nz = y * 2", [("y", "data-not-finite")]),
        ("x = 0\ny = sqrt(x) * x", [("x", "grad-not-finite")]),
        ("h = 0.0001\na = 2.0\nb = -3.0\nd1 = a*b\na += h\nslope = (a*b - d1) / h", []),
    ],
)  # fmt: skip
def test_each_kind_of_trouble_is_found_where_it_begins(source: str, expected: list[tuple[str, str]]):
    assert found(source) == expected


def test_a_relu_that_nothing_comes_to_is_not_blamed():
    """The upper one stops the gradient; the lower one had nothing to stop."""
    assert found("x = -1\na = relu(x)\nb = relu(a - 1)\ny = b * 2") == [("b", "dead")]
