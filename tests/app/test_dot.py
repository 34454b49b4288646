"""Structure, and DOT of both kinds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from stepgrad.app.drawing.dot import export_dot, layout_dot
from stepgrad.app.drawing.structure import structure_of
from stepgrad.engine.language import run
from tests.app.samples import CHAIN, NEURON, PURE, SQUARE, SYSTEM_DOT, relabelled


def test_other_numbers_have_the_same_structure() -> None:
    """A slider must not cost a layout, and a picture must not jump."""
    at = [structure_of(run(f"a = {a}\nb = a * a\nb.backward()")) for a in ("3.0", "-7.25")]
    assert at[0] == at[1]
    assert at[0].digest == at[1].digest
    assert hash(at[0]) == hash(at[1])


@pytest.mark.parametrize("other", ["a = 3.0\nc = a * a", "a = 3.0\nb = a + a", "a = 3.0\nb = a * a * a", "a = 300.0\nb = a * a"])
def test_other_labels_operations_edges_or_room_are_another_structure(other: str) -> None:
    assert structure_of(run(SQUARE)).digest != structure_of(run(other)).digest


def test_small_graphs_share_their_leaves() -> None:
    for source in (SQUARE, NEURON):
        assert not structure_of(run(source)).split


def test_weights_along_a_chain_are_drawn_once_per_use() -> None:
    structure = structure_of(run(CHAIN))
    assert structure.split
    assert sum(not box.operands for box in structure.boxes) == 146
    assert len({(box.node, box.copy) for box in structure.boxes}) == len(structure.boxes)
    assert structure.reach.total == 0


def test_splitting_keeps_every_edge() -> None:
    shared = structure_of(run(SQUARE), leaves="shared")
    split = structure_of(run(SQUARE), leaves="split")
    assert [(w.edge, w.slot) for w in shared.wires] == [(w.edge, w.slot) for w in split.wires]
    assert [(box.node, box.copy) for box in split.boxes] == [("n0", 0), ("n1", 0), ("n0", 1)]


def test_the_layout_sees_no_text_of_the_user() -> None:
    trace = run(NEURON)
    dots = {layout_dot(structure_of(relabelled(trace, label))) for label in ('"]; evil [', "zzzzzzzzzz")}
    assert not any("evil" in dot or "zzz" in dot for dot in dots)


def test_the_export_is_the_notebooks_picture(golden: Callable[[str, str], None]) -> None:
    dot = export_dot(run(NEURON))
    assert 'label="{ x1 | data 2.0000 | grad -1.5000 }"' in dot
    assert "rankdir=LR" in dot
    golden("dot/neuron.dot", dot)


def test_the_export_shows_what_is_not_computed() -> None:
    trace = run(SQUARE)
    assert "{ b | data — | grad — }" in export_dot(trace, trace.frame(0))


def test_the_export_has_both_edges_of_a_square() -> None:
    assert export_dot(run(SQUARE)).count("n0 -> n1op") == 2


HOSTILE = [
    "<b>bold</b>",
    "a\\",
    "\\N \\G \\L \\n",
    '"quoted"',
    "{a|b}<c>",
    "&amp; &#1; &lt;",
    "\x00\x01\ud800",
    "\u202eabc\u202c",
    "שלום",
    "\N{GRINNING FACE}",
    "a" * 10_000,
    "]; evil [label=x",
    "two\nlines",
    "",
    " ",
]


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("command", [PURE.command[0], SYSTEM_DOT], ids=["graphviz-pure", "dot"])
def test_any_label_survives_the_export(command: str | None, label: str) -> None:
    """Graphviz must show just these letters; asked of its own parser."""
    from stepgrad.app.drawing.text import clean

    if command is None:
        pytest.skip("no `dot` on PATH")
    trace = relabelled(run(SQUARE), label)
    answer = subprocess.run([command, "-Tsvg"], input=export_dot(trace).encode(), capture_output=True, check=True, timeout=120)
    import xml.etree.ElementTree as ET

    shown = [element.text or "" for element in ET.fromstring(answer.stdout).iter("{http://www.w3.org/2000/svg}text")]
    if clean(label):
        assert sum(text.strip() == clean(label).replace("\u00a0", " ") for text in shown) == 2
    assert sum(text.startswith("data") for text in shown) == 2
