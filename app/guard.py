"""The door: raw ASGI, before and after everything else.

In: addresses, headers and bodies have a limit, bodies a deadline. What was answered before is answered from memory before any
framework is asked, which costs some tens of microseconds; what many ask at once is made once. Neither needs to be let in.
Out: every answer gets the headers of its kind and the coding its client takes best, a HEAD is a GET without its body, and
whatever went wrong inside, a stranger gets a problem and never a traceback.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request

from stepgrad.app.admission import Admission
from stepgrad.app.caching import Cache
from stepgrad.app.coding import accepted
from stepgrad.app.errors import ProblemError
from stepgrad.app.etags import plain
from stepgrad.app.flights import Flights
from stepgrad.app.headers import Kind, headers_of, kind_of
from stepgrad.app.problems import ACCEPT, answer, wanted
from stepgrad.app.refusals import MOST_HEADERS, body_too_long, headers_too_long, stopping, too_slow, url_too_long
from stepgrad.app.reply import Reply

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from stepgrad.app.config import Settings
    from stepgrad.app.pages import Pages
    from stepgrad.app.statics import Statics

__all__ = ["Guard"]

log = logging.getLogger("stepgrad")

_WORK = frozenset({"picture", "page", "embed", "api"})
_METHODS = {"picture": "GET, HEAD, OPTIONS", "api": "GET, HEAD, POST, OPTIONS"}


class _Address(NamedTuple):
    """All that a kept answer depends on."""

    path: bytes
    query: bytes
    edition: str


class _Asked(NamedTuple):
    """All that a shared answer depends on: an error has several forms, and what is known already is not made again."""

    address: _Address
    form: str
    known: str


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, settings: Settings, statics: Statics, pages: Pages) -> None:
        self._app = app
        self._settings = settings
        self._statics = statics
        self._pages = pages
        self._admission = Admission(settings.pending, settings.rate_limit)
        self._kept: Cache[_Address, Reply] = Cache(settings.answer_cache, lambda reply: reply.weight)
        self._flights: Flights[_Asked, Reply] = Flights()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = kind_of(scope["path"])
        edition = self._pages.edition if kind in ("page", "embed") else ""
        address = _Address(scope.get("raw_path") or scope["path"].encode(), scope["query_string"], edition)
        reply = self._kept.get(address) if scope["method"] in ("GET", "HEAD") else None
        if reply is None and (reply := await self._reply(scope, receive, send, kind, address)) is None:
            return
        weight = reply.weight
        await reply.send(scope, send)
        if reply.may_be_kept and reply.weight > weight:  # it was compressed just now
            self._kept.put(address, reply)

    async def _reply(self, scope: Scope, receive: Receive, send: Send, kind: Kind, address: _Address) -> Reply | None:
        """The answer, or None where it has been sent already: a stream."""
        out = _Out(kind, send)
        try:
            self._check(scope, address)
            if kind == "static":
                return self._statics.reply(scope)
            if scope["method"] == "OPTIONS" and kind in _METHODS:
                return _options(kind)
            if scope["method"] in ("GET", "HEAD") and kind in _WORK:
                return await self._shared(scope, kind, address)
            await self._alone(scope, receive, kind, out)
        except asyncio.CancelledError:  # the server stops, and waits no longer
            if not out.streams:
                await (await _refused(stopping(), scope, kind)).send(scope, send)
            raise
        except Exception as error:
            return await _refused(error, scope, kind)
        return None if out.streams else out.reply()

    async def _shared(self, scope: Scope, kind: Kind, address: _Address) -> Reply:
        """The answer to all who ask the same at once."""
        asked = _Asked(address, wanted(Request(scope)), _known(scope))
        return await self._flights.get(asked, lambda: self._made(scope, kind, asked))

    async def _made(self, scope: Scope, kind: Kind, asked: _Asked) -> Reply:
        """What the application answers. It is not told who asks, so that its answer cannot depend on it."""
        headers = [(b"accept", ACCEPT[asked.form])]
        if asked.known:
            headers.append((b"if-none-match", asked.known.encode("latin-1")))
        out = _Out(kind)
        with self._admission.enter(_client(scope)):  # at once: whoever is refused is so before anybody waits
            await self._ask({**scope, "method": "GET", "headers": headers}, _nothing, out)
        reply = out.reply()
        if reply.may_be_kept:
            self._kept.put(asked.address, reply)
        return reply

    async def _alone(self, scope: Scope, receive: Receive, kind: Kind, out: _Out) -> None:
        """The answer to one request: what is posted, and what is no work."""
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        with self._admission.enter(_client(scope)) if kind in _WORK else nullcontext():
            await self._ask(scope, self._bounded(receive), out)

    async def _ask(self, scope: Scope, receive: Receive, out: _Out) -> None:
        """Let the application answer. What goes wrong in it is an answer, too."""
        try:
            await self._app(scope, receive, out)
        except Exception as error:
            if out.streams:
                log.debug("after the answer began", exc_info=error)
            else:
                await answer(Request(scope), error)(scope, receive, out)

    def _check(self, scope: Scope, address: _Address) -> None:
        """Refuse what is too long or malformed before anything reads it."""
        settings = self._settings
        if len(address.path) + len(address.query) > settings.url_limit:
            raise url_too_long(settings.url_limit)
        if b"\x00" in address.path or "\x00" in scope["path"]:
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

    def _bounded(self, receive: Receive) -> Receive:
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
    """Where an application sends its answer: it is collected, but for a stream of events, which is sent on as it comes."""

    def __init__(self, kind: Kind, send: Send | None = None) -> None:
        self._always = headers_of(kind)
        self._send = send
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self.streams = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            given = dict(message.get("headers", ()))
            self._status = message["status"]
            self._headers = [*given.items(), *(pair for pair in self._always if pair[0] not in given)]
            self._body = []
            self.streams = given.get(b"content-type", b"").startswith(b"text/event-stream")
            message = {**message, "headers": self._headers}
        else:
            self._body.append(message.get("body", b""))
        if self.streams and self._send:
            self._body = []
            await self._send(message)

    def reply(self) -> Reply:
        return Reply(self._status, self._headers, b"".join(self._body))


async def _refused(error: Exception, scope: Scope, kind: Kind) -> Reply:
    """What is told of an error of the door itself."""
    out = _Out(kind)
    await answer(Request(scope), error)(scope, _nothing, out)
    return out.reply()


async def _nothing() -> Message:
    """The body of a GET."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _known(scope: Scope) -> str:
    """What the client has already, whatever coding it has it in."""
    given = dict(scope["headers"])
    known = given.get(b"if-none-match", b"").decode("latin-1")
    return plain(known, accepted(given.get(b"accept-encoding", b""))) if known else ""


def _options(kind: Kind) -> Reply:
    """Whoever asks may ask, from anywhere."""
    methods = _METHODS[kind].encode()
    headers = [
        (b"allow", methods),
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", b"Content-Type, If-None-Match"),
        (b"access-control-max-age", b"86400"),
        (b"cache-control", b"public, max-age=86400"),
    ]
    return Reply(204, [*headers, *headers_of(kind)], b"")
