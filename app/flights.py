"""Work under way: a key → the one who does it, and all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Flights"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Flights(Generic[K, V]):
    """Whoever asks for what is being made already gets the same, or the same error. Used from the event loop only."""

    def __init__(self) -> None:
        self._flights: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """What `make` gives. If the one who does it is called off, the next of those who wait does it."""
        while (flight := self._flights.get(key)) is not None:
            await asyncio.wait([flight])
            if not flight.cancelled():
                return flight.result()
        flight = self._flights[key] = asyncio.get_running_loop().create_future()
        try:
            flight.set_result(await make())
        except Exception as error:
            flight.set_exception(error)
        finally:
            del self._flights[key]
            flight.cancel()  # nothing happens to one that is done
        return flight.result()
