"""The borders that import-linter cannot see."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", sorted((ROOT / "engine").rglob("*.py")), ids=lambda path: path.stem)
def test_the_engine_needs_only_the_standard_library(path):
    """It must import in a notebook with nothing installed."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}

    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names | {"stepgrad"}
