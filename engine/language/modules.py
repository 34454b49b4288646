"""What a program can import: `math`, `random`, and the lines of a notebook that only prepare it."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.language import need
from engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from engine.language.arithmetic import WHOLE, apply
from engine.language.leaving import Skip
from engine.language.objects import Builtin, Instance, Module, Parts, is_number
from engine.language.sequences import REDUCE
from engine.nn import Net
from engine.ops import OPS
from engine.value import Value

if TYPE_CHECKING:
    from engine.language.run import Run

__all__ = ["MATH_NAMES", "MODULES", "NOT_RUN", "QUIET", "UNASKED"]

QUIET = frozenset(
    {"micrograd", "engine", "stepgrad", "graphviz", "typing", "__future__", "IPython", "collections", "dataclasses"}
)
"""Modules whose import needs nothing: what they bring is built in, or is not missed."""

NOT_RUN = {"plt": "matplotlib", "matplotlib": "matplotlib", "torch": "torch"}
"""Names that stand for a module we do not have even where the import was not pasted."""

UNASKED = {"np": "numpy", "numpy": "numpy"}
"""The same for one that we have a part of."""


def _on_plain(module: str, name: str, op: str) -> Builtin:
    """`math.exp(x)`: of plain numbers a plain number, as in Python; of values in the graph, the operation."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, f"{module}.{name}", keywords)
        check_count(run, node, f"{module}.{name}", arguments, OPS[op].arity, OPS[op].arity)
        if module == "numpy" and not all(is_number(thing) for thing in arguments):
            raise Skip("numpy")  # of an array
        if all(isinstance(thing, (int, float)) for thing in arguments):
            return OPS[op].forward(*[float(thing) for thing in arguments])
        return apply(run, op, arguments, node)

    return Builtin(name, call)


def _log(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    """`math.log(x)`, or to a base."""
    check_keywords(run, node, "math.log", keywords)
    check_count(run, node, "math.log", arguments, 1, 2)
    log = _on_plain("math", "log", "log")
    if len(arguments) == 1:
        return log.call(run, node, arguments, keywords)
    x, base = [log.call(run, node, [thing], keywords) for thing in arguments]
    return apply(run, "div", (x, base), node)


def _log_of(name: str, base: float) -> Builtin:
    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_count(run, node, name, arguments, 1, 1)
        return _log(run, node, [*arguments, base], keywords)

    return Builtin(name, call)


def _hyperbolic(name: str, sign: str) -> Builtin:
    """sinh and cosh, from two exponentials."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, f"math.{name}", keywords)
        check_count(run, node, f"math.{name}", arguments, 1, 1)
        exp = _on_plain("math", "exp", "exp")
        up = exp.call(run, node, arguments, keywords)
        down = exp.call(run, node, [apply(run, "neg", arguments, node)], keywords)
        return apply(run, "div", (apply(run, sign, (up, down), node), 2), node)

    return Builtin(name, call)


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


MATH_NAMES = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
_SAME_NAME = ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh")

_MATH = Module(
    "math",
    {
        **{name: _on_plain("math", name, name) for name in (*_SAME_NAME, "atan", "pow")},
        "fabs": _on_plain("math", "fabs", "abs"),
        "log": Builtin("log", _log),
        "log2": _log_of("log2", 2.0),
        "log10": _log_of("log10", 10.0),
        "sinh": _hyperbolic("sinh", "sub"),
        "cosh": _hyperbolic("cosh", "add"),
        "floor": _counting("floor", math.floor),
        "ceil": _counting("ceil", math.ceil),
        "trunc": _counting("trunc", math.trunc),
        "isnan": _asking("isnan", math.isnan),
        "isinf": _asking("isinf", math.isinf),
        "isfinite": _asking("isfinite", math.isfinite),
        **MATH_NAMES,
    },
)


def _numpy(run: Run) -> Module:
    """What numpy does with single numbers. Arrays are not run here: a line that needs them is passed over."""
    generator = run.random

    def drawn(name: str, draw: Callable[..., float], most: int) -> Builtin:
        def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> float:
            if keywords or len(arguments) > most or not all(is_number(thing) for thing in arguments):
                raise Skip("numpy")  # an array of them
            return draw(*[float(need.plain(run, thing, node)) for thing in arguments])

        return Builtin(name, call)

    def seed(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
        generator.seed(need.plain(run, arguments[0], node) if arguments else 0)

    def uniform(low: float = 0.0, high: float = 1.0) -> float:
        return generator.uniform(low, high)

    def normal(mean: float = 0.0, deviation: float = 1.0) -> float:
        return generator.gauss(mean, deviation)

    numbers = {
        "random": drawn("random", generator.random, 0), "rand": drawn("rand", generator.random, 0),
        "randn": drawn("randn", normal, 0), "uniform": drawn("uniform", uniform, 2), "normal": drawn("normal", normal, 2),
        "seed": Builtin("seed", seed),
    }  # fmt: skip
    return Module(
        "numpy",
        {
            **{name: _on_plain("numpy", name, name) for name in _SAME_NAME},
            **{
                name: _on_plain("numpy", name, op)
                for name, op in (
                    ("abs", "abs"), ("absolute", "abs"), ("arctan", "atan"), ("power", "pow"), ("maximum", "max"),
                    ("minimum", "min"), ("multiply", "mul"), ("add", "add"), ("subtract", "sub"), ("divide", "div"),
                )
            },
            "random": Module("numpy", numbers, partial=True),
            **MATH_NAMES,
        },
        partial=True,
    )  # fmt: skip


def _items(name: str) -> Builtin:
    """A progress bar: the items themselves."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        if not arguments:
            raise Skip("tqdm")
        if name == "trange":
            return range(*[need.whole(run, thing, node) for thing in arguments[:3]])
        return need.items(run, arguments[0], node)

    return Builtin(name, call)


def _copied(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    """A copy of lists and dictionaries, with the same numbers in them."""
    check_keywords(run, node, "copy", keywords)
    check_count(run, node, "copy", arguments, 1, 1)
    return _copy(run, arguments[0], node, 0)


def _copy(run: Run, thing: Any, node: ast.AST, depth: int) -> Any:
    if depth > run.limits.nesting or isinstance(thing, (Value, Net, Instance)):
        raise Skip("copy")
    if isinstance(thing, (list, tuple)):
        made = [_copy(run, item, node, depth + 1) for item in run.listed(thing, node)]
        return made if isinstance(thing, list) else tuple(made)
    if isinstance(thing, dict):
        run.spend(node, len(thing))
        return type(thing)({key: _copy(run, item, node, depth + 1) for key, item in thing.items()})
    return thing


def _random(run: Run) -> Module:
    """Python's `random`, from the same seed in every run: the same program has the same picture."""
    generator = run.random

    def plain(function: Callable[..., float], low: int, high: int) -> Builtin:
        name = function.__name__

        def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
            check_keywords(run, node, name, keywords)
            check_count(run, node, name, arguments, low, high)
            return function(*[float(need.plain(run, thing, node)) for thing in arguments])

        return Builtin(name, call)

    def integer(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
        check_keywords(run, node, "randint", keywords)
        check_count(run, node, "randint", arguments, 2, 2)
        low, high = [need.whole(run, thing, node) for thing in arguments]
        if low > high:
            run.refuse(f"There is no integer from {low} to {high}.", node)
        return generator.randint(low, high)

    def things(run: Run, node: ast.Call, name: str, arguments: Arguments, keywords: Keywords, count: int) -> list[Any]:
        check_keywords(run, node, name, keywords)
        check_count(run, node, name, arguments, count, count)
        items = run.listed(need.items(run, arguments[0], node), node)
        if not items and name != "shuffle":
            run.refuse(f"`{name}` of nothing has no answer.", node)
        return items

    def choice(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        return generator.choice(things(run, node, "choice", arguments, keywords, 1))

    def sample(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
        items = things(run, node, "sample", arguments, keywords, 2)
        count = need.whole(run, arguments[1], node)
        if not 0 <= count <= len(items):
            run.refuse(f"There are {len(items)} items to take {count} from.", node)
        return generator.sample(items, count)

    def shuffle(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
        items = things(run, node, "shuffle", arguments, keywords, 1)
        if not isinstance(arguments[0], list) or isinstance(arguments[0], Parts):
            run.refuse("`shuffle` puts a list in another order.", node)
        generator.shuffle(items)
        arguments[0][:] = items

    def randrange(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> int:
        check_keywords(run, node, "randrange", keywords)
        check_count(run, node, "randrange", arguments, 1, 3)
        bounds = [need.whole(run, thing, node) for thing in arguments]
        if (len(bounds) == 3 and bounds[2] == 0) or not (between := range(*bounds)) or max(map(abs, bounds)) >= WHOLE // 4:
            run.refuse("There is no such integer.", node, "Such as `randrange(10)`.")
        return generator.choice(between)

    def seed(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
        check_keywords(run, node, "seed", keywords)
        check_count(run, node, "seed", arguments, 0, 1)
        generator.seed(need.plain(run, arguments[0], node) if arguments else 0)

    return Module(
        "random",
        {
            "random": plain(generator.random, 0, 0),
            "uniform": plain(generator.uniform, 2, 2),
            "gauss": plain(generator.gauss, 0, 2),
            "randint": Builtin("randint", integer),
            "seed": Builtin("seed", seed),
            "normalvariate": plain(generator.gauss, 0, 2),
            "choice": Builtin("choice", choice),
            "randrange": Builtin("randrange", randrange),
            "sample": Builtin("sample", sample),
            "shuffle": Builtin("shuffle", shuffle),
        },
    )


_COPY = Module("copy", {"copy": Builtin("copy", _copied), "deepcopy": Builtin("deepcopy", _copied)})
_TQDM = Module("tqdm", {name: _items(name) for name in ("tqdm", "trange")}, partial=True)
_FUNCTOOLS = Module("functools", {"reduce": REDUCE}, partial=True)

MODULES: dict[str, Callable[[Run], Module]] = {
    "math": lambda run: _MATH,
    "random": _random,
    "numpy": _numpy,
    "copy": lambda run: _COPY,
    "tqdm": lambda run: _TQDM,
    "functools": lambda run: _FUNCTOOLS,
}
"""Each makes a module for one run: `random` has a state."""
