"""What the colours of boxes and the widths of edges mean, in the picture itself: a row for each, with its ends named."""

from __future__ import annotations

from stepgrad.app.drawing.text import slot_width, width
from stepgrad.app.drawing.theme import THEMES
from stepgrad.app.drawing.tint import SWATCHES, THICK, THIN, tint

__all__ = ["LEGEND_CHARS", "LEGEND_GAP", "LEGEND_HEIGHT", "LEGEND_WIDTH", "LEGEND_WORDS", "Legend"]

LEGEND_GAP = 10.0
LEGEND_CHARS = 11
"""Characters reserved for the numbers at the ends."""

LEGEND_WORDS = "boxes edges |data| |grad| |contribution|"

_SIZE = 11.0
_ROW = 18.0
_SWATCH = (12.0, 10.0)
_WORDS = width("edges: |contribution|", _SIZE) + 8
_NUMBER = slot_width(LEGEND_CHARS, _SIZE) + 6
_SCALE = len(SWATCHES) * _SWATCH[0]

LEGEND_HEIGHT = 2 * _ROW
LEGEND_WIDTH = _WORDS + 2 * _NUMBER + _SCALE


class Legend:
    """The legend of one picture."""

    def __init__(self, color: str, theme: str) -> None:
        self._color = color
        self._theme = theme

    def pieces(self, x: float, y: float) -> tuple[str, str, str, str]:
        """SVG with its upper left corner at a point, cut where the three numbers go."""
        look = THEMES[self._theme]
        edges = "|data|" if self._color == "data" else "|contribution|"
        scale = x + _WORDS + _NUMBER
        first, second = y + _ROW / 2, y + _ROW * 1.5
        w, h = _SWATCH
        swatches = "".join(
            f'<rect class="swatch" x="{scale + i * w:.1f}" y="{first - h / 2:.1f}" width="{w:.1f}" height="{h:.1f}" '
            f'fill="{tint(self._theme, part)}"/>'
            for i, part in enumerate(SWATCHES)
        )
        frame = (
            f'<rect class="frame" x="{scale:.1f}" y="{first - h / 2:.1f}" width="{_SCALE:.1f}" height="{h:.1f}" fill="none" '
            f'stroke="{look.edge}" stroke-width="0.8"/>'
        )
        wedge = (
            f'<path class="wedge" d="M{scale:.1f} {second - THIN / 2:.1f}L{scale + _SCALE:.1f} {second - THICK / 2:.1f}'
            f'V{second + THICK / 2:.1f}L{scale:.1f} {second + THIN / 2:.1f}Z" fill="{look.edge}"/>'
        )

        def text(what: str, at: float, middle: float, anchor: str, said: str | None = None) -> str:
            opening = (
                f'<text class="{what}" x="{at:.1f}" y="{middle + 0.365 * _SIZE:.1f}" text-anchor="{anchor}" '
                f'font-size="{_SIZE:.0f}" fill="{look.muted}"'
            )
            return opening if said is None else f"{opening}>{said}</text>"

        left, right = scale - 5, scale + _SCALE + 5
        return (
            f'<g class="legend">{text("what", x, first, "start", f"boxes: {self._color}")}{text("low", left, first, "end")}',
            f"</text>{swatches}{frame}{text('high', right, first, 'start')}",
            f"</text>{text('what', x, second, 'start', f'edges: {edges}')}{text('low', left, second, 'end', '0')}{wedge}"
            f"{text('high', right, second, 'start')}",
            "</text></g>",
        )
