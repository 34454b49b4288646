"""Measuring two ways side by side, so that a drifting machine hits both alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

__all__ = ["Result", "paired", "report"]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `ratio` is how many times better we are, or None where there is no peer but a bound."""

    what: str
    ours: str
    peer: str
    ratio: float | None
    wanted: float | None
    held: bool

    def __str__(self) -> str:
        verdict = "ok " if self.held else "BAD"
        ratio = f"{self.ratio:8.1f}×" if self.ratio is not None else "         "
        wanted = f"(at least {self.wanted:g}×)" if self.ratio is not None and self.wanted is not None else ""
        return f"{verdict} {self.what:<58} {self.ours:>16} {self.peer:>26} {ratio} {wanted}"


def seconds(work: Callable[[], object], at_least: float = 0.02) -> float:
    """Seconds for one call, over as many calls as fill `at_least` seconds."""
    calls, spent = 0, 0.0
    start = perf_counter()
    while spent < at_least:
        work()
        calls += 1
        spent = perf_counter() - start
    return spent / calls


def paired(what: str, ours: Callable[[], object], peer: Callable[[], object], wanted: float, rounds: int = 25) -> Result:
    """Run ours and the peer's in turn; the ratio is the median of the rounds' ratios."""
    ours(), peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds)]
    ratio = statistics.median(theirs / mine for mine, theirs in pairs)
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Result(what, f"{mine * 1e3:.3f} ms", f"{theirs * 1e3:.3f} ms", ratio, wanted, ratio >= wanted)


def report(results: list[Result]) -> bool:
    """Print the table; answer whether every promise was held."""
    for result in results:
        print(result, flush=True)
    return all(result.held for result in results)
