"""The data sets, as a program calls them."""

from __future__ import annotations

import ast
from inspect import signature
from typing import TYPE_CHECKING, Any

from stepgrad.engine.data import DATA_SETS
from stepgrad.engine.errors import LimitError
from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.objects import Builtin, Number

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS"]


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


BUILTINS = {name: _data(name) for name in DATA_SETS}
