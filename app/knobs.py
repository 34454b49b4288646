"""How a program is trained: the knobs that pictures, pages and studies have in common, and what their values look like."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Protocol

from pydantic import BeforeValidator, Field

from stepgrad.app.spellings import OneOf
from stepgrad.engine.limits import TRAINING_LIMITS
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.train import Plan

__all__ = [
    "KNOBS",
    "Batch",
    "Iteration",
    "Iterations",
    "Knobs",
    "LearningRate",
    "Optimizer",
    "Seed",
    "Switch",
    "Train",
    "Versus",
    "ZeroGrad",
    "iterations",
    "plan_of",
]

KNOBS = ("learning_rate", "optimizer", "zero_grad", "batch", "seed", "train")
"""Their names, in canonical order."""

MOST_NAMED = 100
"""Names in `train=`."""


class Knobs(Protocol):
    """Whatever says how a program is trained."""

    @property
    def learning_rate(self) -> float: ...
    @property
    def optimizer(self) -> str: ...
    @property
    def zero_grad(self) -> Literal["true", "false"]: ...
    @property
    def batch(self) -> Literal["all", "stochastic"]: ...
    @property
    def seed(self) -> int: ...
    @property
    def train(self) -> str: ...


def plan_of(knobs: Knobs) -> Plan:
    """How the engine is to train; what it is to train is `train`."""
    return Plan(knobs.learning_rate, knobs.optimizer, knobs.zero_grad == "true", knobs.batch, knobs.seed)


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


def _versus(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > 200 or not re.fullmatch(r"(?:[a-z_]+:[\w.+-]+(?:,(?!$)|$))*", value, re.ASCII):
        raise ValueError("It is options of training with other values: `learning_rate:0.5,zero_grad:false`.")
    return value


iterations = _whole(TRAINING_LIMITS.steps)
Iterations = Annotated[
    int,
    iterations,
    Field(description="Updates to make.", examples=[500], json_schema_extra={"maximum": TRAINING_LIMITS.steps}),
]
Iteration = Annotated[
    int | None,
    iterations,
    Field(
        description="The graph as it is after so many updates in training, with the next one. Without it, the run as it is.",
        examples=[10],
    ),
]
LearningRate = Annotated[
    float,
    BeforeValidator(_rate, json_schema_input_type=float),
    Field(description="How far one update goes along the gradient.", examples=[0.05]),
]
Optimizer = Annotated[
    str,
    OneOf(OPTIMIZERS),
    Field(
        description="The rule of the update, with the defaults of torch.optim: "
        + "; ".join(f"`{row.name}`: {row.help}" for row in OPTIMIZERS.values())
        + "."
    ),
]
Switch = Annotated[Literal["true", "false"], BeforeValidator(_switch, json_schema_input_type=bool)]
ZeroGrad = Annotated[
    Switch,
    Field(
        description="Forget the grads before each backward pass; `false` lets them add up.", json_schema_extra={"default": True}
    ),
]
Batch = Annotated[
    Literal["all", "stochastic"],
    Field(description="What one update is made from: the whole loss, or the terms of one example, each in its turn."),
]
Seed = Annotated[int, _whole(10**9 - 1), Field(description="Of the order of single examples (`batch=stochastic`).", examples=[1])]
Train = Annotated[
    str,
    BeforeValidator(_names, json_schema_input_type=str | list[str]),
    Field(
        description="What is trained: names with commas, or the start of names (`n.layers[0]`). Without it the parameters of "
        "nets, else all inputs.",
        examples=["a,b"],
    ),
]
Versus = Annotated[
    str,
    BeforeValidator(_versus, json_schema_input_type=str),
    Field(
        description="A second run beside the first: what it does otherwise. Only for the page and /embed.",
        examples=["learning_rate:0.5", "zero_grad:false"],
    ),
]
