"""Forward and reverse mode: the same slopes at different prices."""

from __future__ import annotations

import pytest

from stepgrad.app.gallery import gallery
from stepgrad.engine.language import run
from stepgrad.engine.modes import Mode, inputs_of, modes, tangents
from stepgrad.engine.replay import Replay


@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.slug)
def test_a_tangent_at_the_output_is_the_gradient_at_the_input(example):
    replay = Replay(run(example.source))

    for node in inputs_of(replay):
        assert tangents(replay, node).values.get(replay.root, 0.0) == pytest.approx(
            replay.grads.get(node, 0.0), rel=1e-9, abs=1e-9, nan_ok=True
        )


def test_an_input_each_costs_a_pass_each():
    replay = Replay(run("xs = [1, 2, 3, 4, 5, 6, 7, 8]\ny = sum(x * x for x in xs)"))
    forward, reverse = modes(replay)

    assert forward.passes == 8
    # 8 squares have 16 edges, 7 sums 14; forward, x[i] goes through its square and on to the end.
    assert reverse == Mode(passes=1, multiplications=30)
    assert forward.multiplications == 16 + (7 + 7 + 6 + 5 + 4 + 3 + 2 + 1)


def test_with_one_input_both_cost_the_same():
    forward, reverse = modes(Replay(run("x = 3\ny = 3*x**2 - 4*x + 5")))

    assert forward == reverse


def test_the_tangent_of_an_inner_value_starts_there():
    replay = Replay(run("x = 3\ny = x * x\nz = y * y"))

    assert tangents(replay, "n1").values == {"n1": 1.0, "n2": 18.0}


def test_constants_are_no_inputs_unless_there_is_nothing_else():
    assert inputs_of(Replay(run("x = 3\ny = x * 2"))) == ["n0"]
    assert len(inputs_of(Replay(run("tanh(0.5) * 2")))) == 2
