"""500 steps of the lecture's training loop against micrograd's way and PyTorch's, and the whole request against the bare loop."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from importlib.util import find_spec
from itertools import count
from time import perf_counter
from typing import Any

from micrograd.engine import Value as Micrograd

from stepgrad.engine.compile import Compiled, compiled
from stepgrad.engine.language import run as run_program
from stepgrad.engine.ops import OPS
from stepgrad.engine.program import Program, Row
from stepgrad.engine.trace import Trace
from stepgrad.engine.train import train
from tests.bench.eager import EXAMPLES, TARGETS, loss, network
from tests.bench.measure import Result, paired
from tests.bench.service import read_answer, serving
from tests.stories import program_of

STEPS, RATE = 500, 0.05
ROUNDS = 7

LOSS = """\
n = MLP(3, [4, 4, 1], seed={seed})
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
"""


def micrograds_way() -> list[float]:
    """The notebook's cell: a new graph for every step."""
    layers = network(Micrograd)
    parameters = [p for layer in layers for w, b in layer for p in [*w, b]]
    losses = []
    for _ in range(STEPS):
        total = loss(layers)
        for p in parameters:
            p.grad = 0.0
        total.backward()
        for p in parameters:
            p.data += -RATE * p.grad
        losses.append(total.data)
    return losses


def torchs_way() -> Callable[[], list[float]]:
    """The same in PyTorch, as most people would write it."""
    import torch  # type: ignore[import-not-found, unused-ignore]
    from torch import nn

    xs, ys = torch.tensor(EXAMPLES, dtype=torch.float64), torch.tensor(TARGETS, dtype=torch.float64)

    def run() -> list[float]:
        parts: list[Any] = []
        for layer in network(float):
            linear = nn.Linear(len(layer[0][0]), len(layer), dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor([w for w, _ in layer], dtype=torch.float64))
                linear.bias.copy_(torch.tensor([b for _, b in layer], dtype=torch.float64))
            parts += [linear, nn.Tanh()]
        model = nn.Sequential(*parts)
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        losses = []
        for _ in range(STEPS):
            total = ((model(xs)[:, 0] - ys) ** 2).sum()
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            losses.append(total.item())
        return losses

    return run


def the_loop(trace: Trace) -> Callable[[], list[float]]:
    """Nothing but the compiled gradients and the update."""
    program = program_of(trace)
    gradients = compiled(program).gradients
    start = [trace.nodes[i].data for i in program.leaves]
    trained = [trace.nodes[i].kind == "parameter" for i in program.leaves]
    rates = [RATE if each else 0.0 for each in trained]

    def run() -> list[float]:
        leaves, losses = start, []
        for _ in range(STEPS):
            found, grads = gradients(leaves)
            leaves = [x - rate * grad for x, rate, grad in zip(leaves, rates, grads, strict=True)]
            losses.append(found)
        return losses

    return run


def post(line: socket.socket, body: object) -> bytes:
    text = json.dumps(body).encode()
    head = f"POST /api/v1/train HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    line.sendall(head.encode() + text)
    return read_answer(line)


def _same(ours: list[float], theirs: list[float]) -> None:
    assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) < 1e-9


def run() -> list[Result]:
    trace = run_program(LOSS.format(seed=1337))  # the weights of `network`
    ours = lambda: train(trace, steps=STEPS, learning_rate=RATE)  # noqa: E731
    _same(list(ours().losses), micrograds_way())
    results = [paired("500 training steps (peer: micrograd's way)", ours, micrograds_way, wanted=45.0, rounds=ROUNDS)]
    if find_spec("torch"):
        peer = torchs_way()
        _same(list(ours().losses), peer())
        results.append(paired("500 training steps (peer: vectorised PyTorch)", ours, peer, wanted=10.0, rounds=ROUNDS))
    bare = the_loop(trace)
    unseen = count(2000)
    with serving("-m", "stepgrad", "serve") as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(seed: int) -> bytes:
            body = {"source": LOSS.format(seed=seed), "steps": STEPS, "learning_rate": RATE, "history": True}
            return post(line, body)

        assert json.loads(ask(1337))["losses"] == bare()
        for what, request in (("a program seen before", lambda: ask(1337)), ("weights never seen", lambda: ask(next(unseen)))):
            results.append(paired(f"the request, with history, {what} (peer: bare loop)", request, bare, 0.2, rounds=15))
    return [*results, _large(100_000, 5.0)]


def _large(operations: int, bound: float) -> Result:
    """A graph of many operations, compiled and run forward and backward once."""
    rows = tuple(
        Row(OPS["tanh" if i % 7 == 0 else "mul"], i + 2, (i + 1, 0)[: 1 if i % 7 == 0 else 2]) for i in range(operations)
    )
    start = perf_counter()
    Compiled(Program(operations + 2, (0, 1), rows, operations + 1)).gradients([1.01, 0.5])
    spent = perf_counter() - start
    return Result(
        f"{operations:,} operations compiled and run", f"{spent:.2f} s", f"at most {bound:g} s", None, None, spent <= bound
    )
