"""What opens beside the graph: plot, code, and the labs that answer the questions people really ask. Each has an address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from stepgrad.app.gallery import gallery
from tests.browser.conftest import AT_REST
from tests.browser.test_reach import REFUSALS
from tests.browser.workbench import SQUARE, Workbench

SOURCES = {example.slug: example.source for example in gallery()}
LABS = [
    ("plot", "parabola"), ("code", "square"), ("orders", "order"), ("square", "square"), ("twice", "backward-twice"),
    ("modes", "neuron"), ("wrong", "vanishing"), ("predict", "first-look"),
]  # fmt: skip


def lab(page: Page) -> Locator:
    return page.get_by_role("complementary")


def opened(page: Page, name: str, slug: str, query: str = "", path: str = "/g/") -> tuple[Workbench, Locator]:
    bench = Workbench(page, SOURCES[slug], f"?lab={name}{query}", path)
    expect(lab(page)).to_be_visible()
    return bench, lab(page)


def test_the_notebooks_first_plot_is_one_click(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    bench.menu("Examples").get_by_role("button", name="Plot 3x² − 4x + 5").click()
    picture = lab(page).get_by_role("img", name=re.compile("^y against x"))
    expect(picture).to_have_attribute("aria-label", re.compile("At x = 3.0000 it is 20.0000.* slope of the grad, 14.0000"))
    expect(page.get_by_role("textbox", name="from")).to_have_value("-5")
    expect(page).to_have_url(re.compile("lab=plot"))
    line = picture.locator(".line.is-forward").get_attribute("d") or ""
    page.locator("#inputs summary").click()
    page.get_by_role("textbox", name="x, number").fill("0.6666666666666666")
    bench.press("Enter")
    expect(lab(page).locator(".key")).to_contain_text("slope = grad = 0.0000")
    assert picture.locator(".line.is-forward").get_attribute("d") == line, "the curve stays, its tangent moves"


def test_the_secant_closes_in_on_the_tangent(page: Page) -> None:
    bench, about = opened(page, "plot", "parabola")
    secant = about.locator(".key .is-update")
    expect(secant).to_have_text("secant, slope 17.0000")
    about.get_by_role("slider", name="h of the secant").focus()
    bench.press("Home")
    expect(secant).to_have_text("secant, slope 14.0003")


def test_a_jump_is_not_joined_and_the_picture_has_an_address(page: Page) -> None:
    Workbench(page, "x = 1.0\ny = 1 / x\n", "?lab=plot")
    line = lab(page).locator(".line.is-forward")
    assert len(re.findall("M", line.get_attribute("d") or "")) == 2
    address = lab(page).get_by_role("link", name="SVG").get_attribute("href") or ""
    assert "/plot.svg?x=x&from=-5&to=5" in address
    assert page.request.get(address).ok


def test_the_program_for_pytorch_and_micrograd(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench = Workbench(page, SQUARE)
    page.get_by_role("button", name="Code", exact=True).click()
    program = page.get_by_role("region", name="Generated program")
    expect(program).to_contain_text("torch.tensor(3.0, requires_grad=True)")
    lab(page).get_by_role("button", name="micrograd").click()
    expect(program).to_contain_text("Value(3.0")
    lab(page).get_by_role("button", name="Copy").click()
    expect(page.locator("[data-announcer]")).to_have_text("Copied.")
    assert "Value(3.0" in page.evaluate("navigator.clipboard.readText()")
    expect(lab(page).get_by_role("row", name=re.compile("^a "))).to_contain_text("agrees")
    page.get_by_role("button", name="Code", exact=True).click()
    expect(lab(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("lab="))
    bench.expect_step(4, 4)


def test_two_of_three_orders_stop_at_a_wrong_number(page: Page) -> None:
    _, about = opened(page, "orders", "order")
    expect(about.locator(".lab-sentence")).to_contain_text("a 25, b 19")
    expect(about.get_by_text("the first wrong number")).to_have_count(2)
    walks = about.locator(".walk")
    expect(walks.nth(0).locator(".result")).to_have_text(["a 25.00 ✓", "b 19.00 ✓"])
    expect(walks.nth(2).locator(".result")).to_have_text(["a 29.00 ✗", "b 22.00 ✗"])
    expect(page.locator("[data-announcer]")).to_contain_text("naive recursion gives 29, 22")


def test_what_a_set_would_lose(page: Page) -> None:
    bench, about = opened(page, "square", "square")
    expect(about.locator(".result")).to_have_text(["x.grad = 6.0000 ✓", "x.grad = 3.0000 ✗"])
    about.get_by_role("button", name="step 3").click()
    bench.expect_step(3, 4)


def test_the_leaves_double_and_are_zeroed(page: Page) -> None:
    bench, about = opened(page, "twice", "backward-twice")
    rows = about.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("backward 1")
    expect(rows.nth(1).get_by_role("cell").nth(1)).to_have_text("-3.0000")
    expect(rows.nth(2).get_by_role("cell").nth(1)).to_have_text("-6.0000")
    expect(rows.nth(3).get_by_role("cell").nth(1)).to_have_text("0.0000")
    about.get_by_role("button", name="zero_grad (step 9)").click()
    bench.expect_step(9)


def test_passes_and_multiplications_are_counted(page: Page) -> None:
    _, about = opened(page, "modes", "neuron")
    expect(about.locator(".lab-sentence")).to_contain_text(
        "forward mode takes 5 passes and 18 multiplications, reverse mode 1 pass"
    )


def test_what_goes_wrong_is_shown_at_its_cause(page: Page) -> None:
    bench, about = opened(page, "wrong", "vanishing")
    expect(about.locator(".trouble")).to_contain_text("The gradient has vanished")
    expect(bench.graph.locator(".is-troubled")).to_have_count(1)
    for program, word in (
        ("A saturated sigmoid", "Saturated"),
        ("A dead relu", "Dead relu"),
        ("An exploding gradient", "Exploding"),
        ("The first nan", "Data not finite"),
    ):
        about.get_by_role("button", name=program).click()
        expect(about.locator(".trouble").first).to_contain_text(word)
    page.get_by_role("button", name="Close panel").click()
    expect(bench.graph.locator(".is-troubled")).to_have_count(0)


@pytest.mark.parametrize(
    ("lab", "slug", "story"),
    [
        ("orders", "order", "naive recursion gives 29, 22"),
        ("square", "square", "two|2 contributions"),
        ("twice", "backward-twice", "adds to the grads of the leaves"),
        ("modes", "neuron", "forward mode takes 5 passes"),
        ("wrong", "first-nan", "first value that is no finite number"),
        ("predict", "first-look", "0 of 3 found"),
    ],
)
def test_the_story_of_a_lab_is_spoken(page: Page, lab: str, slug: str, story: str) -> None:
    opened(page, lab, slug)
    spoken = page.locator("[data-announcer], [role=status]").filter(has_text=re.compile(story))
    expect(spoken.first).to_be_attached()


def test_predicting(page: Page) -> None:
    """Hidden everywhere until it is found; a wrong answer shows the rule, in letters."""
    bench, about = opened(page, "predict", "first-look")
    hidden = bench.node("a").locator('[data-quiz$=".grad"]')
    expect(hidden).to_have_text("?")
    expect(page.locator(".sentence-text")).to_have_text("What happens here is part of the question.")
    expect(page.locator(".formula-text")).to_be_empty()
    page.locator("#values summary").click()
    expect(page.get_by_role("row", name=re.compile("^a input")).get_by_role("cell").last).to_have_text("?")
    bench.node("a").locator(".box").click()
    expect(about.get_by_role("heading", name="Predict")).to_be_visible()

    answer = about.get_by_role("textbox", name="a.grad")
    answer.fill("2")
    bench.press("Enter")
    expect(about.locator(".quiz-verdict").first).to_have_text("✗ not that")
    expect(about.locator(".quiz-rule").first).to_contain_text("upstream grad times the local derivative")
    expect(page.locator("[data-announcer]")).to_have_text("a.grad: wrong, not that")
    answer.fill("-3.001")
    bench.press("Enter")
    expect(hidden).to_have_text("-3.0000")
    expect(about.get_by_role("status")).to_have_text("What do the ? stand for? 1 of 3 found.")
    for name, number in (("b.grad", "2"), ("c.grad", "1")):
        about.get_by_role("textbox", name=name).fill(number)
        bench.press("Enter")
    expect(about.get_by_role("status")).to_have_text("All 3 are right.")
    expect(page.locator(".formula .katex")).to_be_visible()


def test_a_quiz_is_an_address_and_works_in_a_frame(page: Page) -> None:
    Workbench(page, SOURCES["first-look"], "?lab=predict&quiz=grad:b", path="/embed/")
    about = lab(page)
    expect(about.locator("form")).to_have_count(1)
    about.get_by_role("textbox", name="b.grad").fill("2")
    page.keyboard.press("Enter")
    expect(about.get_by_role("status")).to_have_text("All 1 are right.")


@pytest.mark.parametrize(("name", "slug"), LABS)
def test_each_lab_opens_in_a_frame(page: Page, name: str, slug: str) -> None:
    page.add_init_script(REFUSALS)
    _, about = opened(page, name, slug, path="/embed/")
    expect(about.locator(".dock-body > *")).not_to_be_empty()
    page.wait_for_timeout(300)
    assert page.evaluate("window.refused") == []


@pytest.mark.parametrize("query", ["", "&theme=dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_any_lab(page: Page, axe: Callable[[Page], list[str]], width: int, query: str) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for name, slug in LABS:
        opened(page, name, slug, query)
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_lab_by_keyboard(page: Page) -> None:
    bench = Workbench(page, "z = 2.0\ny = z * z\n")
    page.get_by_role("button", name="Examples", exact=True).focus()
    bench.press("Enter")
    page.get_by_role("button", name=re.compile("^Predict")).focus()
    bench.press("Enter")
    expect(lab(page)).to_be_visible()
    answer = page.get_by_role("textbox", name="a.grad")
    answer.focus()
    page.keyboard.type("-3")
    bench.press("Enter", "Escape")
    expect(lab(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("lab=|quiz="))


@pytest.mark.parametrize(("name", "slug"), LABS)
def test_all_of_a_lab_is_within_reach_of_tab(page: Page, name: str, slug: str) -> None:
    """Each of its buttons, links, fields and sliders is come to by Tab, and Escape closes it."""
    bench, about = opened(page, name, slug)
    page.wait_for_load_state("networkidle")
    page.evaluate(AT_REST)
    controls = "button, a[href], input, select, textarea, summary"
    page.evaluate("(controls) => { window.missed = (panel) => [...panel.querySelectorAll(controls)].filter("
                  "(e) => e.checkVisibility() && !e.disabled && !e.dataset.reached); }", controls)  # fmt: skip
    count = about.evaluate("(panel) => window.missed(panel).length")
    assert count > 0
    about.get_by_role("button", name="Close panel").focus()
    for key in ("Tab", "Shift+Tab"):
        about.get_by_role("button", name="Close panel").focus()
        for _ in range(count + 20):
            page.evaluate("document.activeElement.dataset.reached = '1'")
            bench.press(key)
    assert about.evaluate("(panel) => window.missed(panel).map((e) => e.outerHTML.slice(0, 120))") == []
    about.get_by_role("button", name="Close panel").focus()
    bench.press("Escape")
    expect(lab(page)).to_have_count(0)


def test_a_quiz_ends_with_its_lab_and_with_its_program(page: Page) -> None:
    bench = Workbench(page, "a = 2.0\nb = a * a\n", "?lab=predict")
    expect(page.locator(".quiz li")).not_to_have_count(0)
    bench.type_program("x = 2.0\ny = x * x\n")
    expect(page.locator(".quiz li code")).to_have_text(["x.grad"])
    expect(page.locator(".problem")).to_be_hidden()
    page.locator("#plot-button").click()
    expect(page.get_by_text("What do the ? stand for?")).to_be_hidden()
    expect(page.locator("svg.stepgrad [data-quiz]")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("quiz"))


def test_training_ends_with_its_program(page: Page) -> None:
    bench = Workbench(page, "n = Neuron(1, seed=1)\nloss = (n([2.0]) - 1)**2\nloss.backward()\n", "?lab=train")
    page.locator(".dock").get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("iteration 100 of 100")).to_be_visible()
    bench.menu("Examples").get_by_text("First look", exact=True).click()
    expect(bench.number("a", "data")).to_have_text("2.0000")
    page.wait_for_timeout(800)  # longer than a knob that was turned waits before it trains
    expect(bench.number("a", "data")).to_have_text("2.0000")
    expect(page).not_to_have_url(re.compile("iteration"))
