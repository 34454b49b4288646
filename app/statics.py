"""The files of static/: a name → its content, from memory, with the copies that the build compressed.

A file is read when it is first asked for. In the tree it is looked at again each time, for a build may have changed it while the
server runs; an installed package does not change.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from stepgrad.app.caching import Cache
from stepgrad.app.headers import headers_of
from stepgrad.app.reply import Reply
from stepgrad.app.resources import INSTALLED, STATIC

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["Statics"]

_FOREVER = b"public, max-age=31536000, immutable"
_LIMIT = 64 << 20
_NAMED_BY_CONTENT = ("dist/chunks/", "dist/assets/")
_CODINGS = {"br": "br", "gzip": "gz"}
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""Not the machine's own table: it may not know fonts."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was when its time and size were `seen`; `stamp` changes with its content."""

    seen: tuple[int, int]
    stamp: str
    forever: Reply
    checked: Reply

    @property
    def weight(self) -> int:
        return self.forever.weight


class Statics:
    """What /static answers, and what pages know of its files."""

    def __init__(self, folder: Path = STATIC, *, watched: bool = not INSTALLED) -> None:
        self._folder = folder.resolve()
        self._copies = self._folder / "dist" / "packed"
        self._watched = watched
        self._files: Cache[str, _File] = Cache(_LIMIT, lambda file: file.weight)

    def reply(self, scope: Scope) -> Reply:
        """The answer to a request for a file. Raises HTTPException."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        name = scope["path"].removeprefix("/static/")
        if (file := self._find(name)) is None:
            raise HTTPException(404)
        # An address with the stamp of another version is answered, and not kept as what it is not.
        by_content = name.startswith(_NAMED_BY_CONTENT) or scope["query_string"] == b"v=" + file.stamp.encode()
        return file.forever if by_content else file.checked

    def stamp(self, name: str) -> str | None:
        """What changes with the content of a file; None where there is none, as before the first build."""
        file = self._find(name)
        return file.stamp if file else None

    def _find(self, name: str) -> _File | None:
        known = self._files.get(name)
        if known and not self._watched:
            return known
        try:
            path = self._folder / name
            if not known and (not path.is_file() or path.resolve().relative_to(self._folder).as_posix() != name):
                return None
            stat = path.stat()
            if known and known.seen == (stat.st_mtime_ns, stat.st_size):
                return known
            file = self._read(path, stat)
        except (OSError, ValueError):  # it is gone, or this is no name of a file
            return None
        self._files.put(name, file)
        return file

    def _read(self, path: Path, stat: os.stat_result) -> _File:
        body = path.read_bytes()
        digest = sha256(body).hexdigest()[:20]
        copies = {coding: self._copies / f"{digest}.{ending}" for coding, ending in _CODINGS.items()}
        coded = {coding: copy.read_bytes() for coding, copy in copies.items() if copy.is_file()}
        media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        headers = [(b"content-type", media_type.encode()), (b"etag", f'"{digest}"'.encode()), *headers_of("static")]
        replies = [Reply(200, [(b"cache-control", kept), *headers], body, coded) for kept in (_FOREVER, b"no-cache")]
        return _File((stat.st_mtime_ns, stat.st_size), digest[:10], *replies)
