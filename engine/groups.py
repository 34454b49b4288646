"""Groups: which part of the program made which values, from the outside in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from stepgrad.engine.errors import Span
from stepgrad.engine.recorder import Making
from stepgrad.engine.trace import Group

__all__ = ["around", "grouped"]


def around(groups: Sequence[Group], innermost: Iterable[str | None]) -> tuple[Group, ...]:
    """The groups of which some are the innermost of a value, and those around them."""
    parents = {group.id: group.parent for group in groups}
    used: set[str | None] = {None}
    for at in set(innermost):
        while at is not None and at not in used:
            used.add(at)
            at = parents[at]
    return tuple(group for group in groups if group.id in used)


def grouped(
    makings: Sequence[Making | None],
    span: Callable[[Any], Span | None],
    name: Callable[[Making], str],
) -> tuple[tuple[Group, ...], list[str | None]]:
    """Groups: the part of the program that made each value → the groups, outer ones first, and the innermost of each value.

    A part of the program that made one value only is no group: there is nothing to fold. Nor is one that made nothing beside a
    single other part: a statement that only calls a net is that call. Nets, layers and neurons are always told.
    """
    own = Counter(makings)
    del own[None]
    sizes: Counter[Making] = Counter()
    for making, count in own.items():
        outer = making
        while outer is not None:
            sizes[outer] += count
            outer = outer.parent
    hollow = {
        outer
        for making, size in sizes.items()
        if (outer := making.parent) is not None and sizes[outer] == size and outer.kind not in ("net", "layer", "neuron")
    }
    groups: list[Group] = []
    told: dict[Making, Group | None] = {}
    taken: Counter[str] = Counter()

    for inner in filter(None, own):
        untold: list[Making] = []
        outer = inner
        while outer is not None and outer not in told:
            untold.append(outer)
            outer = outer.parent
        for making in reversed(untold):
            around = told[making.parent] if making.parent is not None else None
            if sizes[making] < 2 or making in hollow:
                told[making] = around
                continue
            called = name(making)
            # Keys stand in lists with commas.
            key = f"{around.key}/{_plain(called)}" if around else _plain(called)
            taken[key] += 1
            if taken[key] > 1:
                key = f"{key}#{taken[key]}"
            group = Group(
                f"g{len(groups)}", key, making.kind, called, around.id if around else None, span(making.place), sizes[making]
            )
            groups.append(group)
            told[making] = group
    innermost: dict[Making | None, str] = {making: found.id for making in own if making and (found := told[making])}
    return tuple(groups), list(map(innermost.get, makings))


def _plain(name: str) -> str:
    return re.sub(r"[^\w\[\].]+", ".", name).strip(".") or "part"
