"""The options of a picture: one model for the query of an address, the JSON body, the embed and the command line.

docs/contract.md has the table. A misspelt name or value is an error that names what is allowed. A name given twice is an error
too: a picture must not depend on which of two a proxy prefers. `utm_*`, `v` and `id` are nobody's business and are ignored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.errors import ProblemError
from engine.ops import MICROGRAD, OPS
from engine.suggest import closest

__all__ = [
    "EXPANDABLE",
    "IGNORED",
    "Bg",
    "Expand",
    "InputNumbers",
    "Kind",
    "Options",
    "StepName",
    "explain",
    "ignored",
    "nearest",
    "operations",
    "overrides",
]

Kind = Literal["picture", "page", "embed"]

EXPANDABLE = frozenset(op.name for op in OPS.values() if op.expand)
"""Operations that can be drawn from simpler ones."""

IGNORED = frozenset({"v", "id"})
"""Names that links pick up on their way; `utm_…` is ignored too."""

_STEP_WORDS = ("end", "start", "forward", "seed")
_STEP_KINDS = ("forward", "grad")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_ENCODE_URI_COMPONENT = "!'()*,:/"  # as static/js/links.js writes it


def ignored(name: str) -> bool:
    return name in IGNORED or name.startswith("utm_")


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The beginning of a hint: what was probably meant."""
    near = closest(word[:40], allowed)
    return f"Did you mean `{near}`? " if near else ""


def _step(value: Any) -> Any:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise ValueError("It is a number or a word.")
    if _INTEGER.fullmatch(text):
        return str(int(text))
    if text in _STEP_WORDS:
        return text
    kind, colon, key = text.partition(":")
    if colon and kind in _STEP_KINDS and 0 < len(key) <= 200:
        return text
    if colon and kind not in _STEP_KINDS:
        near = nearest(kind, _STEP_KINDS).replace("`?", f":{key[:40]}`?")
    else:
        near = nearest(text, _STEP_WORDS)
    raise ValueError(f"{near}Allowed are a number, `end`, `start`, `forward`, `seed`, `forward:NAME` and `grad:NAME`.")


def _digits(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,2}", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10:
        raise ValueError("Allowed are 0 to 10.")
    return value


def _bg(value: Any) -> Any:
    words = ("transparent", "theme", "white")
    if isinstance(value, str) and (value in words or _COLOUR.fullmatch(value.lower())):
        return value.lower()
    if value == "":
        raise ValueError("In an address a # begins the fragment: write `%23fff` for `#fff`.")
    hint = ""
    if isinstance(value, str):
        hint = f"Did you mean `%23{value[:6]}`? " if _COLOUR.fullmatch(f"#{value.lower()}") else nearest(value, words)
    raise ValueError(f"{hint}Allowed are `transparent`, `theme`, `white`, `#rgb` and `#rrggbb`.")


def _expand(value: Any) -> Any:
    """The canonical spelling: sorted names, or the word for just these."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(isinstance(name, str) for name in value):
        raise ValueError("It is operation names with commas, `micrograd` or `all`.")
    chosen: set[str] = set()
    single: set[str] = set()
    for name in (name.strip() for name in value):
        kind, at, key = name.partition("@")
        if at and kind in EXPANDABLE and 0 < len(key) <= 200 and len(single) < MOST_SINGLE:
            single.add(name)
        elif at and kind in EXPANDABLE:
            raise ValueError(f"`{kind}@KEY` names one value by its key, at most {MOST_SINGLE} of them.")
        elif name == "all":
            chosen |= EXPANDABLE
        elif name == "micrograd":
            chosen |= MICROGRAD
        elif name in EXPANDABLE:
            chosen.add(name)
        elif name in OPS:
            raise ValueError(f"`{name}` is not made of simpler operations. These are: {', '.join(sorted(EXPANDABLE))}.")
        elif name:
            near = nearest(kind, [*EXPANDABLE, "micrograd", "all"])
            raise ValueError(
                f"{near}Allowed are `micrograd`, `all`, and with commas {', '.join(sorted(EXPANDABLE))}; "
                "`tanh@KEY` is that of one value."
            )
    if chosen == EXPANDABLE:
        return "all"
    single = {name for name in single if name.partition("@")[0] not in chosen}
    return "micrograd" if chosen == MICROGRAD and not single else ",".join(sorted(chosen | single))


def _highlight(value: Any) -> Any:
    kind, colon, key = value.partition(":") if isinstance(value, str) else ("", "", "")
    if value == "" or (colon and kind in _RELATIVES and 0 < len(key) <= 200):
        return value
    near = nearest(kind, _RELATIVES).replace("`?", ":NAME`?")
    raise ValueError(f"{near}Allowed are `ancestors:NAME` and `descendants:NAME`.")


def _quiz(value: Any) -> Any:
    """The canonical spelling: data before grad, names in order, each once."""
    if not isinstance(value, str):
        raise ValueError(_QUIZ)
    asked: dict[str, set[str]] = {"data": set(), "grad": set()}
    for part in value.split(";"):
        field, colon, names = (word.strip() for word in part.partition(":"))
        if not part.strip():
            continue
        if not colon or field not in asked:
            raise ValueError(nearest(field, asked).replace("`?", ":NAME`?") + _QUIZ)
        asked[field] |= {name.strip() for name in names.split(",")} - {""}
    if sum(map(len, asked.values())) > MOST_ASKED or any(len(name) > 200 for names in asked.values() for name in names):
        raise ValueError(f"At most {MOST_ASKED} numbers can be asked for.")
    return ";".join(f"{field}:{','.join(sorted(names))}" for field, names in asked.items() if names)


def _inputs(value: Any) -> Any:
    """The canonical spelling: `NAME:NUMBER` with commas, names in order."""
    if not isinstance(value, str):
        raise ValueError(_INPUTS)
    given: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        name, colon, text = (word.strip() for word in part.rpartition(":"))
        if not colon or not name or not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise ValueError(_INPUTS)
        if name in given or len(name) > 200:
            raise ValueError(f"`{_shown(name)}` is given twice." if name in given else "A name is too long.")
        given[name] = float(text)
    if len(given) > MOST_INPUTS:
        raise ValueError(f"At most {MOST_INPUTS} inputs can be given here; a POST takes more.")
    return ",".join(f"{name}:{given[name]!r}" for name in sorted(given))


def _autoplay(value: Any) -> Any:
    if isinstance(value, (bool, int)) and value in (0, 1):
        return str(int(value))
    if value not in ("0", "1"):
        raise ValueError("Allowed are `0` and `1`.")
    return value


MOST_SINGLE = 32
"""Values whose operation is expanded one by one."""

MOST_ASKED = 100
MOST_INPUTS = 100
_RELATIVES = ("ancestors", "descendants")
_INPUTS = "It is `NAME:NUMBER`, several with commas: `x1:0.5,b:-2`."
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,20}(?:\.[0-9]{0,25})?|\.[0-9]{1,25})(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_QUIZ = "It is `grad:NAME,NAME`, `data:NAME`, or both with a `;`."

StepName = Annotated[str, BeforeValidator(_step, json_schema_input_type=str | int)]
Bg = Annotated[str, BeforeValidator(_bg)]
InputNumbers = Annotated[str, BeforeValidator(_inputs, json_schema_input_type=str)]
Expand = Annotated[str, BeforeValidator(_expand, json_schema_input_type=str)]


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
    digits: Annotated[int, BeforeValidator(_digits, json_schema_input_type=int)] = Field(
        default=4, ge=0, le=10, description="Decimals of the numbers in the picture.", examples=[2]
    )
    bg: Bg = Field(
        default="transparent", description="`transparent`, `theme`, `white`, `#rgb` or `#rrggbb`.", examples=["white", "#fffbe6"]
    )
    expand: Expand = Field(
        default="",
        description="Operations to draw from simpler ones: names with commas, `micrograd` (sub, div, neg) or `all`; "
        "`tanh@KEY` is that of one value (`expands` of the node in the JSON).",
        examples=["micrograd", "tanh", "tanh@o"],
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
    highlight: Annotated[str, BeforeValidator(_highlight, json_schema_input_type=str)] = Field(
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
    quiz: Annotated[str, BeforeValidator(_quiz, json_schema_input_type=str)] = Field(
        default="",
        description="Numbers that the picture shows as `?`: `grad:NAME,NAME`, `data:NAME`, or both with a `;`.",
        examples=["grad:a,b", "data:d;grad:a"],
    )
    inputs: InputNumbers = Field(
        default="",
        description="Other numbers for inputs, by name: `x1:0.5,b:-2`. In a JSON body it is an object.",
        examples=["a:4"],
    )
    font: Literal["embed", "none"] = Field(default="embed", description="Put the letters that are used into the SVG, or not.")
    dialect: Literal["torch", "micrograd"] = Field(default="torch", description="Whose Python. Only for .py.")
    lab: Literal["none", "plot", "code", "orders", "square", "twice", "modes", "wrong", "predict"] = Field(
        default="none", description="What is open beside the graph. Only for the page and /embed.", examples=["orders"]
    )
    controls: Literal["full", "minimal", "none"] = Field(
        default="full", description="What the embedded player shows. Only for /embed."
    )
    autoplay: Annotated[str, BeforeValidator(_autoplay, json_schema_input_type=Literal["0", "1"])] = Field(
        default="0", description="Whether the embedded player starts by itself. Only for /embed.", examples=["1"]
    )

    @classmethod
    def from_query(cls, pairs: Iterable[tuple[str, str]], kind: Kind) -> Options:
        """The options of one address. Raises a 422 problem for what is unknown, impossible or given twice."""
        given: dict[str, str] = {}
        for name, value in pairs:
            if ignored(name):
                continue
            if name in given:
                raise _problem(f"`{_shown(name)}` is given twice.", "Give it once.")
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
        given = ((name, str(getattr(self, name))) for name in _LINKED[kind])
        return "&".join(
            f"{name}={quote(value, safe=_ENCODE_URI_COMPONENT)}" for name, value in given if value != str(_DEFAULTS[name])
        )

    def strings(self) -> dict[str, str]:
        """All options as they would stand in a query."""
        return {name: str(value) for name, value in self.model_dump().items()}

    @property
    def overrides(self) -> dict[str, float]:
        """The numbers given for inputs, by name."""
        return overrides(self.inputs)

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


_DEFAULTS: dict[str, Any] = {name: field.default for name, field in Options.model_fields.items()}

NAMES: dict[Kind, tuple[str, ...]] = {
    "picture": tuple(name for name in _DEFAULTS if name not in {"controls", "autoplay", "lab"}),
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
        value = first["input"]
        near = nearest(value, allowed) if isinstance(value, str) else ""
        hint = f"{near}Allowed are {', '.join(f'`{word}`' for word in allowed)}."
    else:
        hint = str(first["msg"]).removeprefix("Value error, ")
    return _problem(f"`{_shown(name)}` cannot have this value.", hint)


def _unknown(name: str, kind: Kind) -> ProblemError:
    if name in _DEFAULTS:
        where = {"dialect": "pictures", "lab": "the page and /embed"}.get(name, "/embed")
        return _problem(f"`{name}` is an option of {where} only.", f"Allowed here are {', '.join(NAMES[kind])}.")
    return _problem(f"`{_shown(name)}` is not an option.", f"{nearest(name, NAMES[kind])}Allowed are {', '.join(NAMES[kind])}.")


def _shown(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"


def _problem(detail: str, hint: str) -> ProblemError:
    return ProblemError(422, "option", "An option is wrong", detail, hint=hint)
