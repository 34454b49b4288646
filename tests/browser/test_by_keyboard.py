"""Each lab is opened from the gallery, done from start to end, and closed, with the keyboard alone; its story is spoken."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.workbench import SQUARE, Workbench

WATCH = """window.spoken = [];
window.pointed = 0;
addEventListener('pointerdown', () => window.pointed++, true);
addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
    const text = document.querySelector('[data-announcer]')?.textContent;
    if (text && text !== window.spoken.at(-1)) window.spoken.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true }));
"""


class Hands:
    """A page that is worked with Tab, arrows, Enter and Escape; what it says is kept."""

    def __init__(self, page: Page, source: str = SQUARE) -> None:
        page.add_init_script(WATCH)
        self.page = page
        self.bench = Workbench(page, source)
        self.press = self.bench.press
        self.lab = page.get_by_role("complementary")

    def tab_to(self, target: Locator, key: str = "Tab", most: int = 150) -> None:
        """Press Tab until it has the keyboard."""
        expect(target).to_be_visible()
        for _ in range(most):
            if target.evaluate("(e) => e === e.getRootNode().activeElement"):
                return
            self.press(key)
        raise AssertionError(f"{target} is not come to by {key}")

    def do(self, target: Locator, *keys: str) -> None:
        self.tab_to(target)
        self.press(*(keys or ("Enter",)))

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.lab.get_by_role("button", name=name)

    def open_lab(self, title: str) -> None:
        self.do(self.page.get_by_role("button", name="Examples", exact=True))
        self.do(self.page.get_by_role("region", name="Examples", exact=True).get_by_role("button", name=re.compile(f"^{title}")))
        expect(self.lab).to_be_visible()

    def hears(self, *patterns: str) -> None:
        """Each was said since the page was opened."""
        for pattern in patterns:
            for _ in range(300):
                said: list[str] = self.page.evaluate("window.spoken")
                if any(re.search(pattern, text) for text in said):
                    break
                self.page.wait_for_timeout(100)
            else:
                raise AssertionError(f"{pattern!r} was not said, but {said}")

    def leave(self) -> None:
        """Escape closes the panel, and the keyboard is back where it was, not at the top of the page."""
        self.tab_to(self.page.get_by_role("button", name="Close panel"), "Shift+Tab")
        self.press("Escape")
        expect(self.lab).to_have_count(0)
        expect(self.page).not_to_have_url(re.compile("lab=|quiz="))
        assert self.page.evaluate("document.activeElement !== document.body")
        assert self.page.evaluate("window.pointed") == 0


def test_plot(page: Page) -> None:
    """The curve, where it is flat, and a secant that becomes the tangent."""
    hands = Hands(page)
    hands.open_lab(r"Plot 3x² − 4x \+ 5")
    hands.hears(r"Plot.*y against x\. At x = 3\.0000 it is 20\.0000.*slope of the grad, 14\.0000")
    hands.do(hands.lab.get_by_role("slider", name="h of the secant"), "Home")
    expect(hands.lab.locator(".key .is-update")).to_have_text("secant, slope 14.0003")
    hands.do(hands.lab.get_by_role("textbox", name="to"), "Control+a")
    page.keyboard.type("8")
    hands.press("Enter")
    expect(hands.lab.get_by_role("link", name="SVG")).to_have_attribute("href", re.compile("to=8"))
    expect(hands.lab.get_by_role("slider", name="h of the secant")).to_have_attribute("aria-valuetext", "1.0e-4, slope 14.0003")
    hands.leave()


def test_diagram(page: Page) -> None:
    """From cell to cell with the arrows, each with its numbers; the steps go on beside it."""
    hands = Hands(page)
    hands.open_lab("A neuron as a diagram")
    hands.hears("Diagram. Neuron o")
    picture = page.locator("svg.stepgrad-diagram")
    first = picture.locator('g[role="button"][tabindex="0"]')
    hands.tab_to(first)
    expect(first).to_have_accessible_name(re.compile(r"^(x1|w1) -?[23]\.0"))
    hands.press("ArrowRight", "ArrowRight", "ArrowRight")
    here = picture.locator('g[role="button"]:focus')
    expect(here).to_have_accessible_name(re.compile("0.7071"))
    hands.press("Enter")
    expect(hands.bench.node("o")).to_have_class(re.compile("is-selected"))
    hands.do(page.get_by_role("slider", name="Step"), "Home")
    hands.hears(r"Step 0 of")
    hands.leave()


def test_why_this_order(page: Page) -> None:
    """What the three walks say, and what they say when an input is another number."""
    hands = Hands(page)
    hands.open_lab(r"Why this order\?")
    hands.hears("a 25, b 19.*naive recursion gives 29, 22")
    hands.do(page.locator("#inputs summary"))
    hands.do(page.get_by_role("slider", name="a", exact=True), "ArrowUp", "ArrowUp")
    expect(hands.lab.locator(".walk").first.locator(".result").first).not_to_have_text("a 25.00 ✓")
    hands.hears("Topological order is right here: a 26.8, b 20.6|a 2[0-9.]+, b .*naive recursion")
    hands.leave()


def test_x_times_x(page: Page) -> None:
    """From contribution to contribution: 3, then 6."""
    hands = Hands(page)
    hands.open_lab("x · x, two edges")
    hands.hears(r"x · x\. y takes x twice: 2 edges, 2 contributions")
    hands.do(hands.button("step 3"))
    hands.bench.expect_step(3, 4)
    hands.hears(r"Step 3 of 4\. Backward\.")
    hands.do(hands.button("step 4"))
    hands.hears(r"Step 4 of 4\. Backward\..*6")
    expect(hands.lab.locator(".result")).to_have_text(["x.grad = 6.0000 ✓", "x.grad = 3.0000 ✗"])
    hands.leave()


def test_backward_twice(page: Page) -> None:
    """Through all milestones in their order: each is told, and the keyboard stays where it is."""
    hands = Hands(page)
    hands.open_lab("Backward twice, zero_grad")
    hands.hears("A backward pass adds to the grads of the leaves")
    names = [row.split(" (")[0] for row in hands.lab.get_by_role("rowheader").all_text_contents()]
    assert names == ["backward 1", "backward 2", "zero_grad", "backward 3", "update"]
    for i, name in enumerate(names):
        button = hands.button(re.compile(f"^{name}"))
        hands.tab_to(button, most=2 if i else 150)
        hands.press("Enter")
        step = re.findall(r"\d+", button.inner_text())[-1]
        hands.bench.expect_step(int(step))
        expect(button).to_be_focused()
        hands.hears(rf"Step {step} of")
        expect(hands.lab.get_by_role("row", name=re.compile(f"^{name}"))).to_have_attribute("aria-current", "step")
    hands.leave()


def test_forward_against_reverse(page: Page) -> None:
    """Counted for five inputs, and again for a program of two."""
    hands = Hands(page)
    hands.open_lab("Forward mode against reverse mode")
    hands.hears("forward mode takes 5 passes and 18 multiplications, reverse mode 1 pass")
    hands.tab_to(hands.bench.editor)
    hands.press("Control+a")
    page.keyboard.insert_text("a = 2.0\nb = 3.0\nc = a * b\n")
    hands.press("Escape", "Escape")
    hands.hears("forward mode takes 2 passes and .* reverse mode 1 pass")
    hands.leave()


def test_where_it_goes_wrong(page: Page) -> None:
    """Through all five programs; of each is told what goes wrong, and the value is looked into."""
    hands = Hands(page)
    hands.open_lab("Where it goes wrong")
    hands.hears(r"Where it goes wrong\. The gradient (has|that)|vanish")
    for program, told in (
        ("A saturated sigmoid", "p is saturated"),
        ("A dead relu", "h is dead here"),
        ("An exploding gradient", "explod"),
        ("The first nan", "first value that is no finite number"),
    ):
        hands.do(hands.button(program))
        hands.hears(f"Where it goes wrong.*({told})")
        expect(hands.button(program)).to_be_focused()
    hands.do(hands.lab.locator(".trouble").first.get_by_role("button"))
    expect(hands.lab).to_contain_text("Its grad")


def test_predict(page: Page) -> None:
    """A wrong answer, its rule, and then all that is asked."""
    hands = Hands(page)
    hands.open_lab("Predict")
    hands.hears(r"Predict\. What do the \? stand for\? 0 of 3 found")
    for name, tries in (("a.grad", ("2", "-3")), ("b.grad", ("2",)), ("c.grad", ("1",))):
        answer = hands.lab.get_by_role("textbox", name=name)
        hands.tab_to(answer)
        for number in tries:
            hands.press("Control+a")
            page.keyboard.type(number)
            hands.press("Enter")
            expect(answer).to_be_focused()
            hands.hears(rf"^{name}: (wrong, not that|right)")
    hands.hears("a.grad: wrong, not that", r"a.grad: right, -3\.0000", r"c.grad: right, 1\.0000")
    expect(hands.lab.get_by_role("status")).to_have_text("All 3 are right.")
    hands.do(hands.button("All data"))
    expect(hands.lab.get_by_role("status")).to_have_text(re.compile("0 of 2 found"))
    expect(hands.button("All data")).to_be_focused()
    hands.leave()


def test_training(page: Page) -> None:
    """A run, its first iterations, another learning rate, and the run stops nowhere on the way."""
    hands = Hands(page)
    hands.open_lab("Train a net")
    hands.hears(r"Training\. Press Train: 100 steps on 41 parameters of n")
    hands.do(hands.button(re.compile("^Train$")))
    hands.hears("100 steps of gradient descent on 41 numbers.*loss goes from")
    hands.do(hands.lab.get_by_role("slider", name="Iteration", exact=True), "Home")
    hands.hears(r"Iteration 0 of 100\. loss 6\.\d+")
    hands.press("ArrowRight")
    hands.hears(r"Iteration 1 of 100\. loss")
    hands.do(hands.lab.get_by_label("learning rate", exact=True), "Control+a")
    page.keyboard.type("0.1")
    hands.press("Enter")
    hands.hears(r"learning rate 0\.1: loss goes from")
    hands.leave()


def test_code(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hands = Hands(page)
    hands.do(page.get_by_role("button", name="Code", exact=True))
    hands.hears(r"Code\..*2 values agree with a central difference")
    hands.do(hands.button("micrograd"))
    expect(page.get_by_role("region", name="Generated program")).to_contain_text("Value(3.0")
    hands.do(hands.button("Copy"))
    hands.hears(r"^Copied\.")
    hands.leave()


def test_every_lab_has_a_test_here() -> None:
    """A lab that comes new is done by keyboard, too."""
    table = (Path(__file__).parents[2] / "static/js/labs/labs.js").read_text(encoding="utf-8")
    names = re.findall(r"(\w+): \w+(?:Lab|Panel)\b", table[table.index("const LABS") : table.index("};")])
    done = {"plot", "code", "orders", "square", "twice", "modes", "wrong", "predict", "train", "diagram"}
    assert set(names) == done
