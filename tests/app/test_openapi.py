"""The documentation is made by running, when somebody asks for it, and what it says is true."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from stepgrad.app.options import NAMES
from stepgrad.app.routes.openapi import shapes
from stepgrad.app.routes.stream import EVENTS
from stepgrad.app.schemas import adapter
from stepgrad.app.studies import STUDIES

SHAPES = shapes()


@pytest.fixture
async def api(client: httpx.AsyncClient) -> Any:
    return (await client.get("/openapi.json")).json()


def operations(api: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def resolved(api: Any, part: Any) -> Any:
    """What a reference leads to."""
    if "$ref" not in part:
        return part
    found = api
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def parameters(api: Any, operation: Any) -> list[Any]:
    return [resolved(api, each) for each in operation.get("parameters", ())]


def media(api: Any, operation: Any) -> Iterator[tuple[str, str, Any]]:
    for status, answer in operation["responses"].items():
        for kind, told in resolved(api, answer).get("content", {}).items():
            yield status, kind, told


async def test_everything_is_told_and_has_an_example(api: Any):
    for method, path, operation in operations(api):
        name = f"{method} {path}"
        assert operation["summary"], name
        for parameter in parameters(api, operation):
            assert "example" in parameter, f"{name}: {parameter['name']}"
            assert parameter["description"], f"{name}: {parameter['name']}"
        for told in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in told, name
        for status, answer in operation["responses"].items():
            answer = resolved(api, answer)
            assert answer["description"], f"{name}: {status}"
            assert answer.get("content") or status == "304", f"{name}: {status}"
        for status, kind, told in media(api, operation):
            assert told["schema"], f"{name}: {status} {kind}"
            # Not of a page, nor of the picture of an error: nobody reads them as text.
            assert "examples" in told or kind == "text/html" or (status != "200" and "svg" in kind), f"{name}: {status} {kind}"


async def test_every_option_is_documented(api: Any):
    for path, kind in (
        ("/g.{extension}", "picture"),
        ("/g/{code}.{extension}", "picture"),
        ("/embed", "embed"),
        ("/g/{code}", "page"),
    ):
        names = [parameter["name"] for parameter in parameters(api, api["paths"][path]["get"])]
        assert set(NAMES[kind]) <= set(names)  # type: ignore[index]
        assert len(names) == len(set(names))
    body = api["paths"]["/api/v1/graphs"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"source", "inputs", *NAMES["picture"]} <= set(resolved(api, body)["properties"])


async def test_what_has_a_tag_may_be_a_304(api: Any):
    for method, path, operation in operations(api):
        tagged = method == "get" and "health" not in operation["tags"]
        assert ("304" in operation["responses"]) == tagged, f"{method} {path}"


async def test_references_lead_somewhere_and_from_everything_that_is_shared(api: Any):
    used = set(re.findall(r"'#/components/(\w+)/([^']+)'", str(api)))
    there = {(kind, name) for kind, parts in api["components"].items() for name in parts}
    only_told = {("schemas", shape.__name__) for shape in EVENTS.values()}  # in words: a stream has no schema

    assert used <= there
    assert there - used <= only_told
    assert all(re.fullmatch(r"[\w.-]+", name) for _, name in there)


async def test_an_option_is_written_down_once(api: Any):
    assert [each for _, _, operation in operations(api) for each in operation.get("parameters", ()) if "$ref" not in each] == []
    told = [json.dumps(each, sort_keys=True) for each in api["components"]["parameters"].values()]
    assert len(told) == len(set(told))


async def test_no_error_has_another_shape(api: Any):
    assert "HTTPValidationError" not in str(api)
    for _, _, operation in operations(api):
        for status, answer in operation["responses"].items():
            assert status in ("200", "304") or answer["$ref"].startswith("#/components/responses/Problem")


async def test_operations_have_names(api: Any):
    """A generated client calls its functions so: they stay."""
    names = [operation["operationId"] for _, _, operation in operations(api)]

    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"(get|post)(_[a-z]+)+", name) for name in names)
    assert {
        "get_picture", "get_picture_by_code", "post_graph", "get_start", "get_page", "get_embed", "get_embed_by_code",
        "get_health", "get_readiness", "get_check", "get_check_by_code", "get_check_svg", "post_check", "get_train_csv",
        "post_train_stream",
    } <= set(names)  # fmt: skip


async def test_the_examples_of_questions_work(client: httpx.AsyncClient, api: Any):
    for method, path, operation in operations(api):
        asked = parameters(api, operation)
        for parameter in asked:
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        query = {each["name"]: each["example"] for each in asked if each["in"] == "query" and each["name"] != "step"}
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        answer = await client.request(method, path, params=query, json=body)
        assert answer.status_code == 200, f"{method} {path}: {answer.text[:300]}"


async def test_the_examples_of_answers_are_what_is_answered(client: httpx.AsyncClient, api: Any):
    """By address, as the summary says; and to the example of a body."""
    for name, example in api["components"]["examples"].items():
        if not name.startswith("problem.") and example["summary"].startswith("/"):
            answer = await client.get(example["summary"])
            assert answer.status_code == 200, name
            value = answer.json() if "json" in answer.headers["content-type"] else answer.text
            assert value == example["value"], name
    for method, path, operation in operations(api):
        if method == "post" and not path.endswith("/stream"):
            answer = await client.post(path, json=operation["requestBody"]["content"]["application/json"]["example"])
            (shown,) = operation["responses"]["200"]["content"]["application/json"]["examples"].values()
            assert answer.json() == resolved(api, shown)["value"], path


async def test_the_example_of_events_is_what_is_sent(client: httpx.AsyncClient, api: Any):
    body = api["components"]["schemas"]["TrainRequest"], api["paths"]["/api/v1/train/stream"]["post"]["requestBody"]
    sent = (await client.post("/api/v1/train/stream", json=body[1]["content"]["application/json"]["example"])).text
    shown = api["components"]["examples"]["events"]["value"]

    def first_and_last(text: str) -> list[str]:
        events = text.strip().split("\n\n")  # how many tell of the way depends on the clock
        return [events[0], events[-1]]

    assert first_and_last(shown) == first_and_last(sent)
    assert shown.startswith("event: start\n")
    assert "\nevent: done\n" in shown


def test_every_study_says_what_it_answers():
    assert [study.file for study in STUDIES.values() if study.is_json and study.answer is None] == []


async def test_the_examples_of_answers_have_their_shape(api: Any):
    seen = set()
    for _, _, operation in operations(api):
        for _, _, told in media(api, operation):
            shape = SHAPES.get(told["schema"].get("$ref", "").rpartition("/")[2])
            for name, example in told.get("examples", {}).items():
                assert shape or told["schema"]["type"] == "string", name
                if shape:
                    adapter(shape).validate_json(json.dumps(resolved(api, example)["value"]), strict=True)
                    seen.add(name)
    assert len(seen) >= 20


async def test_the_problems_are_those_that_are_answered(client: httpx.AsyncClient, api: Any):
    examples = api["components"]["examples"]
    json_please = {"Accept": "application/json"}
    answers = {
        400: await client.get("/g/eN.json", headers=json_please),
        404: await client.get("/g.exe?e=a=1", headers=json_please),
        414: await client.get(f"/g.json?e={'a' * 10_000}"),
        415: await client.post("/api/v1/graphs", content=b"a = 1", headers={"Content-Type": "text/plain"}),
        422: await client.post("/api/v1/graphs", json={"source": "a = 2\nb = tahn(a)"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        shown = examples[f"problem.{status}"]["value"]
        assert answer.json() | {"source_code": None} == shown | {"source_code": None}


STARTED = """
import asyncio, sys
from stepgrad.engine import language

ran = []
for name in ("run", "record"):
    plain = getattr(language, name)
    setattr(language, name, lambda *given, name=name, plain=plain, **more: (ran.append(name), plain(*given, **more))[1])

from stepgrad.app.config import Settings
from stepgrad.app.main import create_app

async def serve():
    app = create_app(Settings())
    async with app.router.lifespan_context(app):
        started = len(ran)
        messages = []
        async def send(message): messages.append(message)
        scope = {"type": "http", "method": "GET", "path": "/openapi.json", "raw_path": b"/openapi.json", "query_string": b"",
                 "headers": [], "client": ("somebody", 1), "server": ("x", 80), "scheme": "http", "http_version": "1.1",
                 "asgi": {"version": "3.0"}, "root_path": ""}
        await app(scope, lambda: asyncio.sleep(60), send)
        return started, len(ran), messages[0]["status"]

print(*asyncio.run(serve()))
"""


def test_starting_the_service_runs_no_program():
    """The examples are run when somebody asks for the document."""
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, check=True)
    started, asked, status = map(int, done.stdout.split())

    assert started == 0
    assert asked > 0
    assert status == 200
