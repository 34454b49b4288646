"""The gate's short way: what it lets through at one look has nothing that the gate would say something about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app.gallery import gallery
from stepgrad.engine.language.gate import _Gate, is_plain
from stepgrad.engine.language.text import Text
from stepgrad.engine.limits import LIMITS
from tests.strategies import hostile_text, programs

words = st.sampled_from(
    [
        *(
            "a",
            "x1",
            "if",
            "not",
            "else",
            "lambda",
            "tanh",
            "x.y",
            "é",
            "θ",
            "a" * 70,
            "(",
            ")",
            "[",
            "]",
            "=",
            "+",
            "-",
            "**",
            "*",
            "/",
        ),
        *(
            "2",
            "2.5",
            ".5",
            "1e5",
            "1e",
            "2x",
            "1.2.3",
            "0x1",
            "1_0",
            "9" * 41,
            ".",
            "..",
            ",",
            " ",
            "\n",
            "\t",
            ">>>",
            "'",
            ":",
            "#",
            "%",
            "!",
        ),
    ]
)


def held(source: str) -> bool:
    """Whether the short way agrees with the long one, where it has an answer."""
    return not is_plain(source, LIMITS) or _Gate(Text(source), LIMITS).check() == source


@given(st.lists(words, max_size=60).map("".join) | hostile_text | programs().map(lambda program: program.source))
def test_what_is_plain_passes_the_gate(source):
    assert held(source)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 61,
        "-" * 61,
        "not " * 61 + "a",
        "a if b else " * 40 + "c",
        "a" * 65,
        "9" * 41,
        "1." + "9" * 60,
        "1e" + "9" * 40,
        "2x",
        "1.2.3",
    ],
)
def test_what_the_gate_refuses_is_not_plain(source):
    assert not is_plain(source, LIMITS)


def test_most_of_what_people_type_is_plain():
    assert sum(is_plain(example.source, LIMITS) for example in gallery()) >= 12
