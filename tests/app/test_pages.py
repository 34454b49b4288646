"""The page and the embed: what the server puts into them."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from stepgrad.app.gallery import gallery
from stepgrad.app.links import encode
from stepgrad.engine.ops import OPS

SQUARE = "a = 3\nb = a * a"


def boot(response: httpx.Response) -> Any:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', response.text, re.DOTALL)
    assert found
    return json.loads(found[1])


async def test_the_start_opens_the_first_look(client: httpx.AsyncClient):
    response = await client.get("/")
    data = boot(response)

    assert response.status_code == 200
    assert data["source"] == gallery()[0].source
    assert data["trace"]["output"]
    assert data["problem"] is None
    assert [example["slug"] for example in data["gallery"]][:3] == ["first-look", "parabola", "neuron"]
    assert {op["name"] for op in data["operations"]} == set(OPS)
    assert data["limits"]["characters"] > 10_600
    assert data["base"] == "/"


@pytest.mark.parametrize(
    "path", [f"/g/{encode(SQUARE)}?step=2&theme=dark", f"/?e={quote(SQUARE)}&step=2&theme=dark&utm_medium=x"]
)
async def test_an_address_opens_its_program_step_and_view(client: httpx.AsyncClient, path: str):
    data = boot(await client.get(path))

    assert data["source"] == SQUARE
    assert data["options"] == {"step": "2", "theme": "dark"}
    assert data["trace"]["step"] == 2


async def test_the_trace_in_the_page_is_the_answer_of_the_api(client: httpx.AsyncClient):
    data = boot(await client.get(f"/g/{encode(SQUARE)}?step=2"))
    answer = (await client.post("/api/v1/graphs", json={"source": SQUARE, "step": 2})).json()

    assert data["trace"] == answer


@pytest.mark.parametrize("place", ["/?e={}", "/embed?e={}"])
async def test_a_broken_program_opens_with_its_text_and_the_problem(client: httpx.AsyncClient, place: str):
    """An unfinished program is what an editor is for."""
    source = "a = 2\nb = tahn(a)"
    response = await client.get(place.format(quote(source)))
    data = boot(response)

    assert response.status_code == 200
    assert data["source"] == source
    assert data["trace"] is None
    assert data["problem"]["line"] == 2
    assert response.headers["x-stepgrad-error"]


async def test_a_wrong_step_opens_with_the_program(client: httpx.AsyncClient):
    response = await client.get(f"/g/{encode(SQUARE)}?step=99")

    assert response.status_code == 200
    assert boot(response)["source"] == SQUARE
    assert "4 steps" in boot(response)["problem"]["hint"]


async def test_a_code_that_cannot_be_read_opens_an_empty_page(client: httpx.AsyncClient):
    response = await client.get("/g/rubbish")

    assert response.status_code == 400
    assert response.headers["cache-control"] == "no-store"
    assert boot(response)["source"] == ""
    assert boot(response)["problem"]["code"] == "code"


async def test_a_wrong_option_keeps_the_program(client: httpx.AsyncClient):
    response = await client.get(f"/g/{encode(SQUARE)}?thme=dark")

    assert response.status_code == 422
    assert boot(response)["source"] == SQUARE
    assert "theme" in boot(response)["problem"]["hint"]


async def test_the_embed_takes_its_own_options(client: httpx.AsyncClient):
    data = boot(await client.get(f"/embed/{encode(SQUARE)}?controls=minimal&autoplay=1&step=0"))

    assert data["options"] == {"autoplay": "1", "controls": "minimal", "step": "0"}
    assert data["trace"]["step"] == 0


@pytest.mark.parametrize(
    "source", ["a = 1  # </script><script>alert(1)</script>", "a = Value(1, label='<img src=x onerror=y>')", "# '\"&\u2028"]
)
async def test_no_program_gets_out_of_its_block(client: httpx.AsyncClient, source: str):
    response = await client.get(f"/?e={quote(source)}")

    assert boot(response)["source"] == source
    assert response.text.count("<script") == 2
    assert "<img" not in response.text


async def test_every_file_the_page_names_is_there(client: httpx.AsyncClient):
    for path in ("/", f"/embed/{encode(SQUARE)}", "/docs"):
        page = (await client.get(path)).text
        for address in re.findall(r'(?:src|href)="([^"]*static[^"]*)"', page):
            assert (await client.get(address)).status_code == 200, address


async def test_the_service_says_that_it_is_well(client: httpx.AsyncClient):
    for path in ("/healthz", "/readyz"):
        response = await client.get(path)
        assert response.status_code == 200
        assert response.json()["ready"] is True
        assert response.headers["cache-control"] == "no-store"


async def test_a_service_that_cannot_draw_is_not_ready():
    from stepgrad.app.config import Settings
    from stepgrad.app.main import create_app

    service = create_app(Settings(dot=("/nowhere/dot",)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        ready = await client.get("/readyz")
        healthy = await client.get("/healthz")
        picture = await client.get("/g.json?e=a%3D1")

    assert ready.status_code == 503
    assert healthy.status_code == 200
    assert picture.status_code == 503
    assert "/nowhere" not in ready.text + picture.text


async def test_docs_need_no_other_host(client: httpx.AsyncClient):
    page = await client.get("/docs")
    script = await client.get("/docs/start.js")

    assert "http" not in page.text
    assert script.headers["content-type"].startswith("text/javascript")


async def test_docs_can_be_switched_off():
    from stepgrad.app.config import Settings
    from stepgrad.app.main import create_app

    service = create_app(Settings(docs=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        assert [(await client.get(path)).status_code for path in ("/docs", "/openapi.json")] == [404, 404]
