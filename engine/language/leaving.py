"""The ways a statement is left before its end, as Python's own control flow carries them up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

__all__ = ["Break", "Continue", "Return", "Skip", "bound_by"]


class Skip(Exception):
    """The statement needs something that is not run here."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


class Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Break(Exception):
    pass


class Continue(Exception):
    pass


def bound_by(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement would have bound, had it not been left. Comprehensions and functions keep theirs."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif not isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
