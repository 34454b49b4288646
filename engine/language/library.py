"""What a program can call: the table of operations, and the few built-ins of Python that expressions need."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

from engine.data import DATA_SETS
from engine.errors import LimitError
from engine.language import containers, need, nets, sequences, strings
from engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from engine.language.arithmetic import apply, apply_by_name
from engine.language.objects import Bound, Builtin, Class, Instance, Number, Scope, Super, describe, is_number
from engine.language.printing import show
from engine.ops import OPS
from engine.recorder import EXPLICIT
from engine.value import Value

if TYPE_CHECKING:
    from engine.language.run import Run

__all__ = ["BUILTINS", "METHODS"]

# ── the table of operations, as functions and methods ──


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
        check_keywords(run, node, name, keywords)
        several = len(arguments) == 1 and not is_number(arguments[0])
        things = need.items(run, arguments[0], node) if several else arguments
        if not things:
            run.refuse(f"`{name}` of nothing has no answer.", node, f"Such as `{name}(a, b)`.")
        return _from_the_left(run, name, things, node)

    return Builtin(name, call)


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


# ── Python's built-ins ──


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
    check_count(run, node, "float", arguments, 1, 1)
    thing = arguments[0]
    if isinstance(thing, Number):
        return Number(float(thing.plain), thing.value)
    if isinstance(thing, str):
        return _read(run, thing, node)
    return float(need.plain(run, thing, node))


def _int(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
    check_keywords(run, node, "int", keywords)
    check_count(run, node, "int", arguments, 1, 1)
    thing = arguments[0]
    return _integer(run, _read(run, thing, node) if isinstance(thing, str) else need.plain(run, thing, node), node)


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
        run.outputs.printed(thing, node)


def _isinstance(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_keywords(run, node, "isinstance", keywords)
    check_count(run, node, "isinstance", arguments, 2, 2)
    kinds = arguments[1] if isinstance(arguments[1], tuple) else (arguments[1],)
    names = {kind.name for kind in kinds if isinstance(kind, (Builtin, Class))}
    if len(names) != len(kinds):
        run.refuse("`isinstance` asks for a kind.", node, "Such as `isinstance(x, Value)` or `isinstance(x, (int, float))`.")
    thing = arguments[0].plain if isinstance(arguments[0], Number) else arguments[0]
    if isinstance(thing, Instance):
        return any(cls is kind for cls in thing.cls.family() for kind in kinds)
    return type(thing).__name__ in names


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


def _super(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Super:
    check_keywords(run, node, "super", keywords)
    scope: Scope | None = run.scope
    while scope is not None and scope.method is None:
        scope = scope.enclosing
    if scope is None or scope.method is None or not isinstance(scope.method[1], Instance):
        run.refuse("`super()` belongs inside a method.", node)
    return Super(*scope.method)


def _draw(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    for thing in arguments[:1]:
        run.outputs.drawn(thing, node)


def _data(name: str) -> Builtin:
    """A data set: rows of inputs, and what each of them is."""
    make, sized = DATA_SETS[name], signature(DATA_SETS[name]).parameters["n"].default
    example = f"{name}({sized}, noise=0.1, seed=1)"

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, name, keywords, "n", "noise", "seed")
        check_count(run, node, name, arguments, 0, 3, example)
        given = dict(zip(("n", "noise", "seed"), arguments, strict=False))
        if twice := next((word for word in keywords if word in given), ""):
            run.refuse(f"`{name}` is given `{twice}` twice.", node, f"Such as `{example}`.")
        given |= keywords
        n = need.whole(run, given.get("n", sized), node)
        if n < 1:
            run.refuse(f"`{name}` makes at least one example.", node, f"Such as `{example}`.")
        if n > (allowed := run.limits.examples):
            raise LimitError(
                f"`{name}` makes at most {allowed:,} examples.",
                limit="examples", value=allowed, span=run.source.span(node), hint=f"Such as `{example}`.",
            )  # fmt: skip
        default = 0.0 if name == "xor" else 0.1
        noise = float(need.plain(run, given.get("noise", default), node))
        if not 0.0 <= noise <= 10.0:
            run.refuse(f"The noise of `{name}` is a number from 0 to 10.", node, f"Such as `{example}`.")
        run.spend(node, 24 * n)
        xs, ys = make(n, noise, need.whole(run, given.get("seed", 0), node))

        def number(x: float) -> Number:
            return Number(x, run.recorder.datum(x, node))

        return [[number(x) for x in row] for row in xs], [number(y) for y in ys]

    return Builtin(name, call)


# ── methods ──


def _backward(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    check_keywords(run, node, "backward", keywords)
    check_count(run, node, "backward", arguments[1:], 0, 0)
    run.spend(node, 14)
    run.recorder.backward(need.lift(run, arguments[0], node))


def _item(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "item", keywords)
    check_count(run, node, "item", arguments[1:], 0, 0)
    return need.plain(run, arguments[0], node)


def _table(calls: Mapping[str, Callable[..., Any]]) -> dict[str, Builtin]:
    return {name: Builtin(name, call) for name, call in calls.items()}


BUILTINS: dict[str, Builtin] = {
    **{name: _operation(name) for name in OPS},
    **{name: _as_in_python(name) for name in ("abs", "pow")},
    **{name: _of_several(name) for name in ("max", "min")},
    **_table({
        "sum": _sum, "len": _len, "range": _range, "zip": _zip, "enumerate": _enumerate, "list": _list, "tuple": _tuple,
        "reversed": _reversed, "float": _float, "int": _int, "round": _round, "print": _print, "isinstance": _isinstance,
        "str": _str, "bool": _bool, "divmod": _divmod, "super": _super, "Value": _value,
        "draw_dot": _draw, "trace": _draw, "display": _draw,
    }),
    **{name: _data(name) for name in DATA_SETS},
    **containers.BUILTINS,
    **sequences.BUILTINS,
    **nets.BUILTINS,
}  # fmt: skip

_ON_NUMBERS = {**{name: _operation(name) for name in OPS}, **_table({"backward": _backward, "item": _item})}
METHODS: dict[type, Mapping[str, Builtin]] = {
    Value: _ON_NUMBERS,
    Number: _ON_NUMBERS,
    int: _ON_NUMBERS,
    float: _ON_NUMBERS,
    list: sequences.METHODS,
    str: strings.METHODS,
    **containers.METHODS,
    **dict.fromkeys(nets.FIELDS, nets.METHODS),
}
