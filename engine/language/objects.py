"""What names can stand for while a program runs, besides Python's own numbers, strings, lists and tuples.

A plain `int` or `float` has no place in the graph: a literal, a count, `x.data`. A `Number` is a plain number with a place in
the graph: an input, or what was computed from inputs. A `Value` is what the program made with `Value(…)`, or computed from one;
it prints as such.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.nn import Net
from engine.value import Value

__all__ = ["Builtin", "Function", "Missing", "Module", "Number", "Parts", "Scope", "describe", "is_number", "value_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A number that Python would show as `given`, and the value in the graph that stands for it."""

    given: int | float
    value: Value

    @property
    def plain(self) -> int | float:
        """The number as Python has it; what was assigned to `.data` since then counts."""
        data = self.value.data
        return self.given if float(self.given) == data else data


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A `def` or `lambda` of the program, and the names it was made among."""

    name: str
    node: ast.FunctionDef | ast.Lambda
    defaults: tuple[Any, ...]
    enclosing: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """Something callable that we provide. `call(run, call node, arguments, keywords)`."""

    name: str
    call: Callable[[Any, ast.Call, list[Any], dict[str, Any]], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """`math` and `random`: a namespace."""

    name: str
    names: Mapping[str, Any]


class Parts(list[Any]):
    """The weights of a neuron, the neurons of a layer: a list that a net keeps as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """What stands for something that is not run here, such as numpy, and for all that was to be computed with it."""

    needs: str


class Scope:
    """Names and what they stand for; `enclosing` is where a name is looked up next."""

    __slots__ = ("enclosing", "names")

    def __init__(self, enclosing: Scope | None) -> None:
        self.enclosing = enclosing
        self.names: dict[str, Any] = {}

    def holder(self, name: str) -> dict[str, Any] | None:
        """The names among which this one is found, from the inside out."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names
            scope = scope.enclosing
        return None

    def all_names(self) -> set[str]:
        """Every name that can be seen from here."""
        names: set[str] = set()
        scope: Scope | None = self
        while scope is not None:
            names |= scope.names.keys()
            scope = scope.enclosing
        return names


def is_number(thing: Any, truth: bool = False) -> bool:
    """Whether arithmetic can be done with it. Truth values count only where they are asked for."""
    return isinstance(thing, (Number, Value)) or (isinstance(thing, (int, float)) and (truth or not isinstance(thing, bool)))


def value_of(thing: Any) -> Value | None:
    """The value in the graph that a thing stands for, if it has one."""
    return thing.value if isinstance(thing, Number) else thing if isinstance(thing, Value) else None


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
        case Net():
            return f"a net (`{type(thing).__name__}`)"
    return "something else"
