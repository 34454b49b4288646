"""What Python does with all the items of something: map, filter, sorted, any, all; and the methods of lists."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords, method
from stepgrad.engine.language.containers import same
from stepgrad.engine.language.objects import Builtin, describe, is_number
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS", "METHODS", "REDUCE", "order"]


def _map(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
    check_keywords(run, node, "map", keywords)
    check_count(run, node, "map", arguments, 2, 20, "map(f, xs)")
    function, *columns = arguments
    made: list[Any] = []
    for row in zip(*[need.items(run, column, node) for column in columns], strict=False):
        made.append(run.call(function, list(row), node))
        run.check_length(made, node)
    return made


def _filter(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
    check_keywords(run, node, "filter", keywords)
    check_count(run, node, "filter", arguments, 2, 2, "filter(f, xs)")
    function, things = arguments
    items = run.listed(need.items(run, things, node), node)
    return [item for item in items if need.truth(item if function is None else run.call(function, [item], node))]


def _reduce(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "reduce", keywords)
    check_count(run, node, "reduce", arguments, 2, 3, "reduce(f, xs)")
    items = [*arguments[2:], *run.listed(need.items(run, arguments[1], node), node)]
    if not items:
        run.refuse("`reduce` of nothing has no answer.", node, "Give it where to begin: `reduce(f, xs, 0.0)`.")
    result, *rest = items
    for item in rest:
        result = run.call(arguments[0], [result, item], node)
    return result


def _any(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_keywords(run, node, "any", keywords)
    check_count(run, node, "any", arguments, 1, 1)
    return any(need.truth(item) for item in run.listed(need.items(run, arguments[0], node), node))


def _all(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_keywords(run, node, "all", keywords)
    check_count(run, node, "all", arguments, 1, 1)
    return all(need.truth(item) for item in run.listed(need.items(run, arguments[0], node), node))


def _sorted(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
    check_keywords(run, node, "sorted", keywords, "key", "reverse")
    check_count(run, node, "sorted", arguments, 1, 1)
    items = run.listed(need.items(run, arguments[0], node), node)
    key = keywords.get("key")
    keys = [item if key is None else run.call(key, [item], node) for item in items]

    pairs = sorted(zip(keys, items, strict=True), key=order(run, node, 0), reverse=need.truth(keywords.get("reverse", False)))
    return [item for _, item in pairs]


def order(run: Run, node: ast.AST, position: int) -> Callable[[Any], Any]:
    """What to sort tuples by: the part at a position."""

    def compare(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
        return _order(run, one[position], other[position], node)

    return cmp_to_key(compare)


def _order(run: Run, one: Any, other: Any, node: ast.AST) -> int:
    """Below 0 where one comes before the other. Lists and tuples are compared item by item, `Value`s by their data."""
    run.spend(node)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = zip(one, other, strict=False)
        return next((found for a, b in pairs if (found := _order(run, a, b, node))), len(one) - len(other))
    if isinstance(one, str) and isinstance(other, str):
        run.spend(node, min(len(one), len(other)) // 64)
        a: Any = one
        b: Any = other
    elif is_number(one, truth=True) and is_number(other, truth=True):
        a, b = [each.data if isinstance(each, Value) else need.plain(run, each, node) for each in (one, other)]
    else:
        run.refuse(f"{describe(one)} and {describe(other)} cannot be ordered.".capitalize(), node)
    return int(a > b) - int(a < b)


BUILTINS = {
    "map": Builtin("map", _map),
    "filter": Builtin("filter", _filter),
    "any": Builtin("any", _any),
    "all": Builtin("all", _all),
    "sorted": Builtin("sorted", _sorted),
}
REDUCE = Builtin("reduce", _reduce)


# ── lists ──


def _append(run: Run, node: ast.AST, holder: list[Any], thing: Any) -> None:
    holder.append(thing)
    run.check_length(holder, node)


def _extend(run: Run, node: ast.AST, holder: list[Any], things: Any) -> None:
    holder.extend(run.listed(need.items(run, things, node), node))
    run.check_length(holder, node)


def _pop(run: Run, node: ast.AST, holder: list[Any], position: Any = -1) -> Any:
    run.spend(node, len(holder) // 64)
    return holder.pop(need.index(run, holder, position, node, node))


def _insert(run: Run, node: ast.AST, holder: list[Any], position: Any, thing: Any) -> None:
    run.spend(node, len(holder) // 64)
    holder.insert(need.whole(run, position, node), thing)
    run.check_length(holder, node)


def _index(run: Run, node: ast.AST, holder: list[Any], thing: Any) -> int:
    run.spend(node, len(holder))
    found = next((i for i, item in enumerate(holder) if same(run, item, thing, node)), None)
    if found is None:
        run.refuse("The list does not have this.", node, "Ask first with `in`.")
    return found


def _count(run: Run, node: ast.AST, holder: list[Any], thing: Any) -> int:
    run.spend(node, len(holder))
    return sum(same(run, item, thing, node) for item in holder)


def _remove(run: Run, node: ast.AST, holder: list[Any], thing: Any) -> None:
    del holder[_index(run, node, holder, thing)]


def _reverse(run: Run, node: ast.AST, holder: list[Any]) -> None:
    run.spend(node, len(holder) // 64)
    holder.reverse()


def _sort(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    arguments[0][:] = _sorted(run, node, arguments, keywords)


METHODS: dict[str, Builtin] = {
    "append": method("append", 1, 1, _append),
    "clear": method("clear", 0, 0, lambda run, node, holder: holder.clear()),
    "copy": method("copy", 0, 0, lambda run, node, holder: run.listed(holder, node)),
    "count": method("count", 1, 1, _count),
    "extend": method("extend", 1, 1, _extend),
    "index": method("index", 1, 1, _index),
    "insert": method("insert", 2, 2, _insert),
    "pop": method("pop", 0, 1, _pop),
    "remove": method("remove", 1, 1, _remove),
    "reverse": method("reverse", 0, 0, _reverse),
    "sort": Builtin("sort", _sort),
}
