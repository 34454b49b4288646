"""Reading a request: the program and the options of an address."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl

from fastapi import Request

from stepgrad.app import wire
from stepgrad.app.errors import ProblemError
from stepgrad.app.links import decode
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.query import Kind as Where
from stepgrad.app.refusals import not_json

__all__ = ["Pairs", "json_body", "pipeline_of", "program", "query", "remember", "source_of"]

Pairs = list[tuple[str, str]]

_SHORT = 200
"""Bytes of a query whose options are remembered."""


def pipeline_of(request: Request) -> Pipeline:
    return cast(Pipeline, request.app.state.pipeline)


def query(request: Request) -> Pairs:
    """The query as forms encode it (`+` is a space, `%2B` a plus), strictly UTF-8. Raises a 400 problem."""
    return _pairs(request.scope["query_string"])


def _pairs(raw: bytes) -> Pairs:
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=64)
    except UnicodeDecodeError:
        raise ProblemError(400, "query", "The address cannot be read", "Its query is not UTF-8.") from None
    except ValueError:
        raise ProblemError(400, "query", "The address cannot be read", "Its query has more than 64 fields.") from None


@lru_cache(maxsize=1_000)
def _options(query: bytes, kind: Where) -> Options:
    """Most addresses have one of a few queries, or none."""
    return Options.from_query(_pairs(query), kind)


def program(request: Request, code: str | None, kind: Where) -> tuple[str, Options]:
    """The program and the options of an address."""
    query: bytes = request.scope["query_string"]
    if code is not None and len(query) <= _SHORT:
        source = decode(code)
        remember(request, source)
        return source, _options(query, kind)
    source, pairs = source_of(request, code)
    return source, Options.from_query(pairs, kind)


def source_of(request: Request, code: str | None) -> tuple[str, Pairs]:
    """The program of an address, `code` from its path or else `e=`, and the rest of its query. Errors know it from here on."""
    pairs = query(request)
    if code is None:
        programs = [value for name, value in pairs if name == "e"]
        pairs = [pair for pair in pairs if pair[0] != "e"]
        if len(programs) != 1:
            detail = "`e` is given twice." if programs else "`e` is missing."
            raise ProblemError(
                422, "option", "An option is wrong", detail, hint="Write the program after `?e=`, percent-encoded."
            )
        source = programs[0]
    else:
        source = decode(code)
    remember(request, source)
    return source, pairs


async def json_body(request: Request) -> Any:
    """The body, read strictly. FastAPI's own reading takes NaN, UTF-16 and whatever comes last."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise not_json()
    return wire.read(await request.body())


def remember(request: Request, source: str) -> None:
    """For the answer to an error: the line it is in, and the CODE."""
    request.state.source = source
