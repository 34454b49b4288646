"""Of a large graph only what is in sight is drawn: nobody may notice."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.workbench import Workbench

LONG = "y = Value(0.5)\nfor i in range(150):\n    y = y.tanh() + 0.1\n"
WHOLE = """() => { const stage = document.querySelector('.stage').getBoundingClientRect();
    return ![...document.querySelectorAll('g.node.is-away .box, g.edge.is-away .line')].some((shape) => {
        const away = shape.closest('.is-away');
        away.classList.remove('is-away');
        const r = shape.getBoundingClientRect();
        away.classList.add('is-away');
        return r.right > stage.left && r.left < stage.right && r.bottom > stage.top && r.top < stage.bottom }) }"""
"""Whether nothing that would be in sight is left out."""


def opened(page: Page, query: str = "") -> Workbench:
    return Workbench(page, LONG, f"?collapse=none{query}")


def test_what_is_in_sight_is_drawn_and_nothing_else(page: Page) -> None:
    bench = opened(page, "&step=200")
    expect(bench.graph.locator("g.node.is-active")).to_be_in_viewport()
    away = bench.graph.locator("g.node.is-away")
    assert away.count() > 150
    expect(away.nth(1)).to_be_hidden()  # the first one is where the keyboard is
    # Wherever one goes, there is no hole.
    for keys in (("Home",), ("End",), ("f", "+", "+", "+", "+"), ("-", "-", "-")):
        bench.press(*keys)
        page.wait_for_function(WHOLE)


def test_a_hand_that_pans_finds_numbers(page: Page) -> None:
    bench = opened(page, "&step=end")
    far = bench.node("y")
    stage = page.locator("#stage").bounding_box()
    assert stage
    x, y = stage["x"] + 200, stage["y"] + stage["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 600, y, steps=6)
    page.mouse.up()
    page.wait_for_function(WHOLE)
    bench.press("Home")
    page.locator("#inputs summary").click()
    bench.press("f")
    page.wait_for_timeout(600)
    # Too small to be read, and still right: a reader of the page finds the number.
    bench.press("End")
    expect(far.locator('[data-slot$=".data"]')).to_have_text(re.compile(r"^\d\.\d{4}$"))


def test_the_keyboard_goes_where_nothing_was_drawn(page: Page) -> None:
    bench = opened(page, "&step=0")
    page.locator("g.node[tabindex='0']").focus()
    for _ in range(12):
        bench.press("ArrowRight")
        focused = page.locator("g.node:focus")
        expect(focused).to_be_in_viewport()
    expect(focused).to_have_attribute("data-op", re.compile("tanh|add"))


def test_paper_shows_all(page: Page) -> None:
    bench = opened(page)
    assert bench.graph.locator("g.node.is-away").count() > 150
    page.emulate_media(media="print")
    expect(bench.graph.locator("g.node.is-away").nth(1)).to_be_visible()


def test_small_graphs_are_drawn_whole(page: Page) -> None:
    bench = Workbench(page, "a = 2.0\nb = a * a\n")
    for _ in range(8):
        bench.press("+")
    expect(bench.graph.locator(".is-away")).to_have_count(0)
