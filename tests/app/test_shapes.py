"""The page's code is checked against the shapes that the answers are built by."""

from __future__ import annotations

from collections.abc import Callable

from tests.app.shapes import SCHEMAS, typescript


def test_the_types_of_the_page_are_those_of_the_answers(generated: Callable[[str, str], None]):
    generated("static/js/answers.d.ts", typescript())


def test_every_shape_says_what_it_is():
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description")] == []
