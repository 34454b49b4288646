"""The door: raw ASGI, before and after everything else.

In: addresses, headers and bodies have a limit, bodies a deadline; a HEAD is a GET without its body; a known picture is answered
from memory before any framework is asked, which costs some tens of microseconds. Out: every answer gets the headers of its kind,
and whatever went wrong inside, a stranger gets a problem and never a traceback.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from stepgrad.app.admission import Admission
from stepgrad.app.caching import Cache
from stepgrad.app.errors import ProblemError
from stepgrad.app.headers import headers_of, kind_of, matches
from stepgrad.app.problems import answer
from stepgrad.app.refusals import MOST_HEADERS, body_too_long, headers_too_long, too_slow, url_too_long

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from stepgrad.app.config import Settings
    from stepgrad.app.statics import Statics

__all__ = ["Guard"]

log = logging.getLogger("stepgrad")

_WORK = frozenset({"picture", "page", "embed", "api"})
_SHARED = frozenset({"picture", "api"})
_NOT_IN_304 = frozenset({b"content-length", b"content-type", b"content-disposition"})
_METHODS = {"picture": "GET, HEAD, OPTIONS", "api": "GET, HEAD, POST, OPTIONS"}


@dataclass(frozen=True, slots=True)
class _Ready:
    """A picture's answer, whole."""

    etag: str
    headers: list[tuple[bytes, bytes]]
    unchanged: list[tuple[bytes, bytes]]
    body: bytes
    weight: int


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, settings: Settings, statics: Statics) -> None:
        self._app = app
        self._statics = statics
        self._settings = settings
        self._admission = Admission(settings.pending, settings.rate_limit)
        self._ready: Cache[tuple[bytes, bytes], _Ready] = Cache(settings.answer_cache, lambda ready: ready.weight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            else:
                await self._app(scope, receive, send)
            return
        method: str = scope["method"]
        key = (scope.get("raw_path") or scope["path"].encode(), scope["query_string"])
        if method in ("GET", "HEAD") and (ready := self._ready.get(key)) is not None:
            await self._again(ready, scope, send)
            return
        await self._first(scope, receive, send, key)

    async def _again(self, ready: _Ready, scope: Scope, send: Send) -> None:
        """The same picture once more."""
        for name, value in scope["headers"]:
            if name == b"if-none-match" and matches(value.decode("latin-1"), ready.etag):
                await send({"type": "http.response.start", "status": 304, "headers": ready.unchanged})
                await send({"type": "http.response.body", "body": b""})
                return
        await send({"type": "http.response.start", "status": 200, "headers": ready.headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else ready.body})

    async def _first(self, scope: Scope, receive: Receive, send: Send, key: tuple[bytes, bytes]) -> None:
        kind = kind_of(scope["path"])
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET"}
        out = _Out(send, headers_of(kind), head, keep=kind == "picture" and scope["method"] == "GET")
        request = Request(scope)
        try:
            self._check(scope, key)
            if scope["method"] == "OPTIONS" and kind in _SHARED:
                await _options(out, _METHODS[kind])
            elif kind in _WORK:
                client = scope.get("client")
                with self._admission.enter(client[0] if client else ""):
                    await self._app(scope, self._bounded(scope, receive), out)
            elif kind == "static":
                await self._statics(scope, receive, out)
            else:
                await self._app(scope, self._bounded(scope, receive), out)
        except Exception as error:  # the last word
            if not out.started:
                await answer(request, error)(scope, receive, out)
            elif not isinstance(error, ProblemError):
                log.debug("after the answer began", exc_info=error)
        if (ready := out.ready(key)) is not None:
            self._ready.put(key, ready)

    def _check(self, scope: Scope, key: tuple[bytes, bytes]) -> None:
        """Refuse what is too long or malformed before anything reads it."""
        settings = self._settings
        if len(key[0]) + len(key[1]) > settings.url_limit:
            raise url_too_long(settings.url_limit)
        if b"\x00" in key[0] or "\x00" in scope["path"]:
            raise ProblemError(400, "path", "The address holds a null byte")
        headers = scope["headers"]
        if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > settings.header_limit:
            raise headers_too_long(settings.header_limit)
        length = 0
        for name, value in headers:
            if name == b"content-length":
                if not value.isdigit():
                    raise ProblemError(400, "header", "The Content-Length is not a number")
                length = int(value[:20])
            elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                raise ProblemError(415, "encoding", "Compressed bodies are not read", hint="Send the body as it is.")
        if length > settings.body_limit:
            raise body_too_long(self._settings.body_limit)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Count the body as it arrives, and wait for it only so long."""
        deadline = asyncio.get_running_loop().time() + self._settings.receive_seconds
        size, done = 0, False

        async def bounded() -> Message:
            nonlocal size, done
            if done:  # nothing but the end of the connection can still come
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise too_slow("body") from None
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                done = not message.get("more_body", False)
                if size > self._settings.body_limit:
                    raise body_too_long(self._settings.body_limit)
            return message

        return bounded


class _Out:
    """Sends on, with the headers of the kind; without a body for HEAD; keeping what may be kept."""

    def __init__(self, send: Send, extra: tuple[tuple[bytes, bytes], ...], head: bool, *, keep: bool) -> None:
        self._send = send
        self._extra = extra
        self._head = head
        self._keep = keep
        self._headers: list[tuple[bytes, bytes]] = []
        self._chunks: list[bytes] = []
        self._complete = False
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = list(message.get("headers", ()))
            names = {name for name, _ in given}
            self._headers = given + [pair for pair in self._extra if pair[0] not in names]
            self._keep = self._keep and message["status"] == 200
            message = {**message, "headers": self._headers}
        elif message["type"] == "http.response.body":
            if self._keep:
                self._chunks.append(message.get("body", b""))
                self._complete = not message.get("more_body", False)
            if self._head:
                message = {**message, "body": b""}
        await self._send(message)

    def ready(self, key: tuple[bytes, bytes]) -> _Ready | None:
        """The answer to keep under this key, if it is a whole one with an ETag."""
        etag = dict(self._headers).get(b"etag")
        if not (self._keep and self._complete and etag):
            return None
        body = b"".join(self._chunks)
        unchanged = [pair for pair in self._headers if pair[0] not in _NOT_IN_304]
        return _Ready(etag.decode("latin-1"), self._headers, unchanged, body, len(body) + len(key[0]) + len(key[1]) + 3_000)


async def _options(send: Send, methods: str) -> None:
    """Whoever asks may ask, from anywhere."""
    headers = [
        (b"allow", methods.encode()),
        (b"access-control-allow-methods", methods.encode()),
        (b"access-control-allow-headers", b"Content-Type, If-None-Match"),
        (b"access-control-max-age", b"86400"),
        (b"cache-control", b"public, max-age=86400"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
