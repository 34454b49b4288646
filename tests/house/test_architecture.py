"""The borders that import-linter cannot see."""

from __future__ import annotations

import ast
import re
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


TWINS = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").split("## What the page knows, too")[1].split("\n## ")[0]
ROWS = [
    [re.findall(r"`([\w/.-]+)`", cell) for cell in line.split("|")[1:4]] for line in TWINS.splitlines() if line.startswith("| `")
]


def test_the_rules_that_the_page_repeats_are_held_by_goldens():
    """Each file that the table names is there, and each golden for the browser is in the table."""
    for repeated, python, golden in ROWS:
        assert golden
        folder = next((name for name in python if name.endswith("/")), "")
        files = [name if "/" in name else folder + name for name in python if name.endswith(".py")]
        assert [name for name in files if not (ROOT / name).exists()] == []
        assert [name for name in repeated if not (ROOT / "static/js" / name).exists() and name != "ops.js"] == []
        assert [name for name in golden if not (ROOT / ("" if "/" in name else "tests/golden/") / name).exists()] == []
    named = {name for row in ROWS for name in row[2] if name.endswith(".json")}
    assert named == {path.name for path in (ROOT / "tests/golden").glob("*.json")}


def test_the_chain_rule_term_is_written_once_in_the_browser():
    written = [
        path.name for path in sorted((ROOT / "static/js").rglob("*.js")) if re.search(r"[.?]gate\b", path.read_text("utf-8"))
    ]
    assert written == ["tape.js"]
