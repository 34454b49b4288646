"""What can be asked of a run: the query of each study, read as strictly as the options of a picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self, get_args
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from stepgrad.app.errors import ProblemError
from stepgrad.app.knobs import KNOBS, Batch, Iteration, LearningRate, Optimizer, Seed, Train, ZeroGrad
from stepgrad.app.options import Options, ignored
from stepgrad.app.spellings import NUMBER, Bg, Digits, Expand, InputNumbers, OpenGroups, StepName, among, nearest
from stepgrad.engine.folding import Collapse
from stepgrad.engine.limits import STUDY_LIMITS

__all__ = ["About", "AboutOne", "CurveLook", "DiagramLook", "Explained", "Look", "Placed", "PlotLook", "Question"]

FURTHEST = 1e12
"""How far from 0 a plot may go."""


def _number(value: Any) -> Any:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("It is a number, such as `0.5`, `-5` or `1e-3`.")
    if not math.isfinite(value) or abs(value) > FURTHEST:
        raise ValueError(f"It is a number from {-FURTHEST:g} to {FURTHEST:g}.")
    return float(value)


def _samples(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 2 <= value <= STUDY_LIMITS.samples:
        raise ValueError(f"Allowed are 2 to {STUDY_LIMITS.samples:,}.")
    return value


def _name(value: Any) -> Any:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise ValueError("It is the name of a value, such as `x1`, or its key or id.")
    return value


Number = Annotated[float, BeforeValidator(_number, json_schema_input_type=float)]
Name = Annotated[str, BeforeValidator(_name, json_schema_input_type=str)]


class Question(BaseModel):
    """The options of one study. Hashable; equal questions have equal answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expand: Expand = Field(
        default="",
        description="Operations to take apart, as in a picture: names with commas, `micrograd` or `all`.",
        examples=["micrograd"],
    )

    inputs: InputNumbers = Field(
        default="",
        description="Other numbers for inputs, by name: `x1:0.5,b:-2`. In a JSON body it is an object.",
        examples=["a:4"],
    )

    @classmethod
    def from_query(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """The question of one address. Raises a 422 problem for what is unknown, impossible or given twice."""
        given: dict[str, str] = {}
        for name, value in pairs:
            if ignored(name):
                continue
            if name in given:
                raise _problem(f"`{name[:40]}` is given twice.", "Give it once.")
            given[name] = value
        return cls.read(given)

    @classmethod
    def read(cls, given: dict[str, Any]) -> Self:
        """The question of a query, a JSON body or a command line. Raises a 422 problem that names what is allowed."""
        names = cls.names()
        for name in given:
            if name not in names:
                raise _problem(f"`{name[:40]}` is not an option.", f"{nearest(name, names)}Allowed are {', '.join(names)}.")
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise cls._explain(error) from None

    @classmethod
    def _explain(cls, error: ValidationError) -> ProblemError:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        field = next((field for each, field in cls.model_fields.items() if name in (each, field.alias)), None)
        allowed = [str(word) for word in get_args(field.annotation)] if field and first["type"] == "literal_error" else []
        hint = among(first["input"], allowed) if allowed else str(first["msg"]).removeprefix("Value error, ")
        return _problem(f"`{name[:40]}` cannot have this value." if name else "These do not go together.", hint)

    @classmethod
    def names(cls) -> list[str]:
        """The names in a query."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    trains: ClassVar[bool] = False
    """Whether it is about training, and never asks how the run itself went."""

    def options(self) -> Options:
        """Which run it is about, with nothing folded."""
        return Options(expand=self.expand, inputs=self.inputs, collapse="none")

    def query(self) -> str:
        """The canonical query string: fixed order, defaults left out."""
        parts = []
        for name, field in type(self).model_fields.items():
            if (value := getattr(self, name)) != field.default:
                parts.append(f"{field.alias or name}={quote(str(value), safe='')}")
        return "&".join(parts)


def _problem(detail: str, hint: str) -> ProblemError:
    return ProblemError(422, "option", "An option is wrong", detail, hint=hint)


class Placed(Question):
    """With a moment of training."""

    trains = True

    iteration: Iteration = None
    learning_rate: LearningRate = 0.05
    optimizer: Optimizer = "sgd"
    zero_grad: ZeroGrad = "true"
    batch: Batch = "all"
    seed: Seed = 0
    train: Train = ""


class About(Placed):
    """Of the whole graph: of the run, or of an iteration of its training."""

    trains = False

    def options(self) -> Options:
        return super().options().model_copy(update={name: getattr(self, name) for name in ("iteration", *KNOBS)})


class AboutOne(About):
    """Of the whole graph, or of one value."""

    node: Name | None = Field(
        default=None,
        description="One value: its name, key (`o/0/1`) or id (`n4`). Without it, all that have a name.",
        examples=["a"],
    )


class Explained(About):
    """Of one value, or of one step."""

    node: Name | None = Field(default=None, description="Which value; without it and without a step, the output.", examples=["a"])
    step: StepName | None = Field(default=None, description="Which step, as in a picture.", examples=["seed"])


class Look(Question):
    """How a plot is drawn."""

    theme: Literal["light", "dark", "print"] = Field(default="light", description="Colours.")
    bg: Bg = Field(default="transparent", description="`transparent`, `theme`, `white`, `#rgb` or `#rrggbb`.", examples=["white"])
    font: Literal["embed", "none"] = Field(default="embed", description="Put the letters that are used into the SVG, or not.")


class CurveLook(About, Look):
    """The error of a difference against h."""

    node: Name | None = Field(default=None, description="Which value; without it, the first input.", examples=["a"])


class PlotLook(About, Look):
    """The output against one value."""

    x: Name | None = Field(default=None, description="Which value runs along; without it, the first input.", examples=["a"])
    low: Number | None = Field(default=None, alias="from", description="Where the plot begins.", examples=[-5])
    high: Number | None = Field(default=None, alias="to", description="Where it ends.", examples=[5])
    h: Number | None = Field(default=None, description="How far the secant reaches from the point.", examples=[0.5])
    samples: Annotated[int | None, BeforeValidator(lambda value: None if value is None else _samples(value))] = Field(
        default=None, description="Points to compute; without it, as many as are useful.", examples=[200],
        json_schema_extra={"maximum": STUDY_LIMITS.samples},
    )  # fmt: skip


def _example(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value, re.ASCII):
        value = int(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError("It is a whole number from 1.")
    return value


class DiagramLook(About, Look):
    """A neuron or a network at one moment."""

    step: StepName = Field(default="end", description="Which moment, as in a picture.", examples=["5"])
    steps: Literal["edge", "node"] = Field(
        default="edge", description="Backward steps: for each contribution, or each operation."
    )
    digits: Digits | None = Field(
        default=None, ge=0, le=10, description="Decimals; without it 4 for one neuron and 2 for a network.", examples=[2]
    )
    color: Literal["data", "grad"] = Field(default="data", description="What tints the circles and makes the lines thick.")
    example: Annotated[int | None, BeforeValidator(_example, json_schema_input_type=int)] = Field(
        default=None, description="Which use of the net; without it the one where the step happens, else the first.", examples=[1]
    )
    neuron: Name | None = Field(
        default=None, description="One neuron of a network, by the name of its value, its sum or one of its weights.",
        examples=["b"],
    )  # fmt: skip
    collapse: Collapse = Field(
        default="none", description="Steps are those of the graph folded like this, as in a picture.", examples=["layer"]
    )
    open: OpenGroups = Field(default="", description="Folded parts that are open, as in a picture.", examples=["ypred/n"])

    def options(self) -> Options:
        """As it is seen, too."""
        return super().options().model_copy(update={"collapse": self.collapse, "open": self.open})
