"""What a picture can show beyond boxes and edges: labels, larger steps, highlights, colours, badges, questions."""

from __future__ import annotations

import re
from itertools import pairwise, product
from typing import Any

import httpx
import pytest

from stepgrad.app.config import Settings
from stepgrad.app.drawing.flow import Flow
from stepgrad.app.drawing.shapes import shape_of, sizes
from stepgrad.app.drawing.skeleton import Skeleton
from stepgrad.app.drawing.text import fit_number, slot_width, width
from stepgrad.app.drawing.theme import THEMES
from stepgrad.app.drawing.tint import ends_of, plain_text, share, tint, width_of
from stepgrad.app.errors import ProblemError
from stepgrad.app.gallery import gallery
from stepgrad.app.links import encode
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.story import Moment
from stepgrad.engine.language import run
from stepgrad.engine.replay import Replay
from tests.app.samples import NEURON, PURE, SQUARE, SVG, numbers, parse, texts
from tests.app.test_skeleton import ALLOWED, contrast

PIPELINE = Pipeline(Settings())
NETS = "n = MLP(2, [2, 2])\nys = [n([1.0, 2.0]), n([3.0, 4.0])]\no = sum([y[0] * y[1] for y in ys])\no.backward()\n"
TWICE = "a = 3.0\nb = a * a\nb.backward()\nb.backward()\na.data += 1\n"
VIEWS: list[dict[str, str]] = [
    {"edges": "local"},
    {"edges": "contribution"},
    {"color": "data"},
    {"color": "grad", "edges": "contribution"},
    {"number": "order"},
    {"hide": "constants"},
    {"steps": "node"},
]


def moment(source: str, **options: Any) -> Moment:
    return PIPELINE.moment(source, Options(**options))


def draw(source: str, **options: Any) -> str:
    return PIPELINE.svg(moment(source, **{"font": "none", **options}))


def told(source: str, **options: Any) -> dict[str, Any]:
    return PIPELINE.json(moment(source, **options))


def labels(svg: str, field: str) -> dict[str, str]:
    return {slot.removesuffix(f".{field}"): text for slot, text in numbers(svg).items() if slot.endswith(f".{field}")}


# Every view, everywhere --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(view.values()))
def test_filling_equals_drawing_from_scratch(view: dict[str, str]) -> None:
    for example in gallery()[:12]:
        first = moment(example.source, **view)
        structure = first.story.structure(first.options)
        layout = PURE.layout(structure)
        kept = Skeleton(layout, font="none", view=first.view)
        count = len(first.told.steps)
        for index in [*range(count, -1, -3), *range(0, count + 1, 2)]:
            now = moment(example.source, step=str(index), **view)
            frame, extra = now.told.frame(index), now.story.numbers(now.view, now.step)
            fresh = Skeleton(layout, font="none", view=first.view)
            svg = kept.fill(frame, numbers=extra)
            assert svg == fresh.fill(frame, numbers=extra), (example.slug, index)
            root = parse(svg)
            assert {element.tag for element in root.iter()} <= ALLOWED
            assert not re.search("[\x00-\x08]", svg)
            ids = [element.get("id") for element in root.iter() if element.get("id")]
            assert len(ids) == len(set(ids))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(view.values()))
async def test_every_view_has_an_address(client: httpx.AsyncClient, view: dict[str, str]) -> None:
    for path in (f"/g/{encode(NEURON)}.svg", f"/g/{encode(NEURON)}", f"/embed/{encode(NEURON)}"):
        assert (await client.get(path, params=view)).status_code == 200
    body = (await client.post("/api/v1/graphs", json={"source": NEURON, **view})).json()
    link = body["links"]["svg"]
    picture = (await client.get(f"{link}{'&' if '?' in link else '?'}font=none")).text
    assert (await client.get(f"/g/{encode(NEURON)}.svg", params={**view, "font": "none"})).text == picture == body["svg"]
    assert all(f"{name}={value}" in body["links"]["page"] for name, value in view.items())


def test_a_view_moves_no_box_that_it_need_not_move() -> None:
    """Colours, badges, highlights and questions are on the same layout, to the last digit."""
    plain = re.findall(r'class="box" x="[^"]+" y="[^"]+"', draw(NEURON))
    for view in ({"color": "grad"}, {"number": "order"}, {"highlight": "ancestors:n"}, {"quiz": "grad:x1"}):
        assert re.findall(r'class="box" x="[^"]+" y="[^"]+"', draw(NEURON, **view)) == plain


# Labels at the edges -----------------------------------------------------------------------------------------------------


def test_a_local_derivative_is_known_with_the_forward_step_of_its_target() -> None:
    assert labels(draw(SQUARE, edges="local", step="0"), "local") == {"e0": "—", "e1": "—"}
    assert labels(draw(SQUARE, edges="local", step="1"), "local") == {"e0": "3.0000", "e1": "3.0000"}


def test_a_contribution_is_known_with_its_step() -> None:
    shown = [labels(draw(SQUARE, edges="contribution", step=str(i)), "contribution") for i in range(5)]
    assert shown == [{"e0": "—", "e1": "—"}] * 3 + [{"e0": "3.0000", "e1": "—"}, {"e0": "3.0000", "e1": "3.0000"}]


def test_a_new_pass_begins_without_contributions() -> None:
    seeds = [step.index for step in run(TWICE).steps if step.phase == "seed"]
    assert labels(draw(TWICE, edges="contribution", step=str(seeds[1])), "contribution") == {"e0": "—", "e1": "—"}
    assert labels(draw(TWICE, edges="contribution"), "contribution") == {"e0": "3.0000", "e1": "3.0000"}
    assert labels(draw(TWICE, edges="local"), "local") == {"e0": "3.0000", "e1": "3.0000"}


def test_at_the_end_the_labels_are_the_numbers_of_the_json() -> None:
    for example in gallery():
        trace = run(example.source)
        local, contribution = Flow(trace).at(len(trace.steps))
        last = Replay(trace).leading  # the last pass forgets what the passes before it sent
        for edge in trace.edges:
            if edge.local is not None and edge.target in last:
                assert repr(local[edge.id]) == repr(edge.local)
                assert repr(contribution[edge.id]) == repr(edge.contribution)


def test_what_steps_write_adds_up_to_the_labels() -> None:
    """The page fills its labels from `edge_writes`; the picture of each step holds the same."""
    for options in ({}, {"steps": "node"}):
        story = told(NEURON, **options)
        known: dict[str, float] = {}
        for step in story["steps"]:
            for write in step["edge_writes"]:
                assert known.get(f"{write['edge']}.{write['field']}") == write["before"]
                known[f"{write['edge']}.{write['field']}"] = write["after"]
            svg = draw(NEURON, edges="contribution", step=str(step["index"]), **options)
            for edge, text in labels(svg, "contribution").items():
                assert text == fit_number(known.get(f"{edge}.contribution"), 4, 8)


@pytest.mark.parametrize(("style", "dir"), [*product(("micrograd", "compact"), ("LR", "TB"))])
def test_labels_stand_in_room_of_their_own(style: str, dir: str) -> None:
    """Inside the rectangle that Graphviz knows of their target, off the box, the circle and each other."""
    for example in gallery():
        for field in ("local", "contribution"):
            now = moment(example.source, edges=field, style=style, dir=dir)
            structure = now.story.structure(now.options)
            size = sizes(structure.style, structure.dir).term
            for box in structure.boxes:
                if not box.operands or box.note:  # into what is folded many edges lead
                    assert box.terms == 0
                    continue
                shape = shape_of(box, structure.style, structure.dir)
                spans = []
                for slot in range(box.operands):
                    x, y, anchor = shape.term(slot, box.operands, structure.dir)
                    room = slot_width(box.terms, size)
                    left, right = (x - room, x) if anchor == "end" else (x, x + room)
                    top, bottom = y - 0.37 * size, y + 0.37 * size
                    assert -shape.width / 2 <= left < right <= shape.width / 2
                    assert -shape.height / 2 <= top < bottom <= shape.height / 2
                    near = shape.box[0] if dir == "LR" else shape.box[1]
                    assert (right if dir == "LR" else bottom) < near
                    arrival = shape.arrival(slot, box.operands, structure.dir)
                    assert not (top if dir == "LR" else left) <= arrival <= (bottom if dir == "LR" else right)
                    spans.append((top, bottom) if dir == "LR" else (left, right))
                for one, other in pairwise(spans):
                    assert one[1] < other[0]
            for writes in now.story.flow.writes:
                for write in writes:
                    if write.field == field:
                        target = next(edge.target for edge in now.trace.edges if edge.id == write.edge)
                        box = next(box for box in structure.boxes if box.node == target)
                        room = slot_width(box.terms, size) + 1e-6
                        assert box.note or width(fit_number(write.after, 4, box.terms), size) <= room


# Larger steps ------------------------------------------------------------------------------------------------------------


def test_what_one_operation_sends_back_is_one_step() -> None:
    fine, coarse = told(NEURON)["steps"], told(NEURON, steps="node")["steps"]
    operations = sum(step["phase"] == "forward" for step in fine)
    assert len(coarse) == 2 * operations + 1
    assert [write for step in coarse for write in step["writes"]] == [write for step in fine for write in step["writes"]]
    assert [edge for step in coarse for edge in step["edges"]] == [step["edge"] for step in fine if step["edge"]]
    assert [step["index"] for step in coarse] == list(range(1, len(coarse) + 1))
    back = [step["node"] for step in coarse if step["phase"] == "backward"]
    assert back == [step["node"] for step in coarse if step["phase"] == "forward"][::-1]
    assert all(step["edge"] is None for step in coarse)


def test_the_words_of_a_larger_step_are_those_of_its_parts() -> None:
    fine, coarse = told(SQUARE)["steps"], told(SQUARE, steps="node")["steps"]
    assert coarse[-1]["text"] == f"{fine[-2]['text']} {fine[-1]['text']}"
    assert coarse[-1]["latex"] == f"\\begin{{gathered}} {fine[-2]['latex']} \\\\ {fine[-1]['latex']} \\end{{gathered}}"
    assert coarse[0]["text"] == fine[0]["text"]
    assert coarse[0]["formula"] == fine[0]["formula"]


@pytest.mark.parametrize(("reference", "index"), [("end", 3), ("grad:a", 3), ("seed", 2), ("-1", 3), ("forward:b", 1)])
def test_names_of_steps_follow(reference: str, index: int) -> None:
    assert moment(SQUARE, steps="node", step=reference).index == index


def test_a_larger_step_marks_all_that_it_changes() -> None:
    root = parse(draw(NEURON, steps="node", step="-1"))
    active = [e.get("data-key") or e.get("data-edge") for e in root.iter() if "is-active" in e.get("class", "").split()]
    assert set(active) == {"x1", "w1", "e0", "e1"}
    assert root.get("data-steps") == "11"


async def test_the_count_of_steps_follows(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/g/{encode(SQUARE)}.svg", params={"steps": "node"})
    assert (answer.headers["x-step"], answer.headers["x-step-count"]) == ("3", "3")
    assert (await client.get(f"/g/{encode(SQUARE)}.svg", params={"steps": "node", "step": "4"})).status_code == 422


# Highlights --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("highlight", "lit"),
    [
        ("ancestors:x1w1", {"x1", "w1", "x1w1"}),
        ("descendants:x1", {"x1", "x1w1", "n/0", "n", "o"}),
        ("ancestors:x1", {"x1"}),
        ("descendants:o", {"o"}),
    ],
)
def test_all_else_is_dimmed(highlight: str, lit: set[str]) -> None:
    root = parse(draw(NEURON, highlight=highlight))
    nodes = [element for element in root.iter() if element.get("data-node")]
    assert {element.get("data-key") for element in nodes if not element.get("opacity")} == lit
    ids = {element.get("data-node") for element in nodes if element.get("data-key") in lit}
    for element in root.iter():
        if element.get("data-edge"):
            bright = {element.get("data-from"), element.get("data-to")} <= ids
            assert bright == (element.get("opacity") is None) == ("is-dimmed" not in element.get("class", ""))


@pytest.mark.parametrize(
    ("name", "value"), [("highlight", "ancestors:x1w1x"), ("quiz", "grad:x1w1x"), ("quiz", "data:b;grad:x1w1x")]
)
async def test_a_wrong_name_says_what_is_near(client: httpx.AsyncClient, name: str, value: str) -> None:
    for extension in ("svg", "json", "dot"):
        answer = await client.get(
            f"/g/{encode(NEURON)}.{extension}", params={name: value}, headers={"accept": "application/json"}
        )
        assert answer.status_code == 422
        assert answer.json()["hint"] == "Did you mean `x1w1`?"


# Colours -----------------------------------------------------------------------------------------------------------------


def fills(svg: str) -> dict[str, str]:
    return {
        str(group.get("data-key")): str(child.get("fill"))
        for group in parse(svg).iter(f"{SVG}g")
        if group.get("data-key")
        for child in group
        if child.get("class") == "box"
    }


def test_colours_are_even_around_zero() -> None:
    for theme in THEMES:
        plain = THEMES[theme].kinds["operation"].fill
        assert tint(theme, 0.0) == tint(theme, None) == plain
        assert (tint(theme, -1.0), tint(theme, 1.0)) == (ends_of(theme).low, ends_of(theme).high)
    assert share(-2.0, 4.0) == -share(2.0, 4.0)  # type: ignore[operator]
    assert share(4.0, 4.0) == share(9.0, 4.0) == share(float("inf"), 4.0) == 1.0
    assert share(float("nan"), 1.0) is share(None, 1.0) is None
    assert share(0.0, 0.0) == share(1e-300, 0.0) == 0.0
    parts = [share(x, 1e6) for x in (1e-9, 0.1, 1, 10, 1e3, 1e6)]
    assert parts == sorted(parts)  # type: ignore[type-var]
    assert float(width_of(-1.0)) == float(width_of(1.0)) > float(width_of(0.5)) > float(width_of(None))


def test_boxes_and_edges_fill_step_by_step() -> None:
    zero = THEMES["light"].kinds["operation"].fill
    assert set(fills(draw(NEURON, color="grad", step="seed")).values()) == {zero, fills(draw(NEURON, color="grad"))["o"]}
    end = fills(draw(NEURON, color="grad"))
    assert end["w2"] == zero  # its grad is 0
    assert end["x1"] == ends_of("light").low  # -1.5, the largest of all
    widths = dict(re.findall(r'data-edge="(e\d+)".*?stroke-width="([^"]+)"', draw(NEURON, color="grad")))
    assert widths["e0"] == width_of(1.0)
    assert widths["e3"] == width_of(0.0)


def test_a_colour_means_the_same_at_every_step() -> None:
    legends = {tuple(texts(parse(draw(NEURON, color="data", step=str(i))), "high")) for i in range(16)}
    assert legends == {("6.8814", "6.8814")}


def test_a_legend_names_the_ends() -> None:
    root = parse(draw(NEURON, color="grad", dir="TB", style="compact"))
    assert texts(root, "what") == ["boxes: grad", "edges: |contribution|"]
    assert texts(root, "low") == ["-1.5000", "0"]
    assert texts(root, "high") == ["1.5000", "1.5000"]
    wide, tall = (float(str(root.get(name))) for name in ("width", "height"))
    for element in root.iter(f"{SVG}text"):
        if element.get("class") in ("what", "low", "high"):
            room = width(element.text or "", 11)
            x = float(str(element.get("x"))) - (room if element.get("text-anchor") == "end" else 0)
            assert 0 <= x <= x + room <= wide
            assert float(str(element.get("y"))) < tall


@pytest.mark.parametrize("name", THEMES)
def test_all_text_can_be_read_on_every_tint(name: str) -> None:
    theme = plain_text(THEMES[name])
    inks = {theme.ink, theme.muted, *(accent.text for accent in theme.accents.values())}
    for kind, part, ink in product(theme.kinds.values(), [i / 50 for i in range(-50, 51)], inks):
        assert contrast(ink, tint(name, part, kind.fill)) >= 4.5


def test_the_ends_tell_apart_for_the_colour_blind() -> None:
    """Blue against vermilion: they differ in blue, which protan and deutan eyes see."""
    for name in ("light", "dark"):
        low, high = (int(colour[5:], 16) for colour in (ends_of(name).low, ends_of(name).high))
        assert low - high > 100


@pytest.mark.parametrize("source", ["a = 0.0\nb = a * a", "a = 1e308\nb = a * a", "a = Value(1e-320)\nb = log(a - a)"])
def test_any_numbers_can_be_coloured(source: str) -> None:
    for color in ("data", "grad"):
        assert "nan" not in re.sub(r">[^<]*<|data-[a-z]+=\"[^\"]*\"", "", draw(source, color=color))


# Hidden, numbered --------------------------------------------------------------------------------------------------------


def test_constants_can_be_left_out() -> None:
    source = "x = 3.0\ny = 2 * x + 1\n"
    full, bare = parse(draw(source)), parse(draw(source, hide="constants"))
    assert [e.get("data-kind") for e in full.iter() if e.get("data-kind")].count("constant") == 2
    assert [e.get("data-kind") for e in bare.iter() if e.get("data-kind")] == ["input", "operation", "operation"]
    assert len([e for e in bare.iter() if e.get("data-edge")]) == 2
    # Their steps stay in the story; the picture has nothing to mark.
    assert full.get("data-steps") == bare.get("data-steps")
    steps = [step for step in run(source).steps if step.phase == "backward"]
    assert "is-active" not in draw(source, hide="constants", step=str(steps[1].index))
    assert "constant" in draw("5", hide="constants")


def test_badges_count_the_order_of_evaluation() -> None:
    root = parse(draw(NEURON, number="order"))
    assert texts(root, "place") == [str(i) for i in range(1, 11)]
    split = parse(draw("a = 2.0\nb = a * a * a", number="order", leaves="split"))
    assert sorted(texts(split, "place")) == ["1", "1", "1", "2", "3"]


def test_the_badge_of_a_folded_part_is_that_of_its_last_value() -> None:
    for fold in ({"example": "1"}, {"collapse": "layer"}, {"collapse": "statement"}):
        shown = moment(NETS, number="order", **fold)
        last = {node.id: node.folds.results[-1] for node in shown.trace.nodes if node.folds}
        assert any(result != id for id, result in last.items()), "a part with several values"
        for group in parse(PIPELINE.svg(shown)).iter(f"{SVG}g"):
            if (result := last.get(group.get("data-node", ""))) is not None:
                assert texts(group, "place") == [str(int(result[1:]) + 1)]


@pytest.mark.parametrize(("style", "dir"), [*product(("micrograd", "compact"), ("LR", "TB"))])
def test_badges_are_in_the_picture_and_off_the_text(style: str, dir: str) -> None:
    source = "x = 1.0\n" + "".join(f"x = x * {i}.5\n" for i in range(60))
    root = parse(draw(source, number="order", style=style, dir=dir, leaves="split"))
    wide, tall = (float(str(root.get(name))) for name in ("width", "height"))
    for group in root.iter(f"{SVG}g"):
        badge = next((e for e in group.iter(f"{SVG}rect") if e.get("class") == "badge"), None)
        if group.get("data-node") is None or badge is None:
            continue
        x, y, w, h = (float(str(badge.get(name))) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= wide
        assert 0 <= y <= y + h <= tall
        place = next(e for e in group.iter(f"{SVG}text") if e.get("class") == "place")
        assert width(place.text or "", 9) < w
        for number in (e for e in group if e.get("data-slot")):
            top = float(str(number.get("y"))) - 0.73 * (10.5 if style == "compact" else 13)
            assert y + h < top or float(str(number.get("x"))) < x


# Questions ---------------------------------------------------------------------------------------------------------------


def test_what_is_asked_is_never_shown() -> None:
    """No step, no title, no sentence, no label, no colour and no legend gives a number away that stands nowhere else."""
    source = "a = 1.0\nb = 1.0\nc = a + b\nd = exp(c)\ne = d * 3.0\n"  # the numbers of d and e are d's alone
    trace = run(source)
    number = next(node.data for node in trace.nodes if node.key == "d")
    secret = f"{number:.4f}"[:5]
    for view in ({}, {"edges": "local"}, {"edges": "contribution"}, {"color": "data"}, {"color": "grad"}, {"steps": "node"}):
        for i in range(len(moment(source, **view).told.steps) + 1):
            svg = draw(source, quiz="data:d;grad:c", step=str(i), **view)
            hidden = parse(svg)
            asked = {e.get("data-quiz"): e.text for e in hidden.iter() if e.get("data-quiz")}
            assert asked["n3.data"] == asked["n2.grad"] == "?"
            assert not {"n3.data", "n2.grad"} & set(numbers(svg))
            title = next(e for e in hidden.iter() if e.get("data-key") == "d").find(f"{SVG}title")
            assert title is not None
            assert (title.text or "").startswith("data ?")
            for element in hidden.iter():
                if element.tag in (f"{SVG}desc", f"{SVG}title") or element.get("data-field") == "local":
                    group_is_other = "data" in (element.text or "") and "?" not in (element.text or "")
                    assert group_is_other or secret not in (element.text or ""), (view, i, element.text)
            if view.get("color") == "data":
                assert fills(svg)["d"] == THEMES["light"].kinds["operation"].fill


def test_a_folded_part_keeps_the_secret_of_its_values() -> None:
    shown = moment(NETS, collapse="statement", quiz="data:ys[1][0]", font="none")
    box = next(node for node in shown.trace.nodes if node.key == "ys")
    assert box.folds
    assert len(box.folds.results) == 4
    group = next(e for e in parse(PIPELINE.svg(shown)).iter(f"{SVG}g") if e.get("data-node") == box.id)
    assert [e.text for e in group.iter(f"{SVG}text") if e.get("data-quiz")] == ["?"]
    assert (group.findtext(f"{SVG}title") or "").startswith("data ?; grad ")


def test_sentences_of_a_quiz_have_no_numbers() -> None:
    source = "a = 2.5\nb = a * 7.25\nb.backward()\nb.backward()\na.grad = 0\na.data -= 0.125\n"
    for i in range(len(run(source).steps) + 1):
        root = parse(draw(source, quiz="data:b", step=str(i)))
        said = "".join(e.text or "" for e in root.iter(f"{SVG}desc")) + (root.find(f"{SVG}title").text or "")  # type: ignore[union-attr]
        assert not re.search(r"\d", said), said


def test_what_is_asked_has_an_outline_of_its_own() -> None:
    root = parse(draw(NEURON, quiz="grad:x1,w1;data:n"))
    assert len([e for e in root.iter() if e.get("class") == "blank"]) == 3
    assert {e.get("data-quiz") for e in root.iter() if e.get("data-quiz")} == {"n0.grad", "n2.grad", "n8.data"}


async def test_the_dot_keeps_quiet_too(client: httpx.AsyncClient) -> None:
    dot = (await client.get(f"/g/{encode(NEURON)}.dot", params={"quiz": "grad:x1", "edges": "contribution"})).text
    assert "x1 | data 2.0000 | grad ?" in dot
    assert dot.count('label="?"') == 1
    assert "label=1.0000" in dot


# One operation of one value ----------------------------------------------------------------------------------------------


async def test_a_click_expands_and_another_folds_back(client: httpx.AsyncClient) -> None:
    source = "x = 0.5\no = tanh(tanh(x) - 1)\n"

    async def nodes(expand: str) -> dict[str, Any]:
        answer = await client.post("/api/v1/graphs", json={"source": source, "expand": expand})
        return {node["key"]: node for node in answer.json()["nodes"]}

    plain = await nodes("")
    assert {key for key, node in plain.items() if node["expandable"]} == {"o/0/0", "o/0", "o"}
    opened = await nodes(plain["o"]["expands"])
    assert opened["o"]["op"] == "div"
    assert opened["o"]["expanded_from"] == plain["o"]["expands"] == "tanh@o"
    assert await nodes("") == plain
    assert (
        "expand=tanh%40o"
        in (await client.post("/api/v1/graphs", json={"source": source, "expand": "tanh@o"})).json()["links"]["svg"]
    )


def test_entries_of_one_kind_are_spelled_once() -> None:
    assert Options(expand="tanh@o,tanh").expand == "tanh"
    assert Options(expand="tanh@b,sub,tanh@a").expand == "sub,tanh@a,tanh@b"
    assert Options(expand="micrograd,tanh@o").expand == "div,neg,sub,tanh@o"
    assert Options(expand="micrograd,sub@o").expand == "micrograd"
    assert Options(expand="all,tanh@o").expand == "all"


# Spelling ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("edges", "locl", "Did you mean `local`?"),
        ("steps", "nodes", "Did you mean `node`?"),
        ("color", "red", "Allowed are `none`, `data`, `grad`."),
        ("hide", "constant", "Did you mean `constants`?"),
        ("number", "ordr", "Did you mean `order`?"),
        ("highlight", "ancestor:x", "Did you mean `ancestors:NAME`?"),
        ("highlight", "x", "`ancestors:NAME`"),
        ("highlight", "ancestors:", "`ancestors:NAME`"),
        ("quiz", "grd:x", "Did you mean `grad:NAME`?"),
        ("quiz", "x", "`grad:NAME,NAME`"),
        ("quiz", "grad:" + ",".join(f"x{i}" for i in range(200)), "At most 100"),
        ("expand", "tanh@", "by its key"),
        ("expand", "tahn@o", "Did you mean `tanh`?"),
        ("expand", "mul@o", "Allowed are"),
        ("expand", ",".join(f"tanh@x{i}" for i in range(40)), "at most 32"),
        ("colour", "grad", "Did you mean `color`?"),
    ],
)
def test_a_wrong_choice_says_what_is_right(name: str, value: str, hint: str) -> None:
    with pytest.raises(ProblemError) as caught:
        Options.from_query([(name, value)], "picture")
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("given", "canonical"),
    [("grad:b,a", "grad:a,b"), ("grad:a; data:n ;grad:b", "data:n;grad:a,b"), ("grad:a,a", "grad:a"), ("", ""), ("grad:", "")],
)
def test_a_quiz_has_one_spelling(given: str, canonical: str) -> None:
    assert Options(quiz=given).quiz == canonical


def test_the_query_of_a_view_can_be_read_again() -> None:
    options = Options(quiz="grad:a;data:n", expand="tanh@o/0#2:1", highlight="ancestors:x#2", color="grad", edges="local")
    assert options.query("page") == (
        "expand=tanh%40o/0%232:1&edges=local&highlight=ancestors:x%232&color=grad&quiz=data:n%3Bgrad:a"
    )
