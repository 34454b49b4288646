"""The table of operations as functions and methods, and `Value` itself."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.arithmetic import apply, apply_by_name
from stepgrad.engine.language.objects import Builtin, is_number
from stepgrad.engine.language.printing import show
from stepgrad.engine.language.sequences import order
from stepgrad.engine.ops import OPS
from stepgrad.engine.recorder import EXPLICIT
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS", "METHODS"]


def _operation(name: str) -> Builtin:
    op = OPS[name]

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, name, keywords)
        example = f"{name}({', '.join(('x', 'y')[: op.arity])})"
        check_count(run, node, name, arguments, op.arity, op.arity + len(op.defaults), example)
        extra = tuple(float(need.plain(run, thing, node)) for thing in arguments[op.arity :])
        return apply_by_name(run, name, arguments[: op.arity], node, extra or op.defaults)

    return Builtin(name, call)


def _as_in_python(name: str) -> Builtin:
    """`abs` and `pow`, which Python has, too: of plain numbers they give plain numbers."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, name, keywords)
        check_count(run, node, name, arguments, OPS[name].arity, OPS[name].arity)
        return apply(run, name, arguments, node)

    return Builtin(name, call)


def _of_several(name: str) -> Builtin:
    """`max` and `min`: of two, as the operation; of more or of a list, two by two from the left."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, name, keywords, "key", "default")
        several = len(arguments) == 1 and not is_number(arguments[0])
        things = need.items(run, arguments[0], node) if several else arguments
        if not things:
            if "default" in keywords:
                return keywords["default"]
            run.refuse(f"`{name}` of nothing has no answer.", node, f"Such as `{name}(a, b)`.")
        key = keywords.get("key")
        if key is not None or isinstance(things[0], (str, list, tuple)):
            return _by_key(run, name, run.listed(things, node), key, node)
        return _from_the_left(run, name, things, node)

    return Builtin(name, call)


def _by_key(run: Run, name: str, things: list[Any], key: Any, node: ast.AST) -> Any:
    """The first of the largest or smallest, as it is: this chooses, and computes nothing."""
    keyed = [(thing if key is None else run.call(key, [thing], node), thing) for thing in things]
    return (max if name == "max" else min)(keyed, key=order(run, node, 0))[1]


def _from_the_left(run: Run, name: str, things: Sequence[Any], node: ast.AST) -> Any:
    """One operation, over and over: ((a + b) + c) + …"""
    result: Any = None
    for thing in things:
        run.spend(node)
        number = int(thing) if isinstance(thing, bool) else thing
        result = need.number(run, number, node) if result is None else apply(run, name, (result, number), node)
    return result


def _sum(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    """Left to right, from `start` if it is given. The 0 that Python starts from is left out where there is something to add."""
    check_keywords(run, node, "sum", keywords, "start")
    if arguments and is_number(arguments[0]):
        run.refuse("`sum` adds up a list; this is a number.", node, "Write `sum([a, b, c])`, or `a + b + c`.")
    check_count(run, node, "sum", arguments, 1, 2, "sum([a, b, c])")
    things = need.items(run, arguments[0], node)
    start = keywords["start"] if "start" in keywords else arguments[1] if len(arguments) == 2 else None
    if start is not None:
        things = [start, *run.listed(things, node)]
    return _from_the_left(run, "add", things, node) if things else 0


def _value(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Value:
    check_keywords(run, node, "Value", keywords, "data", "label")
    if len(arguments) > 1 and isinstance(arguments[1], str):
        run.refuse("The label of a `Value` is given by name.", node, f"Write `Value({show(arguments[0], 40)}, label='…')`.")
    given = [*arguments, *([keywords["data"]] if "data" in keywords else [])]
    check_count(run, node, "Value", given, 1, 1, "Value(2.0)")
    if isinstance(given[0], str):
        run.refuse("A `Value` holds a number; this is a string.", node, "Write the number without quotes: `Value(2.0)`.")
    value = run.recorder.leaf(need.plain(run, given[0], node), "constant", node)
    if label := need.text(run, keywords.get("label", ""), node, "A label"):
        run.recorder.name(value, label, EXPLICIT)
    return value


# ── methods ──


def _backward(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    check_keywords(run, node, "backward", keywords, "retain_graph")
    check_count(run, node, "backward", arguments[1:], 0, 0)
    run.spend(node, 14)
    run.recorder.backward(need.lift(run, arguments[0], node))


def _send_back(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    """micrograd's `_backward()`: one value passes its grad on to its inputs."""
    check_keywords(run, node, "_backward", keywords)
    check_count(run, node, "_backward", arguments[1:], 0, 0)
    run.spend(node, 4)
    run.recorder.send_back(need.lift(run, arguments[0], node))


def _item(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "item", keywords)
    check_count(run, node, "item", arguments[1:], 0, 0)
    thing = arguments[0]
    return thing.data if isinstance(thing, Value) else need.plain(run, thing, node)


BUILTINS = {
    **{name: _operation(name) for name in OPS},
    **{name: _as_in_python(name) for name in ("abs", "pow")},
    **{name: _of_several(name) for name in ("max", "min")},
    "sum": Builtin("sum", _sum),
    "Value": Builtin("Value", _value),
}
METHODS = {
    **{name: _operation(name) for name in OPS},
    "_backward": Builtin("_backward", _send_back),
    "backward": Builtin("backward", _backward),
    "item": Builtin("item", _item),
}
