"""What can be asked of a training run: how the program is trained, and what of it is looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.knobs import Batch, Iteration, Iterations, LearningRate, Optimizer, Seed, Switch, Train, ZeroGrad, iterations
from app.studies.questions import Look, Question

__all__ = ["BoundaryLook", "Descent", "LossLook", "Placed", "Table", "Training", "Watched"]


class Descent(Question):
    """How a program is trained."""

    steps: Iterations = 100
    learning_rate: LearningRate = 0.05
    optimizer: Optimizer = "sgd"
    zero_grad: ZeroGrad = "true"
    batch: Batch = "all"
    seed: Seed = 0
    train: Train = ""


class Table(Descent):
    """Every iteration of a training run."""


class Watched(Descent):
    """A training run with one iteration in view."""

    iteration: Annotated[int | None, iterations] = Field(default=None, description="An iteration to look at.", examples=[10])


class Training(Watched):
    """The numbers of a training run."""

    history: Switch = Field(
        default="false", description="Send the parameters of every iteration.", json_schema_extra={"default": False}
    )


class Placed(Question):
    """A moment of training, without the way there."""

    iteration: Iteration = None
    learning_rate: LearningRate = 0.05
    optimizer: Optimizer = "sgd"
    zero_grad: ZeroGrad = "true"
    batch: Batch = "all"
    seed: Seed = 0
    train: Train = ""


class BoundaryLook(Placed, Look):
    """The picture of one."""


class LossLook(Watched, Look):
    """The picture of one."""

    scale: Literal["linear", "log"] = Field(default="linear", description="The axis of the loss.")
