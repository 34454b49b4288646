"""Who is let in when there is work to do. What is answered from the cache never asks."""

from __future__ import annotations

import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from stepgrad.app.errors import ProblemError

__all__ = ["Admission"]

_MOST_CLIENTS = 10_000


class Admission:
    """Bounds how many requests work at once, and how many one client makes per minute. Used from the event loop only."""

    def __init__(self, pending: int, rate: int | None, spread: int = 4) -> None:
        self._spread = spread
        """Over how many seconds those who are sent away come back."""
        self._pending = pending
        self._inside = 0
        self._rate = rate
        # Per client: how much it may still ask for, and when that was so. It fills at `rate` a minute, up to a third of it.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def enter(self, client: str) -> Iterator[None]:
        """Hold one place. Raises a 503 or 429 problem with Retry-After."""
        if self._inside >= self._pending:
            # A little different for each, so that they do not come back all at once.
            raise _later(
                503, "busy", "The service is busy", f"{self._pending} requests are waiting.", 1 + secrets.randbelow(self._spread)
            )
        if self._rate is not None:
            self._spend(_bucket(client), self._rate)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def _spend(self, client: str, rate: int) -> None:
        now, most = monotonic(), max(1.0, rate / 3)
        left, since = self._left.pop(client, (most, now))
        left = min(most, left + (now - since) * rate / 60)
        allowed = left >= 1.0
        self._left[client] = (left - 1.0 if allowed else left, now)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        if not allowed:
            seconds = int((1.0 - left) * 60 / rate) + 1
            raise _later(429, "rate", "Too many requests", f"One client gets {rate} new pictures a minute.", seconds)


def _bucket(client: str) -> str:
    """One IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _later(status: int, code: str, title: str, detail: str, seconds: int) -> ProblemError:
    hint = f"Try again in {seconds} s. Pictures that were made before are not counted."
    return ProblemError(status, code, title, detail, hint=hint, headers={"Retry-After": str(seconds)})
