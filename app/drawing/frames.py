"""Frames around the parts of a program that were opened: where each is, from where its boxes are."""

from __future__ import annotations

from collections.abc import Sequence

from stepgrad.app.drawing.plain import Layout
from stepgrad.app.drawing.shapes import shape_of

__all__ = ["MARGIN", "NAME", "rectangles"]

MARGIN = 20.0
"""What Graphviz leaves free around the boxes of a part: room for the frame, and for its name."""

_GAP = 9.0
"""From the boxes to the frame around them."""

NAME = 11.0
"""Size of the name that stands in the upper left corner of a frame."""


def rectangles(layout: Layout) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of each frame, the outer ones first; those inside them are part of what they surround."""
    structure = layout.structure
    found: list[tuple[float, float, float, float]] = []
    for place in range(len(structure.frames) - 1, -1, -1):
        frame = structure.frames[place]
        inner = zip(found[::-1], structure.frames[place + 1 :], strict=True)
        inside = [(x, y, x + w, y + h) for (x, y, w, h), each in inner if each.outer == place]
        nodes = set(frame.nodes)
        for box, (cx, cy) in zip(structure.boxes, layout.centres, strict=True):
            if box.node in nodes:
                shape = shape_of(box, structure.style, structure.dir)
                inside.append((cx - shape.width / 2, cy - shape.height / 2, cx + shape.width / 2, cy + shape.height / 2))
        found.append(_around(inside))
    return found[::-1]


def _around(inside: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    left, top = min(x for x, _, _, _ in inside) - _GAP, min(y for _, y, _, _ in inside) - _GAP
    right, bottom = max(x for _, _, x, _ in inside) + _GAP, max(y for _, _, _, y in inside) + _GAP
    return left, top - 5.0, right - left, bottom - top + 5.0
