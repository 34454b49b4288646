"""What all tests share: the service in this process, and the rule that CI skips nothing."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from fastapi import FastAPI

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
# Where there is no PyTorch, tests that compare with it do not exist; skipped ones would count as failed in CI.
collect_ignore = [] if importlib.util.find_spec("torch") else ["app/test_torch.py"]
CI = os.environ.get("CI", "").lower() in {"1", "true"}

# How long an example takes depends on who else is on the machine.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.register_profile("many", settings.get_profile("local"), max_examples=20_000)  # by hand: --hypothesis-profile=many
settings.load_profile("ci" if CI else "local")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Write tests/golden anew; look at the difference before you commit."
    )


@pytest.fixture
def generated(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`generated(path, text)`: the text is what that file of the repository holds."""

    def same(name: str, text: str) -> None:
        path = ROOT / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"{name} is not there: run `python3 dev.py test --update-golden`"
        assert text == path.read_text(encoding="utf-8"), f"{name} has changed: look, then `--update-golden`"

    return same


@pytest.fixture
def golden(generated: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """`golden(name, text)`: the text is what tests/golden/NAME holds."""
    return lambda name, text: generated(f"tests/golden/{name}", text)


@pytest.fixture
def documented(request: pytest.FixtureRequest) -> Callable[[str, str, str], None]:
    """`documented(page, name, text)`: the text is what stands in docs/PAGE between `<!-- NAME -->` and `<!-- end -->`."""

    def same(page: str, name: str, text: str) -> None:
        path = DOCS / page
        whole = path.read_text(encoding="utf-8")
        begin, end = f"<!-- {name} -->\n", "<!-- end -->"
        before, _, rest = whole.partition(begin)
        held, found, after = rest.partition(end)
        assert found, f"docs/{page} has no place for the table of {name}"
        if request.config.getoption("--update-golden"):
            path.write_text(f"{before}{begin}{text}{end}{after}", encoding="utf-8", newline="\n")
            return
        assert text == held, f"the table of {name} in docs/{page} is an old one: `python3 dev.py test --update-golden`"

    return same


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Every `async def` test runs on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def service() -> FastAPI:
    """The service with default settings. A test that wants others makes its own with create_app()."""
    from stepgrad.app.main import create_app

    return create_app()


@pytest.fixture
async def client(service: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Requests to the service without a socket."""
    transport = httpx.ASGITransport(app=service)
    async with (
        service.router.lifespan_context(service),
        httpx.AsyncClient(transport=transport, base_url="http://stepgrad.test") as client,
    ):
        yield client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: once Playwright's event loop runs, no async test can start one of its own."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_skip_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_skip_in_ci((yield))


def _no_skip_in_ci(report: Report) -> Report:
    """A test that did not run has shown nothing."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Skipped, and CI skips nothing: {reason}"
    return report
