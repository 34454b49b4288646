"""What a moment can be had as: one row per extension. Addresses, errors, command line and documentation read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stepgrad.app import wire
from stepgrad.app.errors import ProblemError
from stepgrad.app.exporting.code import code

if TYPE_CHECKING:
    from stepgrad.app.pipeline import Pipeline
    from stepgrad.app.story import Moment

__all__ = ["FORMATS", "Format", "unknown_format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to have a moment."""

    extension: str
    media_type: str
    make: Callable[[Pipeline, Moment], bytes]
    help: str
    """A phrase, as in a list."""
    errors: Literal["json", "svg"] = "json"
    """What an error is where this was asked for: an answer for programs, or a picture."""


FORMATS = {
    row.extension: row
    for row in (
        Format(
            "svg",
            "image/svg+xml",
            lambda line, moment: line.svg(moment).encode(),
            "the picture",
            errors="svg",
        ),
        Format(
            "dot",
            "text/vnd.graphviz; charset=utf-8",
            lambda line, moment: line.dot(moment).encode(),
            "the notebook's graph, for Graphviz",
        ),
        Format(
            "json",
            "application/json",
            lambda line, moment: wire.dump(line.json(moment)),
            "nodes, edges, steps, links and the picture",
        ),
        Format(
            "py",
            "text/x-python; charset=utf-8",
            lambda line, moment: code(moment.story.whole.trace, moment.options.dialect).encode(),
            "the program for PyTorch or a micrograd",
        ),
    )
}


def unknown_format(status: int = 404, detail: str = "") -> ProblemError:
    """What is said of an extension that is none of them."""
    return ProblemError(status, "format", "There is no such format", detail, hint=f"There are {', '.join(FORMATS)}.")
