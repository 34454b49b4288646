"""The tables that the page reads: in its boot data, and for its tests in tests/golden/tables.json."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stepgrad.app.knobs import KNOBS
from stepgrad.app.labs import LABS
from stepgrad.app.options import LINKED, ROWS, Options
from stepgrad.app.query import type_of
from stepgrad.engine.language.callables import BUILTINS
from stepgrad.engine.limits import TRAINING_LIMITS
from stepgrad.engine.ops import OPS
from stepgrad.engine.optimizers import OPTIMIZERS

__all__ = ["tables"]


def tables() -> dict[str, Any]:
    """What a page needs to know of each row."""
    return {
        "options": [_option(name) for name in ROWS],
        "knobs": list(KNOBS),
        "labs": [{"name": row.name, "title": row.title, "offer": row.offer and asdict(row.offer)} for row in LABS.values()],
        "history": TRAINING_LIMITS.told,
        "functions": sorted(BUILTINS.keys() - OPS.keys()),
        "optimizers": [{"name": row.name, "label": row.label, "follows_grad": row.follows_grad} for row in OPTIMIZERS.values()],
    }


def _option(name: str) -> dict[str, Any]:
    """`links`: the kinds of links that say it."""
    field = Options.model_fields[name]
    kind, more = type_of(field)
    return {
        "name": name,
        "default": Options.spelling(name, field.default),
        "type": kind,
        "affects": list(ROWS[name].affects),
        "links": [kind for kind, names in LINKED.items() if name in names],
        **more,
    }
