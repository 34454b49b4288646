"""The chain rule as a sum over paths."""

from __future__ import annotations

import pytest

from stepgrad.engine.language import run
from stepgrad.engine.paths import Paths, PathSum
from stepgrad.engine.replay import Replay


def sum_over_paths(replay: Replay, node: str, most: int = 64) -> PathSum:
    return Paths(replay).of(node, most)


def test_each_path_is_a_product_and_their_sum_is_the_gradient():
    replay = Replay(run("a = 2\nb = 3\nc = a + b\nd = a * b\ny = c * d"))
    found = sum_over_paths(replay, "n0")

    assert [path.product for path in found.paths] == [15.0, 6.0]
    assert [path.edges for path in found.paths] == [("e2", "e5"), ("e0", "e4")]
    assert (found.count, found.total, found.complete) == (2, 21.0, True)


def test_x_times_x_is_two_paths():
    assert [path.product for path in sum_over_paths(Replay(run("x = 3\ny = x * x")), "n0").paths] == [3.0, 3.0]


def test_the_root_is_one_empty_path():
    found = sum_over_paths(Replay(run("x = 3\ny = x * x")), "n1")

    assert [(path.edges, path.product) for path in found.paths] == [((), 1.0)]


def test_many_paths_are_counted_and_sampled():
    """y = y + y forty times over: 2⁴⁰ paths."""
    replay = Replay(run("x = 1\ny = x\nfor i in range(40):\n    y = y + y\ny.backward()"))
    found = sum_over_paths(replay, "n0", most=10)

    assert (found.count, found.total, found.complete) == (2**40, 2.0**40, False)
    assert len({path.edges for path in found.paths}) == 10
    assert all(len(path.edges) == 40 for path in found.paths)
    assert found == sum_over_paths(replay, "n0", most=10)


def test_what_the_output_does_not_depend_on_has_no_path():
    replay = Replay(run("x = 2\nz = x + 1\nz.backward()\ny = x * x\ny.backward()"))
    found = sum_over_paths(replay, next(node.id for node in replay.trace.nodes if node.key == "z"))

    assert (found.count, found.total, found.paths) == (0, 0.0, ())


def test_a_shut_gate_stops_even_infinity():
    """relu at 0 under an overflow: 0, as in PyTorch, and not nan."""
    replay = Replay(run("x = 0\ny = relu(x) / x"))

    assert sum_over_paths(replay, "n0").total != sum_over_paths(replay, "n0").total  # by the other path
    assert sum_over_paths(Replay(run("x = 0\nz = 0\ny = relu(x) / z")), "n0").total == 0.0


def test_an_unknown_node_is_a_key_error():
    with pytest.raises(KeyError):
        sum_over_paths(Replay(run("x = 3\ny = x * x")), "n7")
