"""What stands over each answer, errors included."""

from __future__ import annotations

import httpx
import pytest

from stepgrad.app.etags import matches
from stepgrad.app.headers import kind_of
from stepgrad.app.links import encode

CODE = encode("a = 2\nb = a * a")
PAGES = ["/", f"/g/{CODE}", "/?e=a%3Dtahn(1)", "/g/rubbish", "/nothing"]
PICTURES = [f"/g/{CODE}.svg", f"/g/{CODE}.dot", f"/g/{CODE}.json", "/g.svg?e=a%3D1", "/g.svg?e=a%3Dtahn(1)", "/g/x.svg", "/g.exe"]
EMBEDS = [f"/embed/{CODE}", "/embed?e=a%3D1", "/embed?e=a%3Dtahn(1)", "/embed/x"]
OTHERS = ["/docs", "/openapi.json", "/healthz", "/readyz", "/static/dist/metrics.json", "/static/nothing"]


def policy(response: httpx.Response) -> dict[str, list[str]]:
    directives = (part.split() for part in response.headers["content-security-policy"].split(";") if part.strip())
    return {words[0]: words[1:] for words in directives}


@pytest.mark.parametrize("path", PAGES + PICTURES + EMBEDS + OTHERS)
async def test_every_answer_is_closed_by_default(client: httpx.AsyncClient, path: str):
    response = await client.get(path)

    assert policy(response)["default-src"] == ["'none'"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "server" not in response.headers
    assert "set-cookie" not in response.headers
    assert "charset" in response.headers["content-type"] or not response.headers["content-type"].startswith("text/")


@pytest.mark.parametrize("path", PAGES + PICTURES + OTHERS)
async def test_nothing_but_the_embed_may_be_framed(client: httpx.AsyncClient, path: str):
    response = await client.get(path)

    assert policy(response)["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("path", EMBEDS)
async def test_the_embed_may_be_framed(client: httpx.AsyncClient, path: str):
    response = await client.get(path)

    # Not even `*`: that is for pages of the web only, and slides may be a file.
    assert "frame-ancestors" not in policy(response)
    assert "x-frame-options" not in response.headers


@pytest.mark.parametrize("path", PAGES + EMBEDS)
async def test_pages_run_our_scripts_only(client: httpx.AsyncClient, path: str):
    csp = policy(await client.get(path))

    assert csp["script-src"] == ["'self'"]
    assert csp["style-src"] == ["'self'"]
    assert csp["base-uri"] == csp["form-action"] == ["'none'"]


@pytest.mark.parametrize("path", PICTURES)
async def test_a_picture_is_sandboxed_and_for_everybody(client: httpx.AsyncClient, path: str):
    response = await client.get(path, headers={"Origin": "https://slides.example"})
    csp = policy(response)

    assert "script-src" not in csp
    assert "sandbox" in csp
    assert csp["font-src"] == ["data:"]  # the letters a picture carries
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "X-Step" in response.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", [f"/g/{CODE}.svg", "/g.svg", "/api/v1/graphs"])
async def test_who_asks_before_asking_may_ask(client: httpx.AsyncClient, path: str):
    ask = {"Origin": "null", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    response = await client.options(path, headers=ask)

    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert "Content-Type" in response.headers["access-control-allow-headers"]
    assert "GET" in response.headers["allow"]


async def test_pages_are_not_for_other_origins(client: httpx.AsyncClient):
    response = await client.get("/", headers={"Origin": "https://slides.example"})

    assert "access-control-allow-origin" not in response.headers
    assert response.headers["cache-control"].startswith("public, max-age=60, ")


async def test_the_api_is_for_everybody_errors_too(client: httpx.AsyncClient):
    for body in ({"source": "a = 1"}, {"source": "a = "}, {}):
        response = await client.post("/api/v1/graphs", json=body, headers={"Origin": "https://slides.example"})
        assert response.headers["access-control-allow-origin"] == "*"


async def test_pictures_may_be_kept_by_anybody(client: httpx.AsyncClient):
    kept = (await client.get(f"/g/{CODE}.svg")).headers["cache-control"]

    assert "public" in kept
    assert "max-age=86400" in kept
    assert "stale-while-revalidate" in kept


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "page"), ("/g/eN", "page"), ("/g/e/N+", "page"), ("/g/e/N.svg", "picture"), ("/g.svg", "picture"),
        ("/g", "page"), ("/embed", "embed"), ("/embed/eN", "embed"), ("/embedded", "page"), ("/api/v1/graphs", "api"),
        ("/static/x.svg", "static"),
        ("/healthz", "probe"), ("/docs/start.js", "docs"),
        ("//g.svg", "page"), ("", "page"),
    ],
)  # fmt: skip
def test_the_kind_is_known_from_the_path(path: str, kind: str):
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b" ,W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ("", False),
    ],
)
def test_if_none_match_is_a_list_with_weak_comparison(given: str, same: bool):
    assert matches(given, '"a"') is same
