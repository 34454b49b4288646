"""What can be asked of a training run: how the program is trained, and what of it is looked at."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field

from stepgrad.app.knobs import KNOBS, Batch, Iterations, LearningRate, Optimizer, Seed, Switch, Train, ZeroGrad, iterations
from stepgrad.app.spellings import nearest
from stepgrad.app.studies.questions import Look, Placed, Question

__all__ = ["BoundaryLook", "Descent", "LossLook", "Table", "Training", "Watched"]


class Descent(Question):
    """How a program is trained."""

    trains = True

    steps: Iterations = 100
    learning_rate: LearningRate = 0.05
    optimizer: Optimizer = "sgd"
    zero_grad: ZeroGrad = "true"
    batch: Batch = "all"
    seed: Seed = 0
    train: Train = ""


def _versus(value: Any) -> Any:
    """The canonical spelling: knobs in their order, each once."""
    if isinstance(value, str):
        pairs = [part.partition(":") for part in value.split(",") if part.strip()]
        value = {name.strip(): text.strip() for name, _, text in pairs}
        if len(value) < len(pairs):
            raise ValueError("A knob is given twice.")
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise ValueError("It is `KNOB:VALUE`, several with commas: `learning_rate:0.5,optimizer:adam`.")
    for name in value:
        if name not in _COMPARED:
            raise ValueError(f"{nearest(name, _COMPARED)}Compared can be {', '.join(f'`{knob}`' for knob in _COMPARED)}.")
    other = Descent.read(value)
    return ",".join(f"{name}:{getattr(other, name)}" for name in _COMPARED if name in value)


_COMPARED = tuple(name for name in KNOBS if name != "train")


class Table(Descent):
    """Every iteration of a training run."""


class Watched(Descent):
    """A training run with one iteration in view, and perhaps another beside it."""

    iteration: Annotated[int | None, iterations] = Field(default=None, description="An iteration to look at.", examples=[10])
    versus: Annotated[str, BeforeValidator(_versus, json_schema_input_type=str | dict[str, Any])] = Field(
        default="",
        description="Another run beside it, with other knobs: `learning_rate:0.5`, several with commas. "
        "In a JSON body it may be an object.",
        examples=["learning_rate:0.5", "zero_grad:false"],
    )

    @property
    def differences(self) -> list[tuple[str, str]]:
        """What the other run does otherwise."""
        return [(name, value) for name, _, value in (part.partition(":") for part in self.versus.split(",")) if name]

    def other(self) -> Self | None:
        """The question about the other run."""
        if not self.versus:
            return None
        given = Descent.read(dict(self.differences))
        return self.model_copy(update={"versus": ""} | {name: getattr(given, name) for name, _ in self.differences})


class Training(Watched):
    """The numbers of a training run."""

    history: Switch = Field(
        default="false", description="Send the parameters of every iteration.", json_schema_extra={"default": False}
    )


class BoundaryLook(Placed, Look):
    """The picture of one."""


class LossLook(Watched, Look):
    """The picture of one."""

    scale: Literal["linear", "log"] = Field(default="linear", description="The axis of the loss.")
