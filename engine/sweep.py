"""A function of one value over a range: points that may be joined, and where they may not.

The graph is replayed, not the program: an `if` keeps the branch that the run took. A jump or a pole is told from a steep slope by
looking closer: between two points of a continuous function the difference goes to 0 with their distance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from stepgrad.engine.replay import Replay

__all__ = ["Sweep", "sweep"]

Point = tuple[float, float]

SUSPICIOUS = 8.0
"""A difference this many times the median one is looked at closely."""
TINY = 1e-9
"""But not if it is that part of all there is to see: where a curve is level, its last digit still may move."""
MOST_LOOKS = 64
HALVINGS = 50


@dataclass(frozen=True, slots=True)
class Sweep:
    """The root as a function of `node`. `pieces` are runs of points to be joined; `breaks` lie between or beside them."""

    node: str
    root: str
    low: float
    high: float
    pieces: tuple[tuple[Point, ...], ...]
    breaks: tuple[float, ...]


def sweep(replay: Replay, node: str, low: float, high: float, samples: int) -> Sweep:
    """Evaluate at `samples` places from low to high, and more around breaks. Raises KeyError for a node that is not there."""
    if node not in replay.data:
        raise KeyError(node)
    function = replay.function(node)
    places = [low + (high - low) * i / (samples - 1) for i in range(samples)]
    points = [(x, function(x)) for x in places]
    jumps = _suspicious(points)
    pieces: list[list[Point]] = [[]]
    breaks: list[float] = []
    for i, (x, y) in enumerate(points):
        if math.isfinite(y):
            pieces[-1].append((x, y))
        if i + 1 == len(points):
            break
        after = points[i + 1]
        if math.isfinite(y) != math.isfinite(after[1]):
            # The curve is drawn up to the last place where it is.
            last, first = _edge(function, (x, y), after) if math.isfinite(y) else _edge(function, after, (x, y))
            breaks.append(first)
            if math.isfinite(y):
                pieces[-1].append(last)
                pieces.append([])
            else:
                pieces.append([last])
        elif i in jumps and (at := _jump(function, (x, y), after)) is not None:
            breaks.append(at[0][0] / 2 + at[1][0] / 2)
            pieces[-1].append(at[0])
            pieces.append([at[1]])
    whole = tuple(tuple(dict.fromkeys(piece)) for piece in pieces if piece)
    return Sweep(node, replay.root, low, high, whole, tuple(dict.fromkeys(breaks)))


def _suspicious(points: list[Point]) -> set[int]:
    steps = [abs(b[1] - a[1]) for a, b in pairwise(points)]
    finite = [step for step in steps if math.isfinite(step)]
    if not finite:
        return set()
    heights = [TINY * y for _, y in points if math.isfinite(y)]
    usual = max(SUSPICIOUS * median(finite), max(heights) - min(heights))
    found = sorted((i for i, step in enumerate(steps) if math.isfinite(step) and step > usual), key=lambda i: -steps[i])
    return set(found[:MOST_LOOKS])


def _edge(function: Callable[[float], float], inside: Point, outside: Point) -> tuple[Point, float]:
    """The last place with a finite number and the first without."""
    there, gone = inside, outside[0]
    for _ in range(HALVINGS):
        middle = there[0] / 2 + gone / 2
        if middle in (there[0], gone):
            break
        y = function(middle)
        if math.isfinite(y):
            there = (middle, y)
        else:
            gone = middle
    return there, gone


def _jump(function: Callable[[float], float], a: Point, b: Point) -> tuple[Point, Point] | None:
    """Both sides of a jump or pole between two points; None where the function only is steep."""
    at_first = abs(b[1] - a[1])
    for _ in range(HALVINGS):
        middle = a[0] / 2 + b[0] / 2
        if middle in (a[0], b[0]):
            break
        y = function(middle)
        if not math.isfinite(y):
            return a, b
        if abs(y - a[1]) > abs(b[1] - y):
            b = (middle, y)
        else:
            a = (middle, y)
    return (a, b) if abs(b[1] - a[1]) > 0.5 * at_first else None
