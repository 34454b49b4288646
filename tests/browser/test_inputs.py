"""Every input has a slider: turning it turns everything, without a layout, and it can be taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from stepgrad.engine.language import run
from tests.browser.workbench import NEURON, SQUARE, Workbench

PHONE = {"width": 390, "height": 844}


def opened(page: Page) -> Locator:
    page.locator("#inputs summary").click()
    return page.get_by_role("group", name="Inputs")


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def test_a_slider_moves_data_grads_and_words(page: Page) -> None:
    bench = Workbench(page, NEURON)
    opened(page)
    slider(page, "x1").focus()
    bench.press("ArrowRight", "ArrowUp", "Shift+ArrowLeft")
    expect(bench.number("x1", "data")).to_have_text("2.0950")
    trace = run(NEURON, {"x1": 2.095})
    for node in trace.nodes:
        expect(bench.number(node.key, "data")).to_have_text(f"{node.data:.4f}")
        expect(bench.number(node.key, "grad")).to_have_text(f"{node.grad:.4f}")
    expect(page.locator(".formula annotation")).to_contain_text("2.095")


def test_dragging_asks_for_no_layout(page: Page) -> None:
    """What is drawn stays the very same elements, and they show each number while the pointer is still down."""
    bench = Workbench(page, NEURON)
    opened(page)
    page.evaluate("window.before = document.querySelector('svg.stepgrad')")
    box = slider(page, "b").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.6, middle)
    page.mouse.down()
    for part in (0.5, 0.52, 0.55, 0.6):
        before = bench.number("o", "data").text_content() or ""
        page.mouse.move(box["x"] + box["width"] * part, middle)
        expect(bench.number("o", "data")).not_to_have_text(before)
    page.mouse.up()
    page.wait_for_timeout(400)
    assert page.evaluate("window.before === document.querySelector('svg.stepgrad')")


def test_a_number_is_typed_and_widens_the_range(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    opened(page)
    field = page.get_by_role("textbox", name="a, number")
    field.fill("30")
    bench.press("Enter")
    expect(bench.number("b", "data")).to_have_text("900.000")  # as much as its box holds
    expect(bench.number("a", "grad")).to_have_text("60.0000")
    assert float(slider(page, "a").get_attribute("max") or 0) >= 30
    page.get_by_role("textbox", name="a, to").fill("40")
    bench.press("Enter")
    expect(slider(page, "a")).to_have_attribute("max", "40")
    field.fill("nonsense")
    bench.press("Enter")
    expect(field).to_have_value("30.0")


def test_a_number_is_written_into_the_program_or_taken_back(page: Page) -> None:
    bench = Workbench(page, "a, b = 3.0, -1.5  # two\nc = a * b\n")
    opened(page)
    slider(page, "b").focus()
    bench.press("ArrowRight")
    expect(bench.number("c", "data")).to_have_text("-4.3500")
    page.get_by_role("button", name="Write into the program: b").click()
    expect(bench.editor).to_contain_text("a, b = 3.0, -1.45  # two")
    expect(bench.number("c", "data")).to_have_text("-4.3500")
    slider(page, "a").focus()
    bench.press("ArrowRight")
    expect(bench.number("c", "data")).not_to_have_text("-4.3500")
    page.get_by_role("button", name="Reset a", exact=True).click()
    expect(bench.number("c", "data")).to_have_text("-4.3500")


def test_edits_are_undone_and_done_again(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    opened(page)
    slider(page, "a").focus()
    bench.press("ArrowRight")
    expect(bench.number("b", "data")).to_have_text("9.3025")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_attribute("aria-disabled", "false")
    bench.type_program("a = 3.0\nb = a + a\n")
    expect(bench.number("b", "data")).to_have_text("6.1000")
    bench.leave_editor()
    bench.press("Control+z")
    expect(bench.number("b", "data")).to_have_text("9.3025")
    bench.press("Control+z")
    expect(bench.number("b", "data")).to_have_text("9.0000")
    bench.press("Control+Shift+Z")
    expect(bench.number("b", "data")).to_have_text("9.3025")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(bench.number("b", "data")).to_have_text("9.0000")


def test_an_undefined_name_gets_a_slider(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.type_program("y = c * 2.0\n")
    page.get_by_role("button", name="Add c = 1.0").click()
    expect(slider(page, "c")).to_be_visible()
    expect(bench.number("y", "data")).to_have_text("2.0000")


def test_another_way_through_the_program_is_another_picture(page: Page) -> None:
    """What an `if` does only the program knows: the server is asked when the slider rests."""
    bench = Workbench(page, "x = 2.0\nif x > 0:\n    y = x * x\nelse:\n    y = x + x\n")
    opened(page)
    field = page.get_by_role("textbox", name="x, number")
    field.fill("-3")
    bench.press("Enter")
    expect(bench.graph.locator("g.node[data-op=add]")).to_have_count(1)
    expect(bench.number("y", "data")).to_have_text("-6.0000")
    page.get_by_role("button", name="Reset x").click()
    expect(bench.number("y", "data")).to_have_text("4.0000")


def test_updates_follow_too(page: Page) -> None:
    bench = Workbench(page, "p = 2.0\nq = p * p\nq.backward()\np.data -= 0.1 * p.grad\n")
    opened(page)
    page.get_by_role("textbox", name="p, number").fill("1")
    bench.press("Enter")
    expect(bench.number("p", "data")).to_have_text("0.8000")


def test_the_server_hears_numbers_only_beside_the_program(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    opened(page)
    slider(page, "a").focus()
    with page.expect_request(lambda request: request.method == "POST") as told:
        bench.press("ArrowRight")
    assert json.loads(told.value.post_data or "")["inputs"] == {"a": 3.05}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_nothing_in_the_inputs(page: Page, axe: Callable[[Page], list[str]], theme: str, phone: bool) -> None:
    if phone:
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    bench = Workbench(page, NEURON, f"?theme={theme}")
    opened(page)
    slider(page, "x1").focus()
    bench.press("ArrowRight")
    expect(page.get_by_role("button", name="Reset x1")).to_be_enabled()
    assert axe(page) == []


def test_on_a_phone_the_graph_stays_in_sight(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    Workbench(page, NEURON)
    opened(page)
    slider(page, "b").scroll_into_view_if_needed()
    expect(page.locator(".stage")).to_be_in_viewport(ratio=0.9)
    expect(slider(page, "b")).to_be_in_viewport()
    assert re.search("sticky", page.evaluate("getComputedStyle(document.querySelector('.stage')).position"))


def test_the_numbers_are_in_the_address(page: Page, browser: Browser, base_url: str) -> None:
    """A link shows the same numbers to somebody else, and they can go back to the program's own."""
    bench = Workbench(page, SQUARE)
    opened(page)
    page.get_by_role("textbox", name="a, number").fill("-4.5")
    bench.press("Enter")
    expect(page).to_have_url(re.compile("inputs=a:-4.5"))
    elsewhere = browser.new_context(base_url=base_url, reduced_motion="reduce")
    try:
        theirs = Workbench(elsewhere.new_page(), SQUARE)
        theirs.open(page.url)
        expect(theirs.number("b", "data")).to_have_text("20.2500")
        opened(theirs.page)
        theirs.page.get_by_role("button", name="Reset a", exact=True).click()
        expect(theirs.number("b", "data")).to_have_text("9.0000")
        expect(theirs.page).not_to_have_url(re.compile("inputs"))
    finally:
        elsewhere.close()
    picture = page.request.get(page.url.replace("?", ".svg?"))
    assert "20.2500" in picture.text()
