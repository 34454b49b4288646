"""The time machine: train a program, walk through the iterations, and everything follows."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from stepgrad.engine.language import run
from stepgrad.engine.train import train
from tests.browser.test_reach import REFUSALS
from tests.browser.workbench import Workbench

ROWS = """xs = [
    [2.0, 3.0, -1.0],
    [3.0, -1.0, 0.5],
    [0.5, 1.0, 1.0],
    [1.0, 1.0, -1.0],
]
ys = [1.0, -1.0, -1.0, 1.0]
"""
NET = f"""{ROWS}n = MLP(3, [4, 4, 1], seed=1)
ypred = [n(x) for x in xs]
loss = sum((p - y)**2 for p, y in zip(ypred, ys))
"""
SMALL = f"{ROWS}n = Neuron(3, seed=1)\nypred = [n(x) for x in xs]\nloss = sum((p - y)**2 for p, y in zip(ypred, ys))\n"
BOWL = "x = 3.0\ny = (x - 1)**2\n"
"""One number to train: each update takes it 0.05 · 2(x − 1) nearer to 1."""
PHONE = {"width": 390, "height": 844}


class Training:
    """A page with the panel open."""

    def __init__(self, page: Page, source: str = BOWL, query: str = "", path: str = "/g/") -> None:
        self.page = page
        self.bench = Workbench(page, source, f"?lab=train{query}", path)
        self.panel = page.get_by_role("complementary")
        expect(self.panel.locator(".train-bar")).to_be_visible()

    @property
    def scrubber(self) -> Locator:
        return self.panel.get_by_role("slider", name="Iteration", exact=True)

    @property
    def curve(self) -> Locator:
        return self.panel.get_by_role("slider", name="Loss curve, iteration")

    @property
    def sentence(self) -> Locator:
        return self.panel.locator(".lab-sentence")

    def table(self, name: str) -> Locator:
        return self.panel.get_by_role("region", name=name)

    def row(self, table: str, name: str) -> Locator:
        row = self.table(table).get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name, exact=True))
        return row.first

    def knob(self, name: str, value: str) -> None:
        self.panel.get_by_label(name, exact=True).fill(value)
        self.page.keyboard.press("Enter")

    def train(self) -> None:
        self.panel.get_by_role("button", name="Train", exact=True).click()

    def at(self, iteration: int, of: int) -> None:
        expect(self.panel.get_by_text(f"iteration {iteration:,} of {of:,}", exact=True)).to_be_visible()

    def go_to(self, iteration: int) -> None:
        self.scrubber.fill(str(iteration))


def test_the_notebooks_story(page: Page) -> None:
    """See 41 parameters, the loss and its grads; one update lowers it, 500 end near the targets; iteration 0 stays."""
    program = NET + "print(len(n.parameters()))\nloss.backward()\nprint(n.layers[0].neurons[0].w[0].grad)\n"
    training = Training(page, program)
    printed = page.locator(".printed").inner_text().split()
    assert printed[0] == "41"
    assert float(printed[1]) != 0.0
    expect(training.sentence).to_contain_text("41 parameters of n")

    training.knob("steps", "500")
    training.train()
    training.at(500, 500)
    history = train(run(NET), steps=500, learning_rate=0.05)
    losses = history.losses
    assert losses[-1] < 0.01
    expect(training.sentence).to_contain_text("500 steps of gradient descent on 41 numbers, learning rate 0.05: loss goes from")
    expect(training.curve.locator("canvas")).to_be_visible()
    for i, target in enumerate((1.0, -1.0, -1.0, 1.0)):
        cells = training.row("Predictions at this iteration", f"ypred[{i}]").get_by_role("cell")
        expect(cells.last).to_have_text(f"{target:.4f}")
        assert abs(float(cells.first.inner_text()) - target) < 0.1

    training.scrubber.focus()
    training.bench.press("Home")
    training.at(0, 500)
    expect(training.panel.locator(".train-loss")).to_have_text(f"loss {losses[0]:.4f}")
    training.bench.press("ArrowRight")
    expect(training.panel.locator(".train-loss")).to_have_text(f"loss {losses[1]:.4f}")
    assert losses[1] < losses[0]
    training.bench.press("Home")
    expect(page).to_have_url(re.compile(r"iteration=0&iterations=500&lab=train"))

    page.reload()
    training.bench.ready()
    training.at(0, 500)
    first = training.table("Parameters at this iteration").get_by_role("row", name=re.compile(r"^w\[0\] ")).first
    weight = history.at(0)[0]
    expect(first.get_by_role("cell").first).to_have_text(f"{weight:.4f}")


def test_everything_follows_the_iteration(page: Page) -> None:
    """The graph's numbers, the parameter, its grad, and the arithmetic of the update; without a new picture and by keyboard."""
    training = Training(page)
    training.knob("learning rate", "0.25")
    training.train()
    training.at(100, 100)
    page.evaluate("window.before = document.querySelector('svg.stepgrad')")
    training.go_to(0)
    row = training.row("Parameters at this iteration", "x").get_by_role("cell")
    expect(row).to_have_text(["3.0000", "4.0000", "3.0000 − 0.25 · 4.0000 = 2.0000"])
    expect(training.bench.number("x", "data")).to_have_text("3.0000")
    training.bench.press("ArrowRight")
    expect(row).to_have_text(["2.0000", "2.0000", "2.0000 − 0.25 · 2.0000 = 1.5000"])
    expect(training.bench.number("x", "data")).to_have_text("2.0000")
    expect(training.bench.number("x", "grad")).to_have_text("2.0000")
    expect(training.bench.number("y", "data")).to_have_text("1.0000")
    expect(page.locator("[data-announcer]")).to_have_text("Iteration 1 of 100. y 1.0000.")
    assert page.evaluate("window.before === document.querySelector('svg.stepgrad')")
    page.get_by_role("button", name="Close panel").click()
    expect(training.bench.number("x", "data")).to_have_text("3.0000")
    expect(page).not_to_have_url(re.compile("iteration"))


@pytest.mark.parametrize(("step", "end"), [("", True), ("&step=1", False)])
def test_the_copied_image_shows_what_the_page_shows(page: Page, step: str, end: bool) -> None:
    """Also at the end, where the story of the iteration goes on with its update."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    training = Training(page, query=f"&iteration=3&iterations=10{step}")
    training.at(3, 10)
    shown = [training.bench.number(key, field) for key in "xy" for field in ("data", "grad")]
    link = training.bench.copied("Copy image link")
    assert ("step=" in link) is not end
    picture = ET.fromstring(page.request.get(link).text())
    texts = {each.get("data-slot"): each.text for each in picture.iter() if each.get("data-slot")}
    for number in shown:
        expect(number).to_have_text(texts[str(number.get_attribute("data-slot"))] or "")
    expect(training.bench.number("x", "data")).to_have_text("2.4580")


@pytest.mark.parametrize("source", [NET, "n = Neuron(2, seed=1)\ny = (n([1.0, -2.0]) - 0.5)**2\n"], ids=["a network", "a neuron"])
def test_the_diagram_follows_the_iteration(page: Page, source: str) -> None:
    """In the graph's place, with training beside it: at every iteration it is the picture that the server has of it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    training = Training(page, source, "&stage=diagram&iteration=0&iterations=30")
    training.at(0, 30)
    drawn = page.locator("svg.stepgrad-diagram")
    expect(drawn).to_be_visible()
    seen = []
    for iteration in (0, 7, 30):
        training.go_to(iteration)
        training.at(iteration, 30)
        expect(page).to_have_url(re.compile(f"iteration={iteration}&"))
        link = training.bench.copied("Copy image link")
        assert f"iteration={iteration}" in link
        picture = ET.fromstring(page.request.get(link).text())
        theirs = [each.text or "" for each in picture.iter() if each.get("data-slot")]
        expect(drawn.locator("[data-slot]")).to_have_text(theirs)
        seen.append(theirs)
    assert seen[0] != seen[1] != seen[2]


def test_the_curve_is_dragged_and_walked_by_keys(page: Page) -> None:
    training = Training(page)
    training.train()
    training.at(100, 100)
    expect(training.curve).to_have_attribute("aria-valuetext", re.compile(r"^iteration 100 of 100, y "))
    box = training.curve.locator(".u-over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.down()
    training.at(50, 100)
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 40)
    training.at(25, 100)
    expect(training.panel.locator(".curve-hover")).to_contain_text("iteration 25:")
    page.mouse.up()
    expect(training.curve).to_be_focused()
    training.bench.press("ArrowLeft", "PageUp")
    training.at(34, 100)
    training.bench.press("Home")
    training.at(0, 100)
    training.panel.get_by_role("button", name="log", exact=True).click()
    expect(training.panel.get_by_role("button", name="log", exact=True)).to_have_attribute("aria-pressed", "true")
    address = training.panel.get_by_role("link", name="Loss curve as SVG").get_attribute("href") or ""
    assert "/loss.svg?" in address
    assert "iteration=0" in address
    assert "scale=log" in address
    for name in ("Loss curve as SVG", "All iterations as CSV", "The run as JSON"):
        answer = page.request.get(training.panel.get_by_role("link", name=name).get_attribute("href") or "")
        assert answer.ok, (name, answer.text())
    assert len(json.loads(answer.text())["losses"]) == 100


def test_playing_and_pausing(page: Page) -> None:
    training = Training(page)
    training.train()
    training.at(100, 100)
    play = training.panel.get_by_role("button", name="Play training")
    play.click()
    pause = training.panel.get_by_role("button", name="Pause training")
    expect(training.scrubber).not_to_have_attribute("aria-valuetext", re.compile("^iteration (0|100) of"))
    training.scrubber.focus()
    training.bench.press(" ")
    expect(play).to_be_visible()
    expect(pause).to_have_count(0)
    shown = training.scrubber.input_value()
    page.wait_for_timeout(300)
    assert training.scrubber.input_value() == shown
    expect(page).to_have_url(re.compile(f"iteration={shown}(&|$)"))


def test_a_knob_turns_and_the_start_is_the_same(page: Page) -> None:
    training = Training(page)
    training.train()
    training.at(100, 100)
    training.go_to(0)
    before = training.row("Parameters at this iteration", "x").get_by_role("cell").first.inner_text()
    training.knob("learning rate", "0.4")
    expect(training.sentence).to_contain_text("learning rate 0.4")
    training.at(0, 100)
    expect(training.row("Parameters at this iteration", "x").get_by_role("cell")).to_have_text(
        [before, "4.0000", "3.0000 − 0.4 · 4.0000 = 1.4000"]
    )
    training.panel.get_by_role("slider", name="Learning rate, slider").focus()
    training.bench.press("ArrowRight")
    expect(training.panel.get_by_label("learning rate", exact=True)).to_have_value("0.45")
    expect(page).to_have_url(re.compile("learning_rate=0.45"))


def test_the_limit_is_said_before_it_is_hit(page: Page) -> None:
    training = Training(page, NET)
    note = training.panel.locator(".knob-note").first
    expect(note).to_have_text(re.compile(r"^at most [\d,]+ here$"))
    most = int(re.sub(r"\D", "", note.inner_text()))
    training.knob("steps", "999999")
    expect(training.panel.get_by_label("steps", exact=True)).to_have_value(str(most))
    training.knob("train", "n.layers[2]")
    expect(training.panel.get_by_text("5 parameters of n", exact=True)).to_be_visible()
    training.knob("train", "nobody")
    expect(training.sentence).to_contain_text("nobody")


def test_cancel(page: Page) -> None:
    training = Training(page)
    training.train()
    training.at(100, 100)

    def never(route: Route) -> None:
        if '"history":true' not in (route.request.post_data or ""):
            route.continue_()

    page.route("**/api/v1/train**", never)
    training.train()
    cancel = training.panel.get_by_role("button", name="Cancel")
    cancel.click()
    expect(training.sentence).to_have_text("Cancelled. Nothing was changed.")
    expect(cancel).to_have_count(0)
    training.at(100, 100)
    page.unroute("**/api/v1/train**")
    training.train()
    expect(training.sentence).to_contain_text("100 steps")


def test_side_by_side(page: Page) -> None:
    """The same start with and without zero_grad: two curves, two ends, and an address."""
    training = Training(page, NET, "&iterations=60")
    training.train()
    training.at(60, 60)
    training.panel.get_by_role("button", name="zero_grad forgotten").click()
    key = training.panel.locator(".curve-head .key span")
    expect(key).to_have_text(["grads zeroed", "grads never zeroed"])
    finals = training.table("Where both runs end")
    expect(finals.get_by_role("columnheader")).to_have_text(["at the end", "grads zeroed", "grads never zeroed"])
    ends = [train(run(NET), steps=60, learning_rate=0.05, zero_grad=zero).last for zero in (True, False)]
    cells = finals.get_by_role("row", name=re.compile("^loss")).get_by_role("cell")
    for cell, end in zip(cells.all(), ends, strict=True):
        assert float(cell.get_attribute("title") or "") == pytest.approx(end)
    expect(page).to_have_url(re.compile("versus=zero_grad:false"))
    page.reload()
    training.bench.ready()
    expect(key).to_have_text(["grads zeroed", "grads never zeroed"])
    training.panel.get_by_role("button", name="Only one run").click()
    expect(key).to_have_text(["loss"])
    training.panel.get_by_role("button", name="another learning rate").click()
    expect(key).to_have_text(["learning rate 0.05", "learning rate 0.5"])


def test_grads_that_add_up_are_told(page: Page) -> None:
    training = Training(page, BOWL, "&iteration=1&zero_grad=false&learning_rate=0.25")
    training.at(1, 100)
    row = training.row("Parameters at this iteration", "x").get_by_role("cell")
    expect(row).to_have_text(["2.0000", "6.0000", "2.0000 − 0.25 · 6.0000 = 0.5000"])


def test_where_it_overflows(page: Page) -> None:
    training = Training(page, "x = 3.0\ny = (x - 1)**4\n", "&iteration=0&learning_rate=5")
    stop = training.panel.locator(".train-stop")
    expect(stop).to_contain_text(re.compile(r"^Training stops at iteration \d+: "))
    stopped = re.search(r"iteration (\d+)", stop.inner_text())
    assert stopped
    stop.get_by_role("button", name="Go there").click()
    training.at(int(stopped[1]), int(stopped[1]))
    expect(training.bench.graph.locator(".is-troubled")).to_have_count(1)


def test_a_program_with_its_own_loop(page: Page) -> None:
    """It is trained from where it began; its updates are the program's own, so the server tells each iteration."""
    loop = "for k in range(3):\n    y = (x - 1)**2\n    x.grad = 0.0\n    y.backward()\n    x.data += -0.25 * x.grad\n"
    training = Training(page, f"x = Value(3.0)\n{loop}", "&learning_rate=0.25&iterations=50")
    count = page.locator(".timeline .count")
    steps = count.inner_text()
    training.train()
    training.at(50, 50)
    training.go_to(1)
    row = training.row("Parameters at this iteration", "x").get_by_role("cell")
    expect(row).to_have_text(["2.0000", "2.0000", "2.0000 − 0.25 · 2.0000 = 1.5000"])
    expect(training.bench.number("x", "data")).to_have_text("2.0000")
    page.get_by_role("button", name="Close panel").click()
    expect(count).to_have_text(steps)


def test_data_is_put_into_the_program(page: Page) -> None:
    training = Training(page, NET)
    training.panel.locator(".train-data summary").click()
    text = training.panel.get_by_label("Or paste rows", exact=False)
    text.fill("a,b,class\n1,2,1\n-1,two,-1\n")
    use = training.panel.get_by_role("button", name="Use these rows")
    use.click()
    expect(training.panel.get_by_role("alert")).to_have_text("Line 3, column 4: two is not a number.")
    expect(text).to_be_focused()
    text.fill("a,b,class\n1,2,1\n-1,-2,-1\n")
    use.click()
    expect(training.bench.editor).to_contain_text("ys = [1.0, -1.0]")
    expect(training.bench.editor).to_contain_text("MLP(2, [4, 4, 1], seed=1)")
    training.row("Predictions at this iteration", "ypred[1]").get_by_role("cell").first.wait_for()
    training.panel.get_by_role("button", name="The notebook's four rows").click()
    expect(training.bench.editor).to_contain_text("[2.0, 3.0, -1.0]")
    training.panel.get_by_label("as a program of its own").check()
    text.fill("1 5\n2 7\n3 9\n")
    use.click()
    expect(training.bench.editor).to_contain_text('n = Neuron(1, activation="linear", seed=1)')
    training.row("Predictions at this iteration", "ypred[2]").get_by_role("cell").first.wait_for()


def test_the_boundary_follows(page: Page) -> None:
    """What the model says over its two inputs, at each iteration; a fit along one."""
    rows = "xs, ys = moons(12, noise=0.1, seed=1)\n"
    training = Training(page, f"{rows}{SMALL.removeprefix(ROWS).replace('Neuron(3', 'Neuron(2')}", "&iteration=3")
    picture = training.panel.get_by_role("img", name="What the model says over its inputs at iteration 3,")
    expect(picture).to_be_visible()
    training.scrubber.focus()
    training.bench.press("Home")
    picture = training.panel.get_by_role("img", name="What the model says over its inputs at iteration 0,")
    expect(picture).to_have_attribute("src", re.compile(r"/boundary\.svg\?iteration=0"))
    assert page.request.get(picture.get_attribute("src") or "").ok
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_from_the_gallery_and_in_a_frame(page: Page) -> None:
    page.add_init_script(REFUSALS)
    bench = Workbench(page)
    bench.menu("Examples").get_by_role("button", name="Train a net").click()
    expect(page.get_by_role("complementary").get_by_text("41 parameters of n").first).to_be_visible()
    training = Training(page, BOWL, "&iteration=2&learning_rate=0.25", path="/embed/")
    training.at(2, 100)
    expect(bench.number("x", "data")).to_have_text("1.5000")
    assert page.evaluate("window.refused") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1000, 1440])
def test_axe_finds_nothing(page: Page, axe: Callable[[Page], list[str]], width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    training = Training(page, SMALL, f"&theme={theme}&iterations=40")
    expect(training.sentence).to_contain_text("Press Train")
    assert axe(page) == [], "before a run"
    training.train()
    training.at(40, 40)
    assert axe(page) == [], "a run"
    training.panel.get_by_role("button", name="zero_grad forgotten").click()
    expect(training.table("Where both runs end")).to_be_visible()
    training.panel.locator(".train-data summary").click()
    training.panel.get_by_role("button", name="Use these rows").click()
    expect(training.panel.get_by_role("alert")).to_contain_text("Line 1")
    assert axe(page) == [], "side by side, data, an error"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        training = Training(page)
        training.panel.get_by_role("button", name="Train", exact=True).tap()
        training.at(100, 100)
        training.panel.get_by_role("button", name="First iteration").tap()
        training.at(0, 100)
        expect(training.bench.number("x", "data")).to_have_text("3.0000")
        small = page.evaluate(
            """() => [...document.querySelectorAll('.training :is(button, select, summary, input)')]
                .filter((e) => e.checkVisibility())
                .map((e) => [e, (e.type === 'checkbox' ? e.parentElement : e).getBoundingClientRect()])
                .filter(([, r]) => r.width && (r.width < 40 || r.height < 40))
                .map(([e, r]) => `${e.ariaLabel || e.textContent || e.id} ${r.width}x${r.height}`)"""
        )
        assert small == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    finally:
        context.close()
