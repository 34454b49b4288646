"""What can be asked of a training run: how the program is trained, and what of it is looked at."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from app.studies.questions import Look, Question
from engine.limits import TRAINING_LIMITS

__all__ = ["Descent", "LossLook", "Table", "Training", "Watched"]

MOST_NAMED = 100
"""Names in `train=`."""


def _whole(most: int) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise ValueError(f"Allowed are 0 to {most:,}.")
        return value

    return BeforeValidator(read, json_schema_input_type=int)


def _rate(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{0,20}\.?[0-9]{1,25}(?:[eE][-+]?[0-9]{1,3})?", value, re.ASCII):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= 1e6:
        raise ValueError("It is a number from 0 to 1,000,000, such as `0.05`.")
    return float(value)


def _switch(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _names(value: Any) -> Any:
    """Names with commas; a list in a JSON body."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or not all(isinstance(name, str) and len(name) <= 200 for name in value):
        raise ValueError("It is names of values with commas, such as `w1,b`.")
    names = [name.strip() for name in value if name.strip()]
    if len(names) > MOST_NAMED:
        raise ValueError(f"At most {MOST_NAMED} names; `n.layers[0]` stands for all that begin so.")
    return ",".join(dict.fromkeys(names))


Switch = Annotated[Literal["true", "false"], BeforeValidator(_switch, json_schema_input_type=bool)]


class Descent(Question):
    """How a program is trained."""

    steps: Annotated[int, _whole(TRAINING_LIMITS.steps)] = Field(
        default=100, description="Updates to make.", examples=[500], json_schema_extra={"maximum": TRAINING_LIMITS.steps}
    )
    learning_rate: Annotated[float, BeforeValidator(_rate, json_schema_input_type=float)] = Field(
        default=0.05, description="How far one update goes along the gradient.", examples=[0.05]
    )
    optimizer: Literal["sgd", "momentum", "adam"] = Field(
        default="sgd", description="Gradient descent as in the lecture, with momentum 0.9, or Adam; as torch.optim has them."
    )
    zero_grad: Switch = Field(
        default="true",
        description="Forget the grads before each backward pass; `false` lets them add up.",
        json_schema_extra={"default": True},
    )
    train: Annotated[str, BeforeValidator(_names, json_schema_input_type=str | list[str])] = Field(
        default="",
        description="What is trained: names with commas, or the start of names (`n.layers[0]`). Without it the parameters of "
        "nets, else all inputs.",
        examples=["a,b"],
    )


class Table(Descent):
    """Every iteration of a training run."""


class Watched(Descent):
    """A training run with one iteration in view."""

    iteration: Annotated[int | None, _whole(TRAINING_LIMITS.steps)] = Field(
        default=None, description="An iteration to look at.", examples=[10]
    )


class Training(Watched):
    """The numbers of a training run."""

    history: Switch = Field(
        default="false", description="Send the parameters of every iteration.", json_schema_extra={"default": False}
    )


class LossLook(Watched, Look):
    """The picture of one."""

    scale: Literal["linear", "log"] = Field(default="linear", description="The axis of the loss.")
