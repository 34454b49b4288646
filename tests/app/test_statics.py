"""The files of static/: from memory, in the coding that suits, kept for as long as they are what their address says."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from fastapi import FastAPI

import assets
from stepgrad.app import statics
from stepgrad.app.coding import accepted
from stepgrad.app.config import Settings
from stepgrad.app.guard import Guard
from stepgrad.app.pages import Pages
from stepgrad.app.resources import STATIC
from stepgrad.app.statics import Statics

SERVED = sorted(
    path.relative_to(STATIC).as_posix()
    for path in STATIC.rglob("*")
    if path.is_file() and path.relative_to(STATIC).parts[0] not in {"js", "css"} and path.parent.name != "packed"
)
SCRIPT = b"const answer = 42;\n" * 200


def client_of(statics: Statics) -> httpx.AsyncClient:
    guard = Guard(FastAPI(), Settings(), statics, Pages("/", statics))
    return httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://a")


async def raw(client: httpx.AsyncClient, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it travels."""
    headers = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.stream("GET", path, headers=headers) as response:
        return response, b"".join([piece async for piece in response.aiter_raw()])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tree with one script, built."""
    static = tmp_path / "static"
    (static / "dist").mkdir(parents=True)
    (static / "dist/a.js").write_bytes(SCRIPT)
    assets.build_copies(tmp_path)
    return static


@pytest.mark.parametrize("name", SERVED)
async def test_each_file_is_the_same_in_every_coding(client: httpx.AsyncClient, name: str):
    body = (STATIC / name).read_bytes()
    plain, sent = await raw(client, f"/static/{name}")
    best, packed = await raw(client, f"/static/{name}", Accept_Encoding="gzip, deflate, br, zstd")
    older, zipped = await raw(client, f"/static/{name}", Accept_Encoding="gzip")
    is_long_text = name.endswith(tuple(assets.TEXTS)) and len(body) >= 1_000

    assert sent == body
    assert plain.headers["content-length"] == str(len(body))
    assert "application/octet-stream" not in plain.headers["content-type"]
    assert best.headers.get("content-encoding") == ("br" if is_long_text else None)
    assert older.headers.get("content-encoding") == ("gzip" if is_long_text else None)
    if is_long_text:
        assert brotli.decompress(packed) == gzip.decompress(zipped) == body
        assert len(packed) < len(zipped) < len(body)
        assert {answer.headers["vary"] for answer in (plain, best, older)} == {"Accept-Encoding"}
        assert len({answer.headers["etag"] for answer in (plain, best, older)}) == 3


async def test_a_file_that_is_known_is_not_sent_again(client: httpx.AsyncClient):
    for codings in ("identity", "gzip", "br"):
        first, _ = await raw(client, "/static/dist/page.css", Accept_Encoding=codings)
        etag = first.headers["etag"]
        for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            again, body = await raw(client, "/static/dist/page.css", Accept_Encoding=codings, If_None_Match=known)
            assert (again.status_code, body) == (304, b"")
            assert again.headers["vary"] == "Accept-Encoding"
            assert "content-encoding" not in again.headers
        assert again.headers["x-content-type-options"] == "nosniff"


async def test_a_form_that_the_client_cannot_read_is_not_what_it_knows(client: httpx.AsyncClient):
    """A shared cache may name what it holds for others."""
    best, _ = await raw(client, "/static/dist/page.css", Accept_Encoding="br")
    plain, body = await raw(client, "/static/dist/page.css", If_None_Match=best.headers["etag"])

    assert plain.status_code == 200
    assert body == (STATIC / "dist/page.css").read_bytes()


async def test_head_says_what_get_would_send(client: httpx.AsyncClient):
    headers = {"Accept-Encoding": "br"}
    head = await client.head("/static/dist/page.js", headers=headers)
    get, body = await raw(client, "/static/dist/page.js", Accept_Encoding="br")

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == get.headers
    assert head.headers["content-length"] == str(len(body))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_files_are_only_read(client: httpx.AsyncClient, method: str):
    answer = await client.request(method, "/static/dist/page.js")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["title"]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("gzip, deflate, br, zstd", ("br", "gzip")), ("br", ("br",)), ("GZIP;q=0.5,BR ; q=0.1", ("br", "gzip")),
        ("gzip;q=0, br;q=0.000", ()), ("*", ("br", "gzip")), ("*;q=0, gzip;q=1", ("gzip",)), ("br;q=0, *", ("gzip",)),
        ("identity", ()), ("", ()), (";;q=,,=", ()), ("zstd", ()),
    ],
)  # fmt: skip
def test_who_takes_what(given: str, taken: tuple[str, ...]):
    assert accepted(given.encode()) == taken


# Kept, and for how long


async def test_what_is_named_by_its_content_is_kept_for_ever(client: httpx.AsyncClient):
    page = (await client.get("/")).text
    chunk = next(name for name in SERVED if "chunks/" in name)
    (script,) = [part for part in page.split('"') if "page.js?v=" in part]

    for address in (script, f"/static/{chunk}", f"/static/{chunk}?v=1"):
        assert "immutable" in (await client.get(address)).headers["cache-control"]


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789", "?w=1"])
async def test_what_may_be_another_version_is_asked_for_again(client: httpx.AsyncClient, query: str):
    """While one replica is newer than the other, a page of the one asks the other for its script."""
    answer = await client.get(f"/static/dist/page.js{query}")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_file_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch):
    async with client_of(Statics(folder)) as client:
        first, _ = await raw(client, "/static/dist/a.js", Accept_Encoding="br")
        monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} is read again"))
        second, _ = await raw(client, "/static/dist/a.js", Accept_Encoding="br")

    assert first.headers == second.headers
    assert first.headers["content-encoding"] == "br"


async def test_a_build_is_seen_while_the_server_runs(folder: Path):
    script = folder / "dist/a.js"
    files = Statics(folder, watched=True)
    async with client_of(files) as client:
        old, _ = await raw(client, "/static/dist/a.js", Accept_Encoding="br")
        before = files.stamp("dist/a.js")
        script.write_bytes(SCRIPT + b"// more")
        new, body = await raw(client, "/static/dist/a.js", Accept_Encoding="br")

        # The compressed copy is still that of the old one, and is left alone.
        assert "content-encoding" not in new.headers
        assert body == SCRIPT + b"// more"
        assert old.headers["etag"] != new.headers["etag"]
        assert files.stamp("dist/a.js") != before

        assets.build_copies(folder.parent)
        os.utime(script, ns=(1, 1))
        built, packed = await raw(client, "/static/dist/a.js", Accept_Encoding="br")
        assert built.headers["content-encoding"] == "br"
        assert brotli.decompress(packed) == body

        (folder / "dist/b.js").write_bytes(b"new")
        script.unlink()
        assert (await client.get("/static/dist/b.js")).text == "new"
        assert (await client.get("/static/dist/a.js")).status_code == 404
        assert files.stamp("dist/a.js") is None


async def test_an_installed_package_is_looked_at_once(folder: Path):
    files = Statics(folder, watched=False)
    async with client_of(files) as client:
        before = await client.get("/static/dist/a.js")
        (folder / "dist/a.js").unlink()
        after = await client.get("/static/dist/a.js")

    assert before.headers == after.headers
    assert after.content == SCRIPT


async def test_where_nothing_was_compressed_files_are_sent_as_they_are(folder: Path):
    for copy in (folder / "dist/packed").iterdir():
        copy.unlink()
    async with client_of(Statics(folder)) as client:
        answer, body = await raw(client, "/static/dist/a.js", Accept_Encoding="gzip, br")

    assert body == SCRIPT
    assert not {"content-encoding", "vary"} & set(answer.headers)


async def test_nothing_outside_of_the_folder_is_a_file_of_ours(folder: Path, tmp_path: Path):
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    names = [
        "link.txt",
        "%2e%2e/secret.txt",
        "dist/%2e%2e/%2e%2e/secret.txt",
        "dist/%2e/a.js",
        "dist//a.js",
        "/dist/a.js",
        "dist",
    ]
    names += ["", "dist/", "a%00", "dist/a.js/", "a" * 4_000, f"{tmp_path}/secret.txt".replace("/", "%2f")]
    async with client_of(Statics(folder)) as client:
        answers = [await client.get(f"/static/{name}") for name in names]

    assert {answer.status_code for answer in answers} <= {400, 404}
    assert "secret" not in "".join(answer.text for answer in answers)


async def test_no_more_is_held_than_fits(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(statics, "_LIMIT", 100_000)
    for i in range(50):
        (folder / f"dist/{i}.txt").write_bytes(b"a" * 5_000)
    (folder / "dist/large.txt").write_bytes(b"a" * 90_000)
    files = Statics(folder)
    async with client_of(files) as client:
        for _ in range(2):
            for name in [*map(str, range(50)), "large"]:
                assert (await client.get(f"/static/dist/{name}.txt")).status_code == 200

    assert files._files.weight <= 100_000


# The build


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    state = lambda: {path: path.stat().st_mtime_ns for path in folder.iterdir()}  # noqa: E731
    before = state()
    yield
    assert state() == before


def test_a_copy_is_made_once_and_goes_with_its_file(folder: Path):
    root, packed = folder.parent, folder / "dist/packed"
    assert sorted(path.suffix for path in packed.iterdir()) == [".br", ".gz"]
    with untouched(packed):
        assets.build_copies(root)

    (folder / "icons").mkdir()
    (folder / "icons/b.svg").write_bytes(SCRIPT)  # the same content has the same copy
    (folder / "js").mkdir()
    (folder / "js/source.js").write_bytes(SCRIPT * 2)  # not served to anybody
    (folder / "dist/small.css").write_bytes(b"a{}")
    with untouched(packed):
        assets.build_copies(root)

    (folder / "dist/a.js").write_bytes(SCRIPT * 3)
    (folder / "icons/b.svg").unlink()
    old = set(packed.iterdir())
    assets.build_copies(root)
    assert len(list(packed.iterdir())) == 2
    assert not old & set(packed.iterdir())


def test_the_build_compresses_all_that_is_served() -> None:
    copies: dict[str, Any] = {path.name: path for path in (STATIC / "dist/packed").iterdir()}

    assert {path.suffix for path in copies.values()} == {".br", ".gz"}
    assert len(copies) >= 2 * 15
