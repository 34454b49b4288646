"""A picture with its numbers left out, and how they are put in.

Everything that does not change from step to step is written once, as pieces of SVG; between them are the slots. To fill is to
look up or write each number and to join the pieces: microseconds, where a layout takes milliseconds. docs/contract.md says what
the SVG holds.
"""

from __future__ import annotations

from app.drawing.paint import Font, Painter
from app.drawing.plain import Layout
from app.drawing.text import fit_number
from app.drawing.theme import THEMES
from engine.trace import Frame, Phase

__all__ = ["Font", "Skeleton"]

_REMEMBERED = 1 << 14


class Skeleton:
    """One graph in one look, ready for any frame of any run that has its structure. Safe to fill from many threads."""

    def __init__(
        self, layout: Layout, theme: str = "light", bg: str = "transparent", font: Font = "embed", salt: str = ""
    ) -> None:
        """*bg* is `transparent`, `theme`, `white` or a colour; *salt* makes ids differ where one graph stands twice on a page."""
        structure = layout.structure
        self.layout = layout
        self._paint = paint = Painter(layout, THEMES[theme], bg, font, salt)
        self._digits = structure.digits

        # The pieces of the picture in order. What depends on the frame is found again by its place.
        opening, rest = paint.opening()
        pieces = [opening, "", rest, "", paint.background() + '\n<g class="edges" fill="none">\n']
        self._edges: dict[str, list[tuple[int, int]]] = {}
        self._into: dict[str, list[str]] = {}
        for i, wire in enumerate(structure.wires):
            self._edges.setdefault(wire.edge, []).append((len(pieces), i))
            self._into.setdefault(structure.boxes[wire.head].node, []).append(wire.edge)
            pieces.append(paint.edge(i))
        pieces.append('</g>\n<g class="nodes">\n')
        self._nodes: dict[str, list[tuple[int, int]]] = {}
        # Numbers that were written already, for each width of slot: the frames of a run have most in common.
        memo: dict[int, dict[float, str]] = {box.chars: {} for box in structure.boxes}
        self._memo = tuple(memo.values())
        self._slots: list[tuple[str, int, int, dict[float, str]]] = []
        for i, box in enumerate(structure.boxes):
            opening, body, between, end = paint.node(i)
            at = len(pieces)
            self._nodes.setdefault(box.node, []).append((at, i))
            self._slots.append((box.node, at + 1, box.chars, memo[box.chars]))
            pieces += [opening, "", body, "", between, "", end]
        pieces.append("</g></svg>\n")
        self._pieces = pieces
        self._exact: dict[float, str] = {}
        self._marked: dict[tuple[int, Phase], tuple[str, str, str, str]] = {}
        self._marked_edges: dict[tuple[int, Phase], str] = {}

    @property
    def size(self) -> int:
        """Bytes it takes to keep, roughly."""
        return 2 * sum(map(len, self._pieces)) + 1000 * len(self._slots)

    def fill(self, frame: Frame, *, title: str = "", desc: str = "", steps: int = 0) -> str:
        """The picture of one moment; *steps* is how many the story has, *desc* the sentence of this one."""
        pieces = self._pieces.copy()
        pieces[1] = f' data-step="{frame.index}" data-steps="{steps}"'
        pieces[3] = self._paint.words(title, desc)
        data, grad = frame.data, frame.grad
        digits, unknown = self._digits, self._paint.unknown
        for memo in (self._exact, *self._memo):
            if len(memo) > _REMEMBERED:
                memo.clear()
        exact = self._exact
        # Written out, not in a function of its own: this loop is what a step costs.
        for node, at, chars, memo in self._slots:
            x, g = data.get(node), grad.get(node)
            if x is None:
                pieces[at + 2], known = unknown, "not computed"
            else:
                text = memo.get(x)
                if text is None:
                    text = memo[x] = ">" + fit_number(x, digits, chars)
                pieces[at + 2] = text
                known = exact.get(x) or _spell(x, exact)
            if g is None:
                pieces[at + 4], pieces[at] = unknown, f"data {known}</title>"
            else:
                text = memo.get(g)
                if text is None:
                    text = memo[g] = ">" + fit_number(g, digits, chars)
                pieces[at + 4] = text
                pieces[at] = f"data {known}, grad {exact.get(g) or _spell(g, exact)}</title>"
        if frame.step is not None:
            self._mark(pieces, frame)
        return "".join(pieces)

    def _mark(self, pieces: list[str], frame: Frame) -> None:
        """Make the current step seen: its node, its edge (of a forward step, all that lead to the node), what it wrote."""
        step = frame.step
        assert step is not None
        paint, phase = self._paint, step.phase
        for at, i in self._nodes.get(step.node, ()):
            node = self._marked.get((i, phase))
            if node is None:
                node = self._marked[i, phase] = paint.node(i, phase)
            pieces[at], pieces[at + 2], pieces[at + 4], pieces[at + 6] = node
        edges = self._into.get(step.node, []) if phase == "forward" else [step.edge] if step.edge else []
        for name in edges:
            for at, i in self._edges.get(name, ()):
                edge = self._marked_edges.get((i, phase))
                if edge is None:
                    edge = self._marked_edges[i, phase] = paint.edge(i, phase)
                pieces[at] = edge
        for write in step.writes:
            if write.after is not None:
                for at, _ in self._nodes.get(write.node, ()):
                    place = at + (3 if write.field == "data" else 5)
                    pieces[place] = paint.written(phase) + pieces[place]


def _spell(x: float, exact: dict[float, str]) -> str:
    text = repr(x)
    if x:  # -0.0 equals 0.0 as a key, and must not take its place
        exact[x] = text
    return text
