"""Neurons, layers and MLPs, in Python and in programs."""

from __future__ import annotations

import random

import pytest

from stepgrad.engine import MLP, Layer, Neuron, Value
from stepgrad.engine.errors import EngineError, LimitError, UnknownNameError
from stepgrad.engine.language import run
from stepgrad.engine.nn import ACTIVATIONS

LOSS = """
xs = [
    [2.0, 3.0, -1.0],
    [3.0, -1.0, 0.5],
    [0.5, 1.0, 1.0],
    [1.0, 1.0, -1.0],
]
ys = [1.0, -1.0, -1.0, 1.0]
n = MLP(3, [4, 4, 1], seed=7)
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
loss.backward()
"""


def test_the_lectures_net_has_41_parameters() -> None:
    assert len(MLP(3, [4, 4, 1]).parameters()) == 41


def test_a_single_output_is_not_in_a_list() -> None:
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    assert isinstance(Layer(2, 3)([1.0, 2.0]), list)


def test_weights_are_drawn_as_in_the_notebook() -> None:
    """Weights before bias, neuron by neuron, from (-1, 1)."""
    uniform = random.Random(5).uniform
    assert [p.data for p in Layer(2, 2, seed=5).parameters()] == [uniform(-1, 1) for _ in range(6)]


def test_a_neuron_is_the_activation_of_w_dot_x_plus_b() -> None:
    neuron = Neuron(2, seed=1, activation="relu")
    w1, w2, b = (p.data for p in neuron.parameters())
    assert neuron([2.0, -1.0]).data == max(b + w1 * 2.0 + w2 * -1.0, 0.0)
    assert Neuron(2, seed=1, nonlin=False)([2.0, -1.0]).data == b + w1 * 2.0 + w2 * -1.0


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_the_same_in_a_program(activation: str) -> None:
    """Those with a parameter, such as leaky_relu, have it there, too."""
    trace = run(f"n = Neuron(2, activation={activation!r}, seed=2)\ny = n([0.5, -0.25])")
    data = next(node.data for node in trace.nodes if node.id == trace.output)

    assert repr(data) == repr(Neuron(2, activation=activation, seed=2)([0.5, -0.25]).data)


def test_a_program_computes_what_python_computes() -> None:
    trace = run(LOSS)
    net = MLP(3, [4, 4, 1], seed=7)
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    loss: Value = sum((net(x) - y) ** 2 for x, y in zip(xs, [1.0, -1.0, -1.0, 1.0], strict=True))  # type: ignore[operator]
    loss.backward()

    assert next(node.data for node in trace.nodes if node.id == trace.output) == loss.data
    grads = {node.key: node.grad for node in trace.nodes if node.kind == "parameter"}
    assert list(grads.values()) == [p.grad for p in net.parameters()]
    assert len(grads) == 41


def test_parameters_are_called_by_their_place_and_drawn_by_a_short_name() -> None:
    trace = run("n = MLP(2, [2, 1])\nn([1.0, -1.0])")
    labels = {node.key: node.label for node in trace.nodes if node.kind == "parameter"}
    assert labels["n.layers[0].neurons[1].w[0]"] == "w0"
    assert labels["n.layers[1].neurons[0].b"] == "b"


def test_the_same_program_has_the_same_weights() -> None:
    source = "n = MLP(2, [3, 1])\nn([1.0, 2.0])"
    assert run(source).nodes == run(source).nodes


def test_one_update_lowers_the_loss() -> None:
    before = run(LOSS).nodes[-1].data
    step = "for p in n.parameters():\n    p.data += -0.01 * p.grad\nypred = [n(x) for x in xs]\n"
    after = run(LOSS + step + LOSS.splitlines()[-2] + "\nloss.backward()\n")
    assert after.nodes[-1].data < before
    assert {"forward", "seed", "backward", "update"} == {each.phase for each in after.steps}


def test_zero_grad_is_told() -> None:
    steps = run(LOSS + "n.zero_grad()").steps
    assert sum(each.phase == "zero_grad" for each in steps) == 41


def test_numbers_can_be_given_for_parameters_before_they_are_used() -> None:
    source = "n = MLP(2, [2, 1], seed=1)\nx = 0.5\ny = n([x, 1.0])\ny.backward()\nprint(n.layers[1].neurons[0].w[0].data)"
    own = {node.key: node.data for node in run(source).nodes if node.kind == "parameter"}
    keys = list(own)
    given = {keys[0]: 0.25, "n.layers[1].neurons[0].w[0]": -2.0, "x": 3.0}
    trace = run(source, given)

    assert {node.key: node.data for node in trace.nodes if node.kind in ("parameter", "input")} == own | given
    assert trace.printed == ("-2.0",)
    assert run("l = Layer(1, 2)\nl([1.0])", {"l.neurons[1].b": 4.0}).start
    assert run("n = Neuron(1)\nn([1.0])", {"n.w[0]": 4.0}).start
    with pytest.raises(UnknownNameError) as caught:
        run(source, {"n.layers[0].neurons[0].w[9]": 1.0})
    assert "Did you mean `n.layers[0].neurons[0].w[0]`?" in caught.value.hint
    assert "Its inputs: `x`, `n.layers[0].neurons[0].w[0]`" in caught.value.hint


def test_nets_print_as_micrograds() -> None:
    source = (
        "n = MLP(2, [2, 1], activation='relu', last='linear')\nprint(n)\nprint(len(n.parameters()), n.layers[1].neurons[0].w)\n"
    )
    printed = run(source + "n([1.0, 2.0])").printed
    w = [p.data for p in MLP(2, [2, 1], draw=random.Random(0).uniform).layers[1].neurons[0].w]

    assert printed[0] == "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"
    assert printed[1] == f"9 [Value(data={w[0]}), Value(data={w[1]})]"
    assert run("print(Neuron(2), Neuron(2, activation='silu'))\na = 1.0").printed == ("TanhNeuron(2) SiluNeuron(2)",)


def test_what_an_input_of_a_net_is_in_the_picture() -> None:
    """A plain number that is given to a net is one value, however many neurons read it."""
    trace = run("n = Layer(2, 3)\nn([1.0, -1.0])")
    assert sum(node.kind == "constant" for node in trace.nodes) == 2


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("n = MLP(3, [4, 1])", "`n` is a net that nothing calls yet.", "n([2.0, 3.0, -1.0])"),
        ("n = Neuron(2)\nn([1.0])", "This net reads 2 inputs; 1 are given.", "first number"),
        ("n = Neuron(2)\nn(1.0, 2.0)", "one list of inputs", "n([2.0, 3.0])"),
        ("n = Neuron(2)\nn(1.0)", "cannot be looped over", ""),
        ("n = MLP(2, [3], activation='rleu')", "No activation is called that.", '"relu"'),
        ("n = MLP(0, [1])", "at least one input", ""),
        ("n = MLP(2)", "`MLP` takes 2 arguments; 1 given.", "MLP(3, [4, 4, 1])"),
        ("n = MLP(2, [1], sede=3)", "takes no `sede=`", "seed="),
        ("n = Neuron(2)\nn.w[0] = 1.0", "A net keeps the parts it was made of.", "n.w[0].data = 0.5"),
        ("n = Neuron(2)\nn.w += [1.0]", "A net keeps the parts it was made of.", "[*n.w]"),
        ("n = MLP(2, [1])\nn.layers[0] = 3\nn([1.0, 2.0])", "A net keeps the parts it was made of.", ""),
        ("n = MLP(2, [1])\nn.layers.append(3)", "has no `.append`", ""),
        ("n = Layer(2, 1, last='relu')", "`Layer` takes no `last=`", "`bias=`"),
        ("n = MLP(2, [1], last='rleu')", "No activation is called that.", '"relu"'),
        ("n = MLP(2, [1], activation=[1])", "No activation is called that.", "tanh"),
        ("n = Neuron(2)\nn.parametrs()", "has no `.parametrs`", "`.parameters`"),
    ],
)
def test_mistakes_are_explained(source: str, message: str, hint: str) -> None:
    with pytest.raises(EngineError) as caught:
        run(source)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_net_is_counted_before_it_is_built() -> None:
    with pytest.raises(LimitError, match="1,102,000 parameters"):
        run("n = MLP(100, [1000, 1000])")
