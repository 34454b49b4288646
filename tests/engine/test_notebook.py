"""What people will paste: cells of the lecture notebook on expressions and neurons.

The programs here are our own, of the same shape; the notebook itself is run, too, where it lies beside the checkout.
"""

from __future__ import annotations

import re
from math import tanh
from pathlib import Path

import pytest

from stepgrad.engine.language import run

NOTEBOOK = Path(__file__).resolve().parents[3] / "shared" / "notebook" / "notebook.md"

CLASS = """\
class Value:

    def __init__(self, data, _children=(), _op='', label=''):
        self.data = data
        self._prev = set(_children)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), '+')
"""
DRAW = """\
from graphviz import Digraph

def trace(root):
    nodes, edges = set(), set()
    return nodes, edges

def draw_dot(root):
    dot = Digraph(format='svg', graph_attr={'rankdir': 'LR'})
    for n in nodes:
        uid = str(id(n))
    return dot
"""


@pytest.mark.parametrize(
    ("cells", "printed"),
    [
        (["import math\nimport numpy as np\nimport matplotlib.pyplot as plt\n%matplotlib inline\na = 1.0"], []),
        (["def g(x):\n    return x**2 - 3*x + 1", "g(2.0)"], ["-1.0"]),
        (["def g(x):\n    return x**2 - 3*x + 1", "h = 0.001\nx = 3/2\n(g(x+h) - g(x))/h"],
         [repr(((1.501**2 - 3*1.501 + 1) - (-1.25)) / 0.001)]),
        (["h = 0.01\na = 1.5\nb = 4.0\nd1 = a*b\na += h\nd2 = a*b\nprint('d1', d1)\nprint('slope', (d2 - d1)/h)"],
         ["d1 6.0", f"slope {(1.51*4.0 - 6.0)/0.01}"]),
        (["a = Value(2.0)\na + 3"], ["Value(data=5.0)"]),
        (["a = Value(2.0)", "print(a * 2)\nprint(2 * a)"], ["Value(data=4.0)", "Value(data=4.0)"]),
        (["z = Value(2.0)\nz**3"], ["Value(data=8.0)"]),
        (["a = Value(1.0)\nb = Value(4.0)\na / b"], ["Value(data=0.25)"]),
        (["a = Value(1.0)\nb = Value(4.0)\na - b"], ["Value(data=-3.0)"]),
        (["a = Value(0.0)\na.exp()"], ["Value(data=1.0)"]),
        (["w = Value(0.5, label='w'); y = w*3; y.label = '3w'\no = y.tanh(); o.label = 'out'\no.backward()", "w.grad"],
         [repr(3 * (1 - tanh(1.5) ** 2))]),
    ],
)  # fmt: skip
def test_a_cell_runs_and_prints_what_the_notebook_would(cells, printed):
    assert list(run("\n\n".join(cells)).printed) == printed


def test_the_notebooks_own_definitions_are_passed_over_with_a_note():
    trace = run(CLASS + DRAW + "a = Value(2.0, label='a')\nb = a * a\nb.label = 'b'\nb.backward()\ndraw_dot(b)")

    assert [notice.message for notice in trace.warnings] == [
        "`Value` is built in; this definition means the same.",
        "`trace` is built in; this definition is not used.",
        "`draw_dot` is built in; this definition is not used.",
    ]
    assert {node.label: node.grad for node in trace.nodes} == {"a": 4.0, "b": 1.0}


def test_the_fences_of_markdown_around_code_are_passed_over():
    trace = run("```python\na = 2.0\nb = a * a  # it's\n```\n")
    assert [(node.label, node.span.line) for node in trace.nodes if node.span] == [("a", 2), ("b", 3)]


def test_lines_that_need_numpy_matplotlib_or_torch_are_pointed_out_one_by_one():
    trace = run(
        "import numpy as np\nimport matplotlib.pyplot as plt\nxs = np.arange(-5, 5, 0.25)\nys = tanh(xs)\nplt.plot(xs, ys)\n"
        "x1 = torch.randn(3).double() ; x1.requires_grad = True\na = 2.0\nb = a * a"
    )
    said = [(notice.span.line, notice.message.split(",")[0]) for notice in trace.warnings if notice.span]

    assert said == [
        (3, "This line needs numpy"), (4, "This line needs numpy"), (5, "This line needs matplotlib"),
        (6, "This line needs torch"), (6, "This line needs torch"),
    ]  # fmt: skip
    assert trace.nodes[-1].label == "b"


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("plt.scatter(k, loss.data)", "matplotlib"),
        ("if k % 2 == 0: plt.scatter(k, loss.data)", "matplotlib"),
        ("losses[k] = np.mean(loss.data)", "numpy"),
        ("average = np.mean(losses)", "numpy"),
        ("if np.allclose(loss.data, 0): break", "numpy"),
        ("for x in np.arange(3): w.data += x", "numpy"),
        ("ax.plot([w for w in losses])", "matplotlib"),
    ],
)
@pytest.mark.parametrize("where", ["loop", "function"])
def test_in_a_loop_only_the_line_is_passed_over_that_needs_what_is_not_run(line, needs, where):
    body = "    loss = (w - 3)**2\n    w.grad = 0\n    loss.backward()\n    w.data -= 0.1*w.grad\n"
    loop = f"for k in range(4):\n{{}}{body}{{}}"
    if where == "function":
        loop = "def step(k):\n{}" + body + "{}    return loss\nfor k in range(4):\n    loss = step(k)\n"
    start = "losses = [0]*4\nfig, ax = plt.subplots()\nw = Value(0.0)\n"
    whole = run(start + loop.format("", f"    {line}\n"))
    without = run(start + loop.format("", ""))

    assert _numbers(whole) == _numbers(without)
    assert f"This line needs {needs}, which is not run here; it is passed over." in {
        warning.message for warning in whole.warnings if warning.span and warning.span.line > 3
    }


def _numbers(trace):
    return [(node.key, node.data, node.grad) for node in trace.nodes]


def test_what_a_function_returns_is_passed_over_where_it_was_to_be_used():
    trace = run("def f(x):\n    y = np.zeros(3)\n    return x + y\na = 2.0\nb = a * 3\nc = f(a)\nprint(c)\nd = b * 2")
    assert trace.printed == ()
    assert [notice.span.line for notice in trace.warnings if notice.span] == [2, 6, 7]
    assert next(node for node in trace.nodes if node.id == trace.output).label == "d"


def _cells():
    """The cells of the notebook: number, code with what stands before it, and printed lines."""
    if not NOTEBOOK.exists():
        return []
    found = re.findall(
        r"\*\*\[(\d+)\]\*\*\n\n```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", NOTEBOOK.read_text(encoding="utf-8"), re.DOTALL
    )
    cells, before = [], ""
    for number, code, output in found:
        before += code + "\n"
        cells.append((number, before, output.splitlines()))
    return cells


LAST_EXPRESSION = 161
"""The cell after which the notebook's numbers are drawn by chance."""

if CELLS := _cells():  # where the notebook is not beside the checkout there is no test, rather than a skipped one

    @pytest.mark.parametrize(("number", "program", "output"), CELLS, ids=[cell[0] for cell in CELLS])
    def test_the_notebook_runs_cell_by_cell(number, program, output):
        if "f(3.0)" not in program:
            program += "\na = 1.0 * 2"  # the first cells only prepare
            output = []
        printed = list(run(program).printed)
        if int(number) > LAST_EXPRESSION and number != "167":
            kind = re.compile(r"[-+]?\d+\.\d+(e[-+]\d+)?")
            if output and "…" not in output and not output[0].startswith(("[]", "(", "[Value", "0.7071")):
                assert kind.sub("x", printed[-1]) == kind.sub("x", output[-1])
        elif output and not output[0].startswith(("[]", "(")):
            assert printed[-len(output) :] == output

    def test_the_whole_notebook_runs_in_one_go():
        trace = run(CELLS[-1][1])
        losses = [float(line.split()[-1]) for line in trace.printed if line.startswith("Step #")]

        assert len(losses) == 500
        assert losses[-1] < 0.01 < losses[0]
        assert trace.printed[-1].startswith("[Value(data=0.9")
        assert {warning.message.split(",")[0] for warning in trace.warnings if "needs" in warning.message} == {
            "This line needs numpy", "This line needs matplotlib",
        }  # fmt: skip
        first = next(node for node in trace.nodes if node.key == "n.layers[0].neurons[0].w[0]")
        assert first.grad != 0.0

    def test_the_whole_notebook_up_to_its_nets_is_about_the_neuron():
        trace = run(next(program for number, program, _ in CELLS if number == str(LAST_EXPRESSION)))
        output = next(node for node in trace.nodes if node.id == trace.output)
        assert (output.label, f"{output.data:.4f}") == ("output", "0.7071")
