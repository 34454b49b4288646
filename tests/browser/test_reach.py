"""Everybody can use it: keyboard, screen reader, both themes, a phone, reduced motion; and nothing is cut off."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.workbench import NEURON, SQUARE, Workbench

Axe = Callable[[Page], list[str]]

PHONE = {"width": 390, "height": 844}

WIDE = """a_long_name_of_an_input = -123456.789
α = 0.00001234
b = a_long_name_of_an_input * α
WWWWMMMM = exp(b) ** 2
o = max(WWWWMMMM, α).tanh()
"""
REFUSALS = """window.refused = [];
document.addEventListener('securitypolicyviolation', (e) => window.refused.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def nothing_wrong(axe: Axe, page: Page, state: str) -> None:
    assert axe(page) == [], state


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_axe_finds_nothing_in_any_state(page: Page, axe: Axe, theme: str) -> None:
    bench = Workbench(page, NEURON, f"?theme={theme}&step=3")
    nothing_wrong(axe, page, "forward")
    bench.press("End")
    nothing_wrong(axe, page, "backward")
    page.locator("#values summary").click()
    expect(page.get_by_role("table")).to_be_visible()
    nothing_wrong(axe, page, "table")
    for menu in ("Examples", "View", "Share"):
        bench.menu(menu)
        nothing_wrong(axe, page, menu)
        bench.press("Escape")
    bench.press("?")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    nothing_wrong(axe, page, "help")
    bench.press("Escape")
    bench.type_program("print(2.0)\na = 1.0\nb = tahn(a)\n")
    expect(page.locator(".problem")).to_be_visible()
    nothing_wrong(axe, page, "error")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_a_phone(page: Page, axe: Axe, theme: str) -> None:
    page.set_viewport_size(PHONE)
    bench = Workbench(page, NEURON, f"?theme={theme}")
    nothing_wrong(axe, page, "phone")
    for menu in ("Examples", "View", "Share"):
        bench.menu(menu)
        nothing_wrong(axe, page, f"phone, {menu}")
        bench.press("Escape")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_embed(page: Page, axe: Axe, theme: str) -> None:
    Workbench(page, NEURON, f"?theme={theme}&bg=theme&step=9", path="/embed/")
    nothing_wrong(axe, page, "embed")


def test_a_phone_shows_all_without_overflow(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        bench = Workbench(page, NEURON, "?step=4")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        stage, steps, editor = (page.locator(part).bounding_box() for part in (".stage", ".timeline", "#editor"))
        assert stage
        assert steps
        assert editor
        assert stage["height"] > 250
        assert stage["y"] < steps["y"] < editor["y"]
        page.get_by_role("button", name="Forward", exact=True).tap()
        bench.expect_step(5)
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, select, summary, input[type=range]')]
                .filter((e) => e.checkVisibility()).map((e) => [e.ariaLabel || e.textContent, e.getBoundingClientRect()])
                .filter(([, r]) => r.width && (r.width < 40 || r.height < 40))
                .map(([name, r]) => `${name} ${r.width}x${r.height}`)"""
        )
        assert small == []
        for menu in ("Examples", "View", "Share"):
            panel = bench.menu(menu)
            box = panel.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            bench.press("Escape")
    finally:
        context.close()


def test_the_active_node_is_kept_in_sight(page: Page) -> None:
    page.set_viewport_size(PHONE)
    bench = Workbench(page, NEURON)
    bench.press("Home")
    for _ in range(6):
        bench.press("ArrowRight")
        inside = page.evaluate(
            """() => { const s = document.querySelector('.stage').getBoundingClientRect();
                const r = document.querySelector('g.node.is-active .box').getBoundingClientRect();
                return r.left >= s.left && r.right <= s.right && r.top >= s.top && r.bottom <= s.bottom }"""
        )
        assert inside


def test_the_step_is_spoken(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.press("Home", "ArrowRight")
    spoken = page.locator("[data-announcer]")
    expect(spoken).to_have_attribute("aria-live", "polite")
    sentence = page.locator(".sentence-text").inner_text()
    expect(spoken).to_have_text(f"Step 1 of 4. Forward. {sentence}")


def test_an_error_is_spoken(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.type_program("a = tahn(1.0)\n")
    expect(page.locator("[data-announcer]")).to_contain_text("Error. Line 1.")


def test_copying_is_spoken(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench = Workbench(page, SQUARE)
    bench.copied("Copy link")
    expect(page.locator("[data-announcer]")).to_have_text("Link copied.")


def test_all_values_are_in_a_table(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?step=3")
    page.locator("#values summary").click()
    row = page.get_by_role("row", name=re.compile("^a "))
    expect(row.get_by_role("cell")).to_have_text(["input", "3.0000", "3.0000"])
    bench.press("Escape", "End")
    expect(row.get_by_role("cell")).to_have_text(["input", "3.0000", "6.0000"])
    expect(row).to_have_attribute("aria-current", "step")


def test_everything_by_keyboard(page: Page) -> None:
    """From the first Tab to a copied link, without a mouse; the focus is always visible."""
    Workbench(page, SQUARE)
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => { let e = document.activeElement; while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
                return e.ariaLabel || e.textContent.trim().slice(0, 40) }"""
        )
        seen.append(name)
        if name == "Speed":
            break
    wanted = ["Skip to the graph", "stepgrad", "Examples", "View", "Share", "Light or dark", "Help", "Program", "All values",
              "Width of the program", "Graph", "Zoom in", "Fit the whole graph", "First", "Play", "Last", "Step",
              "Speed"]  # fmt: skip
    assert [name for name in wanted if name not in seen] == []


def test_menus_open_and_close_by_keyboard(page: Page) -> None:
    Workbench(page, SQUARE)
    button = page.get_by_role("button", name="Examples", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_the_help_sheet_shows_the_keys(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.press("?")
    sheet = page.get_by_role("dialog", name="Help")
    for text in ("Next step", "Step back", "Play or pause", "Leave the program"):
        expect(sheet.get_by_text(text)).to_be_visible()
    bench.press("Escape")
    expect(sheet).to_be_hidden()


def test_reduced_motion_moves_nothing(page: Page) -> None:
    """The tests' browser asks for reduced motion: an edit must not start an animation."""
    bench = Workbench(page, SQUARE)
    bench.type_program(SQUARE + "c = b + 1.0\n")
    expect(bench.node("c")).to_be_attached()
    assert page.evaluate("document.getAnimations().filter((a) => a.effect.target.closest?.('.stage')).length") == 0


def test_motion_moves_nodes_by_key(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url, reduced_motion="no-preference")
    try:
        page = context.new_page()
        bench = Workbench(page, SQUARE)
        page.evaluate(
            """() => { window.moved = []; const animate = Element.prototype.animate;
                Element.prototype.animate = function (frames, timing) {
                    window.moved.push(this.dataset.key); return animate.call(this, frames, timing) } }"""
        )
        bench.type_program(SQUARE + "c = b + 1.0\n")
        expect(bench.node("c")).to_be_attached()
        assert {"a", "b", "c"} <= set(page.evaluate("window.moved"))
    finally:
        context.close()


@pytest.mark.parametrize("style", ["micrograd", "compact"])
def test_no_text_leaves_its_box(page: Page, style: str) -> None:
    bench = Workbench(page, WIDE, f"?style={style}")
    page.evaluate("document.fonts.ready")
    expect(bench.node("o")).to_be_attached()
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg.stepgrad g.node')].flatMap((node) => {
            const boxes = [...node.querySelectorAll('.box, .op')].map((e) => e.getBBox());
            return [...node.querySelectorAll('text')].filter((text) => { const t = text.getBBox();
                return t.width && !boxes.some((b) => t.x >= b.x - 0.5 && t.x + t.width <= b.x + b.width + 0.5
                    && t.y + t.height / 2 >= b.y && t.y + t.height / 2 <= b.y + b.height) }).map((text) => text.textContent) })"""
    )
    assert outside == []


def test_the_security_policy_reports_nothing(page: Page) -> None:
    page.add_init_script(REFUSALS)
    bench = Workbench(page, NEURON)
    bench.type_program(NEURON + "p = o.tanh()\n")
    expect(bench.node("p")).to_be_attached()
    for menu in ("Examples", "View", "Share"):
        bench.menu(menu)
        bench.press("Escape")
    bench.press("?", "Escape", "Home", "ArrowRight")
    page.locator(".cm-line").first.hover()
    page.wait_for_timeout(400)
    assert page.evaluate("window.refused") == []
    bench.open(page.url.replace("/g/", "/embed/"))
    assert page.evaluate("window.refused") == []


STROKES = """(marks) => Object.fromEntries(Object.entries(marks).map(([name, selector]) => {
    const style = getComputedStyle(document.querySelector(selector));
    return [name, `${style.strokeWidth} ${style.strokeDasharray}`];
}))"""
"""How lines are drawn, but for their colour."""


def test_whoever_sees_no_colours_sees_the_step_too(page: Page) -> None:
    """Where a step is at work, and which pass it belongs to, can be told by widths and dashes alone."""
    bench = Workbench(page, "x = 2.0\ny = x * 3 + 1\n", "?step=1&theme=light&style=micrograd")
    marks = {
        "edge at work": ".stepgrad .edge:is(.is-read, .is-active) .line",
        "edge": ".stepgrad .edge:not(.is-read, .is-active) .line",
        "box at work": ".stepgrad .node.is-active .box",
        "box": ".stepgrad .node:not(.is-read, .is-active, .is-output) .box",
    }
    forward = page.evaluate(STROKES, marks)
    bench.press("End")
    bench.press("ArrowLeft")
    expect(page.locator(".chip")).to_have_text("Backward")
    backward = page.evaluate(STROKES, marks)

    for seen in (forward, backward):
        assert seen["edge at work"] != seen["edge"]
        assert seen["box at work"] != seen["box"]
    assert forward["edge at work"] != backward["edge at work"]
    assert (
        page.locator(".band").evaluate_all("(bands) => new Set(bands.map((each) => getComputedStyle(each).borderTopStyle)).size")
        == 2
    )
