"""The example programs: menu of the page, documentation and golden tests at once.

Each is a text file `NN-slug.txt`: a title, one sentence, an empty line, the program. NN is its place in the menu: first look, the
notebook's, why-questions, activations, losses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Example", "gallery"]


@dataclass(frozen=True, slots=True)
class Example:
    """One program of the gallery."""

    slug: str
    title: str
    sentence: str
    source: str


@cache
def gallery() -> tuple[Example, ...]:
    """All examples in the order of the menu; the first is what an empty page opens with."""
    return tuple(_read(path) for path in sorted(Path(__file__).parent.glob("*.txt")))


def _read(path: Path) -> Example:
    head, _, source = path.read_text(encoding="utf-8").partition("\n\n")
    title, sentence = (line.removeprefix("# ") for line in head.split("\n"))
    return Example(path.stem.partition("-")[2], title, sentence, source.rstrip("\n"))
