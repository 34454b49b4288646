"""What is taken away works elsewhere; /embed may be framed and nothing else may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.workbench import SQUARE, Workbench, code


@pytest.fixture(autouse=True)
def clipboard(context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])


def test_copied_links_lead_to_the_step(page: Page, base_url: str) -> None:
    bench = Workbench(page, SQUARE, "?step=3")
    link = bench.copied("Copy link")
    assert re.fullmatch(re.escape(base_url) + r"/g/[\w-]+\?step=3", link)
    image = bench.copied("Copy image link")
    assert re.fullmatch(re.escape(base_url) + r"/g/[\w-]+\.svg\?step=3", image)
    answer = page.request.get(image)
    assert answer.ok
    assert 'data-step="3"' in answer.text()
    assert bench.copied("Copy Markdown") == f"![Computation graph, step 3 of 4]({image})"
    bench.open(link)
    bench.expect_step(3, 4)


def test_a_link_without_the_step(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?step=3")
    bench.menu("Share").get_by_label("At this step").uncheck()
    bench.press("Escape")
    assert "step" not in bench.copied("Copy link")


def test_without_a_clipboard_the_text_can_be_copied_by_hand(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false")
    bench = Workbench(page, SQUARE)
    bench.menu("Share").get_by_role("button", name="Copy link").click()
    field = page.get_by_role("textbox", name="To copy by hand")
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile("/g/"))


def test_the_svg_is_downloaded(page: Page) -> None:
    bench = Workbench(page, SQUARE)
    share = bench.menu("Share")
    with page.expect_download() as waiting:
        share.get_by_role("button", name="Download SVG").click()
    assert waiting.value.path().read_text(encoding="utf-8").startswith(("<svg", "<?xml"))


class Slides(BaseHTTPRequestHandler):
    """Somebody's slides: a page of another origin."""

    body = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<!doctype html><title>Slides</title>{self.body}".encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def slides(browser: Browser, iframe: str) -> Iterator[Page]:
    """A page of another origin with our iframe in it. Really served: Chromium keeps invented pages from the local network."""
    handler = type("Handler", (Slides,), {"body": iframe})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context(reduced_motion="reduce")
        try:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            yield page
        finally:
            context.close()
            server.shutdown()


def test_the_copied_iframe_works_on_a_foreign_page(page: Page, browser: Browser) -> None:
    tag = Workbench(page, SQUARE, "?step=3").copied("Copy iframe")
    assert 'loading="lazy"' in tag
    assert "title=" in tag
    with slides(browser, tag) as foreign:
        inside = foreign.frame_locator("iframe")
        expect(inside.get_by_text("step 3 of 4")).to_be_visible()
        inside.get_by_role("button", name="Forward", exact=True).click()
        expect(inside.get_by_text("step 4 of 4")).to_be_visible()
        expect(inside.locator('[data-slot="n0.grad"]').first).to_have_text("6.0000")
        expect(inside.get_by_role("link", name=re.compile("^Open"))).to_have_attribute("href", re.compile("/g/e"))


def test_the_page_refuses_to_be_framed(browser: Browser, base_url: str) -> None:
    with slides(browser, f'<iframe src="{base_url}/"></iframe>') as foreign:
        foreign.wait_for_timeout(500)
        assert foreign.frame_locator("iframe").get_by_role("banner").count() == 0
    with slides(browser, f'<iframe src="{base_url}/embed/{code(SQUARE)}"></iframe>') as foreign:
        expect(foreign.frame_locator("iframe").get_by_role("region", name="Steps")).to_be_visible()


@pytest.mark.parametrize(("controls", "buttons"), [("full", 5), ("minimal", 3), ("none", 0)])
def test_embed_controls(page: Page, controls: str, buttons: int) -> None:
    bench = Workbench(page, SQUARE, f"?controls={controls}&step=2", path="/embed/")
    expect(page.get_by_role("group", name="Step through").get_by_role("button")).to_have_count(buttons)
    bench.press("ArrowRight")
    expect(bench.graph).to_have_attribute("data-step", "3")


def test_embed_plays_by_itself(page: Page) -> None:
    bench = Workbench(page, SQUARE, "?autoplay=1", path="/embed/")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    bench.expect_step(1, 4)


def test_embed_takes_theme_and_background(page: Page) -> None:
    Workbench(page, SQUARE, "?theme=dark&bg=white", path="/embed/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_embed_says_what_is_wrong(page: Page) -> None:
    page.goto(f"/embed/{code('y = tahn(1.0)')}")
    expect(page.get_by_role("alert")).to_contain_text("tanh")
