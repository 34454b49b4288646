"""Where everything is: the only place that runs Graphviz.

Any executable that speaks `dot`'s command line will do. It runs as a process of its own for each layout, with a deadline, a
memory limit and a bound on how many run at once, and what it answers is checked before it is believed.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from stepgrad.app.caching import Cache
from stepgrad.app.drawing.dot import layout_dot
from stepgrad.app.drawing.errors import Busy, LayoutFailed, TooLarge
from stepgrad.app.drawing.plain import Layout, read_plain
from stepgrad.app.drawing.structure import Structure

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["Engine", "Layout", "refuse_values"]

MOST_BOXES = 2000
MOST_WIRES = 3000
MOST_CROSSED = 40_000
"""More than this cannot be laid out within a second by any means: 2,000 boxes in a chain take 0.2 s (0.5 s in Graphviz 2.43),
300 values that all read one cross 44,000 ranks and take 0.9 s."""

SMALL = 60
"""Boxes of a graph that is laid out in a few milliseconds."""

CAREFUL = ""
HASTY = "nslimit=1 mclimit=0.3"
STRAIGHT = "splines=line nslimit=0.1 nslimit1=0.1 mclimit=0.1"
"""Three ways to lay out, the next ones with less care and cost."""

HASTY_FROM = 1_700
STRAIGHT_FROM = 4_500
"""Ranks crossed, above which a more careful way may take more than about half the time there is. Chosen by counting, so that
the same graph looks the same on a slow machine; the deadline is for what the count does not foresee."""

_OUTPUT_LIMIT = 8 << 20
_CPU_SECONDS = 10  # if this process is killed, its deadline dies with it; the orphan must end all the same


class _Late(Exception):  # noqa: N818
    """The deadline came first."""


class Engine:
    """Graphviz as a function from structure to layout. Safe to call from many threads."""

    def __init__(
        self,
        dot: tuple[str, ...] = (),
        seconds: float = 1.0,
        processes: int = 2,
        memory: int = 512 << 20,
        patience: float = 2.0,
        kept: int = 0,
    ) -> None:
        """*dot* is the command, by default the binary of graphviz-pure; *seconds* the time for one layout, all attempts
        together; *patience* how many seconds to wait for one of the *processes*; small graphs have twice as many of their own;
        *kept* how many bytes of Graphviz' answers are kept for graphs of the same shape and sizes, whatever their names."""
        self._command = dot
        self.seconds = seconds
        self.memory = memory
        self.patience = patience
        # Small graphs do not wait behind large ones, which may each take the whole deadline. Half of their few milliseconds
        # goes by before and after Graphviz works.
        self._small = threading.BoundedSemaphore(2 * processes)
        self._large = threading.BoundedSemaphore(processes)
        self._answers: Cache[str, str] = Cache(kept, len)

    @property
    def command(self) -> tuple[str, ...]:
        if not self._command:
            self._command = (_bundled(),)
        return self._command

    def layout(self, structure: Structure) -> Layout:
        """Lay out as asked; else with split leaves; else with straight lines. Raises DrawingError."""
        attempts = _attempts(structure)
        first = next(attempts)
        slots = self._small if len(structure.boxes) <= SMALL else self._large
        if not slots.acquire(timeout=self.patience):
            raise Busy("All places for layouts are taken.", "Try again in a second.")
        try:
            return self._within_deadline(structure, chain([first], attempts))
        finally:
            slots.release()

    def _within_deadline(self, structure: Structure, attempts: Iterable[tuple[Structure, str]]) -> Layout:
        end = time.monotonic() + self.seconds
        for attempt, way in attempts:
            # Most of what is left, but the last one may have it all.
            left = end - time.monotonic()
            share = left if way is STRAIGHT else 0.6 * left
            with contextlib.suppress(_Late):
                return self._attempt(attempt, way, time.monotonic() + max(share, 0.05))
        raise TooLarge(
            f"This graph of {len(structure.boxes):,} values and {len(structure.wires):,} edges could not be laid out within "
            f"{self.seconds:g} s.",
            _LESS,
        )

    def _attempt(self, structure: Structure, way: str, end: float) -> Layout:
        try:
            return read_plain(self._answer(layout_dot(structure, way), end - time.monotonic()), structure)
        except LayoutFailed:
            if not structure.frames:
                raise
        # Where boxes of one rank stand beside a frame, Graphviz may lose an edge to a field of a record, and gives up.
        return read_plain(self._answer(layout_dot(structure, way, ports=False), max(end - time.monotonic(), 0.05)), structure)

    def _answer(self, dot: str, seconds: float) -> str:
        """What Graphviz says, or has said."""
        if (known := self._answers.get(dot)) is None:
            known = self._run(dot, seconds)
            self._answers.put(dot, known)
        return known

    def _run(self, dot: str, seconds: float) -> str:
        """One process: text in, text out, dead at the deadline."""
        try:
            process = subprocess.Popen(
                [*self.command, "-Tplain"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=_nowhere(),
                env=_environment(),
                # A group of its own, so that what it starts dies with it.
                process_group=0 if os.name == "posix" else None,
                bufsize=0,
            )
        except OSError as error:
            raise LayoutFailed(f"Graphviz cannot be started: {error.strerror or error}.", "See the setting `dot`.") from error
        try:
            self._limit(process.pid)
            answer = _talk(process, dot.encode(), time.monotonic() + seconds)
        finally:
            if process.poll() is None:
                _kill(process)
                process.wait()
        if code := process.returncode:
            raise LayoutFailed(f"Graphviz failed ({_reason(code)}).", "The same graph in another style may work.")
        return answer.decode("utf-8", "replace")

    def _limit(self, pid: int) -> None:
        """Memory and processor time. A preexec function would cost a fork of the whole server instead."""
        if resource is not None and hasattr(resource, "prlimit"):
            with contextlib.suppress(OSError):  # it has ended already
                resource.prlimit(pid, resource.RLIMIT_AS, (self.memory, self.memory))
                resource.prlimit(pid, resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
                resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _attempts(structure: Structure) -> Iterator[tuple[Structure, str]]:
    """What to try, in order: as asked, with leaves split, with straight lines. Raises TooLarge when all is in vain.

    One after the other, since nearly all graphs are laid out at the first.
    """
    straight = None
    for graph in _graphs(structure):
        crossed = graph.reach.total
        if _excess(graph, crossed):
            continue
        straight = graph  # of straight lines the split graph is the better bet
        if crossed <= STRAIGHT_FROM:
            yield graph, HASTY if crossed > HASTY_FROM else CAREFUL
    if straight is None:
        raise TooLarge(_excess(structure, structure.reach.total), _LESS)
    yield straight, STRAIGHT


def _graphs(structure: Structure) -> Iterator[Structure]:
    yield structure
    if not structure.split:
        yield structure.with_split_leaves()


def refuse_values(values: int) -> None:
    """Say at once that a graph has too many values, without looking at how they are connected. Raises TooLarge."""
    if excess := _excess_of_values(values):
        raise TooLarge(excess, _LESS)


def _excess_of_values(values: int) -> str:
    return f"This graph has {values:,} values; at most {MOST_BOXES:,} can be drawn." if values > MOST_BOXES else ""


def _excess(graph: Structure, crossed: int) -> str:
    """What there is too much of, in words; empty when a layout may succeed."""
    if excess := _excess_of_values(len({box.node for box in graph.boxes})):
        return excess
    if len(graph.boxes) > MOST_BOXES:
        return f"With a box for each use of an input this graph has {len(graph.boxes):,}; at most {MOST_BOXES:,} can be drawn."
    if len(graph.wires) > MOST_WIRES:
        return f"This graph has {len(graph.wires):,} edges; at most {MOST_WIRES:,} can be drawn."
    if crossed > MOST_CROSSED:
        return (
            f"This graph is too deep for how far its values reach: its edges would pass by {crossed:,} other values; "
            f"at most {MOST_CROSSED:,} can be drawn."
        )
    return ""


_LESS = "Fold it: with `collapse=auto` at most about 60 boxes are drawn. Or use fewer terms or repetitions."


def _bundled() -> str:
    """graphviz-pure beside this Python, else on PATH."""
    name = "graphviz-pure.exe" if os.name == "nt" else "graphviz-pure"
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which("graphviz-pure") or shutil.which("dot")
    if not found:
        raise LayoutFailed("Graphviz is missing.", "`pip install graphviz-pure`, or name a `dot` in the setting `dot`.")
    return found


@cache
def _environment() -> dict[str, str]:
    """What a program needs to start, and SERVER_NAME, at which Graphviz opens no files."""
    wanted = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "GVBINDIR")
    return {name: os.environ[name] for name in wanted if name in os.environ} | {"SERVER_NAME": "stepgrad", "LC_ALL": "C"}


@cache
def _nowhere() -> int:
    """A descriptor that takes anything; `subprocess.DEVNULL` would open one for each process."""
    return os.open(os.devnull, os.O_WRONLY)


def _talk(process: subprocess.Popen[bytes], text: bytes, end: float) -> bytes:
    """Give a process its input and take its output, until it has ended. Raises _Late at the *end*.

    Here and not in `communicate`, which looks every half millisecond whether the process has ended, and takes any amount.
    """
    if os.name != "posix":
        try:
            return process.communicate(text, end - time.monotonic())[0]
        except subprocess.TimeoutExpired:
            raise _Late from None
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as stdin, process.stdout as stdout:
        os.set_blocking(stdin.fileno(), False)
        poll = select.poll()
        poll.register(stdout, select.POLLIN)
        poll.register(stdin, select.POLLOUT)
        left, chunks, size = memoryview(text), [], 0
        while True:
            if left:
                left = left[_write(stdin.fileno(), left) :]
            if not left and not stdin.closed:
                poll.unregister(stdin)
                stdin.close()
            if stdout.fileno() not in _ready(poll, end):
                continue
            if not (chunk := os.read(stdout.fileno(), 1 << 16)):
                break
            chunks.append(chunk)
            size += len(chunk)
            if size > _OUTPUT_LIMIT:
                raise LayoutFailed("Graphviz answered far too much.")
    _wait(process, end)
    return b"".join(chunks)


def _write(descriptor: int, data: memoryview) -> int:
    """How much of it is done with: taken, or never to be read, which shows in the answer."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(data)


def _ready(poll: select.poll, end: float) -> set[int]:
    """What can be read from or written to now. Raises _Late at the *end*."""
    found = poll.poll(max(0.0, end - time.monotonic()) * 1000)
    if not found:
        raise _Late
    return {descriptor for descriptor, _ in found}


def _wait(process: subprocess.Popen[bytes], end: float) -> None:
    """Until a process that has nothing more to say has ended. Raises _Late at the *end*."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or forbidden
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise _Late from None
        return
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        _ready(poll, end)
    finally:
        os.close(descriptor)
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _reason(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
