"""Lines of a box that need some reckoning, as SVG paths."""

from __future__ import annotations

from functools import cache, lru_cache

from stepgrad.app.drawing.shapes import Shape

__all__ = ["bar", "inside", "px", "tab"]


@lru_cache(maxsize=1 << 14)
def px(x: float) -> str:
    """A length with at most one decimal, short and the same everywhere."""
    text = f"{x:.1f}"
    if text.endswith(".0"):
        text = text[:-2]
    return "0" if text == "-0" else text


def tab(shape: Shape, corner: float, cx: float, cy: float, inset: float) -> str:
    """The label's cell: the left end or the top of the box, inside its outline."""
    assert shape.tab
    x, y, w, h = shape.box
    left, top, right, bottom = cx + x + inset, cy + y + inset, cx + x + w - inset, cy + y + h - inset
    r = max(corner - inset, 0.0)
    if shape.tab[0] < w:
        edge = cx + x + shape.tab[0]
        return (
            f"M{px(edge)} {px(top)}H{px(left + r)}A{px(r)} {px(r)} 0 0 0 {px(left)} {px(top + r)}V{px(bottom - r)}"
            f"A{px(r)} {px(r)} 0 0 0 {px(left + r)} {px(bottom)}H{px(edge)}Z"
        )
    edge = cy + y + shape.tab[1]
    return (
        f"M{px(left)} {px(edge)}V{px(top + r)}A{px(r)} {px(r)} 0 0 1 {px(left + r)} {px(top)}H{px(right - r)}"
        f"A{px(r)} {px(r)} 0 0 1 {px(right)} {px(top + r)}V{px(edge)}Z"
    )


def bar(shape: Shape, corner: float, cx: float, cy: float, colour: str) -> str:
    """A parameter has a thick left side: what training may change is told apart without colour."""
    x, y, _, h = shape.box
    d = f"M{px(cx + x + 1.5)} {px(cy + y + corner - 1)}V{px(cy + y + h - corner + 1)}"
    return f'<path class="bar" d="{d}" stroke="{colour}" stroke-width="4"/>'


@cache
def inside(rules: tuple[tuple[float, float, float, float], ...], inset: float) -> tuple[tuple[float, float, float, float], ...]:
    """Lines between cells end where the outline begins."""
    return tuple((a, b + inset, c, d - inset) if a == c else (a + inset, b, c - inset, d) for a, b, c, d in rules)
