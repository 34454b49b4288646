"""A picture with its numbers left out, and how they are put in.

Everything that does not change from step to step is written once, as pieces of SVG; between them are the slots. To fill is to look up
or write each number and join the pieces: microseconds, where a layout takes milliseconds. docs/contract.md says what the SVG holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from app.drawing.layout import Layout
from app.drawing.paint import Painter, px
from app.drawing.text import UNKNOWN, escape, fit_number
from app.drawing.theme import THEMES
from engine.trace import Frame

__all__ = ["Font", "Skeleton"]

Font = Literal["embed", "none"]

_REMEMBERED = 1 << 16


class Skeleton:
    """One graph in one look, ready for any frame of any run that has this structure."""

    def __init__(self, layout: Layout, theme: str = "light", bg: str = "transparent", font: Font = "embed", salt: str = "") -> None:
        """*bg* is `transparent`, `theme`, `white` or a colour; *salt* makes ids differ where one graph stands twice on a page."""
        structure = layout.structure
        paint = Painter(layout, THEMES[theme], bg, font, salt)
        self._paint = paint
        self._digits = structure.digits
        self.layout = layout

        # The picture's pieces in order. What depends on the frame is found again by its place.
        head, after_size = paint.opening()
        pieces: list[str] = [head, "", after_size, "", '<g class="edges" fill="none">']
        self._edges: dict[str, list[tuple[int, int]]] = {}
        self._into: dict[str, list[str]] = {}
        for i, wire in enumerate(structure.wires):
            self._edges.setdefault(wire.edge, []).append((len(pieces), i))
            self._into.setdefault(structure.boxes[wire.head].node, []).append(wire.edge)
            pieces.append(paint.edge(i))
        pieces.append("</g>" + paint.nodes_opening())
        self._nodes: dict[str, list[tuple[int, int]]] = {}
        self._slots: list[tuple[str, int, int]] = []
        for i, box in enumerate(structure.boxes):
            opening, body, between, end = paint.node(i)
            at = len(pieces)
            self._nodes.setdefault(box.node, []).append((at, i))
            self._slots.append((box.node, at + 1, box.chars))
            pieces += [opening, "", body, "", between, "", end]
        pieces.append("</g></svg>\n")
        self._pieces = pieces
        # Numbers that were written already: the frames of a run have most in common.
        self._texts: dict[tuple[float, int], str] = {}
        self._exact: dict[float, str] = {}

    @property
    def size(self) -> int:
        """Bytes it takes to keep, roughly."""
        return 2 * sum(map(len, self._pieces)) + 400 * len(self._slots)

    def fill(self, frame: Frame, *, title: str = "", desc: str = "", steps: int = 0) -> str:
        """The picture of one moment; *steps* is how many the story has, *desc* its sentence."""
        pieces = self._pieces.copy()
        pieces[1] = f' data-step="{frame.index}" data-steps="{steps}"'
        pieces[3] = self._paint.words(title, desc)
        data, grad = frame.data, frame.grad
        if len(self._texts) > _REMEMBERED:
            self._texts.clear()
        if len(self._exact) > _REMEMBERED:
            self._exact.clear()
        texts, unknown, digits = self._texts, self._paint.unknown, self._digits
        exact = self._exact
        for node, at, chars in self._slots:
            x, g = data.get(node), grad.get(node)
            if x is None:
                pieces[at + 2] = unknown
                known = "data not computed"
            else:
                key = (x, chars)
                text = texts.get(key)
                if text is None:
                    text = texts[key] = ">" + fit_number(x, digits, chars)
                pieces[at + 2] = text
                # -0.0 equals 0.0 as a key and must not take its place.
                known = (exact.get(x) if x else None) or self._spell(x)
            if g is None:
                pieces[at + 4] = unknown
                pieces[at] = f"{known}</title>"
            else:
                key = (g, chars)
                text = texts.get(key)
                if text is None:
                    text = texts[key] = ">" + fit_number(g, digits, chars)
                pieces[at + 4] = text
                pieces[at] = f"{known}, grad {((exact.get(g) if g else None) or self._spell(g))[5:]}</title>"
        if frame.step is not None:
            self._mark(pieces, frame)
        return "".join(pieces)

    def _spell(self, x: float) -> str:
        text = f"data {x!r}"
        if x:
            self._exact[x] = text
        return text

    def _mark(self, pieces: list[str], frame: Frame) -> None:
        """Make the current step seen: its node, its edge (in the forward pass all that lead to the node), what it wrote."""
        step = frame.step
        assert step is not None
        paint = self._paint
        written: Mapping[str, set[str]] = {}
        written = {}
        for write in step.writes:
            written.setdefault(write.node, set()).add(write.field)
        for at, i in self._nodes.get(step.node, ()):
            pieces[at], pieces[at + 2], pieces[at + 4], pieces[at + 6] = paint.node(i, step.phase)
        for node, fields in written.items():
            for at, _ in self._nodes.get(node, ()):
                for place, field in ((at + 3, "data"), (at + 5, "grad")):
                    if field in fields and pieces[place] != paint.unknown:
                        pieces[place] = paint.written(step.phase) + pieces[place]
        for edge in [step.edge] if step.edge else self._into.get(step.node, ()) if step.phase == "forward" else ():
            for at, i in self._edges.get(edge, ()):
                pieces[at] = paint.edge(i, step.phase)
