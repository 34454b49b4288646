"""What a person waits for, in Chromium: a step, a new picture, a slider, the view of a large graph."""

from __future__ import annotations

import statistics
import urllib.parse
from typing import Any

from playwright.sync_api import Page, sync_playwright

from dev import chromium
from tests.bench.measure import Result
from tests.bench.programs import HUGE, MANY, NEURON
from tests.bench.service import serving

DEBOUNCE = 120.0
"""Milliseconds the page waits for the next keystroke; static/js/editor.js."""

AFTER_KEY = """() => {
  window.painted = [];
  addEventListener("keydown", (event) => {
    // A task posted from an animation frame runs once that frame has been painted.
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.painted.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(null);
    });
  }, {capture: true});
}"""

AFTER_TYPING = """() => {
  window.painted = [];
  let typed = 0;
  addEventListener("keydown", (event) => { typed = event.timeStamp; }, {capture: true});
  new MutationObserver(() => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { if (typed) window.painted.push(performance.now() - typed); typed = 0; };
    channel.port2.postMessage(null);
  })).observe(document.querySelector("#viewer"), {childList: true, subtree: true});
}"""


def run() -> list[Result]:
    # A busy machine may lay out the largest graph slowly; that is not what is measured here.
    with serving("-m", "stepgrad", "serve", STEPGRAD_LAYOUT_SECONDS="30") as port, sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        results = [
            _steps(page, port, "neuron", NEURON),
            _steps(page, port, "lecture's loss, 360 values", MANY),
            _typing(page, port),
            _dragging(page, port, "neuron", NEURON, 1000 / 60),
            _dragging(page, port, "lecture's loss, 360 values", MANY + _KNOB, 1000 / 30),
            _training(page, port, "folded", ""),
            _training(page, port, "every value drawn", "collapse=none&style=compact&"),
            _moving(page, port, "zoom", ZOOMED),
            _moving(page, port, "pan", PANNED),
        ]
        browser.close()
    return results


_KNOB = "knob = 1.0\nout = loss * knob\nw1[0][0] = knob * w1[0][0]\n"
"""What is dragged: a slider that all of the loss depends on."""

DRAGGED = """async () => {
  const slider = document.querySelector("#inputs input[type=range]");
  const frames = [];
  let last = 0;
  for (let i = 0; i < 140; i += 1) {
    const now = await new Promise(requestAnimationFrame);
    if (i > 20) frames.push(now - last);
    last = now;
    slider.value = String(Number(slider.min) * Math.sin(i / 9));
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  }
  return frames;
}"""


ZOOMED = """async () => {
  const stage = document.querySelector("#stage");
  const {left, top, width, height} = stage.getBoundingClientRect();
  const frames = [];
  let last = 0;
  for (let i = 0; i < 150; i += 1) {
    const now = await new Promise(requestAnimationFrame);
    if (i > 3) frames.push(now - last);
    last = now;
    // In until numbers can be read, out again, somewhere else.
    const deltaY = -60 * Math.sign(Math.sin((i + 0.5) / 12));
    const at = {clientX: left + width * (0.3 + i / 400), clientY: top + height / 2};
    stage.dispatchEvent(new WheelEvent("wheel", {deltaY, ...at, bubbles: true, cancelable: true}));
  }
  return frames;
}"""

PANNED = """async () => {
  const stage = document.querySelector("#stage");
  const {left, top, width, height} = stage.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const mouse = (kind, target, at) => target.dispatchEvent(
    new MouseEvent(kind, {clientX: at, clientY: y + (x - at) / 9, bubbles: true, cancelable: true, view: window}));
  const frames = [];
  let last = 0;
  mouse("mousedown", stage, x);
  for (let i = 0; i < 150; i += 1) {
    const now = await new Promise(requestAnimationFrame);
    if (i > 3) frames.push(now - last);
    last = now;
    mouse("mousemove", window, x - 14 * i);
  }
  mouse("mouseup", window, x);
  return frames;
}"""


def _moving(page: Page, port: int, what: str, gesture: str) -> Result:
    """The time from frame to frame while the view of 2,000 boxes is zoomed or moved."""
    _open(page, port, HUGE)
    page.keyboard.press("f")
    page.wait_for_timeout(800)
    if what == "pan":
        for _ in range(6):
            page.keyboard.press("+")
        page.wait_for_timeout(800)
    return _frames(f"{what}, frame to frame, {page.locator('g.node').count():,} boxes", page.evaluate(gesture), 1000 / 30)


def _dragging(page: Page, port: int, name: str, source: str, limit: float) -> Result:
    """The time from frame to frame while a slider moves in every one."""
    _open(page, port, source)
    page.keyboard.press("End")
    page.locator("#inputs summary").click()
    page.wait_for_timeout(500)
    return _frames(f"slider drag, frame to frame, {name}", page.evaluate(DRAGGED), limit)


def _frames(what: str, times: list[float], limit: float) -> Result:
    frames = sorted(times)
    slow = frames[int(len(frames) * 0.95)]
    # A frame that is not late comes when the screen wants it, give or take a clock's jitter.
    return Result(
        what, f"{statistics.median(frames):.1f} ms", f"p95 {slow:.1f}, at most {limit:.1f}", None, None, slow <= limit * 1.1
    )


PLAYED = """async () => {
  document.querySelector(".train-transport .is-main").click();
  const frames = [];
  let last = 0;
  for (let i = 0; i < 140; i += 1) {
    const now = await new Promise(requestAnimationFrame);
    if (i > 20) frames.push(now - last);
    last = now;
  }
  return frames;
}"""


def _training(page: Page, port: int, name: str, view: str) -> Result:
    """The time from frame to frame while training plays, 60 iterations a second."""
    query = f"{view}lab=train&iteration=0&iterations=500&step=end&e={urllib.parse.quote(MANY)}"
    page.goto(f"http://127.0.0.1:{port}/?{query}")
    page.wait_for_selector("html[data-ready]")
    page.get_by_text("iteration 0 of 500").wait_for()
    page.wait_for_timeout(1500)
    return _frames(f"training plays, frame to frame, lecture's loss, {name}", page.evaluate(PLAYED), 1000 / 30)


def _open(page: Page, port: int, source: str) -> None:
    page.goto(f"http://127.0.0.1:{port}/?step=0&collapse=none&e={urllib.parse.quote(source)}")
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("#viewer svg .node")


def _steps(page: Page, port: int, name: str, source: str) -> Result:
    _open(page, port, source)
    page.locator("#viewer").focus()
    page.evaluate(AFTER_KEY)
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(23)  # out of step with the frames
    return _bound(f"key press to painted step, {name}", page.evaluate("window.painted"), 16.0)


def _typing(page: Page, port: int) -> Result:
    _open(page, port, NEURON)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.evaluate(AFTER_TYPING)
    for digit in "12345678901234567890":
        page.keyboard.type(f"z{digit} = o*{digit}.5\n" if digit in "13579" else f"y{digit} = n + x1\n")
        page.wait_for_timeout(600)
    waits = [wait - DEBOUNCE for wait in page.evaluate("window.painted")]
    return _bound("keystroke to new picture after the debounce, neuron", waits, 100.0)


def _bound(what: str, waits: list[Any], limit: float) -> Result:
    if len(waits) < 10:
        raise RuntimeError(f"{what}: only {len(waits)} were seen")
    median = statistics.median(waits)
    slow = sorted(waits)[int(len(waits) * 0.95) - 1]
    return Result(what, f"{median:.1f} ms", f"p95 {slow:.1f}, at most {limit:g}", None, None, median <= limit)
