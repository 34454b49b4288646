"""A connection: bytes as they arrive → requests, within limits while they arrive.

uvicorn's parser collects a header field until it is whole, however long it grows, and waits for it for ever. Here whatever
belongs to no body is counted as it comes, and a request that has begun has `receive_seconds` to show its whole head. What is
refused is answered with a problem, after the requests before it on the same connection, and then nothing more is read.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from functools import partial
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from stepgrad.app import wire
from stepgrad.app.config import Settings
from stepgrad.app.errors import ProblemError
from stepgrad.app.headers import headers_of
from stepgrad.app.problems import MEDIA_TYPE, header_text
from stepgrad.app.refusals import MOST_HEADERS, headers_too_long, not_http, too_slow, url_too_long

__all__ = ["Connection", "protocol"]

_AROUND = 64 + 4 * MOST_HEADERS
"""Bytes of a head beside its address and its fields: method, version, colons, ends of lines."""

_MOST_WAITING = 64
"""Requests that one connection may send ahead."""

_LINGER_SECONDS = 2.0
_LINGER_BYTES = 1 << 20
"""What is still taken, and dropped, after a refusal: a connection that is cut while bytes are under way loses the answer."""


def protocol(settings: Settings) -> Any:
    """What uvicorn's `http` takes."""
    return partial(Connection, settings=settings)


class Connection(HttpToolsProtocol):
    """uvicorn's, with limits on what is not a body."""

    def __init__(self, *given: Any, settings: Settings, **named: Any) -> None:
        super().__init__(*given, **named)
        self.url = b""
        self._settings = settings
        self._most = settings.url_limit + settings.header_limit + _AROUND
        self._loose = 0  # bytes since the last whole head, piece of a body, or message
        self._begun = False  # a message has begun and is not complete
        self._in_head = True
        self._deadline: TimerHandle | None = None
        self._ended = False  # nothing more is read
        self._problem: ProblemError | None = None
        self._dropped = 0

    # What the transport says

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._ended:
            self._drop(data)
            return
        self._unset_keepalive_if_required()
        self._loose += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing but HTTP/1.1 is spoken here: it is answered like any other
        except httptools.HttpParserError as error:
            self._end(self._unreadable(error))
        if self._loose > self._most:
            self._end(self._too_long())
        if not self._ended and self._owes():
            self._expect()

    # What the parser says

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = True

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head, self._loose = False, 0
        self._expect_nothing()
        if len(self.pipeline) > _MOST_WAITING:
            self._end()
            raise OverflowError  # the parser stops

    def on_body(self, body: bytes) -> None:
        self._loose = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._begun, self._in_head, self._loose = False, True, 0
        self._expect_nothing()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._ended and self.cycle.response_complete:
            self._part()
        elif self._deadline is not None:  # more has arrived already, and that is what is waited for
            self._unset_keepalive_if_required()

    # Time

    def _owes(self) -> bool:
        """Whether the client has begun what only this connection waits for: a head, or the rest of a body after its answer."""
        if self._in_head:
            return self._begun or self._loose > 0
        return bool(self.cycle.response_complete)

    def _expect(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._settings.receive_seconds, self._too_late)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self.flow.read_paused:  # it is not the client who is waited for
            self._expect()
        else:
            self._end(too_slow("head") if self._begun else None)

    # The end

    def _too_long(self) -> ProblemError:
        limit = self._settings.url_limit
        return url_too_long(limit) if len(self.url) > limit else headers_too_long(self._settings.header_limit)

    def _unreadable(self, error: httptools.HttpParserError) -> ProblemError:
        if len(self.url) > self._settings.url_limit:
            return url_too_long(self._settings.url_limit)
        if isinstance(error, httptools.HttpParserInvalidMethodError):
            return not_http("There is no such method.")
        if isinstance(error, httptools.HttpParserInvalidURLError):
            return not_http("The address holds a character that must be percent-encoded.")
        return not_http("Its head cannot be read." if self._in_head else "Its body cannot be read.")

    def _end(self, problem: ProblemError | None = None) -> None:
        """Read nothing more; answer, once all that came before is answered; close."""
        if self._ended:
            return
        self._expect_nothing()
        self._ended, self._problem = True, problem
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            if not self._in_head:
                self._problem = None  # it has its answer
            self._part()
        elif not (self._in_head or self.pipeline or cycle.response_started):
            cycle.disconnected = True  # the rest of its body never comes: this is its answer
            cycle.message_event.set()
            self._part()
        else:
            self.flow.pause_reading()

    def _part(self) -> None:
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        if self._problem is not None:
            self.transport.write(_written(self._problem, self.server_state.default_headers))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _drop(self, data: bytes) -> None:
        self._dropped += len(data)
        if self._dropped > _LINGER_BYTES:
            self.flow.pause_reading()


def _written(problem: ProblemError, always: list[tuple[bytes, bytes]]) -> bytes:
    """A problem as bytes. Who asked is not known, so it is told as the API tells it."""
    body = wire.dump(problem.body())
    named = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "connection": "close",
        "x-stepgrad-error": header_text(problem.told),
        **{name.lower(): value for name, value in problem.headers.items()},
    }
    headers = [*always, *((name.encode(), value.encode()) for name, value in named.items()), *headers_of("api")]
    return STATUS_LINE[problem.status] + b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body
