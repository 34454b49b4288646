"""What a program prints, as Python would show it."""

from __future__ import annotations

from typing import Any

from stepgrad.engine.language.objects import (
    Builtin,
    Class,
    Counter,
    DefaultDict,
    Deque,
    Function,
    Instance,
    Module,
    Number,
    Set,
    describe,
)
from stepgrad.engine.limits import Limits
from stepgrad.engine.nn import Net
from stepgrad.engine.value import Value

__all__ = ["Printed", "show"]

_KINDS = {
    **{name: name for name in ("bool", "dict", "float", "int", "list", "range", "set", "str", "tuple", "NoneType", "function")},
    "Value": "__main__.Value",
}
"""Kinds of things, and how Python spells them."""

_MORE = "… and more, which is not shown."


class Printed:
    """The lines a program has printed, up to the limits."""

    def __init__(self, limits: Limits) -> None:
        self.lines: list[str] = []
        self._open = ""
        """A line that still waits for its end: `print(x, end="")`."""
        self._lines_left = limits.printed_lines
        self._characters_left = limits.printed_characters

    def write(self, text: str) -> None:
        """Add text; each line break in it ends a line."""
        if self._lines_left < 0:
            return
        self._characters_left -= len(text)
        if self._characters_left < 0:
            self._stop()
            return
        *ended, self._open = (self._open + text).split("\n")
        for line in ended:
            self._lines_left -= 1
            if self._lines_left < 0:
                self._stop()
                return
            self.lines.append(line)

    def close(self) -> None:
        """The program has ended: a line that waits for its end has it."""
        if self._open:
            self.write("\n")

    def _stop(self) -> None:
        self._lines_left, self._open = -1, ""
        self.lines.append(_MORE)


def show(thing: Any, room: int) -> str:
    """What Python's `repr` would say, as far as there is room for that many characters."""
    parts: list[str] = []
    _show(thing, parts, room, 0)
    return "".join(parts)


def _show_dictionary(thing: dict[Any, Any], parts: list[str], room: int, depth: int) -> int:
    if isinstance(thing, Set) and not thing:
        parts.append("set()")
        return room - 5
    parts.append("{")
    for index, (key, item) in enumerate(thing.items()):
        if index:
            parts.append(", ")
        if room <= 0 or depth > 60:
            parts.append("…")
            break
        room = _show(key, parts, room - 2, depth + 1)
        if not isinstance(thing, Set):
            parts.append(": ")
            room = _show(item, parts, room - 2, depth + 1)
    parts.append("}")
    return room - 2


def _count(pair: tuple[Any, Any]) -> float:
    count = pair[1].plain if isinstance(pair[1], Number) else pair[1]
    return count if isinstance(count, (int, float)) else 0


def _show_collection(thing: DefaultDict | Deque, parts: list[str], room: int, depth: int) -> int:
    """With the name of its kind before it."""
    inner: Any = list(thing) if isinstance(thing, Deque) else dict(thing)
    opening, closing = f"defaultdict({show(thing.factory, room)}, " if isinstance(thing, DefaultDict) else "deque(", ")"
    if isinstance(thing, Deque) and thing.most is not None:
        closing = f", maxlen={thing.most})"
    elif isinstance(thing, Counter):
        opening = "Counter("
        inner = dict(sorted(thing.items(), key=_count, reverse=True))
    parts.append(opening)
    if inner or not isinstance(thing, Counter):
        room = _show(inner, parts, room - len(opening) - len(closing), depth + 1)
    parts.append(closing)
    return room


def _show_fields(thing: Instance, parts: list[str], room: int, depth: int) -> int:
    """As a dataclass shows itself."""
    parts.append(f"{thing.cls.name}(")
    for index, (name, part) in enumerate(thing.fields.items()):
        if room <= 0 or depth > 60:
            parts.append("…")
            break
        parts.append(f"{', ' if index else ''}{name}=")
        room = _show(part, parts, room - 2 - len(name), depth + 1)
    parts.append(")")
    return room - 2 - len(thing.cls.name)


def _show(thing: Any, parts: list[str], room: int, depth: int) -> int:
    """Add the parts of the text; return the room that is left."""
    if depth < 60 and isinstance(thing, (DefaultDict, Deque)):
        return _show_collection(thing, parts, room, depth)
    if isinstance(thing, (list, tuple)):
        opening, closing = "[]" if isinstance(thing, list) else "()"
        parts.append(opening)
        for index, item in enumerate(thing):
            if index:
                parts.append(", ")
            if room <= 0 or depth > 60:
                parts.append("…")
                break
            room = _show(item, parts, room - 2, depth + 1)
        parts.append(f",{closing}" if isinstance(thing, tuple) and len(thing) == 1 else closing)
        return room - 2
    if isinstance(thing, dict):
        return _show_dictionary(thing, parts, room, depth)
    if isinstance(thing, Instance) and thing.cls.data is not None and thing.cls.find("__repr__") is None:
        return _show_fields(thing, parts, room, depth)
    match thing:
        case Number():
            text = repr(thing.plain)
        case Builtin() if thing.name in _KINDS:
            text = f"<class '{_KINDS[thing.name]}'>"
        case Function() | Builtin():
            text = f"<function {thing.name}>"
        case Class():
            text = f"<class '__main__.{thing.name}'>"
        case Instance():
            text = thing.spell(thing) or f"<{thing.cls.name} object>"
        case Module():
            text = f"<module {thing.name}>"
        case Value() | Net() | range() | str() | int() | float() | None:
            text = repr(thing)
        case _:
            text = f"<{describe(thing)}>"
    parts.append(text)
    return room - len(text)
