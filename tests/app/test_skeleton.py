"""The SVG contract, held; and a filled skeleton is the picture drawn from scratch."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import product

import pytest

from stepgrad.app.drawing.layout import Engine
from stepgrad.app.drawing.shapes import Sizes, shape_of, sizes
from stepgrad.app.drawing.skeleton import Skeleton
from stepgrad.app.drawing.structure import structure_of
from stepgrad.app.drawing.text import format_number, slot_width, width
from stepgrad.app.drawing.theme import THEMES
from stepgrad.app.gallery import gallery
from stepgrad.engine.language import run
from stepgrad.engine.trace import Frame
from tests.app.samples import CHAIN, NEURON, PURE, SQUARE, SVG, draw, numbers, parse, relabelled, texts
from tests.app.test_dot import HOSTILE
from tests.stories import folded as fold

LOOKS = [
    dict(zip(("style", "dir", "theme"), look, strict=True)) for look in product(("micrograd", "compact"), ("LR", "TB"), THEMES)
]
ALLOWED = {f"{SVG}{name}" for name in ("svg", "g", "path", "rect", "circle", "ellipse", "text", "title", "desc", "style")}


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(look.values()))
def test_every_hook_of_the_contract(look: dict[str, str]) -> None:
    trace = run(NEURON)
    svg = draw(trace, 9, **look)
    root = parse(svg)
    assert {element.tag for element in root.iter()} <= ALLOWED
    assert root.get("class") == "stepgrad"
    assert (root.get("data-step"), root.get("data-steps")) == ("9", str(len(trace.steps)))
    assert (root.get("data-style"), root.get("data-dir"), root.get("role")) == (look["style"], look["dir"], "img")
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag, desc.text) == (f"{SVG}title", f"{SVG}desc", "Step 9.")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"

    groups = {element.get("class"): element for element in root.findall(f"{SVG}g")}
    assert list(groups) == ["edges", "nodes"]
    for edge, element in zip(trace.edges, groups["edges"], strict=True):
        assert [element.get(f"data-{name}") for name in ("edge", "from", "to")] == [edge.id, edge.source, edge.target]
        assert [child.get("class") for child in element] == ["line", "arrow"]
    for node, element in zip(trace.nodes, groups["nodes"], strict=True):
        assert [element.get(f"data-{name}") for name in ("node", "key", "kind", "op")] == [node.id, node.key, node.kind, node.op]
        assert element[0].tag == f"{SVG}title"
        slots = [child.get("data-slot") for child in element if child.get("data-slot")]
        assert slots == [f"{node.id}.data", f"{node.id}.grad"]
        assert [child.get("data-field") for child in element if child.get("data-slot")] == ["data", "grad"]
        classes = [child.get("class") for child in element]
        assert classes.count("box") == 1
        assert classes.count("field") == 2
        assert ("op" in classes and "symbol" in classes) == bool(node.op)
        assert ("stem" in classes) == (bool(node.op) and look["style"] == "micrograd")
    assert texts(root, "label") == [node.label for node in trace.nodes if node.label]
    assert texts(root, "symbol") == [node.symbol for node in trace.nodes if node.op]

    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    prefix = str(title.get("id")).removesuffix("t")
    assert all(str(name).startswith(prefix) for name in ids)
    assert not re.search(r"href|url\(|var\(|<script|foreignObject|on\w+=", svg)


def test_a_square_has_two_edges() -> None:
    """x * x is one node used twice, and the picture must not hide it."""
    for look in LOOKS:
        lines = re.findall(r'class="line" d="([^"]+)"', draw(SQUARE, **look))
        assert len(lines) == 2
        assert lines[0] != lines[1]


def test_what_is_not_computed_is_a_dash() -> None:
    svg = draw(SQUARE, 0)
    assert numbers(svg) == {"n0.data": "3.0000", "n0.grad": "—", "n1.data": "—", "n1.grad": "—"}
    assert len(re.findall(r'class="is-unknown"', svg)) == 3
    assert "is-active" not in svg


def test_each_step_marks_what_it_is_about() -> None:
    trace = run("a = 3.0\nb = a * a\nb.backward()")
    for step in trace.steps:
        root = parse(draw(trace, step.index))
        active = [element for element in root.iter() if "is-active" in element.get("class", "").split()]
        assert all(f"is-{step.phase}" in element.get("class", "") for element in active)
        assert [element.get("data-node") for element in active if element.get("data-node")] == [step.node]
        marked = [element.get("data-edge") for element in active if element.get("data-edge")]
        assert marked == (["e0", "e1"] if step.phase == "forward" else [step.edge] if step.edge else [])


def test_a_step_that_writes_several_results_of_a_folded_part_is_well_formed() -> None:
    net = "n = MLP(2, [2, 2])\nys = [n([1.0, 2.0]), n([3.0, 4.0])]\no = sum([y[0] * y[1] for y in ys])\no.backward()\n"
    folded = fold(net, "statement")
    skeleton = Skeleton(PURE.layout(structure_of(folded)), font="none")
    slot = next(f"{node.id}.grad" for node in folded.nodes if node.key == "ys")
    several = 0
    for index in range(len(folded.steps) + 1):
        root = parse(skeleton.fill(folded.frame(index)))
        several += any(e.get("data-slot") == slot and e.get("fill") for e in root.iter())
    assert several > 0


def test_the_end_of_the_neuron_shows_the_lectures_numbers() -> None:
    shown = numbers(draw(NEURON))
    assert {"2.0000", "-1.5000", "0.7071", "1.0000", "6.8814"} <= set(shown.values())


def test_filling_equals_drawing_from_scratch() -> None:
    """One skeleton, filled forwards and backwards in time, against a new one for every frame."""
    for example in gallery():
        trace = run(example.source)
        structure = structure_of(trace)
        layout = PURE.layout(structure)
        kept = Skeleton(layout, font="none")
        count = len(trace.steps)
        every = 1 if count <= 200 else count // 24  # a frame of a long story takes long, and there are many
        for index in [*range(count, -1, -every), *range(0, count + 1, every)]:
            frame = trace.frame(index)
            assert kept.fill(frame) == Skeleton(layout, font="none").fill(frame), (example.slug, index)


def test_negative_zero_keeps_its_sign_in_the_exact_value() -> None:
    trace = run("a = 0.0\nb = -a\nc = b * 1.0")
    svg = draw(trace)
    assert "data 0.0" in svg
    assert "data -0.0" in svg


def test_the_exact_value_is_in_the_title() -> None:
    trace = run(NEURON)
    titles = [element.text for element in parse(draw(trace)).iter(f"{SVG}title")]
    assert titles[1:] == [f"data {node.data!r}, grad {node.grad!r}" for node in trace.nodes]
    assert "data 6.881373587019543, grad 0." in "".join(map(str, titles))


def test_later_numbers_never_leave_their_slot() -> None:
    trace = run(SQUARE)
    skeleton = Skeleton(PURE.layout(structure_of(trace)), font="none")
    huge = -1.2345678901e300
    svg = skeleton.fill(Frame(0, None, {"n0": huge, "n1": 123456.7}, {"n0": float("-inf"), "n1": 5e-324}))
    for text in numbers(svg).values():
        assert len(text) <= 8


def test_the_same_bytes_in_a_fresh_process() -> None:
    code = (
        "from tests.app.samples import *\n"
        "print(''.join(draw(NEURON, step, theme=theme) for step in (0, 9, None) for theme in ('light', 'print')), end='')"
    )
    fresh = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed}, text=True
        ).stdout
        for seed in ("1", "2")
    ]
    here = "".join(draw(NEURON, step, theme=theme) for step in (0, 9, None) for theme in ("light", "print"))
    assert fresh == [here, here]


def test_ids_differ_per_graph_and_per_salt() -> None:
    prefixes = {re.search(r'<title id="([^"]+)"', draw(source, **look)).group(1) for source, look in (  # type: ignore[union-attr]
        (SQUARE, {}), (NEURON, {}), (NEURON, {"style": "compact"}), (SQUARE, {"salt": "2"}))}  # fmt: skip
    assert len(prefixes) == 4


def test_copies_of_a_leaf_have_ids_of_their_own() -> None:
    svg = draw(SQUARE, leaves="split")
    assert len(re.findall(r'data-node="n0"', svg)) == 2
    assert re.search(r'id="g[0-9a-f]+-n0_1"', svg)
    assert svg.count('data-slot="n0.grad"') == 2


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_any_label_gives_well_formed_xml(label: str) -> None:
    root = parse(draw(relabelled(run(SQUARE), label)))
    assert {element.tag for element in root.iter()} <= ALLOWED
    assert len(texts(root, "label")) in (0, 2)
    assert all(len(text) <= 64 for text in texts(root, "label"))


@pytest.mark.parametrize(("bg", "fill"), [("theme", "#12171f"), ("white", "#ffffff"), ("#abc", "#abc"), ("transparent", None)])
def test_backgrounds(bg: str, fill: str | None) -> None:
    found = [
        element.get("fill") for element in parse(draw(SQUARE, theme="dark", bg=bg)).iter() if element.get("class") == "background"
    ]
    assert found == ([fill] if fill else [])


def test_an_embedded_font_brings_the_letters_that_are_shown() -> None:
    plain, greek = (draw(f"{name} = 2.0", font="embed") for name in ("d", "σ"))
    assert plain.count("@font-face") < greek.count("@font-face")
    assert "stepgrad0" in parse(plain).get("font-family", "")
    assert "@font-face" not in draw("d = 2.0")


@pytest.mark.parametrize("style", ["micrograd", "compact"])
@pytest.mark.parametrize("dir", ["LR", "TB"])
def test_no_text_is_wider_than_its_room(style: str, dir: str) -> None:
    """By our own metrics; a browser test asks Chromium."""
    for source in [example.source for example in gallery()] + [
        CHAIN,
        "very_long_name_that_goes_on_and_on = 2.0\ny = softplus(very_long_name_that_goes_on_and_on)",
    ]:
        trace = run(source)
        structure = structure_of(trace, style, dir)  # type: ignore[arg-type]
        room: Sizes = sizes(structure.style, structure.dir)
        written = {(write.node, write.after) for step in trace.steps for write in step.writes}
        for box in structure.boxes:
            shape = shape_of(box, structure.style, structure.dir)
            left, top, inner, tall = shape.box
            for (start, row), (end, _) in zip(shape.fields, shape.numbers, strict=True):
                assert left <= start
                assert end <= left + inner
                assert top < row < top + tall
                assert start + width("grad", room.field) + 2 <= end - slot_width(box.chars, room.number) + 1e-6
            for node, x in written:
                if node == box.node:
                    assert width(format_number(x), room.number) <= slot_width(box.chars, room.number) + 1e-6
            if shape.label:
                half = width(box.label, room.label) / 2
                assert left <= shape.label[0] - half
                assert shape.label[0] + half <= left + inner
            if around := shape.op or shape.badge:
                assert width(box.symbol, shape.symbol_size) <= 2 * around[2]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_all_text_can_be_read(name: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 for text; 1.4.11: 3 for lines that mean something."""
    theme = THEMES[name]
    for look in theme.kinds.values():
        assert contrast(theme.ink, look.fill) >= 4.5
        assert contrast(theme.ink, look.tab) >= 4.5
        assert contrast(theme.muted, look.fill) >= 4.5
        for accent in theme.accents.values():
            assert contrast(accent.text, look.fill) >= 4.5
            assert contrast(accent.line, look.fill) >= 3
    for accent in theme.accents.values():
        assert contrast(accent.line, theme.paper) >= 3
        assert contrast(accent.on, accent.line) >= (4.5 if name == "light" and accent.line == "#0072B2" else 3)
    assert contrast(theme.ink, theme.operator) >= 4.5
    assert contrast(theme.ink, theme.badge) >= 4.5
    assert contrast(theme.edge, theme.paper) >= 2.5


def test_print_is_black_on_white_and_tells_phases_by_dash() -> None:
    forward, backward = (draw(NEURON, step, theme="print") for step in (3, 9))
    assert set(re.findall(r"#[0-9a-f]{6}", forward + backward)) <= {
        "#000000",
        "#ffffff",
        "#444444",
        "#aaaaaa",
        "#dddddd",
        "#ebebeb",
    }
    assert forward != re.sub("is-backward", "is-forward", backward)
    assert 'stroke-dasharray="9 3"' in backward
    assert "stroke-dasharray" not in forward


PICTURES = {"first-look": {}, "square": {}, "neuron": {"theme": "dark"}, "order": {"dir": "TB"}, "softmax": {"style": "compact"}}


@pytest.mark.parametrize("slug", PICTURES)
def test_golden_pictures(golden: Callable[[str, str], None], slug: str) -> None:
    source = next(example.source for example in gallery() if example.slug == slug)
    trace = run(source)
    golden(f"svg/{slug}.svg", draw(trace, 2 * len(trace.steps) // 3, **PICTURES[slug]))


def test_both_engines_draw_the_same_things() -> None:
    from tests.app.samples import SYSTEM_DOT

    if SYSTEM_DOT is None:
        pytest.skip("no `dot` on PATH")
    ours, theirs = draw(NEURON), draw(NEURON, engine=Engine(dot=(SYSTEM_DOT,)))
    assert numbers(ours) == numbers(theirs)
    assert [e.get("class") for e in parse(ours).iter()] == [e.get("class") for e in parse(theirs).iter()]
