"""A gradient as the sum over its paths."""

from __future__ import annotations

from typing import Any

from app.drawing.naming import text_of
from app.drawing.spelling import factor, number_text
from app.studies.questions import AboutOne
from app.studies.telling import Subject
from app.wire import number
from engine.limits import STUDY_LIMITS
from engine.paths import Path, PathSum, sum_over_paths
from engine.trace import Node

__all__ = ["paths"]


def paths(subject: Subject, question: AboutOne) -> dict[str, Any]:
    """The answer of `paths.json`. With a node the paths are written out."""
    nodes = [subject.chosen(question.node)] if question.node is not None else subject.of_note()
    if question.node is None:
        rows = [_row(subject, node, sum_over_paths(subject.replay, node.id, most=0)) for node in nodes]
    else:
        rows = [_row(subject, node, sum_over_paths(subject.replay, node.id, STUDY_LIMITS.paths)) for node in nodes]
    return subject.head() | {"nodes": rows}


def _row(subject: Subject, node: Node, found: PathSum) -> dict[str, Any]:
    return {
        "node": node.id,
        "key": node.key,
        "label": node.label,
        "name": subject.name(node.id),
        "count": found.count,
        "count_text": f"{found.count:,}" if found.count < 10**15 else f"{found.count:.3e}",
        "total": number(found.total),
        "grad": number(subject.replay.grads.get(node.id, 0.0)),
        "complete": found.complete,
        "paths": [_path(subject, node, path) for path in found.paths],
        "sentence": _sentence(subject, node, found),
    }


def _path(subject: Subject, node: Node, path: Path) -> dict[str, Any]:
    edges = {edge.id: edge for edge in subject.replay.edges}
    walked = [edges[each] for each in path.edges]
    steps = [node.id, *(edge.target for edge in walked)]
    locals_ = [edge.local for edge in walked]
    product = " × ".join([factor(text_of(local)) for local in reversed(locals_)]) or "1"
    return {
        "edges": list(path.edges),
        "nodes": steps,
        "locals": [number(local) for local in locals_],
        "product": number(path.product),
        "text": f"{' → '.join(subject.name(each) for each in steps)}: {product} = {number_text(path.product)}",
    }


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
    return f"{count:,}" if count < 10**15 else f"About {count:.2e}"
