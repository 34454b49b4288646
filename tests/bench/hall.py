"""A hall opens one link: 1,500 people within ten seconds, 600 in one instant, and one who sends a header without an end.

Raw sockets of asyncio, all from this machine. The peer of the first is uvicorn with a function that sends the same bytes, which
is as little as a server in Python can do; the peer of the last is uvicorn as it comes.
"""

from __future__ import annotations

import asyncio
import pickle
import re
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from time import monotonic, perf_counter
from urllib.parse import quote, urljoin

from stepgrad.app.links import encode
from tests.bench.measure import Result
from tests.bench.programs import NEURON, other_structure
from tests.bench.server import Server, started

VISITORS = 1_500
WITHIN = 10.0
AT_ONCE = 600
POURING = 3.0
PATIENCE = 20.0
WANTED = 0.25
MOST_POURED = 64 << 20

CODINGS = "gzip, deflate, br, zstd"
INSTANTS = {"page": "/g/{}", "embed": "/embed/{}", "picture": "/g/{}.svg"}
_unseen = count(70_000)

SAME_BYTES = """
import pickle
ANSWERS = pickle.load(open({answers!r}, "rb"))

async def app(scope, receive, send):
    if scope["type"] == "http":
        path = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        headers, body = ANSWERS.get(path.decode(), ([], b""))
        await send({{"type": "http.response.start", "status": 200, "headers": headers}})
        await send({{"type": "http.response.body", "body": body}})
"""


class Line:
    """A connection of a browser: one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, port: int) -> Line:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))

    async def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: hall\r\nAccept-Encoding: {CODINGS}\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        headers = dict(field.split(": ", 1) for field in head[1:] if field)
        return int(head[0].split()[1]), headers, await self._reader.readexactly(int(headers.get("content-length", 0)))

    async def pour(self, piece: bytes, until: float) -> int:
        """Send the same until somebody has had enough of it; the status that was answered, or 0."""
        self._writer.write(b"GET /healthz HTTP/1.1\r\nHost: hall\r\nX-A: ")
        sent = 0
        with suppress(OSError):
            while not self._reader._buffer and monotonic() < until and sent < MOST_POURED:  # type: ignore[attr-defined]
                self._writer.write(piece)
                await self._writer.drain()
                sent += len(piece)
                await asyncio.sleep(0)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            return int((await asyncio.wait_for(self._reader.readuntil(b"\r\n"), 0.1)).split()[1])
        return 0

    def close(self) -> None:
        self._writer.close()


async def browse(port: int, link: str) -> list[str]:
    """What a browser loads with a page: what the page names, what its scripts import, the formulas, the picture."""
    line = await Line.to(port)
    paths, seen = [link], set()
    while unseen := [path for path in paths if path not in seen]:
        for path in unseen:
            seen.add(path)
            text = await _text(line, path)
            paths += [found for found in _named(path, text) if found not in paths]
    line.close()
    return [*paths, f"/g/{encode(NEURON)}.svg"]


async def _text(line: Line, path: str) -> str:
    """The body of a page, script or style, as it is without compression."""
    line._writer.write(f"GET {path} HTTP/1.1\r\nHost: hall\r\n\r\n".encode())
    head = (await line._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    body = await line._reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
    return body.decode("utf-8", "replace") if "text/" in head else ""


def _named(path: str, text: str) -> list[str]:
    if path.startswith("/static/") and ".js" in path:
        found = re.findall(r"""(?:from|import)\s*["'](\.[^"']+)["']|import\(["'](\.[^"']*/katex-[^"']+)["']\)""", text)
        return [urljoin(path, one or other) for one, other in found]
    return re.findall(r"""(?:src|href|data-katex)="(/static/[^"]+)\"""", text)


class Visits:
    """What visitors saw: seconds of each answer, and how many answers were none."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.failed = 0

    def __str__(self) -> str:
        return f"{milliseconds(quantile(self.seconds, 95))}, {self.failed} failed"


async def visit(port: int, paths: list[str], at: float, visits: Visits) -> None:
    """One visitor comes at this moment, whether or not the server has caught up with those before."""
    await asyncio.sleep(at - perf_counter())
    asked, left = at, len(paths)
    try:
        async with asyncio.timeout(PATIENCE):
            line = await Line.to(port)
            for path in paths:
                status, _, _ = await line.get(path)
                visits.seconds.append(perf_counter() - asked)
                visits.failed += status != 200
                asked, left = perf_counter(), left - 1
            line.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        visits.failed += left


async def hall(port: int, paths: list[str]) -> Visits:
    visits = Visits()
    start = perf_counter() + 0.5
    await asyncio.gather(*(visit(port, paths, start + i * WITHIN / VISITORS, visits) for i in range(VISITORS)))
    return visits


async def refused_of(port: int, path: str) -> int:
    """How many of those who are all there before the first one asks do not get it."""
    lines = await asyncio.gather(*(Line.to(port) for _ in range(AT_ONCE)))
    answers = await asyncio.wait_for(asyncio.gather(*(line.get(path) for line in lines)), PATIENCE)
    for line in lines:
        line.close()
    return sum(status != 200 for status, _, _ in answers)


async def health(port: int, path: str, seconds: float) -> list[float]:
    """How long small answers take, asked for one after the other."""
    line, taken, until = await Line.to(port), [], monotonic() + seconds
    while monotonic() < until:
        start = perf_counter()
        await line.get(path)
        taken.append(perf_counter() - start)
        await asyncio.sleep(0.005)
    line.close()
    return taken


async def beside_a_header_without_end(port: int, path: str) -> tuple[list[float], set[int]]:
    """How long small answers take beside it, and what it is told."""
    told: set[int] = set()
    until = monotonic() + POURING

    async def pour() -> None:
        while monotonic() < until:
            with suppress(OSError):
                line = await Line.to(port)
                told.add(await line.pour(b"a" * 65_536, until))
                line.close()

    taken, _ = await asyncio.gather(health(port, path, POURING), pour())
    return taken, told


def quantile(values: Iterable[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


@contextmanager
def same_bytes(answers: dict[str, tuple[int, dict[str, str], bytes]], folder: str) -> Iterator[Server]:
    """uvicorn with a function that sends these answers, compressed as they are."""
    kept = {
        path: ([(name.encode(), value.encode()) for name, value in headers.items() if name != "date"], body)
        for path, (_, headers, body) in answers.items()
    }
    file = Path(folder, "answers")
    file.write_bytes(pickle.dumps(kept))
    Path(folder, "same.py").write_text(SAME_BYTES.format(answers=str(file)))
    with started("-m", "uvicorn", "same:app", "--app-dir", folder, "--log-level", "critical", "--no-access-log") as peer:
        yield peer


async def measured(server: Server, paths: list[str]) -> tuple[Visits, float]:
    """What the visitors saw, and the processor time that each of them took the server."""
    before = server.cpu()
    visits = await hall(server.port, paths)
    return visits, (server.cpu() - before) / VISITORS


async def _run() -> list[Result]:
    with started("-m", "stepgrad", "serve") as ours, tempfile.TemporaryDirectory() as folder:
        paths = await browse(ours.port, f"/?e={quote(NEURON)}")
        line = await Line.to(ours.port)
        answers = {path: await line.get(path) for path in paths}
        line.close()
        with same_bytes(answers, folder) as peer:
            return [
                *await _hall(ours, peer, paths),
                *[await _instant(ours, kind, path) for kind, path in INSTANTS.items()],
                await _header(ours, peer, paths[0]),
            ]


async def _hall(ours: Server, peer: Server, paths: list[str]) -> list[Result]:
    """As many times as it takes a busy machine to let it through, and three at the most."""
    for _ in range(3):
        bare, least = await measured(peer, paths)
        seen, cpu = await measured(ours, paths)
        if held := quantile(seen.seconds, 95) < WANTED and not seen.failed:
            break
    what = f"{VISITORS:,} open one link in {WITHIN:g} s, {len(paths)} files each, p95"
    ratio = least / cpu if cpu else 1.0
    return [
        Result(what, str(seen), str(bare), None, None, held),
        Result(
            "processor time of a visit (peer: the same bytes)", milliseconds(cpu), milliseconds(least), ratio, 0.33, ratio >= 0.33
        ),
    ]


async def _instant(ours: Server, kind: str, path: str) -> Result:
    refused = await refused_of(ours.port, path.format(encode(other_structure(next(_unseen)))))
    return Result(f"{AT_ONCE} ask for one new {kind} in one instant", f"{refused} refused", "", None, None, not refused)


async def _header(ours: Server, peer: Server, small: str) -> Result:
    taken, told = await beside_a_header_without_end(ours.port, "/healthz")
    bare, status = await beside_a_header_without_end(peer.port, small)
    mine, theirs = quantile(taken, 99), quantile(bare, 99)
    what = "health beside a header without an end, p99, and its status"
    shown = (f"{milliseconds(mine)}, {max(told)}", f"{milliseconds(theirs)}, {max(status)}")
    return Result(
        what, *shown, theirs / mine, 1.0, mine <= theirs and told - {0} == {431}
    )  # the last may be cut short by our own clock


def milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:,.1f} ms"


def run() -> list[Result]:
    return asyncio.run(_run())
