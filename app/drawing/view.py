"""What a picture shows beyond boxes and edges: labels, colours, badges, what is dimmed, what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["PLAIN", "UNSEEN", "Color", "Labels", "Numbers", "View"]

Labels = Literal["none", "local", "contribution"]
Color = Literal["none", "data", "grad"]


@dataclass(frozen=True, slots=True)
class View:
    """Choices that leave every box in its place. Hashable."""

    labels: Labels = "none"
    """What stands at each edge. Only where the structure has reserved room for it."""
    color: Color = "none"
    """What tints the boxes and makes the edges thick."""
    numbered: bool = False
    """Each box shows its place in the order of evaluation."""
    lit: frozenset[str] | None = None
    """The nodes that are not dimmed; None is all."""
    asked: frozenset[str] = frozenset()
    """Slots (`n3.grad`) that show a question mark at every step."""


PLAIN = View()


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a view needs to know of a moment beside the frame."""

    local: Mapping[str, float] = field(default_factory=dict)
    """By edge; absent means not computed."""
    contribution: Mapping[str, float] = field(default_factory=dict)
    most: float = 0.0
    """The largest magnitude, over the whole story, of what tints the boxes."""
    most_of_edges: float = 0.0
    """The same of what makes edges thick."""


UNSEEN = Numbers()
