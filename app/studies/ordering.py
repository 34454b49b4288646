"""Why a topological order: three walks over one graph, and the first number that goes wrong in two of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from stepgrad.app.drawing.spelling import number_text
from stepgrad.app.schemas import shape
from stepgrad.app.studies.questions import About
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.wire import Num, number
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.modes import inputs_of
from stepgrad.engine.orders import ORDERS, Fault, Order, Walk, walk

__all__ = ["orders"]

_TITLES = {"topological": "Topological order", "depth-first": "Plain depth-first", "recursive": "Naive recursion"}
_RULES = {
    "topological": "A value passes its grad on when all who used it have sent theirs.",
    "depth-first": "A value passes its grad on as soon as it is reached, once.",
    "recursive": "A value passes its grad on each time it is reached.",
}


@shape
class SentAnswer(
    TypedDict(
        "_Sent",
        {"edge": str, "from": Annotated[str, Field(description="Who sends.")]},
    )
):
    """One contribution, as it is sent."""

    node: str
    """Who gets it."""
    upstream: Num
    local: Num
    before: Num
    """The grad that it is added to."""
    after: Num
    complete: bool
    """Whether nothing more comes after it."""


@shape
class WalkAnswer(TypedDict):
    """One order of a backward pass."""

    order: Order
    title: str
    rule: str
    visits: list[str]
    """Who passes its grad on, in order."""
    sent: list[SentAnswer]
    grads: dict[str, Num]
    """What comes out, by node."""
    wrong: list[str]
    """The nodes whose grad is wrong."""
    first_wrong: int | None
    """Which of `sent` is the first that carries a wrong number."""
    fault: Fault | None
    missing: list[str]
    """Edges that had not sent by then."""
    stopped: bool
    """Whether it was ended, after 2,000 contributions."""
    sentence: str


@shape
class OrdersAnswer(Head):
    """Three orders of one backward pass, side by side."""

    walks: list[WalkAnswer]
    sentence: str


def orders(subject: Subject, question: About) -> OrdersAnswer:
    """The answer of `orders.json`."""
    walks = [walk(subject.exact, order, STUDY_LIMITS.contributions) for order in ORDERS]
    wrong = [each for each in walks if each.first_wrong is not None]
    return {
        **subject.head(),
        "walks": [_told(subject, each) for each in walks],
        "sentence": _summary(subject, wrong),
    }


def _told(subject: Subject, told: Walk) -> WalkAnswer:
    edges = {edge.id: edge for edge in subject.replay.edges}
    grads = subject.replay.grads
    return {
        "order": told.order,
        "title": _TITLES[told.order],
        "rule": _RULES[told.order],
        "visits": list(told.visits),
        "sent": [
            {
                "edge": each.edge,
                "from": edges[each.edge].target,
                "node": each.node,
                "upstream": number(each.upstream),
                "local": number(each.local),
                "before": number(each.before),
                "after": number(each.after),
                "complete": each.complete,
            }
            for each in told.sent
        ],
        "grads": {node: number(grad) for node, grad in told.grads.items()},
        "wrong": [node for node, grad in told.grads.items() if abs(grad - grads.get(node, 0.0)) > 1e-9 * max(1.0, abs(grad))],
        "first_wrong": told.first_wrong,
        "fault": told.fault,
        "missing": list(told.missing),
        "stopped": told.stopped,
        "sentence": _sentence(subject, told),
    }


def _sentence(subject: Subject, told: Walk) -> str:
    if told.first_wrong is None:
        if told.order == "topological":
            return "Every value has heard from all who used it before it passes its grad on: all grads are right."
        return "No value that passes something on is used twice here, so this order happens to be right."
    sent = told.sent[told.first_wrong]
    target = next(edge.target for edge in subject.replay.edges if edge.id == sent.edge)
    name, passed = subject.name(target), number_text(sent.upstream)
    true = number_text(subject.replay.grads.get(target, 0.0))
    if told.fault == "too-early":
        users = list(dict.fromkeys(edge.target for edge in subject.replay.edges if edge.id in told.missing))
        waiting = _listed([subject.name(user) for user in users])
        share = f"{waiting} had not sent {'its' if len(users) == 1 else 'their'} share" if users else "its own users were wrong"
        return f"{name} passes on {passed} too early: {share}, and its grad is to be {true}. What comes later stays behind."
    before = number_text(told.already)
    return f"{name} is reached again and passes on {passed}, of which it had sent {before} before: that part is counted twice."


def _summary(subject: Subject, wrong: list[Walk]) -> str:
    if not wrong:
        return "All three orders give the same grads here: no inner value is used twice."
    grads = subject.replay.grads
    leaves = [subject.nodes[node] for node in inputs_of(subject.replay)][:3]
    right = ", ".join(f"{subject.name(node.id)} {number_text(grads.get(node.id, 0.0))}" for node in leaves)
    others = [
        f"{_TITLES[each.order].lower()} gives {', '.join(number_text(each.grads[node.id]) for node in leaves)}" for each in wrong
    ]
    return f"Right are {right}; {' and '.join(others)}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
