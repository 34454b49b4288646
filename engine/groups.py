"""Groups: which part of the program made which values, from the outside in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stepgrad.engine.errors import Span
from stepgrad.engine.recorder import Making
from stepgrad.engine.trace import Group
from stepgrad.engine.value import Value

__all__ = ["grouped"]


def grouped(
    values: Sequence[Value],
    makings: Mapping[Value, Making],
    span: Callable[[Any], Span | None],
    name: Callable[[Making], str],
) -> tuple[tuple[Group, ...], dict[Value, str]]:
    """The groups that made these values, parents before children, and the innermost group of each value that has one.

    A part of the program that made one value only is no group: there is nothing to fold. Nor is one that made nothing beside a
    single other part: a statement that only calls a net is that call. Nets, layers and neurons are always told.
    """
    own = Counter(making for value in values if (making := makings.get(value)) is not None)
    sizes: Counter[Making] = Counter()
    for making, count in own.items():
        outer: Making | None = making
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

    for inner in own:
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
    innermost = {making: found.id for making in own if (found := told[making]) is not None}
    return tuple(groups), {value: innermost[made] for value in values if (made := makings.get(value)) in innermost}


def _plain(name: str) -> str:
    return re.sub(r"[^\w\[\].]+", ".", name).strip(".") or "part"
