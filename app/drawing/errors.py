"""Why a graph was not drawn.

DrawingError
├── TooLarge       more than can be laid out, by the counts of boxes and edges
├── LayoutFailed   Graphviz crashed, hung, is missing, or answered nonsense; the same request may succeed later
└── Busy           too many layouts are running already; the same request may succeed a moment later
"""

from __future__ import annotations

from stepgrad.engine.errors import StepgradError

__all__ = ["Busy", "DrawingError", "LayoutFailed", "TooLarge"]


class DrawingError(StepgradError):
    """The base of all."""

    code = "drawing"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)


class TooLarge(DrawingError):  # noqa: N818  # reads as what it says: the graph is too large
    code = "too-large"


class LayoutFailed(DrawingError):  # noqa: N818
    code = "layout-failed"


class Busy(DrawingError):  # noqa: N818
    code = "busy"
