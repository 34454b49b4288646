"""Programs to take away: they run, give the run's numbers, and hold no text of a user but safe names."""

from __future__ import annotations

import ast
from typing import Any

import httpx
import pytest

from stepgrad.app.exporting.code import code, identifiers
from stepgrad.app.gallery import gallery
from stepgrad.app.links import encode
from stepgrad.engine.language import run
from stepgrad.engine.trace import Trace
from tests.programs import programs


def micrograd(trace: Trace) -> dict[str, Any]:
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(code(trace, "micrograd"), "<generated>", "exec"), names)
    return {node: names[name] for node, name in identifiers(trace).items()}


def same(a: float, b: float | None) -> bool:
    return a == (b or 0.0) or (a != a and b != b)


@pytest.mark.parametrize("source", [*(example.source for example in gallery()), *programs(100)])
def test_our_own_values_give_the_same_numbers(source: str):
    trace = run(source)
    values = micrograd(trace)

    for node in trace.nodes:
        assert same(values[node.id].data, node.data), source
        assert same(values[node.id].grad, node.grad), source


def test_it_says_which_methods_the_notebooks_class_lacks():
    assert code(run("x = 2\ny = tanh(x) / 3"), "micrograd").startswith(
        "from stepgrad import Value  # or the notebook's own class\n"
    )
    first = code(run("x = 2\ny = sinh(x) * sigmoid(x) * sinh(x)"), "micrograd").partition("\n")[0]
    assert first == "from stepgrad import Value  # or the notebook's own class, with methods for sinh, sigmoid"


def test_it_runs_with_the_notebooks_class():
    """Operators and methods, no functions: `class Value` of the notebook has nothing else."""

    class Value:
        def __init__(self, data: float, _children: Any = (), _op: str = "", label: str = "") -> None:
            self.data, self.grad, self._prev, self.label = data, 0.0, set(_children), label

        def __mul__(self, other: Any) -> Any:
            return Value(self.data * other.data, (self, other), "*")

        def __add__(self, other: Any) -> Any:
            return Value(self.data + other.data, (self, other), "+")

        def __pow__(self, other: Any) -> Any:
            assert isinstance(other, (int, float))
            return Value(self.data**other, (self,), f"**{other}")

        def backward(self) -> None:
            self.grad = 1.0

    text = code(run("x = 2\ny = (x * 3 + x) ** 2\ny.backward()"), "micrograd")
    names: dict[str, Any] = {"Value": Value, "print": lambda *_: None}
    exec(text.replace("from stepgrad import Value", "pass"), names)

    assert (names["y"].data, names["y"].grad, names["x"].label) == (64.0, 1.0, "x")


TWICE = """\
import torch

torch.set_default_dtype(torch.float64)

x = torch.tensor(2.0, requires_grad=True)
w = torch.tensor(-3.0, requires_grad=True)
v2 = x * w; v2.retain_grad()
y = torch.nn.functional.leaky_relu(v2, 0.2); y.retain_grad()

y.backward(retain_graph=True)
# the grads in between are computed anew; those of the leaves add up
for value in (v2, y):
    value.grad = None
y.backward()

for value in (x, w):
    value.grad = torch.tensor(0.0)
x.data = torch.tensor(1.5)

print(f"x  data {x.item():.6g}  grad {x.grad}")
print(f"w  data {w.item():.6g}  grad {w.grad}")
print(f"y  data {y.item():.6g}  grad {y.grad}")
"""


def test_the_torch_program_reads_as_one_would_write_it():
    passes = "y.backward()\ny.backward()\nx.grad = 0\nw.grad = 0\nx.data -= 0.5"

    assert code(run(f"x = 2\nw = -3\ny = leaky_relu(x * w, 0.2)\n{passes}"), "torch") == TWICE


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("x1*w1", "x1_w1"),
        ("lambda", "lambda_2"),
        ("torch", "torch_2"),
        ("α", "α"),
        ("first input", "first_input"),
        ("2nd", "v2nd"),
        ("'); import os; os.system('x') #", "import_os_os_system_x"),
        ("\n ", "v0"),
        ("__class__", "class_2"),
        ("ﬁ", "fi"),
        ("日本", "日本"),
        ("x" * 200, "x" * 40),
    ],
)
def test_a_label_becomes_a_safe_identifier(label: str, name: str):
    trace = run(f"v = Value(2, label={label!r})\ny = v * v")

    assert identifiers(trace)["n0"] == name
    for dialect in ("torch", "micrograd"):
        ast.parse(code(trace, dialect))  # type: ignore[arg-type]


def test_names_that_python_takes_for_one_are_told_apart():
    trace = run("a = Value(1, label='ﬁ')\nb = Value(2, label='fi')\nc = Value(3, label='v2')\ny = a * b + c * 4")

    assert len(set(identifiers(trace).values())) == len(trace.nodes)


async def test_a_program_has_an_address_for_its_code(client: httpx.AsyncClient):
    torch = await client.get(f"/g/{encode('x = 2')}.py")
    micrograd = await client.get(f"/g/{encode('x = 2')}.py?dialect=micrograd")
    wrong = await client.get(f"/g/{encode('x = 2')}.py?dialect=jax")

    assert torch.headers["content-type"] == "text/x-python; charset=utf-8"
    assert torch.text.startswith("import torch\n")
    assert micrograd.text.startswith("from stepgrad import Value")
    assert torch.headers["etag"] != micrograd.headers["etag"]
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")
    assert wrong.json()["hint"] == "Allowed are `torch`, `micrograd`."
