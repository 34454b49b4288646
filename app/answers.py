"""The JSON answer: a trace, told (docs/contract.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from stepgrad.app.drawing.explaining import Explainer
from stepgrad.app.drawing.flow import Flow
from stepgrad.app.drawing.naming import text_of
from stepgrad.app.drawing.spelling import Term, spell
from stepgrad.app.drawing.words import Narrator
from stepgrad.app.links import Links
from stepgrad.app.wire import number
from stepgrad.engine.errors import Span
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.trace import Node, Step, Trace
from stepgrad.engine.trouble import Trouble

__all__ = ["EXPLAINED", "VERSION", "graph_answer", "operation_answer"]

VERSION = 1
"""Of the shape. Fields are added without a new one."""

EXPLAINED = 400
"""Steps of a story that is told with all its formulas; of a longer one `explain.json` gives those of a step or a value."""


def graph_answer(
    trace: Trace,
    narrator: Narrator,
    explainer: Explainer,
    badges: Sequence[tuple[Trouble, str]],
    tape: dict[str, Any] | None,
    count: int,
    flow: Flow,
    code: str,
    links: Links,
    step: int,
    svg: str,
) -> dict[str, Any]:
    """What `POST /api/v1/graphs` and `/g/CODE.json` answer, ready for `wire.dump`."""
    explained = len(trace.steps) <= EXPLAINED
    return {
        "version": VERSION,
        "source": trace.source,
        "code": code,
        "output": trace.output,
        "nodes": [
            {
                "id": node.id,
                "key": node.key,
                "label": node.label,
                "kind": node.kind,
                "op": node.op,
                "symbol": node.symbol,
                "params": [number(param) for param in node.params],
                "inputs": list(node.inputs),
                "data": number(node.data) if node.folds is None or node.folds.results == (node.id,) else None,
                "grad": number(node.grad),
                "span": _span(node.span),
                "group": node.group,
                "expandable": node.expands is not None,
                "expands": node.expands,
                "expanded_from": node.expanded_from,
                "folds": _folds(node),
                "inside": node.inside,
            }
            for node in trace.nodes
        ],
        "edges": [
            {
                "id": edge.id,
                "from": edge.source,
                "to": edge.target,
                "slot": edge.slot,
                "local": number(edge.local),
                "contribution": number(edge.contribution),
                "local_latex": explainer.local_latex(edge) if explained else None,
                "contribution_text": explainer.contribution_text(edge) if explained else None,
            }
            for edge in trace.edges
        ],
        "steps": [
            {
                "index": told.index,
                "phase": told.phase,
                "node": told.node,
                "edge": told.edge,
                "edges": list(told.edges),
                "writes": [
                    {"node": w.node, "field": w.field, "before": number(w.before), "after": number(w.after)} for w in told.writes
                ],
                "edge_writes": [
                    {"edge": w.edge, "field": w.field, "before": number(w.before), "after": number(w.after)}
                    for part in told.parts or (told,)
                    for w in flow.writes[part.index - 1]
                ],
                "covers": list(told.covers) if told.covers else None,
                "text": narrator.text(told),
                **_formula(told, narrator, explainer, explained),
            }
            for told in trace.steps
        ],
        "groups": [
            {
                "id": group.id,
                "key": group.key,
                "kind": group.kind,
                "name": group.name,
                "parent": group.parent,
                "span": _span(group.span),
                "size": group.size,
            }
            for group in trace.groups
        ],
        "operations": {name: operation_answer(OPS[name]) for name in dict.fromkeys(node.op for node in trace.nodes) if name},
        "badges": [
            {"node": found.node, "kind": found.kind, "edge": found.edge, "number": number(found.number), "sentence": sentence}
            for found, sentence in badges
        ],
        "tape": tape,
        "examples": count,
        "step": step,
        "end": trace.end,
        "warnings": [{"message": w.message, "node": w.node, "span": _span(w.span)} for w in trace.warnings],
        "printed": list(trace.printed),
        "links": asdict(links),
        "svg": svg,
    }


def _formula(step: Step, narrator: Narrator, explainer: Explainer, explained: bool) -> dict[str, Any]:
    """`latex` is in `formula`, too, and is not made twice."""
    if not explained:
        return {"latex": narrator.latex(step), "formula": None}
    formula = explainer.formula(step)
    return {"latex": formula["latex"], "formula": formula}


@cache
def operation_answer(op: Op) -> dict[str, Any]:
    """A row of the table, as far as a reader of the answer may want to see it."""
    letters = [Term(letter) for letter in ("a", "b")][: op.arity]
    operands = [*letters, *(text_of(default) for default in op.defaults)]
    out = Term("y")
    return {
        "symbol": op.symbol,
        "rule": op.formula,
        "latex": spell(op.latex[0], operands, out),
        "derivatives": [spell(local, operands, out) for local in op.latex[1]],
        "convention": op.note,
        "python": op.python.format(*(term.text for term in operands)),
        "torch": op.torch.format(*(term.text for term in operands)),
    }


def _folds(node: Node) -> dict[str, Any] | None:
    if (folds := node.folds) is None:
        return None
    return {
        "group": folds.group,
        "results": list(folds.results),
        "operations": folds.operations,
        "parameters": folds.parameters,
    }


def _span(span: Span | None) -> dict[str, int] | None:
    return {"line": span.line, "column": span.column, "length": span.length} if span else None
