"""The program's side: errors where they are, completion, hover, the divider."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from stepgrad.engine.ops import OPS
from tests.browser.workbench import SQUARE, Workbench


def test_an_error_is_marked_and_keeps_the_last_good_graph(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.type_program(SQUARE + "c = tahn(b)\n")
    expect(page.locator(".cm-lintRange-error")).to_have_text("tahn")
    problem = page.locator(".problem")
    expect(problem).to_contain_text("tahn")
    expect(problem).to_contain_text("tanh")
    expect(problem.get_by_role("button", name=re.compile("line 3, column 5"))).to_have_text("3:5")
    expect(page.locator(".viewer.is-stale")).to_have_count(1)
    expect(bench.number("b", "data")).to_have_text("9.0000")
    bench.leave_editor()
    bench.press("Home")
    bench.expect_step(0, 4)


def test_a_hint_can_be_taken_at_its_word(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.type_program(SQUARE + "c = tahn(b)\n")
    page.get_by_role("button", name="Write tanh").click()
    expect(page.locator(".problem")).to_have_count(0)
    expect(bench.number("c", "data")).to_have_text("1.0000")


def test_an_undefined_name_can_be_added(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.type_program("y = c * 2.0\n")
    page.get_by_role("button", name="Add c = 1.0").click()
    expect(bench.number("y", "data")).to_have_text("2.0000")


def test_the_place_of_an_error_is_right_after_wide_letters(page: Page) -> None:
    """The server counts code points, the editor UTF-16 units."""
    bench = Workbench(page, SQUARE)
    bench.type_program("α = 1.0  # 𝛼𝛽\nβ = α * tahn(α)\n")
    expect(page.locator(".cm-lintRange-error")).to_have_text("tahn")


def test_completion_offers_operations_with_their_formula(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.editor.click()
    bench.press("Control+End")
    page.keyboard.type("c = b.tanh")
    choice = page.get_by_role("option", name=re.compile("^tanh"))
    expect(choice).to_be_visible()
    expect(choice).to_contain_text(OPS["tanh"].formula)
    page.wait_for_timeout(120)  # CodeMirror ignores Enter in the first moments of a list, so that typing is never hijacked
    bench.press("Enter")
    expect(bench.editor).to_contain_text("c = b.tanh()")
    expect(bench.number("c", "data")).to_have_text("1.0000")


def test_completion_offers_names(page: Page) -> None:
    bench = Workbench(page, "speed = 3.0\n")
    bench.editor.click()
    bench.press("Control+End")
    page.keyboard.type("y = sp")
    expect(page.get_by_role("option", name=re.compile("^speed"))).to_be_visible()


def test_hovering_a_node_marks_its_source_and_the_reverse(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.node("b").hover()
    expect(page.locator(".cm-hovered")).to_have_text("a * a")
    page.locator(".cm-line", has_text="a = 3.0").first.hover(position={"x": 12, "y": 10})
    expect(bench.node("a")).to_have_class(re.compile("is-hover"))
    expect(bench.node("b")).not_to_have_class(re.compile("is-hover"))
    tip = page.locator(".value-tip")
    expect(tip).to_contain_text("data 3.0000")
    expect(tip).to_contain_text("grad 6.0000")


def test_the_exact_value_is_there_on_hover(page: Page) -> None:
    bench = Workbench(page, "a = 0.1\nb = a + 0.2\n")
    bench.node("b").hover()
    expect(page.locator(".sheet")).to_have_attribute("title", re.compile("0.30000000000000004"))


def test_the_keys_belong_to_the_editor_until_escape(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.editor.click()
    bench.press("Control+Home", "ArrowRight", "Home")
    bench.expect_step(4, 4)
    bench.leave_editor()
    bench.press("Home")
    bench.expect_step(0, 4)


def test_a_block_is_indented_after_its_colon(page: Page) -> None:
    bench = Workbench(page, "x = 2.0\n")
    bench.editor.click()
    bench.press("Control+End")
    page.keyboard.type("def f(a):\nreturn a * a\n")
    bench.press("Backspace")
    page.keyboard.type("\n")
    bench.press("Shift+Home", "Delete")
    page.keyboard.type("y = f(x)")
    expect(bench.number("y", "data")).to_have_text("4.0000")


def test_the_divider_is_dragged_and_moved_by_keys(page: Page) -> None:
    Workbench(page, SQUARE)
    divider = page.get_by_role("separator", name="Width of the program")
    side = page.locator(".side")
    before = side.bounding_box()
    divider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wider = side.bounding_box()
    assert before
    assert wider
    assert wider["width"] > before["width"] + 20
    handle = divider.bounding_box()
    assert handle
    page.mouse.move(handle["x"] + 4, 300)
    page.mouse.down()
    page.mouse.move(640, 300, steps=4)
    page.mouse.up()
    dragged = side.bounding_box()
    assert dragged
    assert abs(dragged["width"] - 640) < 12
    page.reload()
    kept = side.bounding_box()
    assert kept
    assert abs(kept["width"] - dragged["width"]) < 3


def test_enter_behind_a_whole_name_ends_the_line(page: Page) -> None:
    """Whoever types slowly sees choices after each letter; a name in use must not become another one."""
    bench = Workbench(page, "re = 2.0\n")
    bench.editor.click()
    bench.press("Control+End")
    for key in ("y", "=", "3", "*", "r", "e"):
        page.keyboard.type(key)
        page.wait_for_timeout(250)
    page.keyboard.press("Enter")
    page.keyboard.type("k = 1")
    expect(bench.editor).to_contain_text("y=3*re")
    expect(bench.editor).not_to_contain_text("relu")
