"""Where a gradient goes wrong: the few places of a graph that explain why learning would stall or blow up there.

Found are causes, each once: of a chain of vanishing gradients the first value that is affected, of nan the first that is nan.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from stepgrad.engine.ops import OPS
from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Edge, Node

__all__ = ["SATURATED", "VANISHED", "Trouble", "TroubleKind", "troubles"]

TroubleKind = Literal["saturated", "dead", "vanishing", "exploding", "data-not-finite", "grad-not-finite"]

SATURATED = 0.01
"""A tanh or sigmoid whose slope is below this lets less than a hundredth through: |tanh| > 0.995, σ beyond 0.99."""
VANISHED = 1e-6
"""A gradient this much smaller than the output's own has vanished, one this much larger (its reciprocal) has exploded."""
STEEP = 1e3
"""A single operation with this slope makes a gradient explode by itself."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong at a node. `number` is the slope, gradient or data that shows it; `edge` where it came in, if on one edge."""

    node: str
    kind: TroubleKind
    number: float
    edge: str | None = None


def troubles(replay: Replay) -> list[Trouble]:
    """All of a run's last backward pass, in order of evaluation."""
    into: dict[str, list[Edge]] = {}
    uses: dict[str, list[Edge]] = {}
    for edge in replay.edges:
        into.setdefault(edge.target, []).append(edge)
        uses.setdefault(edge.source, []).append(edge)
    nodes = [node for node in replay.trace.nodes if node.id in replay.leading]
    found = [trouble for node in nodes if (trouble := _shut(node, into.get(node.id, []), replay))]
    found.extend(_not_finite(nodes, uses, replay))
    ops = {node.id: node.op for node in nodes}
    shut = {trouble.node for trouble in found}
    seen: set[str] = set()
    for node in reversed(nodes):  # the way a gradient goes
        trouble = _scaled(node, [edge for edge in uses.get(node.id, []) if edge.target not in shut], replay, ops)
        if trouble and (trouble.edge or trouble.kind not in seen):
            seen.add(trouble.kind)
            found.append(trouble)
    place = {node.id: i for i, node in enumerate(nodes)}
    return sorted(found, key=lambda trouble: place[trouble.node])


def _shut(node: Node, edges: list[Edge], replay: Replay) -> Trouble | None:
    """An activation that lets (almost) nothing through."""
    if not edges or replay.grads.get(node.id) == 0.0:  # nothing came that it could stop
        return None
    if node.op is None:
        return None
    local, op = edges[0].local or 0.0, OPS[node.op]
    if op.squash:
        return Trouble(node.id, "saturated", local, edges[0].id) if local < SATURATED * op.squash else None
    if op.gate and op.arity == 1 and local == 0.0:
        return Trouble(node.id, "dead", replay.data[edges[0].source], edges[0].id)
    return None


def _not_finite(nodes: list[Node], uses: dict[str, list[Edge]], replay: Replay) -> Iterator[Trouble]:
    for node in nodes:
        if not math.isfinite(replay.data[node.id]):
            yield Trouble(node.id, "data-not-finite", replay.data[node.id])
            return  # and the gradients after it are no news
    for node in reversed(nodes):  # the way a gradient goes
        grad = replay.grads.get(node.id, 0.0)
        if not math.isfinite(grad):
            guilty = next((edge.id for edge in uses.get(node.id, []) if not math.isfinite(edge.contribution or 0.0)), None)
            yield Trouble(node.id, "grad-not-finite", grad, guilty)
            break


def _scaled(node: Node, edges: list[Edge], replay: Replay, ops: Mapping[str, str | None]) -> Trouble | None:
    """The first value, on the way back, whose gradient is out of all proportion. A sum that cancels has not vanished."""
    above = [abs(replay.grads.get(edge.target, 0.0)) for edge in edges]
    came = max((abs(edge.contribution or 0.0) for edge in edges), default=0.0)
    if node.kind == "constant" or not came or not all(map(math.isfinite, (came, *above))):
        return None
    steep = next((edge for edge in edges if abs(edge.local or 0.0) > STEEP and not OPS[ops[edge.target] or ""].scales), None)
    if steep or came > 1.0 / VANISHED >= max(above):
        return Trouble(node.id, "exploding", replay.grads[node.id], steep.id if steep else None)
    if came < VANISHED <= min(above):
        return Trouble(node.id, "vanishing", replay.grads[node.id])
    return None
