"""Forgetting what a long run no longer needs.

A table that is kept about values keeps them alive, and with them all that they were computed from. A sweep asks Python itself
which values are still held by anything else: a name, a list, a pass that is told, an expression that is being computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from weakref import ref

from stepgrad.engine.value import Value

__all__ = ["Memory", "sweep"]

Memory = dict[Value, Any] | set[Value]
"""What is known about each of some values."""


def sweep(memories: Iterable[Memory], log: list[Any]) -> None:
    """Drop from the memories, and from the log, all that is about values which nothing else holds.

    An entry of the log is a value, or a tuple about its first item, or anything else, which stays and holds what it holds.
    """
    noted = list(map(_loosely, log))
    log.clear()
    tables: list[tuple[Memory, list[ref[Value]], list[Any]]] = []
    for memory in memories:
        tables.append((memory, list(map(ref, memory)), list(memory.values()) if isinstance(memory, dict) else []))
        memory.clear()
    for memory, references, known in tables:
        if isinstance(memory, dict):
            for reference, what in zip(references, known, strict=True):
                if (value := reference()) is not None:
                    memory[value] = what
        else:
            memory.update(value for reference in references if (value := reference()) is not None)
    for entry in noted:
        if entry.__class__ is ref:
            if (value := entry()) is not None:
                log.append(value)
        elif not isinstance(entry, _Loose):
            log.append(entry)
        elif (value := entry.value()) is not None:
            log.append(entry.kind(value, *entry.rest))


class _Loose(NamedTuple):
    """A tuple about a value that it does not hold."""

    kind: type[Any]
    value: ref[Value]
    rest: tuple[Any, ...]


def _loosely(entry: Any) -> Any:
    if entry.__class__ is Value:
        return ref(entry)
    return _Loose(entry.__class__, ref(entry[0]), entry[1:]) if isinstance(entry, tuple) else entry
