"""From options to what a picture shows of one run: names become nodes."""

from __future__ import annotations

from collections.abc import Iterable

from stepgrad.app.drawing.view import PLAIN, View
from stepgrad.app.nodes import named
from stepgrad.app.options import Options
from stepgrad.engine.trace import Trace

__all__ = ["view_of"]


def view_of(trace: Trace, options: Options) -> View:
    """The view that options ask for. Raises a 422 problem for a name that no value has."""
    view = View(
        labels=options.edges,
        color=options.color,
        numbered=options.number == "order",
        lit=_lit(trace, options.highlight) if options.highlight else None,
        asked=frozenset(_asked(trace, options.quiz)) if options.quiz else frozenset(),
    )
    return PLAIN if view == PLAIN else view


def _lit(trace: Trace, highlight: str) -> frozenset[str]:
    """A value and all it is computed from, or all that is computed from it."""
    kind, _, name = highlight.partition(":")
    lit = {named(trace, name).id}
    # Nodes are in order of evaluation: one walk, backward or forward.
    if kind == "ancestors":
        for node in reversed(trace.nodes):
            if node.id in lit:
                lit.update(node.inputs)
    else:
        for node in trace.nodes:
            if not lit.isdisjoint(node.inputs):
                lit.add(node.id)
    return frozenset(lit)


def _asked(trace: Trace, quiz: str) -> Iterable[str]:
    for part in quiz.split(";"):
        field, _, names = part.partition(":")
        for name in names.split(","):
            node = named(trace, name)
            yield f"{node.id}.{field}"
            # A folded part sums it up, and would give it away.
            yield from (f"{box.id}.{field}" for box in trace.nodes if box.folds and node.id in box.folds.results)
