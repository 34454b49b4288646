"""The shapes of answers, written out: for the page's code as TypeScript, for the contract as tables."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from stepgrad.app.routes.openapi import shapes
from stepgrad.app.schemas import schemas
from stepgrad.app.studies import STUDIES

__all__ = ["SCHEMAS", "rows_of", "table", "tables", "type_of", "typescript"]

SCHEMAS = schemas(shapes().values())

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_HEAD = """\
// The shapes of answers. Made from the classes of app/ by `python3 dev.py test --update-golden`: change those.
"""


def type_of(schema: dict[str, Any]) -> str:
    """A type as TypeScript spells it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema or "enum" in schema:
        return " | ".join(map(json.dumps, schema.get("enum", [schema.get("const")])))
    if "anyOf" in schema:
        return " | ".join(map(type_of, schema["anyOf"]))
    if "prefixItems" in schema:
        return f"[{', '.join(map(type_of, schema['prefixItems']))}]"
    if schema["type"] == "array":
        inner = type_of(schema["items"])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if schema["type"] == "object":
        return f"Record<string, {type_of(schema['additionalProperties'])}>"
    return _PLAIN[schema["type"]]


def rows_of(name: str) -> Iterable[tuple[str, str, str]]:
    """Field, type and what it means; a field that may be missing ends in `?`."""
    schema = SCHEMAS[name]
    for field, told in schema["properties"].items():
        mark = "" if field in schema.get("required", ()) else "?"
        yield field + mark, type_of(told), told.get("description", "")


def tables(*roots: str, known: Collection[str] = ()) -> str:
    """Tables of these shapes and of what they are made of, in Markdown; without those that are known from elsewhere."""
    told: dict[str, str] = {}

    def tell(name: str) -> None:
        if name in told or name in known or "properties" not in SCHEMAS[name]:
            return
        rows = [(f"`{field}`", f"`{kind}`", text) for field, kind, text in rows_of(name)]
        told[name] = f"**{name}**: {SCHEMAS[name]['description']}\n\n{table(('field', 'type', 'what'), rows)}"
        for inner in parts_of(name):
            tell(inner)

    for root in roots:
        tell(root)
    return "\n".join(told.values())


def parts_of(name: str) -> list[str]:
    """The shapes that a shape names, in order."""
    return re.findall(r"#/components/schemas/(\w+)", json.dumps(SCHEMAS[name]))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown. A bar in a cell would end it."""
    line = lambda cells: f"| {' | '.join(cells)} |\n"  # noqa: E731
    return line(heads) + "|---" * len(heads) + "|\n" + "".join(line([cell.replace("|", "\\|") for cell in row]) for row in rows)


def typescript() -> str:
    studies = "".join(f"  {study.name}: {study.answer.__name__};\n" for study in STUDIES.values() if study.answer)
    answers = f"\n/** What `POST /api/v1/NAME` answers, by name. */\nexport interface StudyAnswers {{\n{studies}}}\n"
    return _HEAD + "".join(_declared(name, schema) for name, schema in SCHEMAS.items()) + answers


def _declared(name: str, schema: dict[str, Any]) -> str:
    head = f"\n{_comment(schema.get('description', ''))}"
    if "properties" not in schema:
        return f"{head}export type {name} = {type_of(schema)};\n"
    fields = "".join(f"{_comment(told, '  ')}  {field}: {kind};\n" for field, kind, told in rows_of(name))
    return f"{head}export interface {name} {{\n{fields}}}\n"


def _comment(text: str, indent: str = "") -> str:
    return f"{indent}/** {text} */\n" if text else ""
