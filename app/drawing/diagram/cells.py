"""Circles: what comes in, what a neuron answers, its sum, its activation; and the loss at the far right."""

from __future__ import annotations

from stepgrad.app.drawing.diagram.brush import Brush, Moment, Piece, joined, marks
from stepgrad.app.drawing.diagram.curve import Curve
from stepgrad.app.drawing.diagram.lines import chip
from stepgrad.app.drawing.diagram.places import GRAD, NAME, NUMBER, Chip, Spot, name_of
from stepgrad.app.drawing.diagram.plan import Cell, Loss
from stepgrad.app.drawing.diagram.scales import colour_of
from stepgrad.app.drawing.outline import px
from stepgrad.app.drawing.text import escape
from stepgrad.app.drawing.tint import share, tint
from stepgrad.engine.ops import OPS

__all__ = ["activation", "bias", "cell", "loss", "rest", "total"]


def _hooks(node: str, key: str, inside: tuple[str, ...] = ()) -> str:
    more = f' data-inside="{" ".join(inside)}"' if inside else ""
    return f' data-node="{node}" data-key="{escape(key)}"{more}>'


def cell(brush: Brush, of: Cell, at: Spot, side: str, inside: tuple[str, ...]) -> Piece:
    """A circle with data and grad, tinted by its number. *side* is where its name stands: `left`, `right` or `below`."""
    look = brush.look.kinds[of.kind]
    name = name_of(of.name)
    x, anchor = (at.x - at.r - 8.0, "end") if side == "left" else (at.x + at.r + 8.0, "start")
    inner = joined(
        brush.number(of.node, "data", at.x, at.y - 4.0, NUMBER, tinted=True),
        brush.number(of.node, "grad", at.x, at.y + 11.0, GRAD, tinted=True),
        brush.text("name", name, x, at.y, NAME, anchor) if name and side else "",
    )
    title = brush.title(of.name or of.key, of.node)
    mine = (of.node, *inside)
    stroke, width = (look.stroke, look.width)

    def write(moment: Moment) -> str:
        accent = brush.accent(moment, mine)
        fill = tint(brush.theme, share(moment.known(of.node, brush.field), moment.scales.cells))
        return (
            f'<g id="{brush.prefix}{of.node}" class="cell {of.kind}{marks(moment, accent)}"{_hooks(of.node, of.key, inside)}'
            f'{title(moment)}<circle class="disc" cx="{px(at.x)}" cy="{px(at.y)}" r="{px(at.r)}" fill="{fill}" '
            f"{brush.outline(accent, stroke, width, look.dash)}/>{inner(moment)}</g>\n"
        )

    return write


def rest(brush: Brush, at: Spot, count: int) -> str:
    """In place of the cells that are not drawn."""
    return (
        f'<g class="rest"><circle class="disc" cx="{px(at.x)}" cy="{px(at.y)}" r="{px(at.r)}" fill="none" '
        f'stroke="{brush.look.edge}" stroke-width="1.2" stroke-dasharray="2 4"/>'
        f"{brush.text('more', '…', at.x, at.y - 7.0, NUMBER, colour=brush.look.muted)}"
        f"{brush.text('more', f'{count} in all', at.x, at.y + 8.0, GRAD, colour=brush.look.muted)}</g>\n"
    )


def bias(brush: Brush, of: Cell, at: Spot) -> Piece:
    """A dot on the rim, as large as the bias is, in the colour of its sign."""
    assert of.neuron
    assert of.neuron.bias
    node, name = of.neuron.bias, of.bias_name
    title = brush.title(name, node)
    x, y = at.x, at.y - at.r

    def write(moment: Moment) -> str:
        accent = brush.accent(moment, (node,))
        b = moment.known(node, brush.field)
        r = 3.0 + 3.2 * abs(share(b, moment.scales.lines) or 0.0)
        sign = " is-negative" if b is not None and b < 0 else " is-positive" if b else ""
        stroke, wide = (accent.line, 3.0) if accent else (brush.look.paper, 1.4)
        hollow = brush.theme == "print" and sign == " is-negative"
        fill = brush.look.paper if hollow else colour_of(brush.theme, b)
        stroke = brush.look.ink if hollow and not accent else stroke
        return (
            f'<g id="{brush.prefix}{of.node}b" class="bias{sign}{marks(moment, accent)}" data-node="{node}">{title(moment)}'
            f'<circle class="dot" cx="{px(x)}" cy="{px(y)}" r="{r:.1f}" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="{px(wide)}"/></g>\n'
        )

    return write


def total(brush: Brush, node: str, name: str, key: str, at: Spot, inside: tuple[str, ...], extra: str = "") -> Piece:
    """The sum of one neuron."""
    look = brush.look.kinds["operation"]
    inner = joined(
        brush.text("symbol", "Σ", at.x, at.y - 18.0, 17.0),
        brush.number(node, "data", at.x, at.y + 1.0, NUMBER, tinted=True),
        brush.number(node, "grad", at.x, at.y + 16.0, GRAD, tinted=True),
        brush.text("name", name_of(name), at.x, at.y + at.r + 13.0, NAME) if name else "",
    )
    title = brush.title(name or "the sum", node)
    hooks = _hooks(node, key, inside)
    mine = (node, *inside)

    def write(moment: Moment) -> str:
        accent = brush.accent(moment, mine)
        fill = tint(brush.theme, share(moment.known(node, brush.field), moment.scales.cells))
        return (
            f'<g id="{brush.prefix}{node}s" class="cell sum operation{marks(moment, accent)}"{hooks}{title(moment)}'
            f'<circle class="disc" cx="{px(at.x)}" cy="{px(at.y)}" r="{px(at.r)}" fill="{fill}" '
            f"{brush.outline(accent, look.stroke, look.width)}/>{inner(moment)}{extra}</g>\n"
        )

    return write


def activation(brush: Brush, curve: Curve, box: Chip, of: Cell, inside: tuple[str, ...]) -> Piece:
    """The curve, the point on it, and the tangent there, whose slope is what the gradient is multiplied by."""
    assert of.neuron
    look, neuron = brush.look, of.neuron
    kind = look.kinds["operation"]
    name = OPS[neuron.activation].name
    title = brush.text("symbol", name, box.x + box.w / 2, box.y - 12.0, NAME)
    low, high = curve.heights
    frame = (
        f'<path class="axis" d="{curve.axes()}" fill="none" stroke="{look.rule}" stroke-width="1"/>'
        f'<path class="curve" d="{curve.path()}" fill="none" stroke="{look.edge}" stroke-width="2.2" stroke-linejoin="round"/>'
    )
    said = (
        f'<text class="slope" x="{px(box.x + box.w / 2)}" y="{px(box.y + box.h + 15.0)}" font-size="{px(GRAD)}" '
        f'text-anchor="middle" fill="{look.muted}">'
    )
    brush.letters |= set("slope ")
    mine = (of.node, *inside)
    hooks = (
        f' data-node="{of.node}" data-op="{neuron.activation}" data-params="{" ".join(map(repr, neuron.params))}" '
        f'data-total="{neuron.total}" data-low="{low!r}" data-high="{high!r}" data-inside="{" ".join(inside)}">'
    )
    rect = (
        f'<rect class="box" x="{px(box.x)}" y="{px(box.y)}" width="{px(box.w)}" height="{px(box.h)}" rx="8" fill="{kind.fill}" '
    )

    def write(moment: Moment) -> str:
        accent = brush.accent(moment, mine)
        x, y = moment.frame.data.get(neuron.total), moment.frame.data.get(of.node)
        tangent = point = slope = ""
        if x is not None and y is not None and x - x == 0.0 and y - y == 0.0:
            px_, py_ = curve.place(x, y)
            point = f'cx="{px(px_)}" cy="{px(py_)}" r="4.5"'
            tangent = curve.tangent(x, y)
            slope = brush.slope(curve.slope(x, y))
        back = look.accents["backward"]
        return (
            f'<g id="{brush.prefix}{of.node}f" class="activation{marks(moment, accent)}"{hooks}{rect}'
            f"{brush.outline(accent, kind.stroke)}/>{title}{frame}"
            f'<path class="tangent" d="{tangent or "M0 0"}" stroke="{back.line if tangent else "none"}" stroke-width="1.8"/>'
            f'<circle class="point" {point or "r=" + chr(34) + "0" + chr(34)} fill="{look.accents["forward"].line}"/>'
            f"{said}{slope}</text></g>\n"
        )

    return write


def loss(brush: Brush, of: Loss, box: Chip) -> Piece:
    """What the gradients are of."""
    body = chip(brush, of.node, of.name or "output", box, "operation", ())
    below = ""
    if of.examples > 1:
        below = brush.text(
            "caption", f"over {of.examples} examples", box.x + box.w / 2, box.y + box.h + 13.0, GRAD, colour=brush.look.muted
        )
    title = brush.title(of.name or "output", of.node)

    def write(moment: Moment) -> str:
        accent = brush.accent(moment, (of.node,))
        inner = body if isinstance(body, str) else body(moment)
        return (
            f'<g id="{brush.prefix}loss" class="loss operation{marks(moment, accent)}"{_hooks(of.node, of.key)}{title(moment)}'
            f"{inner}{below}</g>\n"
        )

    return write
