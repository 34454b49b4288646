"""Jinja pages and the addresses of what they load."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from stepgrad.app.etags import etag_of
from stepgrad.app.resources import INSTALLED, TEMPLATES
from stepgrad.app.statics import Statics

__all__ = ["Pages"]


_ASSET = re.compile(r"asset\('([^']+)'\)")


class Pages:
    """Renders templates. Everything is escaped, whatever a template's name ends in."""

    def __init__(self, base: str, statics: Statics) -> None:
        self._base = base
        self._statics = statics
        self._templates = sorted(TEMPLATES.iterdir())
        self._files = [name for path in self._templates for name in _ASSET.findall(path.read_text("utf-8"))]
        self._edition = ""
        self._seen: tuple[object, ...] = ()
        self._jinja = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(default=True, default_for_string=True),
            trim_blocks=True,
        )
        self._jinja.globals["asset"] = self.asset
        # Marks in JSON must stay apart from those of HTML, and Greek may stay Greek.
        self._jinja.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}

    @property
    def edition(self) -> str:
        """What changes with a template or with a file that one names: a page that was made before is another one then."""
        if self._edition and INSTALLED:
            return self._edition
        stamps = [self._statics.stamp(name) or "" for name in self._files]
        seen = (*(path.stat().st_mtime_ns for path in self._templates), *stamps)
        if seen != self._seen:
            self._edition = etag_of(*(path.read_text("utf-8") for path in self._templates), *stamps)
            self._seen = seen
        return self._edition

    def render(self, name: str, **values: Any) -> str:
        return self._jinja.get_template(name).render(**values)

    def asset(self, path: str) -> str:
        """The address of a file in static/, which changes with its content and may so be kept for ever."""
        stamp = self._statics.stamp(path)
        return f"{self._base}static/{path}" + (f"?v={stamp}" if stamp else "")
