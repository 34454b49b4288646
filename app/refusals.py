"""What is refused before anything reads it, or because nothing can be done: a limit → the problem that names it."""

from __future__ import annotations

from stepgrad.app.errors import ProblemError

__all__ = [
    "MOST_HEADERS", "body_too_long", "headers_too_long", "not_http", "not_json", "not_ready", "stopping", "too_slow",
    "url_too_long",
]  # fmt: skip

MOST_HEADERS = 64

_CLOSE = {"Connection": "close"}
"""There may be more to come of what was refused."""


def url_too_long(limit: int) -> ProblemError:
    return ProblemError(
        414,
        "url-too-long",
        "The address is too long",
        f"It has more than {limit:,} bytes.",
        hint="Send the program by POST to /api/v1/graphs.",
        more={"limit": "url_limit", "value": limit},
    )


def headers_too_long(limit: int) -> ProblemError:
    detail = f"{limit:,} bytes and {MOST_HEADERS} fields are taken."
    return ProblemError(431, "headers-too-long", "The header fields are too long", detail)


def body_too_long(limit: int) -> ProblemError:
    return ProblemError(
        413,
        "body-too-long",
        "The body is too long",
        f"It has more than {limit:,} bytes.",
        headers=_CLOSE,
        more={"limit": "body_limit", "value": limit},
    )


def too_slow(what: str) -> ProblemError:
    return ProblemError(408, "slow", f"The {what} did not arrive in time", headers=_CLOSE)


def not_http(why: str) -> ProblemError:
    return ProblemError(400, "http", "The request is not HTTP", why, headers=_CLOSE)


def not_json() -> ProblemError:
    return ProblemError(415, "media-type", "The body is not JSON", hint="Send it as `Content-Type: application/json`.")


def not_ready() -> ProblemError:
    return ProblemError(503, "not-ready", "Not ready", "A small graph could not be drawn.", headers={"Retry-After": "5"})


def stopping() -> ProblemError:
    return ProblemError(503, "stopping", "The service is stopping", hint="Try again.", headers={"Retry-After": "2"})
