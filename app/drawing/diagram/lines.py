"""Weights: a line as thick as the weight is large, in the colour of its sign; in the view of one neuron with its numbers."""

from __future__ import annotations

import math

from stepgrad.app.drawing.diagram.brush import Brush, Moment, Piece, joined, marks
from stepgrad.app.drawing.diagram.places import GRAD, NAME, NUMBER, Chip, Places, Spot, name_of
from stepgrad.app.drawing.diagram.plan import Line
from stepgrad.app.drawing.diagram.scales import LINES, colour_of, thickness
from stepgrad.app.drawing.outline import px
from stepgrad.app.drawing.text import escape

__all__ = ["arrow", "chip", "line"]


def line(brush: Brush, places: Places, i: int, of: Line) -> Piece:
    """One line of a diagram, with all that stands at it."""
    tail = places.spots[of.tail]
    head = places.total or places.spots[of.head]
    box = (places.chips or {}).get(i)
    if places.total:
        d = _to_sum(tail, head, box)
    else:
        (x1, y1), (x2, y2) = _between(tail, head)
        d = f"M{px(x1)} {px(y1)}L{px(x2)} {px(y2)}"
    node = of.weight or of.product or of.tail
    mine = tuple(each for each in (of.weight, of.product) if each)
    key = f' data-key="{escape(of.key)}"' if of.key else ""
    product = f' data-product="{of.product}"' if of.product else ""
    hook = f' data-node="{of.weight}"' if of.weight else ""
    opening = f' data-from="{of.tail}" data-to="{of.head}"{product}{hook}{key}>'
    title = brush.title(of.name or of.key, node) if of.weight else ""
    parts = joined(title, f'<path class="halo" d="{d}" fill="none" stroke-linecap="round"')
    rest = _numbers(brush, of, box) if box else ""
    ends = LINES[brush.theme]
    weight = of.weight
    identity = f"{brush.prefix}l{i}"

    def write(moment: Moment) -> str:
        accent = brush.accent(moment, mine)
        x = moment.known(weight, brush.field) if weight else None
        sign = " is-negative" if x is not None and x < 0 else " is-positive" if x else ""
        dash = f' stroke-dasharray="{ends.dash}"' if ends.dash and sign == " is-negative" else ""
        wide = thickness(x, moment.scales.lines, brush.thick) if weight else 1.4
        halo = f' stroke="{accent.line}" stroke-width="{px(wide + 7)}" stroke-opacity="0.4"/>' if accent else ' stroke="none"/>'
        return (
            f'<g id="{identity}" class="link{sign}{marks(moment, accent)}"{opening}{parts(moment)}{halo}'
            f'<path class="line" d="{d}" fill="none" stroke="{colour_of(brush.theme, x)}" stroke-width="{wide:.1f}"{dash}/>'
            f"{rest if isinstance(rest, str) else rest(moment)}</g>\n"
        )

    return write


def _between(tail: Spot, head: Spot) -> tuple[tuple[float, float], tuple[float, float]]:
    """From rim to rim, a little under it."""
    dx, dy = head.x - tail.x, head.y - tail.y
    long = math.hypot(dx, dy) or 1.0
    a, b = (tail.r - 1) / long, (head.r - 1) / long
    return (tail.x + dx * a, tail.y + dy * a), (head.x - dx * b, head.y - dy * b)


def _to_sum(tail: Spot, head: Spot, box: Chip | None) -> str:
    """Level through the box of the weight, then bent to the sum: lines end on the rim, one below the other."""
    fan = box.right + 72.0 if box else head.x - head.r - 84.0
    angle = max(-1.0, min(1.0, (tail.y - head.y) / 260.0)) * 1.05
    x, y = head.x - (head.r - 1) * math.cos(angle), head.y + (head.r - 1) * math.sin(angle)
    start = f"M{px(tail.x + tail.r - 1)} {px(tail.y)}H{px(fan)}"
    return f"{start}C{px(fan + 40)} {px(tail.y)} {px(x - 44)} {px(y + (y - head.y) * 0.6)} {px(x)} {px(y)}"


def _numbers(brush: Brush, of: Line, box: Chip) -> Piece:
    """The weight's own box on the line, and the product behind it: data above the line, grad below."""
    assert of.weight
    pieces: list[Piece] = [chip(brush, of.weight, of.name, box, "parameter", ())]
    if of.product:
        x = box.right + 10.0
        pieces += [
            brush.number(of.product, "data", x, box.middle - 11.0, NUMBER, "start"),
            brush.number(of.product, "grad", x, box.middle + 11.0, GRAD, "start"),
        ]
    return joined(*pieces)


def chip(brush: Brush, node: str, name: str, box: Chip, kind: str, also: tuple[str, ...]) -> Piece:
    """A small box: name and data, and under them the grad."""
    look = brush.look.kinds["parameter" if kind == "parameter" else "operation"]
    upper, lower = box.y + box.h * 0.32, box.y + box.h * 0.73
    inner = joined(
        brush.text("label", name_of(name), box.x + 10.0, upper, NAME, "start") if name else "",
        brush.number(node, "data", box.right - 10.0, upper, NUMBER, "end"),
        brush.text("field", "grad", box.x + 10.0, lower, GRAD, "start", brush.look.muted),
        brush.number(node, "grad", box.right - 10.0, lower, GRAD, "end"),
    )
    mine = (node, *also)

    def write(moment: Moment) -> str:
        accent = brush.accent(moment, mine)
        return (
            f'<rect class="box" x="{px(box.x)}" y="{px(box.y)}" width="{px(box.w)}" height="{px(box.h)}" rx="6" '
            f'fill="{look.fill}" {brush.outline(accent, look.stroke)}/>{inner(moment)}'
        )

    return write


def arrow(x1: float, x2: float, y: float) -> tuple[str, str]:
    """A level line, and its head, whose tip is at the second place."""
    return f"M{px(x1)} {px(y)}H{px(x2 - 7)}", f"M{px(x2)} {px(y)}L{px(x2 - 9)} {px(y - 4)}V{px(y + 4)}Z"
