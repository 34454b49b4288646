"""Definitions that people paste: ours if they mean the same. Nets that do not are run as they are written, with a note of what
differs; a `Value` that does not is refused, since only ours is drawn.

The classes here are of the notebook's kind, in our own words.
"""

from __future__ import annotations

import re

import pytest

from stepgrad.engine import MLP
from stepgrad.engine.errors import EmptyProgramError, ProgramError, UnsupportedError
from stepgrad.engine.language import run
from stepgrad.engine.trace import Trace
from tests.python import printed_by_python

NEURON = """
class Neuron:
    '''One unit.'''
    def __init__(self, nin):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]  # weights
        self.b = Value(random.uniform(-1, 1))

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        out = act.tanh()
        return out

    def parameters(self):
        return self.w + [self.b]
"""
LAYER = """
class Layer:
    def __init__(self, nin, nout):
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x):
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]
"""
NET = """
class MLP:
    def __init__(self, nin, nouts):
        sz = [nin] + nouts
        self.layers = [Layer(sz[i], sz[i + 1]) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
"""
AS_MICROGRAD = """
class Module:
    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0

    def parameters(self):
        return []

class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x):
        act = sum((wi*xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self):
        return self.w + [self.b]

    def __repr__(self):
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"

class Layer(Module):
    def __init__(self, nin, nout, **kwargs):
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + nouts
        self.layers = [Layer(sz[i], sz[i+1], nonlin=i!=len(nouts)-1) for i in range(len(nouts))]
"""
VALUE = """
class Value:
    def __init__(self, data, _children=(), _op='', label=''):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op
        self.label = label

    def __repr__(self):
        return f"Value(data={self.data})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += 1.0 * out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float)), "only numbers"
        out = Value(self.data**other, (self,), f'**{other}')
        def _backward():
            self.grad += (other * self.data**(other - 1)) * out.grad
        out._backward = _backward
        return out

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def tanh(self):
        x = self.data
        t = (math.exp(2*x) - 1)/(math.exp(2*x) + 1)
        out = Value(t, (self,), 'tanh')
        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def exp(self):
        x = self.data
        out = Value(math.exp(x), (self,), 'exp')
        def _backward():
            self.grad += out.data * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(0 if self.data < 0 else self.data, (self,), 'ReLU')
        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        out = Value(s, (self,), 'sigmoid')
        def _backward():
            self.grad += s * (1 - s) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        order = []
        seen = set()
        def walk(node):
            if node not in seen:
                seen.add(node)
                for before in node._prev:
                    walk(before)
                order.append(node)
        walk(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
"""
USE = "\nn = MLP(3, [4, 4, 1])\ny = n([2.0, 3.0, -1.0])\nprint(n)\n"


def result(source: str) -> float:
    trace = run("import math\nimport random\n" + source)
    return next(node.data for node in trace.nodes if node.id == trace.output)


def net(**options: object) -> float:
    """What our own net with these options answers."""
    given = "".join(f", {name}={value!r}" for name, value in options.items())
    return result(USE.replace("[4, 4, 1]", f"[4, 4, 1]{given}"))


def test_the_notebooks_classes_are_ours() -> None:
    trace = run("import random\n" + VALUE + NEURON + LAYER + NET + USE)
    assert [w.message.split(";")[0] for w in trace.warnings] == [
        f"`{name}` is built in" for name in ("Value", "Neuron", "Layer", "MLP")
    ]
    assert result(VALUE + NEURON + LAYER + NET + USE) == net()


def renamed(source: str, **names: str) -> str:
    for old, new in names.items():
        source = re.sub(rf"\b{old}\b", new, source)
    return source


@pytest.mark.parametrize(
    "source",
    [
        renamed(NEURON, wi="weight", xi="feature", act="total", out="squashed", nin="count"),
        NEURON.replace("        out = act.tanh()\n        return out\n", "        return act.tanh()\n"),
        NEURON.replace("wi * xi for wi, xi in zip(self.w, x)", "[xi * wi for xi, wi in zip(x, self.w)]".strip("[]")),
        NEURON.replace("sum((wi * xi for wi, xi in zip(self.w, x)), self.b)", "sum(w*v for w, v in zip(self.w, x)) + self.b"),
        NEURON.replace(
            "act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)",
            "act = self.b\n        for wi, xi in zip(self.w, x):\n            act = act + wi * xi",
        ),
        NEURON.replace("(self, nin)", "(self, nin: int) -> None"),
        NEURON + "    def __repr__(self):\n        return 'N'\n",
        renamed(LAYER, outs="results", neuron="each", p="q", nout="width"),
        LAYER.replace(
            "return [p for neuron in self.neurons for p in neuron.parameters()]",
            "params = []\n        for neuron in self.neurons:\n            ps = neuron.parameters()\n"
            "            params.extend(ps)\n        return params\n        # return []",
        ),
        LAYER.replace("return outs[0] if len(outs) == 1 else outs",
                      "if len(outs) == 1:\n            return outs[0]\n        return outs"),
        renamed(NET, sz="sizes", layer="stage", i="k"),
        NET.replace("for layer in self.layers:\n            x = layer(x)\n        return x",
                    "out = x\n        for layer in self.layers:\n            out = layer(out)\n        return out"),
    ],
)  # fmt: skip
def test_other_words_for_the_same_are_ours(source: str) -> None:
    assert source not in (NEURON, LAYER, NET)
    assert result(source + USE) == net()


def test_micrograds_own_classes_are_relu_with_a_linear_last_layer_and_biases_of_0() -> None:
    trace = run("import random\n" + AS_MICROGRAD + USE)

    assert result(AS_MICROGRAD + USE) == net(activation="relu", last="linear", bias=0)
    assert trace.printed[0].startswith("MLP of [Layer of [ReLUNeuron(3), ReLUNeuron(3), ")
    assert trace.printed[0].endswith("Layer of [LinearNeuron(4)]]")
    assert "biases that begin at 0 and relu in place of tanh" in trace.warnings[1].message
    assert {node.data for node in trace.nodes if node.label == "b"} == {0.0}


def test_an_activation_is_taken_over() -> None:
    assert result(NEURON.replace("tanh", "sigmoid") + USE) == net(activation="sigmoid")
    assert result(NEURON.replace("act.tanh()", "act") + USE) == net(activation="linear")
    assert result(NEURON.replace("tanh", "relu") + NEURON + USE) == net(), "the last definition holds"


def test_a_definition_means_the_same_when_the_program_runs_twice() -> None:
    source = "import random\n" + NEURON.replace("tanh", "sigmoid") + "n = Neuron(1)\ny = n([1.0])"
    key = next(node.key for node in run(source).nodes if node.op == "sigmoid")
    assert len(run(source, expand=frozenset({f"sigmoid@{key}"})).nodes) > len(run(source).nodes)


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        (VALUE.replace("1.0 * out.grad", "2.0 * out.grad"),
         "`Value.__add__` adds 1.5 to the grad of `self` where the chain rule adds 0.75", ""),
        (VALUE.replace("self.grad += 1.0 * out.grad", "self.grad = 1.0 * out.grad"),
         "sets a grad where ours adds to it", "`+=`"),
        (VALUE.replace("(1 - t**2)", "(1 - t)"), "`Value.tanh` adds", ""),
        (VALUE.replace("            other.grad += self.data * out.grad\n", ""), "adds nothing to the grad of `other`", ""),
        (VALUE.replace("self + (-other)", "self + other"), "`Value.__sub__` computes -1 where ours computes 5", ""),
        (VALUE.replace("0 if self.data < 0 else self.data", "0.01 if self.data < 0 else self.data"),
         "`Value.relu` computes 0.01", ""),
        (VALUE.replace("reversed(order)", "order"), "`Value.backward` is not the notebook's", ""),
        (VALUE.replace("self.grad = 0.0", "self.grad = 1.0"), "begins with other grad than ours", ""),
        (VALUE + "    def cube(self):\n        out = Value(self.data**3)\n        out._backward = None\n        return out\n",
         "Our `Value` has no `cube`", "def"),
        (VALUE.replace("return self * other**-1", "print(1)\n        return self * other**-1"),
         "`Value.__truediv__` is not the notebook's", ""),
    ],
)  # fmt: skip
def test_what_means_something_else_is_refused_with_what_differs(source: str, message: str, hint: str) -> None:
    assert source not in (NEURON, LAYER, NET, VALUE)
    with pytest.raises(UnsupportedError) as caught:
        run("import math\nimport random\n" + source + USE)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.span is not None


@pytest.mark.parametrize(
    ("neuron", "layer", "net", "said"),
    [
        (NEURON.replace("uniform(-1, 1)", "uniform(-0.1, 0.1)"), LAYER, NET, "draws from (-0.1, 0.1); ours draws uniformly"),
        (NEURON.replace("random.uniform(-1, 1)", "random.gauss(0, 1)"), LAYER, NET, "draws its weights in another way"),
        (NEURON.replace(", self.b)", ")").replace("        self.b = Value(random.uniform(-1, 1))\n", "")
         .replace(" + [self.b]", ""), LAYER, NET, "has no bias"),
        (NEURON.replace("act.tanh()", "act.tanh() * 2"), LAYER, NET, "does not compute `activation(sum(wi*xi) + b)`"),
        (NEURON.replace("wi * xi", "wi + xi"), LAYER, NET, "does not compute `activation(sum(wi*xi) + b)`"),
        (NEURON.replace("self.w + [self.b]", "self.w"), LAYER, NET, "`Neuron.parameters` is not the notebook's"),
        (NEURON + "    size = 3\n", LAYER, NET, "nothing like this"),
        (NEURON + "    def __repr__(self):\n        return str([" + "1, " * 400 + "])\n", LAYER, NET,
         "longer than the notebook's"),
        (NEURON, LAYER.replace("return outs[0] if len(outs) == 1 else outs", "return outs"), NET,
         "`Layer.__call__` is not the notebook's"),
        (NEURON, LAYER, NET.replace("x = layer(x)", "x = [xi * 1.5 for xi in x]\n            x = layer(x)"),
         "`MLP.__call__` is not the notebook's"),
        (NEURON, LAYER, NET + "    def fit(self, x):\n        return x\n", "Our `MLP` has no `fit`"),
    ],
)  # fmt: skip
def test_nets_that_mean_something_else_are_run_as_they_are_written(neuron: str, layer: str, net: str, said: str) -> None:
    assert (neuron, layer, net) != (NEURON, LAYER, NET)
    use = (
        "\nrandom.seed(7)\nn = MLP(3, [4, 4, 1])\ny = n([2.0, 3.0, -1.0])\ny = y[0] if isinstance(y, list) else y\ny.backward()\n"
    )
    asked = "print(y.data, len(n.parameters()), [p.grad for p in n.parameters()])\n"
    trace = run("import random\n" + neuron + layer + net + use + asked)

    assert any(said in warning.message and "run as it is written" in warning.message for warning in trace.warnings)
    assert list(trace.printed) == printed_by_python("import random\n" + neuron + layer + net + use + asked)
    assert any(node.key.startswith("n.layers[0].neurons[3].w[2]") and node.label == "w2" for node in trace.nodes)


def test_our_nets_do_not_pass_over_a_neuron_of_the_programs_own() -> None:
    with pytest.raises(ProgramError, match="knows nothing of the program's own `Neuron`"):
        run("import random\n" + NEURON.replace("wi * xi", "wi + xi") + USE)


def test_our_own_options_are_those_of_microgard_in_python() -> None:
    layers = MLP(2, [3, 1], activation="relu", last="linear", bias=0.0, seed=1).layers
    assert repr(layers) == "[Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]"
    assert {layer.neurons[0].b.data for layer in layers} == {0.0}


CELLS = """
n = MLP(3, [4, 4, 1])
xs = [
  [2.0, 3.0, -1.0],
  [3.0, -1.0, 0.5],
  [0.5, 1.0, 1.0],
  [1.0, 1.0, -1.0],
]
ys = [1.0, -1.0, -1.0, 1.0]
print(len(n.parameters()))
ls = []
for k in range(500):
    ypred = [n(x) for x in xs]
    loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
    for p in n.parameters():
        p.grad = 0.0
    loss.backward()
    for p in n.parameters():
        p.data += -0.05 * p.grad
    ls.append(loss.data)
print(len(ls), ls[0] > ls[-1], ls[-1] < 0.01)
print(n.layers[0].neurons[0].w[0].grad != 0.0)
print(ypred)
"""


@pytest.mark.parametrize("zero", [True, False], ids=["zero_grad", "forgotten zero_grad"])
def test_pasted_classes_train_as_ours(zero: bool) -> None:
    """Somebody pastes all cells from the class of values to the training loop: the numbers are those of our own nets."""
    cells = CELLS if zero else CELLS.replace("    for p in n.parameters():\n        p.grad = 0.0\n", "")
    pasted, ours = run("import random\n" + VALUE + NEURON + LAYER + NET + cells), run(cells)

    assert pasted.printed == ours.printed
    assert pasted.printed[0] == "41"
    if zero:
        assert pasted.printed[1:3] == ("500 True True", "True")
    assert _parameters(pasted) == _parameters(ours)


def _parameters(trace: Trace) -> list[tuple[str, float, float | None]]:
    return [(node.key, node.data, node.grad) for node in trace.nodes if node.kind == "parameter"]


MORE = (
    VALUE
    + """
    def cube(self):
        return self**3
    def zero_grad(self):
        self.grad = 0.0
"""
)


def test_what_a_pasted_value_has_beside_ours_is_run() -> None:
    trace = run(MORE + "a = Value(2.0)\nb = a.cube() * 2\nb.backward()\nprint(a.grad)\na.zero_grad()\nprint(a.grad)\n")

    assert [node.op for node in trace.nodes if node.op] == ["pow", "mul"]
    assert trace.printed == ("24.0", "0.0")
    assert run("a = Value(2.0)\nb = a * 2").nodes  # and is forgotten with the program
    with pytest.raises(UnsupportedError, match=r"has no `\.cube`"):
        run("a = Value(2.0)\nb = a.cube()")


def test_a_value_of_another_name_is_ours() -> None:
    renamed = MORE.replace("Value", "Scalar")
    trace = run(renamed + "a = Scalar(2.0, label='a')\nb = a.cube() + 1.0\nb.backward()\n")

    assert [(node.label, node.grad) for node in trace.nodes if node.label == "a"] == [("a", 12.0)]
    assert trace.warnings[0].message == "`Scalar` means the same as `Value`, which is built in and stands in for it."


def test_a_value_of_another_name_that_differs_is_run_as_it_is_written_and_not_drawn() -> None:
    source = VALUE.replace("Value", "Scalar").replace("other.data * out.grad", "2 * other.data * out.grad")
    trace = run(source + "a = Scalar(2.0)\nb = a + a\nprint(b.data)\nx = 3.0\ny = x * x\n")
    assert trace.printed == ("4.0",)
    assert "is run as it is written" in trace.warnings[0].message
    with pytest.raises(EmptyProgramError) as caught:
        run(source + "a = Scalar(2.0)\nb = a + a\n")
    assert caught.value.hint == "Leave the class out and write `Value` for `Scalar`."
