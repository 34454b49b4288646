"""Graphviz' answer: read, checked, and made exact.

`-Tplain` is inches with five digits, y up. On a wide graph that is half a unit off: wires are made to end where their boxes are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stepgrad.app.drawing.errors import LayoutFailed
from stepgrad.app.drawing.shapes import Shape, shape_of
from stepgrad.app.drawing.structure import Structure, Wire

__all__ = ["Layout", "Point", "read_plain"]

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Where the boxes (their middles) and the wires (cubic splines: one point, then three a piece) of a structure are.

    In SVG units, y down, origin at the top left. `structure` is what was laid out: leaves may have been split on the way.
    """

    structure: Structure
    width: float
    height: float
    centres: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]
    shapes: tuple[Shape, ...]
    """The drawings of the boxes."""


def read_plain(text: str, structure: Structure) -> Layout:
    """The layout of *structure*. Raises LayoutFailed unless every box and wire is there, once, at finite places."""
    try:
        return _read(text, structure)
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        raise LayoutFailed("Graphviz answered with something that is no layout of this graph.") from error


def _read(text: str, structure: Structure) -> Layout:
    # A long label, such as the fields of a box with many inputs, goes on in the next line.
    lines = text.replace("\\\n", "").split("\n")
    head = lines[0].split()
    if head[0] != "graph" or "stop" not in lines[-2:]:
        raise ValueError("not -Tplain")
    width, height = _inches(head[2]), _inches(head[3])
    centres: dict[int, Point] = {}
    found: dict[tuple[int, int], list[tuple[Point, ...]]] = {}
    for line in lines[1:]:
        words = line.split()
        if not words or words[0] == "stop":
            continue
        if words[0] == "node":
            centres[int(words[1][1:])] = (_inches(words[2]), height - _inches(words[3]))
        elif words[0] == "edge":
            count = int(words[3])
            places = _all_inches(words[4 : 4 + 2 * count])
            points = tuple([(x, height - y) for x, y in zip(places[::2], places[1::2], strict=True)])
            if len(points) != count or count < 4 or count % 3 != 1:
                raise ValueError("not a spline")
            found.setdefault((int(words[1][1:]), int(words[2][1:])), []).append(points)
        else:
            raise ValueError("not -Tplain")
    if set(centres) != set(range(len(structure.boxes))):
        raise ValueError("boxes are missing")
    shapes = tuple([shape_of(box, structure.style, structure.dir) for box in structure.boxes])
    curves = _match(structure, shapes, centres, found)
    return Layout(structure, width, height, tuple([centres[i] for i in range(len(centres))]), curves, shapes)


def _inches(word: str) -> float:
    x = float(word) * 72.0
    if not math.isfinite(x) or abs(x) > 1e7:
        raise ValueError("not a place")
    return x


def _all_inches(words: list[str]) -> list[float]:
    """The same for many: a sum is finite only if all its terms are."""
    places = [float(word) * 72.0 for word in words]
    if not math.isfinite(sum(places)) or max(places) > 1e7 or min(places) < -1e7:
        raise ValueError("not a place")
    return places


def _match(
    structure: Structure,
    shapes: Sequence[Shape],
    centres: Mapping[int, Point],
    found: dict[tuple[int, int], list[tuple[Point, ...]]],
) -> tuple[tuple[Point, ...], ...]:
    """Give each wire its spline. Parallel ones are told apart by where they end: the first operand's is above, or to the left."""
    across = 1 if structure.dir == "LR" else 0
    for splines in found.values():
        if len(splines) > 1:
            splines.sort(key=lambda points: points[-1][across], reverse=True)  # taken from the back
    parallel = {pair for pair, splines in found.items() if len(splines) > 1}
    curves = []
    for wire in structure.wires:
        pair = wire.tail, wire.head
        curves.append(_moor(found[pair].pop(), structure, shapes, wire, centres, apart=pair in parallel))
    if any(found.values()):
        raise ValueError("edges that nobody asked for")
    return tuple(curves)


def _moor(
    points: tuple[Point, ...],
    structure: Structure,
    shapes: Sequence[Shape],
    wire: Wire,
    centres: Mapping[int, Point],
    apart: bool,
) -> tuple[Point, ...]:
    """Begin at the middle of the tail's far side, end at the operand's place on the head's near side, at right angles to both.

    Edges with both ends in common keep *apart* all the way, so that the two of `a * a` are seen as two.
    """
    tail, head = shapes[wire.tail], shapes[wire.head]
    (x0, y0), (x1, y1) = centres[wire.tail], centres[wire.head]
    offset = head.arrival(wire.slot, structure.boxes[wire.head].operands, structure.dir)
    begin = offset if apart else 0.0
    axis = 0 if structure.dir == "LR" else 1
    if axis == 0:
        first, last = (x0 + tail.width / 2, y0 + begin), (x1 - head.width / 2, y1 + offset)
    else:
        first, last = (x0 + begin, y0 + tail.height / 2), (x1 + offset, y1 - head.height / 2)
    after = _ahead(first, points[1], last if len(points) == 4 else points[3], axis, 1)
    before = _ahead(last, points[-2], first if len(points) == 4 else points[-4], axis, -1)
    return (first, after, *points[2:-2], before, last)


def _ahead(end: Point, control: Point, other: Point, axis: int, sign: int) -> Point:
    """The control point next to an end, turned straight ahead: as far as it was, but not past the middle of its piece."""
    reach = min(math.dist(end, control), max(abs(control[axis] - end[axis]), abs(other[axis] - end[axis]) / 2))
    return (end[0] + sign * reach, end[1]) if axis == 0 else (end[0], end[1] + sign * reach)
