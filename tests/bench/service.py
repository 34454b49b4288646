"""Requests per second of /g/CODE.svg on one worker, against FastAPI + micrograd + graphviz.pipe; and a hall."""

from __future__ import annotations

import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from stepgrad.app.links import encode
from tests.bench import hall
from tests.bench.measure import Result
from tests.bench.peers import OBVIOUS_SERVICE
from tests.bench.programs import NEURON, other_numbers, other_structure
from tests.bench.server import started

CONNECTIONS = 4
SECONDS = 1.5
ROUNDS = 5


@contextmanager
def serving(*command: str, **environment: str) -> Iterator[int]:
    """The port of a server in a process of its own."""
    with started(*command, **environment) as server:
        yield server.port


def _rate(port: int, codes: Iterator[str], seconds: float = SECONDS) -> float:
    """Answers per second over a few kept connections, each with one request on its way at any time."""
    with ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(CONNECTIONS)]
        for line in lines:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answered = 0
        start = time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            for line in lines:
                line.sendall(f"GET /g/{next(codes)}.svg HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            for line in lines:
                read_answer(line)
                answered += 1
        return answered / spent


def read_answer(line: socket.socket) -> bytes:
    """The body of the answer that comes next. Raises RuntimeError unless it is a 200."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(1 << 16)
    head, body = head.split(b"\r\n\r\n", 1)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"answered {head[:80]!r} {body[:200]!r}")
    fields = dict(field.split(b": ", 1) for field in head.lower().split(b"\r\n")[1:])
    parts, missing = [body], int(fields[b"content-length"]) - len(body)
    while missing > 0:
        parts.append(line.recv(missing))
        missing -= len(parts[-1])
    return b"".join(parts)


def run() -> list[Result]:
    unseen = count()
    cases = (
        ("repeated URL", 20.0, lambda: encode(NEURON)),
        ("same structure, new numbers", 8.0, lambda: encode(other_numbers(next(unseen)))),
        ("never-seen structure", 2.0, lambda: encode(other_structure(next(unseen)))),
    )
    results = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder, "obvious.py").write_text(OBVIOUS_SERVICE)
        ours = stack.enter_context(serving("-m", "stepgrad", "serve"))
        peer = stack.enter_context(serving("-m", "uvicorn", "obvious:app", "--app-dir", folder, "--log-level", "warning"))
        for what, wanted, code in cases:
            pairs = [(_rate(ours, iter(code, None)), _rate(peer, iter(code, None))) for _ in range(ROUNDS)]
            ratio = statistics.median(mine / theirs for mine, theirs in pairs)
            mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
            label = f"{what} (peer: FastAPI + micrograd + graphviz.pipe)"
            results.append(Result(label, f"{mine:,.0f} /s", f"{theirs:,.0f} /s", ratio, wanted, ratio >= wanted))
    return [*results, *hall.run()]
