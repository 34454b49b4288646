"""A picture with its numbers left out, and how they are put in.

Everything that does not change from step to step is written once, as pieces of SVG; between them are the slots. To fill is to
look up or write each number and to join the pieces: microseconds, where a layout takes milliseconds. docs/contract.md says what
the SVG holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from stepgrad.app.drawing.legend import LEGEND_CHARS
from stepgrad.app.drawing.paint import FILL, WIDTH, Font, Painter
from stepgrad.app.drawing.plain import Layout
from stepgrad.app.drawing.structure import Box
from stepgrad.app.drawing.summary import exactly, length, spread
from stepgrad.app.drawing.text import fit_number
from stepgrad.app.drawing.tint import share, tint, width_of
from stepgrad.app.drawing.view import PLAIN, UNSEEN, Numbers, View
from stepgrad.engine.trace import Frame, Phase, Step

__all__ = ["Font", "Skeleton"]

_REMEMBERED = 1 << 14

ASKED = ' class="is-asked">?'
"""A number that the reader is to find."""


class Skeleton:
    """One graph in one look, ready for any frame of any run that has its structure. Safe to fill from many threads."""

    def __init__(
        self,
        layout: Layout,
        theme: str = "light",
        bg: str = "transparent",
        font: Font = "embed",
        salt: str = "",
        view: View = PLAIN,
    ) -> None:
        """*bg* is `transparent`, `theme`, `white` or a colour; *salt* makes ids differ where one graph stands twice on a page."""
        structure = layout.structure
        self.layout = layout
        self._paint = paint = Painter(layout, theme, bg, font, salt, view)
        self._theme = theme
        self._view = view
        self._digits = structure.digits

        # The pieces of the picture in order. What depends on the frame is found again by its place.
        opening, rest = paint.opening()
        pieces = [opening, "", rest, "", paint.background() + "\n" + paint.frames() + '<g class="edges" fill="none">\n']
        self._edges: dict[str, list[tuple[int, int]]] = {}
        self._into: dict[str, list[str]] = {}
        self._terms: list[tuple[str, int, int, bool]] = []
        for i, wire in enumerate(structure.wires):
            self._edges.setdefault(wire.edge, []).append((len(pieces), i))
            self._into.setdefault(structure.boxes[wire.head].node, []).append(wire.edge)
            opening, end = paint.edge(i)
            if end:
                self._terms.append((wire.edge, len(pieces) + 1, structure.boxes[wire.head].terms, wire.edge in paint.asked_edges))
                pieces += [opening, "", end]
            else:
                pieces.append(opening)
        pieces.append('</g>\n<g class="nodes">\n')
        self._nodes: dict[str, list[tuple[int, int]]] = {}
        # Numbers that were written already, for each width of slot: the frames of a run have most in common.
        memo: dict[int, dict[float, str]] = {box.chars: {} for box in structure.boxes}
        self._memo = tuple(memo.values())
        self._slots: list[tuple[str, int, int, dict[float, str]]] = []
        self._sums: list[tuple[Box, int]] = []
        self._holders: dict[str, str] = {}
        for i, box in enumerate(structure.boxes):
            opening, body, between, end = paint.node(i)
            at = len(pieces)
            self._nodes.setdefault(box.node, []).append((at, i))
            if box.results:
                self._sums.append((box, at + 1))
                self._holders |= dict.fromkeys(box.results, box.node)
            else:
                self._slots.append((box.node, at + 1, box.chars, memo[box.chars]))
            pieces += [opening, "", body, "", between, "", end]
        pieces.append("</g>")
        self._legend = len(pieces) + 1
        if view.color != "none":
            one, two, three, four = paint.legend()
            pieces += [one, "", two, "", three, "", four]
        pieces.append("</svg>\n")
        self._pieces = pieces
        self._asked = [(node, at) for node, at, _, _ in self._slots if {f"{node}.data", f"{node}.grad"} & view.asked]
        self._exact: dict[float, str] = {}
        self._marked: dict[tuple[int, Phase], tuple[str, str, str, str]] = {}
        self._marked_edges: dict[tuple[int, Phase], str] = {}

    @property
    def size(self) -> int:
        """Bytes it takes to keep, roughly."""
        return 2 * sum(map(len, self._pieces)) + 1000 * (len(self._slots) + len(self._sums))

    def fill(self, frame: Frame, *, title: str = "", desc: str = "", steps: int = 0, numbers: Numbers = UNSEEN) -> str:
        """The picture of one moment; *steps* is how many the story has, *desc* the sentence of this one, *numbers* what labels
        and colours need beside the frame."""
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
        for box, at in self._sums:
            self._sum_up(pieces, frame, box, at)
        if self._asked:
            self._ask(pieces, frame)
        if self._terms:
            self._label(pieces, frame.step, numbers)
        if frame.step is not None:
            self._mark(pieces, frame)
        if self._view.color != "none":
            self._tint(pieces, frame, numbers)
        return "".join(pieces)

    def _sum_up(self, pieces: list[str], frame: Frame, box: Box, at: int) -> None:
        """What a folded group of several results shows: how far its data reach, and the length of its gradient."""
        data, grads = ([known[id] for id in box.results if id in known] for known in (frame.data, frame.grad))
        told = []
        for field, numbers, place, write in (("data", data, at + 2, spread), ("grad", grads, at + 4, length)):
            if f"{box.node}.{field}" in self._view.asked:
                pieces[place] = ASKED
                told.append(f"{field} ?")
            elif numbers:
                pieces[place] = ">" + write(numbers, self._digits, box.chars)
                told.append(f"{field} {exactly(numbers)}")
            else:
                pieces[place] = self._paint.unknown
        pieces[at] = f"{'; '.join(told) or 'data not computed'}</title>"

    def _ask(self, pieces: list[str], frame: Frame) -> None:
        """Put a question mark for what is asked, in the picture and in the exact values."""
        for node, at in self._asked:
            said = []
            for field, place, known in (("data", at + 2, frame.data), ("grad", at + 4, frame.grad)):
                if f"{node}.{field}" in self._view.asked:
                    pieces[place] = ASKED
                    said.append(f"{field} ?")
                elif node in known:
                    said.append(f"{field} {known[node]!r}")
            pieces[at] = f"{', '.join(said) or 'data not computed'}</title>"

    def _label(self, pieces: list[str], step: Step | None, numbers: Numbers) -> None:
        local, paint = self._view.labels == "local", self._paint
        known = numbers.local if local else numbers.contribution
        fresh: Iterable[str] = ()
        if step and step.phase == ("forward" if local else "backward"):
            fresh = self._into.get(step.node, ()) if local else step.edges
        for edge, at, chars, asked in self._terms:
            x = known.get(edge)
            fill = paint.written(step.phase) if step and edge in fresh else paint.term
            if asked:
                pieces[at] = fill + ASKED
            else:
                pieces[at] = paint.unknown if x is None else f"{fill}>{fit_number(x, self._digits, chars)}"

    def _tint(self, pieces: list[str], frame: Frame, numbers: Numbers) -> None:
        """Colour the boxes and draw the edges as thick as their numbers are large."""
        structure, field, asked = self.layout.structure, self._view.color, self._view.asked
        most, widest = numbers.most, numbers.most_of_edges
        known = frame.data if field == "data" else frame.grad
        for box, at in self._sums:
            most_of_it = max((known[id] for id in box.results if id in known), key=abs, default=None)
            part = None if f"{box.node}.{field}" in asked else share(most_of_it, most)
            pieces[at + 1] = pieces[at + 1].replace(FILL, tint(self._theme, part))
        for node, at, _, _ in self._slots:
            part = None if f"{node}.{field}" in asked else share(known.get(node), most)
            pieces[at + 1] = pieces[at + 1].replace(FILL, tint(self._theme, part))
        for edge, places in self._edges.items():
            for at, i in places:
                tail, head = (structure.boxes[end].node for end in (structure.wires[i].tail, structure.wires[i].head))
                if field == "data":
                    x = None if f"{tail}.data" in asked else known.get(tail)
                else:
                    x = None if {f"{tail}.grad", f"{head}.grad"} & asked else numbers.contribution.get(edge)
                pieces[at] = pieces[at].replace(WIDTH, width_of(share(x, widest)))
        for place, x in zip((self._legend, self._legend + 2, self._legend + 4), (-most, most, widest), strict=True):
            pieces[place] = ">" + fit_number(x, self._digits, LEGEND_CHARS)

    def _mark(self, pieces: list[str], frame: Frame) -> None:
        """Make the current step seen: its node, its edge (of a forward step, all that lead to the node), what it wrote."""
        step = frame.step
        assert step is not None
        paint, phase = self._paint, step.phase
        edges = self._into.get(step.node, ()) if phase == "forward" else step.edges
        # A step that stands for several marks what these change.
        several = len(step.parts) > 1 or step.sent
        marked = {self._holders.get(write.node, write.node) for write in step.writes} & self._nodes.keys() if several else ()
        for name in marked or (step.node,):
            for at, i in self._nodes.get(name, ()):
                node = self._marked.get((i, phase))
                if node is None:
                    node = self._marked[i, phase] = paint.node(i, phase)
                pieces[at], pieces[at + 2], pieces[at + 4], pieces[at + 6] = node
        for name in edges:
            for at, i in self._edges.get(name, ()):
                edge = self._marked_edges.get((i, phase))
                if edge is None:
                    edge = self._marked_edges[i, phase] = paint.edge(i, phase)[0]
                pieces[at] = edge
        # Several results of a folded part are written in one place.
        for name, field in {(self._holders.get(w.node, w.node), w.field) for w in step.writes if w.after is not None}:
            for at, _ in self._nodes.get(name, ()):
                place = at + (3 if field == "data" else 5)
                pieces[place] = paint.written(phase) + pieces[place]


def _spell(x: float, exact: dict[float, str]) -> str:
    text = repr(x)
    if x:  # -0.0 equals 0.0 as a key, and must not take its place
        exact[x] = text
    return text
