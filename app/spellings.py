"""What the values of options look like: each is checked, explained when it is wrong, and brought into one spelling."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from stepgrad.app.hints import among, nearest, shown
from stepgrad.engine.ops import MICROGRAD, OPS

__all__ = [
    "EXPANDABLE",
    "NUMBER",
    "Bg",
    "Digits",
    "Example",
    "Expand",
    "Highlight",
    "InputNumbers",
    "OneOf",
    "OpenGroups",
    "Quiz",
    "StepName",
    "Switch",
    "Turn",
    "Within",
]

EXPANDABLE = frozenset(op.name for op in OPS.values() if op.expand)
"""Operations that can be drawn from simpler ones."""

_STEP_WORDS = ("end", "start", "forward", "seed")
_STEP_KINDS = ("forward", "grad")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_SWITCHED = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """A name in a table, or a word for none: what Literal is to words that are known beforehand."""

    table: Collection[str]
    none: str = ""

    @property
    def words(self) -> list[str]:
        return [*([self.none] if self.none else []), *self.table]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"enum": self.words}

    def _read(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.words:
            raise ValueError(among(value, self.words))
        return value


@dataclass(frozen=True, slots=True)
class Within:
    """A number from `low` to `high`, both included, or its digits."""

    low: float
    high: float
    whole: bool = True
    hint: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] == "nullable":
            return core_schema.nullable_schema(core_schema.no_info_before_validator_function(self._read, schema["schema"]))
        return core_schema.no_info_before_validator_function(self._read, schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "integer" if self.whole else "number", "minimum": self.low, "maximum": self.high}

    def _read(self, value: Any) -> Any:
        if isinstance(value, str) and (_DIGITS if self.whole else NUMBER).fullmatch(value):
            value = int(value) if self.whole else float(value)
        allowed = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed) or not self.low <= value <= self.high:
            raise ValueError(self.hint or f"Allowed are {self.low:,} to {self.high:,}.")
        return value if self.whole else value + 0.0  # -0.0 is 0.0


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
        if not colon or not name or not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise ValueError(_INPUTS)
        if name in given or len(name) > 200:
            raise ValueError(f"`{shown(name)}` is given twice." if name in given else "A name is too long.")
        given[name] = float(text)
    if len(given) > MOST_INPUTS:
        raise ValueError(f"At most {MOST_INPUTS} inputs can be given here; a POST takes more.")
    return ",".join(f"{name}:{given[name]!r}" for name in sorted(given))


def _open(value: Any) -> Any:
    """The canonical spelling: keys in order, each once."""
    if isinstance(value, list) and all(isinstance(key, str) for key in value):
        value = ",".join(value)
    if not isinstance(value, str):
        raise ValueError("It is keys of groups with commas, such as `ypred,ypred/n#2`.")
    keys = sorted({key.strip() for key in value.split(",")} - {""})
    if len(keys) > MOST_OPEN or any(len(key) > 200 for key in keys):
        raise ValueError(f"At most {MOST_OPEN} groups can be opened one by one; `collapse=none` opens all.")
    return ",".join(keys)


def _switch(value: Any) -> Any:
    if isinstance(value, str) and (word := value.lower()) in _SWITCHED:
        return _SWITCHED[word]
    if not isinstance(value, int) or value not in (0, 1):
        raise ValueError(f"Allowed are {', '.join(f'`{word}`' for word in _SWITCHED)}.")
    return bool(value)


MOST_SINGLE = 32
"""Values whose operation is expanded one by one."""

MOST_ASKED = 100
MOST_OPEN = 100
MOST_INPUTS = 100
_RELATIVES = ("ancestors", "descendants")
_INPUTS = "It is `NAME:NUMBER`, several with commas: `x1:0.5,b:-2`."
NUMBER = re.compile(r"[-+]?(?:[0-9]{1,20}(?:\.[0-9]{0,25})?|\.[0-9]{1,25})(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_QUIZ = "It is `grad:NAME,NAME`, `data:NAME`, or both with a `;`."

StepName = Annotated[str, BeforeValidator(_step, json_schema_input_type=str | int)]
Bg = Annotated[str, BeforeValidator(_bg)]
InputNumbers = Annotated[str, BeforeValidator(_inputs, json_schema_input_type=str)]
Expand = Annotated[str, BeforeValidator(_expand, json_schema_input_type=str)]
Example = Annotated[int, Within(0, 999_999, hint="It is the number of an example, counted from 1.")]
Turn = Annotated[int, Within(0, 999_999, hint="It is the number of a backward pass, counted from 1.")]
Digits = Annotated[int, Within(0, 10)]
Highlight = Annotated[str, BeforeValidator(_highlight, json_schema_input_type=str)]
Quiz = Annotated[str, BeforeValidator(_quiz, json_schema_input_type=str)]
Switch = Annotated[bool, BeforeValidator(_switch, json_schema_input_type=bool)]
OpenGroups = Annotated[str, BeforeValidator(_open, json_schema_input_type=str | list[str])]
