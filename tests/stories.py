"""Folded stories of programs, as tests ask for them."""

from __future__ import annotations

from collections.abc import Collection

from stepgrad.engine.folding import Collapse, Fold
from stepgrad.engine.language import record
from stepgrad.engine.program import Program
from stepgrad.engine.recording import recording_of
from stepgrad.engine.story import fold
from stepgrad.engine.trace import Trace

__all__ = ["folded", "program_of"]


def folded(
    source: str,
    collapse: Collapse = "auto",
    open: Collection[str] = (),
    example: int = 0,
    expand: frozenset[str] = frozenset(),
    inputs: dict[str, float] | None = None,
) -> Trace:
    """A program → its story, folded."""
    return fold(record(source, inputs, expand), Fold(collapse, frozenset(open), example))


def program_of(trace: Trace) -> Program:
    """A story → its graph as a program. Values keep their numbers: node `n4` is value 4."""
    graph = recording_of(trace).graph
    output = next(row for row, node in enumerate(trace.nodes) if node.id == trace.output)
    return Program(len(graph), tuple(graph.leaves), tuple(graph.program), output)
