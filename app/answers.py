"""The JSON answer: a trace, told (docs/contract.md)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.drawing.flow import Flow
from app.drawing.words import Narrator
from app.links import Links
from app.wire import number
from engine.errors import Span
from engine.trace import Trace

__all__ = ["VERSION", "graph_answer"]

VERSION = 1
"""Of the shape. Fields are added without a new one."""


def graph_answer(trace: Trace, narrator: Narrator, flow: Flow, code: str, links: Links, step: int, svg: str) -> dict[str, Any]:
    """What `POST /api/v1/graphs` and `/g/CODE.json` answer, ready for `wire.dump`."""
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
                "data": number(node.data),
                "grad": number(node.grad),
                "span": _span(node.span),
                "group": node.group,
                "expandable": node.expands is not None,
                "expands": node.expands,
                "expanded_from": node.expanded_from,
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
                "text": narrator.text(told),
                "latex": narrator.latex(told),
            }
            for told in trace.steps
        ],
        "step": step,
        "warnings": [{"message": w.message, "node": w.node, "span": _span(w.span)} for w in trace.warnings],
        "printed": list(trace.printed),
        "links": asdict(links),
        "svg": svg,
    }


def _span(span: Span | None) -> dict[str, int] | None:
    return {"line": span.line, "column": span.column, "length": span.length} if span else None
