"""The picture by address and the graph by POST: same program, same bytes; known picture, no work."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import httpx
import pytest

from stepgrad.app.answers import GraphAnswer
from stepgrad.app.config import Settings
from stepgrad.app.drawing.errors import Busy
from stepgrad.app.errors import ProblemAnswer
from stepgrad.app.links import encode
from stepgrad.app.main import create_app
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.schemas import adapter

NEURON = "x1 = 2.0\nx2 = 0.0\nw1 = -3.0\nw2 = 1.0\nb = 6.8813735870195432\nn = x1*w1 + x2*w2 + b\no = n.tanh()\no.backward()"
SQUARE = "a = 3\nb = a * a"
API = "/api/v1/graphs"


@pytest.mark.parametrize("extension", ["svg", "dot", "json"])
@pytest.mark.parametrize("query", ["", "step=3&theme=dark", "theme=dark&step=03&v=9&utm_source=slides"])
async def test_readable_and_encoded_addresses_give_the_same_bytes(client: httpx.AsyncClient, extension: str, query: str):
    readable = await client.get(f"/g.{extension}?e={quote_plus(NEURON)}&{query}")
    encoded = await client.get(f"/g/{encode(NEURON)}.{extension}?{query}")

    assert readable.status_code == encoded.status_code == 200
    assert readable.content == encoded.content
    assert readable.headers["etag"] == encoded.headers["etag"]


async def test_a_plus_in_a_query_is_a_space_as_in_every_form(client: httpx.AsyncClient):
    """`a+b` must be written `a%2Bb`; a pasted `a+b` is `a b`, which is refused with the place."""
    right = await client.get("/g.json?e=a=1%0Ab=a%2Ba")
    also = await client.get("/g.json?e=a+%3D+1%0Ab+%3D+a+%2B+a")
    wrong = await client.get("/g.json?e=a=1%0Ab=a+a")

    assert right.json()["nodes"][-1]["op"] == also.json()["nodes"][-1]["op"] == "add"
    assert right.json()["source"] == "a=1\nb=a+a"
    assert also.json()["source"] == "a = 1\nb = a + a"
    assert wrong.status_code == 422
    assert wrong.json()["line"] == 2


async def test_equal_options_are_one_picture(client: httpx.AsyncClient):
    plain = await client.get(f"/g/{encode(SQUARE)}.svg")
    spelled = await client.get(f"/g/{encode(SQUARE)}.svg?digits=4&theme=light&step=end&v=2")
    other = await client.get(f"/g/{encode(SQUARE)}.svg?digits=3")

    assert plain.headers["etag"] == spelled.headers["etag"] != other.headers["etag"]
    assert plain.content == spelled.content != other.content


@pytest.mark.parametrize("extension", ["svg", "dot", "json"])
async def test_a_known_picture_is_a_304(client: httpx.AsyncClient, extension: str):
    path = f"/g/{encode(SQUARE)}.{extension}?step=2"
    etag = (await client.get(path)).headers["etag"]

    assert etag.startswith('"')
    assert etag.endswith('"')
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await client.get(path, headers={"If-None-Match": known})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == etag
        assert "max-age" in answer.headers["cache-control"]
        assert "content-length" not in answer.headers
    assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_304_needs_no_rendering(monkeypatch: pytest.MonkeyPatch):
    """Not even on a server that never made the picture."""
    first, second = create_app(Settings()), create_app(Settings())
    path = f"/g/{encode(SQUARE)}.svg"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(first), base_url="http://a") as client:
        etag = (await client.get(path)).headers["etag"]
    monkeypatch.setattr(second.state.pipeline, "moment", lambda *_: pytest.fail("it ran the program"))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(second), base_url="http://b") as client:
        assert (await client.get(path, headers={"If-None-Match": etag})).status_code == 304


async def test_a_picture_is_made_once(monkeypatch: pytest.MonkeyPatch):
    service = create_app(Settings())
    path = f"/g/{encode(SQUARE)}.svg?step=1"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        first = await client.get(path)
        monkeypatch.setattr(service.state.pipeline, "moment", lambda *_: pytest.fail("it ran the program again"))
        again = await client.get(path)
        head = await client.head(path)

    assert again.content == first.content
    assert {**again.headers} == {**first.headers} == {**head.headers}
    assert head.content == b""


async def test_errors_are_not_kept(client: httpx.AsyncClient):
    for _ in range(2):
        answer = await client.get("/g.svg?e=a%3Dtahn(1)")
        assert answer.status_code == 422
        assert answer.headers["cache-control"] == "no-store"


async def test_head_is_get_without_a_body(client: httpx.AsyncClient):
    path = f"/g/{encode(NEURON)}.svg?digits=6"
    for codings in ("identity", "gzip"):
        head = await client.head(path, headers={"Accept-Encoding": codings})
        async with client.stream("GET", path, headers={"Accept-Encoding": codings}) as get:
            body = b"".join([piece async for piece in get.aiter_raw()])

        assert head.content == b""
        assert head.headers == get.headers
        assert head.headers["content-length"] == str(len(body))


async def test_the_answer_says_which_step(client: httpx.AsyncClient):
    answer = await client.get(f"/g/{encode(SQUARE)}.svg?step=grad:a")

    assert (answer.headers["x-step"], answer.headers["x-step-count"]) == ("4", "4")
    assert 'data-step="4"' in answer.text


async def test_json_by_address_is_json_by_post(client: httpx.AsyncClient):
    by_address = await client.get(f"/g/{encode(NEURON)}.json?step=7&theme=dark")
    by_post = await client.post(API, json={"source": NEURON, "step": 7, "theme": "dark"})

    assert by_post.status_code == 200
    assert by_address.json() == by_post.json()
    assert by_post.headers["x-step"] == "7"


async def test_the_neuron_has_the_lecture_s_numbers(client: httpx.AsyncClient):
    graph = (await client.post(API, json={"source": NEURON})).json()
    by_label = {node["label"]: node for node in graph["nodes"]}

    assert by_label["o"]["data"] == pytest.approx(0.7071, abs=1e-4)
    grads = {name: by_label[name]["grad"] for name in ("x1", "w1", "x2", "w2", "b", "n")}
    assert grads == pytest.approx({"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5, "n": 0.5})


@pytest.mark.parametrize("source", [NEURON, SQUARE, "a = log(0)\nb = a * 0", "a = 1", "print('hello')\na = relu(-1.0) + 2"])
async def test_answers_have_the_shape_of_the_contract(client: httpx.AsyncClient, source: str):
    answer = await client.post(API, json={"source": source})
    graph = json.loads(answer.content, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))

    adapter(GraphAnswer).validate_json(answer.content, strict=True)
    assert {"from", "local", "contribution"} <= set(graph["edges"][0]) if graph["edges"] else True


async def test_numbers_that_are_not_finite_are_words(client: httpx.AsyncClient):
    graph = (await client.post(API, json={"source": "a = 0.0\nb = log(a)\nc = b * 0"})).json()
    data = {node["label"]: node["data"] for node in graph["nodes"]}

    assert data["b"] == "-Infinity"
    assert data["c"] == "NaN"
    assert graph["warnings"][0]["node"] is not None


async def test_inputs_take_other_values(client: httpx.AsyncClient):
    graph = (await client.post(API, json={"source": SQUARE, "inputs": {"a": 5}})).json()

    assert [node["data"] for node in graph["nodes"]] == [5.0, 25.0]
    assert graph["source"] == SQUARE
    assert (await client.get(graph["links"]["json"])).json() == graph


async def test_links_lead_to_the_same_moment(client: httpx.AsyncClient):
    graph = (await client.post(API, json={"source": NEURON, "step": "grad:x1", "theme": "dark"})).json()

    for name, link in graph["links"].items():
        answer = await client.get(link)
        assert answer.status_code == 200, name
    picture = await client.get(graph["links"]["svg"])
    assert picture.headers["x-step"] == str(graph["step"])
    assert unquote(graph["links"]["svg"]).endswith("?step=grad:x1&theme=dark")


async def test_links_know_their_public_address_and_nobody_else_s():
    service = create_app(Settings(public_url="https://example.org/demo/"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://evil.test") as client:
        answer = await client.get(f"/g/{encode(SQUARE)}.json", headers={"X-Forwarded-Host": "evil.test"})
        page = await client.get("/")

    assert answer.json()["links"]["page"] == f"https://example.org/demo/g/{encode(SQUARE)}"
    assert "evil" not in answer.text + page.text
    assert 'href="/demo/static/' in page.text


async def test_the_picture_of_the_json_carries_no_font(client: httpx.AsyncClient):
    graph = (await client.get(f"/g/{encode(SQUARE)}.json")).json()
    picture = await client.get(f"/g/{encode(SQUARE)}.svg?font=none")

    assert graph["svg"] == picture.text
    assert "@font-face" not in graph["svg"]
    assert "@font-face" in (await client.get(f"/g/{encode(SQUARE)}.svg")).text


async def test_a_program_too_long_for_an_address_goes_by_post(client: httpx.AsyncClient):
    source = "a = 1.0  # " + "".join(chr(33 + (i * 7919) % 90) for i in range(1_900)).replace("'", "")
    source = "\n".join([source] * 6)
    too_long = await client.get(f"/g.svg?e={quote(source)}", headers={"Accept": "application/json"})
    posted = await client.post(API, json={"source": source})

    assert too_long.status_code == 414
    assert "POST" in too_long.json()["hint"]
    assert posted.status_code == 200


async def test_an_error_has_one_shape(client: httpx.AsyncClient):
    answer = await client.post(API, json={"source": "a = 2\nb = tahn(a)"})
    problem = answer.json()

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    adapter(ProblemAnswer).validate_python(problem, strict=True)
    assert (problem["line"], problem["column"], problem["length"]) == (2, 5, 4)
    assert problem["code"] == "unknown-name"
    assert "tanh" in problem["hint"]
    assert problem["source_code"] == encode("a = 2\nb = tahn(a)")
    assert answer.headers["x-stepgrad-line"] == "2"
    assert answer.headers["x-stepgrad-column"] == "5"


@pytest.mark.parametrize(
    ("path", "accept", "media"),
    [
        ("/g.svg?e=a%3Dtahn(1)", "*/*", "image/svg+xml"),
        ("/g.svg?e=a%3Dtahn(1)", "image/avif,image/webp,*/*", "image/svg+xml"),
        ("/g.svg?e=a%3Dtahn(1)", "text/html,image/webp,*/*", "image/svg+xml"),
        ("/g.svg?e=a%3Dtahn(1)", "application/json", "application/problem+json"),
        ("/g.json?e=a%3Dtahn(1)", "*/*", "application/problem+json"),
        ("/g.dot?e=a%3Dtahn(1)", "*/*", "application/problem+json"),
        ("/g.py?e=a%3Dtahn(1)", "text/html", "application/problem+json"),
        ("/g/xx.svg", "*/*", "image/svg+xml"),
        ("/nothing", "image/*", "image/svg+xml"),
        ("/nothing", "text/html", "text/html"),
        ("/nothing", "*/*", "application/problem+json"),
        ("/api/v1/nothing", "text/html", "application/problem+json"),
    ],
)
async def test_who_wants_a_picture_gets_the_error_as_one(client: httpx.AsyncClient, path: str, accept: str, media: str):
    answer = await client.get(path, headers={"Accept": accept})

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].partition(";")[0] == media
    assert answer.headers["x-stepgrad-error"]


async def test_the_error_picture_shows_the_place(client: httpx.AsyncClient):
    source = "alpha = 2\n" + "x = " + "alpha + " * 30 + "tahn(alpha)"
    answer = await client.get(f"/g.svg?e={quote(source)}&theme=dark")

    assert answer.status_code == 422
    assert "tahn" in answer.text
    assert "^^^^" in answer.text
    assert "Did you mean" in answer.text
    assert "2 │ " in answer.text


async def test_a_sum_of_five_thousand_terms_is_drawn_folded_and_refused_unfolded(client: httpx.AsyncClient):
    source = "a = 1.0\nb = a\nfor i in range(5000):\n    b = b + a"
    folded = await client.get(f"/g.json?e={quote_plus(source)}")
    refused = await client.get(f"/g.json?e={quote_plus(source)}&collapse=none")

    boxes = [node for node in folded.json()["nodes"] if node["inside"] is None]
    assert [(box["kind"], box["key"], box["data"]) for box in boxes] == [("input", "a", 1.0), ("group", "b#5000", 5001.0)]
    assert refused.status_code == 422
    assert refused.json()["code"] in {"too-large", "limit"}
    assert "5,001 values; at most" in refused.json()["detail"]
    assert "collapse=auto" in refused.json()["hint"]


async def test_a_client_has_its_share():
    service = create_app(Settings(rate_limit=6))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        answers = [await client.get(f"/g.json?e=a%3D{i}") for i in range(4)]
        cached = [await client.get("/g.json?e=a%3D0") for _ in range(10)]
        health = await client.get("/healthz")

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 10
    assert answers[2].headers["access-control-allow-origin"] == "*"
    assert {answer.status_code for answer in cached} == {200}
    assert health.status_code == 200


async def test_a_full_house_says_when_to_come_back():
    service = create_app(Settings(pending=1))
    layer: Any = service.build_middleware_stack()
    while not hasattr(layer, "_admission"):
        layer = layer.app
    service.middleware_stack = layer
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        with layer._admission.enter("somebody"):
            answer = await client.get("/g.json?e=a%3D1")
            assert (await client.get("/healthz")).status_code == 200
        later = await client.get("/g.json?e=a%3D1")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["code"] == "busy"
    assert later.status_code == 200


async def test_a_fault_of_ours_is_a_number_and_no_traceback(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    service = create_app(Settings())

    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(service.state.pipeline, "moment", fail)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        answers = [await client.get("/g.json?e=a%3D1"), await client.get("/g.svg?e=a%3D1"), await client.get("/?e=a%3D1")]

    for answer in answers:
        assert answer.status_code == 500
        assert "secret" not in answer.text
    assert answers[0].json()["instance"] in caplog.text
    assert "secret" in caplog.text


async def test_a_slow_body_is_not_waited_for():
    import asyncio

    service = create_app(Settings(receive_seconds=0.05))

    async def slow() -> Any:
        yield b"{"
        await asyncio.Event().wait()
        yield b"}"

    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://a") as client:
        answer = await client.post(API, content=slow(), headers={"Content-Type": "application/json"})

    assert answer.status_code == 408


async def test_the_finished_picture_marks_nothing_and_tells_what_came_of_it(client: httpx.AsyncClient):
    finished, last = [(await client.get(f"/g.svg?e=a%3D3%0Ab%3Da*a&step={step}")).text for step in ("end", "-1")]

    assert "is-active" not in finished
    assert "Finished: b = 9. Gradients: a 6." in finished
    assert "is-active" in last
    assert 'data-step="4"' in finished
    assert 'data-step="4"' in last


def test_light_programs_go_past_heavy_ones(monkeypatch: pytest.MonkeyPatch):
    """Whoever sends one large program after another must not keep everybody else waiting."""
    monkeypatch.setattr("stepgrad.app.runs.PATIENCE_SECONDS", 0.01)
    pipeline = Pipeline(Settings(heavy=1))
    heavy = "a = 1.0\nfor i in range(600):\n    a = a * 1.01"
    with pipeline.runs._heavy:  # one is running
        assert pipeline.moment("a = 2\nb = a * a", Options()).index == 4
        with pytest.raises(Busy):
            pipeline.moment(heavy, Options())
    assert pipeline.moment(heavy, Options(collapse="none")).index == 1801
