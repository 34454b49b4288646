"""For a lecture hall: the graph and its sentence alone, as large as they fit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.workbench import NEURON, SQUARE, Workbench

HALL = {"width": 1440, "height": 900}


def height(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["height"]


def test_everything_else_makes_room(page: Page) -> None:
    """By a key, out again by Escape; numbers and words are more than twice as high."""
    page.set_viewport_size(HALL)  # type: ignore[arg-type]
    bench = Workbench(page, NEURON, "?step=12")
    number = 'g.node[data-key="x1"] [data-slot$=".data"]'
    before = height(page, number), height(page, ".sentence-text")
    bench.press("p")
    for chrome in (".bar", ".side", ".stage-tools", ".formula-tools"):
        expect(page.locator(chrome)).to_be_hidden()
    expect(page.locator(".sentence-text")).to_be_visible()
    expect(bench.graph).to_have_attribute("data-style", "compact")
    assert height(page, number) > 2 * before[0]
    assert height(page, ".sentence-text") > 1.5 * before[1]
    expect(page).to_have_url(re.compile("present=1"))
    bench.expect_step(12)
    bench.press("Escape")
    expect(page.locator(".bar")).to_be_visible()
    expect(bench.graph).to_have_attribute("data-style", "micrograd")
    expect(page).not_to_have_url(re.compile("present"))
    bench.expect_step(12)


def test_a_lecturers_remote_steps(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?step=1&present=1")
    bench.press("PageDown")
    bench.expect_step(2)
    bench.press("PageUp", "PageUp")
    bench.expect_step(0)


def test_a_style_that_was_chosen_stays(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?style=micrograd")
    page.get_by_role("button", name="Present", exact=True).click()
    expect(page.get_by_role("button", name="Leave", exact=True)).to_be_visible()
    expect(bench.graph).to_have_attribute("data-style", "micrograd")
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(bench.editor).to_be_visible()
    expect(page.get_by_role("button", name="Present", exact=True)).to_be_focused()


@pytest.mark.parametrize("path", ["/g/", "/embed/"])
def test_an_address_presents(page: Page, axe: Callable[[Page], list[str]], path: str) -> None:
    page.set_viewport_size(HALL)  # type: ignore[arg-type]
    Workbench(page, NEURON, "?present=1&step=9&style=compact", path=path)
    expect(page.locator(".stage-tools")).to_be_hidden()
    assert height(page, ".stage") > 600
    inside = page.evaluate(
        """() => { const stage = document.querySelector('.stage').getBoundingClientRect();
            return [...document.querySelectorAll('g.node .box')].every((box) => { const r = box.getBoundingClientRect();
                return r.left >= stage.left && r.right <= stage.right && r.top >= stage.top && r.bottom <= stage.bottom }) }"""
    )
    assert inside
    assert axe(page) == []


def test_it_is_not_what_the_next_visit_opens_with(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.press("p")
    expect(page).to_have_url(re.compile("present=1"))
    bench.open("/")
    expect(bench.editor).to_be_visible()
