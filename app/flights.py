"""Work under way: a key → the one who does it, and all who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Any, Generic, TypeVar

__all__ = ["Flights"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Flights(Generic[K, V]):
    """Whoever asks for what is being made already gets the same. Used from the event loop only."""

    def __init__(self) -> None:
        self._tasks: dict[K, asyncio.Task[V]] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._tasks

    def start(self, key: K, work: Coroutine[Any, Any, V]) -> None:
        """The work goes on even if everybody who waits for it goes away."""
        task = self._tasks[key] = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda _: self._tasks.pop(key))

    async def join(self, key: K) -> V:
        return await asyncio.shield(self._tasks[key])
