"""What can go wrong with a program, and where.

    StepgradError
    ├── EngineError        of a program
    │   ├── SourceError        the text is not in our language
    │   │   ├── ParseError         not even Python
    │   │   ├── UnsupportedError   Python, but outside the subset
    │   │   └── UnknownNameError   a name nobody has given a value
    │   ├── ProgramError       the text is fine, what it asks for is not (an index past the end, a float as an index)
    │   │   └── EmptyProgramError  there is nothing to draw
    │   └── LimitError         more than we are willing to read, run or draw
    └── …                  the service has its own: of options, of drawing

Every error carries a message, and where they are known the span of source it is about and a hint: what to try.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = [
    "EmptyProgramError",
    "EngineError",
    "LimitError",
    "ParseError",
    "ProgramError",
    "SourceError",
    "Span",
    "StepgradError",
    "UnknownNameError",
    "UnsupportedError",
    "excerpt",
    "not_in_table",
]


class Span(NamedTuple):
    """A stretch of source on one line. Line and column count from 1, in code points."""

    line: int
    column: int
    length: int


class StepgradError(Exception):
    """The base of all; `code` is a stable word for programs, `message` and `hint` are for people.

    `span` is the place in `source` that it is about, where both are known. Printed, it shows that line, with carets under it.
    """

    code: str = "error"

    def __init__(self, message: str, *, span: Span | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint
        self.source: str | None = None

    def __str__(self) -> str:
        where = f"line {self.span.line}, column {self.span.column}: " if self.span else ""
        if self.span and self.source is not None and (shown := excerpt(self.source, self.span)):
            return "\n    ".join([f"{where}{self.message}", *shown, *([self.hint] if self.hint else [])])
        return f"{where}{self.message}{' ' + self.hint if self.hint else ''}"


class EngineError(StepgradError):
    """A program cannot be read or run."""

    code = "engine"


class SourceError(EngineError):
    code = "source"


class ParseError(SourceError):
    code = "syntax"


class UnsupportedError(SourceError):
    code = "unsupported"


class UnknownNameError(SourceError):
    code = "unknown-name"


class ProgramError(EngineError):
    code = "program"


class EmptyProgramError(ProgramError):
    """There is nothing to draw. `printed` is what the program printed all the same."""

    code = "empty"

    def __init__(self, message: str, *, hint: str = "", printed: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.printed = printed


class LimitError(EngineError):
    """A limit was met. `limit` names it as in `engine.limits`, `value` is what it allows."""

    code = "limit"

    def __init__(self, message: str, *, limit: str, value: float, span: Span | None = None, hint: str = "") -> None:
        super().__init__(message, span=span, hint=hint)
        self.limit = limit
        self.value = value


def excerpt(source: str, span: Span, width: int = 100) -> tuple[str, str] | None:
    """The line of a span, and carets under the span; a line of more than `width` characters is cut around them.

    None where the text has no such line.
    """
    lines = re.split("\r\n?|\n", source.removeprefix("\ufeff"))
    if not 1 <= span.line <= len(lines):
        return None
    line, start = lines[span.line - 1].replace("\t", " "), span.column - 1
    skipped = 0
    if len(line) > width and start > width // 2:
        skipped = start - width // 2
        line = "…" + line[skipped + 1 :]
    if len(line) > width:
        line = line[: width - 1] + "…"
    at = start - skipped
    return line, " " * at + "^" * max(1, min(span.length, len(line) - at))


def not_in_table(symbol: str | None, span: Span | None) -> ProgramError:
    """The error of whoever needs to compute an operation again that is the program's own."""
    return ProgramError(
        f"`{symbol}` is an operation of the program's own: what it comes to with other numbers, and its slope, are not known.",
        span=span, hint="Write it with operations of the table; `stepgrad ops` lists them.",
    )  # fmt: skip
