"""What can go wrong with a program, and where.

    EngineError
    ├── SourceError        the text is not in our language
    │   ├── ParseError         not even Python
    │   ├── UnsupportedError   Python, but outside the subset
    │   └── UnknownNameError   a name nobody has given a value
    ├── ProgramError       the text is fine, what it asks for is not (an index past the end, a float as an index)
    │   └── EmptyProgramError  there is nothing to draw
    └── LimitError         more than we are willing to read, run or draw

Every error carries a message, and where they are known the span of source it is about and a hint: what to try.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

__all__ = [
    "EmptyProgramError",
    "EngineError",
    "LimitError",
    "ParseError",
    "ProgramError",
    "SourceError",
    "Span",
    "UnknownNameError",
    "UnsupportedError",
]


class Span(NamedTuple):
    """A stretch of source on one line. Line and column count from 1, in code points."""

    line: int
    column: int
    length: int


class EngineError(Exception):
    """The base of all; `code` is a stable word for programs, the message is for people."""

    code: ClassVar[str] = "engine"

    def __init__(self, message: str, *, span: Span | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint

    def __str__(self) -> str:
        where = f"line {self.span.line}, column {self.span.column}: " if self.span else ""
        return f"{where}{self.message}{' ' + self.hint if self.hint else ''}"


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
