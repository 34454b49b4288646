"""Widths, harmless text, and the one rule by which numbers are written."""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app.drawing.text import UNKNOWN, clean, escape, fit_number, format_number, metrics, slot_chars, slot_width, width


def number_vectors() -> list[dict[str, object]]:
    """Numbers, decimals, and how they are written; the page's tests read the same list."""
    ties = [
        0.5,
        1.5,
        2.5,
        0.125,
        0.375,
        0.03125,
        0.09375,
        2.675,
        1.005,
        0.15,
        0.25,
        999999.96875,
        1000500.0,
        1001500.0,
        0.00048828125,
    ]
    plain = [0.0, -0.0, 1.0, 2.0, -6.0, 3.14159265358979, 6.8813735870195432, 0.7071067811865476, 99.0, 123.456, 99999.99999, 1e5]
    edges = [1e-4, 9.99999e-5, 0.99995e-4, 1e-3, 0.1, 999999.0, 999999.9999, 999999.99995, 1e6, 1e6 - 1e-9, 1e15, 1e22, 9.9995e6]
    extremes = [5e-324, 2.2250738585072014e-308, 1e-300, 1e-10, 1.5e-10, 1e100, 1.7976931348623157e308, -1e-5, -1.2345678e-5]
    draw = random.Random(1)
    odd: list[float] = []
    while len(odd) < 40:
        x = struct.unpack("<d", draw.randbytes(8))[0]
        if math.isfinite(x):
            odd.append(x)
    odd += [draw.uniform(-1, 1) * 10 ** draw.randint(-7, 8) for _ in range(80)]
    some: list[tuple[float | None, int]] = [(x, d) for x in ties + plain + edges + extremes for d in (4, 0, 2)]
    some += [(-x, 3) for x in ties] + [(x, 10) for x in plain + edges] + [(x, draw.randint(0, 10)) for x in odd]
    some += [(x, d) for x in (math.inf, -math.inf, math.nan, None) for d in (0, 4)]
    return [{"value": _wire(x), "digits": d, "text": format_number(x, d)} for x, d in some]


def _wire(x: float | None) -> float | str | None:
    if x is None or math.isfinite(x):
        return x
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def test_numbers_are_written_as_the_golden_list_says(golden: Callable[[str, str], None]) -> None:
    vectors = number_vectors()
    assert len(vectors) >= 200
    golden("numbers.json", "[\n" + ",\n".join(json.dumps(v, ensure_ascii=False, allow_nan=False) for v in vectors) + "\n]\n")


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (None, 4, "—"),
        (0.0, 4, "0.0000"),
        (-0.0, 2, "0.00"),
        (-6.0, 4, "-6.0000"),
        (0.0001, 4, "0.0001"),
        (0.00009999, 4, "9.999e-05"),
        (-1.2345678e-5, 4, "-1.235e-05"),
        (999999.0, 4, "999999.0000"),
        (1e6, 4, "1.000e+06"),
        (0.5, 0, "5e-01"),
        (1.5, 0, "2"),
        (2.5, 0, "2"),
        (0.03125, 4, "0.0312"),
        (float("inf"), 4, "inf"),
        (float("-inf"), 4, "-inf"),
        (float("nan"), 4, "nan"),
    ],
)
def test_the_rule_of_the_contract(x: float | None, digits: int, text: str) -> None:
    assert format_number(x, digits) == text


@given(st.floats(), st.integers(0, 10))
def test_every_number_fits_the_slot_it_asks_for(x: float, digits: int) -> None:
    chars = slot_chars(x, digits)
    assert chars in {max(digits + more, 8) + (digits == 0) for more in (4, 7, 10)}
    assert fit_number(x, digits, chars) == format_number(x, digits)
    assert width(format_number(x, digits), 13) <= slot_width(chars, 13) + 1e-9


@given(st.floats(), st.integers(0, 10))
def test_a_later_number_is_shortened_to_the_slot_there_is(x: float, digits: int) -> None:
    """A slider may go where no step of the trace went; the picture must hold."""
    smallest = slot_chars(0.0, digits)
    text = fit_number(x, digits, smallest)
    assert width(text, 13) <= slot_width(smallest, 13) + 1e-9
    if abs(x) < 1e308:
        assert float(text) == pytest.approx(x, rel=0.5, abs=10.0**-digits)


def test_widths_are_those_of_the_font() -> None:
    """Measured in Chromium with getComputedTextLength, 14 units (findings, frontend 6.2)."""
    assert width("data 2.0000", 14) == pytest.approx(85.0, abs=0.05)
    assert width("∂L/∂a", 14) == pytest.approx(35.6, abs=0.05)
    assert width("dL/dm = 0.1234", 14) == pytest.approx(113.5, abs=0.05)
    assert len({metrics().advances[digit] for digit in "0123456789"}) == 1, "figures are tabular"


def test_a_character_that_the_font_lacks_gets_room() -> None:
    assert width("漢", 10) >= 10
    assert width("\N{GRINNING FACE}", 10) >= 10
    assert width("e\u0301", 10) == width("e", 10)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("x1", "x1"),
        ("  two\r\n lines\t", "two lines"),
        ("a\x00b\x1f", "a\ufffdb\ufffd"),
        ("\u202eevil", "\ufffdevil"),
        ("\ud800", "\ufffd"),
        ("\ufffe", "\ufffd"),
        ("<b>&amp;", "<b>&amp;"),
        ("", ""),
    ],
)
def test_labels_are_one_line_of_harmless_text(label: str, shown: str) -> None:
    assert clean(label) == shown


def test_a_long_label_is_cut() -> None:
    assert clean("a" * 64) == "a" * 64
    assert clean("a" * 10_000) == "a" * 63 + "…"


@given(st.text())
def test_escaped_text_is_well_formed(text: str) -> None:
    import xml.etree.ElementTree as ET

    root = ET.fromstring(f'<a b="{escape(text)}">{escape(text)}</a>')
    assert "<" not in escape(text)
    assert (root.text or "") == (root.text or "").replace("\x00", "")


def test_unknown_is_a_dash() -> None:
    assert UNKNOWN == "—" == format_number(None)
