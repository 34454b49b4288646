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

from stepgrad.engine.nn import Net
from stepgrad.engine.value import Value

__all__ = [
    "Bound", "Builtin", "Class", "Counter", "DefaultDict", "Deque", "Function", "Instance", "Missing", "Module", "Number",
    "Parts", "Scope", "Set", "Super", "describe", "is_number", "kind_name", "value_of",
]  # fmt: skip


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
    only_by_name: Mapping[str, Any]
    """Defaults of the parameters after a `*`."""
    yields: bool = False
    """Whether it is a generator: it answers with the list of all that it yields."""
    owner: Class | None = None
    """The class it is a method of."""


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """Something callable that we provide. `call(run, call node, arguments, keywords)`."""

    name: str
    call: Callable[[Any, ast.Call, list[Any], dict[str, Any]], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the program's own."""

    name: str
    names: dict[str, Any]
    """Its methods and attributes."""
    data: list[str] | None
    """The fields of a `dataclass`; None for others."""
    above: tuple[Class, ...] = ()
    """All that it builds on, each once, in the order in which a name is looked up."""

    def family(self) -> tuple[Class, ...]:
        return self, *self.above

    def find(self, name: str) -> Any:
        """What the class, or the first above it that has it, calls so; None where none does."""
        return next((cls.names[name] for cls in self.family() if name in cls.names), None)

    def all_names(self) -> set[str]:
        return {name for cls in self.family() for name in cls.names}

    def fields(self) -> list[str] | None:
        """The arguments of a dataclass, those of what it builds on first."""
        if self.data is None:
            return None
        return list(dict.fromkeys(field for cls in reversed(self.family()) for field in cls.data or ()))


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    cls: Class
    fields: dict[str, Any]
    spell: Callable[[Instance], str | None]
    """What it looks like when printed; None where its class does not say."""


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A function and what it is called on; or, with another `kind`, a function with the decorator of that name."""

    function: Any
    holder: Any
    kind: str = "method"


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """What a class builds on, for one instance."""

    owner: Class
    instance: Instance


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """`math`, `random`: a namespace."""

    name: str
    names: Mapping[str, Any]
    partial: bool = False
    """Whether the real one has more, that is not run here."""

    def known(self) -> str:
        """A sentence with the names it has, as many as one reads."""
        listed = sorted(self.names)
        return f"Known: {', '.join(listed[:30])}{', …' if len(listed) > 30 else ''}."


class Set(dict[Any, None]):
    """A set, in the order in which its members came: the same in every run."""


class DefaultDict(dict[Any, Any]):
    """A dictionary that makes what it does not have."""

    factory: Any = None
    """What is called for it."""


class Counter(DefaultDict):
    """A dictionary of how often each thing has come."""


class Deque(list[Any]):
    """A list with two ends, perhaps of bounded length."""

    most: int | None = None


class Parts(list[Any]):
    """The weights of a neuron, the neurons of a layer: a list that a net keeps as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """What stands for something that is not run here, such as numpy, and for all that was to be computed with it."""

    needs: str


class Scope:
    """Names and what they stand for; `enclosing` is where a name is looked up next."""

    __slots__ = ("elsewhere", "enclosing", "method", "names")

    def __init__(self, enclosing: Scope | None) -> None:
        self.enclosing = enclosing
        self.names: dict[str, Any] = {}
        self.elsewhere: dict[str, Scope] = {}
        """The scopes of names that are `global` or `nonlocal` here."""
        self.method: tuple[Class, Any] | None = None
        """The class whose method runs here, and what it was called on."""

    def home(self, name: str) -> Scope:
        """Where a name is bound that is bound here."""
        return self.elsewhere.get(name, self)

    def holder(self, name: str) -> dict[str, Any] | None:
        """The names among which this one is found, from the inside out."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names
            scope = scope.elsewhere.get(name) or scope.enclosing
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


_KINDS: dict[type, str] = {
    Bound: "method",
    Builtin: "function",
    DefaultDict: "defaultdict",
    Deque: "deque",
    Function: "function",
    Parts: "list",
    Set: "set",
}


def kind_name(cls: type) -> str:
    """What a program calls a kind of thing that is ours."""
    return _KINDS.get(cls, cls.__name__)


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
        case Set():
            return "a set"
        case dict():
            return "a dictionary"
        case range():
            return "a range"
        case Function() | Builtin():
            return f"the function `{thing.name}`"
        case Module():
            return f"the module `{thing.name}`"
        case Class():
            return f"the class `{thing.name}`"
        case Instance():
            return f"a `{thing.cls.name}`"
        case Bound():
            return f"the function `{thing.function.name}`"
        case Net():
            return f"a net (`{type(thing).__name__}`)"
    return "something else"
