"""The tables that the page reads: in its boot data, and for its tests in tests/golden/tables.json."""

from __future__ import annotations

from typing import Any

from stepgrad.engine.optimizers import OPTIMIZERS

__all__ = ["tables"]


def tables() -> dict[str, Any]:
    """What a page needs to know of each row."""
    return {
        "optimizers": [{"name": row.name, "label": row.label, "follows_grad": row.follows_grad} for row in OPTIMIZERS.values()],
    }
