"""A press on a value opens all about it: numbers, rule, terms of its grad, paths, a numeric check."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.workbench import NEURON, SQUARE, Workbench

ORDER = "a = 2.0\nb = 3.0\nc = a + b\nd = a * b\ne = c + d\nf = c * d\ny = e + f\n"


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary")


def look_at(bench: Workbench, key: str) -> Locator:
    bench.node(key).locator(".box").click()
    expect(panel(bench.page)).to_be_visible()
    return panel(bench.page)


def test_all_about_a_value(page: Page) -> None:
    bench = Workbench(page, ORDER)
    about = look_at(bench, "c")
    expect(about.get_by_role("heading", name="c", exact=True)).to_be_visible()
    for text in ("c = a + b", "a + b", "5.0", "7.0", "data: step 1", "ancestors (2)", "descendants (3)"):
        expect(about.get_by_text(text, exact=True).first).to_be_visible()
    expect(about.locator(".term-text")).to_have_text(["f (×): 1.0000 × 6.0000 = 6.0000", "e (+): 1.0000 × 1.0000 = 1.0000"])
    expect(about.locator(".sum")).to_have_text("6.0000 + 1.0000 = 7.0000")
    expect(about.locator(".paths")).to_contain_text("2 paths lead from c to y")
    expect(about.locator(".verdict")).to_have_text("agree")
    expect(about.get_by_role("img", name=re.compile("^Error of the numeric gradient of c"))).to_be_visible()


def test_the_sum_over_paths_is_the_grad(page: Page) -> None:
    about = look_at(Workbench(page, ORDER), "a")
    expect(about.locator(".paths li")).to_have_count(4)
    expect(about.locator(".paths")).to_contain_text("= 25, its grad")


def test_each_term_leads_to_its_step(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    about = look_at(bench, "a")
    about.get_by_role("button", name=re.compile("= 3.0000 ?step 3$")).click()
    bench.expect_step(3, 4)
    expect(about.get_by_role("button", name=re.compile("= 3.0000 ?step 3$"))).to_have_attribute("aria-current", "step")
    expect(about.get_by_role("button", name=re.compile("= 3.0000 ?step 4$"))).to_have_class(re.compile("is-future"))
    about.get_by_role("button", name="Look at b").click()
    expect(about.get_by_role("heading", name="b", exact=True)).to_be_visible()
    about.get_by_role("button", name="data: step 1").click()
    bench.expect_step(1, 4)


def test_the_slider_of_an_input_is_here_too(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    about = look_at(bench, "a")
    about.get_by_role("textbox", name="a, number").fill("5")
    bench.press("Enter")
    expect(bench.number("b", "data")).to_have_text("25.0000")
    expect(about.locator(".sum")).to_have_text("5.0000 + 5.0000 = 10.0000")
    expect(about.locator(".paths")).to_contain_text("10")
    expect(about.locator(".check")).to_contain_text("ours 10")


def test_it_closes_without_a_trace(page: Page) -> None:
    bench = Workbench(page, ORDER)
    look_at(bench, "c")
    expect(bench.node("c")).to_have_class(re.compile("is-selected"))
    page.get_by_role("button", name="Close panel").click()
    expect(panel(page)).to_have_count(0)
    expect(bench.graph.locator(".is-selected")).to_have_count(0)


def test_it_leads_to_the_source_and_survives_an_edit(page: Page) -> None:
    bench = Workbench(page, ORDER)
    about = look_at(bench, "d")
    about.get_by_role("button", name="Go to line 4: d = a * b").click()
    expect(bench.editor).to_be_focused()
    bench.type_program("z = 1.0\n" + ORDER)
    expect(about.get_by_role("button", name="Go to line 5: d = a * b")).to_be_visible()
    bench.type_program(SQUARE)
    expect(panel(page)).to_have_count(0)


def test_the_graph_by_keyboard(page: Page) -> None:
    """Tab to a value, arrows along the edges, Enter looks inside, Escape comes back."""
    bench = Workbench(page, NEURON)
    page.get_by_role("region", name="Graph", exact=True).focus()
    bench.press("Tab")
    x1, n = (page.get_by_role("button", name=re.compile(f"^{name} data")) for name in ("x1", r"\+ n"))
    expect(x1).to_be_focused()
    bench.press("ArrowRight", "ArrowRight", "ArrowRight")
    expect(n).to_be_focused()
    bench.expect_step(15, 15)
    bench.press("ArrowLeft", "ArrowLeft", "ArrowDown")
    expect(x1).not_to_be_focused()
    bench.press("Enter")
    expect(panel(page)).to_be_visible()
    expect(panel(page).get_by_role("heading", level=2)).to_be_focused()
    bench.press("Escape")
    expect(panel(page)).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('g.node')")
    bench.press("Escape", "ArrowLeft")
    bench.expect_step(14, 15)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_the_panel(page: Page, axe: Callable[[Page], list[str]], theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    bench = Workbench(page, SQUARE, f"?theme={theme}&step=3")
    about = look_at(bench, "a")
    expect(about.locator(".verdict")).to_be_visible()
    assert axe(page) == []


def test_on_a_phone_it_is_a_sheet_below_the_graph(browser: Browser, base_url: str) -> None:
    size = {"width": 390, "height": 844}
    context = browser.new_context(base_url=base_url, viewport=size, has_touch=True, is_mobile=True, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        bench = Workbench(page, SQUARE)
        bench.node("a").locator(".box").tap()
        sheet, stage = panel(page).bounding_box(), page.locator(".stage").bounding_box()
        assert sheet
        assert stage
        assert sheet["y"] >= stage["y"] + stage["height"] - 2
        assert sheet["y"] + sheet["height"] <= 845
    finally:
        context.close()


def test_a_folded_part_says_what_it_sums_up_and_asks_nothing_about_one_value(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if re.search("/(paths|check)$", request.url) else None)
    bench = Workbench(page, "n = MLP(3, [4, 4, 1], seed=1)\nx = [2.0, 3.0, -1.0]\ny = n(x)\n", "?collapse=layer")
    about = look_at(bench, "n#2/layers[0]")
    for text in ("4 values", "28 operations, 16 parameters", "data: step 1", "grad: step 6"):
        expect(about.get_by_text(text, exact=True)).to_be_visible()
    expect(about.locator(".exact")).to_have_text([re.compile("^from .* to .*, norm"), re.compile("^from .* to .*, norm 0.41")])
    expect(about).not_to_contain_text("nan")
    expect(about.get_by_role("button", name="Edit")).to_have_count(0)
    about.get_by_role("button", name="Look at x[1]").click()
    expect(about.locator(".term-text")).to_have_text("layers[0] (layer): -0.0686")
    expect(about.locator(".verdict")).to_have_text("agree")
    assert len(asked) == 2, asked
