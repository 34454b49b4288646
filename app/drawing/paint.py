"""The pieces of a picture as SVG: shapes at their places, in the colours of a theme, with the hooks of docs/contract.md.

Presentation attributes only, so that PowerPoint and Inkscape show the same; the classes are for the page's style sheet.
"""

from __future__ import annotations

import math
from functools import cache
from hashlib import blake2b
from typing import Literal

from app.drawing.fonts import embedded, families
from app.drawing.plain import Layout, Point
from app.drawing.shapes import ARROW, Shape, shape_of, sizes
from app.drawing.structure import Box
from app.drawing.text import UNKNOWN, escape
from app.drawing.theme import Accent, Theme
from engine.trace import Phase

__all__ = ["Font", "Painter"]

Font = Literal["embed", "none"]

MARGIN = 10.0
BASELINE = 0.365
"""Half the height of a capital letter or a digit, in ems: how far below the middle a line of text stands."""


def px(x: float) -> str:
    """A length with at most one decimal, short and the same everywhere."""
    text = f"{x:.1f}"
    if text.endswith(".0"):
        text = text[:-2]
    return "0" if text == "-0" else text


class Painter:
    """Writes the pieces of one layout in one look."""

    def __init__(self, layout: Layout, theme: Theme, bg: str, font: Font, salt: str) -> None:
        self._layout = layout
        self._structure = layout.structure
        self._theme = theme
        self._bg = {"transparent": "", "theme": theme.paper, "white": "#ffffff"}.get(bg, bg)
        self._sizes = sizes(self._structure.style, self._structure.dir)
        self._prefix = "g" + blake2b(f"{layout.structure.digest}{salt}".encode(), digest_size=4).hexdigest() + "-"
        self._page = px(layout.width + 2 * MARGIN), px(layout.height + 2 * MARGIN)
        self._font = font
        self.unknown = f' class="is-unknown" fill="{theme.muted}">{UNKNOWN}'

    # The whole ---------------------------------------------------------------------------------------------------------

    def opening(self) -> tuple[str, str]:
        """The first tag, up to where the step is said, and from there on."""
        structure = self._structure
        width, height = self._page
        first = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="stepgrad" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" aria-labelledby="{self._prefix}t {self._prefix}d"'
        )
        rest = (
            f' data-style="{structure.style}" data-dir="{structure.dir}" font-family="{families(self._font)}" '
            f'font-size="{px(self._sizes.number)}" fill="{self._theme.ink}">'
        )
        return first, rest

    def words(self, title: str, desc: str) -> str:
        return f'<title id="{self._prefix}t">{escape(title)}</title><desc id="{self._prefix}d">{escape(desc)}</desc>'

    def background(self) -> str:
        """The letters, then the paper."""
        style = ""
        if self._font == "embed":
            shown = {char for box in self._structure.boxes for char in box.label + box.symbol}
            style = f"<style>{embedded(frozenset(shown))}</style>"
        if not self._bg:
            return style
        width, height = self._page
        return f'{style}<rect class="background" width="{width}" height="{height}" fill="{self._bg}"/>'

    # An edge -----------------------------------------------------------------------------------------------------------

    def edge(self, i: int, phase: Phase | None = None) -> str:
        theme = self._theme
        wire = self._structure.wires[i]
        boxes = self._structure.boxes
        colour, width, marks = theme.edge, 1.4, ""
        if phase:
            accent = theme.accents[phase]
            colour, width, marks = accent.line, theme.active_width, f" is-active is-{phase}"
        dash = f' stroke-dasharray="{theme.accents[phase].dash}"' if phase and theme.accents[phase].dash else ""
        line, arrow = self._path(i, 1.25 if phase else 1.0)
        return (
            f'<g id="{self._prefix}{wire.edge}" class="edge{marks}" data-edge="{wire.edge}" data-from="{boxes[wire.tail].node}" '
            f'data-to="{boxes[wire.head].node}">'
            f'<path class="line" d="{line}" stroke="{colour}" stroke-width="{px(width)}"{dash}/>'
            f'<path class="arrow" d="{arrow}" fill="{colour}"/></g>\n'
        )

    def _path(self, i: int, scale: float) -> tuple[str, str]:
        """The line up to the arrowhead, and the arrowhead, whose tip touches the operation's circle or the box."""
        wire, points = self._structure.wires[i], [self._place(point) for point in self._layout.curves[i]]
        shape = self._shape(wire.head)
        across = self._structure.dir == "LR"
        off = shape.arrival(wire.slot, self._structure.boxes[wire.head].operands, self._structure.dir)
        # An operand beside the middle meets the round side a little later.
        deep = shape.op[3] - math.sqrt(max(shape.op[3] ** 2 - off**2, 0.0)) if shape.op else 0.0
        long, half = ARROW * scale, 3.4 * scale
        x, y = points[-1]
        tip = ARROW + deep - 1.0
        start = tip - long
        if across:
            arrow = f"M{px(x + tip)} {px(y)}L{px(x + start)} {px(y - half)}V{px(y + half)}Z"
            end = f"H{px(x + start + 1)}" if start > 0.5 else ""
        else:
            arrow = f"M{px(x)} {px(y + tip)}L{px(x - half)} {px(y + start)}H{px(x + half)}Z"
            end = f"V{px(y + start + 1)}" if start > 0.5 else ""
        first, *rest = points
        curve = " ".join(f"{px(a)} {px(b)}" for a, b in rest)
        return f"M{px(first[0])} {px(first[1])}C{curve}{end}", arrow

    # A node ------------------------------------------------------------------------------------------------------------

    def node(self, i: int, phase: Phase | None = None) -> tuple[str, str, str, str]:
        """Four pieces: up to the exact values, up to the data, up to the grad, the rest."""
        box, shape = self._structure.boxes[i], self._shape(i)
        cx, cy = self._place(self._layout.centres[i])
        copy = f"_{box.copy}" if box.copy else ""
        marks = (" is-output" if box.output else "") + (f" is-active is-{phase}" if phase else "")
        op = f' data-op="{box.op}"' if box.op else ""
        opening = (
            f'<g id="{self._prefix}{box.node}{copy}" class="node {box.kind}{marks}" data-node="{box.node}" '
            f'data-key="{escape(box.key)}" data-kind="{box.kind}"{op}><title>'
        )
        body = self._outline(box, shape, cx, cy, phase) + self._label(box, shape, cx, cy)
        data, grad = (self._field(box, shape, cx, cy, row) for row in (0, 1))
        return opening, body + data, "</text>" + grad, "</text></g>\n"

    def written(self, phase: Phase) -> str:
        """Attributes of a number that this step wrote."""
        return f' fill="{self._theme.accents[phase].text}"'

    def _outline(self, box: Box, shape: Shape, cx: float, cy: float, phase: Phase | None) -> str:
        theme = self._theme
        look = theme.kinds[box.kind]
        stroke, width, dash = look.stroke, look.width, look.dash
        if box.output:
            stroke, width = theme.output, theme.output_width
        accent: Accent | None = theme.accents[phase] if phase else None
        if accent:
            stroke, width, dash = accent.line, theme.active_width, accent.dash or look.dash
        line = f'stroke="{stroke}" stroke-width="{px(width)}"' + (f' stroke-dasharray="{dash}"' if dash else "")
        computing = accent if phase == "forward" else None
        x, y, w, h = shape.box
        corner = self._sizes.corner
        parts = []
        if shape.op:
            parts.append(self._operator(box, shape, cx, cy, computing))
            parts.append(self._stem(shape, cx, cy, computing))
        rect = f'x="{px(cx + x)}" y="{px(cy + y)}" width="{px(w)}" height="{px(h)}" rx="{px(corner)}"'
        parts.append(f'<rect class="box" {rect} fill="{look.fill}" {line}/>')
        if shape.tab and look.tab != look.fill:
            parts.append(f'<path class="tab" d="{self._tab(shape, cx, cy, width / 2)}" fill="{look.tab}"/>')
        if shape.rules:
            d = "".join(f"M{px(cx + a)} {px(cy + b)}L{px(cx + c)} {px(cy + e)}" for a, b, c, e in _inside(shape.rules, width / 2))
            parts.append(f'<path class="rule" d="{d}" stroke="{theme.rule}"/>')
        if box.kind == "parameter":
            parts.append(self._bar(shape, cx, cy, stroke))
        if shape.badge:
            parts.append(self._operator(box, shape, cx, cy, computing))
        return "".join(parts)

    def _operator(self, box: Box, shape: Shape, cx: float, cy: float, accent: Accent | None) -> str:
        """The circle (a pill for a long symbol) and what it says; solid while it computes."""
        x, y, half, radius = shape.op or shape.badge or (0.0, 0.0, 0.0, 0.0)
        theme = self._theme
        inside = self._structure.style == "compact"
        fill, ink = (accent.line, accent.on) if accent else (theme.badge if inside else theme.operator, theme.ink)
        line = "" if inside else f' stroke="{accent.line if accent else theme.kinds["operation"].stroke}" stroke-width="1.2"'
        x, y = cx + x, cy + y
        if half - radius < 0.05:
            outline = f'<circle class="op" cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" fill="{fill}"{line}/>'
        else:
            outline = (
                f'<rect class="op" x="{px(x - half)}" y="{px(y - radius)}" width="{px(2 * half)}" height="{px(2 * radius)}" '
                f'rx="{px(radius)}" fill="{fill}"{line}/>'
            )
        return outline + self._text("symbol", box.symbol, x, y, shape.symbol_size, ink)

    def _stem(self, shape: Shape, cx: float, cy: float, accent: Accent | None) -> str:
        assert shape.op
        x, y, half, radius = shape.op
        if self._structure.dir == "LR":
            d = f"M{px(cx + x + half)} {px(cy)}H{px(cx + shape.box[0])}"
        else:
            d = f"M{px(cx)} {px(cy + y + radius)}V{px(cy + shape.box[1])}"
        colour, width = (accent.line, self._theme.active_width) if accent else (self._theme.kinds["operation"].stroke, 1.4)
        return f'<path class="stem" d="{d}" stroke="{colour}" stroke-width="{px(width)}"/>'

    def _tab(self, shape: Shape, cx: float, cy: float, inset: float) -> str:
        """The label's cell: the left end or the top of the box, inside its outline."""
        assert shape.tab
        x, y, w, h = shape.box
        left, top, right, bottom = cx + x + inset, cy + y + inset, cx + x + w - inset, cy + y + h - inset
        r = max(self._sizes.corner - inset, 0.0)
        if shape.tab[0] < w:
            edge = cx + x + shape.tab[0]
            return (
                f"M{px(edge)} {px(top)}H{px(left + r)}A{px(r)} {px(r)} 0 0 0 {px(left)} {px(top + r)}V{px(bottom - r)}"
                f"A{px(r)} {px(r)} 0 0 0 {px(left + r)} {px(bottom)}H{px(edge)}Z"
            )
        edge = cy + y + shape.tab[1]
        return (
            f"M{px(left)} {px(edge)}V{px(top + r)}A{px(r)} {px(r)} 0 0 1 {px(left + r)} {px(top)}H{px(right - r)}"
            f"A{px(r)} {px(r)} 0 0 1 {px(right)} {px(top + r)}V{px(edge)}Z"
        )

    def _bar(self, shape: Shape, cx: float, cy: float, colour: str) -> str:
        """A parameter has a thick left side: what training may change is told apart without colour."""
        x, y, _, h = shape.box
        r = self._sizes.corner
        d = f"M{px(cx + x + 1.5)} {px(cy + y + r - 1)}V{px(cy + y + h - r + 1)}"
        return f'<path class="bar" d="{d}" stroke="{colour}" stroke-width="4"/>'

    def _label(self, box: Box, shape: Shape, cx: float, cy: float) -> str:
        if not shape.label:
            return ""
        return self._text("label", box.label, cx + shape.label[0], cy + shape.label[1], self._sizes.label)

    def _text(self, name: str, text: str, x: float, y: float, size: float, fill: str = "") -> str:
        colour = f' fill="{fill}"' if fill and fill != self._theme.ink else ""
        return (
            f'<text class="{name}" x="{px(x)}" y="{px(y + BASELINE * size)}" font-size="{px(size)}" text-anchor="middle"{colour}>'
            f"{escape(text)}</text>"
        )

    def _field(self, box: Box, shape: Shape, cx: float, cy: float, row: int) -> str:
        """The word and the number's element, open where the number goes."""
        name = ("data", "grad")[row]
        s = self._sizes
        (x, _), (right, middle) = shape.fields[row], shape.numbers[row]
        base = px(cy + middle + BASELINE * s.number)
        return (
            f'<text class="field" x="{px(cx + x)}" y="{base}" font-size="{px(s.field)}" fill="{self._theme.muted}">{name}</text>'
            f'<text data-field="{name}" data-slot="{box.node}.{name}" text-anchor="end" x="{px(cx + right)}" y="{base}"'
        )

    def _shape(self, i: int) -> Shape:
        return shape_of(self._structure.boxes[i], self._structure.style, self._structure.dir)

    def _place(self, point: Point) -> Point:
        return point[0] + MARGIN, point[1] + MARGIN


@cache
def _inside(rules: tuple[tuple[float, float, float, float], ...], inset: float) -> tuple[tuple[float, float, float, float], ...]:
    """Lines between cells end where the outline begins."""
    return tuple((a, b + inset, c, d - inset) if a == c else (a + inset, b, c - inset, d) for a, b, c, d in rules)
