"""JSON, read strictly and written strictly.

What many parsers let pass is refused: NaN and Infinity, numbers beyond a double, names given twice, lone surrogates, UTF-16,
nesting without end. What is written has no NaN either: numbers that are not finite are strings (docs/contract.md).
"""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from stepgrad.app.errors import ProblemError

__all__ = ["Num", "dump", "number", "read"]

Num = TypeAliasType(
    "Num",
    Annotated[
        float | Literal["Infinity", "-Infinity", "NaN"] | None,
        Field(description="A number; JSON has no words for those that are not finite. null: not computed."),
    ],
)


def number(value: float | None) -> Num:
    """A number as it travels: not finite as a word, not computed as null."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def dump(value: Any) -> bytes:
    """JSON in UTF-8. What is not finite and was not put through `number` is a ValueError."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def read(body: bytes) -> Any:
    """The value of a JSON text. Raises a 400 problem."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise _unreadable("It is not UTF-8.") from None
    try:
        value = json.loads(text, parse_constant=_constant, parse_float=_float, parse_int=_integer, object_pairs_hook=_object)
    except RecursionError:
        raise _unreadable("It is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise _unreadable(f"{error.msg}, at line {error.lineno}, column {error.colno}.") from None
    # An escaped half of a pair is JSON, but no text.
    if "\\u" in text and not _is_text(value):
        raise _unreadable("A string holds half of a surrogate pair.")
    return value


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _constant(name: str) -> float:
    raise _unreadable(f"{name} is not JSON. Numbers are finite here.")


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _unreadable("A number is too large for a double.")
    return value


def _integer(digits: str) -> int:
    if len(digits) > 309:
        raise _unreadable("A number is too large for a double.")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _unreadable("A name is given twice in one object.")
    return value


def _unreadable(why: str) -> ProblemError:
    return ProblemError(400, "json", "The body is not JSON", why, hint='Send an object such as {"source": "a = 2"}.')
