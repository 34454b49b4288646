"""Build hook: make static/dist, and say where templates/ and static/ go in the wheel."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))
import assets


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self._ready() else assets.needs()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable":
            import dev

            dev.link(root)
        if not self._ready():
            assets.build(root)
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"] |= {str(root / "templates"): "stepgrad/app/templates"} | {
                str(path): f"stepgrad/app/static/{path.name}"
                for path in (root / "static").iterdir()
                if path.name not in {"js", "css"}  # sources; dist has what is made of them
            }

    def _ready(self) -> bool:
        """An sdist (it has PKG-INFO) carries static/dist. dev.py installs first and builds the assets by itself."""
        root = Path(self.root)
        from_sdist = (root / "PKG-INFO").exists() and (root / "static/dist/page.js").exists()
        return from_sdist or os.environ.get("STEPGRAD_ASSETS") == "skip"
