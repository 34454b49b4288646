"""What widths and colours mean, under the diagram."""

from __future__ import annotations

from stepgrad.app.drawing.diagram.brush import Brush, Moment, Piece, joined
from stepgrad.app.drawing.diagram.plan import Plan
from stepgrad.app.drawing.diagram.scales import LINES, THIN
from stepgrad.app.drawing.outline import px
from stepgrad.app.drawing.text import width
from stepgrad.app.drawing.tint import SWATCHES, tint

__all__ = ["Legend"]

SIZE = 11.0
_WEDGE = 92.0
_SWATCH = (10.0, 11.0)
_END = 42.0
"""Room for a number at an end: a scale ends at 1, 2 or 5 times a power of ten."""
_GAP = 30.0


class Legend:
    """One row: lines, then circles, then what a dot is."""

    def __init__(self, brush: Brush, plan: Plan) -> None:
        self._brush = brush
        grads = brush.field == "grad"
        self._lines = "grad of weights" if grads else "weights"
        self._cells = "grad" if grads else "data"
        self._dot = plan.view == "network" and any(cell.neuron and cell.neuron.bias for cell in plan.cells)
        self._words = width(self._lines, SIZE) + 8.0, width(self._cells, SIZE) + 8.0
        scales = _WEDGE + len(SWATCHES) * _SWATCH[0]
        self.width = sum(self._words) + scales + 4 * _END + _GAP + (_GAP + 16.0 + width("bias", SIZE) if self._dot else 0.0)

    def piece(self, x: float, y: float) -> Piece:
        brush, look = self._brush, self._brush.look
        ends = LINES[brush.theme]
        first = x + self._words[0] + _END
        middle = first + _WEDGE / 2
        dash = f' stroke="{look.ink}" stroke-width="1" stroke-dasharray="3 2"' if ends.dash else ""
        thin, thick = THIN / 2, brush.thick / 2
        low = f"M{px(middle)} {px(y - thin)}L{px(first)} {px(y - thick)}V{px(y + thick)}L{px(middle)} {px(y + thin)}Z"
        high = low.replace(f"L{px(first)}", f"L{px(first + _WEDGE)}")
        wedge = (
            f'<path class="wedge low" d="{low}" fill="{"none" if ends.dash else ends.low}"{dash}/>'
            f'<path class="wedge high" d="{high}" fill="{ends.high}"/>'
        )
        second = first + _WEDGE + _END + _GAP + self._words[1] + _END
        w, h = _SWATCH
        swatches = "".join(
            f'<rect class="swatch" x="{px(second + i * w)}" y="{px(y - h / 2)}" width="{px(w)}" height="{px(h)}" '
            f'fill="{tint(brush.theme, part)}"/>'
            for i, part in enumerate(SWATCHES)
        )
        end = second + w * len(SWATCHES)
        frame = (
            f'<rect class="frame" x="{px(second)}" y="{px(y - h / 2)}" width="{px(end - second)}" height="{px(h)}" fill="none" '
            f'stroke="{look.edge}" stroke-width="0.8"/>'
        )
        dot = ""
        if self._dot:
            at = end + _END + _GAP
            dot = f'<circle class="key" cx="{px(at)}" cy="{px(y)}" r="4.5" fill="{look.muted}"/>' + brush.text(
                "what", "bias", at + 10.0, y, SIZE, "start", look.muted
            )
        return joined(
            f'<g class="legend">{brush.text("what", self._lines, x, y, SIZE, "start", look.muted)}',
            self._end("lines", -1.0, first - 6.0, y, "end"),
            wedge,
            self._end("lines", 1.0, first + _WEDGE + 6.0, y, "start"),
            brush.text("what", self._cells, second - _END - self._words[1], y, SIZE, "start", look.muted),
            self._end("cells", -1.0, second - 6.0, y, "end"),
            swatches + frame,
            self._end("cells", 1.0, end + 6.0, y, "start"),
            f"{dot}</g>\n",
        )

    def _end(self, scale: str, sign: float, x: float, y: float, anchor: str) -> Piece:
        brush = self._brush

        def write(moment: Moment) -> str:
            most = moment.scales.lines if scale == "lines" else moment.scales.cells
            return brush.text(
                f"end {scale} {'low' if sign < 0 else 'high'}", f"{sign * most:g}", x, y, SIZE, anchor, brush.look.muted
            )

        return write
