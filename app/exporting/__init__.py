"""What a moment can be had as: one row per extension. Addresses, errors, command line and documentation read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from stepgrad.app import wire
from stepgrad.app.exporting.code import code
from stepgrad.app.exporting.example import STORY

if TYPE_CHECKING:
    from stepgrad.app.pipeline import Pipeline
    from stepgrad.app.story import Moment

__all__ = ["FORMATS", "Format", "which_formats"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to have a moment."""

    extension: str
    media_type: str
    make: Callable[[Pipeline, Moment], bytes]
    help: str
    """A phrase, as in a list."""
    example: Any
    """What the documentation shows of it."""
    errors: Literal["json", "svg"] = "json"
    """What an error is where this was asked for: an answer for programs, or a picture."""
    schema: str = ""
    """The name of its shape in the documentation, where it has one."""


FORMATS = {
    row.extension: row
    for row in (
        Format(
            "svg",
            "image/svg+xml",
            lambda line, moment: line.svg(moment).encode(),
            "the picture",
            example='<svg xmlns="http://www.w3.org/2000/svg" class="stepgrad" …>…</svg>',
            errors="svg",
        ),
        Format(
            "dot",
            "text/vnd.graphviz; charset=utf-8",
            lambda line, moment: line.dot(moment).encode(),
            "the notebook's graph, for Graphviz",
            example='digraph stepgrad { graph [rankdir=LR] n0 [label="{ a | data 3.0000 | grad 6.0000 }" shape=record] … }',
        ),
        Format(
            "json",
            "application/json",
            lambda line, moment: wire.dump(line.json(moment)),
            "nodes, edges, steps, links and the picture",
            example=STORY,
            schema="GraphAnswer",
        ),
        Format(
            "py",
            "text/x-python; charset=utf-8",
            lambda line, moment: code(moment.story.whole.trace, moment.options.dialect).encode(),
            "the program for PyTorch or a micrograd",
            example="import torch\n\na = torch.tensor(3.0, requires_grad=True)\n…",
        ),
    )
}


def which_formats() -> str:
    """The hint for an extension that is none of them."""
    return f"There are {', '.join(FORMATS)}."
