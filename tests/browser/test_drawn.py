"""What is drawn from numbers: the error against h, three columns compared, one example of several, folds, and all by touch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from stepgrad.app.gallery import gallery
from tests.browser.workbench import NEURON, SQUARE, Workbench

FOUR = next(example.source for example in gallery() if example.slug == "four-examples")
PHONE = {"width": 390, "height": 844}


def test_the_error_curve_falls_to_a_floor_and_rises_to_garbage(page: Page) -> None:
    """x³ at 2, on log axes: a line of slope 1 down to a floor near 1e-8, and at 1e-15 nothing is right."""
    bench = Workbench(page, "x = 2.0\ny = x ** 3\n")
    bench.node("x").locator(".box").click()
    chart = page.get_by_role("complementary").get_by_role("img", name=re.compile("^Error of the numeric gradient of x"))
    drawn = chart.locator(".line.is-backward").get_attribute("d") or ""
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", drawn)]
    assert len(points) == 33, "h = 1 … 1e-16, two to a decade"
    at = dict(zip([-half / 2 for half in range(33)], points, strict=True))
    assert chart.locator("text.tick").count() >= 8

    apart = [before[0] - after[0] for before, after in pairwise(points)]
    assert max(apart) - min(apart) < 0.3, "equal factors of h are equal ways"
    falls = [at[-n - 1][1] - at[-n][1] for n in range(1, 6)]
    assert max(falls) - min(falls) < 0.5, "an error of 6h: a straight line"
    decade = sum(falls) / len(falls)
    assert decade > 5
    floor = max(at, key=lambda h: at[h][1])
    assert -10 <= floor <= -6
    assert at[-1.0][1] + 6 * decade < at[floor][1], "six decades down from h = 0.1, and more"
    assert at[-15.0][1] < at[-2.0][1], "garbage: worse than at h = 0.01"


def test_ours_measured_and_pytorchs_stand_side_by_side(page: Page) -> None:
    """With what a server with PyTorch answers; one row of it is made to differ."""

    def with_torch(route: Route) -> None:
        response = route.fetch()
        answer = response.json()
        answer["torch"] = {"available": True, "version": "2"}
        for row in answer["nodes"]:
            row["torch_grad"] = row["grad"] if row["key"] == "a" else 2.0
            row["verdict"] = row["torch_verdict"] = "agrees" if row["key"] == "a" else "differs"
        answer["sentence"] = "1 of 2 values differ from a central difference and PyTorch: b."
        route.fulfill(response=response, json=answer)

    page.route("**/api/v1/compare", with_torch)
    Workbench(page, SQUARE, "?lab=code")
    table = page.get_by_role("region", name="Grads compared")
    expect(table.get_by_role("columnheader")).to_have_text(["value", "ours", "measured", "PyTorch", "verdict"])
    expect(table.get_by_role("row", name=re.compile("^a ")).get_by_role("cell")).to_have_text(
        ["6.0000", "6.0000", "6.0000", "agrees"]
    )
    expect(table.get_by_role("row", name=re.compile("^b ")).get_by_role("cell")).to_have_text(
        ["1.0000", "1.0000", "2.0000", "differs"]
    )
    expect(page.get_by_role("complementary")).to_contain_text("1 of 2 values differ")


def test_one_example_is_picked_and_all_come_back(page: Page) -> None:
    """The others are one box; the numbers are those of the whole, and the address says which."""
    bench = Workbench(page, FOUR)
    before, loss = bench.graph.locator("g.node").count(), bench.number("loss", "data").text_content() or ""
    picker = bench.menu("View").get_by_label("Example", exact=True)
    expect(picker.locator("option")).to_have_text(["All", *(f"{i} of 4" for i in range(1, 5))])
    picker.select_option("2")
    expect(page).to_have_url(re.compile("[?&]example=2"))
    others = bench.graph.locator("g.node.group").filter(has_text="3 more n")
    expect(others).to_have_count(1)
    expect(bench.graph.locator('g.node[data-key="xs[1][0]"]')).to_have_count(1)
    expect(bench.graph.locator('g.node[data-key^="xs[2]"]')).to_have_count(0)
    expect(bench.number("loss", "data")).to_have_text(loss)
    picker.select_option("3")
    expect(bench.graph.locator('g.node[data-key="xs[2][0]"]')).to_have_count(1)
    expect(bench.graph.locator('g.node[data-key^="xs[1]"]')).to_have_count(0)
    picker.select_option("0")
    expect(others).to_have_count(0)
    expect(bench.graph.locator("g.node")).to_have_count(before)
    expect(page).not_to_have_url(re.compile("example="))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_where_folds_are_open(page: Page, axe: Callable[[Page], list[str]], width: int, theme: str) -> None:
    """At rest, in the middle of the backward pass, and with the panel of a part that is still folded."""
    page.set_viewport_size({"width": width, "height": 844})
    bench = Workbench(page, FOUR, f"?collapse=layer&open=ypred/n/layers[0],ypred/n/layers[1]/neurons[2]&theme={theme}")
    expect(bench.graph.locator("[data-frame]").first).to_be_attached()
    assert axe(page) == [], "opened"
    bench.press("ArrowLeft", "ArrowLeft")
    bench.graph.locator("g.node.group").first.focus()
    bench.press("Enter")
    expect(page.get_by_role("complementary")).to_be_visible()
    # Of a box that the window cuts through, axe would take the rest for all that it says.
    page.get_by_role("button", name="Fit the whole graph").press("Enter")
    assert axe(page) == [], "with a panel"


DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until what has come so far is seen, however slow the machine is."""


class Fingers:
    """Touches as a screen sends them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._wire = page.context.new_cdp_session(page)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self._wire.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})

    def move(self, *ways: tuple[tuple[float, float], tuple[float, float]], steps: int = 6) -> Iterator[None]:
        """Fingers go down, along their ways, and up; between the steps something can be looked at."""
        self.touch("Start", *(start for start, _ in ways))
        for i in range(1, steps + 1):
            self.touch("Move", *((a + (c - a) * i / steps, b + (d - b) * i / steps) for (a, b), (c, d) in ways))
            self.page.wait_for_timeout(60)
            self.page.evaluate(DRAWN)
            yield
        self.touch("End")
        self.page.evaluate(DRAWN)


def test_by_touch_a_slider_is_dragged_and_the_graph_moved_and_pinched(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        bench = Workbench(page, NEURON)
        fingers = Fingers(page)
        read = """() => { const { a, d, e, f } = new DOMMatrix(getComputedStyle(document.querySelector('.sheet')).transform);
            return { scale: Math.sqrt(a * d), x: e, y: f } }"""
        stage = page.locator(".stage").bounding_box()
        assert stage
        x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2

        before = page.evaluate(read)
        for _ in fingers.move(((x + 30, y), (x - 30, y + 20))):
            pass
        after = page.evaluate(read)
        assert after["scale"] == pytest.approx(before["scale"])
        assert after["x"] - before["x"] == pytest.approx(-60, abs=12)
        assert after["y"] - before["y"] == pytest.approx(20, abs=6)

        for _ in fingers.move(((x - 30, y), (x - 90, y)), ((x + 30, y), (x + 90, y))):
            pass
        assert page.evaluate(read)["scale"] > 1.8 * after["scale"]

        page.locator("#inputs summary").tap()
        bar = page.get_by_role("slider", name="b", exact=True)
        bar.scroll_into_view_if_needed()
        box = bar.bounding_box()
        assert box
        middle = box["y"] + box["height"] / 2
        shown = set()
        for _ in fingers.move(((box["x"] + box["width"] * 0.8, middle), (box["x"] + box["width"] * 0.4, middle))):
            shown.add(bench.number("o", "data").text_content())
        assert len(shown) >= 3, "every number on the way is shown while the finger is down"
        expect(page).to_have_url(re.compile("inputs=b"))
    finally:
        context.close()
