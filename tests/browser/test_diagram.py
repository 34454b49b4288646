"""Diagrams in the page: they follow the step, the sliders and the pointer, beside the graph, in its place and in a frame."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app.test_diagram import NET
from tests.browser.workbench import NEURON, SQUARE, Workbench

SMALL = """\
n = MLP(2, [2, 1], seed=1)
xs = [[2.0, 3.0], [3.0, -1.0]]
ypred = [n(x) for x in xs]
loss = (ypred[0] - 1.0)**2 + (ypred[1] + 1.0)**2
loss.backward()
"""


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary")


def picture(page: Page) -> Locator:
    return page.locator("svg.stepgrad-diagram")


def opened(page: Page, source: str, query: str = "?lab=diagram", path: str = "/g/") -> Workbench:
    bench = Workbench(page, source, query, path)
    expect(picture(page)).to_be_visible()
    return bench


def test_a_neuron_is_one_click_and_follows_the_steps(page: Page) -> None:
    bench = Workbench(page, NEURON)
    page.get_by_role("button", name="Diagram", exact=True).click()
    expect(page).to_have_url(re.compile("stage=diagram"))
    out = picture(page).locator('g.cell[data-key="o"]')
    expect(out.locator('[data-field="grad"]')).to_have_text("1.0000")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    bench.press("Home")
    expect(out.locator('[data-field="data"]')).to_have_text("—")
    expect(picture(page).locator(".tangent")).to_have_attribute("d", "M0 0")
    bench.press("ArrowRight")
    line = picture(page).locator('g.link[data-key="w1"]')
    expect(line).to_have_class(re.compile(r"is-negative.*is-active.*is-forward|is-active"))
    expect(line.locator("[data-slot]").first).to_have_text("-3.0000")
    bench.press("End")
    expect(out.locator('[data-field="data"]')).to_have_text("0.7071")
    expect(picture(page).locator(".slope")).to_have_text("slope 0.5000")
    assert not [url for url in asked if "diagram" in url], "a step needs no server"


def test_the_page_and_the_picture_show_the_same(page: Page) -> None:
    """Numbers, widths, sizes, and what is marked: the browser fills a diagram as the server does."""
    bench = opened(page, SMALL)
    count = page.evaluate("document.querySelector('svg.stepgrad').dataset.steps")
    for step in (1, 5, 20, int(count) - 1):
        bench.open(page.url.split("?")[0] + f"?lab=diagram&step={step}")
        expect(picture(page)).to_be_visible()
        address = panel(page).get_by_role("link", name="SVG").get_attribute("href") or ""
        theirs = page.request.get(address).text()
        state = """svg => ({
            numbers: [...svg.querySelectorAll('[data-slot]')].map((t) => [t.dataset.slot, t.textContent]),
            marked: [...svg.querySelectorAll('g.is-active')].map((g) => g.dataset.node + g.dataset.product),
            signs: [...svg.querySelectorAll('g.link')].map((g) => g.classList.contains('is-negative')),
            widths: [...svg.querySelectorAll('g.link .line')].map(
                (l) => Number(l.style.strokeWidth || l.getAttribute('stroke-width'))),
            dots: [...svg.querySelectorAll('.dot')].map((d) => Number(d.getAttribute('r'))),
            ends: [...svg.querySelectorAll('.end')].map((t) => t.textContent),
        })"""
        ours = picture(page).evaluate(state)
        drawn = page.evaluate(
            f"text => ({state})(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement)", theirs
        )
        assert ours.pop("widths") == pytest.approx(drawn.pop("widths"), abs=0.06)
        assert ours.pop("dots") == pytest.approx(drawn.pop("dots"), abs=0.06)
        assert ours == drawn, f"step {step}"


def test_a_slider_bends_the_neuron_without_the_server(page: Page) -> None:
    opened(page, NEURON)
    thick = "Number(document.querySelector('.stepgrad-diagram g.link[data-key=w1] .line').style.strokeWidth)"
    before = page.evaluate(thick)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#inputs summary").click()
    field = page.locator("#inputs").get_by_label("w1", exact=True).last
    field.fill("0.5")
    field.press("Enter")
    expect(picture(page).locator('g.link[data-key="w1"] [data-field="data"]').first).to_have_text("0.5000")
    expect(picture(page).locator('g.link[data-key="w1"]')).to_have_class(re.compile("is-positive"))
    assert page.evaluate(thick) < before
    assert not [url for url in asked if "diagram" in url]


def test_the_example_is_that_of_the_step_or_the_one_that_is_chosen(page: Page) -> None:
    bench = opened(page, NET, "?lab=diagram&step=1")
    names = picture(page).locator("g.cell .name")
    expect(names.last).to_have_text("ypred[0]")
    bench.open(page.url.replace("step=1", "step=5"))
    expect(names.last).to_have_text("ypred[1]")
    page.get_by_role("combobox", name="Example").select_option(label="n, example 4 of 4")
    expect(names.last).to_have_text("ypred[3]")
    bench.press("Escape")
    page.get_by_role("combobox", name="Example").select_option(label="of the step")
    expect(names.last).to_have_text("ypred[1]")


def test_a_folded_step_is_the_same_in_the_page_and_in_its_picture(page: Page) -> None:
    bench = opened(page, NET, "?lab=diagram&step=5")
    told = """svg => [...svg.querySelectorAll('[data-slot]')].map((t) => [t.dataset.slot, t.textContent]).concat(
        [...svg.querySelectorAll('g.is-active')].map((g) => g.dataset.node + g.dataset.product))"""
    for step in (5, 14, 30):
        bench.open(page.url.split("?")[0] + f"?lab=diagram&step={step}")
        expect(picture(page)).to_be_visible()
        theirs = page.request.get(panel(page).get_by_role("link", name="SVG").get_attribute("href") or "").text()
        read = f"text => ({told})(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement)"
        assert picture(page).evaluate(told) == page.evaluate(read, theirs), step


@pytest.mark.parametrize("more", ["", "loss.backward()\n"], ids=["computed here", "asked for"])
def test_what_the_graph_folds_the_diagram_shows(page: Page, more: str) -> None:
    """The graph shows a box for a layer; its neurons' numbers are computed here, or, of several passes, by the server."""
    bench = opened(page, NET + more, "?stage=diagram")
    expect(bench.graph.locator("g.node.group").first).to_be_attached()
    hidden = picture(page).locator("g.cell.operation").first.locator("[data-slot]")
    expect(hidden.first).to_have_text("-0.38")
    expect(hidden.last).not_to_have_text("—")
    bench.press("Home")
    expect(hidden.first).to_have_text("—")
    bench.press("ArrowRight")
    expect(hidden.first).to_have_text("-0.38")
    expect(picture(page).locator("g.cell.is-active.is-forward")).to_have_count(4)
    expect(picture(page).locator("g.link.is-active.is-forward")).to_have_count(12)


def test_a_neuron_of_a_network_is_looked_into_and_left(page: Page) -> None:
    opened(page, SMALL)
    picture(page).locator("g.cell.operation").first.click()
    panel(page).get_by_role("button", name="Only this neuron").click()
    expect(picture(page)).to_have_attribute("data-view", "neuron")
    expect(picture(page).locator(".curve")).to_be_visible()
    panel(page).get_by_role("button", name="Whole network").click()
    expect(picture(page)).to_have_attribute("data-view", "network")


def test_pointing_shows_the_value_everywhere(page: Page) -> None:
    bench = opened(page, NEURON)
    picture(page).locator('g.cell[data-key="x1"]').hover()
    expect(bench.node("x1")).to_have_class(re.compile("is-hover"))
    expect(panel(page)).to_contain_text("x1: data 2.0, grad -1.49999")
    picture(page).locator('g.cell[data-key="x1"]').click()
    expect(bench.node("x1")).to_have_class(re.compile("is-selected"))
    bench.node("w1").hover()
    expect(picture(page).locator('g.link[data-key="w1"]')).to_have_class(re.compile("is-hover"))


def test_by_keyboard_alone(page: Page) -> None:
    bench = opened(page, SMALL)
    first = picture(page).locator('g[role="button"][tabindex="0"]')
    first.focus()
    expect(first).to_have_accessible_name(re.compile(r"xs\[0\]\[0\]"))
    bench.press("ArrowRight", "ArrowRight")
    here = picture(page).locator('g[role="button"]:focus')
    expect(here).to_have_attribute("data-key", "ypred[0]")
    bench.press("ArrowLeft", "Enter")
    button = panel(page).get_by_role("button", name="Only this neuron")
    button.focus()
    bench.press("Enter")
    expect(picture(page)).to_have_attribute("data-view", "neuron")


def test_in_the_place_of_the_graph_and_back(page: Page) -> None:
    bench = opened(page, NEURON)
    beside = picture(page).bounding_box()
    panel(page).get_by_role("button", name="Only the diagram").click()
    expect(panel(page)).to_have_count(0)
    expect(page.get_by_role("region", name="Diagram", exact=True)).to_be_visible()
    expect(bench.node("x1")).not_to_be_visible()
    large = picture(page).bounding_box()
    assert beside
    assert large
    assert large["height"] > 1.3 * beside["height"]
    picture(page).locator('g.cell[data-key="x1"]').click()
    expect(panel(page)).to_contain_text("kind")
    expect(picture(page)).to_be_visible()
    bench.press("Home")
    page.get_by_role("button", name="Diagram", exact=True).click()
    expect(bench.node("x1")).to_be_visible()
    expect(bench.number("o", "data")).to_have_text("—")
    expect(page).not_to_have_url(re.compile("stage="))


def test_its_picture_can_be_shared(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench = opened(page, NET, "?lab=diagram&step=5")
    address = bench.copied("Copy diagram link")
    assert "/diagram.svg?step=5&collapse=auto&example=2" in address
    assert "ypred[1]" in page.request.get(address).text()
    bench.open(page.url.replace("lab=", "stage="))
    expect(picture(page)).to_be_visible()
    assert bench.copied("Copy image link") == address
    assert "![Diagram, step 5 of " in bench.copied("Copy Markdown")


def test_a_diagram_in_the_graphs_place_is_not_beside_it_as_well(page: Page) -> None:
    """An address that asks for both shows one; moved beside the graph, it is there."""
    opened(page, NEURON, "?stage=diagram&lab=diagram")
    expect(panel(page)).to_have_count(0)
    page.get_by_role("button", name="Beside the graph").click()
    expect(panel(page).locator("svg.stepgrad-diagram")).to_be_visible()


def test_a_question_is_not_given_away(page: Page) -> None:
    opened(page, NEURON, "?stage=diagram&quiz=grad:w1")
    weight = picture(page).locator('g.link[data-key="w1"] [data-field="grad"]').first
    expect(weight).to_have_text("?")
    picture(page).locator('g.link[data-key="w1"] .box').click()
    expect(page.locator("[data-announcer]")).to_have_text("First find the hidden numbers.")
    expect(page.locator(".diagram-said")).to_have_text("")


def test_a_program_without_a_neuron_says_what_to_write(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?lab=diagram")
    expect(panel(page)).to_contain_text("Write one, such as o = tanh(x1*w1 + x2*w2 + b)")
    bench.type_program("x = 1.0\nw = 2.0\no = tanh(x*w)")
    expect(picture(page)).to_be_visible()


@pytest.mark.parametrize("shown_as", ["lab=diagram", "stage=diagram"])
def test_in_a_frame(page: Page, shown_as: str) -> None:
    bench = opened(page, SMALL, f"?{shown_as}&step=20", "/embed/")
    bench.expect_step(20)
    grad = picture(page).locator('.loss [data-field="grad"]')
    expect(grad).to_have_text("—")
    bench.press("End")
    expect(grad).to_have_text("1.00")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("source", [NEURON, SMALL], ids=["neuron", "network"])
def test_axe_finds_nothing(page: Page, axe: Callable[[Page], list[str]], source: str, theme: str) -> None:
    for step in (0, 7):
        for shown_as in ("lab", "stage"):
            bench = opened(page, source, f"?{shown_as}=diagram&theme={theme}&step={step}")
            assert axe(page) == []
    bench.press("End")
    assert axe(page) == []


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_it_fits_every_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, SMALL)
    box = picture(page).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["height"] > 120
