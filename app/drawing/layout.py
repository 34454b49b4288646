"""Where everything is: the only place that runs Graphviz.

Any executable that speaks `dot`'s command line will do. It runs as a process of its own for each layout, with a deadline, a memory
limit and a bound on how many run at once, and what it answers is checked before it is believed.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.drawing.dot import layout_dot
from app.drawing.errors import Busy, LayoutFailed, TooLarge
from app.drawing.shapes import shape_of
from app.drawing.structure import Structure, Wire

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["Engine", "Layout", "Point", "read_plain"]

Point = tuple[float, float]

MOST_BOXES = 2500
MOST_WIRES = 4000
"""More than this, no way of drawing ends within the deadline (2 cores, 2026: 2,500 boxes in a chain take 0.45 s)."""

CHEAPER = 900
"""Boxes and wires above which lines are straight from the first try: routing curves would be most of the time."""

STRAIGHT = "splines=line nslimit=1 nslimit1=1"
"""What a graph costs least with."""

_OUTPUT_LIMIT = 8 << 20
_CPU_SECONDS = 10  # if this process is killed, its deadline dies with it; the orphan must end all the same
_PATIENCE = 2.0


@dataclass(frozen=True)
class Layout:
    """Where the boxes (their middles) and the wires (cubic splines: one point, then three a piece) of a structure are.

    In SVG units, y down, origin at the top left. `structure` is what was laid out: leaves may have been split on the way.
    """

    structure: Structure
    width: float
    height: float
    centres: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]


class _Late(Exception):  # noqa: N818
    """The deadline came first."""


class Engine:
    """Graphviz as a function from structure to layout. Safe to call from many threads."""

    def __init__(
        self, dot: tuple[str, ...] = (), seconds: float = 1.0, processes: int = 2, memory: int = 512 << 20, patience: float = _PATIENCE
    ) -> None:
        """*dot* is the command, by default the binary of graphviz-pure; *seconds* the time for one layout, all attempts together."""
        self._command = dot
        self.seconds = seconds
        self.memory = memory
        self.patience = patience
        self._slots = threading.BoundedSemaphore(processes)

    @property
    def command(self) -> tuple[str, ...]:
        if not self._command:
            self._command = (_bundled(),)
        return self._command

    def layout(self, structure: Structure) -> Layout:
        """Lay out as asked; else with split leaves; else with straight lines. Raises DrawingError."""
        _refuse_what_cannot_end(structure)
        if not self._slots.acquire(timeout=self.patience):
            raise Busy("All places for layouts are taken.", "Try again in a second.")
        try:
            return self._within_deadline(structure)
        finally:
            self._slots.release()

    def _within_deadline(self, structure: Structure) -> Layout:
        end = time.monotonic() + self.seconds
        attempts = list(_attempts(structure))
        for i, (attempt, attributes) in enumerate(attempts):
            # Most of what is left for the next try, the rest for the cheaper ones after it.
            left = end - time.monotonic()
            share = left if i == len(attempts) - 1 else left * 0.55
            try:
                answer = self._run(layout_dot(attempt, attributes), max(share, 0.05))
            except _Late:
                continue
            return read_plain(answer, attempt)
        raise TooLarge(
            f"This graph of {len(structure.boxes)} values and {len(structure.wires)} edges could not be laid out within "
            f"{self.seconds:g} s.",
            "Expand fewer operations, or use fewer terms; `style=compact` and `leaves=split` help too.",
        )

    def _run(self, dot: str, seconds: float) -> str:
        """One process: text in, text out, dead at the deadline."""
        try:
            process = subprocess.Popen(
                [*self.command, "-Tplain"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # A group of its own, so that what it starts dies with it.
                process_group=0 if os.name == "posix" else None,
                bufsize=0,
            )
        except OSError as error:
            raise LayoutFailed(f"Graphviz cannot be started: {error.strerror or error}.", "See the setting `dot`.") from error
        late = threading.Event()

        def stop() -> None:
            late.set()
            _kill(process)

        # A timer costs 0.1 ms; communicate(timeout=…) polls, and costs 1 ms.
        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            self._limit(process.pid)
            assert process.stdin is not None
            assert process.stdout is not None
            with process.stdin as stdin, process.stdout as stdout:
                with contextlib.suppress(BrokenPipeError):  # what it leaves unread shows in its answer
                    _write(stdin.fileno(), dot.encode())
                    stdin.close()
                chunks, size = [], 0
                while chunk := stdout.read(1 << 16):
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > _OUTPUT_LIMIT:
                        raise LayoutFailed("Graphviz answered far too much.")
            code = process.wait()
        finally:
            timer.cancel()
            if process.poll() is None:
                _kill(process)
                process.wait()
        if late.is_set():
            raise _Late
        if code:
            raise LayoutFailed(f"Graphviz failed ({_reason(code)}).", "The same graph in another style may work.")
        return b"".join(chunks).decode("utf-8", "replace")

    def _limit(self, pid: int) -> None:
        """Memory and processor time. A preexec function would cost a fork of the whole server instead."""
        if resource is not None and hasattr(resource, "prlimit"):
            with contextlib.suppress(OSError):  # it has ended already
                resource.prlimit(pid, resource.RLIMIT_AS, (self.memory, self.memory))
                resource.prlimit(pid, resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
                resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _attempts(structure: Structure) -> Iterator[tuple[Structure, str]]:
    large = len(structure.boxes) + len(structure.wires) > CHEAPER
    if not large:
        yield structure, ""
        if not structure.split:
            yield structure.with_split_leaves(), ""
    yield structure.with_split_leaves(), STRAIGHT


def _refuse_what_cannot_end(structure: Structure) -> None:
    for what, count, limit in (("values", len(structure.boxes), MOST_BOXES), ("edges", len(structure.wires), MOST_WIRES)):
        if count > limit:
            raise TooLarge(
                f"This graph would have {count:,} {what}; at most {limit:,} can be drawn.",
                "Use fewer terms, or expand fewer operations.",
            )


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


def _environment() -> dict[str, str]:
    """What a program needs to start, and SERVER_NAME, at which Graphviz opens no files."""
    wanted = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "GVBINDIR")
    return {name: os.environ[name] for name in wanted if name in os.environ} | {"SERVER_NAME": "stepgrad", "LC_ALL": "C"}


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


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


# Reading the answer ----------------------------------------------------------------------------------------------------


def read_plain(text: str, structure: Structure) -> Layout:
    """Graphviz' `-Tplain`: inches, y up. Raises LayoutFailed unless every box and wire is there, once, at finite places.

    It keeps five digits, which on a wide graph is half a unit, so the ends of wires are put where their boxes are, to the digit.
    """
    try:
        return _read(text, structure)
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        raise LayoutFailed("Graphviz answered with something that is no layout of this graph.") from error


def _read(text: str, structure: Structure) -> Layout:
    lines = text.split("\n")
    head = lines[0].split()
    if head[0] != "graph" or "stop" not in lines[-2:]:
        raise ValueError("not -Tplain")
    width, height = _inches(head[2]), _inches(head[3])
    centres: dict[int, Point] = {}
    found: dict[tuple[int, int], list[tuple[Point, ...]]] = {}
    for line in lines[1:]:
        words = line.split()
        if not words or words[0] == "stop":
            continue
        if words[0] == "node":
            centres[int(words[1][1:])] = (_inches(words[2]), height - _inches(words[3]))
        elif words[0] == "edge":
            count = int(words[3])
            points = tuple((_inches(words[4 + 2 * i]), height - _inches(words[5 + 2 * i])) for i in range(count))
            if count < 4 or count % 3 != 1:
                raise ValueError("not a spline")
            found.setdefault((int(words[1][1:]), int(words[2][1:])), []).append(points)
        else:
            raise ValueError("not -Tplain")
    if set(centres) != set(range(len(structure.boxes))):
        raise ValueError("boxes are missing")
    return Layout(structure, width, height, tuple(centres[i] for i in range(len(centres))), _match(structure, centres, found))


def _inches(word: str) -> float:
    x = float(word) * 72.0
    if not math.isfinite(x) or abs(x) > 1e7:
        raise ValueError("not a place")
    return x


def _match(
    structure: Structure, centres: dict[int, Point], found: dict[tuple[int, int], list[tuple[Point, ...]]]
) -> tuple[tuple[Point, ...], ...]:
    """Give each wire its spline. Parallel ones are told apart by where they end: the first operand's is above, or to the left."""
    across = 1 if structure.dir == "LR" else 0
    for splines in found.values():
        if len(splines) > 1:
            splines.sort(key=lambda points: points[-1][across], reverse=True)  # taken from the back
    parallel = {pair for pair, splines in found.items() if len(splines) > 1}
    curves = []
    for wire in structure.wires:
        pair = wire.tail, wire.head
        curves.append(_moor(found[pair].pop(), structure, wire, centres, apart=pair in parallel))
    if any(found.values()):
        raise ValueError("edges that nobody asked for")
    return tuple(curves)


def _moor(
    points: tuple[Point, ...], structure: Structure, wire: Wire, centres: dict[int, Point], apart: bool
) -> tuple[Point, ...]:
    """Begin at the middle of the tail's far side, end at the operand's place on the head's near side, at right angles to both.

    Edges with both ends in common keep *apart* all the way, so that the two of `a * a` are seen as two.
    """
    boxes = structure.boxes
    tail, head = (shape_of(boxes[i], structure.style, structure.dir) for i in (wire.tail, wire.head))
    (x0, y0), (x1, y1) = centres[wire.tail], centres[wire.head]
    offset = head.arrival(wire.slot, boxes[wire.head].operands, structure.dir)
    begin = offset if apart else 0.0
    axis = 0 if structure.dir == "LR" else 1
    if axis == 0:
        first, last = (x0 + tail.width / 2, y0 + begin), (x1 - head.width / 2, y1 + offset)
    else:
        first, last = (x0 + begin, y0 + tail.height / 2), (x1 + offset, y1 - head.height / 2)
    after = _ahead(first, points[1], last if len(points) == 4 else points[3], axis, 1)
    before = _ahead(last, points[-2], first if len(points) == 4 else points[-4], axis, -1)
    return (first, after, *points[2:-2], before, last)


def _ahead(end: Point, control: Point, other: Point, axis: int, sign: int) -> Point:
    """The control point next to an end, turned straight ahead: as far as it was, but not past the middle of its piece."""
    reach = min(math.dist(end, control), max(abs(control[axis] - end[axis]), abs(other[axis] - end[axis]) / 2))
    return (end[0] + sign * reach, end[1]) if axis == 0 else (end[0], end[1] + sign * reach)
