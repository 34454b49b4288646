"""Whatever goes wrong has a title, in every form in which it is told."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from stepgrad.app import refusals
from stepgrad.app.drawing.errors import DrawingError
from stepgrad.app.errors import ProblemError
from stepgrad.app.main import create_app
from stepgrad.app.problems import ACCEPT, answer
from stepgrad.engine.errors import EngineError, LimitError, Span, StepgradError

STATUSES = [*range(400, 432), 451, 499, *range(500, 512), 599]
SERVICE = create_app()


def kinds(base: type[StepgradError]) -> Iterator[type[StepgradError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def errors() -> Iterator[Exception]:
    for message in ("It is so.", ""):
        for kind in (*kinds(EngineError), *kinds(DrawingError)):
            yield kind(message, limit="steps", value=1) if issubclass(kind, LimitError) else kind(message)
    yield from (HTTPException(status) for status in STATUSES)
    yield from (
        ProblemError(status, "code", title, detail) for status in STATUSES for title in ("", " ") for detail in ("", "So.")
    )
    yield ProblemError(422, "code", "", "So.", hint="Do so.", span=Span(1, 1, 1))
    yield from (refusals.url_too_long(9), refusals.headers_too_long(9), refusals.body_too_long(9), refusals.stopping())
    yield from (refusals.too_slow("head"), refusals.not_http(""))
    yield from (RequestValidationError([]), RequestValidationError([{"loc": ("body",), "msg": "no"}]), ClientDisconnect())
    yield from (ZeroDivisionError("secret"), ValueError(), TimeoutError(), RecursionError(), MemoryError())


@pytest.mark.parametrize("error", list(errors()), ids=lambda error: f"{type(error).__name__}-{error}"[:60])
@pytest.mark.parametrize("form", ACCEPT)
def test_every_error_has_a_title_in_every_form(error: Exception, form: str):
    scope: dict[str, Any] = {
        "type": "http",
        "app": SERVICE,
        "path": "/",
        "query_string": b"",
        "headers": [(b"accept", ACCEPT[form])],
    }
    response = answer(Request(scope), error)
    body = bytes(response.body).decode()

    title, shown = title_of(form, body)
    assert title.strip() == title != ""
    assert shown == title
    assert response.headers["x-stepgrad-error"].startswith(title)
    assert response.status_code >= 400
    assert "secret" not in body


def title_of(form: str, body: str) -> tuple[str, str]:
    """The title, and what is shown as the first thing."""
    match form:
        case "json":
            problem = httpx.Response(200, content=body).json()
            return problem["title"], problem["title"]
        case "html":
            title, heading = (unescape(body.partition(f"<{name}>")[2].partition(f"</{name}>")[0]) for name in ("title", "h1"))
            return title.removesuffix(" · stepgrad"), heading
        case _:
            space = "{http://www.w3.org/2000/svg}"
            svg = ElementTree.fromstring(body)
            return svg.findtext(f"{space}title") or "", svg.findtext(f"{space}text") or ""


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404), ("GET", "/static/nothing", 404), ("GET", "/static/", 404), ("GET", "/g.exe?e=a", 404),
        ("GET", "/g/x", 400), ("GET", "/embed/x", 400), ("GET", "/embed", 422), ("GET", "/g.svg", 422),
        ("GET", "/api/v1/graphs", 405), ("POST", "/", 405), ("DELETE", "/static/icons/favicon.svg", 405),
        ("PUT", "/healthz", 405), ("POST", "/api/v1/graphs", 415), ("GET", f"/?e={9_000 * 'a'}", 414),
    ],
)  # fmt: skip
async def test_every_error_page_has_a_title(client: httpx.AsyncClient, method: str, path: str, status: int, accept: str):
    response = await client.request(method, path, headers={"Accept": accept})
    head = await client.head(path, headers={"Accept": accept}) if method == "GET" else None
    kind = response.headers["content-type"].partition(";")[0]
    form = {"text/html": "html", "image/svg+xml": "svg", "application/problem+json": "json"}[kind]

    assert response.status_code == status
    assert title_of(form, response.text)[0]
    assert response.headers["x-stepgrad-error"]
    if head is not None:
        assert (head.status_code, head.content) == (status, b"")
        assert head.headers == response.headers
