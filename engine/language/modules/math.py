"""`math`: the operations it shares with the table, and what it has beside them for plain numbers."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.arithmetic import WHOLE, apply
from stepgrad.engine.language.leaving import Skip
from stepgrad.engine.language.objects import Builtin, Module, is_number
from stepgrad.engine.ops import ADD, DIV, MUL, OPS, Op
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["CONSTANTS", "MATH", "operations"]


def on_plain(module: str, name: str, op: Op) -> Builtin:
    """`math.exp(x)`: of plain numbers a plain number, as in Python; of values in the graph, the operation."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, f"{module}.{name}", keywords)
        check_count(run, node, f"{module}.{name}", arguments, op.arity, op.arity)
        if module == "numpy" and not all(is_number(thing) for thing in arguments):
            raise Skip("numpy")  # of an array
        if all(isinstance(thing, (int, float)) for thing in arguments):
            return op.forward(*[float(thing) for thing in arguments])
        return apply(run, op, arguments, node)

    return Builtin(name, call)


def operations(module: str, library: str = "") -> dict[str, Builtin]:
    """The operations of the table under the names that a module has for them."""
    library = library or module
    return {name: on_plain(module, name, op) for op in OPS.values() for name in op.names_in(library)}


def _log(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    """`math.log(x)`, or to a base."""
    check_keywords(run, node, "math.log", keywords)
    check_count(run, node, "math.log", arguments, 1, 2)
    log = on_plain("math", "log", OPS["log"])
    if len(arguments) == 1:
        return log.call(run, node, arguments, keywords)
    x, base = [log.call(run, node, [thing], keywords) for thing in arguments]
    return apply(run, DIV, (x, base), node)


def _counting(name: str, function: Callable[[float], int], of: str = "math") -> Builtin:
    """floor, ceil and their like, which have no useful derivative: plain numbers only, outside the graph."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
        check_keywords(run, node, f"{of}.{name}", keywords)
        check_count(run, node, f"{of}.{name}", arguments, 1, 1)
        x = need.plain(run, arguments[0], node)
        if not math.isfinite(x) or abs(x) >= WHOLE:
            run.refuse(f"{x!r} has no integer here.", node)
        return function(x)

    return Builtin(name, call)


def _asking(name: str, function: Callable[[float], bool]) -> Builtin:
    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
        check_keywords(run, node, name, keywords)
        check_count(run, node, name, arguments, 1, 1)
        thing = arguments[0]
        return function(thing.data if isinstance(thing, Value) else float(need.plain(run, thing, node)))

    return Builtin(name, call)


def _plainly(name: str, count: int) -> Builtin:
    """What has no row in the table of operations: of plain numbers only, outside the graph. Where Python raises it is nan."""
    function: Callable[..., float] = getattr(math, name)

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> float:
        check_keywords(run, node, f"math.{name}", keywords)
        check_count(run, node, f"math.{name}", arguments, count, count)
        try:
            return function(*[float(need.plain(run, thing, node)) for thing in arguments])
        except (ValueError, OverflowError, ZeroDivisionError):
            return math.nan

    return Builtin(name, call)


def _whole(name: str, count: int, most: int) -> Builtin:
    """factorial, gcd and their like, of integers up to *most*."""
    function: Callable[..., int] = getattr(math, name)

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int | float:
        check_keywords(run, node, f"math.{name}", keywords)
        check_count(run, node, f"math.{name}", arguments, count, count)
        numbers = [need.whole(run, thing, node) for thing in arguments]
        if not all(0 <= number <= most for number in numbers):
            run.refuse(f"`math.{name}` takes integers from 0 to {most} here.", node)
        result = function(*numbers)
        return result if result < WHOLE else float(result)

    return Builtin(name, call)


def _is_close(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_keywords(run, node, "math.isclose", keywords, "rel_tol", "abs_tol")
    check_count(run, node, "math.isclose", arguments, 2, 2)
    a, b = [thing.data if isinstance(thing, Value) else float(need.plain(run, thing, node)) for thing in arguments]
    near = {name: abs(float(need.plain(run, thing, node))) for name, thing in keywords.items()}
    return math.isclose(a, b, **near)


def _together(name: str, op: Op, nothing: int) -> Builtin:
    """`math.prod` and `math.fsum`: of plain numbers a plain number, else one operation after the other."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, f"math.{name}", keywords)
        check_count(run, node, f"math.{name}", arguments, 1, 1)
        result: Any = nothing
        for i, thing in enumerate(run.listed(need.items(run, arguments[0], node), node)):
            result = apply(run, op, (result, thing), node) if i else need.number(run, thing, node)
        return result

    return Builtin(name, call)


CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}

MATH = Module(
    "math",
    {
        **{name: _plainly(name, 1) for name in ("acosh", "asinh", "atanh", "degrees", "erfc", "gamma", "lgamma", "radians")},
        **{name: _plainly(name, 2) for name in ("atan2", "copysign", "fmod", "hypot")},
        **operations("math"),  # where a row has the same name, it is differentiable
        "log": Builtin("log", _log),
        "floor": _counting("floor", math.floor),
        "ceil": _counting("ceil", math.ceil),
        "trunc": _counting("trunc", math.trunc),
        "isnan": _asking("isnan", math.isnan),
        "isinf": _asking("isinf", math.isinf),
        "isfinite": _asking("isfinite", math.isfinite),
        "isclose": Builtin("isclose", _is_close),
        "prod": _together("prod", MUL, 1),
        "fsum": _together("fsum", ADD, 0),
        "factorial": _whole("factorial", 1, 170),
        "comb": _whole("comb", 2, 170),
        "gcd": _whole("gcd", 2, WHOLE),
        **CONSTANTS,
    },
)
