"""The story of a recording: its nodes, edges and steps, whole or folded.

Nodes and edges come from the rows, steps from the log (`engine.steps`). `engine.folding` says which parts of a program are one
box each, and `engine.folded` tells the story with them.
"""

from __future__ import annotations

from collections.abc import Iterator

from stepgrad.engine.finiteness import first_not_finite
from stepgrad.engine.folded import tell_folded
from stepgrad.engine.folding import Fold, Folding, folding
from stepgrad.engine.recording import Recording
from stepgrad.engine.steps import Steps
from stepgrad.engine.trace import Edge, Node, Notice, Step, Trace

__all__ = ["fold", "outline", "tell"]


def tell(recording: Recording, folding: Folding | None = None) -> Trace:
    """The story of a recording, whole or folded. Raises ValueError for an example that cannot be shown by itself."""
    if folding is None:
        return _whole(recording)
    told = tell_folded(recording, folding)
    if folding.one_example and not _is_in_order(told):
        raise ValueError("the examples depend on each other")
    return told


def fold(recording: Recording, fold: Fold) -> Trace:
    """The story of a recording, folded as it is said. Raises ValueError for an example that there is not."""
    return tell(recording, folding(recording.graph, fold))


def outline(recording: Recording) -> Trace:
    """The values of a recording, and what was differentiated: a story without edges and numbers, for who only wants the names."""
    ids = recording.graph.ids
    seeds = [Step(i, "seed", ids[row], None, ()) for i, row in enumerate(recording.roots, 1)]
    return Trace(
        recording.source,
        ids[recording.output],
        _nodes(recording),
        (),
        tuple(seeds),
        _start(recording),
        groups=recording.graph.groups,
    )


def _is_in_order(told: Trace) -> bool:
    place = {node.id: i for i, node in enumerate(told.nodes)}
    return all(place[edge.source] < place[edge.target] for edge in told.edges)


def _whole(recording: Recording) -> Trace:
    graph, ids = recording.graph, recording.graph.ids
    steps = Steps(recording)
    grads = {row: grad for row, grad in enumerate(recording.grads) if grad is not None and row not in steps.graded}
    none, last = (None, None), steps.last.get
    return Trace(
        source=recording.source,
        output=ids[recording.output],
        nodes=_nodes(recording),
        edges=tuple([Edge(*arrow, *last(place, none)) for place, arrow in enumerate(graph.arrows)]),
        steps=tuple(steps.told),
        start=_start(recording),
        warnings=(*recording.warnings, *_not_finite(recording)),
        printed=recording.printed,
        groups=graph.groups,
        grads={ids[row]: x for row, x in (steps.grads_before | grads).items()},
        initial={ids[row]: x for row, x in recording.initial.items()},
        turns=recording.turns,
    )


def _nodes(recording: Recording) -> tuple[Node, ...]:
    graph = recording.graph
    known = zip(graph.heads, recording.data, recording.grads, graph.spans, graph.tails, strict=True)
    return tuple([Node(*head, data, grad, span, *tail) for head, data, grad, span, tail in known])


def _start(recording: Recording) -> dict[str, float]:
    ids, data = recording.graph.ids, recording.data
    start = {ids[row]: data[row] for row in recording.graph.leaves}
    return start | {ids[row]: x for row, x in recording.start.items()} if recording.start else start


def _not_finite(recording: Recording) -> Iterator[Notice]:
    return (Notice(message, recording.graph.ids[row]) for message, row in first_not_finite(recording))
