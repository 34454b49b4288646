"""A program's text: its lines, and places in it as spans."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from stepgrad.engine.errors import Span

__all__ = ["Text"]


class Text:
    """The text with one kind of line break and no byte order mark."""

    def __init__(self, source: str) -> None:
        self.source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.lines = self.source.split("\n")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines[:-1])]
        """Where each line begins."""

    def at(self, offset: int, length: int = 1) -> Span:
        """The span of a stretch that begins at an offset from the start of the text."""
        line = bisect_right(self.starts, offset)
        return Span(line, offset - self.starts[line - 1] + 1, max(length, 1))

    def end_of_line(self, offset: int) -> int:
        line = bisect_right(self.starts, offset)
        return self.starts[line - 1] + len(self.lines[line - 1])

    def column(self, line: int, utf8_offset: int) -> int:
        """The code point that a place in the UTF-8 of a line falls on, counted from 0. Python's parser counts bytes."""
        text = self.lines[line - 1]
        return utf8_offset if text.isascii() else len(text.encode()[:utf8_offset].decode(errors="ignore"))
