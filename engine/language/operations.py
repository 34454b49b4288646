"""The table of operations as functions and methods, and `Value` itself."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.arithmetic import apply, apply_by_name
from stepgrad.engine.language.objects import Builtin, is_number
from stepgrad.engine.language.printing import show
from stepgrad.engine.language.sequences import order
from stepgrad.engine.ops import ADD, OPS, Op
from stepgrad.engine.recorder import EXPLICIT
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS", "METHODS"]


def _operation(op: Op) -> Builtin:
    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, op.name, keywords, *op.keywords)
        example = f"{op.name}({', '.join(('x', 'y')[: op.arity])})"
        check_count(run, node, op.name, arguments, op.arity, op.arity + len(op.defaults), example)
        params = list(op.given(tuple(arguments[op.arity :])))
        for keyword, thing in keywords.items():
            params[op.keywords.index(keyword)] = thing
        plain = tuple(float(need.plain(run, thing, node)) for thing in params)
        return apply_by_name(run, op, arguments[: op.arity], node, plain)

    return Builtin(op.name, call)


def _as_in_python(op: Op) -> Builtin:
    """`abs` and `pow`, which Python has, too: of plain numbers they give plain numbers."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, op.name, keywords)
        check_count(run, node, op.name, arguments, op.arity, op.arity)
        return apply(run, op, arguments, node)

    return Builtin(op.name, call)


def _of_several(op: Op, choose: Callable[..., Any]) -> Builtin:
    """`max` and `min`: of two, as the operation; of more or of a list, two by two from the left."""
    name = op.name

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
            return _by_key(run, choose, run.listed(things, node), key, node)
        return _from_the_left(run, op, things, node)

    return Builtin(name, call)


def _by_key(run: Run, choose: Callable[..., Any], things: list[Any], key: Any, node: ast.AST) -> Any:
    """The first of the largest or smallest, as it is: this chooses, and computes nothing."""
    keyed = [(thing if key is None else run.call(key, [thing], node), thing) for thing in things]
    return choose(keyed, key=order(run, node, 0))[1]


def _from_the_left(run: Run, op: Op, things: Sequence[Any], node: ast.AST) -> Any:
    """One operation, over and over: ((a + b) + c) + …"""
    result: Any = None
    for thing in things:
        run.spend(node)
        number = int(thing) if isinstance(thing, bool) else thing
        result = need.number(run, number, node) if result is None else apply(run, op, (result, number), node)
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
    return _from_the_left(run, ADD, things, node) if things else 0


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
    return need.data(run, arguments[0], node)


def _function(op: Op) -> Builtin:
    if op.several:
        return _of_several(op, op.several)
    return _as_in_python(op) if op.method and hasattr(builtins, op.name) else _operation(op)


BUILTINS = {
    **{op.name: _function(op) for op in OPS.values()},
    "sum": Builtin("sum", _sum),
    "Value": Builtin("Value", _value),
}
METHODS = {
    **{name: _operation(op) for op in OPS.values() for name in (op.name, *op.names_in("torch"))},
    "_backward": Builtin("_backward", _send_back),
    "backward": Builtin("backward", _backward),
    "item": Builtin("item", _item),
}
