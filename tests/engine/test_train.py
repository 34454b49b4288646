"""Training replays a compiled graph and has the numbers of the lecture's loop, written out on Values."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from typing import Any

import pytest

from stepgrad.engine import MLP
from stepgrad.engine.compile import compiled
from stepgrad.engine.errors import LimitError, ProgramError
from stepgrad.engine.language import record, run
from stepgrad.engine.limits import TRAINING_LIMITS
from stepgrad.engine.model import Model
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.replay import Replay
from stepgrad.engine.train import Plan, Run, train
from tests.programs import programs

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
    history = train(model, steps=30, learning_rate=0.02, optimizer=optimizer)

    assert (history.updates, len(history.losses), len(history.rows)) == (30, 30, 31 * 41)
    assert history.at(0) == model.start
    for iteration, loss in enumerate(history.losses):
        assert model.values(history.at(iteration))[-1] == loss
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
        train(model, steps=10_001, learning_rate=0.1)
    tight = dataclasses.replace(TRAINING_LIMITS, work=100 * model.work())
    assert model.affordable(limits=tight) == 100
    with pytest.raises(LimitError, match="at most 100 steps") as caught:
        train(model, steps=101, learning_rate=0.1, limits=tight)
    assert (caught.value.limit, caught.value.value) == ("training", 100)


def test_five_hundred_steps_end_below_a_hundredth():
    losses = train(run(LOSS), steps=500, learning_rate=0.05).losses

    assert losses[-1] < 0.01
    assert sum(after > before for before, after in pairwise(losses)) < 50


def test_a_run_in_slices_is_the_same_run():
    whole = train(run(LOSS), steps=60, learning_rate=0.05, optimizer="adam", zero_grad=False)
    sliced = Run(Model(run(LOSS)), Plan(0.05, "adam", zero_grad=False))
    for steps in (0, 7, 8, 60):
        assert sliced.advance(steps)
    early = sliced.history(20)

    assert sliced.history(60).losses == whole.losses
    assert sliced.history(60).rows == whole.rows
    assert (early.updates, list(early.losses)) == (20, list(whole.losses[:20]))
    assert (early.last, early.at(-1)) == (whole.losses[20], whole.at(20))
    assert early.loss(20) == whole.loss(20)


def test_a_slice_ends_when_its_time_is_up():
    long = Run(Model(run(LOSS)), Plan())

    assert not long.advance(10_000, seconds=0.0)
    assert 0 < long.updates < 10_000
    assert list(long.losses) == list(train(run(LOSS), steps=long.updates, learning_rate=0.05).losses)


def test_a_stop_belongs_to_the_steps_that_reach_it():
    wild = Run(Model(run("x = 3\ny = x**4")), Plan(1.0))
    wild.advance(50)

    assert wild.history(4).stop is None
    assert wild.history(50).stop == wild.stop
    assert wild.history(50).updates == 5


# One example at a time -------------------------------------------------------------------------------------------------------


def test_a_stochastic_step_follows_one_example():
    history = train(run(LOSS), steps=8, learning_rate=0.05, batch="stochastic", seed=3)
    again = train(run(LOSS), steps=8, learning_rate=0.05, batch="stochastic", seed=3)
    other = train(run(LOSS), steps=8, learning_rate=0.05, batch="stochastic", seed=4)
    order = Run(Model(run(LOSS)), Plan(batch="stochastic", seed=3))
    n: Any = MLP(3, [4, 4, 1], seed=1)
    for k in range(8):
        example = order.example(k)
        assert example is not None
        assert history.at(k) == pytest.approx([p.data for p in n.parameters()], rel=1e-12)
        assert history.losses[k] == pytest.approx(sum((n(x) - y).data ** 2 for x, y in zip(XS, YS, strict=True)), rel=1e-12)
        loss = (n(XS[example]) - YS[example]) ** 2
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.05 * p.grad

    assert sorted(order.example(k) or 0 for k in range(4)) == sorted(order.example(k) or 0 for k in range(4, 8)) == [0, 1, 2, 3]
    assert list(history.rows) == list(again.rows)
    assert list(history.rows) != list(other.rows)


@pytest.mark.parametrize(
    ("source", "examples", "common"),
    [
        (LOSS, 4, 0),
        (LOSS.replace("loss = sum(", "loss = 0.25 * sum("), 4, 0),
        (LOSS + "mean = loss / 4 + 0.01 * sum(p * p for p in n.parameters())", 4, 41),
        (LOSS.replace("[4, 4, 1]", "[4, 2]").replace("(yout - ygt)**2", "(yout[0] - ygt)**2 + (yout[1] + ygt)**2"), 4, 0),
        ("w = 2\nb = 1\nloss = (w * 3 + b - 1)**2 - (w * 4 + b - 2)**2 + b", 2, 1),
        ("w = 2\nk = exp(w)\nloss = (k * 3.0 - 1)**2 + (k * 4.0 - 2)**2", 2, 0),
    ],
)
def test_a_loss_is_taken_apart(source: str, examples: int, common: int):
    """The examples add up to the loss, and their gradients to its gradient."""
    graph = run(source)
    names = {"w", "b"} if "MLP" not in source else set()
    model = Model(graph, [node.id for node in graph.nodes if node.key in names] or None)
    assert model.examples is not None
    assert len(model.examples.each) == examples
    assert len(model.examples.common.terms if model.examples.common else ()) == common
    assert len({example.program for example in model.examples.each}) == (1 if "MLP" in source else 1 + ("- (w" in source))

    loss, grads = model.gradients(model.start)
    common_loss, shared = 0.0, [0.0] * len(grads)
    if model.examples.common:
        program, rest = model._pieces[-1]
        common_loss, shared = program.gradients(model.start + rest)
    pieces = [model.gradients_of(i, model.start) for i in range(examples)]
    added = [sum(column) - (examples - 1) * each for *column, each in zip(*pieces, shared, strict=True)]
    assert added == pytest.approx(grads, rel=1e-9, abs=1e-12)
    values = [program.value(model.start + fixed) for program, fixed in model._pieces[:examples]]
    assert sum(values) + common_loss == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("source", ["x = 2\nw = 3\nloss = (w * x - 1)**2", LOSS + "more = tanh(loss)", "w = 2\nloss = w * w + w"])
def test_a_loss_that_is_no_sum_over_examples(source: str):
    with pytest.raises(ProgramError, match="cannot be taken apart") as caught:
        train(run(source), steps=1, learning_rate=0.1, batch="stochastic")
    assert "loss = sum(" in caught.value.hint


def test_a_large_loss_is_compiled_as_its_examples():
    """The same numbers as the whole graph compiled, but for the order in which the examples' gradients are added."""
    n: Any = MLP(2, [8, 8, 1], seed=2)
    rows = [(math.sin(i), math.cos(3 * i), 1.0 if i % 2 else -1.0) for i in range(30)]
    parameters = n.parameters()
    root = sum((n([x, y]) - target) ** 2 for x, y, target in rows)
    loss = f"loss = sum((n([x, y]) - target) ** 2 for x, y, target in {rows})"
    model = Model(record(f"n = MLP(2, [8, 8, 1], seed=2)\n{loss}\nloss.backward()"))

    assert model.is_large
    assert len({example.program for example in model.examples.each}) == 1  # type: ignore[union-attr]
    loss, grads = model.gradients(model.start)
    whole, theirs = compiled(model._program).gradients([*model.start, *model._fixed])
    root.backward()
    assert loss == pytest.approx(root.data, rel=1e-12)
    assert whole == model.values(model.start)[-1] == root.data
    assert grads == pytest.approx(theirs, rel=1e-12, abs=1e-13)
    data, by_row = model.full(model.start)
    assert [by_row[row] for row in model.trained] == [p.grad for p in parameters]
    assert data == model.values(model.start)


def test_every_operation_walks_as_it_is_compiled():
    for trace in map(run, programs(80)):
        replay = Replay(trace)
        model = Model(trace, [next(node.id for node in trace.nodes if node.id in replay.leading and node.op is None)])
        leaves = [*model.start, *model._fixed]
        data, grads = compiled(model._program).full(leaves)
        walked, back = model._program.full(leaves)
        assert repr(walked) == repr(data)
        assert repr([x + 0.0 for x in back]) == repr([x + 0.0 for x in grads])


def test_examples_that_share_nearly_everything_are_not_copied():
    shared = "k = w\nfor i in range(300):\n    k = tanh(k)\n"
    source = f"w = 0.5\n{shared}loss = sum((k * x - 1)**2 for x in [Value(0.1 * i) for i in range(100)])"

    assert Model(run(source), ["n0"]).examples is None
    assert train(run(source), steps=3, learning_rate=0.1, parameters=["n0"]).updates == 3
