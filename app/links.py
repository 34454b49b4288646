"""Programs ⇄ addresses. A link is the save file: what is written here must be readable for ever.

CODE is base64url(zlib(UTF-8 source)), as Kroki has it. Both base64 alphabets, padding and raw deflate are read.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from stepgrad.app.errors import ProblemError
from stepgrad.app.exporting import FORMATS
from stepgrad.app.options import Options
from stepgrad.app.query import Kind
from stepgrad.engine.limits import LIMITS

__all__ = ["MAX_INFLATED", "decode", "encode", "links"]

MAX_INFLATED = 4 * LIMITS.characters
"""Bytes a CODE may inflate to: no program that is read has more. The engine counts characters; this one only defuses bombs."""

_ALPHABET = re.compile(r"[A-Za-z0-9_+/-]+={0,2}", re.ASCII)
_STANDARD = str.maketrans("-_", "+/")


def encode(source: str) -> str:
    """The CODE of a program."""
    packed = zlib.compress(source.encode(), 9)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def decode(code: str) -> str:
    """The program of a CODE. Raises a 400 problem that says what is wrong with it."""
    if not _ALPHABET.fullmatch(code):
        raise _undecodable("It holds characters that base64 does not have." if code else "It is empty.")
    bare = code.rstrip("=").translate(_STANDARD)
    try:
        packed = binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except binascii.Error:
        raise _undecodable("It is cut off, or not base64.") from None
    text = _inflate(packed, zlib.MAX_WBITS)
    if text is None:
        text = _inflate(packed, -zlib.MAX_WBITS)
    if text is None:
        raise _undecodable("It is cut off, or not compressed with zlib.")
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise _undecodable("What it holds is not UTF-8 text.") from None


def _inflate(packed: bytes, window: int) -> bytes | None:
    """The whole of one stream and nothing after it, or None. Never makes more than the cap, whatever comes in."""
    stream = zlib.decompressobj(window)
    try:
        text = stream.decompress(packed, MAX_INFLATED + 1)
    except zlib.error:
        return None
    if len(text) > MAX_INFLATED:
        raise ProblemError(
            413,
            "code",
            "The program is too long",
            f"Its CODE unpacks to more than {MAX_INFLATED:,} bytes.",
            hint="Shorten the program.",
        )
    return text if stream.eof and not stream.unused_data else None


def _undecodable(why: str) -> ProblemError:
    hint = "A CODE is base64url(zlib(text)). `/g.svg?e=PROGRAM` takes the program as it is."
    return ProblemError(400, "code", "This is not the CODE of a program", why, hint=hint)


def links(code: str, options: Options, base: str = "") -> dict[str, str]:
    """Where a moment can be seen: canonical links to the page, each format and the embed.

    `base` goes before each (`https://example.org`), without a slash at its end.
    """

    def link(path: str, kind: Kind) -> str:
        query = options.query(kind)
        return f"{base}{path}?{query}" if query else f"{base}{path}"

    pictures = {extension: link(f"/g/{code}.{extension}", "picture") for extension in FORMATS}
    return {"page": link(f"/g/{code}", "page"), **pictures, "embed": link(f"/embed/{code}", "embed")}
