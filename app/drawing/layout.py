"""Where everything is: the only place that runs Graphviz.

Any executable that speaks `dot`'s command line will do. It runs as a process of its own for each layout, within bounds on
processor time and memory and on how many run at once, and what it answers is checked before it is believed. How a graph is laid
out, and whether it is at all, is decided by counts alone: it looks the same on any machine, however busy that is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import sysconfig
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from stepgrad.app.caching import Cache
from stepgrad.app.drawing.dot import layout_dot
from stepgrad.app.drawing.errors import Busy, LayoutFailed, TooLarge
from stepgrad.app.drawing.plain import Layout, read_plain
from stepgrad.app.drawing.process import Bounds, Flood, Late, answer_of
from stepgrad.app.drawing.structure import Structure

__all__ = ["Engine", "Layout", "refuse_values"]

MOST_BOXES = 2000
MOST_WIRES = 3000
MOST_CROSSED = 40_000
"""More than this takes seconds by any means: 2,000 boxes in a chain take 0.2 s (0.5 s in Graphviz 2.43), 300 values that all read
one cross 44,000 ranks and take 0.9 s."""

SMALL = 60
"""Boxes of a graph that is laid out in a few milliseconds."""

CAREFUL = ""
HASTY = "nslimit=1 mclimit=0.3"
STRAIGHT = "splines=line nslimit=0.1 nslimit1=0.1 mclimit=0.1"
"""Three ways to lay out, the next ones with less care and cost."""

CAREFUL_TO = 2_000
HASTY_TO = 2_800
"""Boxes and ranks crossed, together, up to which these ways take 0.7 s at the most, even where edges are random; a net of as many
takes 0.4 s. Straight lines take 0.1 s there, and 1 s where most is crossed. The way is chosen by these counts and never by the
clock, so that a graph looks the same on any machine, however busy that is."""

SECONDS = 4.0
"""Processor time that is given to a layout: what a slow machine, or a slow Graphviz, needs for what the counts let through."""


class _NoAnswer(LayoutFailed):
    """Graphviz was not there, or was ended, by us or by others: that says nothing about the graph."""


class Engine:
    """Graphviz as a function from structure to layout. Safe to call from many threads."""

    def __init__(
        self,
        dot: tuple[str, ...] = (),
        seconds: float = SECONDS,
        processes: int = 2,
        memory: int = 512 << 20,
        patience: float = 2.0,
        kept: int = 0,
    ) -> None:
        """*dot* is the command, by default the binary of graphviz-pure; *seconds* the processor time of one layout; *patience*
        how many seconds to wait for one of the *processes*; small graphs have twice as many of their own; *kept* how many bytes
        of Graphviz' answers are kept for graphs of the same shape and sizes, whatever their names."""
        self._command = dot
        self._bounds = Bounds(seconds, memory)
        self.patience = patience
        # Small graphs do not wait behind large ones, which may each take a second. Half of their few milliseconds
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
        graph, way = _way(structure)
        slots = self._small if len(structure.boxes) <= SMALL else self._large
        if not slots.acquire(timeout=self.patience):
            raise Busy("All places for layouts are taken.", "Try again in a second.")
        try:
            return self._laid_out(graph, way)
        finally:
            slots.release()

    def _laid_out(self, graph: Structure, way: str) -> Layout:
        try:
            return self._attempt(graph, way)
        except LayoutFailed as error:
            if not graph.frames or isinstance(error, _NoAnswer):
                raise
        # Where boxes of one rank stand beside a frame, Graphviz may lose an edge to a field of a record, and gives up.
        return self._attempt(graph, way, ports=False)

    def _attempt(self, graph: Structure, way: str, ports: bool = True) -> Layout:
        """What Graphviz says, or has said; nonsense is not kept."""
        dot = layout_dot(graph, way, ports)
        known = self._answers.get(dot)
        answer = known or self._run(dot)
        layout = read_plain(answer, graph)
        if not known:
            self._answers.put(dot, answer)
        return layout

    def _run(self, dot: str) -> str:
        """Text in, text out."""
        answer, code = self._process(dot)
        if code < 0:  # killed: whoever did it may be gone
            answer, code = self._process(dot)
        if code < 0:
            raise _NoAnswer(f"Graphviz was ended ({_signal(-code)}).", _AGAIN)
        if code:
            raise LayoutFailed(f"Graphviz failed (exit code {code}).", "The same graph in another style may work.")
        return answer.decode("utf-8", "replace")

    def _process(self, dot: str) -> tuple[bytes, int]:
        """The answer and the exit code of one process."""
        try:
            return answer_of([*self.command, "-Tplain"], dot.encode(), _environment(), self._bounds)
        except OSError as error:
            raise _NoAnswer(f"Graphviz cannot be started: {error.strerror or error}.", "See the setting `dot`.") from error
        except Late:
            raise _NoAnswer("Graphviz took too long.", _AGAIN) from None
        except Flood:
            raise _NoAnswer("Graphviz answered far too much.", _AGAIN) from None


def _way(structure: Structure) -> tuple[Structure, str]:
    """What is laid out, and how: as asked, else with leaves split, else with straight lines. Raises TooLarge."""
    straight = None
    for graph in _graphs(structure):
        crossed = graph.reach.total
        if _excess(graph, crossed):
            continue
        straight = graph  # of straight lines the split graph is the better bet
        if (placed := len(graph.boxes) + crossed) <= HASTY_TO:
            return graph, CAREFUL if placed <= CAREFUL_TO else HASTY
    if straight is None:
        raise TooLarge(_excess(structure, structure.reach.total), _LESS)
    return straight, STRAIGHT


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


_AGAIN = "Try again in a few seconds."
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


def _signal(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
