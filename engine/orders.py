"""Three ways to walk backward through a graph, of which one is right.

The topological order waits until a value has heard from all who used it. Plain depth-first passes a gradient on when a value is
first reached, and too little is passed on. Naive recursion passes it on at every visit, and what was passed on already is sent
again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Edge

__all__ = ["ORDERS", "Fault", "Order", "Sent", "Walk", "walk"]

Order = Literal["topological", "depth-first", "recursive"]
Fault = Literal["too-early", "again"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One contribution: what flows along `edge`, and the grad of its source before and after.

    `complete` says whether the upstream gradient was whole when it was passed on: the true ∂root/∂target.
    """

    edge: str
    node: str
    upstream: float
    local: float
    before: float
    after: float
    complete: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """A backward pass in some order.

    `first_wrong` is the place in `sent` of the first contribution that cannot be made good any more, None where there is none;
    `fault` says why: its target passed on `too-early` what it will not correct, or passed on `again` what it had sent before.
    `missing` are the edges into the target's grad that had not been walked by then; `already` is the upstream it had passed on
    before.
    """

    order: Order
    visits: tuple[str, ...]
    sent: tuple[Sent, ...]
    grads: Mapping[str, float]
    first_wrong: int | None
    fault: Fault | None
    missing: tuple[str, ...]
    already: float
    stopped: bool


def walk(replay: Replay, order: Order, most: int = 2_000) -> Walk:
    """Walk the graph of a run's last backward pass in the given order, for at most `most` contributions."""
    into: dict[str, list[Edge]] = {}
    uses: dict[str, list[Edge]] = {}
    for edge in replay.edges:
        into.setdefault(edge.target, []).append(edge)
        uses.setdefault(edge.source, []).append(edge)
    grads = dict.fromkeys((node.id for node in replay.trace.nodes if node.id in replay.leading), 0.0)
    grads[replay.root] = 1.0
    sent: list[Sent] = []
    visits: list[str] = []
    walked: set[str] = set()
    passed: dict[str, float] = {}
    first_wrong: int | None = None
    fault: Fault | None = None
    missing: tuple[str, ...] = ()
    already = 0.0
    stopped = False
    for target in ORDERS[order](replay, into):
        if target not in into:
            continue
        if len(sent) >= most:
            stopped = True
            break
        visits.append(target)
        upstream = grads[target]
        complete = _same(upstream, replay.grads.get(target, 0.0))
        if first_wrong is None:
            fault = _fault(order, complete, passed.get(target, 0.0))
            if fault:
                first_wrong = len(sent)
                missing = tuple(edge.id for edge in uses.get(target, ()) if edge.id not in walked)
                already = passed.get(target, 0.0)
        passed[target] = upstream
        for edge in into[target]:
            local = edge.local if edge.local is not None else math.nan
            before = grads[edge.source]
            grads[edge.source] = before + replay.term(edge.id, local, upstream)
            walked.add(edge.id)
            sent.append(Sent(edge.id, edge.source, upstream, local, before, grads[edge.source], complete))
    return Walk(order, tuple(visits), tuple(sent), grads, first_wrong, fault, missing, already, stopped)


def _fault(order: Order, complete: bool, already: float) -> Fault | None:
    """Recursion will come again with the rest, so that being early is not yet wrong; sending the same twice is."""
    if order == "recursive":
        return "again" if already else None
    return None if complete else "too-early"


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b) or math.isclose(a, b, rel_tol=1e-12)


Into = Mapping[str, Sequence[Edge]]


def _topological(replay: Replay, into: Into) -> Iterator[str]:
    return (node.id for node in reversed(replay.trace.nodes) if node.id in replay.leading)


def _depth_first(replay: Replay, into: Into) -> Iterator[str]:
    """Each value once, as soon as it is reached."""
    seen: set[str] = set()
    stack = [replay.root]
    while stack:
        at = stack.pop()
        if at not in seen:
            seen.add(at)
            yield at
            stack.extend(edge.source for edge in reversed(into.get(at, ())))


def _recursive(replay: Replay, into: Into) -> Iterator[str]:
    """Each value once for every path that leads to it: what a `_backward` that calls its children does."""
    stack = [replay.root]
    while stack:
        at = stack.pop()
        yield at
        stack.extend(edge.source for edge in reversed(into.get(at, ())))


ORDERS: dict[Order, Callable[[Replay, Into], Iterator[str]]] = {
    "topological": _topological,
    "depth-first": _depth_first,
    "recursive": _recursive,
}
