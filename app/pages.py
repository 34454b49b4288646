"""Jinja pages and the addresses of what they load."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from stepgrad.app.resources import TEMPLATES
from stepgrad.app.statics import Statics

__all__ = ["Pages"]


class Pages:
    """Renders templates. Everything is escaped, whatever a template's name ends in."""

    def __init__(self, base: str, statics: Statics) -> None:
        self._base = base
        self._statics = statics
        self._jinja = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(default=True, default_for_string=True),
            trim_blocks=True,
        )
        self._jinja.globals["asset"] = self.asset
        # Marks in JSON must stay apart from those of HTML, and Greek may stay Greek.
        self._jinja.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}

    def render(self, name: str, **values: Any) -> str:
        return self._jinja.get_template(name).render(**values)

    def asset(self, path: str) -> str:
        """The address of a file in static/, which changes with its content and may so be kept for ever."""
        stamp = self._statics.stamp(path)
        return f"{self._base}static/{path}" + (f"?v={stamp}" if stamp else "")
