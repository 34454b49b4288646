"""What a program prints, as Python would show it."""

from __future__ import annotations

from typing import Any

from engine.language.objects import Builtin, Function, Module, Number, describe
from engine.limits import Limits
from engine.nn import Net
from engine.value import Value

__all__ = ["Printed", "show"]

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


def _show(thing: Any, parts: list[str], room: int, depth: int) -> int:
    """Add the parts of the text; return the room that is left."""
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
    match thing:
        case Number():
            text = repr(thing.plain)
        case Function() | Builtin():
            text = f"<function {thing.name}>"
        case Module():
            text = f"<module {thing.name}>"
        case Value() | Net() | range() | str() | int() | float() | None:
            text = repr(thing)
        case _:
            text = f"<{describe(thing)}>"
    parts.append(text)
    return room - len(text)
