"""What plots have in common: paper, grid, axes, a legend, and lines that end where the paper does.

A plot is an SVG as docs/contract.md has it: presentation attributes only, plain text, no reference, readable without a style
sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from stepgrad.app.drawing.axes import Axis
from stepgrad.app.drawing.fonts import embedded, families
from stepgrad.app.drawing.text import clean, escape, width
from stepgrad.app.drawing.theme import THEMES, Theme

__all__ = ["Canvas", "Key", "px"]

WIDTH, HEIGHT = 640.0, 400.0
SIZE = 12.5
"""Of all text."""
LEGEND = 26.0
"""Height of a row of the legend."""

Point = tuple[float, float]


def px(x: float) -> str:
    """A length with at most two decimals."""
    text = f"{x:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend: a piece of line, or a dot, and what it means."""

    text: str
    colour: str
    width: float = 2.0
    dash: str = ""
    dot: str = ""
    """`circle` or `diamond`, if points are marked."""


@dataclass
class Canvas:
    """Collects the pieces of one plot. The legend comes first: the room that is left is the plot's."""

    theme_name: str
    bg: str
    font: str
    keys: Sequence[Key]
    parts: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._rows = self._flow()
        self.top = 14.0 + LEGEND * len(self._rows)

    @property
    def theme(self) -> Theme:
        return THEMES[self.theme_name]

    # Pieces ------------------------------------------------------------------------------------------------------------

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "start", colour: str = "", kind: str = "", weight: str = ""
    ) -> None:
        self.shown |= set(text)
        end = f' text-anchor="{anchor}"' if anchor != "start" else ""
        name = f' class="{kind}"' if kind else ""
        bold = f' font-weight="{weight}"' if weight else ""
        fill = f' fill="{colour}"' if colour else ""
        self.parts.append(f'<text x="{px(x)}" y="{px(y)}"{end}{name}{bold}{fill}>{escape(text)}</text>')

    def path(self, d: str, kind: str, colour: str, stroke: float = 1.0, dash: str = "", extra: str = "") -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<path class="{kind}" d="{d}" fill="none" stroke="{colour}" stroke-width="{px(stroke)}" stroke-linecap="round" '
            f'stroke-linejoin="round"{dashes}{extra}/>'
        )

    def dot(
        self, x: float, y: float, kind: str, colour: str, shape: str = "circle", radius: float = 3.0, ring: float = 0.0
    ) -> None:
        edge = f' stroke="{self.theme.paper}" stroke-width="{px(ring)}"' if ring else ""
        if shape == "circle":
            self.parts.append(f'<circle class="{kind}" cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" fill="{colour}"{edge}/>')
        else:
            r = radius * 1.25
            d = f"M{px(x)} {px(y - r)}L{px(x + r)} {px(y)}L{px(x)} {px(y + r)}L{px(x - r)} {px(y)}Z"
            self.parts.append(f'<path class="{kind}" d="{d}" fill="{colour}"{edge}/>')

    def frame(self, x: Axis, y: Axis, x_name: str, y_name: str) -> None:
        """Grid, axes, numbers and names."""
        theme = self.theme
        left, right, bottom, top = x.start, x.end, y.start, y.end
        grid = "".join(f"M{px(x.at(place))} {px(top)}V{px(bottom)}" for place, _ in x.ticks)
        grid += "".join(f"M{px(left)} {px(y.at(place))}H{px(right)}" for place, _ in y.ticks)
        self.path(grid, "grid", theme.rule, 1.0)
        # Where a number is 0 the grid is an axis.
        zero = f"M{px(x.at(0.0))} {px(top)}V{px(bottom)}" if not x.log and x.low <= 0.0 <= x.high else ""
        zero += f"M{px(left)} {px(y.at(0.0))}H{px(right)}" if not y.log and y.low <= 0.0 <= y.high else ""
        if zero:
            self.path(zero, "axis", theme.edge, 1.2)
        last = float("-inf")
        for place, label in x.ticks:
            middle, half = x.at(place), width(label, SIZE) / 2
            if middle - half > last + 6.0:
                self.text(middle, bottom + 19.0, label, anchor="middle", colour=theme.muted, kind="tick")
                last = middle + half
        for place, label in y.ticks:
            self.text(left - 8.0, y.at(place) + SIZE * 0.365, label, anchor="end", colour=theme.muted, kind="tick")
        self.text(right, bottom + 38.0, x_name, anchor="end", kind="name", weight="bold")
        self.text(left, top - 9.0, y_name, kind="name", weight="bold")

    # The whole ---------------------------------------------------------------------------------------------------------

    def svg(self, title: str, desc: str, kind: str, data: str = "") -> str:
        """The picture. *data* are further attributes of the root."""
        legend = self._legend()
        body = "".join(self.parts)
        prefix = "p" + blake2b(f"{title}{desc}{body}".encode(), digest_size=4).hexdigest() + "-"
        paper = {"transparent": "", "theme": self.theme.paper, "white": "#ffffff"}.get(self.bg, self.bg)
        style = f"<style>{embedded(frozenset(self.shown))}</style>" if self.font == "embed" else ""
        back = f'<rect class="background" width="{px(WIDTH)}" height="{px(HEIGHT)}" fill="{paper}"/>' if paper else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="stepgrad-plot" viewBox="0 0 {px(WIDTH)} {px(HEIGHT)}" '
            f'width="{px(WIDTH)}" height="{px(HEIGHT)}" role="img" aria-labelledby="{prefix}t {prefix}d" '
            f'data-kind="{kind}"{data} font-family="{families(self.font)}" font-size="{px(SIZE)}" fill="{self.theme.ink}">'
            f'<title id="{prefix}t">{escape(title)}</title><desc id="{prefix}d">{escape(desc)}</desc>{style}{back}'
            f'<g class="plot">{body}</g><g class="legend">{legend}</g></svg>\n'
        )

    def _flow(self) -> list[list[tuple[Key, float]]]:
        """The legend's entries in rows, each with its place from the left."""
        rows: list[list[tuple[Key, float]]] = [[]]
        x = 0.0
        for key in self.keys:
            needed = 34.0 + width(key.text, SIZE)
            if rows[-1] and x + needed > WIDTH - 60.0:
                rows.append([])
                x = 0.0
            rows[-1].append((key, x))
            x += needed + 22.0
        return rows if rows[0] else []

    def _legend(self) -> str:
        before, self.parts = self.parts, []
        for row, keys in enumerate(self._rows):
            used = keys[-1][1] + 34.0 + width(keys[-1][0].text, SIZE)
            left, y = max(20.0, WIDTH - 20.0 - used), 20.0 + LEGEND * row
            for key, x in keys:
                if key.width:
                    self.path(f"M{px(left + x)} {px(y)}h26", "key", key.colour, key.width, key.dash)
                if key.dot:
                    self.dot(left + x + 13.0, y, "key", key.colour, key.dot, 3.6 if not key.width else 3.0)
                self.text(left + x + 34.0, y + SIZE * 0.365, key.text, kind="meaning")
        legend, self.parts = "".join(self.parts), before
        return legend


def within(points: Sequence[Point], low: float, high: float) -> Iterable[list[Point]]:
    """The parts of a line between two heights, cut exactly there."""
    run: list[Point] = []
    for i, point in enumerate(points):
        inside = low <= point[1] <= high
        if i:
            crossings = _crossings(points[i - 1], point, low, high)
            if run:
                run += crossings[:1] if not inside else []
                if not inside:
                    yield run
                    run = []
            elif inside:
                run = crossings[-1:]
            elif len(crossings) == 2:
                yield crossings
        if inside:
            run.append(point)
    if run:
        yield run


def _crossings(a: Point, b: Point, low: float, high: float) -> list[Point]:
    """Where the way from a to b crosses the two heights, in the order of the way."""
    found = []
    for limit in (low, high) if a[1] <= b[1] else (high, low):
        if min(a[1], b[1]) < limit < max(a[1], b[1]):
            share = limit / (b[1] - a[1]) - a[1] / (b[1] - a[1])
            found.append((a[0] + share * (b[0] - a[0]), limit))
    return found


def short(name: str) -> str:
    """A name as a plot has room for."""
    return clean(name, 28)
