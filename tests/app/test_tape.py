"""The tape is there for whatever is one forward and one backward pass, however little happens in them."""

from __future__ import annotations

import pytest

from stepgrad.app.tape import tape_of
from stepgrad.engine.language import record


@pytest.mark.parametrize(
    ("source", "operations", "root"),
    [
        ("a = 2.0\nb = a * 3.0\nb.backward()", 1, 2),
        ("a = 2.0", 0, 0),
        ("a = 2.0\na.backward()\na.data -= 0.1 * a.grad", 0, 0),
        ("a = 2.0\nb = a\nc = cos(0.5)\nb.backward()\nd = c * a", 0, 0),
    ],
    ids=["an operation", "a number", "a number that is set", "a root that nothing is computed for"],
)
def test_one_pass(source: str, operations: int, root: int) -> None:
    tape = tape_of(record(source))
    assert tape
    assert (len(tape["operations"]), tape["root"]) == (operations, root)


@pytest.mark.parametrize(
    "source",
    [
        "a = 2.0\nb = a * 3.0\nb.backward()\nb.backward()",
        "a = 2.0\na.backward()\na.backward()",
        "a = 2.0\nb = a * 3.0\nb.backward()\nb = b * a\nb.backward()",
        "a = 2.0\nb = a * 3.0\na.data = 1.0\nb.backward()",
    ],
    ids=["two", "two of a number", "an operation after it", "a number that is set before"],
)
def test_with_more_only_the_server_knows(source: str) -> None:
    assert tape_of(record(source)) is None
