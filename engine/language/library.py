"""What a program can call: the table of operations, and the few built-ins of Python that expressions need."""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.language.objects import Builtin, Function, Module, Number, describe
from engine.ops import OPS
from engine.story import EXPLICIT
from engine.value import Value

if TYPE_CHECKING:
    from engine.language.interpreter import Interpreter

__all__ = ["BUILTINS", "MATH_NAMES", "METHODS", "MODULES", "flat", "is_number", "is_plain_item", "show"]

Arguments = list[Any]
Keywords = dict[str, Any]


def is_number(thing: Any, truth: bool = False) -> bool:
    """Whether arithmetic can be done with it. Truth values count only where they are asked for."""
    return isinstance(thing, (Number, Value)) or (isinstance(thing, (int, float)) and (truth or not isinstance(thing, bool)))


def is_plain_item(item: Any) -> bool:
    """Whether an item of a list that is bound to a name gets a name of its own: `w[0]`."""
    return is_number(item) or (isinstance(item, (list, tuple)) and len(item) > 0)


def flat(thing: Any) -> Iterator[Any]:
    """A thing, or the things in a list or tuple of things."""
    if isinstance(thing, (list, tuple)):
        for item in thing:
            if isinstance(item, (list, tuple)):
                yield from (inner for inner in item if not isinstance(inner, (list, tuple)))
            else:
                yield item
    else:
        yield thing


def show(thing: Any, depth: int = 0) -> str:
    """What Python's `repr` would say."""
    match thing:
        case Number():
            return repr(thing.plain)
        case Value():
            return repr(thing)
        case list() | tuple():
            if depth > 6 or len(thing) > 2000:
                return "[…]"
            inner = ", ".join(show(item, depth + 1) for item in thing)
            if isinstance(thing, list):
                return f"[{inner}]"
            return f"({inner},)" if len(thing) == 1 else f"({inner})"
        case Function() | Builtin():
            return f"<function {thing.name}>"
        case Module():
            return f"<module {thing.name}>"
        case range() | str() | int() | float() | None:
            return repr(thing)
    return f"<{describe(thing)}>"


def _only(run: Interpreter, node: ast.Call, name: str, keywords: Keywords, *allowed: str) -> None:
    for keyword in keywords:
        if keyword not in allowed:
            run.refuse(f"`{name}` takes no `{keyword}=` here.", node)


def _count(run: Interpreter, node: ast.Call, name: str, arguments: Arguments, low: int, high: int) -> None:
    if not low <= len(arguments) <= high:
        wanted = str(low) if low == high else f"{low} to {high}"
        run.refuse(f"`{name}` takes {wanted} argument{'' if wanted == '1' else 's'}; {len(arguments)} given.", node)


# ── the table of operations, as functions and methods ──


def _operation(name: str) -> Builtin:
    op = OPS[name]

    def call(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        _only(run, node, name, keywords)
        _count(run, node, name, arguments, op.arity, op.arity + len(op.defaults))
        extra = tuple(float(run.plain(thing, node)) for thing in arguments[op.arity :])
        return run.unfolded(name, arguments[: op.arity], node, extra or op.defaults)

    return Builtin(name, call)


def _of_several(name: str) -> Builtin:
    """`max` and `min`: of two, as the operation; of more or of a list, two by two from the left."""

    def call(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        _only(run, node, name, keywords)
        things = list(run.items(arguments[0], node)) if len(arguments) == 1 and not is_number(arguments[0]) else arguments
        if not things:
            run.refuse(f"`{name}` of nothing has no answer.", node)
        result = things[0]
        run.need_number(result, node)
        for thing in things[1:]:
            run.spend(node)
            result = run.arithmetic(name, (result, thing), node)
        return result

    return Builtin(name, call)


def _abs(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "abs", keywords)
    _count(run, node, "abs", arguments, 1, 1)
    return run.arithmetic("abs", arguments, node)


def _pow(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "pow", keywords)
    _count(run, node, "pow", arguments, 2, 2)
    return run.arithmetic("pow", arguments, node)


# ── Python's built-ins ──


def _sum(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    """Left to right, from `start` if it is given. The 0 that Python starts from is left out where there is something to add."""
    _only(run, node, "sum", keywords, "start")
    _count(run, node, "sum", arguments, 1, 2)
    if isinstance(arguments[0], (Number, Value, int, float)):
        run.refuse("`sum` adds up a list; this is a number.", node, "Write `sum([a, b, c])`, or `a + b + c`.")
    things = list(run.items(arguments[0], node))
    if len(arguments) == 2 or "start" in keywords:
        things.insert(0, keywords["start"] if "start" in keywords else arguments[1])
    if not things:
        return 0
    total = things[0]
    run.need_number(total, node)
    for thing in things[1:]:
        run.spend(node)
        total = run.arithmetic("add", (total, thing), node)
    return total


def _len(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
    _only(run, node, "len", keywords)
    _count(run, node, "len", arguments, 1, 1)
    thing = arguments[0]
    if not isinstance(thing, (list, tuple, range, str)):
        run.refuse(f"Only a list has a length; this is {describe(thing)}.", node)
    try:
        return len(thing)
    except OverflowError:
        run.refuse("That is too long to count.", node)


def _range(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> range:
    _only(run, node, "range", keywords)
    _count(run, node, "range", arguments, 1, 3)
    bounds = [run.whole(thing, node) for thing in arguments]
    if len(bounds) == 3 and bounds[2] == 0:
        run.refuse("The step of a range cannot be 0.", node)
    return range(*bounds)


def _zip(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "zip", keywords, "strict")
    return run.listed(zip(*[run.items(thing, node) for thing in arguments], strict=False), node)


def _enumerate(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "enumerate", keywords, "start")
    _count(run, node, "enumerate", arguments, 1, 2)
    start = run.whole(keywords.get("start", arguments[1] if len(arguments) == 2 else 0), node)
    return run.listed(enumerate(run.items(arguments[0], node), start), node)


def _list(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "list", keywords)
    _count(run, node, "list", arguments, 0, 1)
    return run.listed(run.items(arguments[0], node), node) if arguments else []


def _tuple(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    return tuple(_list(run, node, arguments, keywords))


def _reversed(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "reversed", keywords)
    _count(run, node, "reversed", arguments, 1, 1)
    items = run.items(arguments[0], node)
    return items[::-1] if isinstance(items, (list, tuple, range)) else items


def _float(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "float", keywords)
    _count(run, node, "float", arguments, 1, 1)
    thing = arguments[0]
    if isinstance(thing, Number):
        return Number(float(thing.plain), thing.value)
    return float(run.plain(thing, node))


def _int(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
    _only(run, node, "int", keywords)
    _count(run, node, "int", arguments, 1, 1)
    number = run.plain(arguments[0], node)
    if not math.isfinite(number) or abs(number) >= 2**63:
        run.refuse(f"{number!r} has no integer here.", node)
    return int(number)


def _round(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    _only(run, node, "round", keywords)
    _count(run, node, "round", arguments, 1, 2)
    number = run.plain(arguments[0], node)
    if len(arguments) == 1:
        return _int(run, node, [float(round(number)) if math.isfinite(number) else number], {})
    digits = max(-300, min(300, run.whole(arguments[1], node)))
    return round(float(number), digits)


def _print(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    _only(run, node, "print", keywords, "sep", "end")
    separator = keywords.get("sep")
    texts = [thing if isinstance(thing, str) else show(thing) for thing in arguments]
    run.echo((separator if isinstance(separator, str) else " ").join(texts))
    for thing in arguments:
        run.written(thing)


def _isinstance(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    _count(run, node, "isinstance", arguments, 2, 2)
    kinds = arguments[1] if isinstance(arguments[1], tuple) else (arguments[1],)
    names = {kind.name for kind in kinds if isinstance(kind, Builtin)}
    thing = arguments[0].plain if isinstance(arguments[0], Number) else arguments[0]
    return type(thing).__name__ in names


def _value(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Value:
    _only(run, node, "Value", keywords, "data", "label")
    _count(run, node, "Value", arguments, 0 if "data" in keywords else 1, 1)
    value = run.recorder.leaf(run.plain(keywords.get("data", *arguments), node), "constant", node)
    label = keywords.get("label", "")
    if not isinstance(label, str):
        run.refuse(f"A label is a string; this is {describe(label)}.", node)
    if label:
        run.recorder.name(value, label, EXPLICIT)
    return value


def _draw(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    for thing in arguments[:1]:
        run.drawn(thing)


def _later(name: str) -> Builtin:
    def call(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        run.refuse(f"`{name}` is not here yet.", node, "Write the neuron out: `tanh(sum(wi*xi for wi, xi in zip(w, x)) + b)`.")

    return Builtin(name, call)


# ── methods ──


def _backward(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    _only(run, node, "backward", keywords)
    _count(run, node, "backward", arguments, 1, 1)
    run.recorder.backward(run.lift(arguments[0], node))


def _item(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    return run.plain(arguments[0], node)


def _append(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    _count(run, node, "append", arguments[1:], 1, 1)
    arguments[0].append(arguments[1])
    if len(arguments[0]) > run.limits.items:
        run.listed(arguments[0], node)


def _extend(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    _count(run, node, "extend", arguments[1:], 1, 1)
    arguments[0].extend(run.listed(run.items(arguments[1], node), node))
    if len(arguments[0]) > run.limits.items:
        run.listed(arguments[0], node)


def _of(call: Callable[..., Any], name: str) -> Builtin:
    return Builtin(name, call)


BUILTINS: dict[str, Builtin] = {
    **{name: _operation(name) for name in OPS if name not in ("max", "min", "abs", "pow")},
    "max": _of_several("max"),
    "min": _of_several("min"),
    **{
        name: Builtin(name, call)
        for name, call in {
            "abs": _abs, "pow": _pow, "sum": _sum, "len": _len, "range": _range, "zip": _zip, "enumerate": _enumerate,
            "list": _list, "tuple": _tuple, "reversed": _reversed, "float": _float, "int": _int, "round": _round,
            "print": _print, "isinstance": _isinstance, "Value": _value, "draw_dot": _draw, "trace": _draw, "display": _draw,
        }.items()
    },
    **{name: _later(name) for name in ("Neuron", "Layer", "MLP")},
}  # fmt: skip

_ON_NUMBERS: dict[str, Builtin] = {
    **{name: _operation(name) for name in OPS},
    "backward": Builtin("backward", _backward),
    "item": Builtin("item", _item),
}
METHODS: dict[type, Mapping[str, Builtin]] = {
    Value: _ON_NUMBERS,
    Number: _ON_NUMBERS,
    int: _ON_NUMBERS,
    float: _ON_NUMBERS,
    list: {"append": Builtin("append", _append), "extend": Builtin("extend", _extend)},
}


# ── modules ──


def _on_plain(name: str, op: str) -> Builtin:
    """`math.exp(x)`: of plain numbers a plain number, as in Python; of values in the graph, the operation."""

    def call(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        _only(run, node, f"math.{name}", keywords)
        _count(run, node, f"math.{name}", arguments, OPS[op].arity, OPS[op].arity)
        if all(isinstance(thing, (int, float)) for thing in arguments):
            return OPS[op].forward(*[float(run.plain(thing, node)) for thing in arguments])
        return run.arithmetic(op, arguments, node)

    return Builtin(name, call)


_MATH = Module(
    "math",
    {
        **{name: _on_plain(name, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "atan", "pow")},
        "fabs": _on_plain("fabs", "abs"),
        "pi": math.pi,
        "e": math.e,
        "tau": math.tau,
        "inf": math.inf,
        "nan": math.nan,
    },
)
MATH_NAMES = frozenset({"pi", "e", "tau", "inf", "nan"})


def _random(run: Interpreter) -> Module:
    """Python's `random`, from the same seed in every run: the same program has the same picture."""
    generator = random.Random(0)

    def plain(function: Callable[..., float], low: int, high: int) -> Callable[..., Any]:
        def call(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
            _only(run, node, function.__name__, keywords)
            _count(run, node, function.__name__, arguments, low, high)
            return function(*[run.plain(thing, node) for thing in arguments])

        return call

    def integer(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
        _count(run, node, "randint", arguments, 2, 2)
        low, high = [run.whole(thing, node) for thing in arguments]
        if low > high:
            run.refuse(f"There is no integer from {low} to {high}.", node)
        return generator.randint(low, high)

    def seed(run: Interpreter, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
        generator.seed(run.plain(arguments[0], node) if arguments else 0)

    return Module(
        "random",
        {
            "random": Builtin("random", plain(generator.random, 0, 0)),
            "uniform": Builtin("uniform", plain(generator.uniform, 2, 2)),
            "gauss": Builtin("gauss", plain(generator.gauss, 0, 2)),
            "randint": Builtin("randint", integer),
            "seed": Builtin("seed", seed),
        },
    )


MODULES: dict[str, Callable[[Interpreter], Module]] = {"math": lambda run: _MATH, "random": _random}
