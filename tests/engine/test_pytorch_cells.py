"""PyTorch of single numbers, as people paste it: it prints and grads what PyTorch does."""

from __future__ import annotations

import math

import pytest

from stepgrad.app.exporting.code import code
from stepgrad.engine.errors import EmptyProgramError
from stepgrad.engine.language import run

NEURON = """
import torch
x1 = torch.Tensor([2.0]).double()                ; x1.requires_grad = True
x2 = torch.Tensor([0.0]).double()                ; x2.requires_grad = True
w1 = torch.Tensor([-3.0]).double()               ; w1.requires_grad = True
w2 = torch.Tensor([1.0]).double()                ; w2.requires_grad = True
b = torch.Tensor([6.8813735870195432]).double()  ; b.requires_grad = True
n = x1*w1 + x2*w2 + b
o = torch.tanh(n)
print(o.data.item())
o.backward()
print("x2", x2.grad.item())
"""

DESCENT = """
import torch
import torch.nn.functional as F
torch.manual_seed(0)
w = torch.tensor(5.0, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for k in range(3):
    loss = F.softplus(w - 2)**2 + b.square()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        b += 1.0
    w.grad.zero_()
    b.grad = None
print(f"{loss.item():.6f} {w.item():.6f} {b.item()} {w.requires_grad}")
"""


def test_the_lectures_pytorch_cell_runs() -> None:
    trace = run(NEURON)
    grads = {node.label: round(node.grad, 6) for node in trace.nodes if node.grad is not None and node.label}

    assert trace.printed == ("0.7071067811865477", "x2 0.4999999999999998")
    assert grads == {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5, "n": 0.5, "o": 1.0} | {
        key: grads[key] for key in grads if "*" in key or "+" in key
    }
    assert trace.warnings == ()


def test_an_update_without_gradients_changes_the_number_and_not_the_graph() -> None:
    trace = run(DESCENT)
    w, total = 5.0, 0.0
    for k in range(3):
        soft = math.log1p(math.exp(w - 2))
        total = soft**2 + float(k) ** 2
        w -= 0.1 * 2 * soft / (1 + math.exp(2 - w))
    assert trace.printed == (f"{total:.6f} {w:.6f} 3.0 True",)
    assert [node.kind for node in trace.nodes if node.label == "w"] == ["input"]


@pytest.mark.parametrize(
    "source",
    [
        "x = 2.0\nw = -3.0\nb = 1.0\no = tanh(x * w + b)\no.backward()",
        "a = 2.0\nb = leaky_relu(a - 3, 0.2) + gelu(a) * max(a, 1.0)\nb.backward()\nb.backward()\na.grad = 0\na.data -= 0.5",
    ],
)
def test_what_we_export_as_pytorch_can_be_pasted_again(source: str) -> None:
    there = run(source)
    back = run(code(there, "torch"))
    root, again = [next(node for node in trace.nodes if node.id == trace.output) for trace in (there, back)]

    assert (again.data, again.grad) == (root.data, root.grad)
    assert {node.label: (node.data, node.grad) for node in back.nodes if node.kind == "input"}.items() >= {
        node.label: (node.data, node.grad) for node in there.nodes if node.kind == "input"
    }.items()


@pytest.mark.parametrize(
    "line",
    [
        "xs = torch.randn(3)", "xs = torch.tensor([1.0, 2.0])", "net = torch.nn.Linear(2, 1)", "o = torch.optim.SGD([w], lr=0.1)",
        "ys = torch.stack([w])", "from torch.utils.data import DataLoader; d = DataLoader(w)", "ys = torch.exp([1.0, 2.0])",
    ],
)  # fmt: skip
def test_a_line_that_needs_more_than_single_numbers_is_passed_over(line: str) -> None:
    trace = run(f"import torch\nw = torch.tensor(2.0, requires_grad=True)\n{line}\ny = w * w\n")
    assert [node.op for node in trace.nodes if node.op] == ["mul"]
    assert trace.warnings[0].message == "This line needs torch, which is not run here; it is passed over."


def test_a_program_of_tensors_alone_says_what_is_missing() -> None:
    with pytest.raises(EmptyProgramError, match="needs torch, which is not run here"):
        run("import torch\nxs = torch.randn(3, 4)\nys = xs @ xs.T")
