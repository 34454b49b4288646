"""The service's own error. What becomes of it, and of everybody else's, is in `problems`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepgrad.engine.errors import Span

__all__ = ["ProblemError"]

MAX_TEXT = 500


class ProblemError(Exception):
    """An error that knows how it is told: status, a stable `code` for programs, title, detail and hint for people."""

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
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail[:MAX_TEXT]
        self.hint = hint[:MAX_TEXT]
        self.span = span
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def body(self, source_code: str | None = None) -> dict[str, Any]:
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
