"""Folded parts in the page: opened and folded by a click and by keyboard, with the address following and no number changed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.test_training import NET
from tests.browser.workbench import Workbench

LAYER = "ypred/n/layers[0]"
NEURON = "ypred[0]/0/1/1/0/0/1/1"
"""One of its neurons, called as a neuron's result is: by its way from the output."""
SOURCE = NET + "loss.backward()\n"


def test_a_part_is_opened_by_a_click_and_folded_by_its_name(page: Page) -> None:
    bench = Workbench(page, SOURCE)
    layer, neuron = bench.graph.locator(f'g.node[data-key="{LAYER}"]'), bench.node(NEURON)
    expect(layer).to_be_visible()
    few, loss = bench.graph.locator("g.node").count(), bench.number("loss", "data").text_content() or ""
    assert few <= 60

    layer.locator(".box").click()
    page.get_by_role("complementary").get_by_role("button", name="Open layers[0]").click()
    expect(layer).to_have_count(0)
    expect(page).to_have_url(re.compile(r"[?&]open=ypred/n/layers(\[0\]|%5B0%5D)"))
    assert bench.graph.locator("g.node").count() > few
    expect(bench.number("loss", "data")).to_have_text(loss)
    expect(neuron).to_have_count(1)

    expect(page.get_by_role("complementary")).to_have_count(0)
    bench.graph.locator(f'[data-frame="{LAYER}"] .name').dispatch_event("click")
    expect(layer).to_be_visible()
    expect(page).not_to_have_url(re.compile("open="))
    expect(bench.graph.locator("g.node")).to_have_count(few)


def test_a_part_is_opened_and_folded_by_keyboard(page: Page) -> None:
    """O on a folded box opens it, O on what it holds folds it; what happened is spoken."""
    bench = Workbench(page, SOURCE)
    layer = bench.graph.locator(f'g.node[data-key="{LAYER}"]')
    layer.focus()
    bench.press("o")
    expect(layer).to_have_count(0)
    expect(page.locator("[data-announcer]")).to_have_text("layers[0] is open.")
    expect(page).to_have_url(re.compile("open="))
    bench.node(NEURON).focus()
    bench.press("o")
    expect(page.locator("[data-announcer]")).to_have_text("neurons[2] is open.")
    expect(bench.graph.locator(f'[data-frame="{LAYER}/neurons[2]"]')).to_be_attached()
    bench.node(NEURON).focus()
    bench.press("o")
    expect(page.locator("[data-announcer]")).to_have_text("neurons[2] is folded.")


def test_a_backward_step_through_a_part_is_one_step(page: Page) -> None:
    """Stepping a folded story, each step is the moment it is in the whole one."""
    bench = Workbench(page, SOURCE)
    folded = int(re.findall(r"\d+", page.locator(".timeline .count").inner_text())[-1])
    seen = bench.number("loss", "grad").text_content() or ""
    bench.open(page.url.split("?")[0] + "?collapse=none")
    whole = int(re.findall(r"\d+", page.locator(".timeline .count").inner_text())[-1])
    assert folded < whole / 2
    expect(bench.number("loss", "grad")).to_have_text(seen)
