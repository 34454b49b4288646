"""What a moment can be had as: one row per extension. Routes, command line and documentation read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stepgrad.app import wire
from stepgrad.app.exporting.code import code
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.story import Moment

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to have a moment."""

    extension: str
    media_type: str
    make: Callable[[Pipeline, Moment], bytes]
    help: str


FORMATS = {
    row.extension: row
    for row in (
        Format("svg", "image/svg+xml", lambda line, moment: line.svg(moment).encode(), "The picture."),
        Format(
            "dot",
            "text/vnd.graphviz; charset=utf-8",
            lambda line, moment: line.dot(moment).encode(),
            "The notebook's graph, for Graphviz.",
        ),
        Format(
            "json",
            "application/json",
            lambda line, moment: wire.dump(line.json(moment)),
            "Nodes, edges, steps, links and the picture.",
        ),
        Format(
            "py",
            "text/x-python; charset=utf-8",
            lambda line, moment: code(moment.story.whole.trace, moment.options.dialect).encode(),
            "The program for PyTorch or a micrograd.",
        ),
    )
}
