"""Which operations are built from simpler ones: all of a kind (`tanh`), or that of one value (`tanh@o`).

The key of a value is known only after a run, so that a program with such a wish runs twice. In between, an application of an
operation is known by its place: its number among those of the program, then its number inside the expansion that it is part
of. Places do not depend on what is expanded, and so neither does what a wish means: its key is that of the picture in which
only whole kinds are expanded. What an expansion brings in has no key there; `div@o:2` is number 2 inside the expansion of o.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from stepgrad.engine.ops import OPS
from stepgrad.engine.suggest import closest
from stepgrad.engine.trace import Node, Notice, Trace
from stepgrad.engine.value import Value

__all__ = ["Expansion", "Place", "Told", "settle"]

Place = tuple[int, ...]


class Expansion:
    """What one run is to expand, and where it has met what could be."""

    def __init__(self, kinds: frozenset[str], wishes: Mapping[Place, str]) -> None:
        self._kinds = kinds
        self._wishes = wishes
        self._inside: Place = ()
        self._met = 0
        self.places: dict[Value, Place] = {}
        """Where the values are that could be expanded and are not."""
        self.granted: set[str] = set()

    def place(self) -> Place:
        """Where the next application of an operation is that can be expanded."""
        self._met += 1
        return (*self._inside, self._met - 1)

    def asks(self, name: str, place: Place) -> str | None:
        """The entry for which this application is to be expanded."""
        if name in self._kinds:
            return name
        wish = self._wishes.get(place)
        return wish if wish is not None and wish.partition("@")[0] == name else None

    @contextmanager
    def inside(self, place: Place, entry: str) -> Iterator[None]:
        """While an application is built from simpler ones."""
        outside = self._inside, self._met
        self._inside, self._met = place, 0
        self.granted.add(entry)
        try:
            yield
        finally:
            self._inside, self._met = outside


class Told(NamedTuple):
    """One run."""

    trace: Trace
    values: Sequence[Value]
    """What the nodes of the trace tell of, in the same order."""
    origins: Mapping[Value, str]
    """The entry for which values were made, the innermost of several."""


def settle(expand: frozenset[str], run: Callable[[Expansion], Told]) -> Trace:
    """Run once, and where single values are to be expanded once more. A wish that finds no value is a notice, not an error:
    the program is right, and was perhaps edited."""
    wanted = sorted(entry for entry in expand if "@" in entry)
    kinds = expand - set(wanted)
    first = last = Expansion(kinds, {})
    told = run(first)
    keys = _keys(first, told)
    trace = told.trace
    if wanted:
        found = {place: entry for entry in wanted if (place := _find(entry, keys)) is not None}
        if found:
            last = Expansion(kinds, found)
            told = run(last)
            trace = told.trace
        missing = [entry for entry in wanted if entry not in last.granted]
        trace = replace(trace, warnings=(*trace.warnings, *(_not_found(entry, trace) for entry in missing)))
    if not (last.places or told.origins):
        return trace
    nodes = (
        _explain(node, last.places.get(value), told.origins.get(value), keys)
        for node, value in zip(trace.nodes, told.values, strict=True)
    )
    return replace(trace, nodes=tuple(nodes))


def _keys(expansion: Expansion, told: Told) -> dict[Place, Node]:
    met = zip(told.trace.nodes, map(expansion.places.get, told.values), strict=True)
    return {place: node for node, place in met if place is not None}


def _find(entry: str, keys: Mapping[Place, Node]) -> Place | None:
    key, *inner = entry.partition("@")[2].split(":")
    if not all(number.isascii() and number.isdigit() and len(number) < 4 for number in inner):
        return None
    return next(((*place, *map(int, inner)) for place, node in keys.items() if node.key == key), None)


def _not_found(entry: str, trace: Trace) -> Notice:
    name, _, key = entry.partition("@")
    near = closest(key[:64], [node.key for node in trace.nodes if node.op == name])
    hint = f" Did you mean `{name}@{near}`?" if near else ""
    return Notice(f"There is no `{name}` with the key `{key[:64]}` to be drawn from simpler operations.{hint}")


def _explain(node: Node, place: Place | None, origin: str | None, keys: Mapping[Place, Node]) -> Node:
    """A node with what would expand it, and what would fold it back."""
    expands = None
    if place is not None:
        for depth in range(len(place), 0, -1):
            if base := keys.get(place[:depth]):
                expands = ":".join([f"{OPS[node.op or ''].name}@{base.key}", *map(str, place[depth:])])
                break
    return node._replace(expands=expands, expanded_from=origin) if origin or expands else node
