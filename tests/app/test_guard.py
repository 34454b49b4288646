"""What is asked again is answered from memory, what many ask at once is made once, and what is long travels compressed."""

from __future__ import annotations

import asyncio
import gzip
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.requests import Request

from stepgrad.app import pages, reply
from stepgrad.app.config import Settings
from stepgrad.app.drawing.errors import TooLarge
from stepgrad.app.links import encode
from stepgrad.app.main import create_app
from stepgrad.app.pages import Pages
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.problems import ACCEPT, wanted
from stepgrad.app.statics import Statics

SQUARE = "a = 3\nb = a * a"
CODE = encode(SQUARE)
KEPT = ["/", f"/?e={quote(SQUARE)}", f"/g/{CODE}?step=2", f"/embed/{CODE}", f"/embed?e={quote(SQUARE)}&theme=dark"]
KEPT += [f"/g/{CODE}.{extension}" for extension in ("svg", "json", "dot", "py")]
KEPT += [f"/g/{CODE}/check.json", f"/g/{CODE}/plot.svg", "/openapi.json"]
BROKEN = [f"/?e={quote('a = tahn(1)')}", f"/embed?e={quote('a = (')}", f"/g/{CODE}?step=99"]


class Counted:
    """How often a program is run for an answer; it takes until `go` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = 0
        self.go = Event()
        self.go.set()
        moment = Pipeline.moment

        def counted(*given: Any, **named: Any) -> Any:
            self.runs += 1
            assert self.go.wait(20)
            return moment(*given, **named)

        monkeypatch.setattr(Pipeline, "moment", counted)
        monkeypatch.setattr(Pipeline, "moment_at_once", lambda *_: None)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(Settings(**settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:
        yield client


async def raw(client: httpx.AsyncClient, path: str, codings: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it travels."""
    async with client.stream("GET", path, headers={"Accept-Encoding": codings, **headers}) as response:
        return response, b"".join([piece async for piece in response.aiter_raw()])


async def until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0.001)


# Again


@pytest.mark.parametrize("path", KEPT + BROKEN)
async def test_what_is_asked_again_is_not_made_again(path: str, counted: Counted):
    async with serving() as client:
        first = await client.get(path)
        runs = counted.runs
        second = await client.get(path)

    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert first.headers == second.headers
    assert "public" in first.headers["cache-control"]
    assert counted.runs == runs
    assert runs <= 1 or path == "/openapi.json", "whose examples are made by running, when it is first asked for"


@pytest.mark.parametrize("path", [*KEPT[:-1], *BROKEN])
async def test_a_known_answer_is_a_304_before_any_work(path: str, counted: Counted):
    """On another replica, too, which has not made it yet."""
    async with serving() as client:
        etags = [(await raw(client, path, codings))[0].headers["etag"] for codings in ("identity", "gzip")]
    for etag in etags:
        counted.runs = 0
        assert etag.startswith('"')
        async with serving() as client:
            for known in (etag, f"W/{etag}", f'"x", {etag}'):
                again, body = await raw(client, path, "gzip", **{"If-None-Match": known})
                assert (again.status_code, body) == (304, b"")
                assert again.headers["etag"] == etag
                assert "public" in again.headers["cache-control"]
            assert counted.runs == 0
            assert (await client.get(path, headers={"If-None-Match": '"x"'})).status_code == 200
            assert (await client.get(path, headers={"If-None-Match": "*"})).status_code == 304


async def test_a_tag_says_what_a_page_depends_on(client: httpx.AsyncClient):
    paths = [f"/g/{CODE}", f"/g/{CODE}?step=2", f"/g/{CODE}?step=2&theme=dark", f"/embed/{CODE}", f"/g/{encode('a = 4')}", "/"]
    etags = {(await client.get(path)).headers["etag"] for path in paths}

    assert len(etags) == len(paths)
    same = [f"/?e={quote(SQUARE)}&step=2", f"/g/{CODE}?utm_source=x&step=2", f"/g/{CODE}?step=2"]
    assert len({(await client.get(path)).headers["etag"] for path in same}) == 1


async def test_an_answer_does_not_depend_on_who_asks(counted: Counted):
    strangers = [
        {},
        {"Cookie": "a=b", "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Accept": "application/json", "Accept-Language": "de", "Origin": "null", "Referer": "http://evil.example/"},
        {"Accept": "image/svg+xml", "User-Agent": "curl", "Authorization": "Basic eDp4"},
    ]
    for path in KEPT:
        told = []
        for headers in strangers:
            async with serving() as client:
                told += [await client.get(path, headers=headers), await client.get(path)]
        assert len({answer.content for answer in told}) == 1, path
        assert len({str(answer.headers) for answer in told}) == 1, path
        assert "evil" not in told[0].text + str(told[0].headers)


async def test_nobody_is_led_to_another_host(client: httpx.AsyncClient):
    for path in ("/docs/", "/g.svg/?e=a%3D1", "/embed/?e=a%3D1", "/healthz/"):
        answer = await client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code in {400, 404}
        assert "location" not in answer.headers


async def test_what_the_clock_decided_is_not_kept(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise TooLarge("It could not be laid out in time.")

    async with serving() as client:
        with monkeypatch.context() as patch:
            patch.setattr(Pipeline, "svg", refuse)
            refused = [await client.get(path) for path in (f"/g/{CODE}", f"/embed/{CODE}")]
        after = await client.get(f"/g/{CODE}")

    assert {answer.headers["cache-control"] for answer in refused} == {"no-store"}
    assert not any("etag" in answer.headers for answer in refused)
    assert "could not be laid out" in refused[0].text
    assert "could not be laid out" not in after.text


async def test_a_page_of_another_edition_is_made_anew(monkeypatch: pytest.MonkeyPatch):
    async with serving() as client:
        before = await client.get(f"/g/{CODE}")
        monkeypatch.setattr(Pages, "edition", "another")
        after = await client.get(f"/g/{CODE}", headers={"If-None-Match": before.headers["etag"]})

    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]


def test_an_edition_is_that_of_the_templates_and_the_files_they_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(pages.TEMPLATES, tmp_path / "templates")
    (tmp_path / "dist").mkdir()
    script, template = tmp_path / "dist/page.js", tmp_path / "templates/page.html"
    monkeypatch.setattr(pages, "TEMPLATES", tmp_path / "templates")
    ours = Pages("/", Statics(tmp_path))
    editions = [ours.edition]
    for path, text in (
        (script, "1"),
        (script, "22"),
        (template, "{{ asset('dist/page.js') }}"),
        (tmp_path / "dist/other.js", "3"),
    ):
        path.write_text(text)
        editions.append(ours.edition)

    assert len(set(editions)) == 4
    assert editions[-1] == editions[-2] == ours.edition
    assert Pages("/", Statics(tmp_path)).edition == Pages("/", Statics(tmp_path)).edition


# At once


@pytest.mark.parametrize("path", KEPT[1:-1])
async def test_what_many_ask_at_once_is_made_once_and_nobody_is_refused(path: str, counted: Counted):
    async with serving(pending=1, rate_limit=1) as client:
        answers = await asyncio.gather(*(client.request("HEAD" if i % 7 == 1 else "GET", path) for i in range(600)))

    assert {answer.status_code for answer in answers} == {200}
    assert counted.runs == 1
    assert len({answer.content for answer in answers}) == 2  # HEAD has none
    assert len({str(answer.headers) for answer in answers}) == 1


async def test_what_differs_is_made_side_by_side(counted: Counted):
    async with serving() as client:
        answers = await asyncio.gather(*(client.get(f"/g.json?e=a%3D{i % 5}") for i in range(50)))

    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["source"] for answer in answers] == [f"a={i % 5}" for i in range(50)]
    assert counted.runs == 5


@pytest.mark.parametrize(("gone", "runs"), [(1, 1), (0, 2)])
async def test_who_goes_away_leaves_the_others_theirs(gone: int, runs: int, counted: Counted):
    """If it is the one for whom it is made, the next of them takes over."""
    counted.go.clear()
    async with serving() as client:
        waiting = [asyncio.ensure_future(client.get(f"/g/{CODE}.svg")) for _ in range(3)]
        await until(lambda: counted.runs)
        waiting.pop(gone).cancel()
        late = asyncio.ensure_future(client.get(f"/g/{CODE}.svg"))
        await asyncio.sleep(0)
        counted.go.set()
        answers = await asyncio.gather(*waiting, late)

    assert {answer.status_code for answer in answers} == {200}
    assert counted.runs == runs


async def test_an_error_is_shared_in_the_form_that_each_one_wants(counted: Counted):
    accepts = {"text/html": "text/html", "application/json": "application/problem+json", "image/png,image/*": "image/svg+xml"}
    path = f"/g/{encode('a = tahn(1)')}.svg"
    async with serving() as client:
        asked = [(path, accept) for accept in accepts] * 20
        answers = await asyncio.gather(*(client.get(path, headers={"Accept": accept}) for path, accept in asked))
        nowhere = await asyncio.gather(*(client.get("/nowhere", headers={"Accept": accept}) for accept in accepts))
        runs = counted.runs
        again = await client.get(path)

    assert {answer.status_code for answer in answers} == {422}
    assert [answer.headers["content-type"] for answer in answers[:3]] == [
        "image/svg+xml",
        "application/problem+json",
        "image/svg+xml",
    ]
    assert runs == 2  # a picture and a problem
    assert [answer.headers["content-type"].partition(";")[0] for answer in nowhere] == list(accepts.values())
    assert again.headers["cache-control"] == "no-store"
    assert counted.runs == 3  # errors are not kept


@pytest.mark.parametrize("path", ["/g/x.svg", "/g.json", "/g/x", "/", "/api/v1/graphs", "/nothing", "/g/x/plot.svg"])
@pytest.mark.parametrize(
    "accept", ["", "*/*", "text/html", "application/json", "image/png", "image/*,application/json", "text/html,image/*"]
)
def test_the_form_of_an_error_is_all_that_accept_decides(path: str, accept: str):
    def form(accept: bytes) -> str:
        return wanted(Request({"type": "http", "path": path, "headers": [(b"accept", accept)]}))

    assert form(ACCEPT[form(accept.encode())]) == form(accept.encode())


async def test_a_refusal_is_for_the_one_who_is_refused(counted: Counted):
    service = create_app(Settings(rate_limit=3))
    one, other = (
        httpx.AsyncClient(transport=httpx.ASGITransport(service, client=(address, 1)), base_url="http://a")
        for address in ("192.0.2.1", "192.0.2.2")
    )
    async with one, other:
        assert (await one.get("/g.json?e=a%3D1")).status_code == 200
        answers = await asyncio.gather(*(client.get(f"/g/{CODE}.json") for client in (one, one, other, other, one)))

    assert [answer.status_code for answer in answers] == [429, 429, 200, 200, 200]
    assert counted.runs == 2


async def test_what_is_posted_is_not_shared(counted: Counted):
    async with serving() as client:
        answers = await asyncio.gather(*(client.post("/api/v1/graphs", json={"source": SQUARE}) for _ in range(5)))

    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert counted.runs == 5


async def test_who_knows_an_older_answer_gets_the_new_one(counted: Counted):
    known = ["", '"old"', '"old-gzip"', 'W/"older"', "*"]
    async with serving() as client:
        answers = await asyncio.gather(
            *(client.get(f"/g/{CODE}.svg", headers={"If-None-Match": tag} if tag else {}) for tag in known * 10)
        )

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 304] * 10


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_server_that_stops_says_so(method: str, counted: Counted):
    """uvicorn cancels what is still under way at the end of its patience."""
    counted.go.clear()
    sent: list[Any] = []
    body = b'{"source": "a = 2"}'

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/g/{CODE}.json" if method == "GET" else "/api/v1/graphs"
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    task = asyncio.ensure_future(create_app(Settings())(scope, receive, send))
    await until(lambda: counted.runs)
    task.cancel()
    await asyncio.sleep(0)
    counted.go.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert sent[0]["status"] == 503
    assert b"retry-after" in dict(sent[0]["headers"])
    assert b"The service is stopping" in sent[1]["body"]


# Compressed


@pytest.mark.parametrize("path", [*KEPT, *BROKEN])
async def test_a_long_answer_travels_compressed_for_who_takes_it(client: httpx.AsyncClient, path: str):
    plain, body = await raw(client, path, "identity")
    packed, zipped = await raw(client, path, "gzip, deflate, br, zstd")

    assert "content-encoding" not in plain.headers
    if len(body) < 1_000:
        assert zipped == body
        assert "vary" not in plain.headers
        return
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped) == body
    assert len(zipped) < 0.7 * len(body)
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] == f'{plain.headers["etag"][:-1]}-gzip"'
    different = {"etag", "content-length", "content-encoding"}
    assert {name: plain.headers[name] for name in plain.headers if name not in different} == {
        name: packed.headers[name] for name in packed.headers if name not in different
    }


async def test_it_is_compressed_once(monkeypatch: pytest.MonkeyPatch):
    done = 0

    def compress(body: bytes) -> bytes:
        nonlocal done
        done += 1
        return gzip.compress(body)

    monkeypatch.setattr(reply, "compress", compress)
    async with serving() as client:
        await raw(client, f"/g/{CODE}", "identity")
        assert done == 0
        for _ in range(2):
            await asyncio.gather(*(raw(client, f"/g/{CODE}", "gzip") for _ in range(50)))
        assert done == 1


async def test_what_is_held_is_weighed_again_when_it_is_compressed():
    service = create_app(Settings())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        _, body = await raw(client, f"/g/{CODE}", "identity")
        guard: Any = service.middleware_stack
        while not hasattr(guard, "_kept"):
            guard = guard.app
        before = guard._kept.weight
        _, zipped = await raw(client, f"/g/{CODE}", "gzip")

    assert before >= len(body)
    assert guard._kept.weight >= before + len(zipped)


async def test_what_is_posted_is_compressed_too_and_errors_are_not(client: httpx.AsyncClient):
    answer = await client.post("/api/v1/graphs", json={"source": SQUARE})
    error = await client.post("/api/v1/graphs", json={"source": "a = tahn(1)"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.json()["source"] == SQUARE
    assert "content-encoding" not in error.headers


async def test_events_are_sent_as_they_come(client: httpx.AsyncClient):
    body = {"source": "w = 3\nloss = (w * 2 - 4)**2", "steps": 3}
    answer, events = await raw_post(client, "/api/v1/train/stream", body)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert not {"content-encoding", "content-length", "vary"} & set(answer.headers)
    assert events.startswith(b"event: start")


async def raw_post(client: httpx.AsyncClient, path: str, body: Any) -> tuple[httpx.Response, bytes]:
    async with client.stream("POST", path, json=body, headers={"Accept-Encoding": "gzip"}) as response:
        return response, b"".join([piece async for piece in response.aiter_raw()])
