"""The product on one screen: a program goes in, the picture of one of its moments comes out.

    source ─run─▶ Trace ─structure_of─▶ Structure ─layout─▶ Layout ─▶ Skeleton ─fill(step)─▶ SVG

Each stage is kept by just what it depends on: a trace by the program, a layout by shape and sizes, a skeleton by layout and look.
So a step more is a fill, other numbers are a run and a fill, and only a new structure costs a layout. HTTP, the command line and
the exports all come through here. Safe to call from many threads.
"""

from __future__ import annotations

from collections.abc import Mapping

from stepgrad.app.answers import GraphAnswer, graph_answer
from stepgrad.app.caching import Cache
from stepgrad.app.config import Settings
from stepgrad.app.drawing.dot import export_dot
from stepgrad.app.drawing.layout import Engine, Layout
from stepgrad.app.drawing.skeleton import Font, Skeleton
from stepgrad.app.drawing.structure import Structure, structure_of
from stepgrad.app.links import encode, links
from stepgrad.app.options import Options
from stepgrad.app.runs import RunKey, Runs
from stepgrad.app.story import Moment
from stepgrad.engine.language import run

__all__ = ["Pipeline"]


class Pipeline:
    """The stages and their caches."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.public_url
        self.runs = Runs(settings.trace_cache + settings.training_cache, settings.heavy)
        self._engine = Engine(
            settings.dot,
            settings.layout_seconds,
            settings.layout_processes,
            settings.layout_memory,
            kept=settings.skeleton_cache // 16,
        )
        self._layouts: Cache[Structure, Layout] = Cache(settings.skeleton_cache // 4, _layout_weight)
        self._skeletons: Cache[object, Skeleton] = Cache(settings.skeleton_cache, lambda skeleton: skeleton.size)

    def moment(self, source: str, options: Options, inputs: Mapping[str, float] | None = None) -> Moment:
        """Run a program and find the step. Raises EngineError, or a ProblemError for a step that does not exist."""
        return Moment.of(self.runs.get(RunKey.of(source, options, inputs)), options)

    def moment_at_once(self, source: str, options: Options) -> Moment | None:
        """`moment`, if it takes a few milliseconds at the most and its picture needs no layout; else None."""
        if (story := self.runs.at_once(RunKey.of(source, options))) is None:
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
        return self._layouts.get_or_make(structure, lambda: self._engine.layout(structure))

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

    def json(self, moment: Moment) -> GraphAnswer:
        """The whole story and the picture of this moment, without an embedded font. Raises DrawingError."""
        where = links(encode(moment.trace.source), moment.options, self._base)
        return graph_answer(moment, where, self.svg(moment, font="none"))

    def check(self, options: Options) -> None:
        """Draw a small graph past all caches. Raises whatever stands in the way."""
        trace = run("a = 2\nb = -3\nc = a * b")
        layout = self._engine.layout(structure_of(trace, options.style, options.dir, options.leaves, options.digits))
        Skeleton(layout, options.theme).fill(trace.frame(len(trace.steps)))


def _layout_weight(layout: Layout) -> int:
    return 500 * len(layout.centres) + 400 * len(layout.curves) + 2_000
