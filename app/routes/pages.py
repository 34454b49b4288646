"""The page and the player in a frame. A program that is wrong still opens: with its text and what is wrong with it."""

from __future__ import annotations

import builtins
import json
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from stepgrad.app.drawing.errors import DrawingError
from stepgrad.app.drawing.words import START
from stepgrad.app.errors import ProblemError, as_problem
from stepgrad.app.etags import etag_of, matches
from stepgrad.app.gallery import gallery
from stepgrad.app.links import encode
from stepgrad.app.options import Options
from stepgrad.app.problems import header_text
from stepgrad.app.query import Kind
from stepgrad.app.routes.answering import PAGE_CACHE
from stepgrad.app.routes.reading import pipeline_of, program, query, remember
from stepgrad.app.tables import tables
from stepgrad.engine.errors import EngineError
from stepgrad.engine.ops import CALL, MICROGRAD, OPS

__all__ = ["router"]

router = APIRouter(tags=["pages"])


@router.get("/", operation_id="get_start", summary="The page")
def start(request: Request) -> Response:
    """With `?e=PROGRAM` that program, else the first of the gallery."""
    if any(name == "e" for name, _ in query(request)):
        return _open(request, None, "page")
    return _open(request, None, "page", gallery()[0].source)


@router.get("/g/{code:path}", operation_id="get_page", summary="The page with a program")
def page(request: Request) -> Response:
    """Everything that is seen is in the address: the program, the step, the view."""
    return _open(request, request.path_params["code"], "page")


@router.get("/embed", operation_id="get_embed", summary="The player, from the program as it is")
def embed_readable(request: Request) -> Response:
    """The player without the editor. The only address that may be framed."""
    return _open(request, None, "embed")


@router.get("/embed/{code:path}", operation_id="get_embed_by_code", summary="The player, from the CODE of a program")
def embed(request: Request) -> Response:
    """The player without the editor. The only address that may be framed."""
    return _open(request, request.path_params["code"], "embed")


def _open(request: Request, code: str | None, kind: Kind, source: str | None = None) -> Response:
    """An unfinished program is what an editor is for: 200. An address that cannot be read has its error's status."""
    state = request.app.state
    boot: dict[str, Any] = {"source": "", "options": {}, "trace": None, "problem": None, **state.boot}
    status, etag = 200, ""
    problem: ProblemError | None = None
    known = request.headers.get("if-none-match", "")
    try:
        if source is None:
            source, options = program(request, code, kind)
        else:
            options = Options.from_query(query(request), kind)
            remember(request, source)
        boot |= {"source": source, "options": {name: options.strings()[name] for name in sorted(options.model_fields_set)}}
        etag = etag_of(state.fingerprint, state.pages.edition, kind, json.dumps(boot["options"]), source)
        if known.strip() != "*" and matches(known, etag):
            return Response(status_code=304, headers={"ETag": etag, "Cache-Control": PAGE_CACHE})
        boot["trace"] = pipeline_of(request).json(pipeline_of(request).moment(source, options))
    except EngineError as error:
        problem = as_problem(error)
    except DrawingError as error:  # the clock may have a part in it, and then it is no answer for good
        problem, etag = as_problem(error), ""
        status = problem.status if problem.status >= 500 else 200
    except ProblemError as error:
        problem = error
        status = 200 if error.code == "step" else error.status
        boot["source"] = getattr(request.state, "source", "")
    headers = {"ETag": etag, "Cache-Control": PAGE_CACHE} if etag and status == 200 else {"Cache-Control": "no-store"}
    if problem is not None:
        boot["problem"] = problem.body(encode(boot["source"]) if boot["source"] else None)
        headers |= {"X-Stepgrad-Error": header_text(problem.told), **problem.headers}
    name = "embed.html" if kind == "embed" else "page.html"
    return Response(state.pages.render(name, boot=boot), status, headers, "text/html")


def boot_data(version: str, base: str, limits: dict[str, int]) -> dict[str, Any]:
    """What every page gets: the gallery, the tables, the limits."""
    return {
        "gallery": [asdict(example) for example in gallery()],
        "operations": _operations(),
        "tables": tables(),
        "words": {"start": START},
        "limits": limits,
        "version": version,
        "base": base,
    }


def _operations() -> list[dict[str, Any]]:
    return [
        {
            "name": op.name,
            "formula": op.formula,
            "arity": op.arity,
            "method": op.precedence == CALL,
            "operator": op.precedence < CALL and not hasattr(builtins, op.name),
            "micrograd": op.name in MICROGRAD,
            "expands": op.expand is not None,
            "note": op.note,
        }
        for op in OPS.values()
    ]
