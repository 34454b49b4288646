"""The service's own error, and what is said of everybody else's. How a request is answered with it is in `problems`."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import NotRequired

from typing_extensions import TypedDict

from stepgrad.app.drawing.errors import DrawingError
from stepgrad.app.schemas import shape
from stepgrad.engine.errors import EmptyProgramError, EngineError, LimitError, Span, StepgradError

__all__ = ["ProblemAnswer", "ProblemError", "as_problem"]

MAX_TEXT = 500

log = logging.getLogger("stepgrad")

_TITLES = {
    "syntax": "The program cannot be read",
    "unsupported": "This is outside the language",
    "unknown-name": "A name has no value",
    "program": "The program cannot be run",
    "limit": "The program is too large",
    "empty": "There is nothing to draw",
}
_DRAWING = {
    "too-large": (422, "The graph is too large to draw"),
    "layout-failed": (503, "The graph could not be drawn"),
    "busy": (503, "Too many graphs are being drawn"),
}


class More(TypedDict, total=False):
    """What only some problems say."""

    limit: str
    value: float
    printed: list[str]
    errors: list[str]
    instance: str


@shape
class ProblemAnswer(TypedDict):
    """What went wrong (RFC 9457)."""

    type: str
    """`urn:stepgrad:problem:` and the `code`."""
    title: str
    """Never empty."""
    status: int
    detail: str
    code: str
    """What it is, for programs: stable."""
    line: int | None
    """Where in the program it is; counts from 1."""
    column: int | None
    """In code points, from 1."""
    length: int | None
    hint: str | None
    """What to try."""
    source_code: str | None
    """The CODE of the program it is about."""
    limit: NotRequired[str]
    """The limit that was passed."""
    value: NotRequired[float]
    """What that limit is."""
    printed: NotRequired[list[str]]
    """What a program printed that has nothing to draw (`empty`)."""
    errors: NotRequired[list[str]]
    """Everything that is wrong with a request."""
    instance: NotRequired[str]
    """What a fault of ours is called in the log."""


class ProblemError(StepgradError):
    """An error that knows how it is told: status, a stable `code` for programs, title, detail and hint for people.

    It never lacks a title: where none is given, its status has one. `told` is title and detail in one.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        *,
        hint: str = "",
        span: Span | None = None,
        headers: Mapping[str, str] | None = None,
        more: More | None = None,
    ) -> None:
        self.title = title.strip() or _title(status)
        self.detail = detail[:MAX_TEXT]
        super().__init__(self.detail or self.title, span=span, hint=hint[:MAX_TEXT])
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.more: More = more or {}

    @property
    def told(self) -> str:
        return f"{self.title}. {self.detail}" if self.detail else self.title

    def body(self, source_code: str | None = None) -> ProblemAnswer:
        """The members of the answer; `source_code` is the CODE of the program it is about."""
        span = self.span
        return {
            "type": f"urn:stepgrad:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "line": span.line if span else None,
            "column": span.column if span else None,
            "length": span.length if span else None,
            "hint": self.hint or None,
            "source_code": source_code,
            **self.more,
        }


def as_problem(error: Exception) -> ProblemError:
    """What is told of an error. What nobody foresaw gets an id, and the log its traceback."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, EngineError):
        more: More = {}
        if isinstance(error, LimitError):
            more = {"limit": error.limit, "value": error.value}
        elif isinstance(error, EmptyProgramError) and error.printed:
            more = {"printed": list(error.printed)}
        title = _TITLES.get(error.code, "The program is wrong")
        return ProblemError(422, error.code, title, error.message, hint=error.hint, span=error.span, more=more)
    if isinstance(error, DrawingError):
        status, title = _DRAWING.get(error.code, (422, "The graph cannot be drawn"))
        retry = {"Retry-After": str(1 + secrets.randbelow(3))} if status == 503 else {}
        return ProblemError(status, error.code, title, error.message, hint=error.hint, headers=retry)
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    return ProblemError(500, "internal", "Something is wrong on our side", f"It is noted as {number}.", more={"instance": number})


def _title(status: int) -> str:
    return "The request cannot be answered" if status < 500 else "Something is wrong on our side"
