"""What the picture shows besides: labels at edges, colours, order, one step for an operation; and each is in the address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.workbench import NEURON, SQUARE, Workbench, code


def test_labels_at_edges_follow_the_steps_and_the_sliders(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?step=start")
    bench.menu("View").get_by_label("At the edges").select_option("contribution")
    label = bench.graph.locator('[data-slot="e0.contribution"]')
    expect(label).to_have_text("—")
    bench.press("Escape", "End")
    expect(label).to_have_text("3.0000")
    expect(page).to_have_url(re.compile("edges=contribution"))
    page.locator("#inputs summary").click()
    page.get_by_role("textbox", name="a, number").fill("4")
    bench.press("Enter")
    expect(label).to_have_text("4.0000")


def test_an_edge_says_its_local_derivative(page: Page) -> None:
    bench = Workbench(page, NEURON)
    expect(page.locator(".formula .katex")).to_be_visible()
    bench.graph.locator('g.edge[data-to="n9"] .hit').hover(force=True)
    tip = page.get_by_role("tooltip")
    expect(tip.locator("annotation")).to_have_text(re.compile(r"1 - o\^2"))
    expect(tip).to_contain_text("sends back 1 × 0.5 = 0.5")
    page.mouse.move(5, 5)
    expect(tip).to_have_count(0)


def test_one_step_for_all_that_an_operation_sends_back(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?steps=node")
    bench.expect_step(3, 3)
    bench.press("ArrowLeft", "ArrowRight")
    expect(bench.graph.locator("g.edge.is-active")).to_have_count(2)
    expect(bench.number("a", "grad")).to_have_text("6.0000")
    page.locator("#inputs summary").click()
    page.get_by_role("textbox", name="a, number").fill("5")
    bench.press("Enter")
    expect(bench.number("a", "grad")).to_have_text("10.0000")


def test_colours_follow_the_numbers(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?color=grad&step=start")
    box = bench.node("a").locator(".box")
    fill = lambda: box.evaluate("(e) => getComputedStyle(e).fill")  # noqa: E731
    white = fill()
    bench.press("End")
    expect(bench.graph.locator(".legend .high").first).to_have_text("6.0000")
    assert fill() != white
    assert float(bench.graph.locator(".edge .line").first.evaluate("(e) => e.style.strokeWidth")) > 4


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_axe_finds_nothing_on_tints(page: Page, axe: Callable[[Page], list[str]], theme: str) -> None:
    Workbench(page, NEURON, f"?color=data&edges=local&number=order&theme={theme}")
    assert axe(page) == []


def test_one_operation_is_taken_apart_and_folded(page: Page) -> None:
    bench = Workbench(page, NEURON)
    bench.node("o").locator(".box").click()
    about = page.get_by_role("complementary")
    about.get_by_role("button", name="Take tanh apart").click()
    expect(bench.graph.locator("g.node[data-op=exp]")).to_have_count(1)
    expect(page).to_have_url(re.compile("expand=tanh"))
    about.get_by_role("button", name="Fold tanh").click()
    expect(bench.graph.locator("g.node[data-op=exp]")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("expand"))


def test_only_ancestors_are_lit_and_the_address_says_so(page: Page) -> None:
    bench = Workbench(page, NEURON)
    bench.node("n").locator(".box").click()
    toggle = page.get_by_role("complementary").get_by_role("button", name=re.compile("^ancestors"))
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(bench.node("o")).to_have_class(re.compile("is-dimmed"))
    expect(page).to_have_url(re.compile("highlight=ancestors:n"))
    bench.menu("View").get_by_role("button", name="Show all").click()
    expect(bench.graph.locator(".is-dimmed")).to_have_count(0)


def test_a_press_on_an_operation_takes_it_apart_and_folds_it_back(page: Page) -> None:
    """tanh ⇄ its exp form, that of this value alone; a box that cannot be taken apart is looked into as ever."""
    bench = Workbench(page, NEURON)
    bench.node("o").locator(".op").click()
    expect(page).to_have_url(re.compile("expand=tanh%40o|expand=tanh@o"))
    expect(bench.graph.locator("g.node[data-op=tanh]")).to_have_count(0)
    expect(page.locator("[data-announcer]")).to_have_text("tanh is taken apart.")
    # What was taken apart is still in sight, though the picture grew.
    expect(bench.node("o")).to_be_in_viewport()
    bench.graph.locator("g.node[data-op=exp] .op").first.click()
    expect(bench.graph.locator("g.node[data-op=tanh]")).to_have_count(1)
    expect(page).not_to_have_url(re.compile("expand"))
    bench.node("n").locator(".op").click()
    expect(page.locator(".dock-title")).to_have_text("n")


def test_constants_are_hidden_and_the_order_numbered_from_the_menu(page: Page) -> None:
    bench = Workbench(page, "a = 3.0\nb = a * 2.0 + 1.0\n")
    constants = bench.graph.locator("g.node[data-kind=constant]")
    expect(constants).to_have_count(2)
    view = bench.menu("View")
    view.get_by_label("Constants", exact=True).select_option("constants")
    expect(constants).to_have_count(0)
    expect(bench.number("b", "data")).to_have_text("7.0000")
    view.get_by_label("Order of evaluation").select_option("order")
    expect(bench.graph.locator("g.order .place").first).to_be_attached()
    expect(page).to_have_url(re.compile("hide=constants.*number=order|number=order.*hide=constants"))


NET = "n = MLP(2, [2, 1], seed=1)\nx = [1.0, -2.0]\no = n(x)\no.backward()\no.backward()\n"
SEEN = """svg => ({
    numbers: Object.fromEntries([...svg.querySelectorAll('[data-slot]')].map((text) => [text.dataset.slot, text.textContent])),
    boxes: [...new Set([...svg.querySelectorAll('g.node.is-active')].map((box) => box.dataset.node))].sort(),
    edges: [...svg.querySelectorAll('g.edge:is(.is-active, .is-read)')].map((edge) => edge.dataset.edge).sort(),
})"""


@pytest.mark.parametrize(
    ("source", "query"),
    [
        (NEURON, "edges=local"),
        (NET, "collapse=layer&edges=contribution"),
        (NET, "collapse=layer&steps=node"),
        (SQUARE, "leaves=split"),
    ],
)
def test_the_page_and_the_picture_show_the_same(page: Page, source: str, query: str) -> None:
    """Numbers and marks at every step: the browser fills a picture as the server does. Of a value that is drawn at each of its
    uses the page marks the one at work, a picture all."""
    bench = Workbench(page, source, f"?{query}&step=start")
    count = int(bench.graph.get_attribute("data-steps") or 0)
    assert count
    for step in range(count):  # the last is shown as finished, with nothing marked
        bench.expect_step(step, count)
        theirs = page.request.get(f"/g/{code(source)}.svg?{query}&step={step}").text()
        parsed = f"(text) => ({SEEN})(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement)"
        assert bench.graph.evaluate(SEEN) == page.evaluate(parsed, theirs), step
        bench.press("ArrowRight")


def test_a_turn_of_a_loop_is_looked_at(page: Page) -> None:
    """The turn alone, with what was printed until then; a link to it opens it; emptied, the field shows the whole run again."""
    turn = "    loss = (w - 1) ** 2\n    w.grad = 0.0\n    loss.backward()\n    w.data -= 0.1 * w.grad\n"
    bench = Workbench(page, "w = 5.0\nfor k in range(6):\n" + turn)
    field = bench.menu("View").get_by_label("Turn", exact=True)
    expect(field).to_have_value("")
    field.fill("3")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]turn=3"))
    expect(bench.node("loss#3")).to_have_count(1)
    expect(bench.number("loss#3", "data")).to_have_text("6.5536")
    page.reload()
    expect(bench.number("loss#3", "data")).to_have_text("6.5536")
    field = bench.menu("View").get_by_label("Turn", exact=True)
    expect(field).to_have_value("3")
    field.fill("")
    field.press("Enter")
    expect(page).not_to_have_url(re.compile("turn="))
