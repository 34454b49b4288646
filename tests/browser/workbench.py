"""The page as its user meets it: what can be seen and pressed, by role and visible text."""

from __future__ import annotations

import base64
import re
import zlib

from playwright.sync_api import Locator, Page, expect

NEURON = """x1 = 2.0
x2 = 0.0
w1 = -3.0
w2 = 1.0
b = 6.8813735870195432
n = x1*w1 + x2*w2 + b
o = n.tanh()
"""
SQUARE = "a = 3.0\nb = a * a\n"


def code(source: str) -> str:
    """A program as an address has it."""
    return base64.urlsafe_b64encode(zlib.compress(source.encode())).decode().rstrip("=")


class Workbench:
    """A page with a program open."""

    def __init__(self, page: Page, source: str | None = None, query: str = "", path: str = "/g/") -> None:
        self.page = page
        self.open(f"{path}{code(source)}{query}" if source is not None else "/")

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.ready()

    def ready(self) -> None:
        expect(self.page.locator("html[data-ready]")).to_be_attached()

    @property
    def editor(self) -> Locator:
        return self.page.get_by_role("textbox", name="Program")

    @property
    def graph(self) -> Locator:
        return self.page.locator("svg.stepgrad")

    def node(self, key: str) -> Locator:
        """The drawn value; the first of them when it is drawn at each of its uses."""
        return self.graph.locator(f'g.node[data-key="{key}"]').first

    def number(self, key: str, field: str) -> Locator:
        return self.node(key).locator(f'[data-field="{field}"]')

    def type_program(self, source: str) -> None:
        """Replace the program, as by pasting."""
        self.editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(source)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def leave_editor(self) -> None:
        self.press("Escape", "Escape")

    def expect_step(self, index: int, count: int | None = None) -> None:
        total = r"\d+" if count is None else str(count)
        expect(self.page.get_by_text(re.compile(rf"^step {index} of {total}$"))).to_be_visible()

    def numbers(self) -> list[str]:
        """Every number the picture shows, in order."""
        return self.graph.locator("[data-slot]").all_text_contents()

    def menu(self, name: str) -> Locator:
        self.page.get_by_role("button", name=name, exact=True).click()
        return self.page.get_by_role("region", name=name, exact=True)

    def copied(self, item: str) -> str:
        """What a button of the share menu puts on the clipboard."""
        menu = self.menu("Share")
        # What was copied before, and said of it, is not taken for the answer.
        self.page.evaluate("navigator.clipboard.writeText('')")
        menu.get_by_role("button", name=item).click()
        self.page.wait_for_function("navigator.clipboard.readText()")
        expect(self.page.locator("#share-panel")).to_contain_text("copied.")
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        self.press("Escape")
        return text
