"""`itertools`, as far as it ends: lists, where Python makes its items one by one."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.arithmetic import apply
from stepgrad.engine.language.objects import Builtin, Module
from stepgrad.engine.ops import ADD

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["ITERTOOLS"]


def _rows(run: Run, rows: Iterable[Any], node: ast.AST) -> list[Any]:
    """A list of rows, each of them paid for by its length."""
    made: list[Any] = []
    for row in rows:
        run.spend(node, len(row) if isinstance(row, tuple) else 1)
        made.append(row)
        run.check_length(made, node)
    return made


def _of_lists(name: str, make: Callable[..., Iterable[Any]], *named: str) -> Builtin:
    """A function of any number of lists."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
        check_keywords(run, node, name, keywords, *named)
        lists = [run.listed(need.items(run, thing, node), node) for thing in arguments]
        extra = {word: need.whole(run, thing, node) for word, thing in keywords.items()}
        if not 0 <= extra.get("repeat", 1) <= run.limits.nesting:
            run.refuse("It is repeated a small number of times.", node, "Such as `product([0, 1], repeat=3)`.")
        return _rows(run, make(*lists, **extra), node)

    return Builtin(name, call)


def _choosing(name: str, make: Callable[[Sequence[Any], int], Iterable[Any]]) -> Builtin:
    """combinations and permutations: so many of a list."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
        check_keywords(run, node, name, keywords, "r")
        given = [*arguments, *keywords.values()]
        check_count(run, node, name, given, 1 if name == "permutations" else 2, 2, f"{name}(xs, 2)")
        items = run.listed(need.items(run, given[0], node), node)
        count = need.whole(run, given[1], node) if len(given) == 2 else len(items)
        if count < 0:
            run.refuse("One cannot choose fewer than none.", node)
        if count > len(items) and (name != "combinations_with_replacement" or not items):
            return []
        run.spend(node, count)  # itertools makes room for so many at once
        return _rows(run, make(items, count), node)

    return Builtin(name, call)


def _accumulate(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
    check_keywords(run, node, "accumulate", keywords, "initial")
    check_count(run, node, "accumulate", arguments, 1, 2)
    items = run.listed(need.items(run, arguments[0], node), node)
    made = [keywords["initial"]] if "initial" in keywords else items[:1]
    for item in items if "initial" in keywords else items[1:]:
        pair = [made[-1], item]
        made.append(run.call(arguments[1], pair, node) if len(arguments) == 2 else apply(run, ADD, pair, node))
    return made


def _repeat(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
    check_keywords(run, node, "repeat", keywords)
    check_count(run, node, "repeat", arguments, 2, 2, "repeat(x, 3)")
    return run.listed(
        itertools.repeat(arguments[0], max(0, min(need.whole(run, arguments[1], node), run.limits.items + 1))), node
    )


_PLAIN = {
    "chain": _of_lists("chain", itertools.chain),
    "pairwise": _of_lists("pairwise", itertools.pairwise),
    "product": _of_lists("product", itertools.product, "repeat"),
    "zip_longest": _of_lists("zip_longest", itertools.zip_longest),
    "combinations": _choosing("combinations", itertools.combinations),
    "combinations_with_replacement": _choosing("combinations_with_replacement", itertools.combinations_with_replacement),
    "permutations": _choosing("permutations", itertools.permutations),
    "accumulate": Builtin("accumulate", _accumulate),
    "repeat": Builtin("repeat", _repeat),
}
ITERTOOLS = Module("itertools", _PLAIN)
