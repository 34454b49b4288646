"""A gradient against a measured slope: what is said, and why."""

from __future__ import annotations

import math

import pytest

from stepgrad.engine.check import Check, check, curve
from stepgrad.engine.language import run
from stepgrad.engine.replay import Replay


def checked(source: str, key: str) -> Check:
    trace = run(source)
    node = next(node.id for node in trace.nodes if node.key == key)
    return check(Replay(trace), node)


def test_a_smooth_gradient_agrees_to_many_digits():
    found = checked("x = 2\ny = x**3", "x")

    assert (found.verdict, found.reason) == ("agrees", "")
    assert found.central == pytest.approx(12, rel=1e-9)
    assert found.forward == pytest.approx(12 + 6 * found.h, rel=1e-8)


def test_an_inner_value_is_nudged_as_well():
    """Only what depends on it is computed again."""
    found = checked("a = 2\nb = -3\nc = a * b\nd = tanh(c / 4) + a", "c")

    assert found.verdict == "agrees"
    assert found.grad == pytest.approx((1 - math.tanh(-1.5) ** 2) / 4)


def test_a_kink_at_the_point_is_named():
    """relu has no slope at 0: we take 0, and half of the slope on the right is measured."""
    found = checked("x = 0\ny = relu(x) * 3", "x")

    assert (found.verdict, found.reason, found.at) == ("differs", "kink", "n1")
    assert (found.left, found.right, found.grad) == (0.0, pytest.approx(3), 0.0)


def test_a_tie_in_max_is_the_mean_of_both_sides():
    found = checked("a = 2\nb = 2\nm = max(a, b)", "a")

    assert (found.verdict, found.reason) == ("agrees", "kink")
    assert (found.left, found.right) == (0.0, pytest.approx(1))


def test_a_kink_near_by_only_makes_the_step_smaller():
    found = checked("x = 1e-7\ny = relu(x) * 3", "x")

    assert (found.verdict, found.reason) == ("agrees", "")
    assert found.h < 1e-7


@pytest.mark.parametrize(
    ("source", "grad", "sides"),
    [
        ("x = 1\ny = hardtanh(x)", 0.0, (1.0, 0.0)),
        ("x = -2\ny = hardtanh(x, -2, 2)", 0.0, (0.0, 1.0)),
        ("x = 0\ny = elu(x, 0.5)", 0.5, (0.5, 1.0)),
        ("x = 0\ny = selu(x)", 1.7580993408473766, (1.7581, 1.0507)),
    ],
)
def test_at_a_bound_a_rule_decides(source: str, grad: float, sides: tuple[float, float]):
    found = checked(source, "x")

    assert (found.reason, found.at, found.grad) == ("kink", "n1", grad)
    assert (found.left, found.right) == pytest.approx(sides, abs=1e-4)


def test_an_elu_of_the_same_slope_on_both_sides_has_no_kink():
    assert checked("x = 0\ny = elu(x)", "x").reason == ""


@pytest.mark.parametrize(
    "source",
    [
        "x = 0\ny = sqrt(x)",
        "x = 0\ny = cbrt(x)",
        "x = 1\ny = asin(x)",
        "x = -1\ny = acos(x)",
        "x = 0\ny = rsqrt(x)",
        "x = 0\ny = 1 / x",
        "x = -1\ny = log(x)",
    ],
)
def test_where_there_is_no_slope_none_is_measured(source: str):
    found = checked(source, "x")

    assert (found.verdict, found.reason) == ("undefined", "not-finite")


def test_rounding_is_told_from_a_wrong_gradient():
    """The notebook's difference quotient, differentiated by its own h: what is left are the last digits."""
    source = "h = 0.0001\na = 2.0\nb = -3.0\nd1 = a*b\na += h\nslope = (a*b - d1) / h"

    assert checked(source, "h").verdict == "agrees"


def test_a_wrong_gradient_differs():
    trace = run("x = 2\ny = x**3")
    replay = Replay(trace)
    replay.grads["n0"] = 12.001

    assert check(replay, "n0").verdict == "differs"


def test_the_check_is_about_the_last_pass_and_the_data_it_saw():
    """An update after it, and an earlier pass that has added to the grad, are none of its business."""
    found = checked("x = 2\ny = x**3\ny.backward()\ny.backward()\nx.data -= 0.1 * x.grad", "x")

    assert (found.x, found.grad, found.verdict) == (2.0, 12.0, "agrees")


def test_what_the_output_does_not_depend_on_has_no_slope():
    found = checked("x = 2\nz = x + 1\nz.backward()\ny = x * x\ny.backward()", "z")

    assert (found.grad, found.central, found.verdict) == (0.0, 0.0, "agrees")


def test_the_error_curve_shows_truncation_and_rounding():
    """x³ at 2: the forward error is 6h + h², has its floor near 1e-8 and is garbage at 1e-15."""
    trace = run("x = 2\ny = x**3")
    points = {point.h: point for point in curve(Replay(trace), "n0")}

    assert len(points) == 33
    for h in (1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5):
        assert points[h].forward_error == pytest.approx(6 * h + h * h, rel=1e-2)
        assert points[h].central_error == pytest.approx(h * h, rel=1e-1, abs=1e-9)
    best = min(points.values(), key=lambda point: point.forward_error or 0.0)
    assert 1e-10 < best.h < 1e-6
    assert (points[1e-15].forward_error or 0.0) > 0.1
    assert points[1e-16].forward == 0.0
