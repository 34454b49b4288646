"""Gradient descent on the graph of a run: forward, zero the grads, backward, update, as the lecture writes its loop.

What is kept of each iteration is its loss and its parameters, from which everything else can be computed again. A run can be
made in slices and goes on where it was, so that it can be shown while it goes, given up, or asked for more.
"""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import Literal

from stepgrad.engine.errors import LimitError, ProgramError
from stepgrad.engine.limits import TRAINING_LIMITS, TrainingLimits
from stepgrad.engine.model import Batch, Model
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.recording import Recording
from stepgrad.engine.trace import Field, Trace

__all__ = ["History", "Plan", "Run", "Stop", "train"]

BREATH_SECONDS = 0.002
"""After so much work in one go a run lets other threads have the interpreter, if it is a long one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is trained. Runs with the same plan are the same, however far they go."""

    learning_rate: float = 0.05
    optimizer: str = "sgd"
    """A name in the table of optimizers."""
    zero_grad: bool = True
    batch: Batch = "all"
    seed: int = 0
    """Of the order in which single examples come. Each comes once before any comes again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the first number that is not finite came up, and in which part of the iteration."""

    iteration: int
    node: str
    field: Field
    phase: Literal["forward", "backward", "update"]
    number: float


@dataclass(frozen=True, slots=True)
class History:
    """What came of training. `losses[k]` is the loss with the parameters of iteration k, before update k."""

    model: Model
    plan: Plan
    losses: array[float]
    rows: array[float]
    """The parameters at iterations 0 … updates, one after the other."""
    last: float
    """The loss after the last update."""
    stop: Stop | None

    @property
    def updates(self) -> int:
        """How many updates were made: the last iteration there is."""
        return len(self.rows) // len(self.model.parameters) - 1

    def at(self, iteration: int) -> list[float]:
        """The parameters of an iteration; -1 is the last."""
        count = len(self.model.parameters)
        if iteration < 0:
            iteration += self.updates + 1
        return list(self.rows[iteration * count : (iteration + 1) * count])

    def loss(self, iteration: int) -> float:
        """The loss with the parameters of an iteration."""
        return self.losses[iteration] if iteration < len(self.losses) else self.last


class Run:
    """A model on its way. Raises ProgramError for `batch="stochastic"` where the loss is no sum over examples."""

    def __init__(self, model: Model, plan: Plan) -> None:
        self.model = model
        self.plan = plan
        self.losses = array("d")
        self.rows = array("d", model.start)
        self.stop: Stop | None = None
        self._parameters = model.start
        self._held = [0.0] * len(model.parameters)
        self._update = OPTIMIZERS[plan.optimizer].start(plan.learning_rate, len(model.parameters))
        self._random = random.Random(plan.seed)
        self._order: list[int] = []
        if plan.batch == "stochastic" and not model.examples:
            raise ProgramError(
                "This loss cannot be taken apart: it is not a sum with a term for each example.",
                hint="Write it as `loss = sum((yout - ygt)**2 for …)` over two examples or more, or train on all of it.",
            )

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return len(self.rows) // len(self._held) - 1

    def example(self, iteration: int) -> int | None:
        """The example that an iteration learns from; None: all."""
        if self.plan.batch == "all" or not self.model.examples:
            return None
        count = len(self.model.examples.each)
        while len(self._order) <= iteration:
            again = list(range(count))
            self._random.shuffle(again)
            self._order += again
        return self._order[iteration]

    def check(self, steps: int, limits: TrainingLimits = TRAINING_LIMITS) -> None:
        """Raises LimitError if so many steps are too many."""
        if steps > (allowed := self.model.affordable(self.plan.batch, limits)):
            raise LimitError(
                f"{steps:,} steps of {self.model.work(self.plan.batch):,} operations are too many here; "
                f"at most {allowed:,} steps are made.",
                limit="training", value=allowed, hint=f"Ask for {allowed:,} steps or fewer.",
            )  # fmt: skip

    def advance(self, steps: int, seconds: float = math.inf) -> bool:
        """Go on until so many updates are made, or the time is up. It ends early at the first number that is not finite.

        Whether nothing is left to do.
        """
        zero_grad, update, parameters = self.plan.zero_grad, self._update, self._parameters
        started = breath = perf_counter()
        for iteration in range(self.updates, steps):
            if self.stop:
                break
            if (now := perf_counter()) - breath > BREATH_SECONDS:
                if now - started > seconds:
                    return False
                if now - started > 10 * BREATH_SECONDS:
                    sleep(0)
                breath = now
            loss, grads = self._gradients(iteration, parameters)
            self.losses.append(loss)
            if not zero_grad:
                self._held = grads = [before + grad for before, grad in zip(self._held, grads, strict=True)]
            if not math.isfinite(loss + sum(grads)) and (stop := self._wild(iteration, parameters, grads)):
                self.stop = stop
                break
            following = update(parameters, grads)
            if not math.isfinite(sum(following)) and (slot := _first_wild(following)) is not None:
                self.stop = Stop(iteration, self.model.parameters[slot].id, "data", "update", following[slot])
                break
            self._parameters = parameters = following
            self.rows.extend(parameters)
        return True

    def _gradients(self, iteration: int, parameters: list[float]) -> tuple[float, list[float]]:
        if (example := self.example(iteration)) is None:
            return self.model.gradients(parameters)
        return self.model.loss(parameters), self.model.gradients_of(example, parameters)

    def grads(self, iteration: int) -> list[float]:
        """The grads that an iteration's update follows: where they are never zeroed, as they have added up by then."""
        first = iteration if self.plan.zero_grad else 0
        found = self._gradients(first, self.at(first))[1]
        for each in range(first + 1, iteration + 1):
            found = [before + grad for before, grad in zip(found, self._gradients(each, self.at(each))[1], strict=True)]
        return found

    def at(self, iteration: int) -> list[float]:
        """The parameters of an iteration that there is."""
        count = len(self._held)
        return list(self.rows[iteration * count : (iteration + 1) * count])

    def history(self, steps: int) -> History:
        """The first steps of it, as if it had gone no further."""
        made = min(steps, self.updates)
        end = self.stop if self.stop and self.stop.iteration < steps else None
        losses = self.losses[: made + 1 if end else made]
        parameters = self.at(made)
        last = self.losses[made] if made < len(self.losses) else self.model.values(parameters)[-1]
        if end is None and not math.isfinite(last):
            end = self._wild(made, parameters, ())
        return History(self.model, self.plan, losses, self.rows[: (made + 1) * len(parameters)], last, end)

    def _wild(self, iteration: int, parameters: list[float], grads: Sequence[float]) -> Stop | None:
        """The first value that is not finite, else the first gradient on the way back, if the loss or a grad is not."""
        model, id = self.model, self.model.graph.id
        values, found = model.full(parameters)
        if math.isfinite(model.loss(parameters)) and _first_wild(grads) is None:
            return None
        if (at := _first_wild(values)) is not None:
            return Stop(iteration, id(at), "data", "forward", values[at])
        if (back := _first_wild(found[::-1])) is not None:
            at = len(found) - 1 - back
            return Stop(iteration, id(at), "grad", "backward", found[at])
        slot = _first_wild(grads) or 0  # only what has added up is not finite
        return Stop(iteration, model.parameters[slot].id, "grad", "backward", grads[slot])


def train(
    graph: Recording | Trace | Model,
    *,
    steps: int,
    learning_rate: float,
    optimizer: str = "sgd",
    parameters: Sequence[str] | None = None,
    zero_grad: bool = True,
    batch: Batch = "all",
    seed: int = 0,
    limits: TrainingLimits = TRAINING_LIMITS,
) -> History:
    """Train the graph of a run. See `Model`. Raises LimitError before it begins."""
    model = graph if isinstance(graph, Model) else Model(graph, parameters)
    run = Run(model, Plan(learning_rate, optimizer, zero_grad, batch, seed))
    run.check(steps, limits)
    run.advance(steps)
    return run.history(steps)


def _first_wild(numbers: Sequence[float]) -> int | None:
    return next((i for i, x in enumerate(numbers) if not math.isfinite(x)), None)
