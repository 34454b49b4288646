"""What is no mistake is not shouted."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Page, expect


def test_a_program_that_only_prints_shows_what_it_printed(page: Page) -> None:
    page.goto(f"/?e={quote('for i in range(3):' + chr(10) + '    print(i)')}")
    expect(page.get_by_role("region", name="Printed")).to_have_text("0\n1\n2")
    expect(page.locator(".problem.is-calm")).to_contain_text("There is nothing to draw yet.")


def test_a_long_first_line_keeps_clear_of_undo(page: Page) -> None:
    page.goto(f"/?e={quote('a_rather_long_name_for_a_value = 2.0 * 3.0 + 4.0 * 5.0 + 6.0 * 7.0 + 8.0')}")
    buttons = page.get_by_role("group", name="Edits").bounding_box()
    line = page.locator(".cm-line").first
    text_end = line.evaluate(
        "line => { const range = document.createRange(); range.selectNodeContents(line); "
        "return Math.max(...[...range.getClientRects()].map(box => box.right)) }"
    )
    assert buttons
    assert text_end <= buttons["x"]
