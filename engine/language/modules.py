"""What a program can import: `math`, `random`, and the lines of a notebook that only prepare it."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.language import need
from engine.language.arithmetic import apply
from engine.language.library import Arguments, Keywords, check_count, check_keywords
from engine.language.objects import Builtin, Module
from engine.ops import OPS

if TYPE_CHECKING:
    from engine.language.run import Run

__all__ = ["MATH_NAMES", "MODULES", "NOT_RUN", "QUIET"]

QUIET = frozenset(
    {"micrograd", "engine", "stepgrad", "graphviz", "typing", "__future__", "IPython", "collections", "dataclasses"}
)
"""Modules whose import needs nothing: what they bring is built in, or is not missed."""

NOT_RUN = {"np": "numpy", "numpy": "numpy", "plt": "matplotlib", "matplotlib": "matplotlib", "torch": "torch"}
"""Names that stand for a module we do not have even where the import was not pasted."""


def _on_plain(name: str, op: str) -> Builtin:
    """`math.exp(x)`: of plain numbers a plain number, as in Python; of values in the graph, the operation."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, f"math.{name}", keywords)
        check_count(run, node, f"math.{name}", arguments, OPS[op].arity, OPS[op].arity)
        if all(isinstance(thing, (int, float)) for thing in arguments):
            return OPS[op].forward(*[float(thing) for thing in arguments])
        return apply(run, op, arguments, node)

    return Builtin(name, call)


MATH_NAMES = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}

_MATH = Module(
    "math",
    {
        **{name: _on_plain(name, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "atan", "pow")},
        "fabs": _on_plain("fabs", "abs"),
        **MATH_NAMES,
    },
)


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
        },
    )


MODULES: dict[str, Callable[[Run], Module]] = {"math": lambda run: _MATH, "random": _random}
"""Each makes a module for one run: `random` has a state."""
