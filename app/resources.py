"""Where the pages and the built assets are.

In the tree `templates/` and `static/` lie beside this package; in an installed wheel they lie inside it.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["DIST", "INSTALLED", "STATIC", "TEMPLATES"]

_PACKAGE = Path(__file__).resolve().parent


INSTALLED = (_PACKAGE / "static").is_dir()
"""Whether nobody builds these files anew while they are served."""


def _folder(name: str) -> Path:
    return (_PACKAGE if INSTALLED else _PACKAGE.parent) / name


TEMPLATES = _folder("templates")
STATIC = _folder("static")
DIST = STATIC / "dist"
"""What the build makes: page.js, page.css, fonts/, metrics.json, font-embed.json, swagger/, packed/."""
