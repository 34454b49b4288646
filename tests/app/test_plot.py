"""Plots: round ticks, lines that end where the paper does, and an SVG that opens anywhere."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app.config import Settings
from stepgrad.app.drawing.axes import linear, logarithmic, power
from stepgrad.app.drawing.canvas import HEIGHT, WIDTH, within
from stepgrad.app.drawing.text import metrics
from stepgrad.app.drawing.theme import THEMES
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.studies import STUDIES, Subject
from stepgrad.engine.language import run
from stepgrad.engine.replay import Replay
from stepgrad.engine.sweep import sweep
from tests.app.samples import NEURON, SVG

PARABOLA = "x = 3.0\ny = 3*x**2 - 4*x + 5"
LINE = Pipeline(Settings())


def drawn(source: str, file: str = "plot.svg", **given: str) -> str:
    study = STUDIES[file]
    subject = Subject(LINE.moment(source, Options()).story)
    return study.body(subject, study.question.read({"font": "none"} | given)).decode()


# Axes


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_are_round_numbers_inside_the_range(low: float, length: float):
    high = low + length
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        return
    axis = linear(low, high, 0.0, 500.0)
    places = [place for place, _ in axis.ticks]
    room = 1e-6 * (high - low)

    assert 3 <= len(places) <= 13
    assert all(low - room <= place <= high + room for place in places)
    steps = [b - a for a, b in pairwise(places)]
    assert max(steps) - min(steps) <= 1e-6 * max(steps) + 1e-6 * max(map(abs, places)) * 1e-6
    mantissa = steps[0] / 10.0 ** math.floor(math.log10(steps[0]) + 1e-9)
    assert any(mantissa == pytest.approx(round_, rel=1e-3) for round_ in (1, 2, 5, 10))


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (-5, 5, ["−4", "−2", "0", "2", "4"]),
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.03, 0.03, ["−0.03", "−0.02", "−0.01", "0.00", "0.01", "0.02", "0.03"]),
        (0, 6e7, ["0", "1·10⁷", "2·10⁷", "3·10⁷", "4·10⁷", "5·10⁷", "6·10⁷"]),
        (0, 5e-5, ["0", "1·10⁻⁵", "2·10⁻⁵", "3·10⁻⁵", "4·10⁻⁵", "5·10⁻⁵"]),
    ],
)
def test_tick_labels(low: float, high: float, labels: list[str]):
    assert [label for _, label in linear(low, high, 0, 500).ticks] == labels


def test_a_logarithmic_axis_has_powers_of_ten():
    axis = logarithmic(-16, 0, 0.0, 160.0, 4)

    assert [label for _, label in axis.ticks] == ["10⁻¹⁶", "10⁻¹²", "10⁻⁸", "10⁻⁴", "1"]
    assert axis.at(1e-8) == pytest.approx(80.0)
    assert power(3) == "10³"


# Lines


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(-10, 10)), max_size=12))
def test_a_line_is_cut_exactly_at_the_edge(points: list[tuple[float, float]]):
    for run_ in within(points, -1.0, 1.0):
        assert run_
        assert all(-1.0 <= y <= 1.0 for _, y in run_)


def test_a_line_through_the_paper_is_cut_twice():
    assert list(within([(0, -4), (8, 4)], -1.0, 1.0)) == [[(3.0, -1.0), (5.0, 1.0)]]
    assert list(within([(0, 0), (2, 2), (4, 0)], -1.0, 1.0)) == [[(0, 0), (1.0, 1.0)], [(3.0, 1.0), (4, 0)]]


@pytest.mark.parametrize(
    ("formula", "breaks"),
    [
        ("tan(x)", [-4.712389, -1.570796, 1.570796, 4.712389]),
        ("1 / x", [0.0]),
        ("1 / (x - 0.333)", [0.333]),
        ("log(x)", [0.0]),
        ("sqrt(x - 1)", [1.0]),
        ("tanh(1000 * x)", []),
        ("relu(x) * 1e6", []),
        ("abs(x)", []),
        ("x ** 0.5 + 1 / (x - 3)", [0.0, 3.0]),
        ("exp(x * x)", []),
    ],
)
def test_jumps_and_poles_are_told_from_steep_slopes(formula: str, breaks: list[float]):
    found = sweep(Replay(run(f"x = 2\ny = {formula}")), "n0", -5, 5, 401)

    assert list(found.breaks) == pytest.approx(breaks, abs=1e-6)


@pytest.mark.parametrize("samples", [241, 401])
def test_the_last_digit_of_a_level_stretch_is_no_jump(samples: int):
    """Where tanh is nearly 1 it has a few values and nothing between them."""
    replay = Replay(run("x = 1.0\ny = tanh(50 * x)"))
    assert sweep(replay, replay.trace.nodes[0].id, -5.0, 5.0, samples).breaks == ()


@pytest.mark.parametrize(
    "source", ["x = -1.0\nr = relu(x)\ny = r * 1e308 * 10.0", "x = 1.0\ny = x * 1e308", "x = 1.0\ny = x * 3e307"]
)
def test_a_plot_up_to_the_largest_number_there_is(source: str):
    svg = drawn(source)
    assert not re.search(r'="[^"]*(?:nan|inf)[^"]*"', svg)
    assert json.loads(drawn(source, "plot.json"))["y_to"] < math.inf


def test_a_curve_goes_to_the_edge_of_its_domain():
    found = sweep(Replay(run("x = 2\ny = sqrt(x)")), "n0", -5, 4.9, 50)

    assert found.pieces[0][0][0] == pytest.approx(0.0, abs=1e-12)


# Pictures


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("source", "file"),
    [(PARABOLA, "plot.svg"), (NEURON, "plot.svg"), ("x = 1\ny = tan(x)", "plot.svg"), (PARABOLA, "check.svg"),
     ("x = -1\ny = log(x)", "plot.svg"), ("x = -1\ny = log(x)", "check.svg"), ("tanh(0.5)", "plot.svg"),
     ("x = Value(2, label='<script>&\"')\ny = x * x", "plot.svg"), ("x = 1\nz = 3\ny = z * 2", "check.svg")],
)  # fmt: skip
def test_a_plot_is_an_svg_of_the_contract(source: str, file: str, theme: str):
    """Few elements, no reference, nothing outside of the paper, a title and a description."""
    svg = drawn(source, file, theme=theme, bg="theme")
    root = ET.fromstring(svg)

    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "g", "path", "rect", "circle", "text", "title", "desc"}
    assert not re.search(r"url\(|href|<script|nan|inf\b|NaN", svg[svg.index("</desc>") :])
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert root.get("aria-labelledby") == " ".join(root.find(f"{SVG}{name}").get("id") for name in ("title", "desc"))  # type: ignore[union-attr]
    for text in root.iter(f"{SVG}text"):
        width = metrics().width(text.text or "", 12.5) * (1.1 if text.get("font-weight") else 1.0)
        x = float(text.get("x", "0")) - width * {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor", ""), 0.0)
        assert x >= -0.5, text.text
        assert x + width <= WIDTH + 0.5, text.text
        assert 0 < float(text.get("y", "0")) < HEIGHT
    for path in root.iter(f"{SVG}path"):
        for x, y in re.findall(r"[ML ](-?[\d.]+) (-?[\d.]+)", path.get("d", "")):
            assert -1 <= float(x) <= WIDTH + 1
            assert -1 <= float(y) <= HEIGHT + 1


def test_the_tangent_has_the_slope_of_the_grad():
    svg = drawn(PARABOLA, **{"from": "-5", "to": "5"})
    (a, b), (c, d) = (
        tuple(map(float, point))
        for point in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", re.search(r'class="tangent" d="([^"]+)"', svg)[1])  # type: ignore[index]
    )
    ticks = dict(re.findall(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="middle" class="tick"[^>]*>([^<]+)<', svg))
    places = sorted((float(x), float(label.replace("−", "-"))) for x, label in ticks.items())
    (left, low), (right, high) = places[0], places[-1]
    heights = {float(label): float(y) for y, label in re.findall(r'y="([\d.]+)" text-anchor="end" class="tick"[^>]*>(\d+)<', svg)}
    per_x, per_y = (right - left) / (high - low), (heights[0.0] - heights[100.0]) / 100.0

    assert ((b - d) / per_y) / ((c - a) / per_x) == pytest.approx(14.0, rel=1e-2)
    assert 'data-slope="14.0"' in svg


def test_long_names_are_cut_and_the_legend_takes_another_row():
    svg = drawn(f"{'W' * 60} = 3.0\n{'M' * 60} = {'W' * 60} ** 2", h="0.5")

    assert "…" in svg
    assert max(float(y) for y in re.findall(r'class="key" d="M[\d.]+ ([\d.]+)', svg)) > 20


def test_letters_come_along_unless_they_are_declined():
    assert "@font-face" in drawn(PARABOLA, font="embed")
    assert "<style" not in drawn(PARABOLA)


@pytest.mark.parametrize("file", ["plot.svg", "check.svg"])
def test_golden_plots(file: str, golden: Callable[[str, str], None]):
    given = {"from": "-5", "to": "5", "h": "1"} if file == "plot.svg" else {}
    golden(f"svg/parabola-{file}", drawn(PARABOLA, file, **given))
