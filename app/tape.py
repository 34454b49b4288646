"""What is folded, in short: all operations of a run, so that a browser can compute what it does not draw.

A slider, a training iteration or a diagram needs values that a folded story does not tell. The tape lists them in order of
evaluation; steps say which steps of the whole story they stand for (`covers`). It is there for a run of one forward and one
backward pass, whatever comes after: with more passes, only the server knows what happened in between.
"""

from __future__ import annotations

from typing import Any

from stepgrad.app.wire import number
from stepgrad.engine.trace import Trace

__all__ = ["LONGEST", "tape_of"]

LONGEST = 5_000
"""Values on a tape: some 30 bytes each."""


def tape_of(whole: Trace) -> dict[str, Any] | None:
    """The operations of a run, or None where these are too many or there are several passes."""
    if len(whole.nodes) > LONGEST:
        return None
    phases = [step.phase for step in whole.steps]
    passes = [phase for phase in phases if phase in ("forward", "seed", "backward")]
    operations = sum(node.op is not None for node in whole.nodes)
    first = [*["forward"] * operations, "seed", *["backward"] * (len(passes) - operations - 1)]
    if phases[: len(passes)] != first or not _is_whole(whole, whole.steps[operations].node):
        return None
    place = {node.id: i for i, node in enumerate(whole.nodes)}
    return {
        "ids": [node.id for node in whole.nodes],
        "keys": {node.id: node.key for node in whole.nodes if node.op is None and node.kind != "constant"},
        "start": {node.id: number(whole.start.get(node.id, node.data)) for node in whole.nodes if node.op is None},
        "operations": [
            [place[node.id], node.op, [place[each] for each in node.inputs], [number(param) for param in node.params]]
            for node in whole.nodes
            if node.op is not None
        ],
        "root": place[whole.steps[operations].node],
    }


def _is_whole(whole: Trace, root: str) -> bool:
    """Whether the terms came as a backward pass adds them: a pass by hand may leave some out, or go another way."""
    into: dict[str, list[str]] = {}
    for edge in whole.edges:
        into.setdefault(edge.target, []).append(edge.id)
    leading = {root}
    expected: list[str] = []
    for node in reversed(whole.nodes):
        if node.id in leading and node.op is not None:
            leading.update(node.inputs)
            expected += into[node.id]
    return [step.edge for step in whole.steps if step.phase == "backward"] == expected
