"""Why a graph was not drawn.

DrawingError
├── TooLarge       more than a layout within the deadline can do; known before or found out by trying
├── LayoutFailed   Graphviz crashed, is missing, or answered nonsense
└── Busy           too many layouts are running already; the same request may succeed a moment later
"""

from __future__ import annotations

from typing import ClassVar

__all__ = ["Busy", "DrawingError", "LayoutFailed", "TooLarge"]


class DrawingError(Exception):
    """The base of all; `code` is a stable word for programs, `message` and `hint` are for people."""

    code: ClassVar[str] = "drawing"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class TooLarge(DrawingError):  # noqa: N818  # reads as what it says: the graph is too large
    code = "too-large"


class LayoutFailed(DrawingError):  # noqa: N818
    code = "layout-failed"


class Busy(DrawingError):  # noqa: N818
    code = "busy"
