"""The way pictures take past the framework.

FastAPI's way to a handler costs a third of what running a small program and filling its picture does. What is asked for most,
GET of a picture, goes straight to its handler; the routes are still there, for the documentation and for whatever else there is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.requests import Request

from stepgrad.app.routes import graphs

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Shortcut"]

_PICTURE = re.compile(rf"/g/(?P<code>{graphs.CodeConvertor.regex})\.(?P<extension>[^/.]+)")


class Shortcut:
    """Stands inside the guard, which answers for errors here as for all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["type"] == "http" and scope["method"] == "GET" and not scope.get("root_path")
        if plain and (found := _PICTURE.fullmatch(scope["path"])):
            scope["path_params"] = found.groupdict()
            response = await graphs.encoded(Request(scope, receive))
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)
