"""The one door to a run: a key, which says all that a story depends on → the story, told once and kept while there is room.

    RunKey.of(source, options) ─runs.get─▶ Story

Pictures, JSON, studies, training and the command line come through here. What is kept is in one store with one bound: recordings,
stories, structures, training runs, and what studies have found out. Each is weighed again when it is used, since most grow.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import Any, NamedTuple, TypeVar

from stepgrad.app.caching import Cache
from stepgrad.app.drawing.errors import Busy
from stepgrad.app.errors import ProblemError
from stepgrad.app.knobs import Knobs, plan_of
from stepgrad.app.options import Options
from stepgrad.app.story import Story
from stepgrad.app.training import Course, model_of
from stepgrad.engine.errors import LimitError
from stepgrad.engine.folding import WHOLE, Fold, examples, folding, is_whole
from stepgrad.engine.iteration import iteration_of
from stepgrad.engine.language import record
from stepgrad.engine.limits import LIMITS
from stepgrad.engine.recording import Graph, Recording
from stepgrad.engine.renumber import Form, Parts, parts
from stepgrad.engine.story import outline, tell
from stepgrad.engine.train import Plan

__all__ = ["Iteration", "RunKey", "Runs"]

LIGHT = replace(LIMITS, characters=4_000, steps=4_000, values=500, terms=5_000, items=500)
"""What may run while everybody else waits: 2 ms of work."""

PATIENCE_SECONDS = 4.0
"""How long a heavy program waits for its turn."""

OUTLINED = 10_000
"""Values of a run from which on training reads an outline of it: its whole story would take longer than the training."""

AUTO = Fold()

Made = TypeVar("Made")


class Iteration(NamedTuple):
    """Which iteration of which training."""

    train: str
    plan: Plan
    number: int


class RunKey(NamedTuple):
    """All that a story depends on. Equal keys have equal stories."""

    source: str | Recording
    """A program, or the recording of a graph that was made in Python."""
    expand: frozenset[str] = frozenset()
    inputs: tuple[tuple[str, float], ...] = ()
    turn: int | None = None
    iteration: Iteration | None = None
    fold: Fold = WHOLE

    @classmethod
    def of(cls, source: str, options: Options, inputs: Mapping[str, float] | None = None) -> RunKey:
        given = options.overrides | dict(inputs or {})
        number = options.iteration
        iteration = None if number is None else Iteration(options.train, plan_of(options), number)
        fold = Fold(options.collapse, options.opened, options.example)
        return cls(source, options.operations, tuple(sorted(given.items())), options.turn or None, iteration, fold)

    @property
    def program(self) -> RunKey:
        """The run itself, with nothing folded."""
        return self._replace(iteration=None, fold=WHOLE)

    @property
    def whole(self) -> RunKey:
        return self._replace(fold=WHOLE)

    @property
    def first(self) -> RunKey:
        """Of iterations of one training the first: all have its structure, so that scrubbing makes nothing jump."""
        return self._replace(iteration=self.iteration._replace(number=0)) if self.iteration else self

    @property
    def weight(self) -> int:
        """Bytes, estimated."""
        source = self.source if isinstance(self.source, str) else ""
        return 500 + 2 * len(source) + sum(100 + 2 * len(name) for name in (*self.expand, *self.fold.open, *dict(self.inputs)))


@dataclass(frozen=True, slots=True)
class _Known:
    """A recording of some form, and what programs of that form have in common, if that is known."""

    recording: Recording
    form: Form | None
    looked: bool

    @property
    def weight(self) -> int:
        return 2 * self.recording.weight


class _Kept:
    """Something in the store. What has a weight of its own may grow."""

    __slots__ = ("_fixed", "_grows", "made")

    def __init__(self, key: Hashable, made: Any) -> None:
        self.made = made
        self._grows = hasattr(made, "weight")
        self._fixed = 300 + _weight(key) + (0 if self._grows else _weight(made))

    @property
    def weight(self) -> int:
        """Bytes, estimated."""
        return self._fixed + (self.made.weight if self._grows else 0)


def _weight(thing: Any) -> int:
    if (weight := getattr(thing, "weight", None)) is not None:
        return int(weight)
    if isinstance(thing, str):
        return 50 + 2 * len(thing)
    if isinstance(thing, (tuple, list, frozenset)):
        return 100 + sum(map(_weight, thing))
    return 2_000


class Runs:
    """The runs that were asked for last, up to so many bytes. Safe to call from many threads."""

    def __init__(self, limit: int = 8 << 20, heavy: int = 1) -> None:
        self._store: Cache[Hashable, _Kept] = Cache(limit, lambda kept: kept.weight, share=4)
        self._heavy = BoundedSemaphore(heavy)
        self._turns = BoundedSemaphore(heavy)

    @property
    def weight(self) -> int:
        """Bytes that are held, estimated."""
        return self._store.weight

    def memo(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept by a key, else what `make` gives. Who asks while it is being made shares it, and its error too."""
        made: Made = self._store.get_or_make(key, lambda: _Kept(key, make())).made
        return made

    def get(self, key: RunKey) -> Story:
        """The story of a key. Raises EngineError, or a ProblemError for an example or an iteration that does not exist."""
        return self._known(key) or self._told(key, self.recording(key))

    def at_once(self, key: RunKey) -> Story | None:
        """The same, if it takes a few milliseconds at the most; else None."""
        if (known := self._known(key)) or key.iteration:
            return known
        if (kept := self._store.get(("recording", key.program))) is not None:
            recording: Recording = kept.made
        else:
            try:
                recording = self._light(key.program)
            except LimitError:
                return None
        return self._told(key, recording) if len(recording.graph) <= LIGHT.values else None

    def _known(self, key: RunKey) -> Story | None:
        """What was told before: a small run is told whole, where parts of a large one would be folded."""
        if (kept := self._store.get(key)) is not None:
            return kept.made  # type: ignore[no-any-return]
        if key.fold != AUTO or (kept := self._store.get(key.whole)) is None:
            return None
        story: Story = kept.made
        return story if len(story.trace.nodes) <= AUTO.most else None

    def _told(self, key: RunKey, recording: Recording) -> Story:
        graph = recording.graph
        if is_whole(graph, key.fold):
            key = key.whole

        def tell_it() -> Story:
            try:
                return Story(tell(recording, folding(graph, key.fold)), key, self, recording.form)
            except ValueError as error:
                raise _no_example(error, graph) from None

        return self.memo(key, tell_it)

    def recording(self, key: RunKey) -> Recording:
        """What a run, or an iteration of training, left."""
        if isinstance(key.source, Recording):
            return key.source
        make = self._trained if key.iteration else self._recorded
        return self.memo(("recording", key.whole), lambda: make(key.whole))

    def trainable(self, key: RunKey) -> Story:
        """What training reads of a run: its whole story, or of a large one its values alone."""
        key = key.program
        if len(self.recording(key).graph) <= OUTLINED:
            return self.get(key)
        return self.memo(("outline", key), lambda: Story(outline(self.recording(key)), key, self))

    def course(self, key: RunKey, knobs: Knobs) -> Course:
        """The training of a run."""
        return self._course(key.program, knobs.train, plan_of(knobs))

    def _course(self, key: RunKey, train: str, plan: Plan) -> Course:
        def make() -> Course:
            return Course(model_of(self.recording(key), train, lambda: self.trainable(key)), plan, self._turns)

        return self.memo(("course", key, train, plan), make)

    def _trained(self, key: RunKey) -> Recording:
        assert key.iteration
        train, plan, number = key.iteration
        course = self._course(key.program, train, plan)
        with course.until(number) as run:
            return iteration_of(self.recording(key.program), run, number)

    def _recorded(self, key: RunKey) -> Recording:
        """Light programs run at once; a few heavy ones at a time, since they share one interpreter with everybody else."""
        with suppress(LimitError):
            return self._light(key)
        if not self._heavy.acquire(timeout=PATIENCE_SECONDS):
            raise Busy("Too many large programs are running.", "Try again in a few seconds.")
        try:
            return record(str(key.source), dict(key.inputs), key.expand, turn=key.turn)
        finally:
            self._heavy.release()

    def _light(self, key: RunKey) -> Recording:
        """A light program's, from that of one of the same form where there is one. Raises LimitError for others."""
        source = str(key.source)
        given = None if key.inputs or key.expand or key.turn else parts(source)
        if given is None:
            return record(source, dict(key.inputs), key.expand, LIGHT, key.turn)
        where = "form", given.form
        known: _Known | None = kept.made if (kept := self._store.get(where)) else None
        if known and known.form and (again := known.form.again(source, given)):
            return again
        recording = record(source, limits=LIGHT)
        if known is None or not known.looked:
            self._store.put(where, _Kept(where, _looked_into(source, given, recording, again=known is not None)))
        return recording


def _looked_into(source: str, given: Parts, recording: Recording, again: bool) -> _Known:
    """What comes a second time will come again: only then it is looked into."""
    return _Known(recording, Form.learn(source, given, recording) if again else None, looked=again)


def _no_example(error: ValueError, graph: Graph) -> ProblemError:
    count = len(examples(graph.groups))
    hint = f"There are {count}: 1 to {count}." if count else "Call a net or a function several times: `[n(x) for x in xs]`."
    return ProblemError(422, "example", "There is no such example", f"{str(error).capitalize()}.", hint=hint)
