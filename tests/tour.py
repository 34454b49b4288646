"""The pictures of docs/tour.md, and the page itself: `python3 dev.py shots` makes both anew.

A picture is a row of STATES: a name, a sentence, a program, what the address says, and what is pressed. To add one, add a row.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from dev import chromium
from stepgrad.app.config import Settings
from stepgrad.app.gallery import gallery
from stepgrad.app.main import create_app
from tests.browser.live import ARGUMENTS, serving
from tests.png import smaller

__all__ = ["FOLDER", "STATES", "TOUR", "tour"]

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs/pictures"
TOUR = ROOT / "docs/tour.md"
DESK, PHONE = (1200, 750), (390, 844)


def _nothing(page: Page) -> None:
    pass


@dataclass(frozen=True, slots=True)
class State:
    """A picture of the page: its file, what one sees, how to get there."""

    name: str
    sentence: str
    slug: str
    query: str = ""
    act: Callable[[Page], object] = field(default=_nothing)
    size: tuple[int, int] = DESK
    path: str = "/"

    @property
    def address(self) -> str:
        source = next(example.source for example in gallery() if example.slug == self.slug)
        return f"{self.path}?{self.query}&e={quote(source)}" if self.query else f"{self.path}?e={quote(source)}"


def _box(key: str) -> str:
    return f'g.node[data-key="{key}"]'


STATES = (
    State("first-look", "A program on the left, its computation graph on the right; every number has its name.", "first-look"),
    State(
        "backward",
        "In the middle of the backward pass: what is written, where it comes from, a sentence and the formula.",
        "neuron",
        "step=12&style=compact",
    ),
    State("edges", "At each edge stands its local derivative.", "neuron", "edges=local&style=compact&step=9"),
    State(
        "inspector",
        "Inside a value: its rule, each term of its grad, the paths it is a sum of, and a measured check.",
        "neuron",
        "style=compact",
        lambda page: page.locator(_box("n")).click(),
    ),
    State(
        "edit",
        "Two presses on a box: its label and its number are edited, and the program follows.",
        "neuron",
        "style=compact",
        lambda page: (page.locator(_box("w1")).focus(), page.keyboard.press("F2")),
    ),
    State(
        "inputs",
        "Every input has a slider; all numbers, grads and formulas follow at once.",
        "neuron",
        "style=compact&inputs=x1:1.2",
        lambda page: page.locator("#inputs summary").click(),
    ),
    State(
        "apart",
        "A press on tanh draws it from what it is made of.",
        "neuron",
        "expand=tanh@o&style=compact",
    ),
    State("folded", "A large graph opens folded; a press opens a part.", "two-layers", "collapse=function&style=compact"),
    State("plot", "The output against an input, with the tangent and a secant that closes in on it.", "parabola", "lab=plot"),
    State("code", "The same program for PyTorch, and three columns of numbers beside each other.", "neuron", "lab=code"),
    State("diagram", "The same neuron as a diagram, moved by every step.", "neuron", "lab=diagram&style=compact"),
    State(
        "train",
        "Trained beside the graph: a loss curve, and every iteration is a moment of its own.",
        "moons",
        "lab=train&style=compact",
        lambda page: (
            page.locator(".dock").get_by_role("button", name="Train", exact=True).click(),
            page.wait_for_timeout(4000),
        ),
    ),
    State("order", "Why this order? Three walks back; two stop at a wrong number.", "order", "lab=orders"),
    State("square", "x · x: two edges, and what a set of inputs would lose.", "square", "lab=square"),
    State("twice", "Backward twice: what the leaves hold after each pass.", "backward-twice", "lab=twice"),
    State("modes", "Forward mode against reverse mode, counted.", "neuron", "lab=modes&style=compact"),
    State("wrong", "Where it goes wrong: the first number that is none, at its cause.", "first-nan", "lab=wrong"),
    State("predict", "Predict: the hidden numbers are asked for.", "first-look", "lab=predict"),
    State("dark", "At night.", "softmax", "theme=dark&step=20&style=compact"),
    State("present", "For the last row of a lecture hall: the graph and its sentence alone.", "neuron", "present=1&step=12"),
    State("embed", "In somebody's page: the player alone.", "first-look", "step=5", size=(800, 420), path="/embed"),
    State("phone", "On a phone: the graph stays in sight.", "first-look", "step=6", size=PHONE),
)


def tour() -> str:
    """The page that shows them all."""
    shown = (f"![{state.sentence}](pictures/{state.name}.png)\n\n{state.sentence}\n" for state in STATES)
    return "\n".join(["# A tour in pictures\n\nMade by `python3 dev.py shots` from the table in `tests/tour.py`.\n", *shown])


def main(names: list[str]) -> None:
    if unknown := set(names) - {state.name for state in STATES}:
        raise SystemExit(f"No picture is called {', '.join(sorted(unknown))}.")
    FOLDER.mkdir(exist_ok=True)
    with serving(create_app(Settings())) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for state in STATES:
            if names and state.name not in names:
                continue
            width, height = state.size
            page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce", base_url=url)
            page.goto(state.address)
            page.wait_for_selector("html[data-ready]")
            page.evaluate("document.fonts.ready")
            state.act(page)
            page.wait_for_timeout(1200)  # what the server is asked for, and KaTeX
            page.mouse.move(0, 0)
            (FOLDER / f"{state.name}.png").write_bytes(smaller(page.screenshot()))
            page.close()
        browser.close()
    for path in FOLDER.glob("*.png"):
        if path.stem not in {state.name for state in STATES}:
            path.unlink()
    TOUR.write_text(tour(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
