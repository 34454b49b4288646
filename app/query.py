"""Named values of an address, a JSON body or a command line: read strictly, written in one spelling.

A field of a `Query` is the row of an option: name, type, default and help in the field itself, the rest in its `Row`. Addresses,
page, command line, documentation and caches read these rows.

A misspelt name or value is an error that names what is allowed. A name given twice is an error too: an answer must not depend on
which of two a proxy prefers. `utm_*`, `v` and `id` are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_args
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from stepgrad.app.errors import ProblemError
from stepgrad.app.hints import among, nearest, shown
from stepgrad.app.spellings import OneOf, Within

__all__ = [
    "Affects",
    "Group",
    "Kind",
    "Query",
    "Row",
    "each_once",
    "ignored",
    "row_of",
    "type_of",
    "values_of",
    "words_of",
    "wrong",
]

Kind = Literal["picture", "page", "embed"]
Group = Literal["step", "graph", "view", "training", "file", "page"]
Affects = Literal["moment", "story", "numbers", "structure", "marks", "paint", "file", "page"]
"""What an option changes: the step that is shown, which steps there are, the numbers, where the boxes are, what is marked on
them, the colours of all, the file only, what is beside the graph."""
Type = Literal["switch", "word", "whole", "number", "text"]

IGNORED = frozenset({"v", "id"})
"""Names that links pick up on their way; `utm_…` is ignored too."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of an option beside its name, type, default and help."""

    group: Group
    affects: tuple[Affects, ...]
    values: str = ""
    """What can be given, in a word; where there is a list of words, they say it."""
    kinds: tuple[Kind, ...] = ("picture", "page", "embed")
    """Whose addresses take it."""
    unsaid: tuple[Kind, ...] = ()
    """Whose links do not say it, although they would take it."""
    switch: tuple[str, str] = ("false", "true")
    """How links spell it, where it is off or on."""


_PLAIN = Row("view", ())


def ignored(name: str) -> bool:
    return name in IGNORED or name.startswith("utm_")


def each_once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values of a query by name, without what is ignored. Raises a 422 problem for a name that is given twice."""
    given: dict[str, str] = {}
    for name, value in pairs:
        if ignored(name):
            continue
        if name in given:
            raise wrong(f"`{shown(name)}` is given twice.", "Give it once.")
        given[name] = value
    return given


def wrong(detail: str, hint: str) -> ProblemError:
    """The problem with an option."""
    return ProblemError(422, "option", "An option is wrong", detail, hint=hint)


def row_of(field: FieldInfo) -> Row:
    return next((each for each in field.metadata if isinstance(each, Row)), _PLAIN)


def words_of(field: FieldInfo) -> list[str]:
    """The words that a field takes, if these are few."""
    table = next((each for each in field.metadata if isinstance(each, OneOf)), None)
    return table.words if table else [word for word in get_args(field.annotation) if isinstance(word, str)]


def type_of(field: FieldInfo) -> tuple[Type, dict[str, Any]]:
    """What kind of value a field has, with its words or its bounds."""
    if field.annotation is bool:
        return "switch", {"words": list(row_of(field).switch)}
    if words := words_of(field):
        return "word", {"words": words}
    if within := next((each for each in field.metadata if isinstance(each, Within)), None):
        return "whole" if within.whole else "number", {"low": within.low, "high": within.high}
    return "text", {}


def values_of(field: FieldInfo) -> list[str]:
    """What can be given, for people: words, or one that stands for many."""
    return type_of(field)[1].get("words") or [row_of(field).values]


class Query(BaseModel):
    """Named values. Hashable; equal ones have equal answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plain: ClassVar[str] = ""
    """Marks that an address shows as they are."""

    @classmethod
    def read(cls, given: dict[str, Any]) -> Self:
        """The values of a query, a JSON body or a command line. Raises a 422 problem that names what is allowed."""
        given = {name: value for name, value in given.items() if not ignored(name)}
        names = cls.names()
        for name in given:
            if name not in names:
                raise cls.unknown(name)
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise cls._explained(error) from None

    @classmethod
    def names(cls) -> list[str]:
        """The names in a query."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def unknown(cls, name: str) -> ProblemError:
        """The problem with a name that is none of these."""
        names = cls.names()
        return wrong(f"`{shown(name)}` is not an option.", f"{nearest(name, names)}Allowed are {', '.join(names)}.")

    @classmethod
    def _explained(cls, error: ValidationError) -> ProblemError:
        """The first thing that is wrong, in words."""
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        field = next((field for each, field in cls.model_fields.items() if name in (each, field.alias)), None)
        if field and first["type"] == "literal_error":
            hint = among(first["input"], words_of(field))
        else:
            hint = str(first["msg"]).removeprefix("Value error, ")
        return wrong(f"`{shown(name)}` cannot have this value." if name else "These do not go together.", hint)

    @classmethod
    def spelling(cls, name: str, value: Any) -> str:
        """A value of a field as an address has it."""
        if isinstance(value, bool):
            return row_of(cls.model_fields[name]).switch[value]
        return "" if value is None else str(value)

    def strings(self) -> dict[str, str]:
        """All values as an address has them."""
        return {name: self.spelling(name, getattr(self, name)) for name in type(self).model_fields}

    def canonical(self, names: Iterable[str]) -> str:
        """The query string of some fields, defaults left out."""
        fields = type(self).model_fields
        given = ((name, getattr(self, name)) for name in names)
        return "&".join(
            f"{fields[name].alias or name}={quote(self.spelling(name, value), safe=self.plain)}"
            for name, value in given
            if value != fields[name].default
        )
