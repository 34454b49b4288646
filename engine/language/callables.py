"""What a program can call by name: every table of it, put together."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from stepgrad.engine.graph import ancestors
from stepgrad.engine.language import containers, datasets, kinds, nets, operations, python, sequences
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count
from stepgrad.engine.language.objects import Builtin, Missing, Set, value_of

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS", "DRAW"]


def _draw(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    for thing in arguments[:1]:
        run.outputs.drawn(run, thing, node)


def _picture(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Missing:
    _draw(run, node, arguments, keywords)
    return Missing("stepgrad.Picture")


def _trace(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> tuple[Set, Set]:
    """The notebook's: all values that one depends on, and the pairs (input, value) between them."""
    check_count(run, node, "trace", arguments, 1, 1)
    run.outputs.drawn(run, arguments[0], node)
    root = value_of(arguments[0])
    nodes = run.listed(ancestors([root]), node) if root is not None else []
    edges = run.listed(((one, value) for value in nodes for one in value.inputs), node)
    return Set(dict.fromkeys(nodes)), Set(dict.fromkeys(edges))


DRAW = Builtin("draw", _picture)
"""`stepgrad.draw`: the program asks for a picture of its first argument. It is known once it is imported."""

BUILTINS: Mapping[str, Builtin] = {
    **operations.BUILTINS,
    **python.BUILTINS,
    **containers.BUILTINS,
    **sequences.BUILTINS,
    **kinds.BUILTINS,
    **datasets.BUILTINS,
    **nets.BUILTINS,
    "display": Builtin("display", _draw),
    "draw_dot": Builtin("draw_dot", _draw),
    "trace": Builtin("trace", _trace),
}
