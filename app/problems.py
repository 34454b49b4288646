"""Every error → one shape (RFC 9457, docs/contract.md), as JSON, as a picture or as a page.

    ProblemError       what the service itself has to say: undecodable, too long, an option, too busy
    EngineError        what the engine says of a program → 422, with line, column and hint
    DrawingError       what the drawing says of a graph → 422 or 503
    HTTPException      no such address, no such method
    ClientDisconnect   nobody is there any more to be told
    anything else      a fault of ours → 500 with an id; the log has the rest under that id

An answer never holds a traceback, a path of this machine or the input that was sent.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from stepgrad.app.errorpicture import error_picture
from stepgrad.app.errors import ProblemAnswer, ProblemError, as_problem
from stepgrad.app.exporting import FORMATS
from stepgrad.app.links import encode
from stepgrad.engine.errors import EngineError

__all__ = ["ACCEPT", "MEDIA_TYPE", "answer", "install", "wanted"]

MEDIA_TYPE = "application/problem+json"
MAX_LISTED = 10

_STATUS_TITLES = {
    404: "There is nothing at this address",
    405: "This address does not take this method",
}


def problem_of(error: Exception) -> ProblemError:
    """What is said of an error: those of requests are FastAPI's, the others nobody's in particular."""
    if isinstance(error, HTTPException):
        title = _STATUS_TITLES.get(error.status_code, "")
        return ProblemError(error.status_code, f"http-{error.status_code}", title, headers=error.headers)
    if isinstance(error, ClientDisconnect):
        return ProblemError(400, "closed", "The connection was closed", "The body had not arrived.")
    if isinstance(error, RequestValidationError):
        return _invalid([(item["loc"], str(item["msg"])) for item in error.errors()])
    return as_problem(error)


def _invalid(found: list[tuple[tuple[int | str, ...], str]]) -> ProblemError:
    """Where and what, never the input: it may be large, or not even JSON."""
    told = [f"{'.'.join(str(part) for part in where)[:100]}: {what[:200]}" for where, what in found[:MAX_LISTED]]
    return ProblemError(422, "request", "The request is not as it should be", told[0] if told else "", more={"errors": told})


def wanted(request: Request) -> str:
    """`svg`, `html` or `json`: what an error had best be for this client."""
    path, accept = request.scope["path"], request.headers.get("accept", "")
    form = FORMATS.get(path.rpartition(".")[2])
    if form and form.errors == "svg":
        return "json" if "json" in accept and "image/" not in accept else "svg"
    if form or path.startswith("/api/"):
        return "json"
    if "text/html" in accept:
        return "html"
    return "svg" if "image/" in accept else "json"


ACCEPT = {"svg": b"image/svg+xml", "html": b"text/html", "json": b"application/json"}
"""What to say so that `wanted` is this: of an Accept nothing else matters."""


def answer(request: Request, error: Exception) -> Response:
    """The response to an error."""
    problem = problem_of(error)
    headers = {"Cache-Control": "no-store", "X-Stepgrad-Error": header_text(problem.told), **problem.headers}
    if problem.span:
        headers |= {"X-Stepgrad-Line": str(problem.span.line), "X-Stepgrad-Column": str(problem.span.column)}
    form = wanted(request)
    source: str | None = getattr(request.state, "source", None)
    if form == "svg":
        picture = error_picture(problem.title, problem.detail, problem.hint, problem.span, source, _theme(request))
        return Response(picture, problem.status, headers, "image/svg+xml")
    code = encode(source) if source is not None else None
    page: Callable[[Request, ProblemAnswer], str] | None = (
        getattr(request.app.state, "error_page", None) if "app" in request.scope else None
    )
    if form == "html" and page:
        return Response(page(request, problem.body(code)), problem.status, headers, "text/html")
    return JSONResponse(problem.body(code), problem.status, headers, MEDIA_TYPE)


def header_text(text: str) -> str:
    """What a header line may hold, in at most 200 characters."""
    return "".join(c if " " <= c <= "~" else "?" for c in text)[:200]


def _theme(request: Request) -> str:
    for theme in ("dark", "print"):
        if f"theme={theme}" in request.scope["query_string"].decode("latin-1").split("&"):
            return theme
    return "light"


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem."""

    async def handler(request: Request, error: Exception) -> Response:
        return answer(request, error)

    for kind in (ProblemError, EngineError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, handler)
