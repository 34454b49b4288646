"""The main job, from end to end: type a program, see its graph, step through it, link to any moment."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from stepgrad.app.gallery import gallery
from tests.browser.workbench import NEURON, SQUARE, Workbench, code


def test_type_a_program_and_see_its_graph(page: Page) -> None:
    bench = Workbench(page)
    bench.type_program("x = 2.0\ny = x * 3.0\n")
    expect(bench.number("y", "data")).to_have_text("6.0000")
    expect(bench.number("x", "grad")).to_have_text("3.0000")
    expect(page).to_have_url(re.compile("/g/"))


def test_the_neuron_shows_the_numbers_of_the_notebook(page: Page) -> None:
    bench = Workbench(page, NEURON)
    expected = {
        ("o", "data"): "0.7071", ("x1", "grad"): "-1.5000", ("w1", "grad"): "1.0000", ("x2", "grad"): "0.5000",
        ("w2", "grad"): "0.0000", ("b", "grad"): "0.5000", ("n", "grad"): "0.5000",
    }  # fmt: skip
    for (key, field), text in expected.items():
        expect(bench.number(key, field)).to_have_text(text)


def test_keys_step_and_back_is_the_same(page: Page) -> None:
    """Stepping back shows exactly what stepping forward showed."""
    bench = Workbench(page, SQUARE)
    bench.press("Home")
    bench.expect_step(0, 4)
    expect(bench.number("b", "data")).to_have_text("—")
    there = [bench.numbers()]
    for index in range(1, 5):
        bench.press("ArrowRight")
        bench.expect_step(index, 4)
        there.append(bench.numbers())
    assert [numbers[1] for numbers in there[2:]] == ["—", "3.0000", "6.0000"], "a * a gets its grad in two contributions"
    back = [bench.numbers()]
    for index in range(3, -1, -1):
        bench.press("ArrowLeft")
        bench.expect_step(index, 4)
        back.append(bench.numbers())
    assert back[::-1] == there
    bench.press("End")
    bench.expect_step(4, 4)


def test_shift_and_an_arrow_go_to_the_end_of_the_pass(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.press("Home", "Shift+ArrowRight")
    bench.expect_step(1, 4)
    bench.press("Shift+ArrowRight")
    bench.expect_step(4, 4)
    bench.press("Shift+ArrowLeft")
    bench.expect_step(1, 4)


def test_buttons_and_scrubber_step(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    for button, step in (("First", 0), ("Forward", 1), ("Last", 4), ("Back", 3)):
        page.get_by_role("button", name=button, exact=True).click()
        bench.expect_step(step, 4)
    scrubber = page.get_by_role("slider", name="Step")
    scrubber.focus()
    bench.press("ArrowLeft")
    bench.expect_step(2, 4)
    expect(scrubber).to_have_attribute("aria-valuetext", "step 2 of 4")


def test_play_runs_to_the_end_and_starts_again(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    page.get_by_role("combobox", name="Speed").select_option("4")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    bench.expect_step(4, 4)
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_the_step_marks_its_node_edge_and_source(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?step=3")
    expect(bench.node("a")).to_have_class(re.compile("is-active"))
    expect(bench.graph.locator("g.edge.is-active")).to_have_count(1)
    expect(page.locator(".cm-step")).to_have_text(re.compile("a"))
    expect(page.locator(".timeline .chip")).to_have_text("Backward")


def test_the_address_holds_program_step_and_view(page: Page, browser: Browser, base_url: str) -> None:
    """A link opens the same moment for somebody else."""
    bench = Workbench(page, NEURON)
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_label("Top to bottom").check()
    expect(bench.graph).to_have_attribute("data-dir", "TB")
    bench.press("Escape", "Home", "ArrowRight", "ArrowRight", "ArrowRight")
    expect(page).to_have_url(re.compile(r"step=3&dir=TB"))
    elsewhere = browser.new_context(base_url=base_url)
    try:
        theirs = Workbench(elsewhere.new_page(), SQUARE)
        theirs.open(page.url)
        theirs.expect_step(3)
        expect(theirs.graph).to_have_attribute("data-dir", "TB")
        assert theirs.numbers() == bench.numbers()
        expect(theirs.editor).to_contain_text("n = x1*w1 + x2*w2 + b")
    finally:
        elsewhere.close()


def test_named_steps_open(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?step=forward")
    bench.expect_step(1, 4)
    bench.open(f"/g/{code(SQUARE)}?step=grad:a")
    bench.expect_step(4, 4)


@pytest.mark.parametrize("slug", ["backward-twice", "forgotten-zero-grad", "training-loop", "readme"])
@pytest.mark.parametrize("place", ["/g/", "/embed/"])
def test_a_named_step_is_the_one_of_the_picture(page: Page, slug: str, place: str) -> None:
    """And the address keeps the name, until somebody steps."""
    source = next(example.source for example in gallery() if example.slug == slug)
    bench = Workbench(page, source, path=place)
    picture = f"/g/{code(source)}.svg?step="
    names = page.locator("g.node").evaluate_all("nodes => nodes.slice(0, 3).map(node => node.dataset.key)")
    for name in ("forward", "seed", *(f"{kind}:{key}" for key in names for kind in ("forward", "grad"))):
        answer = page.request.get(picture + quote(name))
        bench.open(f"{place}{code(source)}?step={quote(name)}")
        if answer.ok:
            bench.expect_step(int(answer.headers["x-step"]), int(answer.headers["x-step-count"]))
    page.wait_for_timeout(400)  # an address is written when things are at rest
    assert answer.ok
    assert parse_qs(urlsplit(page.url).query)["step"] == [name]


def test_a_named_step_is_found_again_after_an_edit(page: Page) -> None:
    twice = "a = 2.0\nb = a * 3.0\nb.backward()\nb.backward()\n"
    bench = Workbench(page, twice, "?step=grad:a")
    bench.expect_step(6, 7)
    bench.type_program(twice.replace("a * 3.0", "a * 3.0 + a"))
    bench.expect_step(11, 12)
    expect(page).to_have_url(re.compile(r"step=grad:a(&|$)"))
    bench.type_program(twice.replace("a = 2.0", "q = 2.0").replace("a *", "q *"))
    bench.expect_step(7, 7)
    expect(page).not_to_have_url(re.compile("step="))
    bench.open(f"/g/{code(twice)}?step=grad:a")
    bench.leave_editor()
    bench.press("ArrowLeft")
    bench.expect_step(5, 7)
    expect(page).to_have_url(re.compile(r"step=5(&|$)"))


def test_the_back_button_comes_back_to_the_named_step(page: Page) -> None:
    twice = "a = 2.0\nb = a * 3.0\nb.backward()\nb.backward()\n"
    bench = Workbench(page, twice, "?step=grad:a")
    bench.menu("Examples").get_by_role("button", name=re.compile("A parabola")).first.click()
    expect(page).not_to_have_url(re.compile("step="))
    page.go_back()
    bench.expect_step(6, 7)
    expect(page).to_have_url(re.compile(r"step=grad:a(&|$)"))


def test_the_last_program_survives_a_reload(page: Page) -> None:
    bench = Workbench(page)
    bench.type_program("q = 7.0\nr = q + q\n")
    expect(bench.number("r", "data")).to_have_text("14.0000")
    bench.leave_editor()
    bench.press("ArrowLeft")
    bench.expect_step(3, 4)
    expect(page).to_have_url(re.compile("step=3"))
    page.reload()
    bench.ready()
    bench.expect_step(3, 4)
    bench.open("/")
    expect(bench.number("r", "data")).to_have_text("14.0000")
    bench.open(f"/g/{code(SQUARE)}")
    expect(bench.number("b", "data")).to_have_text("9.0000")


def test_an_edit_keeps_the_end_at_the_end_and_a_middle_where_it_was(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.type_program(SQUARE + "c = b + 1.0\n")
    bench.expect_step(7, 7)
    bench.leave_editor()
    bench.press("Home", "ArrowRight", "ArrowRight")
    bench.type_program(SQUARE)
    bench.expect_step(2, 4)


def test_the_gallery_opens_a_program_and_back_returns(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    expect(page).to_have_url(re.compile("/g/eN"))  # the address takes its own spelling of the program
    examples = bench.menu("Examples").get_by_role("button")
    assert examples.count() >= 12
    sentences = examples.locator(".example-sentence").all_text_contents()
    assert all(sentence.strip().endswith(".") for sentence in sentences)
    before = page.url
    examples.nth(2).click()
    expect(page).not_to_have_url(before)
    expect(page.get_by_role("region", name="Examples", exact=True)).to_be_hidden()
    page.go_back()
    expect(bench.editor).to_contain_text("b = a * a")
    expect(bench.number("b", "data")).to_have_text("9.0000")


def test_every_example_draws(page: Page) -> None:
    bench = Workbench(page)
    page.get_by_role("button", name="Examples", exact=True).click()
    count = page.get_by_role("region", name="Examples", exact=True).get_by_role("button").count()
    bench.press("Escape")
    for index in range(count):
        bench.menu("Examples").get_by_role("button").nth(index).click()
        expect(page.locator(".is-stale")).to_have_count(0)
        expect(page.locator(".problem")).to_have_count(0)
        expect(bench.graph.locator("g.node").first).to_be_attached()


@pytest.mark.parametrize(
    ("option", "label", "attribute", "value"),
    [("Boxes", "Compact", "data-style", "compact"), ("Direction", "Top to bottom", "data-dir", "TB")],
)
def test_view_options_redraw(page: Page, option: str, label: str, attribute: str, value: str) -> None:
    bench = Workbench(page, NEURON)
    bench.menu("View").get_by_role("group", name=option).get_by_label(label).check()
    expect(bench.graph).to_have_attribute(attribute, value)


def test_decimals_and_expansion(page: Page) -> None:
    bench = Workbench(page, NEURON)
    view = bench.menu("View")
    view.get_by_label("Decimals").select_option("2")
    expect(bench.number("o", "data")).to_have_text("0.71")
    boxes = bench.graph.locator("g.node").count()
    view.get_by_label("tanh", exact=True).check()
    expect(bench.graph.locator("g.node[data-op=exp]").first).to_be_attached()
    assert bench.graph.locator("g.node").count() > boxes
    expect(page).to_have_url(re.compile(r"digits=2&expand=tanh"))


def test_the_theme_is_live_and_in_the_address(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile("theme=dark"))
    page.reload()
    bench.ready()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_printed_lines_and_warnings_are_shown(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.type_program("a = 0.0\nprint(a + 4.0)\nb = log(a)\n")
    expect(page.get_by_role("region", name="Printed")).to_contain_text("4.0")
    expect(page.locator(".warnings")).to_contain_text("inf")


def test_nodes_keep_their_key_while_the_program_grows(page: Page) -> None:
    """What is animated by key must be found by key."""
    bench = Workbench(page, SQUARE)
    bench.type_program("z = 1.0\n" + SQUARE)
    expect(bench.number("b", "data")).to_have_text("9.0000")
    expect(bench.node("a")).to_be_attached()
