"""Diagrams: neurons found by their shape, networks put together, and pictures that hold the contract at every moment."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from stepgrad.app.config import Settings
from stepgrad.app.drawing.diagram.curve import Curve
from stepgrad.app.drawing.diagram.networks import Network, Networks
from stepgrad.app.drawing.diagram.neurons import find_neurons
from stepgrad.app.drawing.diagram.picture import Diagram
from stepgrad.app.drawing.diagram.scales import round_up, thickness
from stepgrad.app.drawing.text import fit_number, metrics
from stepgrad.app.drawing.theme import THEMES
from stepgrad.app.errors import ProblemError
from stepgrad.app.gallery import gallery
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.runs import RunKey, Runs
from stepgrad.app.studies import STUDIES, Subject
from stepgrad.app.wire import number
from stepgrad.engine.language import record, run
from stepgrad.engine.ops import MICROGRAD
from tests.app.samples import NEURON, SVG, numbers
from tests.app.test_dot import HOSTILE

LINE = Pipeline(Settings())
SOURCES = {example.slug: example.source for example in gallery()}
ROWS = """\
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
loss.backward()
"""
NET = "n = MLP(3, [4, 4, 1], seed=1)\n" + ROWS
WIDE = 'n = MLP(20, [16, 3], seed=1, activation="relu")\no = n([0.1*i for i in range(20)])\ny = o[0] + o[1] * o[2]'
DEEP = "n = MLP(2, [3] * 11 + [2], seed=1)\no = n([1.0, 2.0])\ny = o[0] - o[1]"
UPDATED = "n = Neuron(2, seed=1)\no = n([1.0, -2.0])\no.backward()\nfor p in n.parameters():\n    p.data -= 0.1 * p.grad"
PROGRAMS = {"neuron": NEURON, "net": NET, "wide": WIDE, "deep": DEEP, "updated": UPDATED, "two-layers": SOURCES["two-layers"]}


def drawn(source: str, file: str = "diagram.svg", expand: str = "", **given: object) -> str:
    study = STUDIES[file]
    question = study.question.read({"font": "none", "expand": expand, **given})
    return study.body(Subject(LINE.moment(source, question.options()).story), question).decode()


def answer(source: str, **given: object) -> dict[str, object]:
    return json.loads(drawn(source, "diagram.json", **given))  # type: ignore[no-any-return]


def networks(source: str, operations: frozenset[str] = frozenset()) -> tuple[Network, ...]:
    return Networks(run(source, None, operations)).all


# What is found


@pytest.mark.parametrize(
    ("source", "inputs", "layers"),
    [
        (NEURON, 2, [["tanh"]]),
        (SOURCES["neuron-exp"], 2, [["tanh"]]),
        ("x = 1.5\nw = 2\nb = 1\np = 1 / (1 + exp(-(w*x + b)))", 1, [["sigmoid"]]),
        ("x = 1.5\nw = 2\no = tanh(w*x)", 1, [["tanh"]]),
        ("x1 = 1\nx2 = 2\nw1 = 3\nw2 = 4\nb = 5\no = (b + (w2*x2 + w1*x1)).relu()", 2, [["relu"]]),
        ("x1 = 1\nx2 = 2\nw1 = 3\nw2 = 4\nb = 5\nn = x1*w1 + x2*w2 + b", 2, [[""]]),
        (SOURCES["two-layers"], 2, [["tanh", "tanh"], ["tanh"]]),
        ("n = Neuron(3, seed=1)\no = n([1.0, 2.0, 3.0])", 3, [["tanh"]]),
        ('n = Layer(2, 3, seed=1, activation="gelu")\na, b, c = n([1.0, 2.0])\ny = a + b + c', 2, [["gelu"] * 3]),
        ("y = MLP(2, [3, 2, 1])([1.0, 2.0])", 2, [["tanh"] * 3, ["tanh"] * 2, ["tanh"]]),
        ("n = MLP(2, [2, 1], nonlin=False)\ny = n([1.0, 2.0]) + 1", 2, [["", ""], [""]]),
        ("h = tanh(1.0*Value(2, label='w') + 0.5)\nv = 2.0\nc = 1\ny = h*v + c", 1, [["tanh"], [""]]),
    ],
)
def test_a_network_is_found_by_its_shape(source: str, inputs: int, layers: list[list[str]]) -> None:
    (network,) = networks(source)
    assert len(network.sources) == inputs
    assert [[neuron.activation for neuron in layer] for layer in network.layers] == layers


@pytest.mark.parametrize("operations", [frozenset({"tanh"}), MICROGRAD, MICROGRAD | {"tanh"}], ids=str)
def test_an_activation_that_is_taken_apart_is_still_one(operations: frozenset[str]) -> None:
    (network,) = networks(NEURON, operations)
    (neuron,) = network.neurons
    assert neuron.activation == "tanh"
    trace = run(NEURON, None, operations)
    labels = {node.id: node.label for node in trace.nodes}
    assert (labels[neuron.out], labels[neuron.total], labels[neuron.bias or ""]) == ("o", "n", "b")
    assert [(labels[term.source], labels[term.weight or ""]) for term in neuron.terms] == [("x1", "w1"), ("x2", "w2")]


@pytest.mark.parametrize(
    "source",
    ["a = 2\nb = a * a", SOURCES["parabola"], SOURCES["order"], SOURCES["softmax"], "x = 1\ny = x.tanh()", "a = 1\nb = a + 2",
     "x = 1\ny = tanh(x + 2)", "x = 2\ny = tanh(x * x + 1)"],
)  # fmt: skip
def test_what_is_no_neuron_is_none(source: str) -> None:
    assert find_neurons(run(source)) == []


def test_a_loss_of_products_is_no_neuron_of_a_net() -> None:
    """max-margin loss and weight decay have sums of products too; their factors are no parameters, or two of them."""
    source = (
        "n = MLP(2, [2, 1], seed=3)\nxs = [[1.0, 2.0], [2.0, -1.0]]\nys = [1.0, -1.0]\nscores = [n(x) for x in xs]\n"
        "data = sum((1 + -yi*si).relu() for yi, si in zip(ys, scores))\n"
        "total = data + 0.0001 * sum(p*p for p in n.parameters())"
    )
    found = networks(source)
    assert [[len(layer) for layer in network.layers] for network in found] == [[2, 1], [2, 1]]


def test_four_examples_are_four_networks_of_one_net() -> None:
    trace = run(NET)
    found = Networks(trace)
    assert [[len(layer) for layer in network.layers] for network in found.all] == [[4, 4, 1]] * 4
    assert found.siblings(found.all[0]) == [0, 1, 2, 3]
    assert all(found.loss(network) == trace.output for network in found.all)
    outs = [network.layers[-1][0].out for network in found.all]
    assert [next(node.key for node in trace.nodes if node.id == out) for out in outs] == [f"ypred[{i}]" for i in range(4)]


# Pictures


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_diagram_is_an_svg_of_the_contract(name: str, theme: str) -> None:
    source = PROGRAMS[name]
    count = int(str(answer(source)["steps"]))
    for step in {0, 1, count // 3, count // 2, count - 1, count}:
        for color in ("data", "grad"):
            svg = drawn(source, theme=theme, bg="theme", step=step, color=color)
            root = ET.fromstring(svg)
            tags = {element.tag.removeprefix(SVG) for element in root.iter()}
            assert tags <= {"svg", "g", "path", "rect", "circle", "text", "title", "desc"}
            assert not re.search(r"url\(|href|<script|foreignObject|var\(|nan|NaN|None", svg[svg.index("</desc>") :])
            assert (root.get("class"), root.get("data-step"), root.get("data-steps")) == (
                "stepgrad-diagram",
                str(step),
                str(count),
            )
            assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
            title, desc = root[0], root[1]
            assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
            assert title.text
            assert desc.text
            ids = [element.get("id") for element in root.iter() if element.get("id")]
            assert len(ids) == len(set(ids))
            assert all(str(each).startswith(str(title.get("id"))[:-1]) for each in ids)
            _inside(root)


def _inside(root: ET.Element) -> None:
    """No text leaves the paper, and none the circle or box that it stands in."""
    wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
    moved = float(re.findall(r"translate\(([\d.]+)", root.find(f"{SVG}g").get("transform", "translate(0"))[0])  # type: ignore[union-attr]
    for group in root.iter(f"{SVG}g"):
        disc = group.find(f"{SVG}circle[@class='disc']")
        box = group.find(f"{SVG}rect[@class='box']")
        for text in group.findall(f"{SVG}text"):
            size = float(text.get("font-size", "0"))
            width = metrics().width(text.text or "", size) * (1.1 if text.get("font-weight") else 1.0)
            x = (
                float(text.get("x", "0")) - width * {"middle": 0.5, "end": 1.0}[text.get("text-anchor", "")]
                if text.get("text-anchor") != "start"
                else float(text.get("x", "0"))
            )
            y = float(text.get("y", "0"))
            assert x + moved >= 0, text.text
            assert x + moved + width <= wide, text.text
            assert size * 0.8 < y < high, text.text
            slot = text.get("data-slot", "")
            if disc is not None and slot:
                cx, cy, r = (float(disc.get(name, "0")) for name in ("cx", "cy", "r"))
                top = y - 0.73 * size
                assert all(math.hypot(a - cx, b - cy) <= r for a in (x, x + width) for b in (top, y)), text.text
            elif box is not None and (
                text.get("class") in ("label", "field") or slot.startswith(group.get("data-node", "?") + ".")
            ):
                left = float(box.get("x", "0"))
                assert left <= x, text.text
                assert x + width <= left + float(box.get("width", "0")), text.text


def test_the_numbers_are_those_of_the_graph() -> None:
    for source in PROGRAMS.values():
        trace = run(source)
        steps = len(trace.steps)
        for step in (0, steps // 2, steps):
            frame, shown = trace.frame(step), numbers(drawn(source, step=step, digits=4))
            assert shown
            for slot, text in shown.items():
                node, _, field = slot.partition(".")
                assert text == fit_number((frame.data if field == "data" else frame.grad).get(node), 4, 8)


def test_a_neuron_shows_the_lectures_numbers() -> None:
    svg = drawn(NEURON)
    assert {"2.0000", "-3.0000", "-6.0000", "0.8814", "0.7071", "6.8814", "-1.5000", "1.0000", "0.5000"} <= set(
        numbers(svg).values()
    )
    assert ">slope 0.5000<" in svg
    assert "Σ" in svg


def test_a_line_is_as_thick_as_its_weight_and_has_the_colour_of_its_sign() -> None:
    root = ET.fromstring(drawn(NEURON))
    lines = {
        group.get("data-key"): (group.get("class"), float(line.get("stroke-width", "0")), line.get("stroke"))
        for group in root.iter(f"{SVG}g")
        if "link" in group.get("class", "")
        and group.get("data-key")
        and (line := group.find(f"{SVG}path[@class='line']")) is not None
    }
    assert lines["w1"] == ("link is-negative", round(thickness(-3.0, 10.0, 7.0), 1), "#2f86c6")
    assert lines["w2"] == ("link is-positive", round(thickness(1.0, 10.0, 7.0), 1), "#dd6b20")


def test_each_step_is_seen_where_it_happens() -> None:
    trace = run(NEURON)
    for step in trace.steps:
        root = ET.fromstring(drawn(NEURON, step=step.index if step.index < len(trace.steps) else -1))
        active = [element for element in root.iter() if "is-active" in element.get("class", "").split()]
        assert active
        assert all(f"is-{step.phase}" in e.get("class", "") for e in active if e.tag == f"{SVG}g")
        about = {node for e in active for node in (e.get("data-node"), e.get("data-product"), *e.get("data-inside", "").split())}
        assert step.node in about
    assert "is-active" not in drawn(NEURON)


def test_the_example_is_the_one_where_the_step_happens() -> None:
    told = answer(NET)
    homes = told["homes"]
    assert isinstance(homes, list)
    assert [example for _, example in homes[:4]] == [1, 2, 3, 4]
    for at, example in homes:
        assert f'data-example="{example}"' in drawn(NET, step=at)
    assert 'data-example="1"' in drawn(NET)
    assert 'data-example="3"' in drawn(NET, example=3)
    assert [each["name"] for each in told["examples"]][1] == "n, example 2 of 4"  # type: ignore[index,attr-defined]


def test_what_is_wide_or_deep_is_cut_and_says_so() -> None:
    wide = drawn(WIDE)
    assert ">20 in all<" in wide
    assert ">16 in all<" in wide
    assert wide.count('class="cell ') == 10 + 10 + 3
    assert wide.count('class="link ') == 10 * 10 + 10 * 3
    deep = drawn(DEEP)
    assert ">5 layers<" in deep
    assert re.findall(r">((?:layer|output|input)[^<]*)<", deep) == [
        "inputs",
        *(f"layer {i}" for i in (1, 2, 3, 4, 10, 11)),
        "outputs",
    ]


@pytest.mark.parametrize("collapse", ["neuron", "layer", "function", "statement"])
def test_a_step_of_a_folded_story_is_all_that_it_stands_for(collapse: str) -> None:
    """Numbers and marks are those of the whole story at the end of what is one step there."""
    story = LINE.moment(NET, Options(collapse=collapse)).story  # type: ignore[arg-type]
    for step in story.trace.steps[:: max(1, len(story.trace.steps) // 5)]:
        assert step.covers
        same = {"example": 2, "step": step.covers[1]}
        ours, theirs = drawn(NET, collapse=collapse, **{**same, "step": step.index}), drawn(NET, **same)
        assert numbers(ours) == numbers(theirs)
        about = [set(re.findall(r'<g id="([^"]+)" class="[^"]*is-active', svg)) for svg in (ours, theirs)]
        assert about[0] >= about[1]


def test_one_neuron_of_a_network_can_be_looked_into() -> None:
    told = answer(NET, neuron="n.layers[1].neurons[2].b")
    assert told["view"] == "neuron"
    columns = told["columns"]
    assert isinstance(columns, list)
    assert [len(column["nodes"]) for column in columns] == [4, 1]
    with pytest.raises(ProblemError) as refused:
        drawn(NET, neuron="loss")
    assert refused.value.detail == "`loss` belongs to no neuron."


def test_a_program_without_a_neuron_is_told_what_to_write() -> None:
    with pytest.raises(ProblemError) as refused:
        drawn("a = 2\nb = a * a")
    assert (refused.value.status, refused.value.code) == (422, "diagram")
    assert "MLP(2, [3, 1])" in str(refused.value.hint)
    with pytest.raises(ProblemError) as refused:
        drawn(NET, example=5)
    assert "examples 1 to 4" in str(refused.value.hint)
    with pytest.raises(ProblemError):
        drawn(NET, example="0")


def test_every_iteration_of_training_is_the_same_picture_with_other_numbers() -> None:
    def of(iteration: int | None, **given: object) -> str:
        question = STUDIES["diagram.svg"].question.read({"font": "none", "learning_rate": 0.1, "iteration": iteration, **given})
        return STUDIES["diagram.svg"].body(Subject(LINE.moment(NET, question.options()).story), question).decode()

    first, later = of(0, step="forward", example=1), of(20, step="forward", example=1)
    assert re.sub(r">[^<]*<", "><", first).count("data-slot") == re.sub(r">[^<]*<", "><", later).count("data-slot")
    assert list(numbers(first)) == list(numbers(later))
    assert numbers(first) != numbers(later)
    trace = LINE.moment(NET, Options(iteration=20, learning_rate=0.1)).story.whole.trace
    out = next(node for node in trace.nodes if node.key == "ypred[0]")
    assert numbers(later)[f"{out.id}.data"] == f"{out.data:.2f}"
    assert "is-update" in of(20, step=-1)


@pytest.mark.parametrize("label", HOSTILE)
def test_no_name_can_break_a_diagram(label: str) -> None:
    recording = record(NEURON)
    recording.graph.labels = [label] * len(recording.graph)
    subject = Subject(Runs().get(RunKey(recording)))
    svg = STUDIES["diagram.svg"].body(subject, STUDIES["diagram.svg"].question.read({"font": "none"})).decode()
    root = ET.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "text",
        "title",
        "desc",
    }
    _inside(root)


@pytest.mark.parametrize("x", ["1e308", "-1e308", "0.0", "5e-324", "1e200"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "softplus", "gelu", "exp", "log", "sqrt"])
def test_extreme_numbers_are_drawn(x: str, activation: str) -> None:
    source = f'n = Neuron(2, seed=1, activation="{activation}")\nxs = [{x}, 1.0]\no = n(xs)\nl = o * 1e300'
    for step in ("start", "forward", "end"):
        svg = drawn(source, step=step)
        _inside(ET.fromstring(svg))
        assert not re.search(r'="[^"]*(?:nan|inf)[^"]*"', re.sub(r"<title.*?</title>|<desc.*?</desc>", "", svg))


def test_a_diagram_filled_is_the_diagram_drawn_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [drawn(NET, step=step) for step in (300, 3, 40)]
    monkeypatch.setattr("stepgrad.app.studies.diagrams.diagram_of", Diagram)
    assert [drawn(NET, step=step) for step in (300, 3, 40)] == kept


def test_the_picture_depends_on_numbers_only_in_its_slots() -> None:
    """Other numbers leave every shape in its place, so that nothing jumps while a net is trained."""
    places = [
        re.findall(r'<(?:circle class="disc" cx="[^"]+" cy="[^"]+" r="[^"]+"|rect [^>]*x="[^"]+" y="[^"]+")', drawn(source))
        for source in (NEURON, NEURON.replace("-3.0", "12345.678").replace("2.0", "-1e-9"))
    ]
    assert places[0] == places[1]


@pytest.mark.parametrize(("name", "step"), [("neuron", "-1"), ("net", "420"), ("two-layers", "14")])
def test_golden_diagrams(name: str, step: str, golden: Callable[[str, str], None]) -> None:
    golden(f"svg/diagram-{name}.svg", drawn(PROGRAMS[name], step=step))


# What the browser has to do alike


def vectors() -> str:
    """For tests/js/diagram.test.js."""
    curves = []
    for op, params in (("tanh", ()), ("relu", ()), ("leaky_relu", (0.1,)), ("gelu", ()), ("sigmoid", ()), ("log", ())):
        curve = Curve(op, params, 10.0, 20.0, 116.0, 92.0)
        low, high = curve.heights
        for at in (-7.0, -1.5, 0.0, 0.3, 2.5, 9.0):
            y = curve(at)
            place = list(curve.place(at, y)) if math.isfinite(y) else None
            curves.append(
                {"op": op, "params": list(params), "low": low, "high": high, "at": at, "out": number(y),
                 "place": place, "tangent": curve.tangent(at, y), "slope": number(curve.slope(at, y))}
            )  # fmt: skip
    sizes = [0.0, 1e-9, 0.3, 1.0, 1.2, 2.0, 4.9, 5.1, 99.0, 1e7, math.inf, 1e308]
    told = {
        "ends": [[number(x), number(round_up(x)), f"{round_up(x):g}"] for x in sizes],
        "widths": [[x, most, thickness(x, most, 7.0)] for x in (-2.0, 0.0, 0.5, 30.0) for most in (1.0, 5.0)],
        "curves": curves,
    }
    return json.dumps(told, indent=1) + "\n"


def test_the_vectors_are_those_of_the_drawing(golden: Callable[[str, str], None]) -> None:
    golden("diagram.json", vectors())
