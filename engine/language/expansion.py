"""Which operations are built from simpler ones: all of a kind (`tanh`), or that of one value (`tanh@o`).

The key of a value is known only after a run, so that a program with such a wish runs twice. In between, an application of an
operation is known by its place: its number among those of the program, then its number inside the expansion that it is part
of. Places do not depend on what is expanded, and so neither does what a wish means: its key is that of the picture in which
only whole kinds are expanded. What an expansion brings in has no key there; `div@o:2` is number 2 inside the expansion of o.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from stepgrad.engine.recording import Column, Recording
from stepgrad.engine.suggest import closest
from stepgrad.engine.trace import Notice
from stepgrad.engine.value import Value

__all__ = ["Executed", "Expansion", "Place", "settle"]

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


class Executed(NamedTuple):
    """One run."""

    recording: Recording
    places: Mapping[int, Place]
    """The rows that could be expanded and are not."""


def settle(expand: frozenset[str], execute: Callable[[Expansion], Executed]) -> Recording:
    """Run once, and where single values are to be expanded once more. A wish that finds no value is a notice, not an error:
    the program is right, and was perhaps edited."""
    wanted = sorted(entry for entry in expand if "@" in entry)
    kinds = expand - set(wanted)
    first = last = Expansion(kinds, {})
    run = execute(first)
    keys, rows = run.recording.graph.keys, {place: row for row, place in run.places.items()}
    if wanted:
        found = {place: entry for entry in wanted if (place := _find(entry, rows, keys)) is not None}
        if found:
            last = Expansion(kinds, found)
            run = execute(last)
        missing = [entry for entry in wanted if entry not in last.granted]
        run.recording.warnings += tuple(_not_found(entry, run.recording) for entry in missing)
    graph, places = run.recording.graph, run.places
    ops = graph.ops  # not the graph, which will hold this function: a run leaves no cycles behind

    def expands(row: int) -> str | None:
        """What would expand a value: its key is that of the first run."""
        place = places.get(row, ())
        for depth in range(len(place), 0, -1):
            if (base := rows.get(place[:depth])) is not None:
                return ":".join([f"{ops[row].name}@{keys[base]}", *map(str, place[depth:])])  # type: ignore[union-attr]
        return None

    if places:
        graph.expands = expands
    return run.recording


def _find(entry: str, rows: Mapping[Place, int], keys: Column[str]) -> Place | None:
    key, *inner = entry.partition("@")[2].split(":")
    if not all(number.isascii() and number.isdigit() and len(number) < 4 for number in inner):
        return None
    return next(((*place, *map(int, inner)) for place, row in rows.items() if keys[row] == key), None)


def _not_found(entry: str, recording: Recording) -> Notice:
    name, _, key = entry.partition("@")
    graph = recording.graph
    near = closest(key[:64], [graph.keys[row] for row, op in enumerate(graph.ops) if op and op.name == name])
    hint = f" Did you mean `{name}@{near}`?" if near else ""
    return Notice(f"There is no `{name}` with the key `{key[:64]}` to be drawn from simpler operations.{hint}")
