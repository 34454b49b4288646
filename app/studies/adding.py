"""A gradient as the sum over its paths."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from typing_extensions import TypedDict

from stepgrad.app.drawing.naming import text_of
from stepgrad.app.drawing.spelling import factor, number_text
from stepgrad.app.schemas import shape
from stepgrad.app.studies.questions import AboutOne
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.wire import Num, number
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.paths import Paths, PathSum
from stepgrad.engine.trace import Edge, Node

__all__ = ["paths"]

MOST_PARTS = 16
"""Values, or factors, of a path that its text names."""


@shape
class PathAnswer(TypedDict):
    """One path from a value to the output."""

    edges: list[str]
    """From the value on."""
    nodes: list[str]
    """One more than edges."""
    locals: list[Num]
    """The local derivative of each edge."""
    product: Num
    text: str


@shape
class PathsRow(TypedDict):
    """A value, and what its gradient is the sum of."""

    node: str
    key: str
    label: str
    name: str
    """What it is called in sentences."""
    count: int
    """How many paths there are: exact, and perhaps huge."""
    count_text: str
    total: Num
    """The sum of their products."""
    grad: Num
    """Of the last backward pass alone."""
    complete: bool
    """Whether all paths are written out."""
    paths: list[PathAnswer]
    """With `node`, up to 64."""
    sentence: str


@shape
class PathsAnswer(Head):
    """Gradients as sums over paths: of one value with `node`, else of all that have a name."""

    nodes: list[PathsRow]


def paths(subject: Subject, question: AboutOne) -> PathsAnswer:
    """The answer of `paths.json`. With a node the paths are written out."""
    found = Paths(subject.exact)
    if question.node is None:
        rows = [_row(subject, node, found.of(node.id, most=0)) for node in subject.of_note()]
    else:
        node = subject.named(question.node)
        rows = [_row(subject, node, found.of(node.id, STUDY_LIMITS.paths))]
    return {**subject.head(), "nodes": rows}


def _row(subject: Subject, node: Node, found: PathSum) -> PathsRow:
    edges = {edge.id: edge for edge in subject.replay.edges} if found.paths else {}
    written: list[PathAnswer] = []
    room = STUDY_LIMITS.path_edges
    for path in found.paths:
        room -= len(path.edges)
        if room < 0 and written:
            break
        written.append(_path(subject, node, [edges[each] for each in path.edges], path.product))
    return {
        "node": node.id,
        "key": node.key,
        "label": node.label,
        "name": subject.name(node.id),
        "count": found.count,
        "count_text": f"{found.count:,}" if found.count < 10**15 else f"{Decimal(found.count):.3e}",
        "total": number(found.total),
        "grad": number(subject.replay.grads.get(node.id, 0.0)),
        "complete": len(written) == found.count,
        "paths": written,
        "sentence": _sentence(subject, node, found),
    }


def _path(subject: Subject, node: Node, walked: Sequence[Edge], product: float) -> PathAnswer:
    steps = [node.id, *(edge.target for edge in walked)]
    text = " → ".join(_shortened([subject.name(each) for each in steps]))
    if walked:
        factors = _shortened([factor(text_of(edge.local)) for edge in reversed(walked)])
        text += f": {' × '.join(factors)} = {number_text(product)}"
    return {
        "edges": [edge.id for edge in walked],
        "nodes": steps,
        "locals": [number(edge.local) for edge in walked],
        "product": number(product),
        "text": text,
    }


def _shortened(parts: list[str]) -> list[str]:
    """The beginning and the end of a long row."""
    return parts if len(parts) <= MOST_PARTS else [*parts[: MOST_PARTS // 2], "…", *parts[-(MOST_PARTS // 2) :]]


def _sentence(subject: Subject, node: Node, found: PathSum) -> str:
    name, root, total = subject.name(node.id), subject.name(found.output), number_text(found.total)
    if node.id == found.output:
        return f"{root} is the output itself: the empty path, with product 1."
    match found.count:
        case 0:
            return f"No path leads from {name} to {root}, so its grad is 0."
        case 1:
            return f"One path leads from {name} to {root}; the product along it is the grad, {total}."
    if found.complete and found.count <= 6:
        terms = [text_of(path.product) for path in found.paths]
        added = " + ".join([terms[0].text, *(f"({term.text})" if term.signed else term.text for term in terms[1:])])
        return f"{found.count} paths lead from {name} to {root}: {added} = {total}, its grad."
    return f"{_many(found.count)} paths lead from {name} to {root}; their products add up to {total}, its grad."


def _many(count: int) -> str:
    return f"{count:,}" if count < 10**15 else f"About {Decimal(count):.2e}"
