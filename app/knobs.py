"""How a program is trained: the knobs that pictures, pages and studies have in common."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from stepgrad.app.hints import nearest
from stepgrad.app.query import Query, Row
from stepgrad.app.spellings import OneOf, Switch, Within
from stepgrad.engine.limits import TRAINING_LIMITS
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.train import Plan

__all__ = ["KNOBS", "AtIteration", "Iteration", "Iterations", "Knobs", "Versus", "differences", "plan_of"]

MOST_NAMED = 100
"""Names in `train=`."""

_TRAINING = Row("training", ("numbers",))
_UPDATES = f"0…{TRAINING_LIMITS.steps}"


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


class Knobs(Query):
    """How a program is trained."""

    learning_rate: Annotated[
        float,
        Within(0.0, 1e6, whole=False, hint="It is a number from 0 to 1,000,000, such as `0.05`."),
        Row("training", ("numbers",), "NUMBER"),
    ] = Field(default=0.05, description="How far one update goes along the gradient.", examples=[0.05])
    optimizer: Annotated[str, OneOf(OPTIMIZERS), _TRAINING] = Field(
        default="sgd",
        description="The rule of the update, with the defaults of torch.optim: "
        + "; ".join(f"`{row.name}`: {row.help}" for row in OPTIMIZERS.values())
        + ".",
    )
    zero_grad: Annotated[Switch, _TRAINING] = Field(
        default=True, description="Forget the grads before each backward pass; `false` lets them add up."
    )
    batch: Annotated[Literal["all", "stochastic"], _TRAINING] = Field(
        default="all", description="What one update is made from: the whole loss, or the terms of one example, each in its turn."
    )
    seed: Annotated[int, Within(0, 10**9 - 1), Row("training", ("numbers",), "N")] = Field(
        default=0, description="Of the order of single examples (`batch=stochastic`).", examples=[1]
    )
    train: Annotated[
        str, BeforeValidator(_names, json_schema_input_type=str | list[str]), Row("training", ("numbers",), "NAMES")
    ] = Field(
        default="",
        description="What is trained: names with commas, or the start of names (`n.layers[0]`). Without it the parameters of "
        "nets, else all inputs.",
        examples=["a,b"],
    )


KNOBS = tuple(Knobs.model_fields)
"""Their names, in canonical order."""

Iteration = Annotated[int | None, Within(0, TRAINING_LIMITS.steps)]


class AtIteration(Query):
    """A moment of training."""

    iteration: Annotated[Iteration, Row("training", ("numbers",), _UPDATES)] = Field(
        default=None,
        description="The graph as it is after so many updates in training, with the next one. Without it, the run as it is.",
        examples=[10],
    )


def plan_of(knobs: Knobs) -> Plan:
    """How the engine is to train; what it is to train is `train`."""
    return Plan(knobs.learning_rate, knobs.optimizer, knobs.zero_grad, knobs.batch, knobs.seed)


_COMPARED = tuple(name for name in KNOBS if name != "train")


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
    other = Knobs.read(value).strings()
    return ",".join(f"{name}:{other[name]}" for name in _COMPARED if name in value)


def differences(versus: str) -> dict[str, str]:
    """What the second run does otherwise, by knob."""
    return {name: value for name, _, value in (part.partition(":") for part in versus.split(",")) if name}


Iterations = Annotated[
    int,
    Within(0, TRAINING_LIMITS.steps),
    Row("training", ("page",), _UPDATES, kinds=("page", "embed")),
    Field(description="Updates to make.", examples=[500]),
]
Versus = Annotated[
    str,
    BeforeValidator(_versus, json_schema_input_type=str | dict[str, Any]),
    Row("training", ("page",), "KNOB:VALUE,…", kinds=("page", "embed")),
    Field(
        description="A second run beside it, with other knobs; in a JSON body it may be an object.",
        examples=["learning_rate:0.5", "zero_grad:false"],
    ),
]
