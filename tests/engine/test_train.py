"""Training replays a compiled graph and has the numbers of the lecture's loop, written out on Values."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from typing import Any

import pytest

from engine import MLP
from engine.errors import LimitError
from engine.language import run
from engine.limits import TRAINING_LIMITS
from engine.train import OPTIMIZERS, Model, train

LOSS = """\
n = MLP(3, [4, 4, 1], seed=1)
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
"""
XS = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
YS = [1.0, -1.0, -1.0, 1.0]


def by_hand(steps: int, rate: float, zero_grad: bool) -> tuple[list[float], list[float]]:
    """The notebook's loop on Values."""
    n: Any = MLP(3, [4, 4, 1], seed=1)
    losses = []
    for _ in range(steps):
        ypred = [n(x) for x in XS]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(YS, ypred, strict=True))
        if zero_grad:
            for p in n.parameters():
                p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -rate * p.grad
        losses.append(loss.data)
    return losses, [p.data for p in n.parameters()]


def test_the_lectures_loop_bit_for_bit():
    losses, parameters = by_hand(100, 0.05, zero_grad=True)
    history = train(run(LOSS), steps=100, learning_rate=0.05)

    assert list(history.losses) == losses
    assert history.at(-1) == parameters


def test_grads_add_up_where_zero_grad_is_forgotten():
    losses, parameters = by_hand(20, 0.01, zero_grad=False)
    history = train(run(LOSS), steps=20, learning_rate=0.01, zero_grad=False)

    assert list(history.losses) == pytest.approx(losses, rel=1e-12)
    assert history.at(-1) == pytest.approx(parameters, rel=1e-12)
    assert list(history.losses) != list(train(run(LOSS), steps=20, learning_rate=0.01).losses)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_loss_of_every_iteration_is_that_of_its_parameters(optimizer: Any):
    model = Model(run(LOSS))
    history = model.train(steps=30, learning_rate=0.02, optimizer=optimizer)

    assert (history.updates, len(history.losses), len(history.rows)) == (30, 30, 31 * 41)
    assert history.at(0) == model.start
    for iteration, loss in enumerate(history.losses):
        assert model.values(history.at(iteration))[model.root] == loss
    assert min(history.losses) < history.losses[0] / 2


def test_training_begins_where_the_program_began():
    """An update in the program is not a head start, and its own 20 steps do not count."""
    loop = LOSS + "loss.backward()\nfor p in n.parameters():\n    p.data += -0.05 * p.grad\n"

    assert train(run(loop), steps=5, learning_rate=0.05).losses == train(run(LOSS), steps=5, learning_rate=0.05).losses


def test_what_is_trained():
    inputs = run("a = 2\nb = 3\nc = 7\nloss = (a * b - 1)**2")
    keys = {node.id: node.key for node in inputs.nodes}

    assert [node.key for node in Model(inputs).parameters] == ["a", "b"]  # the loss does not depend on c
    assert [node.key for node in Model(inputs, ["n1"]).parameters] == [keys["n1"]]
    assert train(inputs, steps=3, learning_rate=0.01, parameters=["n1"]).at(-1) != [3.0]
    assert {node.kind for node in Model(run(LOSS)).parameters} == {"parameter"}


@pytest.mark.parametrize(("source", "wanted"), [("a = 2\nb = a * a", ["n1"]), ("a = 2\nb = a * a", ["n9"]), ("x = 1", [])])
def test_what_cannot_be_trained(source: str, wanted: list[str]):
    with pytest.raises(ValueError, match=r"leaf|nothing"):
        Model(run(source), wanted)


@pytest.mark.parametrize(
    ("source", "rate", "iteration", "node", "field", "phase"),
    [
        ("x = 3\ny = x**4", 1.0, 5, "y", "data", "forward"),
        ("x = -1\ny = sqrt(x)", 1.0, 0, "y", "data", "forward"),
        ("x = 0\ny = sqrt(x)", 1.0, 0, "x", "grad", "backward"),
        ("x = 1e200\ny = x * 1e150 * 1e-150", 1.0, 0, "y/0", "data", "forward"),
        ("x = 1e308\ny = -x", 1e308, 0, "x", "data", "update"),
    ],
)
def test_it_stops_at_the_first_number_that_is_not_finite(
    source: str, rate: float, iteration: int, node: str, field: str, phase: str
):
    trace = run(source)
    history = train(trace, steps=50, learning_rate=rate)

    assert history.stop is not None
    key = next(each.key for each in trace.nodes if each.id == history.stop.node)
    assert (history.stop.iteration, key, history.stop.field, history.stop.phase) == (iteration, node, field, phase)
    assert history.updates == iteration
    assert all(math.isfinite(number) for number in history.rows)


def test_an_overflow_after_the_last_update_is_told():
    assert train(run("x = 3\ny = x**4"), steps=4, learning_rate=1.0).stop is None
    stop = train(run("x = 3\ny = x**4"), steps=5, learning_rate=1.0).stop

    assert stop is not None
    assert stop.iteration == 5


def test_no_steps_are_steps_too():
    history = train(run(LOSS), steps=0, learning_rate=0.1)

    assert (history.updates, list(history.losses), history.stop) == (0, [], None)


def test_limits_are_said_before_anything_runs():
    model = Model(run(LOSS))
    with pytest.raises(LimitError, match="at most 10,000 steps"):
        model.train(steps=10_001, learning_rate=0.1)
    tight = dataclasses.replace(TRAINING_LIMITS, work=100 * model.work)
    assert model.affordable(tight) == 100
    with pytest.raises(LimitError, match="at most 100 steps") as caught:
        model.train(steps=101, learning_rate=0.1, limits=tight)
    assert (caught.value.limit, caught.value.value) == ("training", 100)


def test_five_hundred_steps_end_below_a_hundredth():
    losses = train(run(LOSS), steps=500, learning_rate=0.05).losses

    assert losses[-1] < 0.01
    assert sum(after > before for before, after in pairwise(losses)) < 50
