"""Small data sets to learn from: two moons, circles, XOR, a line with noise.

Made by arithmetic from a seed, in classes that take turns, with four decimals: the same numbers everywhere. Classes are -1.0 and
1.0, as tanh has them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

__all__ = ["DATA_SETS", "circles", "line", "moons", "xor"]

Data = tuple[list[list[float]], list[float]]
"""Rows of inputs, and what each of them is."""


def moons(n: int = 100, noise: float = 0.1, seed: int = 0) -> Data:
    """Two half circles that reach into each other; -1.0 is the upper one. `noise` is its standard deviation."""
    return _rows(n, noise, seed, lambda t: (math.cos(math.pi * t), math.sin(math.pi * t)),
                 lambda t: (1.0 - math.cos(math.pi * t), 0.5 - math.sin(math.pi * t)))  # fmt: skip


def circles(n: int = 100, noise: float = 0.1, seed: int = 0) -> Data:
    """A circle around another of half its size, which is 1.0."""

    def ring(radius: float) -> Callable[[float], tuple[float, float]]:
        return lambda t: (radius * math.cos(2 * math.pi * t), radius * math.sin(2 * math.pi * t))

    return _rows(n, noise, seed, ring(1.0), ring(0.5), closed=True)


def xor(n: int = 4, noise: float = 0.0, seed: int = 0) -> Data:
    """The corners of a square: 1.0 where just one of the two inputs is 1."""
    shake = _shaker(noise, seed)
    corners = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
    rows = [corners[i % 4] for i in range(n)]
    return [[shake(a), shake(b)] for a, b in rows], [-1.0 if a == b else 1.0 for a, b in rows]


def line(n: int = 30, noise: float = 0.1, seed: int = 0) -> Data:
    """y = 2x - 1 for x from -1 to 1, with noise in y."""
    shake = _shaker(noise, seed)
    xs = [_rounded(2 * _part(i, n) - 1) for i in range(n)]
    return [[x] for x in xs], [shake(2 * x - 1) for x in xs]


DATA_SETS: dict[str, Callable[[int, float, int], Data]] = {"moons": moons, "circles": circles, "xor": xor, "line": line}


def _rows(
    n: int,
    noise: float,
    seed: int,
    below: Callable[[float], tuple[float, float]],
    above: Callable[[float], tuple[float, float]],
    closed: bool = False,
) -> Data:
    """Points of two curves in turns; a closed curve does not come back to its first point."""
    shake = _shaker(noise, seed)
    sizes = (n + 1) // 2, n // 2
    rows = []
    for i in range(n):
        place, size = i // 2, sizes[i % 2] + closed
        a, b = (below, above)[i % 2](_part(place, size))
        rows.append([shake(a), shake(b)])
    return rows, [(-1.0, 1.0)[i % 2] for i in range(n)]


def _part(i: int, n: int) -> float:
    """How far along item i of n is, from 0 to 1."""
    return i / (n - 1) if n > 1 else 0.5


def _shaker(noise: float, seed: int) -> Callable[[float], float]:
    """Adds noise and rounds. Twelve uniform numbers make one that is as good as normal, and the same on every machine."""
    uniform = random.Random(seed).random
    return lambda x: _rounded(x + noise * (sum(uniform() for _ in range(12)) - 6.0))


def _rounded(x: float) -> float:
    return round(x, 4) + 0.0  # never -0.0
