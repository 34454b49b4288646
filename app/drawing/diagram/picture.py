"""A diagram with its numbers left out, and how they are put in: shapes once, numbers, colours and widths for each moment.

The SVG is as docs/contract.md has it: presentation attributes only, plain text, no reference; classes and `data-` hooks are for
the page, which puts in other numbers by itself.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from stepgrad.app.drawing.diagram import cells, lines
from stepgrad.app.drawing.diagram.brush import Brush, Moment, Piece, joined, marks
from stepgrad.app.drawing.diagram.curve import Curve
from stepgrad.app.drawing.diagram.legend import Legend
from stepgrad.app.drawing.diagram.places import CAPTION, NAME, Chip, chars_of, name_of, places_of, rows_of
from stepgrad.app.drawing.diagram.plan import Cell, Plan
from stepgrad.app.drawing.diagram.scales import colour_of, thick_of, thickness
from stepgrad.app.drawing.fonts import embedded, families
from stepgrad.app.drawing.outline import px
from stepgrad.app.drawing.text import escape, width
from stepgrad.app.drawing.view import Color

__all__ = ["Diagram", "Moment", "diagram_of"]


@lru_cache(maxsize=64)
def diagram_of(plan: Plan, theme: str, bg: str, font: str, color: Color) -> Diagram:
    """Diagrams are kept by structure and look."""
    return Diagram(plan, theme, bg, font, color)


class Diagram:
    """One plan in one look, ready for any moment of any run that has this structure."""

    def __init__(self, plan: Plan, theme: str, bg: str, font: str, color: Color) -> None:
        self._plan = plan
        self._places = places = places_of(plan)
        thick = thick_of(max(rows_of(column) for column in plan.columns) if plan.view == "network" else 0)
        field = "grad" if color == "grad" else "data"
        digest = blake2b(repr((plan, theme, color)).encode(), digest_size=4).hexdigest()
        self._prefix = prefix = f"d{digest}-"
        self._brush = brush = Brush(theme, field, plan.digits, chars_of(plan), prefix, thick)
        legend = Legend(brush, plan)
        wide, high = max(places.width, legend.width + 28.0), places.height
        self._pieces = pieces = list[Piece]()
        pieces.append('<g class="links">\n')
        pieces += [lines.line(brush, places, i, line) for i, line in enumerate(plan.lines)]
        pieces += self._ways()
        pieces.append('</g>\n<g class="cells">\n')
        pieces += self._cells()
        pieces += [cells.rest(brush, spot, count) for spot, count in places.rests]
        pieces.append("</g>\n" + self._captions())
        pieces.append(legend.piece((places.width - legend.width) / 2, high - 24.0))
        paper = {"transparent": "", "theme": brush.look.paper, "white": "#ffffff"}.get(bg, bg)
        back = f'<rect class="background" width="{px(wide)}" height="{px(high)}" fill="{paper}"/>' if paper else ""
        style = f"<style>{embedded(frozenset(brush.letters))}</style>" if font == "embed" else ""
        left = (wide - places.width) / 2
        move = f' transform="translate({px(left)} 0)"' if left else ""
        self._head = f'{style}{back}<g class="diagram"{move}>\n'
        self._opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="stepgrad-diagram" viewBox="0 0 {px(wide)} {px(high)}" '
            f'width="{px(wide)}" height="{px(high)}" role="img" aria-labelledby="{prefix}t {prefix}d" '
            f'data-view="{plan.view}" data-color="{field}" data-thick="{px(thick)}" data-digits="{plan.digits}"'
        )
        self._family = f' font-family="{families(font)}" font-size="{px(NAME)}" fill="{brush.look.ink}">'

    def fill(self, moment: Moment) -> str:
        """The SVG of one moment."""
        more = "".join(f' data-{name}="{escape(value)}"' for name, value in moment.attributes.items())
        body = "".join([piece if isinstance(piece, str) else piece(moment) for piece in self._pieces])
        return (
            f'{self._opening} data-step="{moment.frame.index}" data-steps="{moment.steps}"{more}{self._family}'
            f'<title id="{self._prefix}t">{escape(moment.title)}</title><desc id="{self._prefix}d">{escape(moment.desc)}</desc>'
            f"{self._head}{body}</g></svg>\n"
        )

    # Circles -----------------------------------------------------------------------------------------------------------

    def _cells(self) -> list[Piece]:
        brush, plan, places = self._brush, self._plan, self._places
        alone = plan.view == "neuron"
        pieces: list[Piece] = []
        last = len(plan.columns) - 1
        for i, column in enumerate(plan.columns):
            for each in column.cells:
                spot = places.spots[each.node]
                side = "left" if i == 0 else "right" if i == last else ""
                if alone and i == last:
                    pieces += self._neuron(each)
                    continue
                pieces.append(cells.cell(brush, each, spot, side, each.inside))
                if each.neuron and each.neuron.bias:
                    pieces.append(cells.bias(brush, each, spot))
        if plan.loss and places.loss:
            pieces.append(cells.loss(brush, plan.loss, places.loss))
        return pieces

    def _neuron(self, of: Cell) -> list[Piece]:
        """Its bias, its sum, its activation and its answer."""
        brush, plan, places = self._brush, self._plan, self._places
        neuron = of.neuron
        assert neuron
        assert places.total
        at = neuron.inside.index(neuron.total) + 1 if neuron.total in neuron.inside else 0
        sums = tuple(each for each in neuron.inside[:at] if each != neuron.total)
        between = tuple(each for each in neuron.inside[at:] if each != of.node)
        pieces: list[Piece] = []
        if neuron.bias and places.bias:
            opening = f'<g id="{self._prefix}{of.node}b" class="offset" data-node="{neuron.bias}">'
            title = brush.title(of.bias_name, neuron.bias)
            body = lines.chip(brush, neuron.bias, of.bias_name, places.bias, "parameter", ())
            pieces.append(joined(opening, title, body, "</g>\n"))
        name = plan.total_name if neuron.activation else of.name
        pieces.append(cells.total(brush, neuron.total, name, plan.total_key, places.total, sums))
        if places.curve:
            box = places.curve
            curve = Curve(neuron.activation, neuron.params, box.x, box.y, box.w, box.h)
            pieces.append(cells.activation(brush, curve, box, of, between))
            pieces.append(cells.cell(brush, of, places.spots[of.node], "right", ()))
        return pieces

    # Lines without a weight --------------------------------------------------------------------------------------------

    def _ways(self) -> list[Piece]:
        """From the sum to the activation, and on; from the bias down to the sum; from the answers to the loss."""
        plan, places = self._plan, self._places
        pieces: list[Piece] = []
        last = plan.columns[-1].cells
        if plan.view == "neuron" and places.total:
            total, neuron = places.total, last[-1].neuron
            assert neuron
            if places.bias and neuron.bias:
                pieces.append(self._bias(neuron.bias, total.x, places.bias, total.y - total.r))
            if places.curve:
                out = places.spots[neuron.out]
                pieces.append(self._way(total.x + total.r, places.curve.x, total.y))
                pieces.append(self._way(places.curve.right, out.x - out.r, total.y))
        if plan.loss and places.loss:
            for each in last:
                spot = places.spots[each.node]
                x1, x2 = spot.x + spot.r, places.loss.x
                if each.name and not (plan.view == "neuron" and not places.curve):
                    x1 += self._named_width(each.name)
                pieces.append(self._to_loss(x1, spot.y, x2, places.loss.middle))
        return pieces

    def _named_width(self, name: str) -> float:
        return width(name_of(name), NAME) + 16.0

    def _way(self, x1: float, x2: float, y: float) -> str:
        d, head = lines.arrow(x1, x2, y)
        edge = self._brush.look.edge
        return (
            f'<g class="way"><path class="line" d="{d}" fill="none" stroke="{edge}" stroke-width="1.6"/>'
            f'<path class="arrow" d="{head}" fill="{edge}"/></g>\n'
        )

    def _to_loss(self, x1: float, y1: float, x2: float, y2: float) -> str:
        edge, middle = self._brush.look.edge, (x1 + x2) / 2
        d = f"M{px(x1)} {px(y1)}C{px(middle)} {px(y1)} {px(middle)} {px(y2)} {px(x2)} {px(y2)}"
        return (
            f'<g class="way"><path class="line" d="{d}" fill="none" stroke="{edge}" stroke-width="1.4" '
            f'stroke-dasharray="2 4"/></g>\n'
        )

    def _bias(self, node: str, x: float, box: Chip, y: float) -> Piece:
        """An arrow as thick as the bias is large."""
        brush = self._brush
        d = f"M{px(x)} {px(box.y + box.h)}V{px(y)}"

        def write(moment: Moment) -> str:
            accent = brush.accent(moment, (node,))
            b = moment.known(node, brush.field)
            wide = thickness(b, moment.scales.lines, brush.thick)
            halo = f'stroke="{accent.line}" stroke-width="{px(wide + 7)}" stroke-opacity="0.4"' if accent else 'stroke="none"'
            sign = " is-negative" if b is not None and b < 0 else " is-positive" if b else ""
            return (
                f'<g class="link{sign}{marks(moment, accent)}" data-node="{node}"><path class="halo" d="{d}" fill="none" {halo}/>'
                f'<path class="line" d="{d}" fill="none" stroke="{colour_of(brush.theme, b)}" stroke-width="{wide:.1f}"/></g>\n'
            )

        return write

    # Words -------------------------------------------------------------------------------------------------------------

    def _captions(self) -> str:
        brush, places = self._brush, self._places
        muted = brush.look.muted
        parts = []
        for x, column in places.titles:
            y = places.title_height
            parts.append(brush.text("title", column.title, x, y, CAPTION, bold=True))
            if column.does:
                parts.append(brush.text("caption", column.does, x, y + 16.0, CAPTION, colour=muted))
        for x, y, count in places.gaps:
            parts.append(brush.text("more", "…", x, y - 8.0, 18.0, colour=muted))
            parts.append(brush.text("more", f"{count} layers", x, y + 10.0, CAPTION, colour=muted))
        return f'<g class="captions">{"".join(parts)}</g>\n'
