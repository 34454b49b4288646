"""What is folded, in short: all operations of a run, so that a browser can compute what it does not draw.

A slider, a training iteration or a diagram needs values that a folded story does not tell. The tape lists them in order of
evaluation; steps say which steps of the whole story they stand for (`covers`). It is there for a run of one forward and one
backward pass, whatever comes after: with more passes, only the server knows what happened in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from typing_extensions import TypedDict

from stepgrad.app.schemas import shape
from stepgrad.app.wire import Num, number
from stepgrad.engine.recording import Computed, Entry, Graph, Recording, Seeded, Terms, Written

__all__ = ["LONGEST", "TapeAnswer", "tape_of"]

LONGEST = 5_000
"""Values on a tape: some 30 bytes each."""


@shape
class TapeAnswer(TypedDict):
    """All operations of a run of which some are folded: what it takes to compute what is not told."""

    ids: list[str]
    """All values, in order of evaluation. Elsewhere here a value is its place in this list."""
    keys: dict[str, str]
    """Of leaves that are no constants, by id."""
    start: dict[str, Num]
    """The data that leaves begin with, by id."""
    operations: list[tuple[int, str, list[int], list[Num]]]
    """Result, `op`, inputs, params of each."""
    root: int
    """What was differentiated."""


def tape_of(recording: Recording) -> TapeAnswer | None:
    """The operations of a run, or None where these are too many or there are several passes."""
    graph, log = recording.graph, recording.log
    if len(graph) > LONGEST or graph.unknown is not None or not _is_one_pass(graph, log):
        return None
    ids = list(map(graph.id, range(len(graph))))
    return {
        "ids": ids,
        "keys": {ids[row]: graph.keys[row] for row in graph.leaves if graph.kinds[row] != "constant"},
        "start": {ids[row]: number(recording.start.get(row, recording.data[row])) for row in graph.leaves},
        "operations": [
            (row.out, row.op.name, list(row.inputs), [number(param) for param in row.params]) for row in graph.program
        ],
        "root": recording.root,
    }


def _is_one_pass(graph: Graph, log: Sequence[Entry]) -> bool:
    """Whether everything was computed, then one pass walked back, then at most numbers were set.

    A pass by hand may leave out terms, or go another way: it counts if they came as a backward pass adds them.
    """
    kinds = [kind for kind, _ in groupby(type(entry) for entry in log if not _is_empty(entry))]
    roots = [entry.root for entry in log if isinstance(entry, Seeded)]
    if len(roots) != 1 or kinds != [kind for kind in (Computed, Seeded, Terms, Written) if kind in kinds]:
        return False
    computed = [row for entry in log if isinstance(entry, Computed) for row in entry.rows]
    walked = [row for entry in log if isinstance(entry, Terms) for row in entry.order]
    leading = set(graph.leading(roots[0]))
    return (
        computed == [row.out for row in graph.program]
        and walked == [row.out for row in reversed(graph.program) if row.out in leading]
        and not any(isinstance(entry, Terms) and entry.idle for entry in log)
    )


def _is_empty(entry: Entry) -> bool:
    """Nothing was computed, or nothing walked back: the run has no operations."""
    return (isinstance(entry, Computed) and not entry.rows) or (isinstance(entry, Terms) and not entry.order)
