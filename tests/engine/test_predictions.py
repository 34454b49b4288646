"""What is said of each example is found in the graph, and is a function of what the example says."""

from __future__ import annotations

import pytest

from stepgrad.engine.errors import ProgramError
from stepgrad.engine.language import run
from stepgrad.engine.model import Model
from stepgrad.engine.predictions import predictor

XS = {
    3: [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]],
    2: [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
    1: [[0.0], [0.1], [1.0], [2.0]],
}
SQUARED = "(yout - ygt)**2"
HINGE = "(1 - ygt * yout).relu()"
ENTROPY = "-((ygt + 1) / 2 * log(sigmoid(yout)) + (1 - (ygt + 1) / 2) * log(1 - sigmoid(yout)))"


def program(reads: int, term: str) -> str:
    return (
        f"n = MLP({reads}, [4, 4, 1], seed=1)\nxs = {XS[reads]}\nys = [1.0, -1.0, -1.0, 1.0]\nypred = [n(x) for x in xs]\n"
        f"loss = 0.25 * sum({term} for ygt, yout in zip(ys, ypred)) + 0.01 * sum(p * p for p in n.parameters())"
    )


@pytest.mark.parametrize("term", [SQUARED, HINGE, ENTROPY])
@pytest.mark.parametrize("reads", XS)
def test_the_nets_answer_its_inputs_and_its_target_are_found(reads: int, term: str):
    trace = run(program(reads, term))
    model = Model(trace)
    found = predictor(model)
    values = dict(zip(model.ids, model.values(model.start), strict=True))

    assert [node.key for node in trace.nodes if node.id in found.nodes] == [f"ypred[{i}]" for i in range(4)]
    assert [list(row) for row in found.inputs] == XS[reads]
    assert found.reads == reads
    assert found.targets == (1.0, -1.0, -1.0, 1.0)
    assert [found.at(model.start, *row) for row in found.inputs] == [values[node] for node in found.nodes]


def test_what_is_done_to_an_answer_before_the_target_comes_in_belongs_to_it():
    model = Model(run(program(2, "(5.0 * yout - ygt)**2")))
    found = predictor(model)
    answers = predictor(Model(run(program(2, SQUARED))))

    assert [found.at(model.start, *row) for row in XS[2]] == [5.0 * answers.at(model.start, *row) for row in XS[2]]
    assert found.targets == (1.0, -1.0, -1.0, 1.0)


def test_plain_inputs_are_parameters_too():
    source = "w = 2\nb = 1\nxs = [0.5, 1.5, 2.5]\nys = [1.0, 2.0, 4.0]\nloss = sum((w * x + b - y)**2 for x, y in zip(xs, ys))"
    trace = run(source)
    model = Model(trace, [node.id for node in trace.nodes if node.key in "wb"])
    found = predictor(model)

    assert (found.inputs, found.targets) == (((0.5,), (1.5,), (2.5,)), (1.0, 2.0, 4.0))
    assert found.at([3.0, -1.0], 10.0) == 29.0


def test_targets_that_are_all_alike_are_none():
    assert predictor(Model(run(program(2, "(yout - 1)**2")))).targets is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("n = MLP(2, [3, 1])\nloss = (n([1.0, 2.0]) - 1)**2", "There are no examples in it"),
        ("w = 2\nloss = (tanh(w * 1.5) - 1.0)**2 + (w * 2.5 - 2.0)**2", "not computed alike"),
        ("w = 2\nb = 1\nloss = (w * 1.5 + b - 1.0)**2 + (w * 2.5 - 2.0)**2", "not computed alike"),
    ],
)
def test_where_there_is_no_prediction(source: str, message: str):
    trace = run(source)
    names = [node.id for node in trace.nodes if node.key in ("w", "b")] or None
    with pytest.raises(ProgramError, match=message) as caught:
        predictor(Model(trace, names))
    assert caught.value.hint


def test_deep_examples_are_looked_into_in_one_walk():
    """A hundred thousand looks, not a hundred million."""
    call = "def f(x):\n    y = w * x\n    for i in range(2000):\n        y = tanh(y) + 0.001 * x\n    return y\n"
    source = f"w = 0.5\n{call}loss = (f(Value(0.3)) - 1.0)**2 + (f(Value(0.6)) - 2.0)**2"
    trace = run(source)
    model = Model(trace, [node.id for node in trace.nodes if node.key == "w"])
    found = predictor(model)

    assert (found.inputs, found.targets) == (((0.3,), (0.6,)), (1.0, 2.0))
    assert found.at(model.start, 0.3) == model.values(model.start)[model.graph.row(found.nodes[0])]
