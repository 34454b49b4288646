"""What can be asked of a training run: how the program is trained, and what of it is looked at."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from stepgrad.app.knobs import Iteration, Iterations, Knobs, Versus, differences
from stepgrad.app.spellings import Switch
from stepgrad.app.studies.questions import Look, Placed, Question

__all__ = ["BoundaryLook", "Descent", "LossLook", "Table", "Training", "Watched"]


class _Steps(Question):
    steps: Iterations = 100


class Descent(Knobs, _Steps):
    """How a program is trained, and for how long."""

    trains = True


class Table(Descent):
    """Every iteration of a training run."""


class Watched(Descent):
    """A training run with one iteration in view, and perhaps another beside it."""

    iteration: Iteration = Field(default=None, description="An iteration to look at.", examples=[10])
    versus: Versus = ""

    @property
    def differences(self) -> dict[str, str]:
        """What the other run does otherwise."""
        return differences(self.versus)

    def other(self) -> Self | None:
        """The question about the other run."""
        if not self.versus:
            return None
        given = Knobs.read(self.differences)
        return self.model_copy(update={"versus": ""} | {name: getattr(given, name) for name in self.differences})


class Training(Watched):
    """The numbers of a training run."""

    history: Switch = Field(default=False, description="Send the parameters of every iteration.")


class BoundaryLook(Placed, Look):
    """The picture of one."""


class LossLook(Watched, Look):
    """The picture of one."""

    scale: Literal["linear", "log"] = Field(default="linear", description="The axis of the loss.")
