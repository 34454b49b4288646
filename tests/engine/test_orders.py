"""Why a topological order: two others, and the first number that each gets wrong."""

from __future__ import annotations

import pytest

from stepgrad.app.gallery import gallery
from stepgrad.engine.language import run
from stepgrad.engine.orders import ORDERS, walk
from stepgrad.engine.replay import Replay

ORDER = next(example.source for example in gallery() if example.slug == "order")


@pytest.mark.parametrize(("order", "a", "b"), [("topological", 25, 19), ("depth-first", 4, 3), ("recursive", 29, 22)])
def test_the_gallerys_program_has_three_answers(order, a, b):
    found = walk(Replay(run(ORDER)), order)

    assert (found.grads["n0"], found.grads["n1"]) == (a, b)


def test_depth_first_passes_on_too_early():
    """c sends on 1 before f has sent it 6."""
    replay = Replay(run(ORDER))
    found = walk(replay, "depth-first")
    wrong = found.sent[found.first_wrong or 0]

    assert found.fault == "too-early"
    assert (wrong.node, wrong.upstream, wrong.complete) == ("n0", 1.0, False)
    assert [edge.target for edge in replay.edges if edge.id in found.missing] == ["n5"]


def test_recursion_sends_twice_what_it_had_sent():
    found = walk(Replay(run(ORDER)), "recursive")
    wrong = found.sent[found.first_wrong or 0]

    assert (found.fault, found.already, wrong.upstream) == ("again", 1.0, 7.0)
    assert not found.missing


@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.slug)
def test_the_topological_order_is_always_right(example):
    replay = Replay(run(example.source))
    found = walk(replay, "topological")

    assert (found.first_wrong, found.fault, found.stopped) == (None, None, False)
    assert all(found.grads[node] == pytest.approx(grad, nan_ok=True) for node, grad in replay.grads.items())


@pytest.mark.parametrize("order", ORDERS)
def test_where_nothing_inner_is_shared_all_are_right(order):
    """A leaf used twice passes nothing on: a tree of operations forgives any order."""
    assert walk(Replay(run("x = 3\ny = 3*x**2 - 4*x")), order).first_wrong is None


def test_recursion_without_end_is_stopped():
    replay = Replay(run("x = 1\ny = x\nfor i in range(40):\n    y = y + y\ny.backward()"))
    found = walk(replay, "recursive", most=500)

    assert found.stopped
    assert len(found.sent) <= 502
    assert found.fault == "again"


def test_a_second_pass_does_not_confuse_it():
    """Grads that have added up over two passes are compared by what one pass gives."""
    assert walk(Replay(run("a = 2\nc = a * a\nc.backward()\nc.backward()")), "topological").first_wrong is None
