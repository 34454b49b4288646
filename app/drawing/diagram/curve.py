"""The curve of an activation in its box, the point where the sum is, and the tangent there: its slope is the local derivative."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from stepgrad.app.drawing.outline import px
from stepgrad.engine.ops import OPS

__all__ = ["Curve"]

REACH = 4.0
"""The curve goes from minus this to this, and no further up or down; a point beyond stands at the edge."""
SAMPLES = 48
INSET = 10.0
TANGENT = 17.0
"""Half the length of the tangent."""


@dataclass(frozen=True, slots=True)
class Curve:
    """An activation of the table, in a box."""

    op: str
    params: tuple[float, ...]
    x: float
    y: float
    w: float
    h: float

    def __call__(self, at: float) -> float:
        return _safe(lambda: OPS[self.op].forward(at, *self.params))

    def slope(self, at: float, out: float) -> float:
        return _safe(lambda: OPS[self.op].partials(out, at, *self.params)[0])

    @property
    def heights(self) -> tuple[float, float]:
        ys = [y for y in (self(-REACH + 2 * REACH * i / SAMPLES) for i in range(SAMPLES + 1)) if math.isfinite(y)]
        low, high = max(min(ys, default=-1.0), -REACH), min(max(ys, default=1.0), REACH)
        low, high = min(low, 0.0), max(high, 0.0)
        return (low, high) if high - low > 0.1 else (low - 1.0, high + 1.0)

    def place(self, at: float, height: float) -> tuple[float, float]:
        low, high = self.heights
        at, height = min(max(at, -REACH), REACH), min(max(height, low), high)
        inner_w, inner_h = self.w - 2 * INSET, self.h - 2 * INSET
        return (
            self.x + INSET + (at + REACH) / (2 * REACH) * inner_w,
            self.y + self.h - INSET - (height - low) / (high - low) * inner_h,
        )

    def path(self) -> str:
        low, high = self.heights
        d, pen = "", False
        for i in range(SAMPLES + 1):
            at = -REACH + 2 * REACH * i / SAMPLES
            y = self(at)
            inside = math.isfinite(y) and low - 1e-9 <= y <= high + 1e-9
            if inside:
                a, b = self.place(at, y)
                d += f"{'L' if pen else 'M'}{px(a)} {px(b)}"
            pen = inside
        return d

    def axes(self) -> str:
        left, zero = self.place(-REACH, 0.0)
        middle, top = self.place(0.0, math.inf)
        return (
            f"M{px(left)} {px(zero)}H{px(self.place(REACH, 0.0)[0])}M{px(middle)} {px(top)}V{px(self.place(0.0, -math.inf)[1])}"
        )

    def tangent(self, at: float, out: float) -> str:
        """Empty where there is none to draw."""
        slope = self.slope(at, out)
        if not (math.isfinite(at) and math.isfinite(out) and math.isfinite(slope)):
            return ""
        low, high = self.heights
        run, rise = (self.w - 2 * INSET) / (2 * REACH), -slope * (self.h - 2 * INSET) / (high - low)
        long = math.hypot(run, rise)
        run, rise = run / long, rise / long
        x, y = self.place(at, out)
        back, on = (self._within(x, y, run * sign, rise * sign) for sign in (-1.0, 1.0))
        return f"M{px(x - run * back)} {px(y - rise * back)}L{px(x + run * on)} {px(y + rise * on)}"

    def _within(self, x: float, y: float, run: float, rise: float) -> float:
        """How far the tangent goes: its length, or where the box ends."""
        reach = TANGENT
        for at, step, low, high in ((x, run, self.x, self.x + self.w), (y, rise, self.y, self.y + self.h)):
            if step:
                reach = min(reach, ((high - 3.0 if step > 0 else low + 3.0) - at) / step)
        return max(reach, 0.0)


def _safe(compute: Callable[[], float]) -> float:
    try:
        return float(compute())
    except (ArithmeticError, ValueError):
        return math.nan
