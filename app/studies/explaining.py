"""All about one value or one step: what an inspector shows."""

from __future__ import annotations

from typing import Any

from stepgrad.app.answers import operation_answer
from stepgrad.app.steps import resolve
from stepgrad.app.studies.questions import Explained
from stepgrad.app.studies.telling import Subject
from stepgrad.app.wire import number
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.ops import OPS
from stepgrad.engine.trace import Node, Step

__all__ = ["explanation"]


def explanation(subject: Subject, question: Explained) -> dict[str, Any]:
    """The answer of `explain.json`: `node` and its `steps`, or the one step that is asked for; of neither, the output."""
    shown = subject.named(question.node) if question.node is not None else subject.root if question.step is None else None
    if question.step is not None:
        index = resolve(subject.trace, question.step)
        steps = [subject.trace.steps[index - 1]] if index else []
    else:
        steps = _of(subject, shown) if shown is not None else []
    node = _node(subject, shown) if shown is not None else None
    told = steps[: STUDY_LIMITS.told]
    return subject.head() | {
        "node": node,
        "steps": [_step(subject, step) for step in told],
        "left_out": len(steps) - len(told),
    }


def _of(subject: Subject, node: Node) -> list[Step]:
    """The steps that write to a value."""
    return [step for step in subject.trace.steps if any(write.node == node.id for write in step.writes)]


def _node(subject: Subject, node: Node) -> dict[str, Any]:
    explainer = subject.story.explainer
    sent = [edge for edge in subject.trace.edges if edge.source == node.id][: STUDY_LIMITS.told]
    return {
        "node": node.id,
        "key": node.key,
        "label": node.label,
        "name": subject.name(node.id),
        "kind": node.kind,
        "op": node.op,
        "operation": operation_answer(OPS[node.op]) if node.op else None,
        "data": number(node.data),
        "grad": number(node.grad),
        "data_text": repr(node.data),
        "grad_text": None if node.grad is None else repr(node.grad),
        "span": {"line": node.span.line, "column": node.span.column, "length": node.span.length} if node.span else None,
        "inputs": [_neighbour(subject, each) for each in node.inputs],
        "users": [_neighbour(subject, edge.target) for edge in sent],
        "contributions": [
            {
                "edge": edge.id,
                "from": edge.target,
                "name": subject.name(edge.target),
                "local": number(edge.local),
                "contribution": number(edge.contribution),
                "local_latex": explainer.local_latex(edge),
                "text": explainer.contribution_text(edge),
            }
            for edge in sent
            if edge.contribution is not None
        ],
        "badges": [sentence for found, sentence in explainer.badges if found.node == node.id],
    }


def _neighbour(subject: Subject, node: str) -> dict[str, Any]:
    return {"node": node, "name": subject.name(node), "data": number(subject.nodes[node].data)}


def _step(subject: Subject, step: Step) -> dict[str, Any]:
    return {
        "index": step.index,
        "phase": step.phase,
        "node": step.node,
        "edge": step.edge,
        "text": subject.story.narrator.text(step),
        "formula": subject.story.explainer.formula(step),
    }
