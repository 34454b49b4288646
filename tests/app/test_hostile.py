"""Whatever a stranger sends, the answer is a problem he can read: never a 5xx, never a traceback, never his input back."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import httpx
import pytest

from stepgrad.app.links import encode

API = "/api/v1/graphs"
JSON = {"Content-Type": "application/json"}
GOOD = encode("a = 2\nb = a * a")


def code(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def body(**members: Any) -> bytes:
    return json.dumps({"source": "a = 2\nb = a * a", **members}).encode()


BOMB = code(zlib.compress(b"a" * 20_000_000, 9))

BODIES: dict[str, bytes] = {
    "empty": b"",
    "not json": b"source=a",
    "a number": b"7",
    "a list": b"[]",
    "a string": b'"a = 2"',
    "null": b"null",
    "cut off": b'{"source": "a = 2',
    "no source": b"{}",
    "source is a number": body(source=3),
    "source is a list": body(source=["a"]),
    "source is null": body(source=None),
    "NaN": b'{"source": "a = 2", "inputs": {"a": NaN}}',
    "Infinity": b'{"source": "a = 2", "inputs": {"a": Infinity}}',
    "-Infinity": b'{"source": "a = 2", "inputs": {"a": -Infinity}}',
    "bare NaN": b"NaN",
    "1e999": b'{"source": "a = 2", "inputs": {"a": 1e999}}',
    "an integer without end": b'{"source": "a = 2", "inputs": {"a": ' + b"9" * 5_000 + b"}}",
    "a large integer": b'{"source": "a = 2", "inputs": {"a": ' + b"9" * 308 + b"0}}",
    "a bool as a number": body(inputs={"a": True}),
    "a text as a number": body(inputs={"a": "5"}),
    "NaN as a text": body(inputs={"a": "NaN"}),
    "inputs are a list": body(inputs=[1]),
    "an input that is not there": body(inputs={"zz": 1}),
    "too many inputs": body(inputs={f"a{i}": 1 for i in range(2_000)}),
    "a lone surrogate": b'{"source": "a = 2 # \\ud800"}',
    "a lone surrogate as a name": b'{"source": "a = 2", "\\udfff": 1}',
    "a lone surrogate as an input": b'{"source": "a = 2", "inputs": {"\\udc00": 1}}',
    "a name twice": b'{"source": "a = 2", "source": "b = 3"}',
    "an input twice": b'{"source": "a = 2", "inputs": {"a": 1, "a": 2}}',
    "UTF-16": '{"source": "a = 2"}'.encode("utf-16"),
    "UTF-32": '{"source": "a = 2"}'.encode("utf-32"),
    "a byte order mark": b'\xef\xbb\xbf{"source": "a = 2"}',
    "not UTF-8": b'{"source": "\xff\xfe"}',
    "deep lists": b"[" * 50_000,
    "deep objects": b'{"a":' * 20_000,
    "deep inputs": b'{"source": "a = 2", "inputs": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "unknown member": body(sauce=1),
    "__proto__": body(__proto__={"a": 1}),
    "step is a bool": body(step=True),
    "step is a float": body(step=1.0),
    "step is an object": body(step={}),
    "step is far away": body(step=10**9),
    "step is too long": body(step=10**30),
    "digits are a bool": body(digits=True),
    "digits are a float": body(digits=2.0),
    "expand is a number": body(expand=3),
    "expand holds a number": body(expand=["tanh", 1]),
    "theme is a list": body(theme=["dark"]),
    "bg is an address": body(bg="url(http://example.org)"),
    "a program with a null": body(source="a = 2\x00"),
    "a program with half a name": body(source="a = "),
    "an import of os": body(source="import os; os.system('true')"),
    "a way out": body(source="().__class__.__bases__"),
    "a power tower": body(source="a = 9**9**9**9**9\nrange(a)"),
    "a string bomb": body(source="a = 'x' * 999999999"),
    "a list bomb": body(source="a = [0] * 999999999"),
    "a loop without end": body(source="a = 0.0\nfor i in range(999999999):\n    a = a + 1"),
    "a recursion without end": body(source="def f(x):\n    return f(x)\na = f(1)"),
    "doubling": body(source="a = 1\n" + "a = a + a\n" * 990 + "b = [a] * 10000000"),
    "deep brackets": body(source="a = " + "(" * 5_000 + "1" + ")" * 5_000),
    "deep signs": body(source="a = " + "-" * 19_000 + "1"),
    "too many characters": body(source="a = 1\n" * 15_000),
    "too long a line": body(source="a = " + "1+" * 4_000 + "1"),
    "too large": body(source="#" * 200_000),
    "a label of markup": body(source="a = Value(1, label='</text><script>'); b = tahn(a)"),
    "full-width letters": body(source="ｅｖａｌ('1')"),
}

ADDRESSES: dict[str, str] = {
    "no code": "/g/.svg",
    "one letter": "/g/a.svg",
    "not base64": "/g/!!!!.svg",
    "base64 of text": f"/g/{code(b'a = 2')}.svg",
    "cut off": f"/g/{GOOD[:-5]}.svg",
    "more after the end": f"/g/{code(zlib.compress(b'a = 2') + b'xx')}.svg",
    "not UTF-8 inside": f"/g/{code(zlib.compress(bytes([255, 254])))}.svg",
    "a bomb": f"/g/{BOMB[:8000]}.svg",
    "a whole bomb": f"/g/{code(zlib.compress(b'a' * 5_000_000, 9))[:8100]}.json",
    "no program": "/g.svg",
    "two programs": "/g.svg?e=a%3D1&e=a%3D2",
    "an empty program": "/g.svg?e=",
    "only spaces": "/g.svg?e=+++",
    "a query that is not UTF-8": "/g.svg?e=%ff%fe",
    "half a surrogate": "/g.svg?e=%ed%a0%80",
    "a null": "/g.svg?e=a%3D1%00",
    "a null in the path": "/g/%00.svg",
    "a null after the code": f"/g/{GOOD}%00.svg",
    "a newline in the path": "/g/%0d%0aSet-Cookie:x.svg",
    "too long": "/g.svg?e=" + "a" * 9_000,
    "too long a path": "/g/" + "a" * 9_000 + ".svg",
    "too long a page": "/g/" + "a" * 9_000,
    "a hundred options": "/g.svg?e=a%3D1&" + "&".join(f"v{i}=1" for i in range(100)),
    "a hundred ignored": "/g.svg?e=a%3D1&" + "v=1&" * 100,
    "no such format": f"/g/{GOOD}.exe",
    "two formats": f"/g/{GOOD}.svg.exe",
    "a format of dots": f"/g/{GOOD}...",
    "up and away": "/g/../../etc/passwd.svg",
    "up, encoded": "/g/%2e%2e%2f%2e%2e%2fetc%2fpasswd.svg",
    "static, up": "/static/..%2f..%2fpyproject.toml",
    "static, up again": "/static/dist/../../pyproject.toml",
    "static, a folder": "/static/dist/",
    "static, a null": "/static/%00",
    "static, far too long a name": "/static/" + "a" * 300,
    "double slash": "//g/x.svg",
    "step of nothing": f"/g/{GOOD}.svg?step=grad:zz",
    "step as a float": f"/g/{GOOD}.svg?step=1e9",
    "step twice": f"/g/{GOOD}.svg?step=1&step=2",
    "digits without end": f"/g/{GOOD}.svg?digits={'9' * 400}",
    "an option with a null": f"/g/{GOOD}.svg?theme=%00",
    "an option without a name": f"/g/{GOOD}.svg?=dark",
    "markup as an option": f"/g/{GOOD}.svg?bg=%22%3E%3Cscript%3E",
    "markup as a name": f"/g/{GOOD}.svg?%3Cscript%3E=1",
    "the program twice over": f"/g/{GOOD}.svg?e=a%3D1",
    "embed of nothing": "/embed",
    "embed of rubbish": "/embed/%F0%9F%92%A9",
    "page of rubbish": "/g/%F0%9F%92%A9",
    "unknown": "/wp-login.php",
    "unknown api": "/api/v2/graphs",
    "api by GET": API,
}

HEADERS: dict[str, list[tuple[str, str]]] = {
    "many": [(f"X-{i}", "1") for i in range(100)],
    "large": [("X-Large", "a" * 20_000)],
    "a length that is none": [("Content-Length", "ten")],
    "a negative length": [("Content-Length", "-1")],
    "a length beyond all": [("Content-Length", "9" * 40)],
    "compressed": [("Content-Encoding", "gzip")],
}

MEDIA = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
    "json",
    "a/b/c;;;=",
]
METHODS = ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW", "PROPFIND"]


def check(response: httpx.Response) -> None:
    assert 400 <= response.status_code < 500, f"{response.status_code}: {response.text[:300]}"
    media = response.headers["content-type"].partition(";")[0]
    assert media in {"application/problem+json", "image/svg+xml", "text/html"}
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-stepgrad-error"].isascii()
    for word in ("Traceback", '.py"', "site-packages", "pydantic", "<script>"):
        assert word not in response.text.replace('<script type="application/json"', "").replace("<script type=", "")
    if media == "application/problem+json":
        problem = response.json(parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
        assert problem["status"] == response.status_code
        assert problem["title"]
        assert problem["code"] not in {"", "internal"}
        assert len(response.content) < 4_096


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_body(client: httpx.AsyncClient, name: str):
    check(await client.post(API, content=BODIES[name], headers=JSON))


@pytest.mark.parametrize("name", ADDRESSES)
async def test_a_hostile_address(client: httpx.AsyncClient, name: str):
    check(await client.get(ADDRESSES[name]))


@pytest.mark.parametrize("name", HEADERS)
async def test_hostile_headers(client: httpx.AsyncClient, name: str):
    check(await client.get(f"/g/{GOOD}.json?digits=3", headers=HEADERS[name]))


@pytest.mark.parametrize("media", MEDIA)
async def test_a_body_that_does_not_say_it_is_json(client: httpx.AsyncClient, media: str):
    response = await client.post(API, content=body(), headers={"Content-Type": media})

    check(response)
    assert response.status_code == 415


@pytest.mark.parametrize("path", ["/", f"/g/{GOOD}", f"/g/{GOOD}.svg", API, "/embed", "/healthz", "/docs"])
@pytest.mark.parametrize("method", METHODS)
async def test_an_odd_method(client: httpx.AsyncClient, method: str, path: str):
    response = await client.request(method, path)

    check(response)
    assert response.status_code == 405


async def test_a_body_without_end_is_cut_off(client: httpx.AsyncClient):
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 50_000_000:
            sent += 65_536
            yield b" " * 65_536

    response = await client.post(API, content=endless(), headers=JSON)

    check(response)
    assert response.status_code == 413
    assert sent < 1_000_000


async def test_the_input_does_not_come_back(client: httpx.AsyncClient):
    response = await client.post(API, content=body(theme="x" * 100_000), headers=JSON)

    check(response)
    assert "xxxx" not in response.text
