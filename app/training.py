"""Training runs: what is trained, and runs that are kept to be asked again or to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from stepgrad.app.drawing.errors import Busy
from stepgrad.app.errors import ProblemError
from stepgrad.app.nodes import named
from stepgrad.engine.model import Model
from stepgrad.engine.predictions import Predictor, predictor
from stepgrad.engine.recording import Recording
from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Node
from stepgrad.engine.train import History, Plan, Run

if TYPE_CHECKING:
    from stepgrad.app.story import Story

__all__ = ["Course", "model_of", "no_iteration"]

_LIGHT = 500_000
"""Operations that are not worth waiting for one's turn: 50 ms."""

_PATIENCE_SECONDS = 10.0


class Course:
    """A run that many may ask for: it goes as far as any of them wants. Safe to call from many threads."""

    def __init__(self, model: Model, plan: Plan, turns: BoundedSemaphore) -> None:
        self.model = model
        self.run = Run(model, plan)
        self._turns = turns
        self._lock = Lock()

    @property
    def weight(self) -> int:
        """Bytes, estimated."""
        return 20_000 + 300 * len(self.model.graph) + 8 * (len(self.run.rows) + len(self.run.losses))

    @cached_property
    def predictor(self) -> Predictor:
        """What its examples are asked. Raises ProgramError where they have nothing in common."""
        return predictor(self.model)

    def advance(self, steps: int, seconds: float) -> bool:
        """Go on for a while. Whether nothing is left to do."""
        with self._lock:
            return self.run.advance(steps, seconds)

    def history(self, steps: int) -> History:
        """The first steps. Raises LimitError if they are too many."""
        with self._at_least(steps, steps):
            return self.run.history(steps)

    def grads(self, iteration: int) -> list[float]:
        """What the update of an iteration follows, for each parameter."""
        with self._at_least(iteration, iteration):
            return self.run.grads(iteration)

    def at(self, iteration: int) -> list[float]:
        """The parameters of an iteration. Raises LimitError, or a 422 problem where the run has ended before."""
        with self._at_least(iteration, iteration):
            if iteration > self.run.updates:
                raise no_iteration(iteration, self.run.updates)
            return self.run.at(iteration)

    @contextmanager
    def until(self, iteration: int) -> Iterator[Run]:
        """The run, when it has come to an iteration and gone on from there, if it does. Raises as `at` does."""
        with self._at_least(iteration + 1, iteration):
            if iteration > self.run.updates:
                raise no_iteration(iteration, self.run.updates)
            yield self.run

    @contextmanager
    def _at_least(self, steps: int, asked: int) -> Iterator[None]:
        self.run.check(asked)
        work = (steps - self.run.updates) * self.model.work(self.run.plan.batch)
        heavy = work > _LIGHT
        if heavy and not self._turns.acquire(timeout=_PATIENCE_SECONDS):
            raise Busy("Too many programs are being trained.", "Try again in a few seconds.")
        try:
            with self._lock:
                self.run.advance(steps)
                yield
        finally:
            if heavy:
                self._turns.release()


def model_of(recording: Recording, train: str, story: Callable[[], Story]) -> Model:
    """What `train` says is to be trained, of a run and its story. Raises a 422 problem for what cannot be."""
    wanted = _wanted(Replay(story().trace), train.split(","), story().narrator.name) if train else None
    try:
        return Model(recording, wanted)
    except ValueError:
        root = story().narrator.name(recording.graph.id(recording.root))
        raise ProblemError(
            422, "train", "There is nothing to train", f"{root} depends on no parameter and no input.",
            hint="Give a number a name, such as `w = 0.5`, and use it.",
        ) from None  # fmt: skip


def _wanted(replay: Replay, names: Sequence[str], called: Callable[[str], str]) -> list[str]:
    """The ids of what is to be trained: each name a leaf, or the start of the names of some."""
    found: list[str] = []
    leaves = [node for node in replay.trace.nodes if not node.inputs and node.id in replay.leading]
    for name in names:
        begun = [node.id for node in leaves if node.key.startswith((f"{name}.", f"{name}["))]
        if not begun:
            node = named(replay.trace, name)
            if node.inputs:
                _refuse(name, "is computed", leaves)
            if node.id not in replay.leading:
                _refuse(name, f"makes no difference to {called(replay.root)}", leaves)
            begun = [node.id]
        found += begun
    return found


def _refuse(name: str, why: str, leaves: Sequence[Node]) -> None:
    some = list(dict.fromkeys(node.key for node in leaves if node.kind != "constant"))
    raise ProblemError(
        422, "train", "This cannot be trained", f"`{name[:40]}` {why}.",
        hint=f"Trained can be {', '.join(some[:12])}{' …' if len(some) > 12 else ''}.",
    )  # fmt: skip


def no_iteration(iteration: int, last: int) -> ProblemError:
    return ProblemError(
        422, "option", "An option is wrong", f"There is no iteration {iteration:,}.",
        hint=f"This run has iterations 0 to {last:,}.",
    )  # fmt: skip
