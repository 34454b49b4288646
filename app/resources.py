"""Where the pages and the built assets are.

In the tree `templates/` and `static/` lie beside this package; in an installed wheel they lie inside it.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["DIST", "STATIC", "TEMPLATES"]

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


TEMPLATES = _folder("templates")
STATIC = _folder("static")
DIST = STATIC / "dist"
"""What the build makes: page.js, page.css, fonts/, metrics.json, font-embed.json, swagger/."""
