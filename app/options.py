"""The options of a picture, a page and an embed: one table. Their addresses, the JSON body, the command line, the page's own
links (in its boot data), the documentation and docs/contract.md read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from stepgrad.app.errors import ProblemError
from stepgrad.app.hints import nearest, shown
from stepgrad.app.knobs import AtIteration, Iterations, Knobs, Versus
from stepgrad.app.labs import LABS
from stepgrad.app.query import Affects, Kind, Query, Row, each_once, row_of, wrong
from stepgrad.app.spellings import (
    EXPANDABLE,
    Bg,
    Digits,
    Example,
    Expand,
    Highlight,
    InputNumbers,
    OneOf,
    OpenGroups,
    Quiz,
    StepName,
    Switch,
    Turn,
)
from stepgrad.engine.ops import MICROGRAD

__all__ = ["LINKED", "NAMES", "ROWS", "Options", "affecting", "operations", "overrides"]

_GRAPH = Row("graph", ("structure",))
_FOLD = Row("graph", ("story",))
_PAGE = Row("page", ("page",), kinds=("page", "embed"))
_EMBED = Row("page", ("page",), kinds=("embed",))


class View(Query):
    """What is shown of a run, and how."""

    step: Annotated[StepName, Row("step", ("moment",), "STEP")] = Field(
        default="end",
        description="Which moment: a step (0 is before the first; negative counts from the end), `end`, `start`, `forward`, "
        "`seed`, `forward:NAME` (NAME is computed) or `grad:NAME` (the last contribution to NAME's grad).",
        examples=["end", "5", "-1", "grad:x1"],
    )
    style: Annotated[Literal["micrograd", "compact"], _GRAPH] = Field(
        default="micrograd", description="Op nodes as in the notebook, or inside the boxes."
    )
    leaves: Annotated[Literal["shared", "split", "auto"], _GRAPH] = Field(
        default="auto", description="One box per leaf, or one per use of it."
    )
    dir: Annotated[Literal["LR", "TB"], _GRAPH] = Field(default="LR", description="From left to right, or from top to bottom.")
    theme: Annotated[Literal["light", "dark", "print"], Row("view", ("paint",))] = Field(default="light", description="Colours.")
    digits: Annotated[Digits, Row("view", ("structure",), "0…10")] = Field(
        default=4, description="Decimals of the numbers in the picture.", examples=[2]
    )
    # The page has its own background.
    bg: Annotated[Bg, Row("view", ("paint",), "COLOUR", unsaid=("page",))] = Field(
        default="transparent", description="`transparent`, `theme`, `white`, `#rgb` or `#rrggbb`.", examples=["white", "#fffbe6"]
    )
    expand: Annotated[Expand, Row("graph", ("story",), "NAMES")] = Field(
        default="",
        description="Operations to draw from simpler ones: names with commas, `micrograd` (sub, div, neg) or `all`; "
        "`tanh@KEY` is that of one value (`expands` of the node in the JSON).",
        examples=["micrograd", "tanh", "tanh@o"],
    )
    collapse: Annotated[
        Literal["auto", "none", "neuron", "layer", "function", "statement", "turn", "loop"], Row("graph", ("story",))
    ] = Field(
        default="auto",
        description="Parts of the program drawn as one box each: neurons, layers, calls, statements, turns of loops, loops, and "
        "all that is within them. `auto` folds as little as makes at most about 60 boxes.",
        examples=["layer", "none"],
    )
    open: Annotated[OpenGroups, Row("graph", ("story", "structure"), "KEYS")] = Field(
        default="",
        description="Folded parts to open, by the keys of their groups, with commas; after a minus sign, an open one to fold.",
        examples=["ypred/n#2", "-ypred/n#2"],
    )
    example: Annotated[Example, Row("graph", ("story",), "N")] = Field(
        default=0,
        description="Where a net or a function is called several times, such as once for each example: the one that is shown, "
        "counted from 1. All others are one box. 0 is all of them.",
        examples=[0],
    )
    turn: Annotated[Turn, Row("graph", ("story",), "N")] = Field(
        default=0,
        description="Which backward pass of a program is told, counted from 1, such as a turn of its training loop, with what "
        "leads to it and the updates that follow. 0 is as many of the last ones as there is room for.",
        examples=[0],
    )
    edges: Annotated[Literal["none", "local", "contribution"], Row("view", ("structure", "marks"))] = Field(
        default="none",
        description="What stands at each edge: its local derivative, or its contribution (upstream × local).",
        examples=["local"],
    )
    steps: Annotated[Literal["edge", "node"], Row("step", ("story",))] = Field(
        default="edge",
        description="Backward steps: one for each contribution, or one for all that an operation sends back.",
        examples=["node"],
    )
    highlight: Annotated[Highlight, Row("view", ("marks",), "RELATIVES:NAME")] = Field(
        default="",
        description="`ancestors:NAME` or `descendants:NAME`: all else is dimmed.",
        examples=["ancestors:d", "descendants:a"],
    )
    color: Annotated[Literal["none", "data", "grad"], Row("view", ("marks",))] = Field(
        default="none",
        description="Boxes tinted, and edges as thick, as these numbers are large; with a legend.",
        examples=["grad"],
    )
    hide: Annotated[Literal["none", "constants"], _GRAPH] = Field(
        default="none", description="Values that are not drawn. Their steps stay.", examples=["constants"]
    )
    number: Annotated[Literal["none", "order"], Row("view", ("marks",))] = Field(
        default="none", description="A badge with each value's place in the order of evaluation.", examples=["order"]
    )
    quiz: Annotated[Quiz, Row("view", ("marks",), "FIELD:NAMES;…")] = Field(
        default="",
        description="Numbers that the picture shows as `?`: `grad:NAME,NAME`, `data:NAME`, or both with a `;`.",
        examples=["grad:a,b", "data:d;grad:a"],
    )
    inputs: Annotated[InputNumbers, Row("graph", ("numbers",), "NAME:NUMBER,…")] = Field(
        default="",
        description="Other numbers for inputs, by name: `x1:0.5,b:-2`. In a JSON body it is an object.",
        examples=["a:4"],
    )


class Options(Knobs, AtIteration, View):
    """How one moment is shown: fields of `View`, the iteration and the knobs of training, and these."""

    plain: ClassVar[str] = "!'()*,:/"  # as static/js/links.js writes it

    iterations: Iterations = 100
    versus: Versus = ""
    # A browser has the font.
    font: Annotated[Literal["embed", "none"], Row("file", ("paint",), unsaid=("page", "embed"))] = Field(
        default="embed", description="Put the letters that are used into the SVG, or not."
    )
    dialect: Annotated[Literal["torch", "micrograd"], Row("file", ("file",), kinds=("picture",))] = Field(
        default="torch", description="Whose Python. Only for .py."
    )
    lab: Annotated[str, OneOf(LABS, "none"), _PAGE] = Field(
        default="none", description="What is open beside the graph.", examples=["orders"]
    )
    controls: Annotated[Literal["full", "minimal", "none"], _EMBED] = Field(
        default="full", description="What the embedded player shows."
    )
    autoplay: Annotated[Switch, Row("page", ("page",), kinds=("embed",), switch=("0", "1"))] = Field(
        default=False, description="Whether the embedded player starts by itself.", examples=[True]
    )
    present: Annotated[Switch, Row("page", ("page",), kinds=("page", "embed"), switch=("0", "1"))] = Field(
        default=False, description="The graph and its sentence alone, as large as they fit.", examples=[True]
    )
    stage: Annotated[Literal["graph", "diagram"], _PAGE] = Field(
        default="graph",
        description="What the program is shown as: its graph, or a diagram of its neurons.",
        examples=["graph"],
    )

    @classmethod
    def from_query(cls, pairs: Iterable[tuple[str, str]], kind: Kind) -> Options:
        """The options of one address. Raises a 422 problem for what is unknown, impossible or given twice."""
        given = each_once(pairs)
        for name in given:
            if name not in NAMES[kind]:
                raise _unknown(name, kind)
        return cls.read(given)

    @classmethod
    def unknown(cls, name: str) -> ProblemError:
        return _unknown(name, "embed")

    def query(self, kind: Kind) -> str:
        """The canonical query string of a link: fixed order, defaults left out."""
        return self.canonical(LINKED[kind])

    @property
    def structure(self) -> tuple[Any, ...]:
        """All that decides, beside the story, where the boxes are."""
        return _structure(self)

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


ROWS = {name: row_of(field) for name, field in Options.model_fields.items()}
"""In canonical order."""


def affecting(*what: Affects) -> tuple[str, ...]:
    """The names of the options that change any of these."""
    return tuple(name for name, row in ROWS.items() if not set(what).isdisjoint(row.affects))


_structure = attrgetter(*affecting("structure"))
_KINDS: tuple[Kind, ...] = ("picture", "page", "embed")

NAMES = {kind: tuple(name for name, row in ROWS.items() if kind in row.kinds) for kind in _KINDS}
"""What each kind of address takes, in canonical order."""

LINKED = {kind: tuple(name for name in NAMES[kind] if kind not in ROWS[name].unsaid) for kind in _KINDS}
"""What a link to each says."""

_WHERE = {"picture": "pictures", "page": "the page", "embed": "/embed"}


def _unknown(name: str, kind: Kind) -> ProblemError:
    if name in ROWS:
        where = " and ".join(_WHERE[each] for each in ROWS[name].kinds)
        return wrong(f"`{name}` is an option of {where} only.", f"Allowed here are {', '.join(NAMES[kind])}.")
    return wrong(f"`{shown(name)}` is not an option.", f"{nearest(name, NAMES[kind])}Allowed are {', '.join(NAMES[kind])}.")
