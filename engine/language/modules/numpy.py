"""`numpy`, of single numbers. Arrays are not run here: a line that needs them is passed over."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords
from stepgrad.engine.language.leaving import Skip
from stepgrad.engine.language.modules.math import CONSTANTS, operations
from stepgrad.engine.language.modules.random import SEED
from stepgrad.engine.language.objects import Builtin, Module, is_number

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["make_numpy"]


def make_numpy(run: Run) -> Module:
    """Its `random` goes on from the seed that Python's has."""
    generator = run.random

    def drawn(name: str, draw: Callable[..., float], most: int) -> Builtin:
        def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> float:
            if keywords or len(arguments) > most or not all(is_number(thing) for thing in arguments):
                raise Skip("numpy")  # an array of them
            return draw(*[float(need.plain(run, thing, node)) for thing in arguments])

        return Builtin(name, call)

    def uniform(low: float = 0.0, high: float = 1.0) -> float:
        return generator.uniform(low, high)

    def normal(mean: float = 0.0, deviation: float = 1.0) -> float:
        return generator.gauss(mean, deviation)

    numbers = {
        "random": drawn("random", generator.random, 0), "rand": drawn("rand", generator.random, 0),
        "randn": drawn("randn", normal, 0), "uniform": drawn("uniform", uniform, 2), "normal": drawn("normal", normal, 2),
        "seed": SEED,
    }  # fmt: skip
    return Module(
        "numpy",
        {
            **operations("numpy", "np"),
            "random": Module("numpy", numbers, partial=True),
            **CONSTANTS,
        },
        partial=True,
    )  # fmt: skip
