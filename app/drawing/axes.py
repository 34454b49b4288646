"""Axes of plots: round ticks, their labels, and where a number lies on the paper."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Axis", "linear", "logarithmic"]

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction: numbers from `low` to `high` (or their exponents of ten) on the way from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]
    minor: tuple[float, ...] = ()
    log: bool = False

    def at(self, number: float) -> float:
        """Where a number lies."""
        if self.log:
            number = math.log10(number)
        return self.start + (number - self.low) / (self.high - self.low) * (self.end - self.start)


def linear(low: float, high: float, start: float, end: float, wanted: int = 6) -> Axis:
    """An axis with about `wanted` ticks at round numbers."""
    step = _round_step((high - low) / wanted)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    places = [i * step for i in range(first, last + 1)]
    return Axis(low, high, start, end, tuple(zip(places, _labels(places, step), strict=True)))


def logarithmic(low: int, high: int, start: float, end: float, every: int) -> Axis:
    """An axis of powers of ten, labelled at exponents that `every` divides."""
    exponents = range(low, high + 1)
    ticks = tuple((10.0**e, power(e)) for e in exponents if e % every == 0)
    return Axis(low, high, start, end, ticks, tuple(10.0**e for e in exponents if e % every), log=True)


def power(exponent: int) -> str:
    """10⁻⁸"""
    return "1" if exponent == 0 else "10" if exponent == 1 else "10" + str(exponent).translate(_SUPERSCRIPT)


def _round_step(wanted: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten, by ratio."""
    size = 10.0 ** math.floor(math.log10(wanted))
    return min((factor * size for factor in (1.0, 2.0, 5.0, 10.0)), key=lambda step: max(step / wanted, wanted / step))


def _labels(places: list[float], step: float) -> list[str]:
    largest = max(map(abs, places), default=0.0)
    if largest >= 1e6 or 0.0 < largest < 1e-3:
        exponent = math.floor(math.log10(largest))
        decimals = max(0, exponent - math.floor(math.log10(step) + 1e-9))
        return ["0" if abs(x) < step / 2 else f"{_signed(x / 10.0**exponent, decimals)}·{power(exponent)}" for x in places]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [_signed(0.0 if abs(x) < step / 2 else x, decimals) for x in places]


def _signed(x: float, decimals: int) -> str:
    return f"{x:.{decimals}f}".replace("-", "−")
