"""Dictionaries and sets: what they hold things under, and what one can do with them."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords, method
from stepgrad.engine.language.objects import Builtin, Counter, DefaultDict, Number, Set, describe, is_number
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS", "METHODS", "contains", "dictionary", "get_item", "key_of", "put", "set_of"]


def key_of(run: Run, thing: Any, node: ast.AST) -> Any:
    """What a thing is found under: numbers by what they are, a `Value` or a function by which it is."""
    if isinstance(thing, tuple):
        run.spend(node, len(thing))
        return tuple([key_of(run, item, node) for item in thing])
    if isinstance(thing, (list, dict)):
        run.refuse(f"{describe(thing)} cannot be a key.".capitalize(), node, "Use a number, a string or a tuple.")
    return need.plain(run, thing, node) if isinstance(thing, Number) else thing


def put(run: Run, holder: dict[Any, Any], key: Any, thing: Any, node: ast.AST) -> None:
    """`holder[key] = thing`"""
    holder[key_of(run, key, node)] = thing
    run.check_length(holder, node)


def get_item(run: Run, holder: dict[Any, Any], key: Any, node: ast.AST) -> Any:
    """`holder[key]`"""
    if isinstance(holder, Set):
        run.refuse("A set has no order, and so no items to pick.", node, "Loop over it, or ask with `in`.")
    found = key_of(run, key, node)
    if isinstance(holder, Counter):
        return holder.get(found, 0)
    if found not in holder and isinstance(holder, DefaultDict) and holder.factory is not None:
        put(run, holder, found, run.call(holder.factory, [], node), node)
    if found not in holder:
        known = ", ".join(repr(name) for name in list(holder)[:8] if isinstance(name, (int, float, str)))
        shown = repr(found)[:60] if isinstance(found, (int, float, str)) else describe(found)
        run.refuse(f"The dictionary has no {shown}.", node, f"There are {known}." if known else "Ask first with `in`.")
    return holder[found]


def dictionary(run: Run, node: ast.Dict) -> dict[Any, Any]:
    """`{key: thing, **others}`"""
    made: dict[Any, Any] = {}
    for key, part in zip(node.keys, node.values, strict=True):
        if key is not None:
            put(run, made, run.evaluate(key), run.evaluate(part), node)
            continue
        others = run.evaluate(part)
        if not isinstance(others, dict):
            run.refuse(f"`**` takes a dictionary; this is {describe(others)}.", part)
        run.spend(part, len(others))
        made |= others
        run.check_length(made, node)
    return made


def set_of(run: Run, things: Any, node: ast.AST) -> Set:
    """The things, each once."""
    return Set(dict.fromkeys([key_of(run, thing, node) for thing in run.listed(things, node)]))


def contains(run: Run, holder: Any, thing: Any, node: ast.AST) -> bool:
    """`thing in holder`: numbers are compared by what they are, a `Value` by which it is."""
    if isinstance(holder, str):
        run.spend(node, len(holder) // 16)
        return need.text(run, thing, node, "What is looked for in a string") in holder
    if isinstance(holder, dict):
        return key_of(run, thing, node) in holder
    if isinstance(holder, range):  # which would look at each of its numbers for a float
        number = need.plain(run, thing, node) if is_number(thing) and not isinstance(thing, Value) else math.nan
        return math.isfinite(number) and number == int(number) and int(number) in holder
    items = run.listed(need.items(run, holder, node), node)
    return any(same(run, item, thing, node) for item in items)


def same(run: Run, one: Any, other: Any, node: ast.AST) -> bool:
    """`==` of two items, as far as they can be told apart: of a `Value` and all others only whether it is that one."""
    if one is other:
        return True
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        if type(one) is not type(other) or len(one) != len(other):
            return False
        run.spend(node, len(one))
        return all(same(run, a, b, node) for a, b in zip(one, other, strict=True))
    if isinstance(one, Value) or isinstance(other, Value):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        if isinstance(one, Set) is not isinstance(other, Set) or len(one) != len(other):
            return False
        run.spend(node, len(one))
        return all(key in other and same(run, item, other[key], node) for key, item in one.items())
    plain = (int, float, str, bool, type(None), Number)
    if isinstance(one, plain) and isinstance(other, plain):
        a, b = [need.plain(run, each, node) if isinstance(each, Number) else each for each in (one, other)]
        if isinstance(a, str) and isinstance(b, str):
            run.spend(node, min(len(a), len(b)) // 64)
        return bool(a == b)
    return False


# ── what a program calls ──


def _dict(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> dict[Any, Any]:
    check_count(run, node, "dict", arguments, 0, 1)
    made: dict[Any, Any] = {}
    for given in arguments:
        if isinstance(given, dict):
            run.spend(node, len(given))
            made |= given
            continue
        for pair in need.items(run, given, node):
            key, thing = _pair(run, pair, node)
            put(run, made, key, thing, node)
    return made | keywords


def _pair(run: Run, pair: Any, node: ast.AST) -> tuple[Any, Any]:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        run.refuse("A dictionary is made of pairs.", node, "Such as `dict(a=1.0)` or `dict(zip(names, numbers))`.")
    return pair[0], pair[1]


def _set(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Set:
    check_keywords(run, node, "set", keywords)
    check_count(run, node, "set", arguments, 0, 1)
    return set_of(run, need.items(run, arguments[0], node), node) if arguments else Set()


BUILTINS = {"dict": Builtin("dict", _dict), "set": Builtin("set", _set)}


def _get(run: Run, node: ast.AST, holder: dict[Any, Any], key: Any, default: Any = None) -> Any:
    return holder.get(key_of(run, key, node), default)


def _setdefault(run: Run, node: ast.AST, holder: dict[Any, Any], key: Any, default: Any = None) -> Any:
    found = key_of(run, key, node)
    if found not in holder:
        put(run, holder, found, default, node)
    return holder[found]


def _pop(run: Run, node: ast.AST, holder: dict[Any, Any], key: Any, *default: Any) -> Any:
    found = key_of(run, key, node)
    if found in holder:
        return holder.pop(found)
    return default[0] if default else get_item(run, holder, key, node)


def _update(run: Run, node: ast.AST, holder: dict[Any, Any], others: Any) -> None:
    if not isinstance(others, dict):
        run.refuse(f"A dictionary is updated with another; this is {describe(others)}.", node)
    run.spend(node, len(others))
    holder |= others
    run.check_length(holder, node)


def _add(run: Run, node: ast.AST, holder: Set, thing: Any) -> None:
    put(run, holder, thing, None, node)


def _take_away(run: Run, node: ast.AST, holder: Set, thing: Any) -> None:
    holder.pop(key_of(run, thing, node), None)


def _copy(run: Run, node: ast.AST, holder: dict[Any, Any]) -> dict[Any, Any]:
    run.spend(node, len(holder))
    made = type(holder)(holder)
    if isinstance(made, DefaultDict) and isinstance(holder, DefaultDict):
        made.factory = holder.factory
    return made


_SHARED = {
    "copy": method("copy", 0, 0, _copy),
    "clear": method("clear", 0, 0, lambda run, node, holder: holder.clear()),
}
METHODS: dict[type, dict[str, Builtin]] = {
    dict: {
        **_SHARED,
        "get": method("get", 1, 2, _get),
        "items": method("items", 0, 0, lambda run, node, holder: run.listed(holder.items(), node)),
        "keys": method("keys", 0, 0, lambda run, node, holder: run.listed(holder, node)),
        "pop": method("pop", 1, 2, _pop),
        "setdefault": method("setdefault", 1, 2, _setdefault),
        "update": method("update", 1, 1, _update),
        "values": method("values", 0, 0, lambda run, node, holder: run.listed(holder.values(), node)),
    },
    Set: {
        **_SHARED,
        "add": method("add", 1, 1, _add),
        "discard": method("discard", 1, 1, _take_away),
        "remove": method("remove", 1, 1, _take_away),
    },
}
