"""/docs: Swagger's page with our own copy of its files, so that no other host is asked and no script stands in the page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from stepgrad.app import wire
from stepgrad.app.etags import etag_of
from stepgrad.app.routes.answering import PAGE_CACHE
from stepgrad.app.routes.openapi import document
from stepgrad.app.studies import STUDIES

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>stepgrad API</title>
  <link rel="icon" href="{icon}">
  <link rel="stylesheet" href="{style}">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="{script}"></script>
  <script src="{base}docs/start.js"></script>
</body>
</html>
"""
_START = """"use strict";
SwaggerUIBundle({url: document.currentScript.src.replace(/docs\\/start\\.js.*$/, "openapi.json"),
  dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true, validatorUrl: null});
"""


@router.get("/docs")
def docs(request: Request) -> Response:
    pages = request.app.state.pages
    page = _PAGE.format(
        icon=pages.asset("dist/swagger/favicon-32x32.png"),
        style=pages.asset("dist/swagger/swagger-ui.css"),
        script=pages.asset("dist/swagger/swagger-ui-bundle.js"),
        base=request.app.state.boot["base"],
    )
    return Response(page, headers={"Cache-Control": "no-cache"}, media_type="text/html")


@router.get("/docs/start.js")
def start() -> Response:
    return Response(_START, headers={"Cache-Control": "no-cache"}, media_type="text/javascript")


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    state = request.app.state
    if state.document is None:
        state.document = wire.dump(document(request.app))
    depends = [study.depends() for study in STUDIES.values()]  # of the examples
    headers = {"Cache-Control": PAGE_CACHE, "ETag": etag_of(state.fingerprint, "openapi", *depends)}
    return Response(state.document, headers=headers, media_type="application/json")
