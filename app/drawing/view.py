"""What a picture shows beyond boxes and edges: labels, colours, badges, what is dimmed, what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    def asked_edges(self, edges: Sequence[tuple[str, str, str]]) -> frozenset[str]:
        """Of edges (id, source, target) those whose label would give away what is asked: those of the operation that makes an
        asked datum and of those that read it; with contributions, those at both sides of an asked grad."""
        asked = self.asked
        if not asked or self.labels == "none":
            return frozenset()
        touched = {head for _, tail, head in edges if f"{head}.data" in asked or f"{tail}.data" in asked}
        near = self.labels == "contribution"
        return frozenset(
            edge
            for edge, tail, head in edges
            if head in touched or (near and (f"{head}.grad" in asked or f"{tail}.grad" in asked))
        )


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
