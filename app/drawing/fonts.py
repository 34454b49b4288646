"""Fonts of pictures: which families they name, and the letters they carry."""

from __future__ import annotations

import json
from functools import cache, lru_cache

from stepgrad.app.resources import DIST

__all__ = ["embedded", "families"]

_FALLBACK = "DejaVu Sans,Verdana,sans-serif"
_ALWAYS = frozenset("0123456789.-+— adegrtinf")
"""What any step of any graph may show: the numbers' bucket."""


@cache
def _buckets() -> tuple[tuple[frozenset[str], str], ...]:
    table = json.loads((DIST / "font-embed.json").read_text(encoding="utf-8"))
    return tuple((frozenset(bucket["chars"]), bucket["woff2"]) for bucket in table)


def families(font: str) -> str:
    """The font-family of a picture. Verdana has the same digits as DejaVu Sans, and letters hardly wider."""
    if font != "embed":
        return _FALLBACK
    # Names of their own, so that no installed font can stand in for them; one a bucket, for a browser falls through families.
    return ",".join(f"stepgrad{i}" for i in range(len(_buckets()))) + "," + _FALLBACK


@lru_cache(maxsize=256)
def embedded(chars: frozenset[str]) -> str:
    """@font-face rules for the buckets that hold any of *chars*, and for the numbers."""
    wanted = chars | _ALWAYS
    return "".join(
        f"@font-face{{font-family:stepgrad{i};src:url(data:font/woff2;base64,{woff2})}}"
        for i, (has, woff2) in enumerate(_buckets())
        if has & wanted
    )
