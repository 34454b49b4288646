"""Training as server-sent events: the same numbers as at once, work in slices, an end when the client goes."""

from __future__ import annotations

import asyncio
import json
import struct
from array import array
from base64 import b64decode
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from stepgrad.app import wire
from stepgrad.app.config import Settings
from stepgrad.app.main import create_app
from stepgrad.app.routes import stream
from stepgrad.app.routes.stream import EVENTS
from stepgrad.app.schemas import adapter
from stepgrad.app.studies.runs import packed
from stepgrad.app.training import Course
from stepgrad.engine.train import Run
from tests.app.test_training import LINE, LOSS

LONG = "x = 1\ny = x\nfor i in range(1000):\n    y = y * 0.9999"
"""A thousand operations a step: 10,000 steps take seconds."""


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        if not block.startswith(":"):
            name, data = (line.partition(": ")[2] for line in block.split("\n"))
            adapter(EVENTS[name]).validate_json(data, strict=True)
            found.append((name, json.loads(data)))
    return found


async def followed(client: httpx.AsyncClient, source: str, **options: Any) -> list[tuple[str, Any]]:
    body = {"source": source, **options}
    answer = await client.post("/api/v1/train", json=body, headers={"accept": "text/event-stream"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    return events(answer.text)


async def test_the_end_of_a_stream_is_the_answer_at_once(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(stream, "SLICE_SECONDS", 0.002)
    options = {"steps": 2_000, "learning_rate": 0.03, "optimizer": "momentum"}
    told = await followed(client, LOSS, **options, history=True)
    (_, start), *progress, (last, done) = told
    posted = (await client.post("/api/v1/train", json={"source": LOSS, **options, "history": True})).json()

    assert [name for name, _ in told] == ["start", *["progress"] * len(progress), "done"]
    assert (last, done) == ("done", posted)
    assert (start["steps"], start["affordable"], start["name"]) == (2_000, 10_000, "loss")
    assert [row["initial"] for row in start["parameters"]] == [row["initial"] for row in posted["parameters"]]
    assert len(progress) > 2
    assert [loss for _, each in progress for loss in each["losses"]] == posted["losses"]
    rows = b"".join(b64decode(each["history"]) for _, each in progress)
    assert rows == b64decode(posted["history"]["data"])[: len(rows)]
    assert len(rows) == 8 * 2_000 * 41
    assert [each["from"] for _, each in progress] == [0, *(each["iteration"] for _, each in progress[:-1])]
    assert progress[-1][1]["iteration"] == 2_000


async def test_its_own_address_streams_without_being_asked_by_a_header(client: httpx.AsyncClient):
    answer = await client.post("/api/v1/train/stream", json={"source": LINE, "steps": 3})

    assert [name for name, _ in events(answer.text)] == ["start", "progress", "done"]
    assert events(answer.text)[1][1]["history"] is None


async def test_a_run_that_stops_ends_with_the_place(client: httpx.AsyncClient):
    told = await followed(client, "x = 3\ny = x**4", steps=50, learning_rate=1)

    assert told[-1][0] == "done"
    assert told[-1][1]["stopped"]["iteration"] == 5


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"steps": 10_001}, "option"),
        ({"steps": 10, "iteration": 11}, "option"),
        ({"train": "loss"}, "train"),
        ({"batch": "stochastic"}, "program"),
        ({"source": "x ="}, "syntax"),
    ],
)
async def test_what_is_refused_is_refused_before_it_begins(client: httpx.AsyncClient, options: Any, code: str):
    answer = await client.post("/api/v1/train/stream", json={"source": LINE, **options})

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_too_many_steps_are_refused_with_how_many_there_may_be(client: httpx.AsyncClient):
    source = LONG.replace("1000", "4000")
    answer = await client.post("/api/v1/train/stream", json={"source": source, "steps": 10_000})

    assert (answer.status_code, answer.json()["limit"]) == (422, "training")
    assert f"{answer.json()['value']:,} steps or fewer" in answer.json()["hint"]


async def test_a_fault_on_the_way_is_a_problem_in_the_stream(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Run, "advance", lambda *_: 1 / 0)
    answer = await client.post("/api/v1/train/stream", json={"source": LINE + "\nz = 1", "steps": 7})

    assert [name for name, _ in events(answer.text)] == ["start", "problem"]
    assert events(answer.text)[1][1]["status"] == 500


async def test_time_is_bounded_and_what_was_made_is_answered():
    app = create_app(Settings(stream_seconds=0.05))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://stepgrad.test") as client:
        done = (await followed(client, LONG, steps=9_000, learning_rate=0.001))[-1][1]
        again = (await client.get(done["links"]["train"])).json()

    assert 0 < done["steps"] == done["updates"] < 9_000
    assert done.pop("note") == f"After 0.05 s it ends here: {done['steps']:,} steps were made."
    assert again.pop("note") is None
    assert again == done


class Follower:
    """A client that can go: one request on the application, by hand."""

    def __init__(self, app: FastAPI, **options: Any) -> None:
        self.body = wire.dump({"source": LONG, "steps": 9_000, "learning_rate": 0.001, **options})
        self.gone = asyncio.Event()
        self.chunks: list[bytes] = []
        self.status = 0
        self.first = asyncio.Event()
        scope = {
            "type": "http", "method": "POST", "path": "/api/v1/train/stream", "raw_path": b"/api/v1/train/stream",
            "query_string": b"", "headers": [(b"content-type", b"application/json")], "http_version": "1.1", "scheme": "http",
            "server": ("stepgrad.test", 80), "client": ("127.0.0.1", 1), "asgi": {"version": "3.0", "spec_version": "2.4"},
        }  # fmt: skip
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))
        self._sent = False

    async def _receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.chunks.append(message.get("body", b""))
        if b"event: progress" in self.chunks[-1] or self.status >= 400:
            self.first.set()


async def test_who_goes_ends_the_work():
    app = create_app()
    follower = Follower(app)
    await follower.first.wait()
    follower.gone.set()
    await follower.task
    held = [kept.made for kept, _ in app.state.pipeline.runs._store._held.values()]
    (course,) = (each for each in held if isinstance(each, Course))
    made = 0
    while made != (made := course.run.updates):  # the slice that was being worked on
        await asyncio.sleep(0.2)

    assert 0 < made < 9_000
    assert app.state.places.taken == 0
    assert b"event: done" not in b"".join(follower.chunks)


async def test_so_many_are_followed_at_once():
    app = create_app(Settings(streams=1))
    one = Follower(app)
    await one.first.wait()
    other = Follower(app, learning_rate=0.002)
    await other.first.wait()
    one.gone.set()
    await asyncio.gather(one.task, other.task)
    third = Follower(app, steps=3)
    await third.task

    assert (one.status, other.status, third.status) == (200, 503, 200)
    assert app.state.places.taken == 0


async def test_others_are_answered_while_it_trains():
    app = create_app()
    follower = Follower(app)
    await follower.first.wait()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://stepgrad.test") as client:
        for k in range(5):
            assert (await client.get("/g.svg", params={"e": f"a = {k}\nb = a * a"})).status_code == 200
    assert not follower.task.done()
    follower.gone.set()
    await follower.task


def test_rows_are_little_endian():
    assert b64decode(packed(array("d", [1.0, -2.5]))) == struct.pack("<2d", 1.0, -2.5)
