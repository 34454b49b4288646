"""From text to a syntax tree, and from a node of the tree back to its place in the text."""

from __future__ import annotations

import ast
from threading import Lock

from stepgrad.engine.errors import LimitError, Span
from stepgrad.engine.language import gate
from stepgrad.engine.language.syntax import explain
from stepgrad.engine.language.text import Text
from stepgrad.engine.limits import Limits

__all__ = ["Source"]

_ONE_AT_A_TIME = Lock()
"""CPython 3.11 and 3.12 count the depth of a tree in one place for all threads, and fail with a SystemError when they meet
there (python/cpython#106905)."""


class Source:
    """A program's text and its syntax tree.

    Raises `ParseError` or `LimitError` for text that is not ours to run.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        if len(source) > limits.characters:
            raise LimitError(
                f"The program has {len(source):,} characters; {limits.characters:,} are read.",
                limit="characters", value=limits.characters, hint="Show a part of it, or use a loop.",
            )  # fmt: skip
        self._text = Text(source)
        self.text = self._text.source
        self._spans: dict[ast.AST, Span] = {}
        """Those asked for before: a loop makes many values in one place."""
        self.tree = self._parse(gate.check(self._text, limits), limits)

    def span(self, node: ast.AST) -> Span:
        """Where a node of the tree is: from its start to its end, or to the end of its first line."""
        if (known := self._spans.get(node)) is not None:
            return known
        line: int = node.lineno  # type: ignore[attr-defined]
        start = self._text.column(line, node.col_offset)  # type: ignore[attr-defined]
        if node.end_lineno == line:  # type: ignore[attr-defined]
            end = self._text.column(line, node.end_col_offset)  # type: ignore[attr-defined]
        else:
            end = len(self._text.lines[line - 1].rstrip())
        span = self._spans[node] = Span(line, start + 1, max(end - start, 1))
        return span

    def _parse(self, code: str, limits: Limits) -> ast.Module:
        try:
            with _ONE_AT_A_TIME:
                return ast.parse(code)
        except SyntaxError as error:
            raise explain(error, self._text) from None
        except (RecursionError, MemoryError):
            raise LimitError(
                "The program is nested too deeply.", limit="nesting", value=limits.nesting, hint="Split it up into steps."
            ) from None
