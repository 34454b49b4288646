"""What every cacheable answer has in common: its ETag, and the 304 of who has it already."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response

from stepgrad.app.etags import etag_of, matches

__all__ = ["CACHE", "PAGE_CACHE", "answer"]

CACHE = "public, max-age=86400, stale-while-revalidate=604800, stale-if-error=604800"

PAGE_CACHE = "public, max-age=60, stale-while-revalidate=60, stale-if-error=86400"
"""A page names the scripts of its version. A minute is enough for a hall, and short enough for a new version."""


def answer(request: Request, identity: tuple[str, ...], media_type: str, filename: str, make: Callable[[], bytes]) -> Response:
    """The answer that `make` gives, or a 304. `identity` is all that it depends on, apart from this version of us."""
    etag = etag_of(request.app.state.fingerprint, *identity)
    headers = {"ETag": etag, "Cache-Control": CACHE}
    known = request.headers.get("if-none-match", "")
    # `*` asks whether there is an answer at all, and only making it can tell.
    if known.strip() != "*" and matches(known, etag):
        return Response(status_code=304, headers=headers)
    body = make()
    if matches(known, etag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return Response(body, headers=headers, media_type=media_type)
