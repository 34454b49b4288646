"""Which code made an answer."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from stepgrad import __version__
from stepgrad.app.config import Settings
from stepgrad.app.resources import DIST

__all__ = ["fingerprint"]


def fingerprint(settings: Settings) -> str:
    """A short hash over all that decides the bytes of an answer, besides the request: code, fonts, Graphviz, links.

    Equal on all replicas of one version; different after any change of the code, released or not. So an ETag never lies.
    """
    told = (__version__, settings.dot, settings.public_url, settings.url_limit, settings.body_limit)
    digest = blake2b(repr(told).encode(), digest_size=8)
    root = Path(__file__).resolve().parent.parent
    for package in ("engine", "app"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.read_bytes())
    for name in ("metrics.json", "font-embed.json"):
        if (DIST / name).is_file():
            digest.update((DIST / name).read_bytes())
    return digest.hexdigest()
