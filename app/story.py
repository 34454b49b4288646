"""A run, the words for it, and one of its moments: what every picture and every study begins with."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from stepgrad.app.drawing.diagram.networks import Networks
from stepgrad.app.drawing.explaining import Explainer
from stepgrad.app.drawing.flow import Flow, largest
from stepgrad.app.drawing.layout import refuse_values
from stepgrad.app.drawing.merging import by_node
from stepgrad.app.drawing.structure import Structure, room_of, structure_of
from stepgrad.app.drawing.view import UNSEEN, Color, Numbers, View
from stepgrad.app.drawing.words import Narrator
from stepgrad.app.knobs import Knobs, plan_of
from stepgrad.app.options import Options
from stepgrad.app.steps import resolve
from stepgrad.app.tape import tape_of
from stepgrad.app.training import Course, Courses, model_of
from stepgrad.app.views import view_of
from stepgrad.engine.folding import drawn_for, examples
from stepgrad.engine.trace import Frame, Group, Step, Trace
from stepgrad.engine.trouble import Trouble

__all__ = ["Moment", "Story"]

_KEPT = 8
"""Structures, and scales of colours, that a story keeps."""

BADGED = 10_000
"""Values of a run that is looked through for where its gradients go wrong: a tenth of a second."""


class Story:
    """A run and the words for it; of a folded one, `whole` tells the story with nothing folded again."""

    def __init__(
        self,
        trace: Trace,
        key: Hashable = None,
        courses: Courses | None = None,
        like: Story | None = None,
        twin: Story | None = None,
        whole: Callable[[], Story] | None = None,
    ) -> None:
        self.trace = trace
        self._whole = whole
        self.key = self if key is None else key
        """The same for the same run."""
        self._courses = courses or Courses(0)
        self.like = like
        """Whose pictures it shares the structure of: numbers that are too wide there are written shorter."""
        self._twin = twin
        """A story that differs in nothing but numbers: its structures are the same where the numbers need the same room."""
        self.flow = Flow(trace)
        self.kept: dict[Hashable, Any] = {}
        """What studies have found out about it, a few things each."""
        self.structures: dict[tuple[Any, ...], Structure] = {}
        self._most: dict[tuple[Color, frozenset[str]], tuple[float, float]] = {}
        self.weight = 2_000 + 2 * len(trace.source) + 1_000 * len(trace.nodes) + 900 * len(trace.edges) + 700 * len(trace.steps)

    @property
    def whole(self) -> Story:
        """The story with nothing folded. It may be a hundred times as large: a folded one does not hold it."""
        return self._whole() if self._whole else self

    @cached_property
    def networks(self) -> Networks:
        """The neurons in it. Training changes numbers only."""
        return self.like.networks if self.like else Networks(self.whole.trace)

    @cached_property
    def narrator(self) -> Narrator:
        return Narrator(self.trace)

    @cached_property
    def explainer(self) -> Explainer:
        return Explainer(self.trace, self.narrator)

    def course(self, knobs: Knobs) -> Course:
        """The training of this run."""
        make = lambda: model_of(self.trace, knobs.train, self.narrator.name)  # noqa: E731
        return self._courses.of((self.key, knobs.train), plan_of(knobs), make)

    @cached_property
    def tape(self) -> dict[str, Any] | None:
        """The operations of the whole run, where some are folded."""
        return tape_of(self.whole.trace) if self._whole else None

    @cached_property
    def examples(self) -> tuple[Group, ...]:
        """What can be shown one at a time."""
        return self.whole.examples if self._whole else examples(self.trace)

    @cached_property
    def badges(self) -> list[tuple[Trouble, str]]:
        """Where it goes wrong, each with a sentence; what is hidden, at the box that hides it."""
        if not self._whole:
            return self.explainer.badges if len(self.trace.nodes) <= BADGED else []
        whole = self.whole
        drawn = drawn_for(whole.trace, self.trace)
        found = ((found, sentence, drawn(found.node)) for found, sentence in whole.badges)
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
        """The same for every step, theme and font."""
        if self.like:
            return self.like.structure(options)
        look = (options.style, options.dir, options.leaves, options.digits)
        key = options.structure
        if (structure := self.structures.get(key)) is None:
            shown = (node for node in self.trace.nodes if node.inside is None)
            refuse_values(sum(options.hide != "constants" or node.kind != "constant" for node in shown))
            if len(self.structures) >= _KEPT:
                self.structures.clear()
            if (twin := self._twin) and options.edges == "none" and (known := twin.structures.get(key)):
                room = room_of(self.trace, options.digits)
                if all(box.chars == room[box.node] for box in known.boxes):
                    self.structures[key] = known
                    return known
            terms = None if options.edges == "none" else self.flow.room(options.edges, options.digits)
            constants = options.hide != "constants"
            structure = structure_of(self.trace, *look, terms=terms, constants=constants, framed=options.opened)
            self.structures[key] = structure
        return structure

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
        key = (view.color, view.asked)
        if (most := self._most.get(key)) is None:
            if len(self._most) >= _KEPT:
                self._most.clear()
            most = self._most[key] = largest(self.trace, self.flow, view)
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
