"""Backward passes that a program makes itself, as the lecture does before it has a `backward()`."""

from __future__ import annotations

import pytest

from stepgrad.app.tape import tape_of
from stepgrad.engine import Value
from stepgrad.engine.language import record, run
from stepgrad.engine.trace import Trace

GRAPH = "a = Value(2.0)\nb = Value(-3.0)\nc = a * b\nd = c + a\n"
TOPOLOGICAL = """topo = []
visited = set()
def build_topo(v):
  if v not in visited:
    visited.add(v)
    for child in v._prev:
      build_topo(child)
    topo.append(v)
build_topo(d)
d.grad = 1.0
for node in reversed(topo):
    node._backward()
"""


def phases(trace: Trace) -> list[str]:
    return [step.phase for step in trace.steps]


def grads(trace: Trace) -> dict[str, float | None]:
    return {node.label: node.grad for node in trace.nodes}


def test_a_pass_value_by_value_is_told_as_the_pass_it_is() -> None:
    by_hand, called = run(GRAPH + TOPOLOGICAL), run(GRAPH + "d.backward()")

    assert by_hand.steps == called.steps
    assert grads(by_hand) == grads(called) == {"a": -2.0, "b": 2.0, "c": 1.0, "d": 1.0}
    assert by_hand.output == called.output


def test_grads_that_one_has_worked_out_stay_as_they_are() -> None:
    trace = run(GRAPH + "d.grad = 1.0\nc.grad = 1.0\na.grad = 7.0\ndraw_dot(d)")

    assert phases(trace) == ["forward", "forward", "seed", "update", "update"]
    assert grads(trace) == {"a": 7.0, "b": None, "c": 1.0, "d": 1.0}


def test_a_value_passes_on_the_grad_it_has() -> None:
    trace = run("x = Value(0.5)\no = x.tanh()\no._backward()\no.grad = 2.0\no._backward()\nx._backward()\nprint(x.grad)")

    assert trace.printed == (repr(2 * (1 - trace.nodes[1].data ** 2)),)
    assert phases(trace) == ["forward", "backward", "update", "backward"]


def test_each_turn_of_a_loop_may_have_its_own_pass() -> None:
    trace = run(
        "w = Value(3.0)\nfor i in range(3):\n    loss = w**2\n    w.grad = 0\n    loss.grad = 1\n"
        "    loss._backward()\n    w.data -= 0.1 * w.grad\nprint(w.data)"
    )
    assert phases(trace) == ["forward", "zero_grad", "seed", "backward", "update"] * 3
    assert float(trace.printed[0]) == pytest.approx(3 * 0.8**3)
    assert trace.output == trace.nodes[-1].id


def test_what_is_passed_on_beside_the_picture_is_drawn_too() -> None:
    trace = run("a = Value(2.0)\nb = a * a\nc = a * 3\nb.grad = 2.0\nb._backward()\nc")
    assert {node.label for node in trace.nodes} >= {"a", "b"}
    assert grads(trace)["a"] == 8.0


def test_setting_a_grad_to_zero_is_no_pass() -> None:
    assert phases(run(GRAPH + "a.grad = 0")) == [*phases(run(GRAPH))[:2], "zero_grad", *phases(run(GRAPH))[2:]]


def test_a_browser_is_told_only_of_passes_that_are_whole() -> None:
    assert (tape_of(record(GRAPH + TOPOLOGICAL)) or {})["root"] == 3
    assert tape_of(record(GRAPH + "d.grad = 1.0\nd._backward()")) is None
    assert tape_of(record(GRAPH + "e = d * 2\nf = c * e\nf.grad = 1.0\nfor v in [f, c, e, d]:\n    v._backward()")) is None


def test_a_value_outside_the_language_has_it_too() -> None:
    a = Value(2.0)
    b = a * a
    b.grad = 1.0
    b._backward()
    a._backward()
    assert a.grad == 4.0
