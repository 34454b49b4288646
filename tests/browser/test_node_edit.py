"""Labels and numbers are edited on the graph, and the program follows: by mouse, by finger, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.workbench import NEURON, SQUARE, Workbench

PHONE = {"width": 390, "height": 844}


def form(page: Page) -> Locator:
    return page.locator("form.node-edit")


def label(page: Page) -> Locator:
    return form(page).get_by_role("textbox", name="label")


def test_a_double_click_renames_a_value_everywhere(page: Page) -> None:
    bench = Workbench(page, NEURON)
    bench.node("w1").dblclick()
    expect(label(page)).to_be_focused()
    page.keyboard.type("weight")
    bench.press("Enter")
    expect(bench.editor).to_contain_text("weight = -3.0")
    expect(bench.editor).to_contain_text("n = x1*weight + x2*w2 + b")
    expect(bench.node("weight")).to_be_visible()
    expect(bench.node("w1")).to_have_count(0)
    expect(form(page)).to_have_count(0)
    expect(page.locator("[data-announcer]")).to_have_text("w1 is called weight now.")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(bench.node("w1")).to_be_visible()
    expect(bench.editor).to_contain_text("x1*w1")


def test_a_number_is_written_into_the_program(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.node("a").dblclick()
    number = form(page).get_by_role("textbox", name="data")
    number.fill("-1.5")
    bench.press("Enter")
    expect(bench.editor).to_contain_text("a = -1.5")
    expect(bench.number("b", "data")).to_have_text("2.2500")
    bench.node("b").dblclick()
    expect(number).to_have_count(0)


def test_by_keyboard_alone(page: Page) -> None:
    """F2 opens, Escape leaves, a refusal says why and keeps what was typed; the box has the keyboard again afterwards."""
    bench = Workbench(page, SQUARE)
    bench.node("a").focus()
    bench.press("F2")
    expect(label(page)).to_be_focused()
    bench.press("Escape")
    expect(bench.node("a")).to_be_focused()
    bench.press("F2")
    for name, reason in (
        ("b", "is a name here already"),
        ("lambda", "word of the language"),
        ("tanh", "is a function"),
        ("1a", "letter"),
    ):
        label(page).fill(name)
        bench.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(reason)
        expect(label(page)).to_have_attribute("aria-invalid", "true")
        expect(label(page)).to_have_value(name)
    label(page).fill("side")
    bench.press("Enter")
    expect(bench.node("side")).to_be_focused()
    expect(bench.editor).to_contain_text("b = side * side")
    # What the keyboard was on is what it goes on from.
    bench.press("ArrowRight")
    expect(bench.node("b")).to_be_focused()
    bench.press("Enter")
    page.get_by_role("button", name="Edit b").press("Enter")
    label(page).fill("area")
    bench.press("Enter")
    expect(bench.editor).to_contain_text("area = side * side")
    expect(page.locator(".dock-title")).to_have_text("area")


def test_a_value_without_a_name_gets_one(page: Page) -> None:
    bench = Workbench(page, "x = 2.0\ny = (x * x + 1.0).tanh()\n")
    bench.node("y/0/0").dblclick()
    label(page).fill("squared")
    bench.press("Enter")
    expect(bench.editor).to_contain_text("squared = x * x")
    expect(bench.editor).to_contain_text("y = (squared + 1.0).tanh()")
    expect(bench.number("squared", "data")).to_have_text("4.0000")


def test_a_label_is_written_anew_and_what_names_it_follows(page: Page) -> None:
    bench = Workbench(page, 'a = Value(3.0, label="side")\nb = a * a\n', "?highlight=ancestors:b")
    bench.node("a").dblclick()
    label(page).fill("the side")
    bench.press("Enter")
    expect(bench.editor).to_contain_text('a = Value(3.0, label="the side")')
    bench.node("b").dblclick()
    label(page).fill("area")
    bench.press("Enter")
    expect(page).to_have_url(re.compile("highlight=ancestors:area"))


def test_two_taps_on_a_phone(browser: Browser, base_url: str, axe: Callable[[Page], list[str]]) -> None:
    context = browser.new_context(base_url=base_url, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        bench = Workbench(page, SQUARE)
        at = bench.node("a").bounding_box()
        assert at
        touch = [{"x": at["x"] + at["width"] / 2, "y": at["y"] + at["height"] / 2}]
        # A busy machine is slower than a finger: the times are those of the finger.
        fingers = context.new_cdp_session(page)
        start = page.evaluate("performance.timeOrigin + performance.now()") / 1000
        for time in (0.0, 0.05, 0.25, 0.3):
            down = time in {0.0, 0.25}
            kind = "touchStart" if down else "touchEnd"
            fingers.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch if down else [], "timestamp": start + time}
            )
        expect(form(page)).to_be_visible()
        box = form(page).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert axe(page) == []
        label(page).fill("side")
        form(page).get_by_role("button", name="Done").tap()
        expect(bench.editor).to_contain_text("side = 3.0")
    finally:
        context.close()


def test_hidden_numbers_are_not_given_away(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?quiz=data:a")
    bench.node("a").dblclick()
    expect(form(page)).to_have_count(0)
    expect(page.locator("[data-announcer]")).to_have_text("First find the hidden numbers.")
