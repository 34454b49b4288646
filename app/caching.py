"""A cache with a bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Cache"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """The values used last, up to a total weight. What alone weighs more than its share of all, an eighth, is not kept.
    Thread-safe.

    A value is weighed again each time it is used.
    """

    def __init__(self, limit: int, weigh: Callable[[V], int], share: int = 8) -> None:
        self._limit = limit
        self._largest = limit // share
        self._weigh = weigh
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._making: dict[K, Future[V]] = {}
        self._weight = 0
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            return self._get(key)

    def _get(self, key: K) -> V | None:
        if (found := self._held.get(key)) is None:
            return None
        self._held.move_to_end(key)
        value, before = found
        if (weight := self._weigh(value)) != before:  # it has grown
            self._held[key] = value, weight
            self._weight += weight - before
            self._make_room()
        return value

    def put(self, key: K, value: V) -> None:
        weight = self._weigh(value)
        if weight > self._largest:
            return
        with self._lock:
            if key in self._held:
                self._weight -= self._held.pop(key)[1]
            self._held[key] = (value, weight)
            self._weight += weight
            self._make_room()

    def _make_room(self) -> None:
        while self._weight > self._limit:
            self._weight -= self._held.popitem(last=False)[1][1]

    def get_or_make(self, key: K, make: Callable[[], V]) -> V:
        """What is held, else what `make` gives. Who asks while it is being made waits for it, and shares its error too."""
        with self._lock:
            if (found := self._get(key)) is not None:
                return found
            if waiting := self._making.get(key):
                pass
            else:
                mine: Future[V] = Future()
                self._making[key] = mine
        if waiting:
            return waiting.result()
        try:
            value = make()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            self.put(key, value)
            mine.set_result(value)
            return value
        finally:
            with self._lock:
                del self._making[key]

    @property
    def weight(self) -> int:
        """What is held now; never more than the limit."""
        return self._weight

    def __contains__(self, key: K) -> bool:
        return key in self._held

    def __len__(self) -> int:
        return len(self._held)
