"""Trace, sum over paths and central difference are one number, of every value: in the gallery and in 500 random programs.

PyTorch's is held to the same trace by tests/app/test_torch.py, where it is installed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from stepgrad.app.gallery import Example, gallery
from stepgrad.engine.check import Check, check
from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS
from stepgrad.engine.paths import Paths
from stepgrad.engine.replay import Replay
from tests.programs import programs

EXCUSES = {
    # Two slopes, 0 and 3, on either side of a tie: the difference is their mean, as the gradient is.
    ("max-tie", "a"): "kink",
    ("max-tie", "b"): "kink",
    # A slope of 1e-7, left over from two of 20,000 that cancel: a difference shows their last digits.
    ("slope", "h"): "rounding",
    # A slope of 8e-8 under an output near 1: ten digits of each difference are gone.
    ("vanishing", "x"): "rounding",
    # 0 · log 0 is nan, and so is all that is measured through it.
    **{("first-nan", key): "not-finite" for key in (
        "p", "q/0", "q", "entropy/0/0/1", "entropy/0/0", "entropy/0/1/1", "entropy/0/1", "entropy/0", "entropy",
    )},
}  # fmt: skip
"""The values of the gallery at which a difference is not simply the gradient, and why. There are no others."""


def moments(source: str) -> list[str]:
    """The program, and before it the same with fewer backward passes: each pass is the last one of some program."""
    shorter = []
    if loop := re.search(r"for k in range\((\d+)\)", source):
        shorter = [source.replace(loop[0], f"for k in range({count})") for count in range(1, int(loop[1]))]
    lines = source.split("\n")
    cuts = [place for place, line in enumerate(lines, 1) if re.match(r"\w+\.backward\(\)", line)]
    return [*shorter, *("\n".join(lines[:cut]) for cut in cuts[:-1]), source]


def agreement(source: str) -> list[Check]:
    """The gradient of every value equals its sum over paths; what was measured of each is handed back."""
    trace = run(source)
    replay = Replay(trace)
    paths = Paths(replay)
    once = replay.passes == 1 and not any(step.phase in ("zero_grad", "update") for step in trace.steps)
    for node in trace.nodes:
        grad, found = replay.grads.get(node.id, 0.0), paths.of(node.id)
        told = f"{node.key} of\n{source}"
        assert not once or same(node.grad or 0.0, grad), told
        assert same(found.total, grad), told
        terms = [path.product for path in found.paths]
        if found.complete and all(abs(term) < 1e300 for term in terms):
            assert sum(terms) == pytest.approx(grad, rel=1e-12, abs=1e-12 * sum(map(abs, terms))), told
    return [check(replay, node.id) for node in trace.nodes]


def same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def agrees(found: Check) -> bool:
    """To a millionth of the gradient."""
    return found.central is not None and near(1e-6, found.central, found.grad)


def near(tolerance: float, a: float, b: float) -> bool:
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def rounded(found: Check) -> bool:
    """What lies between is tiny, and what rounding explains: by the slopes on both sides and by all that was computed."""
    error, slopes = found.error or 0.0, max(abs(found.left or 0.0), abs(found.right or 0.0))
    return found.verdict == "agrees" and error <= 1e-6 * slopes + 2 * (found.expected_error or 0.0) and error < 1e-6


RULES: dict[str, Callable[..., tuple[float, ...]]] = {
    "relu": lambda a: (1.0 if a > 0.0 else 0.0,),
    "leaky_relu": lambda a, slope: (1.0 if a > 0.0 else slope,),
    "abs": lambda a: (float((a > 0.0) - (a < 0.0)),),
    "max": lambda a, b: (0.5, 0.5) if a == b else (1.0, 0.0) if a > b else (0.0, 1.0),
    "min": lambda a, b: (0.5, 0.5) if a == b else (1.0, 0.0) if a < b else (0.0, 1.0),
}
"""PyTorch's slopes at kinks, written down once more."""


def by_the_rules(replay: Replay, node: str) -> tuple[float, float]:
    """A value → its gradient, carried forward from it to the root with the slopes of RULES; and the size of what was added up.

    At a kink that is all one can ask for: with max(a, min(a, b)) at a = b it is ¾, where the slopes on both sides are 1.
    """
    data = replay.data
    found = {node: (1.0, 1.0)}
    for op, id_, inputs, params in replay.after(node):
        operands = [data[each] for each in inputs] + list(params)
        slopes = RULES[op.name](*operands) if op.name in RULES else op.partials(data[id_], *operands)
        terms = [(slope, *found[each]) for slope, each in zip(slopes, inputs, strict=False) if each in found and slope != 0.0]
        found[id_] = sum(slope * x for slope, x, _ in terms), sum(abs(slope) * size for slope, _, size in terms)
    return found.get(replay.root, (0.0, 0.0))


@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.slug)
def test_the_gallery(example: Example):
    """In every backward pass that it makes."""
    for source in moments(example.source):
        keys = {node.id: node.key for node in run(source).nodes}
        for found in agreement(source):
            excuse = EXCUSES.get((example.slug, keys[found.node]), "")
            assert found.reason == excuse, found
            if excuse == "rounding":
                assert rounded(found), found
            elif excuse == "not-finite":
                assert found.verdict == "undefined", found
            else:
                assert agrees(found), found


def test_the_passes_of_the_gallery_are_all_looked_at():
    counts = {example.slug: len(moments(example.source)) for example in gallery()}

    assert {slug: count for slug, count in counts.items() if count > 1} == {
        "backward-twice": 3, "training-loop": 20, "forgotten-zero-grad": 5,
    }  # fmt: skip


def test_a_new_operation_moves_no_program(monkeypatch: pytest.MonkeyPatch):
    """Not even one that stands at the head of the table."""
    before = programs(60)
    monkeypatch.setattr("tests.programs.OPS", {"twice": replace(OPS["neg"], name="twice", python="-{0}")} | OPS)
    after = programs(60)

    assert [source for source in after if source in before] == before
    assert len(after) == len(before) + 1


def test_nested_ties_are_shared_twice():
    """max(a, min(a, b)) at a = b: a half, and half of the other half. The slopes on both sides are 1."""
    trace = run("a = 2.0\nb = 2.0\ny = max(a, min(a, b))")
    found = check(Replay(trace), "n0")

    assert (found.grad, found.reason) == (0.75, "kink")
    assert (found.left, found.right) == (pytest.approx(1.0), pytest.approx(1.0))
    assert by_the_rules(Replay(trace), "n0")[0] == 0.75


def test_500_random_programs_of_every_operation():
    """Only a kink, rounding or a number that is not finite excuses a difference, each for a reason that is looked at here."""
    seen: set[str | None] = set()
    reasons: Counter[str] = Counter()
    for source in programs(500):
        trace = run(source)
        nodes, replay = {node.id: node for node in trace.nodes}, Replay(trace)
        seen |= {node.op for node in nodes.values()}
        for found in agreement(source):
            told = f"{found}\n{source}"
            reasons[found.reason] += 1
            if found.reason == "":
                assert agrees(found), told
            elif found.reason == "kink":
                assert OPS[nodes[found.at or ""].op or ""].kinks, told
                grad, size = by_the_rules(replay, found.node)
                assert abs(grad - found.grad) <= 1e-12 * size, f"PyTorch's rule gives {grad}: {told}"
            elif found.reason == "rounding":
                assert rounded(found), told
            else:
                assert (found.verdict, found.reason) == ("undefined", "not-finite"), told
                around = (found.x, found.output, found.grad)
                assert found.central is None or not all(map(math.isfinite, around)), told
    assert seen >= set(OPS)
    total = sum(reasons.values())
    assert reasons[""] > 0.98 * total, f"nearly all of {total} agree without an excuse: {reasons}"
