"""What names can stand for while a program runs, besides Python's own numbers, strings, lists and tuples.

A plain `int` or `float` in the interpreter has no place in the graph: a literal, a count, `x.data`. A `Number` is a plain
number with a place in the graph: an input, or what was computed from inputs. A `Value` is what the program made with
`Value(…)`, or computed from one; it prints as such.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.value import Value

__all__ = ["Builtin", "Function", "Missing", "Module", "Number", "describe"]


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A number that Python would show as `plain`, and the value in the graph that stands for it."""

    plain: int | float
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A `def` or `lambda` of the program, and the names it was made among."""

    name: str
    node: ast.FunctionDef | ast.Lambda
    defaults: tuple[Any, ...]
    enclosing: Any


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """Something callable that we provide. `call(interpreter, call node, arguments, keywords)`."""

    name: str
    call: Callable[[Any, ast.Call, list[Any], dict[str, Any]], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """`math` and `random`: a namespace."""

    name: str
    names: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """What stands for something we do not run, such as numpy, and for all that was to be computed with it."""

    needs: str


def describe(thing: Any) -> str:
    """What a thing is, in a word or two for messages."""
    match thing:
        case None:
            return "nothing (`None`)"
        case bool():
            return "a truth value"
        case int() | float() | Number():
            return "a number"
        case Value():
            return "a `Value`"
        case str():
            return "a string"
        case list():
            return "a list"
        case tuple():
            return "a tuple"
        case range():
            return "a range"
        case Function() | Builtin():
            return f"the function `{thing.name}`"
        case Module():
            return f"the module `{thing.name}`"
    return "something else"
