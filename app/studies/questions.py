"""What can be asked of a run: the query of each study, read as strictly as the options of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field

from stepgrad.app.knobs import KNOBS, AtIteration, Knobs
from stepgrad.app.options import Options
from stepgrad.app.query import Query, each_once
from stepgrad.app.spellings import Bg, Digits, Expand, InputNumbers, OpenGroups, StepName, Within
from stepgrad.engine.folding import Collapse
from stepgrad.engine.limits import STUDY_LIMITS

__all__ = ["About", "AboutOne", "CurveLook", "DiagramLook", "Explained", "Look", "Placed", "PlotLook", "Question"]

FURTHEST = 1e12
"""How far from 0 a plot may go."""


def _name(value: Any) -> Any:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise ValueError("It is the name of a value, such as `x1`, or its key or id.")
    return value


Number = Annotated[
    float,
    Within(-FURTHEST, FURTHEST, whole=False, hint=f"It is a number from {-FURTHEST:g} to {FURTHEST:g}: `0.5`, `-5` or `1e-3`."),
]
Name = Annotated[str, BeforeValidator(_name, json_schema_input_type=str)]


class Question(Query):
    """The options of one study. Hashable; equal questions have equal answers."""

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
        return cls.read(each_once(pairs))

    trains: ClassVar[bool] = False
    """Whether it is about training, and never asks how the run itself went."""

    def options(self) -> Options:
        """Which run it is about, with nothing folded."""
        return Options(expand=self.expand, inputs=self.inputs, collapse="none")

    def query(self) -> str:
        """The canonical query string: fixed order, defaults left out."""
        return self.canonical(type(self).model_fields)


class Placed(Knobs, AtIteration, Question):
    """With a moment of training."""

    trains = True


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
    samples: Annotated[int | None, Within(2, STUDY_LIMITS.samples)] = Field(
        default=None, description="Points to compute; without it, as many as are useful.", examples=[200]
    )


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
    example: Annotated[int | None, Within(1, 999_999, hint="It is a whole number from 1.")] = Field(
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
