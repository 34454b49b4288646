"""PyTorch has the same numbers: of every value of every gallery program and of 500 random ones, by the code we give away.

Collected only where PyTorch is installed (tests/conftest.py).
"""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import httpx
import pytest

from stepgrad.app.exporting.code import code, identifiers
from stepgrad.app.gallery import gallery
from stepgrad.app.links import encode
from stepgrad.app.studies.comparing import EXACT, _torch, act
from stepgrad.engine.language import run
from stepgrad.engine.model import Model
from stepgrad.engine.nn import MLP
from stepgrad.engine.ops import OPS
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.trace import Trace
from stepgrad.engine.train import Plan, Run, train
from tests.programs import programs

torch: Any = _torch()

CONVENTIONS = [
    "x = 0\ny = relu(x) + abs(x) + leaky_relu(x) + leaky_relu(x, 0.2)",
    "a = 2\nb = 2\ny = max(a, b) * 3 + min(a, b)",
    "x = 0\ny = x ** 0 + x ** 1 + x ** 2",
    "x = 0\ny = sqrt(x)",
    "x = -2\ny = sqrt(x)",
    "x = -2\np = 0.5\ny = x ** p",
    "x = 0\np = 2\ny = x ** p",
    "x = 0\np = 0\ny = x ** p",
    "x = -2\np = 2\ny = x ** p",
    "x = 0\ny = log(x)",
    "x = -1\ny = log(x)",
    "x = 0\ny = 1 / x",
    "x = 0\ny = x / x",
    "x = 800\ny = exp(x) - exp(x)",
    "x = 1000\ny = relu(-x) * exp(x)",
    "a = log(-1)\nb = 2\ny = max(a, b)",
    "a = log(-1)\nb = 2\ny = min(b, a)",
    "a = log(-1)\ny = relu(a) + leaky_relu(a)",
    "x = 20\ny = softplus(x) + softplus(x + 0.5)",
    "x = 0\ny = cbrt(x) + elu(x) + elu(x, 0.5) + selu(x) + mish(x) + logsigmoid(x) + erf(x) + square(x)",
    "x = 0\ny = rsqrt(x)\nz = reciprocal(x)\nw = log2(x)\nv = log10(x)",
    "x = 1\ny = asin(x)\nz = acos(x)\nw = acos(-x)\nv = hardtanh(x)\nu = log1p(-x)",
    "x = 2\ny = hardtanh(x, -2, 2) + hardtanh(-x, -2, 2) + asin(x)\nz = acos(x)",
    "x = -2\ny = log2(x) + rsqrt(x)\nz = log10(x)\nw = log1p(x)\nv = cbrt(x)",
    "x = -800\ny = expm1(x) + selu(x) + elu(x) + mish(x) + logsigmoid(x) + erf(x)\nz = sinh(x)\nw = cosh(x)",
    "x = 800\ny = selu(x) + elu(x) + mish(x) + logsigmoid(x) + erf(x) + hardtanh(x)\nz = sinh(x) + expm1(x)",
    "a = log(-1)\ny = elu(a) + selu(a) + hardtanh(a) + erf(a)",
    "x = -800\ny = softplus(x) + sigmoid(x) + silu(x) + gelu(x)",
    "x = 800\ny = sigmoid(x) + tanh(x) + silu(x) + gelu(x)",
    "x = log(0)\ny = tanh(x) + sigmoid(x) + atan(x)",
]


def alike(ours: float | None, theirs: float | None, scale: float) -> bool:
    if ours is None or theirs is None:
        return not ours and not theirs
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return ours == theirs or (ours != ours and theirs != theirs)
    return abs(ours - theirs) <= EXACT * max(scale, abs(ours), abs(theirs))


def executed(trace: Trace) -> dict[str, tuple[float, float | None]]:
    """What the generated program leaves behind, by node."""
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(code(trace, "torch"), "<generated>", "exec"), names)
    found = {node: names[name] for node, name in identifiers(trace).items()}
    return {node: (tensor.item(), None if tensor.grad is None else tensor.grad.item()) for node, tensor in found.items()}


def check(source: str, floor: float = 1.0) -> None:
    """Alike relative to the larger of both, to the terms that a grad was added up from, and to the floor."""
    trace = run(source)
    scales = dict.fromkeys((node.id for node in trace.nodes), floor)
    for edge in trace.edges:
        if edge.contribution is not None and math.isfinite(edge.contribution):
            scales[edge.source] += abs(edge.contribution)
    generated, acted = executed(trace), act(trace)
    assert acted is not None
    for node in trace.nodes:
        for data, grad in (generated[node.id], acted[node.id]):
            assert alike(node.data, data, floor), f"{node.key}: data {node.data!r}, PyTorch {data!r}\n{source}"
            assert alike(node.grad, grad, scales[node.id]), f"{node.key}: grad {node.grad!r}, PyTorch {grad!r}\n{source}"


@pytest.fixture(autouse=True)
def _doubles() -> Any:
    """The generated code sets it, as a program of one's own may; another test must not notice."""
    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.slug)
def test_the_gallery(example: Any):
    """Without a floor: a grad of 1e-7 has the same twelve digits."""
    check(example.source, floor=0.0)


@pytest.mark.parametrize("source", CONVENTIONS)
def test_conventions(source: str):
    check(source)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_every_row_of_the_table(op: Any):
    for sample in op.samples:
        names = "abc"[: op.arity]
        operands = [*names, *(repr(x) for x in sample[op.arity :])]
        call = f"{op.name}({', '.join(operands)})" if op.defaults else op.python.format(*names)
        check("\n".join([*(f"{name} = {x}" for name, x in zip(names, sample, strict=False)), f"y = {call} * 1.5"]))


LIBRARIES = {"torch": torch, "torch.special": torch.special, "F": torch.nn.functional}
SPELLINGS = [(op, library, name) for op in OPS.values() for library in LIBRARIES for name in op.names_in(library)]


@pytest.mark.parametrize(("op", "library", "name"), SPELLINGS, ids=[f"{library}.{name}" for _, library, name in SPELLINGS])
def test_what_we_call_pytorchs_is_pytorchs(op: Any, library: str, name: str):
    function = getattr(LIBRARIES[library], name)
    for sample in op.samples:
        tensors = [torch.tensor(x, dtype=torch.float64) for x in sample[: op.arity]]
        named = dict(zip(op.keywords, sample[op.arity :], strict=True))
        assert alike(op.forward(*sample), function(*tensors, **named).item(), 0.0)


def test_500_random_programs():
    for source in programs(500):
        check(source)


def test_a_long_program():
    check("x = 0.5\ny = x\nfor i in range(1500):\n    y = tanh(y) + x * 0.5\ny.backward()")


def test_the_code_runs_by_itself_and_prints_every_named_value(tmp_path: Any):
    path = tmp_path / "program.py"
    path.write_text(code(run("x = 2\nw = -3\ny = x * w + x\ny.backward()"), "torch"), encoding="utf-8")
    ran = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines() == ["x  data 2  grad -2.0", "w  data -3  grad 2.0", "y  data -4  grad 1.0"]


@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.slug)
async def test_the_service_finds_no_difference_in_the_gallery(client: httpx.AsyncClient, example: Any):
    answer = (await client.get(f"/g/{encode(example.source)}/compare.json")).json()

    assert (answer["verdict"], answer["left_out"]) == ("agrees", 0)
    assert {row["torch_verdict"] for row in answer["nodes"]} == {"agrees"}
    unmeasured = {row["numeric_reason"] for row in answer["nodes"] if row["numeric_verdict"] != "agrees"}
    assert unmeasured == ({"not-finite"} if example.slug == "first-nan" else set())


async def test_the_service_compares_with_one_verdict(client: httpx.AsyncClient):
    answer = (await client.get(f"/g/{encode(gallery()[2].source)}/compare.json")).json()

    assert answer["torch"]["available"] is True
    assert answer["verdict"] == "agrees"
    assert answer["sentence"] == "All 10 values agree with a central difference and PyTorch."
    assert all(row["torch_verdict"] == "agrees" for row in answer["nodes"])
    assert next(row for row in answer["nodes"] if row["key"] == "n")["torch_grad"] == pytest.approx(0.5, abs=1e-6)


async def test_a_story_too_long_for_pytorch_is_refused(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch):
    from stepgrad.app.studies import comparing
    from stepgrad.engine.limits import StudyLimits

    monkeypatch.setattr(comparing, "STUDY_LIMITS", StudyLimits(torch_steps=3))
    answer = await client.post("/api/v1/compare", json={"source": "x = 2\ny = x * x + x"})

    assert (answer.status_code, answer.json()["limit"]) == (422, "torch_steps")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("zero_grad", "batch"), [(True, "all"), (False, "all"), (True, "stochastic")])
def test_training_is_that_of_torch_optim(optimizer: Any, zero_grad: bool, batch: Any):
    """500 steps of the lecture's loss from the same weights: the loss of every iteration, and the last parameters."""
    net = MLP(3, [4, 4, 1], seed=1)
    trace = run(
        "n = MLP(3, [4, 4, 1], seed=1)\n"
        "xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]\n"
        "ys = [1.0, -1.0, -1.0, 1.0]\n"
        "loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, [n(x) for x in xs]))"
    )
    rate = 0.01 if zero_grad else 0.0005
    steps = 500 if zero_grad else 100  # without zero_grad a difference grows as fast as the grads do
    layers = [
        (
            torch.tensor([[w.data for w in neuron.w] for neuron in layer.neurons], dtype=torch.float64, requires_grad=True),
            torch.tensor([neuron.b.data for neuron in layer.neurons], dtype=torch.float64, requires_grad=True),
        )
        for layer in net.layers
    ]
    parameters = [tensor for layer in layers for tensor in layer]
    xs = torch.tensor([[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]], dtype=torch.float64)
    ys = torch.tensor([[1.0], [-1.0], [-1.0], [1.0]], dtype=torch.float64)
    optim = eval(OPTIMIZERS[optimizer].torch, vars(torch.optim) | {"parameters": parameters, "rate": rate})
    order = Run(Model(trace), Plan(batch=batch, seed=7)).example
    losses = []
    for k in range(steps):
        h = xs
        for w, b in layers:
            h = torch.tanh(h @ w.T + b)
        each = (h - ys) ** 2
        loss, example = each.sum(), order(k)
        if zero_grad:
            optim.zero_grad()
        (loss if example is None else each[example].sum()).backward()
        optim.step()
        losses.append(loss.item())
    history = train(trace, steps=steps, learning_rate=rate, optimizer=optimizer, zero_grad=zero_grad, batch=batch, seed=7)
    theirs = {
        f"n.layers[{i}].neurons[{j}].{name}": number
        for i, (w, b) in enumerate(layers)
        for j in range(len(b))
        for name, number in [*((f"w[{k}]", x.item()) for k, x in enumerate(w[j])), ("b", b[j].item())]
    }

    assert max(abs(a - b) for a, b in zip(history.losses, losses, strict=True)) < 1e-9
    ours = {node.key: number for node, number in zip(history.model.parameters, history.at(-1), strict=True)}
    assert ours.keys() == theirs.keys()
    assert max(abs(ours[key] - theirs[key]) for key in ours) < 1e-8
