"""Content codings: which ones a client takes, and which bodies are worth it.

A body is coded once and kept. `br` is made at build time only; at run time there is `gzip`, of the standard library.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

__all__ = ["accepted", "compress", "worth_it"]

_ALL = ("br", "gzip")
"""The best first."""

_LEVEL = 5
_LEAST = 1_000
"""Bytes: what is shorter fits into one packet as it is."""

_TEXTS = ("application/json", "application/problem+json", "image/svg+xml")


@lru_cache(maxsize=64)
def accepted(accept_encoding: bytes) -> tuple[str, ...]:
    """The codings that an Accept-Encoding names, the best first (RFC 9110 §12.5.3)."""
    weights = dict(_weight(part) for part in accept_encoding.decode("latin-1").lower().split(","))
    return tuple(coding for coding in _ALL if weights.get(coding, weights.get("*", False)))


def _weight(part: str) -> tuple[str, bool]:
    """A coding, and whether it is wanted at all: `gzip;q=0` is not."""
    coding, _, quality = part.partition(";")
    digits = quality.partition("=")[2].strip()
    return coding.strip(), not digits or bool(digits.strip("0."))


def worth_it(media_type: str, body: bytes) -> bool:
    """Whether a body gets shorter, and by a packet at least. Fonts and bitmaps are compressed already."""
    kind = media_type.partition(";")[0].strip()
    return len(body) >= _LEAST and (kind.startswith("text/") or kind in _TEXTS)


def compress(body: bytes) -> bytes:
    """gzip, with the same bytes each time."""
    return gzip.compress(body, _LEVEL, mtime=0)
