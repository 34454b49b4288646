"""A real server and a real browser. Debian's Chromium, because Playwright's own download is not to be had everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from dev import chromium
from tests.browser.live import ARGUMENTS, serving

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import BrowserContext, Page

expect.set_options(timeout=30_000)  # a busy machine is slow, and what never comes is still a failure
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def base_url(service: FastAPI) -> Iterator[str]:
    """The address of a live server: `page.goto("/")` opens its page."""
    with serving(service) as url:
        yield url


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    executable = chromium()
    if not executable:
        pytest.skip("no Chromium: apt-get install chromium, or set STEPGRAD_CHROMIUM to one")
    return {"executable_path": executable, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(base_url: str) -> dict[str, Any]:
    return {"base_url": base_url, "viewport": {"width": 1280, "height": 720}, "reduced_motion": "reduce"}


@pytest.fixture
def page(context: BrowserContext, base_url: str) -> Iterator[Page]:
    """A page that fails its test when a script throws, or when it asks another host for anything."""
    page = context.new_page()
    thrown: list[str] = []
    foreign: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.on("request", lambda request: foreign.append(request.url) if _is_foreign(request.url, base_url) else None)
    yield page
    assert not thrown, f"a script threw: {thrown}"
    assert not foreign, f"asked another host: {foreign}"


def _is_foreign(url: str, base_url: str) -> bool:
    asked = urlsplit(url)
    return asked.scheme in {"http", "https"} and asked.netloc != urlsplit(base_url).netloc


AT_REST = """() => new Promise((done) => {
    const settled = () => (watcher.disconnect(), done());
    let timer = setTimeout(settled, 300);
    const watcher = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(settled, 300); });
    watcher.observe(document, { subtree: true, childList: true });
    setTimeout(settled, 20000);
}).then(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)))"""
"""Until nothing has come or gone on the page for a while, and nothing moves or fades."""


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)` lists what axe-core finds wrong: rule, impact and the elements, a line each."""
    source = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        # Evaluated through the debugger, so the page's Content-Security-Policy does not keep it out.
        page.evaluate(source + "; undefined")
        # It names elements by their neighbours, and throws when these go away meanwhile.
        page.evaluate(AT_REST)
        found = page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{rule['id']} ({rule['impact']}): {rule['help']}: {' | '.join(str(node['target']) for node in rule['nodes'])}"
            for rule in found
        ]

    return violations
