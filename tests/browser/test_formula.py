"""Under each step's sentence stands its formula, and it can be taken away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from stepgrad.app.drawing.words import START
from tests.browser.test_reach import REFUSALS
from tests.browser.workbench import NEURON, Workbench

FORMS = """a = -2.0
b = 0.5
c = (a - b) / (a * b) + a ** 2
d = sqrt(exp(b)) + log(b) + abs(a) + sigmoid(a) + relu(a)
e = leaky_relu(d * -1.0) + max(c, d) + gelu(b) + tan(b) + atan(a) - cos(-a)
"""


def test_the_formula_has_letters_numbers_and_the_result(page: Page) -> None:
    bench = Workbench(page, NEURON, "?step=5")
    formula = page.get_by_role("group", name="Formula")
    expect(formula.locator(".katex")).to_be_visible()
    expect(formula.locator("annotation")).to_have_text(re.compile(r"o = \\tanh n = \\tanh 0\.8814 = 0\.7071"))
    bench.press("Home")
    expect(formula).to_have_count(0)
    expect(page.locator(".formula-text")).to_be_empty()
    expect(page.locator(".sentence-text")).to_have_text(START)


def test_the_formula_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    Workbench(page, NEURON, "?step=5")
    page.get_by_role("button", name="Copy formula as LaTeX").click()
    expect(page.locator("[data-announcer]")).to_have_text("LaTeX copied.")
    assert page.evaluate("navigator.clipboard.readText()") == r"o = \tanh n = \tanh 0.8814 = 0.7071"
    page.get_by_role("button", name="Copy formula as plain text").click()
    expect(page.locator("[data-announcer]")).to_have_text("Plain text copied.")
    assert "0.7071" in page.evaluate("navigator.clipboard.readText()")


def test_every_formula_is_set_and_the_policy_has_nothing_against_it(page: Page) -> None:
    page.add_init_script(REFUSALS)
    bench = Workbench(page, FORMS, "?step=start")
    annotation = page.locator(".formula annotation")
    seen = set()
    for _ in range(int(page.get_by_role("slider", name="Step").get_attribute("max") or 0)):
        bench.press("ArrowRight")
        expect(annotation).to_have_count(1)
        seen.add(annotation.text_content())
    assert len(seen) > 20
    assert page.evaluate("window.refused") == []


@pytest.mark.parametrize("width", [390, 1440])
def test_the_graph_does_not_move_while_stepping(page: Page, width: int, axe: Callable[[Page], list[str]]) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    bench = Workbench(page, NEURON, "?step=start")
    tops = set()
    for _ in range(15):
        bench.press("ArrowRight")
        box = page.locator(".timeline").bounding_box()
        stage = page.locator(".stage").bounding_box()
        assert box
        assert stage
        tops.add((box["y"], stage["height"]))
    assert len(tops) == 1
    assert axe(page) == []
