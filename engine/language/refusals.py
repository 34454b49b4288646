"""Syntax of Python that is not part of the language: what to call it, and what to use instead."""

from __future__ import annotations

import ast

__all__ = ["REFUSALS"]

REFUSALS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Match: ("`match`", "Use `if` and `elif`."),
    ast.AsyncFunctionDef: ("`async`", "Write a plain `def`, `for` or call."),
    ast.AsyncFor: ("`async`", "Write a plain `def`, `for` or call."),
    ast.AsyncWith: ("`async`", "Write a plain `def`, `for` or call."),
    ast.Await: ("`await`", "Call it without `await`."),
    ast.Starred: ("`*` here", "Write a value before it."),
    ast.AnnAssign: ("A name without a value", "Write `= 1.0` after it."),
}
