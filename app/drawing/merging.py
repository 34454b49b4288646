"""The same story in larger steps: all that one operation sends back is one step.

This is micrograd's own `_backward`: one call for each operation. The steps that a step stands for are its `parts`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from stepgrad.engine.trace import Step, Trace

__all__ = ["by_node"]


def by_node(trace: Trace) -> Trace:
    """A trace whose backward steps are operations. Each of its steps has the steps of *trace* that it stands for as `parts`."""
    targets = {edge.id: edge.target for edge in trace.edges}

    def turn(step: Step) -> tuple[str, int]:
        # What one operation sends back comes in one run; everything else stands alone.
        return (targets[step.edge], 0) if step.phase == "backward" and step.edge else ("", step.index)

    steps: list[Step] = []
    for (sender, _), group in groupby(trace.steps, turn):
        parts = tuple(group)
        first = parts[0]
        writes = tuple(write for part in parts for write in part.writes)
        covers = (first.covers[0], (parts[-1].covers or first.covers)[1]) if first.covers else None
        steps.append(
            first._replace(index=len(steps) + 1, node=sender or first.node, edge=None if sender else first.edge,
                           writes=writes, local=None if sender else first.local, parts=parts, covers=covers)
        )  # fmt: skip
    return replace(trace, steps=tuple(steps))
