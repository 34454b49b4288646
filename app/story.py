"""A run, the words for it, and one of its moments: what every picture and every study begins with."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from stepgrad.app.drawing.diagram.networks import Networks
from stepgrad.app.drawing.explaining import Explainer
from stepgrad.app.drawing.flow import Flow, largest
from stepgrad.app.drawing.layout import refuse_values
from stepgrad.app.drawing.merging import by_node
from stepgrad.app.drawing.structure import Structure, room_of, structure_of
from stepgrad.app.drawing.view import UNSEEN, Numbers, View
from stepgrad.app.drawing.words import Narrator
from stepgrad.app.knobs import Knobs
from stepgrad.app.options import Options
from stepgrad.app.steps import resolve
from stepgrad.app.tape import TapeAnswer, tape_of
from stepgrad.app.views import view_of
from stepgrad.engine.folding import drawn_for, examples
from stepgrad.engine.recording import Recording
from stepgrad.engine.trace import Frame, Group, Step, Trace
from stepgrad.engine.trouble import Trouble

if TYPE_CHECKING:
    from stepgrad.app.runs import RunKey, Runs
    from stepgrad.app.training import Course

__all__ = ["Moment", "Story"]

Made = TypeVar("Made")

BADGED = 10_000
"""Values of a run that is looked through for where its gradients go wrong: a tenth of a second."""


class Story:
    """A run that is told, and the words for it. What is found out about it is kept in the store of runs, by its key."""

    def __init__(self, trace: Trace, key: RunKey, runs: Runs, form: str | None = None) -> None:
        self.trace = trace
        self._key = key
        self._runs = runs
        self._form = form
        """The same for programs that differ in nothing but numbers, where that is known."""
        self.flow = Flow(trace)

    @property
    def weight(self) -> int:
        """Bytes, estimated: a third when it is new, all when it has been drawn and told."""
        trace = self.trace
        full = 1_000 * len(trace.nodes) + 900 * len(trace.edges) + 700 * len(trace.steps)
        used = sum(part in self.__dict__ for part in ("narrator", "explainer", "by_node", "badges", "tape"))
        return 2_000 + 2 * len(trace.source) + full * (2 + used) // 6

    def memo(self, what: Hashable, make: Callable[[], Made]) -> Made:
        """What has been found out about it before, else what `make` finds out."""
        return self._runs.memo((self._key, what), make)

    @cached_property
    def _folded(self) -> bool:
        return any(node.folds for node in self.trace.nodes)

    @property
    def whole(self) -> Story:
        """The story with nothing folded. It may be a hundred times as large: a folded one does not hold it."""
        return self._runs.get(self._key.whole) if self._folded else self

    @property
    def recording(self) -> Recording:
        return self._runs.recording(self._key)

    @property
    def networks(self) -> Networks:
        """The neurons in it. Training changes numbers only."""
        first = self._key.first.whole
        return self._runs.memo(("networks", first), lambda: Networks(self._runs.get(first).trace))

    @cached_property
    def narrator(self) -> Narrator:
        return Narrator(self.trace)

    @cached_property
    def explainer(self) -> Explainer:
        return Explainer(self.trace, self.narrator)

    def course(self, knobs: Knobs) -> Course:
        """The training of this run."""
        return self._runs.course(self._key, knobs)

    @cached_property
    def tape(self) -> TapeAnswer | None:
        """The operations of the whole run, where some are folded."""
        return tape_of(self.recording) if self._folded else None

    @cached_property
    def examples(self) -> tuple[Group, ...]:
        """What can be shown one at a time."""
        return examples(self.recording.graph.groups if self._folded else self.trace.groups)

    @cached_property
    def badges(self) -> list[tuple[Trouble, str]]:
        """Where it goes wrong, each with a sentence; what is hidden, at the box that hides it."""
        if not self._folded:
            return self.explainer.badges if len(self.trace.nodes) <= BADGED else []
        graph = self.recording.graph
        if len(graph) > BADGED:
            return []
        drawn = drawn_for(graph, self.trace)
        found = ((found, sentence, drawn(found.node)) for found, sentence in self.whole.badges)
        edges = {edge.id for edge in self.trace.edges}
        return [
            (replace(found, node=node, edge=found.edge if found.edge in edges else None), sentence)
            for found, sentence, node in found
            if node is not None
        ]

    @cached_property
    def title(self) -> str:
        return f"Computation graph of {self.narrator.name(self.trace.output)}"

    def structure(self, options: Options) -> Structure:
        """The same for every step, theme and font, for every iteration, and wherever the numbers need the same room."""
        if self._key.first != self._key:
            return self._runs.get(self._key.first).structure(options)
        if self._form is None or options.edges != "none":
            return self.memo(("structure", options.structure), lambda: self._structure(options))
        # Where the numbers need the same room, programs of one form have one structure.
        key = ("structure", self._form, self._key.fold, options.structure, self._room(options.digits))
        return self._runs.memo(key, lambda: self._structure(options))

    def _room(self, digits: int) -> tuple[int, ...]:
        if digits not in self._rooms:
            self._rooms[digits] = tuple(room_of(self.trace, digits).values())
        return self._rooms[digits]

    @cached_property
    def _rooms(self) -> dict[int, tuple[int, ...]]:
        """Characters for the numbers of each node, by digits: there are a dozen of these at most."""
        return {}

    def _structure(self, options: Options) -> Structure:
        shown = (node for node in self.trace.nodes if node.inside is None)
        refuse_values(sum(options.hide != "constants" or node.kind != "constant" for node in shown))
        terms = None if options.edges == "none" else self.flow.room(options.edges, options.digits)
        return structure_of(
            self.trace, options.style, options.dir, options.leaves, options.digits,
            terms=terms, constants=options.hide != "constants", framed=options.opened,
        )  # fmt: skip

    @cached_property
    def by_node(self) -> Trace:
        """The story in larger steps (`steps=node`)."""
        return by_node(self.trace)

    def told(self, options: Options) -> Trace:
        return self.by_node if options.steps == "node" else self.trace

    def numbers(self, view: View, step: Step | None) -> Numbers:
        """What a view shows of the moment after a step, beside the frame."""
        if view.labels == "none" and view.color == "none":
            return UNSEEN
        last = step.parts[-1] if step and step.parts else step
        local, contribution = self.flow.at(last.index if last else 0)
        if view.color == "none":
            return Numbers(local, contribution)
        most = self.memo(("largest", view.color, view.asked), lambda: largest(self.trace, self.flow, view))
        return Numbers(local, contribution, *most)


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of one run, and how it is to be shown."""

    story: Story
    options: Options
    index: int
    """A step of `told`."""
    view: View

    @classmethod
    def of(cls, story: Story, options: Options) -> Moment:
        """Raises a ProblemError for a step or a name that does not exist."""
        return cls(story, options, resolve(story.told(options), options.step), view_of(story.trace, options))

    @property
    def trace(self) -> Trace:
        return self.story.trace

    @property
    def told(self) -> Trace:
        """The trace, in the steps that were asked for."""
        return self.story.told(self.options)

    @property
    def step(self) -> Step | None:
        return self.told.steps[self.index - 1] if self.index else None

    @property
    def title(self) -> str:
        if not self.view.asked:
            return self.story.title
        label = next(node.label for node in self.trace.nodes if node.id == self.trace.output)
        return f"Computation graph of {label}" if label else "Computation graph"

    @property
    def sentence(self) -> str:
        narrator = self.story.narrator
        if self.view.asked:
            return narrator.quiet(self.step)
        return narrator.finished if self.is_finished else narrator.text(self.step)

    @property
    def is_finished(self) -> bool:
        """The end, asked for by its name, is the finished picture and not the last step of the way: nothing is marked."""
        return self.options.step == "end"

    @property
    def frame(self) -> Frame:
        frame = self.told.frame(self.index)
        return frame._replace(step=None) if self.is_finished else frame
