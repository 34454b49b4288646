"""Checking a gradient against a slope one can measure: nudge a value, see how much the output moves.

How far to nudge is a bargain. Too far, and the curve bends away from its tangent (truncation: the error of the forward difference
shrinks as h, of the central one as h²). Too little, and the output's last digits are all that moves (rounding: the error grows as
1/h). Both sides are estimated here, so that "differs" is only said of what neither explains.
(Press et al., Numerical Recipes, 3rd ed., §5.7.)
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Literal

from stepgrad.engine.replay import Replay

__all__ = ["TOLERANCE", "Check", "CurvePoint", "Reason", "Verdict", "check", "curve"]

Verdict = Literal["agrees", "differs", "undefined"]
Reason = Literal["", "kink", "not-finite", "rounding"]

TOLERANCE = 1e-6
"""What may remain between a gradient and a central difference, relative to the larger of the two."""

EPSILON = sys.float_info.epsilon
BEST = 6e-6
"""Near the cube root of epsilon: where truncation and rounding of a central difference balance, for a value near 1."""
LADDER = (1.0, 0.1, 10.0, 0.01, 100.0, 1e-3, 1e-4)
"""What BEST is multiplied with, until the estimated error is small enough."""


@dataclass(frozen=True, slots=True)
class Check:
    """A gradient and what was measured around x. Differences are None where nothing could be measured.

    `grad` is of the last backward pass alone; `expected_error` is what truncation and rounding explain. `at` is the operation
    with the kink or the first number that is not finite. `left` and `right` are the slopes on either side.
    """

    node: str
    x: float
    output: float
    grad: float
    h: float
    forward: float | None
    central: float | None
    left: float | None
    right: float | None
    error: float | None
    relative_error: float | None
    expected_error: float | None
    verdict: Verdict
    reason: Reason = ""
    at: str | None = None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The two differences at one h, and how far each is from the gradient. None: not a number."""

    h: float
    forward: float | None
    central: float | None
    forward_error: float | None
    central_error: float | None


def check(replay: Replay, node: str) -> Check:
    """Compare the gradient of one value with differences. Raises KeyError for a node that is not in the trace."""
    x, y = replay.data[node], replay.data[replay.root]
    grad = replay.grads.get(node, 0.0)
    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(grad)):
        at = _first_not_finite(replay, node)
        return Check(node, x, y, grad, 0.0, None, None, None, None, None, None, None, "undefined", "not-finite", at)
    scale = max(1.0, abs(x))
    tried: list[_Measured] = []
    for factor in LADDER:
        measured = _measure(replay, node, BEST * scale * factor)
        tried.append(measured)
        if measured.kink is None and measured.trust <= 0.1 * TOLERANCE * max(abs(measured.central), abs(grad)):
            break
    # Without a kink where there is a way, then the most trustworthy; a kink at x itself is met at every h.
    best = min(tried, key=lambda each: (not math.isfinite(each.central), each.kink is not None, each.trust))
    if not math.isfinite(best.central):
        sides = [side if math.isfinite(side) else None for side in (best.forward, best.left, best.right)]
        at = best.not_finite
        return Check(
            node, x, y, grad, best.h, sides[0], None, sides[1], sides[2], None, None, None, "undefined", "not-finite", at
        )
    error = abs(best.central - grad)
    larger = max(abs(best.central), abs(grad))
    allowed = TOLERANCE * (larger if best.kink else max(larger, abs(best.left), abs(best.right)))
    agrees = error <= allowed + (0.0 if best.kink else 2.0 * best.trust)
    reason: Reason = "kink" if best.kink else "rounding" if agrees and error > TOLERANCE * larger else ""
    return Check(
        node, x, y, grad, best.h, best.forward, best.central, best.left, best.right,
        error, error / larger if larger else 0.0, best.trust, "agrees" if agrees else "differs", reason, best.kink,
    )  # fmt: skip


def curve(replay: Replay, node: str) -> tuple[CurvePoint, ...]:
    """Both differences at h = 1 … 1e-16, two to a decade. Raises KeyError for a node that is not in the trace."""
    x, grad = replay.data[node], replay.grads.get(node, 0.0)
    function = replay.function(node)
    y = function(x)
    points = []
    for half in range(33):
        h = 10.0 ** (-half / 2) if half % 2 else float(f"1e-{half // 2}")
        ahead, behind = function(x + h), function(x - h)
        forward, central = _finite((ahead - y) / h), _finite((ahead - behind) / (2.0 * h))
        points.append(CurvePoint(h, forward, central, _error(forward, grad), _error(central, grad)))
    return tuple(points)


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _error(difference: float | None, grad: float) -> float | None:
    return None if difference is None or not math.isfinite(grad) else abs(difference - grad)


@dataclass(frozen=True, slots=True)
class _Measured:
    h: float
    forward: float
    central: float
    left: float
    right: float
    trust: float
    """How far the central difference may be off: its truncation, from one twice as wide, and the rounding of all it computes."""
    kink: str | None
    not_finite: str | None


def _measure(replay: Replay, node: str, h: float) -> _Measured:
    x = replay.data[node]
    ahead, behind = x + h, x - h
    h = (ahead - behind) / 2.0  # what was really added
    plus, minus = replay.moved(node, ahead), replay.moved(node, behind)
    here = replay.moved(node, x)  # not the data: a value may have been set since it was computed
    root = replay.root
    if root not in here:
        return _Measured(h, 0.0, 0.0, 0.0, 0.0, 0.0, None, None)
    y = here[root]
    right, left = (plus[root] - y) / (ahead - x), (y - minus[root]) / (x - behind)
    central = (plus[root] - minus[root]) / (2.0 * h)
    wider = (replay.moved(node, x + 2.0 * h)[root] - replay.moved(node, x - 2.0 * h)[root]) / (4.0 * h)
    terms = [abs(value * replay.grads.get(id_, 0.0)) for id_, value in here.items()]
    noise = sum(filter(math.isfinite, terms)) * EPSILON / h
    not_finite = next((id_ for id_ in here if not (math.isfinite(plus[id_]) and math.isfinite(minus[id_]))), None)
    truncation = abs(wider - central)
    trust = truncation + noise if math.isfinite(truncation) else math.inf
    return _Measured(h, right, central, left, right, trust, _kink(replay, node, plus, minus), not_finite)


def _kink(replay: Replay, node: str, plus: dict[str, float], minus: dict[str, float]) -> str | None:
    """The first operation that is on one of its sides before x, and on another after it."""
    data = replay.data
    for op, id_, inputs, params in replay.after(node):
        if not op.kinks:
            continue
        before, after = ([known.get(each, data[each]) for each in inputs] + list(params) for known in (minus, plus))
        if op.side(*before) != op.side(*after):
            return id_
    return None


def _first_not_finite(replay: Replay, node: str) -> str | None:
    for each in replay.trace.nodes:
        if not math.isfinite(replay.data[each.id]) and each.id in replay.leading:
            return each.id
    return node
