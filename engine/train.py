"""Gradient descent on the graph of a run: forward, zero the grads, backward, update, as the lecture writes its loop.

The graph is compiled once and replayed with other parameters, so a step costs microseconds; no value is built. What is kept of
each iteration is its loss and its parameters, from which everything else can be computed again.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.compile import Instruction, Program, Structure, program
from engine.errors import LimitError
from engine.limits import TRAINING_LIMITS, TrainingLimits
from engine.replay import Replay
from engine.trace import Field, Node, Trace

__all__ = ["OPTIMIZERS", "History", "Model", "Optimizer", "Stop", "train"]

Optimizer = Literal["sgd", "momentum", "adam"]
Update = Callable[[list[float], list[float]], list[float]]
"""Parameters and their grads → the next parameters."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the first number that is not finite came up, and in which part of the iteration."""

    iteration: int
    node: str
    field: Field
    phase: Literal["forward", "backward", "update"]
    number: float


class Model:
    """A loss as a function of the parameters that are trained: the graph under the last backward pass of a run.

    Trained are the values with the ids in `parameters`; without it the parameters of nets, else all inputs. They begin as they
    were when the run began. Raises ValueError for an id that is no leaf under the loss.
    """

    def __init__(self, trace: Trace, parameters: Sequence[str] | None = None) -> None:
        replay = Replay(trace)
        self.root = replay.root
        self.nodes = tuple(node for node in trace.nodes if node.id in replay.leading)
        leaves = [node for node in self.nodes if node.op is None]
        self.parameters = _chosen(leaves, parameters)
        trained = {node.id for node in self.parameters}
        others = [node for node in leaves if node.id not in trained]
        self.start = [trace.start.get(node.id, node.data) for node in self.parameters]
        self._fixed = [trace.start.get(node.id, node.data) for node in others]
        self._number = {node.id: i for i, node in enumerate(self.nodes)}
        instructions = tuple(
            Instruction(node.op, self._number[node.id], tuple(self._number[each] for each in node.inputs), node.params)
            for node in self.nodes
            if node.op is not None
        )
        order = tuple(self._number[node.id] for node in [*self.parameters, *others])
        wanted = order[: len(self.parameters)]
        self._structure = Structure(len(self.nodes), order, instructions, self._number[self.root], wanted)
        self.work = max(1, len(instructions) + len(self.parameters))
        """Operations in one step."""

    def affordable(self, limits: TrainingLimits = TRAINING_LIMITS) -> int:
        """How many steps may be asked for."""
        return min(limits.steps, limits.work // self.work)

    @property
    def program(self) -> Program:
        return program(self._structure)

    def gradients(self, parameters: Sequence[float]) -> tuple[float, list[float]]:
        """The loss, and its gradient for each parameter."""
        return self.program.gradients([*parameters, *self._fixed])

    def values(self, parameters: Sequence[float]) -> dict[str, float]:
        """Every value with these parameters, by node id."""
        found = self.program.forward([*parameters, *self._fixed])
        return {id_: found[i] for id_, i in self._number.items()}

    def full(self, parameters: Sequence[float]) -> tuple[dict[str, float], dict[str, float]]:
        """Every value with these parameters, and the gradient of the loss for each, by node id."""
        data, grads = self.program.full([*parameters, *self._fixed])
        return {id_: data[i] for id_, i in self._number.items()}, {id_: grads[i] for id_, i in self._number.items()}

    def train(
        self,
        *,
        steps: int,
        learning_rate: float,
        optimizer: Optimizer = "sgd",
        zero_grad: bool = True,
        limits: TrainingLimits = TRAINING_LIMITS,
    ) -> History:
        """Run the loop. It stops early at the first number that is not finite. Raises LimitError before it begins."""
        if steps > (allowed := self.affordable(limits)):
            raise LimitError(
                f"{steps:,} steps of {self.work:,} operations are too many here; at most {allowed:,} steps are made.",
                limit="training", value=allowed, hint=f"Ask for {allowed:,} steps or fewer.",
            )  # fmt: skip
        gradients, fixed, count = self.program.gradients, self._fixed, len(self.parameters)
        update = OPTIMIZERS[optimizer](learning_rate, count)
        parameters, held = self.start, [0.0] * count
        losses, rows = array("d"), array("d", parameters)
        for iteration in range(steps):
            loss, grads = gradients(parameters + fixed)
            losses.append(loss)
            if not zero_grad:
                held = grads = [before + grad for before, grad in zip(held, grads, strict=True)]
            if not math.isfinite(loss + sum(grads)) and (stop := self._stop(iteration, parameters, grads)):
                return History(self, losses, rows, stop)
            following = update(parameters, grads)
            if not math.isfinite(sum(following)) and (slot := _first_wild(following)) is not None:
                stop = Stop(iteration, self.parameters[slot].id, "data", "update", following[slot])
                return History(self, losses, rows, stop)
            parameters = following
            rows.extend(parameters)
        return History(self, losses, rows, self._stop(steps, parameters, ()))

    def _stop(self, iteration: int, parameters: list[float], grads: Sequence[float]) -> Stop | None:
        """The first value that is not finite, else the first gradient on the way back, if the loss or a grad is not."""
        values, found = self.program.full([*parameters, *self._fixed])
        if math.isfinite(values[self._structure.output]) and _first_wild(grads) is None:
            return None
        if (at := _first_wild(values)) is not None:
            return Stop(iteration, self.nodes[at].id, "data", "forward", values[at])
        if (back := _first_wild(found[::-1])) is not None:
            at = len(found) - 1 - back
            return Stop(iteration, self.nodes[at].id, "grad", "backward", found[at])
        slot = _first_wild(grads) or 0  # only what has added up is not finite
        return Stop(iteration, self.parameters[slot].id, "grad", "backward", grads[slot])


@dataclass(frozen=True, slots=True)
class History:
    """What came of training. `losses[k]` is the loss with the parameters of iteration k, before update k."""

    model: Model
    losses: array[float]
    rows: array[float]
    """The parameters at iterations 0 … updates, one after the other."""
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


def train(
    trace: Trace,
    *,
    steps: int,
    learning_rate: float,
    optimizer: Optimizer = "sgd",
    parameters: Sequence[str] | None = None,
    zero_grad: bool = True,
    limits: TrainingLimits = TRAINING_LIMITS,
) -> History:
    """Train the graph of a run. See `Model`."""
    model = Model(trace, parameters)
    return model.train(steps=steps, learning_rate=learning_rate, optimizer=optimizer, zero_grad=zero_grad, limits=limits)


def _chosen(leaves: Sequence[Node], wanted: Sequence[str] | None) -> tuple[Node, ...]:
    if wanted is not None:
        by_id = {leaf.id: leaf for leaf in leaves}
        if missing := [id_ for id_ in wanted if id_ not in by_id]:
            raise ValueError(f"{missing[0]} is not a leaf that the loss depends on")
        chosen = tuple(by_id[id_] for id_ in dict.fromkeys(wanted))
    else:
        chosen = tuple(leaf for leaf in leaves if leaf.kind == "parameter")
        chosen = chosen or tuple(leaf for leaf in leaves if leaf.kind == "input")
    if not chosen:
        raise ValueError("there is nothing to train")
    return chosen


def _first_wild(numbers: Sequence[float]) -> int | None:
    return next((i for i, x in enumerate(numbers) if not math.isfinite(x)), None)


# Optimizers: the rules and defaults of torch.optim ----------------------------------------------------------------------


def _descent(rate: float, count: int) -> Update:
    """w ← w − rate · grad"""

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        return [w - rate * g for w, g in zip(parameters, grads, strict=True)]

    return update


def _momentum(rate: float, count: int, keep: float = 0.9) -> Update:
    """velocity ← keep · velocity + grad; w ← w − rate · velocity"""
    velocity = [0.0] * count

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        nonlocal velocity
        velocity = [keep * v + g for v, g in zip(velocity, grads, strict=True)]
        return [w - rate * v for w, v in zip(parameters, velocity, strict=True)]

    return update


def _adam(rate: float, count: int, keep: float = 0.9, keep_square: float = 0.999, eps: float = 1e-8) -> Update:
    """w ← w − rate · mean / (√square + eps), of running means of grad and grad² that are corrected for having begun at 0."""
    mean, square, step = [0.0] * count, [0.0] * count, 0

    def update(parameters: list[float], grads: list[float]) -> list[float]:
        nonlocal mean, square, step
        step += 1
        mean = [m + (g - m) * (1.0 - keep) for m, g in zip(mean, grads, strict=True)]
        square = [s * keep_square + (1.0 - keep_square) * g * g for s, g in zip(square, grads, strict=True)]
        size = rate / (1.0 - keep**step)
        scale = math.sqrt(1.0 - keep_square**step)
        return [w - size * (m / (math.sqrt(s) / scale + eps)) for w, m, s in zip(parameters, mean, square, strict=True)]

    return update


OPTIMIZERS: dict[Optimizer, Callable[[float, int], Update]] = {"sgd": _descent, "momentum": _momentum, "adam": _adam}
