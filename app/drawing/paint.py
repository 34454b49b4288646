"""The pieces of a picture as SVG: shapes at their places, in the colours of a theme, with the hooks of docs/contract.md.

Presentation attributes only, so that PowerPoint and Inkscape show the same; the classes are for the page's style sheet.
"""

from __future__ import annotations

import math
from functools import cached_property
from hashlib import blake2b
from typing import Literal

from stepgrad.app.drawing.fonts import embedded, families
from stepgrad.app.drawing.frames import NAME, rectangles
from stepgrad.app.drawing.legend import LEGEND_GAP, LEGEND_HEIGHT, LEGEND_WIDTH, LEGEND_WORDS, Legend
from stepgrad.app.drawing.outline import bar, inside, px, tab
from stepgrad.app.drawing.plain import Layout, Point
from stepgrad.app.drawing.shapes import ARROW, BEHIND, TO, Shape, sizes
from stepgrad.app.drawing.structure import Box
from stepgrad.app.drawing.text import UNKNOWN, escape, slot_width, width
from stepgrad.app.drawing.theme import THEMES, Accent
from stepgrad.app.drawing.tint import plain_text
from stepgrad.app.drawing.view import PLAIN, View
from stepgrad.engine.trace import Phase

__all__ = ["Font", "Painter"]

Font = Literal["embed", "none"]

MARGIN = 10.0
BADGE, BADGE_SIZE = 6.5, 9.0
"""Half the height of the badge with a box's number, and the size of its text."""

DIM = "0.22"
FILL, WIDTH = "\x00", "\x01"
"""Where the fill of a box and the width of a line go, in a picture that shows numbers as colours."""

BASELINE = 0.365
"""Half the height of a capital letter or a digit, in ems: how far below the middle a line of text stands."""


class Painter:
    """Writes the pieces of one layout in one look."""

    def __init__(self, layout: Layout, theme: str, bg: str, font: Font, salt: str, view: View = PLAIN) -> None:
        self._layout = layout
        self._structure = layout.structure
        self._view = view
        self._paper = look = THEMES[theme]
        self._theme = plain_text(look) if view.color != "none" else look
        self._legend = Legend(view.color, theme) if view.color != "none" else None
        self._bg = {"transparent": "", "theme": look.paper, "white": "#ffffff"}.get(bg, bg)
        self._sizes = sizes(self._structure.style, self._structure.dir)
        self._prefix = "g" + blake2b(f"{layout.structure.digest}{salt}".encode(), digest_size=4).hexdigest() + "-"
        width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
        self._left = MARGIN
        self._legend_at = height - MARGIN + LEGEND_GAP
        if self._legend:
            self._left += max(0.0, (LEGEND_WIDTH + 2 * MARGIN - width) / 2)
            width, height = max(width, LEGEND_WIDTH + 2 * MARGIN), height + LEGEND_GAP + LEGEND_HEIGHT
        self._page = px(width), px(height)
        self._font = font
        self.term = f' fill="{self._theme.ink}"'
        self.unknown = f' class="is-unknown" fill="{self._theme.muted}">{UNKNOWN}'

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
            f' data-style="{structure.style}" data-dir="{structure.dir}"{self._chosen()} font-family="{families(self._font)}" '
            f'font-size="{px(self._sizes.number)}" fill="{self._theme.ink}">'
        )
        return first, rest

    def _chosen(self) -> str:
        """What the page's style sheet and script have to know of the view."""
        view = self._view
        labels = f' data-edges="{view.labels}"' if view.labels != "none" else ""
        color = f' data-color="{view.color}"' if view.color != "none" else ""
        return f'{labels}{color} data-highlight=""' if view.lit is not None else f"{labels}{color}"

    def words(self, title: str, desc: str) -> str:
        return f'<title id="{self._prefix}t">{escape(title)}</title><desc id="{self._prefix}d">{escape(desc)}</desc>'

    def background(self) -> str:
        """The letters, then the paper."""
        style = ""
        if self._font == "embed":
            shown = {char for box in self._structure.boxes for char in box.label + box.symbol + box.note}
            shown |= {char for frame in self._structure.frames for char in f"− {frame.name}"}
            if any(box.results for box in self._structure.boxes):
                shown |= set(TO + "‖")
            shown |= set("?" if self._view.asked else "") | set(LEGEND_WORDS if self._legend else "")
            style = f"<style>{embedded(frozenset(shown))}</style>"
        if not self._bg:
            return style
        width, height = self._page
        return f'{style}<rect class="background" width="{width}" height="{height}" fill="{self._bg}"/>'

    def frames(self) -> str:
        """Around what was opened, with its name and a sign to fold it."""
        theme, parts = self._paper, []
        for frame, (x, y, w, h) in zip(self._structure.frames, rectangles(self._layout), strict=True):
            left, top = self._place((x, y))
            name = self._text(
                "name", f"− {frame.name}", left + 7 + width(f"− {frame.name}", NAME) / 2, top + 9, NAME, theme.muted
            )
            parts.append(
                f'<g class="frame" data-frame="{escape(frame.key)}"><rect class="surround" x="{px(left)}" y="{px(top)}" '
                f'width="{px(w)}" height="{px(h)}" rx="8" fill="{theme.muted}" fill-opacity="0.05" stroke="{theme.muted}" '
                f'stroke-dasharray="2 3"/>{name}</g>\n'
            )
        return "".join(parts)

    # An edge -----------------------------------------------------------------------------------------------------------

    def edge(self, i: int, phase: Phase | None = None) -> tuple[str, str]:
        """Two pieces: up to the number of its label, and the rest. Without labels the first is all."""
        theme = self._theme
        wire = self._structure.wires[i]
        boxes = self._structure.boxes
        colour, width, marks = theme.edge, px(1.4), ""
        if phase:
            accent = theme.accents[phase]
            colour, width, marks = accent.line, px(theme.active_width), f" is-active is-{phase}"
        if self._view.color != "none":
            width = WIDTH
        dim = self._dim(boxes[wire.tail].node, boxes[wire.head].node)
        marks += dim and " is-dimmed"
        dash = f' stroke-dasharray="{theme.accents[phase].dash}"' if phase and theme.accents[phase].dash else ""
        line, arrow = self._path(i, 1.25 if phase else 1.0)
        drawn = (
            f'<g id="{self._prefix}{wire.edge}" class="edge{marks}" data-edge="{wire.edge}" data-from="{boxes[wire.tail].node}" '
            f'data-to="{boxes[wire.head].node}"{dim}>'
            f'<path class="line" d="{line}" stroke="{colour}" stroke-width="{width}"{dash}/>'
            f'<path class="arrow" d="{arrow}" fill="{colour}"/>'
        )
        if self._view.labels == "none" or not boxes[wire.head].terms:
            return drawn + "</g>\n", ""
        return drawn + self._term(i), "</text></g>\n"

    def _term(self, i: int) -> str:
        """The label of an edge, open where the number goes."""
        wire, field = self._structure.wires[i], self._view.labels
        (cx, cy), size = self._place(self._layout.centres[wire.head]), self._sizes.term
        x, y, anchor = self._shape(wire.head).term(wire.slot, self._structure.boxes[wire.head].operands, self._structure.dir)
        slot = "quiz" if wire.edge in self.asked_edges else "slot"
        return (
            f'<text data-field="{field}" data-{slot}="{wire.edge}.{field}" text-anchor="{anchor}" x="{px(cx + x)}" '
            f'y="{px(cy + y + BASELINE * size)}" font-size="{px(size)}"'
        )

    @cached_property
    def asked_edges(self) -> frozenset[str]:
        """The edges whose label would give away what is asked."""
        boxes = self._structure.boxes
        return self._view.asked_edges(
            [(wire.edge, boxes[wire.tail].node, boxes[wire.head].node) for wire in self._structure.wires]
        )

    def _dim(self, *nodes: str) -> str:
        lit = self._view.lit
        return "" if lit is None or lit.issuperset(nodes) else f' opacity="{DIM}"'

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
        tip = shape.lead + ARROW + deep - 1.0
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
        dim = self._dim(box.node)
        marks += dim and " is-dimmed"
        op = f' data-op="{box.op}"' if box.op else ""
        sums = f' data-sums="{" ".join(box.results)}"' if box.results else ""
        opening = (
            f'<g id="{self._prefix}{box.node}{copy}" class="node {box.kind}{marks}" data-node="{box.node}" '
            f'data-key="{escape(box.key)}" data-kind="{box.kind}"{op}{sums}{dim}><title>'
        )
        body = self._outline(box, shape, cx, cy, phase) + self._label(box, shape, cx, cy)
        data, grad = (self._field(box, shape, cx, cy, row) for row in (0, 1))
        return opening, body + data, "</text>" + grad, "</text>" + self._order(box, shape, cx, cy) + "</g>\n"

    def _order(self, box: Box, shape: Shape, cx: float, cy: float) -> str:
        """A badge at the upper right corner: nothing arrives or leaves there, and no number reaches up to it."""
        if not self._view.numbered:
            return ""
        # A part of several results is done with the last of them.
        place, theme = str(max(int(id[1:]) for id in box.results or (box.node,)) + 1), self._paper
        half = max(BADGE, width(place, BADGE_SIZE) / 2 + 3.5)
        x, y, w, _ = shape.box
        x, y = cx + x + w + 6 - half, cy + y - 1.5
        return (
            f'<g class="order"><rect class="badge" x="{px(x - half)}" y="{px(y - BADGE)}" width="{px(2 * half)}" '
            f'height="{px(2 * BADGE)}" rx="{px(BADGE)}" fill="{theme.paper}" stroke="{theme.muted}"/>'
            f"{self._text('place', place, x, y, BADGE_SIZE)}</g>"
        )

    def legend(self) -> tuple[str, str, str, str]:
        """Four pieces, between which the largest magnitudes go: below zero, above zero, of edges."""
        assert self._legend
        return self._legend.pieces(MARGIN, self._legend_at)

    def written(self, phase: Phase) -> str:
        """Attributes of a number that this step wrote."""
        underline = ' text-decoration="underline"' if self._view.color != "none" else ""
        return f' fill="{self._theme.accents[phase].text}"{underline}'

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
        tinted = self._view.color != "none"
        if box.note:
            behind = f'x="{px(cx + x + BEHIND)}" y="{px(cy + y - BEHIND)}" width="{px(w)}" height="{px(h)}" rx="{px(corner)}"'
            parts.append(
                f'<rect class="behind" {behind} fill="{look.tab}" stroke="{look.stroke}" stroke-width="{px(look.width)}"/>'
            )
        parts.append(f'<rect class="box" {rect} fill="{FILL if tinted else look.fill}" {line}/>')
        if shape.tab and look.tab != look.fill and not tinted:
            parts.append(f'<path class="tab" d="{tab(shape, self._sizes.corner, cx, cy, width / 2)}" fill="{look.tab}"/>')
        if shape.rules:
            d = "".join(f"M{px(cx + a)} {px(cy + b)}L{px(cx + c)} {px(cy + e)}" for a, b, c, e in inside(shape.rules, width / 2))
            parts.append(f'<path class="rule" d="{d}" stroke="{theme.rule}"/>')
        if box.kind == "parameter":
            parts.append(bar(shape, self._sizes.corner, cx, cy, stroke))
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

    def _label(self, box: Box, shape: Shape, cx: float, cy: float) -> str:
        if not shape.label:
            return ""
        label = self._text("label", box.label, cx + shape.label[0], cy + shape.label[1], self._sizes.label)
        if not shape.note:
            return label
        return label + self._text("note", box.note, cx + shape.note[0], cy + shape.note[1], self._sizes.term, self._theme.muted)

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
        slot, blank = "slot", ""
        if f"{box.node}.{name}" in self._view.asked:
            slot, room = "quiz", slot_width(box.chars, s.number) + 4
            blank = (
                f'<rect class="blank" x="{px(cx + right - room + 3)}" y="{px(cy + middle - 0.6 * s.number)}" width="{px(room)}" '
                f'height="{px(1.2 * s.number)}" rx="3" fill="none" stroke="{self._theme.muted}" stroke-dasharray="3 2"/>'
            )
        return (
            f"{blank}"
            f'<text class="field" x="{px(cx + x)}" y="{base}" font-size="{px(s.field)}" fill="{self._theme.muted}">{name}</text>'
            f'<text data-field="{name}" data-{slot}="{box.node}.{name}" text-anchor="end" x="{px(cx + right)}" y="{base}"'
        )

    def _shape(self, i: int) -> Shape:
        return self._layout.shapes[i]

    def _place(self, point: Point) -> Point:
        return point[0] + self._left, point[1] + MARGIN
