"""Python's `random`, from the same seed in every run: the same program has the same picture."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.arithmetic import WHOLE
from stepgrad.engine.language.objects import Builtin, Module, Parts

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["SEED", "make_random"]


def _seed(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    check_keywords(run, node, "seed", keywords)
    check_count(run, node, "seed", arguments, 0, 1)
    run.random.seed(need.plain(run, arguments[0], node) if arguments else 0)


SEED = Builtin("seed", _seed)
"""One generator for all modules that draw numbers."""


def make_random(run: Run) -> Module:
    """The module for one run, whose generator it shares."""
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

    def choices(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
        check_keywords(run, node, "choices", keywords, "k")
        items = things(run, node, "choices", arguments, {}, 1)
        count = need.whole(run, keywords.get("k", 1), node)
        return generator.choices(items, k=max(0, min(count, run.limits.items)))

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

    return Module(
        "random",
        {
            "random": plain(generator.random, 0, 0),
            "uniform": plain(generator.uniform, 2, 2),
            "gauss": plain(generator.gauss, 0, 2),
            "randint": Builtin("randint", integer),
            "seed": SEED,
            "normalvariate": plain(generator.gauss, 0, 2),
            "choice": Builtin("choice", choice),
            "choices": Builtin("choices", choices),
            "randrange": Builtin("randrange", randrange),
            "sample": Builtin("sample", sample),
            "shuffle": Builtin("shuffle", shuffle),
        },
    )
