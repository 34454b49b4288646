"""Small modules: `copy`, `functools`, `operator`, `tqdm`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.leaving import Skip
from stepgrad.engine.language.objects import Builtin, Instance, Module
from stepgrad.engine.language.operations import BUILTINS
from stepgrad.engine.language.sequences import REDUCE
from stepgrad.engine.nn import Net
from stepgrad.engine.ops import OPS
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["COPY", "FUNCTOOLS", "OPERATOR", "TQDM"]


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


def _partial(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Builtin:
    """A function with some of its arguments given."""
    if not arguments:
        run.refuse("`partial` takes a function.", node, "Such as `partial(f, p=2)`.")
    function, *given = arguments

    def call(run: Run, node: ast.Call, arguments: Arguments, more: Keywords) -> Any:
        return run.invoke(function, [*given, *arguments], keywords | more, node)

    return Builtin("partial", call)


COPY = Module("copy", {"copy": Builtin("copy", _copied), "deepcopy": Builtin("deepcopy", _copied)})
TQDM = Module("tqdm", {name: _items(name) for name in ("tqdm", "trange")}, partial=True)
FUNCTOOLS = Module("functools", {"partial": Builtin("partial", _partial), "reduce": REDUCE}, partial=True)
OPERATOR = Module("operator", {op.method.strip("_"): BUILTINS[op.name] for op in OPS.values() if op.method}, partial=True)
