"""The product on one screen: a program goes in, the picture of one of its moments comes out.

    source ─run─▶ Trace ─structure_of─▶ Structure ─layout─▶ Layout ─▶ Skeleton ─fill(step)─▶ SVG

Each stage is kept by just what it depends on: a trace by the program, a layout by shape and sizes, a skeleton by layout and look.
So a step more is a fill, other numbers are a run and a fill, and only a new structure costs a layout. HTTP, the command line and
the exports all come through here. Safe to call from many threads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from time import monotonic
from typing import Any
from weakref import ref

from stepgrad.app.answers import graph_answer
from stepgrad.app.caching import Cache
from stepgrad.app.config import Settings
from stepgrad.app.drawing.dot import export_dot
from stepgrad.app.drawing.errors import Busy, TooLarge
from stepgrad.app.drawing.layout import Engine, Layout
from stepgrad.app.drawing.skeleton import Font, Skeleton
from stepgrad.app.drawing.structure import Structure, structure_of
from stepgrad.app.errors import ProblemError
from stepgrad.app.knobs import plan_of
from stepgrad.app.links import encode, links
from stepgrad.app.options import Options
from stepgrad.app.story import Moment, Story
from stepgrad.app.training import Courses
from stepgrad.engine.errors import LimitError
from stepgrad.engine.folding import examples, fold
from stepgrad.engine.language import run
from stepgrad.engine.limits import LIMITS
from stepgrad.engine.renumber import Form, parts
from stepgrad.engine.retelling import untold
from stepgrad.engine.trace import Trace

__all__ = ["Pipeline"]

_LIGHT = replace(LIMITS, characters=4_000, steps=4_000, values=500, terms=5_000, items=500)
"""What may run while everybody else waits: 2 ms of work."""

PATIENCE_SECONDS = 4.0
"""How long a heavy program waits for its turn."""

REFUSED_SECONDS = 60.0
"""How long a graph that took too long is refused without another try."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A story, and what programs of its form have in common, if that is known."""

    story: Story
    form: Form | None
    looked: bool


class Pipeline:
    """The stages and their caches."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.public_url
        self._heavy = BoundedSemaphore(settings.heavy)
        self._engine = Engine(
            settings.dot,
            settings.layout_seconds,
            settings.layout_processes,
            settings.layout_memory,
            kept=settings.skeleton_cache // 16,
        )
        self._courses = Courses(settings.training_cache, settings.heavy)
        self._stories: Cache[object, Story] = Cache(settings.trace_cache, lambda story: story.weight)
        self._trainable: Cache[object, Story] = Cache(settings.training_cache, lambda story: 300 * len(story.trace.nodes))
        self._forms: Cache[str, _Known] = Cache(settings.trace_cache // 4, lambda known: 2 * known.story.weight)
        self._folded: Cache[object, Story] = Cache(settings.trace_cache // 4, lambda story: story.weight)
        self._layouts: Cache[Structure, Layout] = Cache(settings.skeleton_cache // 4, _layout_weight)
        self._skeletons: Cache[object, Skeleton] = Cache(settings.skeleton_cache, lambda skeleton: skeleton.size)
        self._refused: Cache[Structure, tuple[float, TooLarge]] = Cache(1_000, lambda _: 1)

    def moment(self, source: str, options: Options, inputs: Mapping[str, float] | None = None) -> Moment:
        """Run a program and find the step. Raises EngineError, or a ProblemError for a step that does not exist."""
        operations = options.operations
        inputs = options.overrides | dict(inputs or {})
        key = (source, operations, tuple(sorted(inputs.items())))
        story = self._shown_at(key, options)
        if story is None:

            def tell(iteration: int | None) -> Story:
                if iteration is None:
                    return self._stories.get_or_make(key, lambda: self._run(key, source, inputs, operations))
                return self._trained(self.trainable(source, options, inputs), options, iteration)

            story = self._shown(tell(options.iteration), options, options.iteration, tell)
        return Moment.of(story, options)

    def trainable(self, source: str, options: Options, inputs: Mapping[str, float] | None = None) -> Story:
        """The run, or of one that is too much to keep what training needs: its story is not told again and again."""
        operations = options.operations
        inputs = options.overrides | dict(inputs or {})
        key = (source, operations, tuple(sorted(inputs.items())))
        if (kept := self._trainable.get(key)) is not None:
            return kept
        story = self._stories.get_or_make(key, lambda: self._run(key, source, inputs, operations))
        if key in self._stories:
            return story
        story = Story(untold(story.trace), key, self._courses)
        self._trainable.put(key, story)
        return story

    def _shown_at(self, key: Hashable, options: Options) -> Story | None:
        """What was folded before: of a large run that is kept where the run itself is too much to keep."""
        if options.iteration is not None:
            key = _iteration_key(key, options, options.iteration)
        return self._folded.get((key, options.collapse, options.open, options.example))

    def _shown(self, story: Story, options: Options, iteration: int | None, tell: Callable[[int | None], Story]) -> Story:
        """The story, folded as options say. `tell` tells the story of an iteration again."""
        shape = (story.key, options.collapse, options.open, options.example)
        if (found := self._folded.get(shape)) is not None:
            return found
        try:
            trace = fold(story.trace, options.collapse, options.opened, options.example)
        except ValueError as error:
            raise _no_example(error, story.trace) from None
        if trace is story.trace:
            return story
        like = self._shown(story.like, options, 0, tell) if story.like else None
        told = ref(story)
        shown = Story(trace, shape, self._courses, like, whole=lambda: told() or tell(iteration))
        if story.key not in self._stories:  # it is too much to keep: what every answer asks of it is found out while it is there
            _ = shown.badges, shown.tape, shown.examples
        self._folded.put(shape, shown)
        return shown

    def _trained(self, story: Story, options: Options, iteration: int) -> Story:
        """The story of an iteration of training. All have the structure of the first, so that scrubbing makes nothing jump."""
        first = self._trained(story, options, 0) if iteration else None
        key = _iteration_key(story.key, options, iteration)

        def tell() -> Story:
            return Story(story.course(options).told(story.trace, iteration), key, self._courses, first)

        return self._stories.get_or_make(key, tell)

    def _run(self, key: Hashable, source: str, inputs: Mapping[str, float], operations: frozenset[str]) -> Story:
        """Light programs run at once; a few heavy ones at a time, since they share one interpreter with everybody else."""
        with suppress(LimitError):
            return self._light(key, source, inputs, operations)
        if not self._heavy.acquire(timeout=PATIENCE_SECONDS):
            raise Busy("Too many large programs are running.", "Try again in a few seconds.")
        try:
            return Story(run(source, inputs, operations), key, self._courses)
        finally:
            self._heavy.release()

    def _light(self, key: Hashable, source: str, inputs: Mapping[str, float], operations: frozenset[str]) -> Story:
        """The story of a light program, from that of one of the same form where there is one. Raises LimitError for others."""
        given = None if inputs or operations else parts(source)
        if given is None:
            return Story(run(source, inputs, operations, _LIGHT), key, self._courses)
        known = self._forms.get(given.form)
        if known and known.form and (trace := known.form.again(source, given)):
            return Story(trace, key, self._courses, twin=known.story)
        story = Story(run(source, limits=_LIGHT), key, self._courses)
        if known is None or not known.looked:
            # What comes a second time will come again: only then it is looked into.
            form = Form.learn(source, given, story.trace) if known else None
            self._forms.put(given.form, _Known(story, form, looked=known is not None))
        return story

    def moment_at_once(self, source: str, options: Options) -> Moment | None:
        """`moment`, if it takes a few milliseconds at the most and its picture needs no layout; else None."""
        try:
            inputs = options.overrides
            key = (source, options.operations, tuple(sorted(inputs.items())))
            if (story := self._shown_at(key, options)) is None:
                if options.iteration is not None:
                    story = self._stories.get(_iteration_key(key, options, options.iteration))
                else:
                    story = self._stories.get_or_make(key, lambda: self._light(key, source, inputs, options.operations))
                if story:
                    # Told again it is at leisure.
                    whole = options.model_copy(update={"collapse": "none", "open": "", "example": 0})
                    again = lambda k: self.moment(source, whole.model_copy(update={"iteration": k})).story  # noqa: E731
                    story = self._shown(story, options, options.iteration, again)
        except LimitError:
            return None
        if story is None:
            return None
        moment = Moment.of(story, options)
        return moment if self._look(story.structure(options), moment, options.font) in self._skeletons else None

    def svg(self, moment: Moment, font: Font | None = None) -> str:
        """The picture. Raises DrawingError."""
        story, told = moment.story, moment.told
        skeleton = self._skeleton(story.structure(moment.options), moment, font or moment.options.font)
        return skeleton.fill(
            moment.frame,
            title=moment.title,
            desc=moment.sentence,
            steps=len(told.steps),
            numbers=story.numbers(moment.view, moment.step),
        )

    def _skeleton(self, structure: Structure, moment: Moment, font: Font) -> Skeleton:
        options, view = moment.options, moment.view
        make = lambda: Skeleton(self._layout(structure), options.theme, options.bg, font, view=view)  # noqa: E731
        return self._skeletons.get_or_make(self._look(structure, moment, font), make)

    @staticmethod
    def _look(structure: Structure, moment: Moment, font: Font) -> object:
        options = moment.options
        return (structure.digest, options.theme, options.bg, font, moment.view)

    def _layout(self, structure: Structure) -> Layout:
        if (refused := self._refused.get(structure)) and monotonic() < refused[0]:
            raise TooLarge(refused[1].message, refused[1].hint)  # a new one: a traceback grows with each raise
        try:
            return self._layouts.get_or_make(structure, lambda: self._engine.layout(structure))
        except TooLarge as error:
            self._refused.put(structure, (monotonic() + REFUSED_SECONDS, error))
            raise

    def dot(self, moment: Moment) -> str:
        """The picture as DOT, with labels, for anybody's Graphviz."""
        options, told = moment.options, moment.told
        return export_dot(
            told,
            told.frame(moment.index),
            dir=options.dir,
            digits=options.digits,
            constants=options.hide != "constants",
            view=moment.view,
            numbers=moment.story.numbers(moment.view, moment.step),
        )

    def json(self, moment: Moment) -> dict[str, Any]:
        """The whole story and the picture of this moment, without an embedded font. Raises DrawingError."""
        code = encode(moment.trace.source)
        where = links(code, moment.options, self._base)
        story, svg = moment.story, self.svg(moment, font="none")
        return graph_answer(
            moment.told,
            story.narrator,
            story.explainer,
            story.badges,
            story.tape,
            len(story.examples),
            story.flow,
            code,
            where,
            moment.index,
            svg,
        )

    def check(self, options: Options) -> None:
        """Draw a small graph past all caches. Raises whatever stands in the way."""
        trace = run("a = 2\nb = -3\nc = a * b")
        layout = self._engine.layout(structure_of(trace, options.style, options.dir, options.leaves, options.digits))
        Skeleton(layout, options.theme).fill(trace.frame(len(trace.steps)))


def _iteration_key(key: Hashable, options: Options, iteration: int) -> Hashable:
    return (key, options.train, plan_of(options), iteration)


def _no_example(error: ValueError, trace: Trace) -> ProblemError:
    count = len(examples(trace))
    hint = f"There are {count}: 1 to {count}." if count else "Call a net or a function several times: `[n(x) for x in xs]`."
    return ProblemError(422, "example", "There is no such example", f"{str(error).capitalize()}.", hint=hint)


def _layout_weight(layout: Layout) -> int:
    return 500 * len(layout.centres) + 400 * len(layout.curves) + 2_000
