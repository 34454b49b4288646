"""Python's built-in functions, as far as expressions and loops need them."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need, strings
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.objects import Bound, Builtin, Instance, Number, Scope, Super, describe
from stepgrad.engine.language.printing import show

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS"]


def _len(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
    check_keywords(run, node, "len", keywords)
    check_count(run, node, "len", arguments, 1, 1)
    thing = arguments[0]
    if isinstance(thing, Instance) and (counts := thing.cls.find("__len__")) is not None:
        return need.whole(run, run.call(Bound(counts, thing), [], node), node)
    if not isinstance(thing, (list, tuple, range, str, dict)):
        run.refuse(f"Only a list has a length; this is {describe(thing)}.", node, "A list is written `[1, 2, 3]`.")
    try:
        return len(thing)
    except OverflowError:
        run.refuse("This range is too long to count.", node)


def _range(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> range:
    check_keywords(run, node, "range", keywords)
    check_count(run, node, "range", arguments, 1, 3, "range(3)")
    bounds = [need.whole(run, thing, node) for thing in arguments]
    if len(bounds) == 3 and bounds[2] == 0:
        run.refuse("The step of a range cannot be 0.", node)
    return range(*bounds)


def _zip(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "zip", keywords, "strict")
    columns = [need.items(run, thing, node) for thing in arguments]
    if keywords.get("strict") and len({_len(run, node, [column], {}) for column in columns}) > 1:
        run.refuse("`zip` with `strict=True` needs lists of the same length.", node)
    rows: list[Any] = []
    for row in zip(*columns, strict=False):
        run.spend(node, len(row))
        rows.append(row)
        run.check_length(rows, node)
    return rows


def _enumerate(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "enumerate", keywords, "start")
    check_count(run, node, "enumerate", arguments, 1, 2)
    start = need.whole(run, keywords.get("start", arguments[1] if len(arguments) == 2 else 0), node)
    return run.listed(enumerate(need.items(run, arguments[0], node), start), node)


def _list(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "list", keywords)
    check_count(run, node, "list", arguments, 0, 1)
    return run.listed(need.items(run, arguments[0], node), node) if arguments else []


def _tuple(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    return tuple(_list(run, node, arguments, keywords))


def _reversed(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "reversed", keywords)
    check_count(run, node, "reversed", arguments, 1, 1)
    items = need.items(run, arguments[0], node)
    return items[::-1] if isinstance(items, range) else run.listed(reversed(items), node)


def _float(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "float", keywords)
    check_count(run, node, "float", arguments, 0, 1)
    if not arguments:
        return 0.0
    thing = arguments[0]
    if isinstance(thing, Number):
        return Number(float(thing.plain), thing.value)
    if isinstance(thing, str):
        return _read(run, thing, node)
    return float(need.data(run, thing, node))


def _int(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
    check_keywords(run, node, "int", keywords)
    check_count(run, node, "int", arguments, 0, 1)
    if not arguments:
        return 0
    thing = arguments[0]
    return _integer(run, _read(run, thing, node) if isinstance(thing, str) else need.data(run, thing, node), node)


def _read(run: Run, text: str, node: ast.AST) -> float:
    """The number that a string spells."""
    try:
        return float(text[:60])
    except ValueError:
        run.refuse(f"The string {text[:40]!r} is no number.", node, "Such as `float('2.5')`.")


def _integer(run: Run, number: int | float, node: ast.AST) -> int:
    if not math.isfinite(number) or abs(number) >= 2**63:
        run.refuse(f"{number!r} has no integer here.", node)
    return int(number)


def _round(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "round", keywords)
    check_count(run, node, "round", arguments, 1, 2)
    number = need.plain(run, arguments[0], node)
    if len(arguments) == 1:
        _integer(run, number, node)
        return round(number)
    return round(number, max(-300, min(300, need.whole(run, arguments[1], node))))


def _str(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> str:
    check_keywords(run, node, "str", keywords)
    check_count(run, node, "str", arguments, 0, 1)
    return strings.spelled(run, arguments[0], node) if arguments else ""


def _repr(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> str:
    check_keywords(run, node, "repr", keywords)
    check_count(run, node, "repr", arguments, 1, 1)
    return strings.bounded(run, show(arguments[0], run.limits.printed_characters), node)


def _format(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> str:
    check_keywords(run, node, "format", keywords)
    check_count(run, node, "format", arguments, 1, 2, "format(x, '.3f')")
    spec = need.text(run, arguments[1], node, "A format") if len(arguments) == 2 else ""
    return strings.bounded(run, strings.formatted(run, arguments[0], spec, node), node)


def _bool(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_keywords(run, node, "bool", keywords)
    check_count(run, node, "bool", arguments, 0, 1)
    return bool(arguments) and need.truth(arguments[0])


def _divmod(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> tuple[Any, Any]:
    check_keywords(run, node, "divmod", keywords)
    check_count(run, node, "divmod", arguments, 2, 2)
    a, b = [need.plain(run, thing, node) for thing in arguments]
    if b == 0:
        run.refuse("Division by zero.", node, "`//` and `%` have no answer there.")
    return divmod(a, b)


def _print(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    check_keywords(run, node, "print", keywords, "sep", "end", "flush")
    between, end = [
        default if keywords.get(name) is None else need.text(run, keywords[name], node, f"`{name}=`")
        for name, default in (("sep", " "), ("end", "\n"))
    ]
    room = run.limits.printed_characters
    texts = []
    for thing in arguments:
        texts.append(thing if isinstance(thing, str) else show(thing, room))
        run.spend(node, len(texts[-1]) // 4)
    run.spend(node, len(between) * len(texts) // 16)
    run.printed.write(between.join(texts) + end)
    for thing in arguments:
        run.outputs.printed(run, thing, node)


def _super(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Super:
    check_keywords(run, node, "super", keywords)
    scope: Scope | None = run.scope
    while scope is not None and scope.method is None:
        scope = scope.enclosing
    if scope is None or scope.method is None or not isinstance(scope.method[1], Instance):
        run.refuse("`super()` belongs inside a method.", node)
    return Super(*scope.method)


_CALLS: dict[str, Callable[..., Any]] = {
    "bool": _bool, "divmod": _divmod, "enumerate": _enumerate, "float": _float, "format": _format, "int": _int, "len": _len,
    "list": _list, "print": _print, "range": _range, "repr": _repr, "reversed": _reversed, "round": _round, "str": _str,
    "super": _super, "tuple": _tuple, "zip": _zip,
}  # fmt: skip
BUILTINS = {name: Builtin(name, call) for name, call in _CALLS.items()}
