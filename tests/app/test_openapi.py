"""The documentation has an example for everything, and what it says is true."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from stepgrad.app.options import NAMES


@pytest.fixture
async def api(client: httpx.AsyncClient) -> Any:
    return (await client.get("/openapi.json")).json()


def operations(api: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{method} {path}", operation) for path, methods in api["paths"].items() for method, operation in methods.items()]


async def test_everything_has_an_example(api: Any):
    for name, operation in operations(api):
        assert operation["summary"], name
        for parameter in operation.get("parameters", ()):
            assert "example" in parameter, f"{name}: {parameter['name']}"
            assert parameter["description"], f"{name}: {parameter['name']}"
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert "example" in media, name
        for status, answer in operation["responses"].items():
            assert answer["description"], f"{name}: {status}"
            if status != "304":
                assert answer["content"], f"{name}: {status}"
            for kind, media in answer.get("content", {}).items():
                assert "example" in media, f"{name}: {status} {kind}"


async def test_every_option_is_documented(api: Any):
    for path, kind in (
        ("/g.{extension}", "picture"),
        ("/g/{code}.{extension}", "picture"),
        ("/embed", "embed"),
        ("/g/{code}", "page"),
    ):
        names = [parameter["name"] for parameter in api["paths"][path]["get"]["parameters"]]
        assert set(NAMES[kind]) <= set(names)  # type: ignore[index]
        assert len(names) == len(set(names))
    body = api["paths"]["/api/v1/graphs"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert {"source", "inputs", *NAMES["picture"]} <= set(body)


async def test_what_has_a_tag_may_be_a_304(api: Any):
    for name, operation in operations(api):
        assert ("304" in operation["responses"]) == (name.startswith("get /") and "health" not in operation["tags"]), name


async def test_references_lead_somewhere(api: Any):
    for name in set(re.findall(r"#/components/schemas/(\w+)", str(api))):
        assert name in api["components"]["schemas"]


async def test_no_error_has_another_shape(api: Any):
    assert "HTTPValidationError" not in str(api)


async def test_the_examples_work(client: httpx.AsyncClient, api: Any):
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            parameters = operation.get("parameters", [])
            for parameter in parameters:
                if parameter["in"] == "path":
                    path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
            query = {p["name"]: p["example"] for p in parameters if p["in"] == "query" and p["name"] not in {"step"}}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
            answer = await client.request(method, path, params=query, json=body)
            assert answer.status_code == 200, f"{method} {path}: {answer.text[:300]}"
