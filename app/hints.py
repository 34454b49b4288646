"""The second half of an error about a word: what was probably meant, and what is allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from stepgrad.engine.suggest import closest

__all__ = ["among", "nearest", "shown"]


def shown(name: str) -> str:
    """A word of a stranger, cut to what fits into a sentence."""
    return name if len(name) <= 40 else name[:39] + "…"


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The beginning of a hint: what was probably meant."""
    near = closest(word[:40], allowed)
    return f"Did you mean `{near}`? " if near else ""


def among(value: object, allowed: Collection[str]) -> str:
    """The hint for what is not one of a few words."""
    near = nearest(value, allowed) if isinstance(value, str) else ""
    return f"{near}Allowed are {', '.join(f'`{word}`' for word in allowed)}."
