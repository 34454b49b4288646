"""Walking a graph of values, without recursion and in a stable order."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from stepgrad.engine.value import Value

__all__ = ["ancestors", "by_birth"]

by_birth = attrgetter("born")
"""Sorts values by order of evaluation."""


def ancestors(roots: Iterable[Value], known: Container[Value] = ()) -> list[Value]:
    """The roots and everything they are computed from, each once, in order of evaluation; nothing that is known already.

    Order of evaluation is a topological order: a value is always made after its inputs.
    """
    order = [value for value in dict.fromkeys(roots) if value not in known]
    seen = set(order)
    for value in order:  # grows while it is walked
        for child in value.inputs:
            if child not in seen and child not in known:
                seen.add(child)
                order.append(child)
    order.sort(key=by_birth)
    return order
