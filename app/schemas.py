"""The shapes of answers. An answer is built as a dictionary, and a TypedDict says what is in it:

    @shape
    class Point(TypedDict):
        \"""One place of a curve.\"""

        x: Num
        \"""Where it is.\"""

mypy holds whoever builds it to that. From the same text come the schemas of /openapi.json (`schemas`), the tables of
docs/contract.md, and the types of the page's code (static/js/answers.d.ts). Fields are added, never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, TypeVar, get_type_hints

from pydantic import ConfigDict, TypeAdapter, with_config
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict, is_typeddict

from stepgrad.engine.errors import Span

__all__ = ["SpanAnswer", "adapter", "answered_by", "schemas", "shape", "span_answer"]

Shape = TypeVar("Shape", bound=type)

_with_config = with_config(ConfigDict(use_attribute_docstrings=True, extra="forbid"))


def shape(described: Shape) -> Shape:
    """Give a TypedDict's fields the text below each as its description."""
    return _with_config(described)


@shape
class SpanAnswer(TypedDict):
    """A stretch of one line. Lines and columns count from 1, columns in code points."""

    line: int
    column: int
    length: int


def span_answer(span: Span | None) -> SpanAnswer | None:
    return {"line": span.line, "column": span.column, "length": span.length} if span else None


@cache
def adapter(described: type) -> TypeAdapter[Any]:
    """What validates answers of this shape."""
    return TypeAdapter(described)


def answered_by(make: Any) -> type | None:
    """The shape that a function says it answers."""
    found = get_type_hints(make).get("return")
    return found if is_typeddict(found) else None


def schemas(described: Iterable[type]) -> dict[str, dict[str, Any]]:
    """JSON schemas by name, of these shapes and of all they are made of."""
    wanted: list[tuple[Any, Literal["serialization"], TypeAdapter[Any]]] = [
        (each, "serialization", adapter(each)) for each in described
    ]
    _, made = TypeAdapter.json_schemas(wanted, ref_template="#/components/schemas/{model}", schema_generator=_Schemas)
    return made["$defs"]  # type: ignore[no-any-return]


class _Schemas(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def typed_dict_schema(self, schema: Any) -> dict[str, Any]:
        """Fields are added without a new version: a client must let pass what it does not know."""
        made = super().typed_dict_schema(schema)
        made.pop("additionalProperties", None)
        return made
