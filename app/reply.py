"""A whole answer, ready to be sent any number of times: by GET or HEAD, as a 304, in the coding that the client takes best."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stepgrad.app.coding import accepted, compress, worth_it
from stepgrad.app.etags import in_coding, known_as

if TYPE_CHECKING:
    from starlette.types import Scope, Send

__all__ = ["Reply"]

_OF_THE_BODY = frozenset({b"content-length", b"content-type", b"content-disposition", b"content-encoding"})
_SPELLED_HERE = frozenset({b"content-length", b"content-encoding", b"etag", b"vary"})
_INLINE = 8_000
"""Bytes that are compressed in less time than it takes to hand them to a thread."""


class Reply:
    """Status, headers and a body in several codings: those it is `coded` in already, or else gzip as soon as it is wanted.

    `weight` is how many bytes it takes.
    """

    def __init__(
        self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, coded: Mapping[str, bytes] | None = None
    ) -> None:
        given = dict(headers)
        self.status = status
        self.etag = given.get(b"etag", b"").decode("latin-1")
        self.may_be_kept = status == 200 and bool(self.etag) and b"no-store" not in given.get(b"cache-control", b"")
        self._headers = [pair for pair in given.items() if pair[0] not in _SPELLED_HERE]
        self._compresses = coded is None and worth_it(given.get(b"content-type", b"").decode("latin-1"), body)
        if coded or self._compresses:
            self._headers.append((b"vary", b"Accept-Encoding"))
        self.weight = 1_500
        self._forms: dict[str, tuple[list[tuple[bytes, bytes]], bytes]] = {}
        for coding, held in {"": body, **(coded or {})}.items():
            self._hold(coding, held)
        self._work: asyncio.Future[bytes] | None = None

    async def send(self, scope: Scope, send: Send) -> None:
        """Answer this request."""
        codings: tuple[str, ...] = ()
        known = ""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                codings = accepted(value)
            elif name == b"if-none-match":
                known = value.decode("latin-1")
        best = next(filter(self._has, codings), "")
        if known and self.etag and (tag := known_as(known, self.etag, (best, *codings, ""))):
            headers = [pair for pair in self._headers if pair[0] not in _OF_THE_BODY]
            await _write(send, 304, [*headers, (b"etag", tag.encode("latin-1"))], b"")
            return
        if best not in self._forms:
            await self._compress()
        headers, body = self._forms[best]
        await _write(send, self.status, headers, b"" if scope["method"] == "HEAD" else body)

    def _has(self, coding: str) -> bool:
        return coding in self._forms or (coding == "gzip" and self._compresses)

    async def _compress(self) -> None:
        """Make the gzip form, once however many ask for it, and a long one not on the event loop."""
        body = self._forms[""][1]
        if len(body) <= _INLINE:
            squeezed = compress(body)
        else:
            self._work = self._work or asyncio.get_running_loop().run_in_executor(None, compress, body)
            squeezed = await asyncio.shield(self._work)
        self._compresses, self._work = False, None
        if "gzip" not in self._forms:
            self._hold("gzip", squeezed)

    def _hold(self, coding: str, body: bytes) -> None:
        headers = list(self._headers)
        if self.etag:
            headers.append((b"etag", in_coding(self.etag, coding).encode("latin-1")))
        if coding:
            headers.append((b"content-encoding", coding.encode()))
        if self.status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(body)))
        self._forms[coding] = headers, body
        self.weight += len(body) + 1_500


async def _write(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
