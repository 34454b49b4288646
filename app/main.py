"""The application: wiring only."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import FastAPI

from stepgrad import __version__
from stepgrad.app import collector, problems
from stepgrad.app.config import Settings
from stepgrad.app.guard import Guard
from stepgrad.app.pages import Pages
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.routes import docs
from stepgrad.app.routes.openapi import ROUTERS
from stepgrad.app.routes.pages import boot_data
from stepgrad.app.routes.shortcut import Shortcut
from stepgrad.app.routes.stream import Places
from stepgrad.app.statics import Statics
from stepgrad.app.version import fingerprint
from stepgrad.engine.limits import LIMITS

__all__ = ["create_app"]

_STACK = 8 << 20
"""Bytes of stack for each thread that runs programs: musl and macOS give far less than Python's parser may need."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service with these settings, by default those of the environment."""
    settings = settings or Settings.from_environment()
    base = urlsplit(settings.public_url).path.rstrip("/") + "/"

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.stack_size(_STACK)
        collector.settle()
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        yield

    app = FastAPI(
        title="stepgrad",
        version=__version__,
        summary="A program's computation graph, and every step of its forward and backward pass.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # routes/docs.py
        redirect_slashes=False,  # it would lead to whatever Host a stranger names
        servers=[{"url": base.rstrip("/") or "/"}],
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.pipeline = Pipeline(settings)
    app.state.fingerprint = fingerprint(settings)
    app.state.document = None
    app.state.places = Places(settings.streams, settings.stream_seconds)
    statics = Statics()
    app.state.pages = Pages(base, statics)
    limits = {**asdict(LIMITS), "url": settings.url_limit, "body": settings.body_limit}
    app.state.boot = boot_data(__version__, base, limits)
    app.state.error_page = lambda request, body: app.state.pages.render("error.html", base=base, **body)

    for router in ROUTERS:
        app.include_router(router)
    if settings.docs:
        app.include_router(docs.router)
    problems.install(app)
    app.add_middleware(Shortcut)
    # The last that is added is the first that is asked.
    app.add_middleware(Guard, settings=settings, statics=statics, pages=app.state.pages)
    return app
