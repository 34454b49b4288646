"""Colours and strokes of pictures.

The accents are Okabe and Ito's blue, vermilion and green, which tell apart for everybody; where a colour is also the
colour of text it is the darker (or, on dark, lighter) sister of that hue, so that text has a contrast of at least 4.5 to its box.
Colour never stands alone: kinds differ in outline, phases in the width and dash of what they mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stepgrad.engine.trace import Kind, Phase

__all__ = ["THEMES", "Accent", "Look", "Theme"]


@dataclass(frozen=True, slots=True)
class Look:
    """How the box of one kind of value is drawn."""

    fill: str
    stroke: str
    tab: str
    """Behind its label."""
    width: float = 1.2
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Accent:
    """How the current step is marked."""

    line: str
    text: str
    on: str
    """Text on a shape filled with `line`."""
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """One table of colours. `paper` is what `bg=theme` paints and what the contrasts are reckoned for."""

    paper: str
    ink: str
    muted: str
    edge: str
    rule: str
    operator: str
    """Inside an operation's circle."""
    badge: str
    """The same in the compact style."""
    output: str
    output_width: float
    active_width: float
    kinds: Mapping[Kind, Look]
    accents: Mapping[Phase, Accent]


LIGHT = Theme(
    paper="#ffffff",
    ink="#1b2430",
    muted="#5f6b7a",
    edge="#8a96a5",
    rule="#dde3ea",
    operator="#f4f6f9",
    badge="#dde3ea",
    output="#1b2430",
    output_width=2.2,
    active_width=2.8,
    kinds={
        "operation": Look("#ffffff", "#8a96a5", "#f4f6f9"),
        "input": Look("#ffffff", "#7f9fba", "#e3f0fa"),
        "parameter": Look("#ffffff", "#b39a5e", "#fbf1d5"),
        "constant": Look("#ffffff", "#8a96a5", "#f4f6f9", 1.2, "4 3"),
        "group": Look("#ffffff", "#7d8694", "#e9ecf1"),
    },
    accents={
        "forward": Accent("#0072B2", "#00649c", "#ffffff"),
        "seed": Accent("#D55E00", "#b34f00", "#ffffff"),
        "backward": Accent("#D55E00", "#b34f00", "#ffffff"),
        "zero_grad": Accent("#5f6b7a", "#5f6b7a", "#ffffff"),
        "update": Accent("#009E73", "#007a59", "#ffffff"),
    },
)

DARK = Theme(
    paper="#12171f",
    ink="#e8edf4",
    muted="#9aa7b8",
    edge="#73808f",
    rule="#323c4a",
    operator="#2a3341",
    badge="#323c4a",
    output="#e8edf4",
    output_width=2.2,
    active_width=2.8,
    kinds={
        "operation": Look("#1b222d", "#5b6878", "#242d3a"),
        "input": Look("#1b222d", "#5684a8", "#1d3a52"),
        "parameter": Look("#1b222d", "#96803f", "#463b1d"),
        "constant": Look("#1b222d", "#73808f", "#242d3a", 1.2, "4 3"),
        "group": Look("#1b222d", "#7d8b9c", "#2d3744"),
    },
    accents={
        "forward": Accent("#56B4E9", "#7cc6f0", "#0c1118"),
        "seed": Accent("#F0803C", "#f59a62", "#0c1118"),
        "backward": Accent("#F0803C", "#f59a62", "#0c1118"),
        "zero_grad": Accent("#9aa7b8", "#b4bfcc", "#0c1118"),
        "update": Accent("#2BBF93", "#5ad1ad", "#0c1118"),
    },
)

PRINT = Theme(
    paper="#ffffff",
    ink="#000000",
    muted="#444444",
    edge="#000000",
    rule="#aaaaaa",
    operator="#ffffff",
    badge="#dddddd",
    output="#000000",
    output_width=2.4,
    active_width=3.6,
    kinds={
        "operation": Look("#ffffff", "#000000", "#ffffff", 0.9),
        "input": Look("#ffffff", "#000000", "#ebebeb", 0.9),
        "parameter": Look("#ffffff", "#000000", "#ebebeb", 0.9),
        "constant": Look("#ffffff", "#000000", "#ffffff", 0.9, "4 3"),
        "group": Look("#ffffff", "#000000", "#ebebeb", 0.9),
    },
    accents={
        "forward": Accent("#000000", "#000000", "#ffffff"),
        "seed": Accent("#000000", "#000000", "#ffffff", "9 3"),
        "backward": Accent("#000000", "#000000", "#ffffff", "9 3"),
        "zero_grad": Accent("#000000", "#000000", "#ffffff", "2 2"),
        "update": Accent("#000000", "#000000", "#ffffff", "2 2"),
    },
)

THEMES: Mapping[str, Theme] = {"light": LIGHT, "dark": DARK, "print": PRINT}
