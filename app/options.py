"""The options of a picture: one model for the query of an address, the JSON body, the embed and the command line.

docs/contract.md has the table. A misspelt name or value is an error that names what is allowed. A name given twice is an error
too: a picture must not depend on which of two a proxy prefers. `utm_*`, `v` and `id` are nobody's business and are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stepgrad.app.errors import ProblemError
from stepgrad.app.knobs import Batch, Iteration, Iterations, LearningRate, Optimizer, Seed, Train, Versus, ZeroGrad
from stepgrad.app.spellings import (
    EXPANDABLE,
    Bg,
    Digits,
    Example,
    Expand,
    Highlight,
    InputNumbers,
    OpenGroups,
    Quiz,
    StepName,
    Switch,
    among,
    nearest,
    shown,
)
from stepgrad.engine.ops import MICROGRAD

__all__ = [
    "IGNORED",
    "Kind",
    "Options",
    "explain",
    "ignored",
    "operations",
    "overrides",
]

Kind = Literal["picture", "page", "embed"]

IGNORED = frozenset({"v", "id"})
"""Names that links pick up on their way; `utm_…` is ignored too."""

_ENCODE_URI_COMPONENT = "!'()*,:/"  # as static/js/links.js writes it


def ignored(name: str) -> bool:
    return name in IGNORED or name.startswith("utm_")


class Options(BaseModel):
    """How one moment is shown. Hashable; equal options give equal bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: StepName = Field(
        default="end",
        description="Which moment: a step (0 is before the first; negative counts from the end), `end`, `start`, `forward`, "
        "`seed`, `forward:NAME` (NAME is computed) or `grad:NAME` (the last contribution to NAME's grad).",
        examples=["end", "5", "-1", "grad:x1"],
    )
    style: Literal["micrograd", "compact"] = Field(
        default="micrograd", description="Op nodes as in the notebook, or inside the boxes."
    )
    leaves: Literal["shared", "split", "auto"] = Field(default="auto", description="One box per leaf, or one per use of it.")
    dir: Literal["LR", "TB"] = Field(default="LR", description="From left to right, or from top to bottom.")
    theme: Literal["light", "dark", "print"] = Field(default="light", description="Colours.")
    digits: Digits = Field(default=4, ge=0, le=10, description="Decimals of the numbers in the picture.", examples=[2])
    bg: Bg = Field(
        default="transparent", description="`transparent`, `theme`, `white`, `#rgb` or `#rrggbb`.", examples=["white", "#fffbe6"]
    )
    expand: Expand = Field(
        default="",
        description="Operations to draw from simpler ones: names with commas, `micrograd` (sub, div, neg) or `all`; "
        "`tanh@KEY` is that of one value (`expands` of the node in the JSON).",
        examples=["micrograd", "tanh", "tanh@o"],
    )
    collapse: Literal["auto", "none", "neuron", "layer", "function", "statement", "turn", "loop"] = Field(
        default="auto",
        description="Parts of the program drawn as one box each: neurons, layers, calls, statements, turns of loops, loops, and "
        "all that is within them. `auto` folds as little as makes at most about 60 boxes.",
        examples=["layer", "none"],
    )
    open: OpenGroups = Field(
        default="",
        description="Folded parts to open, by the keys of their groups, with commas; after a minus sign, an open one to fold.",
        examples=["ypred/n#2", "-ypred/n#2"],
    )
    example: Example = Field(
        default=0,
        description="Where a net or a function is called several times, such as once for each example: the one that is shown, "
        "counted from 1. All others are one box. 0 is all of them.",
        examples=[0],
    )
    edges: Literal["none", "local", "contribution"] = Field(
        default="none",
        description="What stands at each edge: its local derivative, or its contribution (upstream × local).",
        examples=["local"],
    )
    steps: Literal["edge", "node"] = Field(
        default="edge",
        description="Backward steps: one for each contribution, or one for all that an operation sends back.",
        examples=["node"],
    )
    highlight: Highlight = Field(
        default="",
        description="`ancestors:NAME` or `descendants:NAME`: all else is dimmed.",
        examples=["ancestors:d", "descendants:a"],
    )
    color: Literal["none", "data", "grad"] = Field(
        default="none",
        description="Boxes tinted, and edges as thick, as these numbers are large; with a legend.",
        examples=["grad"],
    )
    hide: Literal["none", "constants"] = Field(
        default="none", description="Values that are not drawn. Their steps stay.", examples=["constants"]
    )
    number: Literal["none", "order"] = Field(
        default="none", description="A badge with each value's place in the order of evaluation.", examples=["order"]
    )
    quiz: Quiz = Field(
        default="",
        description="Numbers that the picture shows as `?`: `grad:NAME,NAME`, `data:NAME`, or both with a `;`.",
        examples=["grad:a,b", "data:d;grad:a"],
    )
    inputs: InputNumbers = Field(
        default="",
        description="Other numbers for inputs, by name: `x1:0.5,b:-2`. In a JSON body it is an object.",
        examples=["a:4"],
    )
    iteration: Iteration = None
    learning_rate: LearningRate = 0.05
    optimizer: Optimizer = "sgd"
    zero_grad: ZeroGrad = "true"
    batch: Batch = "all"
    seed: Seed = 0
    train: Train = ""
    iterations: Iterations = 100
    versus: Versus = ""
    font: Literal["embed", "none"] = Field(default="embed", description="Put the letters that are used into the SVG, or not.")
    dialect: Literal["torch", "micrograd"] = Field(default="torch", description="Whose Python. Only for .py.")
    lab: Literal["none", "plot", "code", "diagram", "orders", "square", "twice", "modes", "wrong", "predict", "train"] = Field(
        default="none", description="What is open beside the graph. Only for the page and /embed.", examples=["orders"]
    )
    controls: Literal["full", "minimal", "none"] = Field(
        default="full", description="What the embedded player shows. Only for /embed."
    )
    autoplay: Switch = Field(
        default="0", description="Whether the embedded player starts by itself. Only for /embed.", examples=["1"]
    )

    present: Switch = Field(
        default="0",
        description="The graph and its sentence alone, as large as they fit. Only for the page and /embed.",
        examples=["1"],
    )
    stage: Literal["graph", "diagram"] = Field(
        default="graph",
        description="What the program is shown as: its graph, or a diagram of its neurons. Only for the page and /embed.",
        examples=["graph"],
    )

    @classmethod
    def from_query(cls, pairs: Iterable[tuple[str, str]], kind: Kind) -> Options:
        """The options of one address. Raises a 422 problem for what is unknown, impossible or given twice."""
        given: dict[str, str] = {}
        for name, value in pairs:
            if ignored(name):
                continue
            if name in given:
                raise _problem(f"`{shown(name)}` is given twice.", "Give it once.")
            if name not in NAMES[kind]:
                raise _unknown(name, kind)
            given[name] = value
        return cls.read(given)

    @classmethod
    def read(cls, given: dict[str, Any]) -> Options:
        """The options of a JSON body or a command line. Raises a 422 problem that names what is allowed."""
        given = {name: value for name, value in given.items() if not ignored(name)}
        if unknown := [name for name in given if name not in cls.model_fields]:
            raise _unknown(unknown[0], "embed")
        try:
            return cls(**given)
        except ValidationError as error:
            raise explain(error) from None

    def query(self, kind: Kind) -> str:
        """The canonical query string: fixed order, defaults left out."""
        given = ((name, getattr(self, name)) for name in _LINKED[kind])
        return "&".join(
            f"{name}={quote(str(value), safe=_ENCODE_URI_COMPONENT)}" for name, value in given if value != _DEFAULTS[name]
        )

    def strings(self) -> dict[str, str]:
        """All options as they would stand in a query."""
        return {name: str(value) for name, value in self.model_dump().items()}

    @property
    def overrides(self) -> dict[str, float]:
        """The numbers given for inputs, by name."""
        return overrides(self.inputs)

    @property
    def opened(self) -> frozenset[str]:
        """The keys of groups to open."""
        return frozenset(self.open.split(",")) - {""}

    @property
    def operations(self) -> frozenset[str]:
        """The names of the operations to expand."""
        return operations(self.expand)


def overrides(inputs: str) -> dict[str, float]:
    """The numbers in a canonical `inputs`."""
    pairs = (part.rpartition(":") for part in inputs.split(",") if part)
    return {name: float(number) for name, _, number in pairs}


def operations(expand: str) -> frozenset[str]:
    """The names in a canonical `expand`."""
    if expand == "all":
        return EXPANDABLE
    if expand == "micrograd":
        return MICROGRAD
    return frozenset(expand.split(",")) - {""}


_PAGES = ("lab", "iterations", "versus", "present", "stage")

_DEFAULTS: dict[str, Any] = {name: field.default for name, field in Options.model_fields.items()}

NAMES: dict[Kind, tuple[str, ...]] = {
    "picture": tuple(name for name in _DEFAULTS if name not in {"controls", "autoplay", *_PAGES}),
    "page": tuple(name for name in _DEFAULTS if name not in {"controls", "autoplay", "dialect"}),
    "embed": tuple(name for name in _DEFAULTS if name != "dialect"),
}
"""What each kind of address takes, in canonical order."""

# The page has its own background, and a browser has the font: a link to them does not say it.
_LINKED: dict[Kind, tuple[str, ...]] = {
    "picture": NAMES["picture"],
    "page": tuple(name for name in NAMES["page"] if name not in {"bg", "font"}),
    "embed": tuple(name for name in NAMES["embed"] if name != "font"),
}


def explain(error: ValidationError) -> ProblemError:
    """The first thing that is wrong with some options, in words."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    field = Options.model_fields.get(name)
    allowed = [str(word) for word in get_args(field.annotation)] if field else []
    if first["type"] == "literal_error" and allowed:
        hint = among(first["input"], allowed)
    else:
        hint = str(first["msg"]).removeprefix("Value error, ")
    return _problem(f"`{shown(name)}` cannot have this value.", hint)


def _unknown(name: str, kind: Kind) -> ProblemError:
    if name in _DEFAULTS:
        both = dict.fromkeys(_PAGES, "the page and /embed")
        where = ({"dialect": "pictures"} | both).get(name, "/embed")
        return _problem(f"`{name}` is an option of {where} only.", f"Allowed here are {', '.join(NAMES[kind])}.")
    return _problem(f"`{shown(name)}` is not an option.", f"{nearest(name, NAMES[kind])}Allowed are {', '.join(NAMES[kind])}.")


def _problem(detail: str, hint: str) -> ProblemError:
    return ProblemError(422, "option", "An option is wrong", detail, hint=hint)
