"""All about one value or one step: what an inspector shows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from stepgrad.app.answers import OperationAnswer, operation_answer
from stepgrad.app.drawing.explaining import FormulaAnswer
from stepgrad.app.schemas import SpanAnswer, shape, span_answer
from stepgrad.app.steps import resolve
from stepgrad.app.studies.questions import Explained
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.wire import Num, number
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.ops import OPS
from stepgrad.engine.trace import Kind, Node, Phase, Step

__all__ = ["explanation"]


@shape
class NeighbourAnswer(TypedDict):
    """An operand, or an operation that uses a value."""

    node: str
    name: str
    data: Num


@shape
class ContributionAnswer(
    TypedDict(
        "_Sent",
        {"edge": str, "from": Annotated[str, Field(description="The operation that sent it.")]},
    )
):
    """What one use of a value adds to its grad."""

    name: str
    local: Num
    contribution: Num
    """upstream × local."""
    local_latex: str | None
    text: str | None


@shape
class ExplainedNode(TypedDict):
    """All about one value."""

    node: str
    key: str
    label: str
    name: str
    """What it is called in sentences."""
    kind: Kind
    op: str | None
    operation: OperationAnswer | None
    data: Num
    grad: Num
    data_text: str
    """All digits of it."""
    grad_text: str | None
    span: SpanAnswer | None
    inputs: list[NeighbourAnswer]
    users: list[NeighbourAnswer]
    """At most 400, as contributions."""
    contributions: list[ContributionAnswer]
    badges: list[str]
    """What goes wrong there, in sentences."""


@shape
class ExplainedStep(TypedDict):
    """One step, in words and as a formula."""

    index: int
    phase: Phase
    node: str
    edge: str | None
    text: str
    formula: FormulaAnswer


@shape
class ExplainAnswer(Head):
    """One value and the steps that write to it, or one step."""

    node: ExplainedNode | None
    """null where a step is asked for."""
    steps: list[ExplainedStep]
    """At most 400."""
    left_out: int


def explanation(subject: Subject, question: Explained) -> ExplainAnswer:
    """The answer of `explain.json`: `node` and its `steps`, or the one step that is asked for; of neither, the output."""
    shown = subject.named(question.node) if question.node is not None else subject.root if question.step is None else None
    if question.step is not None:
        index = resolve(subject.trace, question.step)
        steps = [subject.trace.steps[index - 1]] if index else []
    else:
        steps = _of(subject, shown) if shown is not None else []
    node = _node(subject, shown) if shown is not None else None
    told = steps[: STUDY_LIMITS.told]
    return {
        **subject.head(),
        "node": node,
        "steps": [_step(subject, step) for step in told],
        "left_out": len(steps) - len(told),
    }


def _of(subject: Subject, node: Node) -> list[Step]:
    """The steps that write to a value."""
    return [step for step in subject.trace.steps if any(write.node == node.id for write in step.writes)]


def _node(subject: Subject, node: Node) -> ExplainedNode:
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
        "span": span_answer(node.span),
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


def _neighbour(subject: Subject, node: str) -> NeighbourAnswer:
    return {"node": node, "name": subject.name(node), "data": number(subject.nodes[node].data)}


def _step(subject: Subject, step: Step) -> ExplainedStep:
    return {
        "index": step.index,
        "phase": step.phase,
        "node": step.node,
        "edge": step.edge,
        "text": subject.story.narrator.text(step),
        "formula": subject.story.explainer.formula(step),
    }
