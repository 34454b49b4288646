"""Values of a run by what people call them."""

from __future__ import annotations

from stepgrad.app.errors import ProblemError
from stepgrad.engine.suggest import closest
from stepgrad.engine.trace import Node, Trace

__all__ = ["find", "hint", "named"]


def find(trace: Trace, name: str) -> Node | None:
    """By key, else the last one with that label, else by id."""
    labelled: Node | None = None
    numbered: Node | None = None
    for node in trace.nodes:
        if node.key == name:
            return node
        if node.label == name:
            labelled = node
        if node.id == name:
            numbered = node
    return labelled or numbered


def named(trace: Trace, name: str) -> Node:
    """The same, or a 422 problem that says which names there are."""
    if node := find(trace, name):
        return node
    raise ProblemError(422, "node", "There is no such value", f"No value is called `{name[:40]}`.", hint=hint(trace, name))


def hint(trace: Trace, name: str) -> str:
    """What may have been meant."""
    names = list(dict.fromkeys(name for node in trace.nodes for name in (node.label, node.key) if name and "/" not in name))
    if near := closest(name[:64], names[:500]):
        return f"Did you mean `{near}`?"
    return f"There are {', '.join(names[:12])}{' …' if len(names) > 12 else ''}."
