"""What all shapes of a diagram are drawn with: one theme, one way to write names and numbers, one way to mark the step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from stepgrad.app.drawing.diagram.scales import Scales
from stepgrad.app.drawing.outline import px
from stepgrad.app.drawing.text import UNKNOWN, escape, fit_number
from stepgrad.app.drawing.theme import THEMES, Accent
from stepgrad.engine.trace import Frame, Phase

__all__ = ["BASELINE", "Brush", "Moment", "Piece", "joined", "marks"]

BASELINE = 0.365
"""Half the height of a digit, in ems."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known, and what is happening."""

    frame: Frame
    scales: Scales
    steps: int = 0
    title: str = ""
    desc: str = ""
    phase: Phase | None = None
    active: frozenset[str] = frozenset()
    """Nodes that the step is about."""
    written: frozenset[str] = frozenset()
    """Slots that it wrote."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Further attributes of the root."""

    def known(self, node: str, field: str) -> float | None:
        return (self.frame.data if field == "data" else self.frame.grad).get(node)


Piece = str | Callable[[Moment], str]


class Brush:
    """Writes SVG in one look."""

    def __init__(self, theme: str, field: str, digits: int, chars: int, prefix: str, thick: float) -> None:
        self.theme = theme
        self.look = THEMES[theme]
        self.field = field
        self.digits = digits
        self.chars = chars
        self.prefix = prefix
        self.thick = thick
        """Width of the heaviest line."""
        self.letters: set[str] = set()
        """All that is written, for the embedded font."""

    def text(
        self, kind: str, text: str, x: float, y: float, size: float, anchor: str = "middle", colour: str = "", bold: bool = False
    ) -> str:
        """A line of text whose middle is at a height."""
        self.letters |= set(text)
        fill = f' fill="{colour}"' if colour else ""
        weight = ' font-weight="bold"' if bold else ""
        return (
            f'<text class="{kind}" x="{px(x)}" y="{px(y + BASELINE * size)}" font-size="{px(size)}" text-anchor="{anchor}"'
            f"{weight}{fill}>{escape(text)}</text>"
        )

    def number(
        self, node: str, field: str, x: float, y: float, size: float, anchor: str = "middle", tinted: bool = False
    ) -> Callable[[Moment], str]:
        """A slot. On a tint, what a step wrote is underlined, for its colour could not be read there."""
        slot = f"{node}.{field}"
        opening = (
            f'<text data-field="{field}" data-slot="{slot}" x="{px(x)}" y="{px(y + BASELINE * size)}" font-size="{px(size)}" '
            f'text-anchor="{anchor}"'
        )
        unknown = f'{opening} class="is-unknown" fill="{self.look.ink if tinted else self.look.muted}">{UNKNOWN}</text>'

        def write(moment: Moment) -> str:
            x = moment.known(node, field)
            if x is None:
                return unknown
            mark = ""
            if moment.phase and slot in moment.written:
                colour = "" if tinted else f' fill="{self.look.accents[moment.phase].text}"'
                mark = f' class="is-active"{colour}' + (' text-decoration="underline"' if tinted else "")
            return f"{opening}{mark}>{fit_number(x, self.digits, self.chars)}</text>"

        return write

    def slope(self, x: float) -> str:
        return f"slope {fit_number(x, self.digits, self.chars)}" if x - x == 0.0 else ""

    def title(self, name: str, node: str) -> Callable[[Moment], str]:
        """The exact values, for who points at it."""
        said = f"{escape(name)}: " if name else ""

        def write(moment: Moment) -> str:
            data, grad = moment.frame.data.get(node), moment.frame.grad.get(node)
            known = "not computed" if data is None else repr(data)
            return f"<title>{said}data {known}</title>" if grad is None else f"<title>{said}data {known}, grad {grad!r}</title>"

        return write

    def accent(self, moment: Moment, nodes: Iterable[str]) -> Accent | None:
        """How the step marks what has to do with these nodes, if it does."""
        if moment.phase is None or moment.active.isdisjoint(nodes):
            return None
        return self.look.accents[moment.phase]

    def outline(self, accent: Accent | None, stroke: str, width: float = 1.2, dash: str = "") -> str:
        """Attributes of an outline."""
        if accent:
            stroke, width, dash = accent.line, self.look.active_width, accent.dash
        return f'stroke="{stroke}" stroke-width="{px(width)}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def marks(moment: Moment, accent: Accent | None) -> str:
    """Classes of what the step is about."""
    return f" is-active is-{moment.phase}" if accent else ""


def joined(*pieces: Piece) -> Callable[[Moment], str]:
    """Pieces one after the other."""

    def write(moment: Moment) -> str:
        return "".join([piece if isinstance(piece, str) else piece(moment) for piece in pieces])

    return write
