"""Names: looking them up, and binding them to things."""

from __future__ import annotations

import ast
import builtins
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from engine.errors import LimitError, UnknownNameError, UnsupportedError
from engine.language import attributes, need, nets
from engine.language.leaving import Skip
from engine.language.library import BUILTINS
from engine.language.modules import MATH_NAMES, MODULES, NOT_RUN
from engine.language.objects import Function, Missing, Number, Parts, describe, is_number
from engine.nn import Net
from engine.recorder import LOCAL, TOP
from engine.suggest import closest
from engine.value import Value

if TYPE_CHECKING:
    from engine.language.run import Run

__all__ = ["adopt", "bind", "bind_item", "check", "look_up", "set_item"]


def look_up(run: Run, name: str, node: ast.AST, called: bool = False) -> Any:
    """What a name stands for. `called` says that it stands before an opening bracket."""
    holder = run.scope.holder(name)
    if holder is not None:
        thing = holder[name]
        if isinstance(thing, Missing):
            raise Skip(thing.needs)
        return thing
    if name in BUILTINS:
        return BUILTINS[name]
    if name in NOT_RUN:
        raise Skip(NOT_RUN[name])
    check(run, name, node)
    _unknown_function(run, name, node) if called else _unknown(run, name, node)


def check(run: Run, name: str, node: ast.AST) -> None:
    """Refuse names that are Python's own business."""
    if name.startswith("__"):
        run.refuse("Names do not begin with two underscores here.", node, "Call it something else.", UnsupportedError)


def _unknown(run: Run, name: str, node: ast.AST) -> NoReturn:
    names = run.scope.all_names()
    if name in MATH_NAMES:
        number = MATH_NAMES[name]
        itself = f", or `{name} = {number!r}`" if isfinite(number) else ""
        hint = f"Add `import math` above and write `math.{name}`{itself}."
    elif name in MODULES:
        hint = f"Add `import {name}` above."
    elif twin := next((known for known in sorted(names) if known.lower() == name.lower()), None):
        hint = f"Did you mean `{twin}`? Capital letters count."
    elif len(name) > 1 and (close := closest(name, [*names, *BUILTINS])):
        hint = f"Did you mean `{close}`? Or add `{name} = 1.0`."
    elif product := next((i for i in range(1, len(name)) if name[:i] in names and name[i:] in names), 0):
        hint = f"Did you mean `{name[:product]}*{name[product:]}`? Or add `{name} = 1.0`."
    else:
        hint = f"Add `{name} = 1.0`."
    run.refuse(f"`{name}` has no value yet.", node, hint, UnknownNameError)


def _unknown_function(run: Run, name: str, node: ast.AST) -> NoReturn:
    if name in dir(builtins):
        hint = "Write the number itself: `x = 2.0`." if name == "input" else "Write the program without it."
        run.refuse(f"Python's `{name}` is not part of the language here.", node, hint, UnsupportedError)
    own = (known for known in run.scope.all_names() if isinstance((run.scope.holder(known) or {}).get(known), Function))
    if close := _ALIASES.get(name.lower()) or closest(name, [*BUILTINS, *own]):
        hint = f"Did you mean `{close}`?"
    else:
        hint = f"Define it with `def {name}(x): …`, or use an operation: exp, tanh, relu, log, …"
    run.refuse(f"`{name}` is not known.", node, hint, UnknownNameError)


_ALIASES = {
    "ln": "log",
    "arctan": "atan",
    "sqr": "sqrt",
    "square": "pow",
    "tg": "tan",
    "swish": "silu",
    "logistic": "sigmoid",
    "maximum": "max",
    "minimum": "min",
}
"""Other people's names for our operations."""


# ── binding ──


def bind(run: Run, target: ast.expr, thing: Any, strength: int, statement: ast.AST | None = None) -> None:
    """Bind names to things, unpacking where the target does."""
    match target:
        case ast.Name(id=name):
            check(run, name, target)
            run.scope.names[name] = adopted = adopt(run, thing, name, strength, statement or target)
            if strength == TOP:
                run.outputs.bound(adopted, target)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for inner, item in zip(targets, _unpacked(run, targets, thing, target), strict=True):
                bind(run, inner, item, strength)
        case ast.Attribute():
            attributes.write(run, run.evaluate(target.value), target, thing)
        case ast.Subscript():
            set_item(run, run.evaluate(target.value), run.evaluate(target.slice), thing, target)
        case _:
            run.unsupported(target)


def bind_item(run: Run, target: ast.expr, item: Any) -> None:
    """Bind what a loop goes over. A count stays a count; a float gets a place in the graph, so that `x * x` is drawn."""
    if isinstance(target, ast.Name) and isinstance(item, int):
        check(run, target.id, target)
        run.scope.names[target.id] = item
    elif isinstance(target, (ast.Tuple, ast.List)):
        for inner, part in zip(target.elts, _unpacked(run, target.elts, item, target), strict=True):
            bind_item(run, inner, part)
    else:
        bind(run, target, item, LOCAL)


def _unpacked(run: Run, targets: list[ast.expr], thing: Any, node: ast.AST) -> list[Any]:
    if starred := next((target for target in targets if isinstance(target, ast.Starred)), None):
        run.refuse("`*` before a name is not part of the language here.", starred, "Take a slice: `xs[1:]`.", UnsupportedError)
    if is_number(thing):
        run.refuse(f"There are {len(targets)} names here, but one number.", node, "Write as many values as names.")
    items = list(islice(need.items(run, thing, node), len(targets) + 1))
    if len(items) != len(targets):
        found = "more values" if len(items) > len(targets) else f"{len(items)} value{'' if len(items) == 1 else 's'}"
        run.refuse(f"There are {len(targets)} names here, but {found}.", node, "Write as many values as names.")
    return items


def set_item(run: Run, holder: Any, position: Any, thing: Any, target: ast.Subscript) -> None:
    """`x[i] = …`"""
    if isinstance(holder, Parts):
        hint = "Set the number of a parameter: `n.w[0].data = 0.5`."
        run.refuse("A net keeps the parts it was made of.", target, hint)
    if not isinstance(holder, list):
        run.refuse(f"Items can only be set in a list; this is {describe(holder)}.", target.value)
    holder[need.index(run, holder, position, target, target.slice)] = thing


def adopt(run: Run, thing: Any, name: str, strength: int, place: ast.AST, depth: int = 0) -> Any:
    """Give what is bound to a name that name, and a plain number a place in the graph."""
    if isinstance(thing, (int, float)) and not isinstance(thing, bool):
        run.spend(place, 5)
        thing = Number(thing, run.recorder.leaf(thing, "constant", place))
    if isinstance(thing, (Number, Value)):
        value = thing.value if isinstance(thing, Number) else thing
        was_free = value.op is None and not run.recorder.is_bound(value)
        run.recorder.name(value, name, strength, place)
        if strength == TOP and was_free and run.inputs.wants(key := run.recorder.key(value)) and not run.recorder.used(value):
            return run.inputs.override(thing, value, key)
    elif isinstance(thing, Net) and strength == TOP:
        nets.name_parameters(run, thing, name, place)
    elif isinstance(thing, (list, tuple)) and strength == TOP:
        return _adopt_items(run, thing, name, place, depth + 1)
    return thing


def _adopt_items(run: Run, thing: list[Any] | tuple[Any, ...], name: str, place: ast.AST, depth: int) -> Any:
    """The numbers of a list that is bound at the top level are called `w[0]`, `w[1]`, …"""
    if depth > (allowed := run.limits.nesting):
        raise LimitError(
            f"This list is more than {allowed} lists deep.",
            limit="nesting", value=allowed, span=run.source.span(place), hint="Use a flat list.",
        )  # fmt: skip
    run.spend(place, len(thing))
    adopted = [
        adopt(run, item, f"{name}[{index}]", TOP, place, depth) if is_number(item) or isinstance(item, (list, tuple)) else item
        for index, item in enumerate(thing)
    ]
    if isinstance(thing, tuple):
        return tuple(adopted)
    thing[:] = adopted
    return thing
