"""Gradients against differences: for one value or all of note, with the error curve of one."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from typing_extensions import TypedDict

from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.schemas import shape
from stepgrad.app.studies.questions import AboutOne
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.wire import Num, number
from stepgrad.engine.check import TOLERANCE, Check, Reason, Verdict, check, curve
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.ops import OPS
from stepgrad.engine.trace import Node

__all__ = ["TotalVerdict", "checked", "checks"]

TotalVerdict = Literal["agrees", "differs"]


@shape
class CheckRow(TypedDict):
    """A gradient beside a measured slope. What could not be measured is null."""

    node: str
    key: str
    label: str
    name: str
    """What it is called in sentences."""
    x: Num
    grad: Num
    """Of the last backward pass alone."""
    shown_grad: Num
    """As the run left it."""
    h: float
    forward: Num
    """The forward difference."""
    central: Num
    left: Num
    """The slope on the left side."""
    right: Num
    error: Num
    relative_error: Num
    expected_error: Num
    """What truncation and rounding explain."""
    verdict: Verdict
    reason: Reason
    at: str | None
    """The node of a kink, or of what is not finite."""
    sentence: str


@shape
class CurvePointAnswer(TypedDict):
    """Both differences at one h, and how far they are from the gradient."""

    h: float
    forward: Num
    central: Num
    forward_error: Num
    central_error: Num


@shape
class CheckAnswer(Head):
    """Gradients beside differences: of one value with `node`, else of all that have a name."""

    tolerance: float
    verdict: TotalVerdict
    """`differs` only where a row does without a kink: at a kink a rule decides."""
    sentence: str
    left_out: int
    """Values that would take too long: ask for them one by one."""
    nodes: list[CheckRow]
    curve: list[CurvePointAnswer] | None
    """With `node`: h from 1 down to 1e-16."""


def checks(subject: Subject, question: AboutOne) -> CheckAnswer:
    """The answer of `check.json`."""
    nodes = [subject.named(question.node)] if question.node is not None else subject.of_note()
    rows, left = checked(subject, nodes)
    counts: Counter[tuple[str, str]] = Counter((row.verdict, row.reason) for row in rows)
    return {
        **subject.head(),
        "tolerance": TOLERANCE,
        "verdict": "differs" if counts["differs", ""] else "agrees",
        "sentence": _summary(rows, counts, left),
        "left_out": left,
        "nodes": [told(subject, row) for row in rows],
        "curve": curve_rows(subject, nodes[0].id) if question.node is not None else None,
    }


def checked(subject: Subject, nodes: list[Node]) -> tuple[list[Check], int]:
    """Checks of as many of the nodes as the budget allows, and how many were left out."""
    rows: list[Check] = []
    for node in nodes:
        if subject.replay.spent > STUDY_LIMITS.evaluations:
            break
        rows.append(check(subject.replay, node.id))
    return rows, len(nodes) - len(rows)


def curve_rows(subject: Subject, node: str) -> list[CurvePointAnswer]:
    return [
        {
            "h": point.h,
            "forward": number(point.forward),
            "central": number(point.central),
            "forward_error": number(point.forward_error),
            "central_error": number(point.central_error),
        }
        for point in curve(subject.replay, node)
    ]


def told(subject: Subject, row: Check) -> CheckRow:
    """One row of an answer."""
    node = subject.nodes[row.node]
    return {
        "node": node.id,
        "key": node.key,
        "label": node.label,
        "name": subject.name(node.id),
        "x": number(row.x),
        "grad": number(row.grad),
        "shown_grad": number(node.grad),
        "h": row.h,
        "forward": number(row.forward),
        "central": number(row.central),
        "left": number(row.left),
        "right": number(row.right),
        "error": number(row.error),
        "relative_error": number(row.relative_error),
        "expected_error": number(row.expected_error),
        "verdict": row.verdict,
        "reason": row.reason,
        "at": row.at,
        "sentence": _sentence(subject, row),
    }


def _sentence(subject: Subject, row: Check) -> str:
    name, grad = subject.name(row.node), number_text(row.grad)
    where = subject.name(row.at) if row.at else ""
    if row.verdict == "undefined":
        what = f"{where} is not a finite number" if where else "something is not a finite number"
        return f"{name}: there is no slope to measure, for {what} here or right beside."
    measured = number_text(row.central)
    if row.reason == "kink":
        left, right = number_text(row.left), number_text(row.right)
        rule = OPS[subject.nodes[row.at].op or ""].note if row.at else ""
        sides = f"the slope is {left} on the left and {right} on the right, for {where} has a kink here"
        agree = "we take their mean" if row.verdict == "agrees" else f"our rule says {grad}"
        return f"{name}: {sides}; {agree}. {rule}".strip()
    if row.verdict == "agrees":
        if row.reason == "rounding":
            return f"{name}: measured {measured}, ours {grad}; the rest is rounding."
        return f"{name}: measured {measured}, ours {grad}. They agree."
    return f"{name}: measured {measured}, ours {grad}. They differ by more than rounding and curvature explain."


def _summary(rows: list[Check], counts: Counter[tuple[str, str]], left: int) -> str:
    total = len(rows)
    agree = sum(row.verdict == "agrees" for row in rows)
    parts = [f"{agree} of {total} gradient{'s' if total != 1 else ''} agree{'s' if total == 1 else ''} with a central difference"]
    if kinks := counts["differs", "kink"]:
        parts.append(f"{kinks} lie{'s' if kinks == 1 else ''} at a kink, where a rule decides")
    if undefined := sum(row.verdict == "undefined" for row in rows):
        parts.append(f"{undefined} {'has' if undefined == 1 else 'have'} no slope to measure")
    if wrong := counts["differs", ""]:
        parts.append(f"{wrong} differ{'s' if wrong == 1 else ''}")
    if left:
        parts.append(f"{left} more were left out: ask for them one by one")
    return "; ".join(parts) + "."
