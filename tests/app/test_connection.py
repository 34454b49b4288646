"""Raw sockets against a real server: what one connection may send, and how it is told that this was too much."""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from stepgrad.app.config import Settings
from stepgrad.app.main import create_app
from tests.browser.live import serving

PICTURE = b"/g.dot?e=a%3D1"
POST = b"POST /api/v1/graphs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """A connection to the server."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def pour(self, piece: bytes, most: int) -> int:
        """Send the same again and again until an answer comes: how many bytes were taken."""
        sent = 0
        while sent < most and not select.select([self.socket], [], [], 0)[0]:
            sent += self.socket.send(piece)
        return sent

    def answer(self) -> Answer:
        status = int(self.file.readline().split()[1])
        fields = iter(self.file.readline, b"\r\n")
        headers = dict(field.decode().rstrip("\r\n").lower().split(": ", 1) for field in fields)
        return Answer(status, headers, self.file.read(int(headers.get("content-length", 0))))

    def ended(self) -> bool:
        """Whether nothing more comes, for good."""
        return self.file.read() == b""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server that waits for as long as it takes."""
    with serving(create_app(Settings(receive_seconds=600))) as address:
        yield int(address.rpartition(":")[2])


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """A server that waits for nobody much longer than a busy machine takes from one line of a test to the next."""
    with serving(create_app(Settings(receive_seconds=1.0))) as address:
        yield int(address.rpartition(":")[2])


@contextmanager
def line(port: int) -> Iterator[Line]:
    line = Line(port)
    with line.socket, line.file:
        yield line


def get(path: bytes = PICTURE, *fields: bytes) -> bytes:
    return b"\r\n".join((b"GET " + path + b" HTTP/1.1", b"Host: a", *fields, b"", b""))


def check(answer: Answer, status: int, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = json.loads(answer.body)
    assert answer.status == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-stepgrad-error"].isascii()
    assert problem["title"]
    assert problem["code"] == code
    return problem


# More than a head may hold


@pytest.mark.parametrize(
    ("begin", "piece", "status", "code"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ", b"a" * 4_096, 431, "headers-too-long"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"A: b\r\n" * 700, 431, "headers-too-long"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"n" * 9, b"n" * 4_096, 431, "headers-too-long"),
        (b"GET /", b"a" * 4_096, 414, "url-too-long"),
        (b"GET /?e=", b"a" * 4_096, 414, "url-too-long"),
        (b"", b"\r\n" * 2_048, 431, "headers-too-long"),
        (b"POST / HTTP/1.1\r\nHost: a\r\n" + CHUNKED + b"0\r\nX-A: ", b"a" * 4_096, 405, "http-405"),
        (POST + CHUNKED + b"0\r\nX-A: ", b"a" * 4_096, 431, "headers-too-long"),
        (POST + CHUNKED + b"3;x=", b"a" * 4_096, 431, "headers-too-long"),
    ],
    ids=["a value", "fields", "a name", "a path", "a query", "empty lines", "a trailer after the answer", "a trailer", "a chunk"],
)
def test_what_has_no_end_is_refused_while_it_arrives(port: int, begin: bytes, piece: bytes, status: int, code: str):
    with line(port) as endless, line(port) as other:
        endless.send(begin)
        taken = endless.pour(piece, 40_000_000)
        answer = endless.answer()
        other.send(get())

        assert taken < 8_000_000  # most of it in the buffers of this machine
        assert answer.status == status
        assert json.loads(answer.body)["code"] == code
        assert other.answer().status == 200
        if code != "http-405":
            check(answer, status, code)
        assert endless.ended()


@pytest.mark.parametrize("length", [70_000, 1_000_000])
def test_what_is_whole_and_too_long_is_refused_too(port: int, length: int):
    with line(port) as long:
        long.send(get(b"/" + b"a" * length))
        check(long.answer(), 414, "url-too-long")
    with line(port) as long:
        long.send(get(b"/healthz", b"X-A: " + b"a" * length))
        assert long.answer().status == 431


def test_as_much_as_a_head_may_hold_is_taken_in_any_pieces(port: int):
    settings = Settings()
    path = b"/g.dot?e=a%3D1&v=".ljust(settings.url_limit, b"1")
    fields = [b"Host: a", *(b"X%02d: b" % i for i in range(62))]
    used = sum(len(field) - 2 for field in fields) + 1
    head = b"\r\n".join((b"GET " + path + b" HTTP/1.1", *fields, b"Y: ".ljust(settings.header_limit - used + 3, b"y"), b"", b""))

    with line(port) as slow:
        slow.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(head), 1_000):
            slow.send(head[at : at + 1_000])
        assert slow.answer().status == 200
        slow.send(head + head[:-1])
        assert slow.answer().status == 200
        slow.send(head[-1:])
        assert slow.answer().status == 200


# More time than a head may take


@pytest.mark.parametrize(
    "begin", [b"G", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a", b"GET / HTTP/1.1\r\nHost: a\r\nX", b"POST / HTTP/1.1\r\n"]
)
def test_a_head_that_stops_is_not_waited_for(hasty: int, begin: bytes):
    with line(hasty) as slow:
        slow.send(begin)
        check(slow.answer(), 408, "slow")
        assert slow.ended()


def test_a_head_that_drips_is_not_waited_for(hasty: int):
    with line(hasty) as slow:
        slow.send(b"GET / HTTP/1.1\r\nX: ")
        while not select.select([slow.socket], [], [], 0.01)[0]:
            slow.send(b"a")
        check(slow.answer(), 408, "slow")


def test_who_says_nothing_is_left_without_a_word(hasty: int):
    with line(hasty) as silent:
        assert silent.ended()
    with line(hasty) as silent:
        silent.send(b"\r\n")
        assert silent.ended()


def test_the_second_head_of_a_connection_has_its_deadline_too(hasty: int):
    with line(hasty) as slow:
        slow.send(get() + b"GET / HTTP/1.1\r\nHost")
        assert slow.answer().status == 200
        check(slow.answer(), 408, "slow")
        assert slow.ended()


def test_a_body_that_stops_after_its_answer_is_not_waited_for(hasty: int):
    """An answer needs no body here, so nothing but the connection waits for it."""
    with line(hasty) as slow:
        slow.send(b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        assert slow.answer().status == 405
        slow.send(b"6")
        assert slow.ended()


# What goes on as ever


def test_every_request_of_a_connection_is_counted_anew(port: int):
    with line(port) as kept:
        for _ in range(20):
            kept.send(get(PICTURE, b"X-A: " + b"a" * 15_000))
            assert kept.answer().status == 200


def test_requests_that_are_sent_ahead_are_answered_in_order(port: int):
    with line(port) as ahead:
        ahead.send(b"".join(get(b"/g.json?e=a%%3D%d" % i) for i in range(20)) + get()[:25])
        told = [json.loads(ahead.answer().body)["source"] for _ in range(20)]
        ahead.send(get()[25:])

        assert told == [f"a={i}" for i in range(20)]
        assert ahead.answer().body.startswith(b"digraph")


def test_no_more_are_sent_ahead_than_can_be_waited_for(port: int):
    with line(port) as ahead:
        ahead.send(get(b"/healthz") * 2_000)
        answered = ahead.file.read().count(b"HTTP/1.1 200")

    assert 1 < answered < 100


def test_a_refusal_comes_after_the_answers_before_it(port: int):
    with line(port) as ahead:
        ahead.send(get(b"/g.json?e=a%3D3") + get() + b"BAD\r\n\r\n")
        assert [ahead.answer().status for _ in range(2)] == [200, 200]
        check(ahead.answer(), 400, "http")
        assert ahead.ended()


@pytest.mark.parametrize(
    "data",
    [
        b"BAD\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost a\r\n\r\n",
        "GET /g.json?e=α=2 HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_what_is_not_http_is_a_problem_too(port: int, data: bytes, caplog: pytest.LogCaptureFixture):
    with line(port) as odd:
        odd.send(data)
        check(odd.answer(), 400, "http")
        assert odd.ended()

    assert not caplog.records  # a stranger does not write our log


def test_a_body_that_breaks_off_gets_a_problem(port: int, caplog: pytest.LogCaptureFixture):
    with line(port) as broken:
        broken.send(POST + CHUNKED + b"3\r\n{  \r\nzz\r\n")
        check(broken.answer(), 400, "http")
    with line(port) as gone:
        gone.send(POST + b"Content-Length: 10\r\n\r\n{")
    with line(port) as other:
        other.send(get())
        assert other.answer().status == 200

    assert not caplog.records


def test_bodies_arrive_in_pieces(port: int):
    program = json.dumps({"source": "a = 1"}).encode() + b" " * 50_000
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (program[i : i + 7] for i in range(0, len(program), 7)))
    with line(port) as chunked:
        for _ in range(2):
            chunked.send(POST + CHUNKED + chunks + b"0\r\nX-Trailer: 1\r\n\r\n")
            assert chunked.answer().status == 200


def test_who_wants_another_protocol_is_answered_in_this_one(port: int, caplog: pytest.LogCaptureFixture):
    with line(port) as upgrading:
        upgrading.send(get(PICTURE, b"Connection: Upgrade", b"Upgrade: websocket"))
        assert upgrading.answer().status == 200

    assert not caplog.records
