"""A training loop that is written in the program: run to its end, and told from where there is room for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stepgrad.engine import MLP, Value
from stepgrad.engine.errors import LimitError
from stepgrad.engine.language import run
from stepgrad.engine.limits import LIMITS
from stepgrad.engine.trace import Trace

XS = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
YS = [1.0, -1.0, -1.0, 1.0]

ZERO = """
    for p in n.parameters():
        p.grad = 0.0
"""
LOOP = """
xs = {xs}
ys = {ys}
n = MLP(3, [4, 4, 1], seed=7)
ls = []
for k in range({steps}):
    ypred = [n(x) for x in xs]
    loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred)){zero}
    loss.backward()
    for p in n.parameters():
        p.data += -0.05 * p.grad
    print(k, loss.data)
    ls += [loss.data]
"""


def loop(steps: int, zero: str = ZERO) -> str:
    return LOOP.format(xs=XS, ys=YS, steps=steps, zero=zero)


def in_python(steps: int, zero: bool = True) -> tuple[list[str], MLP]:
    """The same with the engine alone: what it prints, and the net at the end."""
    n = MLP(3, [4, 4, 1], seed=7)
    printed = []
    for k in range(steps):
        ypred = [n(x) for x in XS]
        loss: Value = sum((yout - ygt) ** 2 for ygt, yout in zip(YS, ypred, strict=True))  # type: ignore[operator, misc]
        if zero:
            n.zero_grad()
        loss.backward()
        for p in n.parameters():
            p.data += -0.05 * p.grad
        printed.append(f"{k} {loss.data}")
    return printed, n


def parameters(trace: Trace) -> dict[str, tuple[float, float | None]]:
    return {node.key: (node.data, node.grad) for node in trace.nodes if node.kind == "parameter"}


def writes(trace: Trace) -> list[tuple[str, str, float | None, float | None]]:
    return [(step.phase, write.field, write.before, write.after) for step in trace.steps for write in step.writes]


@pytest.mark.parametrize("zero", [True, False], ids=["zero_grad", "forgotten zero_grad"])
def test_the_lectures_loop_of_500_steps_prints_and_ends_as_in_python(zero: bool) -> None:
    trace = run(loop(500, ZERO if zero else "") + "print(len(ls), ls[-1])")
    printed, n = in_python(500, zero)

    assert list(trace.printed) == [*printed, f"500 {printed[-1].split()[1]}"]
    assert list(parameters(trace).values()) == [(p.data, p.grad) for p in n.parameters()]
    assert len(trace.steps) <= LIMITS.told
    told = sum(step.phase == "seed" for step in trace.steps)
    assert told > 5
    untold = f"The first {500 - told} of 500 backward passes are not told step by step. With `turn=1` the first is."
    assert untold in [w.message for w in trace.warnings]


@pytest.mark.parametrize("zero", [ZERO, ""], ids=["zero_grad", "forgotten zero_grad"])
@pytest.mark.parametrize("told", [700, 3_000, 5_000])
def test_what_is_told_of_a_long_run_is_the_end_of_the_whole_story(told: int, zero: str) -> None:
    whole, end = (run(loop(12, zero), limits=replace(LIMITS, told=room)) for room in (10**6, told))

    assert len(end.steps) < len(whole.steps)
    assert writes(end) == writes(whole)[-len(writes(end)) :]
    assert end.steps[0].phase == "forward"
    begin = len(whole.steps) - len(end.steps)
    then, start = whole.frame(begin), end.frame(0)
    for node in end.nodes:
        if node.kind == "parameter":
            same = next(each for each in whole.nodes if each.key == node.key)
            assert start.data[node.id] == then.data[same.id]
            assert start.grad.get(node.id) == then.grad.get(same.id)
            assert end.initial[node.id] == whole.start[same.id]
    assert parameters(end) == parameters(whole)


def test_updates_with_a_named_learning_rate_belong_to_the_pass_before() -> None:
    program = loop(12).replace("-0.05 * p.grad", "-lr * p.grad").replace("ls = []", "ls = []\nlr = 0.05")
    end = run(program, limits=replace(LIMITS, told=3_000))
    phases = [step.phase for step in end.steps]

    assert phases[:300] == ["forward"] * 300
    assert list(end.printed) == in_python(12)[0]


def test_values_that_nothing_holds_make_room_for_others() -> None:
    few = replace(LIMITS, held=4_000, told=2_000)

    assert run(loop(30), limits=few).printed[-1] == in_python(30)[0][-1]
    kept = "a = Value(0.5)\nkept = [a]\nfor i in range(9000):\n    b = a * i\n"
    assert run(kept + "b.backward()", limits=few).nodes[-1].data == 0.5 * 8999
    with pytest.raises(LimitError, match="more than 4,000 values at a time"):
        run(kept + "    kept.append(b)\nb.backward()", limits=few)


def test_functions_that_hold_themselves_let_go_of_their_values() -> None:
    program = (
        "def f(x):\n    def g():\n        return g\n    y = [x * i for i in range(100)]\n    return y[1]\n"
        "a = Value(2.0)\nfor k in range(100):\n    b = f(a)\nb.backward()"
    )
    assert run(program, limits=replace(LIMITS, held=3_000)).nodes[-1].data == 2.0


def test_many_passes_through_one_graph_are_told_from_the_last() -> None:
    program = "a = Value(3.0, label='a')\ny = a * a\nfor i in range(5000):\n    y.backward()"
    trace = run(program)

    assert {node.label: node.grad for node in trace.nodes} == {"a": 30_000.0, "y": 1.0}
    frames = [trace.frame(index).grad for index in (0, len(trace.steps))]
    assert frames[0]["n0"] == 30_000.0 - 6.0 * sum(step.phase == "seed" for step in trace.steps)
    assert frames[1]["n0"] == 30_000.0
