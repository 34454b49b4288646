"""A live server and the browser's switches: for the tests, and for the pictures of the tour."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from stepgrad.app.connection import protocol

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["ARGUMENTS", "serving"]

_QUIET = ("background-networking", "component-update", "domain-reliability", "default-apps", "extensions", "sync")
ARGUMENTS = [
    *("--no-sandbox", "--no-first-run", "--no-pings", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    # A page of another host may frame this server only with a permission that nobody is here to give.
    "--disable-features=LocalNetworkAccessChecks",
    *(f"--disable-{name}" for name in _QUIET),
]


@contextmanager
def serving(service: FastAPI) -> Iterator[str]:
    """The address of the service on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(service, http=protocol(service.state.settings), log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started:
        assert thread.is_alive(), "the server did not start: see its traceback"
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()
