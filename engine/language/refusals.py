"""Syntax of Python that is not part of the language: what to call it, and what to use instead."""

from __future__ import annotations

import ast

__all__ = ["REFUSALS"]

REFUSALS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Dict: ("A dictionary", "Use names or lists."),
    ast.Set: ("A set", "Use a list."),
    ast.DictComp: ("A dictionary comprehension", "Use a list."),
    ast.SetComp: ("A set comprehension", "Use a list."),
    ast.Try: ("`try`", "Nothing raises here: 1/0 is `inf`."),
    ast.With: ("`with`", "Write its lines without it."),
    ast.Delete: ("`del`", "Leave the name; it does no harm."),
    ast.Global: ("`global`", "Pass the value as an argument and return it."),
    ast.Nonlocal: ("`nonlocal`", "Pass the value as an argument and return it."),
    ast.Raise: ("`raise`", "Leave the line out."),
    ast.Match: ("`match`", "Use `if` and `elif`."),
    ast.AsyncFunctionDef: ("`async`", "Write a plain `def`, `for` or call."),
    ast.AsyncFor: ("`async`", "Write a plain `def`, `for` or call."),
    ast.AsyncWith: ("`async`", "Write a plain `def`, `for` or call."),
    ast.Await: ("`await`", "Call it without `await`."),
    ast.Yield: ("`yield`", "Return a list."),
    ast.YieldFrom: ("`yield`", "Return a list."),
    ast.NamedExpr: ("`:=`", "Write the assignment on a line of its own."),
    ast.Slice: ("Setting a slice", "Set the items one by one."),
    ast.Starred: ("`*` here", "Write a value before it."),
    ast.AnnAssign: ("A name without a value", "Write `= 1.0` after it."),
}
