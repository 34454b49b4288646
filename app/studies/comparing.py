"""Ours, measured, and PyTorch's: every number of a run side by side, with one verdict.

PyTorch is asked to do what the run did, act by act, through its own functions. Nothing a user wrote is executed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
import warnings
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from typing_extensions import TypedDict

from stepgrad.app.errors import ProblemError
from stepgrad.app.schemas import shape
from stepgrad.app.studies.checking import TotalVerdict, checked
from stepgrad.app.studies.questions import About
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.wire import Num, number
from stepgrad.engine.check import TOLERANCE, Check, Reason, Verdict
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.script import Assign, Backward, Compute, Leaf, script
from stepgrad.engine.trace import Trace

__all__ = ["EXACT", "act", "comparison", "torch_version"]

EXACT = 1e-12
"""What may lie between our numbers and PyTorch's, relative to the largest that went into them: both are doubles."""

Numbers = dict[str, tuple[float, float | None]]


@cache
def _torch() -> ModuleType | None:
    """PyTorch, on one thread; None where it is not installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    with warnings.catch_warnings():  # without numpy it says so at its first tensor
        warnings.simplefilter("ignore")
        import torch

        torch.set_num_threads(1)
        torch.tensor(0.0, dtype=torch.float64)
    return torch  # type: ignore[no-any-return,unused-ignore]


def torch_version() -> str:
    """Its version, empty where it is not installed. Does not load it."""
    return "" if importlib.util.find_spec("torch") is None else importlib.metadata.version("torch")


@cache
def _function(op: Op) -> Callable[..., Any]:
    """The row's PyTorch spelling as a function. The text is the table's own."""
    operands = [f"x{i}" for i in range(op.arity + len(op.defaults))]
    made = eval(f"lambda {', '.join(operands)}: {op.torch.format(*operands)}", {"torch": _torch()})
    return made  # type: ignore[no-any-return]


def act(trace: Trace) -> Numbers | None:
    """The data and grad that PyTorch has for every value at the end of the run; None where it is not installed."""
    torch = _torch()
    if torch is None:
        return None
    tensors: dict[str, Any] = {}
    for action in script(trace):
        match action:
            case Leaf(node=node, data=data):
                tensors[node.id] = torch.tensor(data, dtype=torch.float64, requires_grad=True)
            case Compute(node=node):
                made = _function(OPS[node.op or ""])(*[tensors[each] for each in node.inputs], *node.params)
                made.retain_grad()
                tensors[node.id] = made
            case Backward(root=root, forget=forget, again=again):
                for each in forget:
                    tensors[each].grad = None
                tensors[root].backward(retain_graph=again)
            case Assign(nodes=nodes, field=field, value=value):
                for each in nodes:
                    setattr(tensors[each], field, torch.tensor(value, dtype=torch.float64))
    return {node: (tensor.item(), None if tensor.grad is None else tensor.grad.item()) for node, tensor in tensors.items()}


@shape
class TorchAnswer(TypedDict):
    """Whether PyTorch is installed here, and which."""

    available: bool
    version: str | None


@shape
class ToleranceAnswer(TypedDict):
    """What may lie between two numbers that agree, relative to the larger."""

    numeric: float
    torch: float


@shape
class CompareRow(TypedDict):
    """A value's numbers side by side. What nobody measured is null, and so is what PyTorch says where it is not installed."""

    node: str
    key: str
    label: str
    name: str
    data: Num
    grad: Num
    """As the run left it."""
    pass_grad: Num
    """Of the last backward pass alone."""
    numeric: Num
    """The central difference."""
    numeric_verdict: Verdict | None
    numeric_reason: Reason
    torch_data: Num
    torch_grad: Num
    torch_verdict: TotalVerdict | None
    verdict: TotalVerdict


@shape
class CompareAnswer(Head):
    """Ours, measured and PyTorch's numbers side by side."""

    torch: TorchAnswer
    tolerance: ToleranceAnswer
    verdict: TotalVerdict
    sentence: str
    left_out: int
    """Values that were not measured: that would take too long."""
    nodes: list[CompareRow]


def comparison(subject: Subject, question: About) -> CompareAnswer:
    """The answer of `compare.json`."""
    trace = subject.trace
    if len(trace.steps) > STUDY_LIMITS.torch_steps:
        raise ProblemError(
            422, "limit", "This is too much to compute", f"The story has more than {STUDY_LIMITS.torch_steps:,} steps.",
            hint="Compare a smaller program; `g.py` gives the whole one to run yourself.",
            more={"limit": "torch_steps", "value": STUDY_LIMITS.torch_steps},
        )  # fmt: skip
    measured, left = checked(subject, list(trace.nodes))
    checks = {row.node: row for row in measured}
    theirs = act(trace)
    scales: dict[str, float] = defaultdict(float)  # of the largest that a grad was added up from
    for edge in trace.edges:
        scales[edge.source] += abs(edge.contribution or 0.0)
    rows = [_row(subject, node.id, checks.get(node.id), theirs, scales[node.id]) for node in trace.nodes]
    wrong = [row for row in rows if row["verdict"] == "differs"]
    return {
        **subject.head(),
        "torch": {"available": theirs is not None, "version": torch_version() or None},
        "tolerance": {"numeric": TOLERANCE, "torch": EXACT},
        "verdict": "differs" if wrong else "agrees",
        "sentence": _sentence(len(rows), wrong, left, theirs is not None),
        "left_out": left,
        "nodes": rows,
    }


def _row(subject: Subject, node_id: str, check: Check | None, theirs: Numbers | None, scale: float) -> CompareRow:
    node = subject.nodes[node_id]
    torch_data, torch_grad = theirs[node_id] if theirs else (None, None)
    torch_verdict: TotalVerdict | None = None
    if theirs:
        alike = _alike(node.data, torch_data, 0.0) and _alike(node.grad, torch_grad, scale)
        torch_verdict = "agrees" if alike else "differs"
    numeric = check.verdict if check else None
    # At a kink a rule decides, and a difference does not know it.
    wrong = torch_verdict == "differs" or (check is not None and check.verdict == "differs" and check.reason != "kink")
    return {
        "node": node.id,
        "key": node.key,
        "label": node.label,
        "name": subject.name(node.id),
        "data": number(node.data),
        "grad": number(node.grad),
        "pass_grad": number(subject.replay.grads.get(node.id, 0.0)),
        "numeric": number(check.central) if check else None,
        "numeric_verdict": numeric,
        "numeric_reason": check.reason if check else "",
        "torch_data": number(torch_data),
        "torch_grad": number(torch_grad),
        "torch_verdict": torch_verdict,
        "verdict": "differs" if wrong else "agrees",
    }


def _alike(ours: float | None, theirs: float | None, scale: float) -> bool:
    """None, "no gradient came", is PyTorch's None, or a 0 that it was given to hold."""
    if ours is None or theirs is None:
        return not ours and not theirs
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return ours == theirs or (ours != ours and theirs != theirs)
    scale = scale if math.isfinite(scale) else 0.0
    return abs(ours - theirs) <= EXACT * max(1.0, scale, abs(ours), abs(theirs))


def _sentence(total: int, wrong: list[CompareRow], left: int, torch: bool) -> str:
    asked = "a central difference and PyTorch" if torch else "a central difference"
    if wrong:
        names = ", ".join(row["name"] for row in wrong[:4])
        text = f"{len(wrong)} of {total} values differ from {asked}: {names}{' …' if len(wrong) > 4 else ''}."
    else:
        text = f"All {total} values agree with {asked}."
    if left:
        text += f" {left} were not measured: that would take too long."
    return text if torch else f"{text} PyTorch is not installed here; `pip install stepgrad[torch]` adds it."
