"""Names: looking them up, and binding them to things."""

from __future__ import annotations

import ast
import builtins
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from stepgrad.engine.errors import UnknownNameError, UnsupportedError
from stepgrad.engine.language import attributes, containers, need
from stepgrad.engine.language.adopting import adopt
from stepgrad.engine.language.callables import BUILTINS
from stepgrad.engine.language.leaving import Skip
from stepgrad.engine.language.modules import CONSTANTS, MATH, MODULES, NOT_RUN, UNASKED
from stepgrad.engine.language.objects import Function, Missing, Parts, Set, describe, is_number
from stepgrad.engine.ops import meant_by
from stepgrad.engine.recorder import LOCAL, TOP
from stepgrad.engine.suggest import closest

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["bind", "bind_item", "check", "delete_item", "look_up", "set_item"]


_MADE_OF = {"Layer": ("Neuron",), "MLP": ("Layer", "Neuron")}
"""Nets of ours, and what they are made of."""


def look_up(run: Run, name: str, node: ast.AST, called: bool = False) -> Any:
    """What a name stands for. `called` says that it stands before an opening bracket."""
    holder = run.scope.holder(name)
    if holder is not None:
        thing = holder[name]
        if isinstance(thing, Missing):
            raise Skip(thing.needs)
        return thing
    if name in BUILTINS:
        for part in _MADE_OF.get(name, ()):
            if run.scope.holder(part) is not None:
                hint = f"Paste its `class {name}` below it, too."
                run.refuse(f"`{name}` is ours here, and knows nothing of the program's own `{part}`.", node, hint)
        return BUILTINS[name]
    if name in UNASKED:
        run.top.names[name] = module = MODULES[UNASKED[name]](run)
        return module
    if name in NOT_RUN:
        raise Skip(NOT_RUN[name])
    if name == "__name__":
        return "__main__"
    check(run, name, node)
    _unknown_function(run, name, node) if called else _unknown(run, name, node)


def check(run: Run, name: str, node: ast.AST) -> None:
    """Refuse names that are Python's own business."""
    if name.startswith("__"):
        run.refuse("Names do not begin with two underscores here.", node, "Call it something else.", UnsupportedError)


def _unknown(run: Run, name: str, node: ast.AST) -> NoReturn:
    names = run.scope.all_names()
    if (constant := "pi" if name == "π" else name) in CONSTANTS:
        number = CONSTANTS[constant]
        itself = f", or `{name} = {number!r}`" if isfinite(number) else ""
        hint = f"Add `import math` above and write `math.{constant}`{itself}."
    elif name in MODULES:
        hint = f"Add `import {name}` above."
    elif name.lower() in MODULES and name.lower() not in names:
        hint = f"Add `import {name.lower()}` above and write it in small letters."
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
    if name in MATH.names:
        run.refuse(f"`{name}` is not known.", node, f"Add `import math` above and write `math.{name}`.", UnknownNameError)
    if name in _BEHIND_A_DOT:
        run.refuse(f"`{name}` is not called like this.", node, _BEHIND_A_DOT[name], UnknownNameError)
    own = (known for known in run.scope.all_names() if isinstance((run.scope.holder(known) or {}).get(known), Function))
    if meant := meant_by(name.lower()):
        hint = f"Did you mean `{meant.name}`?"
    elif close := closest(name, [*BUILTINS, *own]):
        hint = f"Did you mean `{close}`?"
    else:
        hint = f"Define it with `def {name}(x): …`, or use an operation: exp, tanh, relu, log, …"
    run.refuse(f"`{name}` is not known.", node, hint, UnknownNameError)


_BEHIND_A_DOT = {
    "backward": "It stands behind the value: `y.backward()`.",
    "grad": "Run `y.backward()`, then read `x.grad`.",
    "data": "It stands behind the value: `x.data`.",
}
"""What people write as functions, and how it is written here."""


# ── binding ──


def bind(run: Run, target: ast.expr, thing: Any, strength: int, statement: ast.AST | None = None) -> None:
    """Bind names to things, unpacking where the target does."""
    match target:
        case ast.Name(id=name):
            check(run, name, target)
            home = run.scope.home(name)
            strength = max(strength, run.strength_of(name)) if home is not run.scope else strength
            home.names[name] = adopted = adopt(run, thing, name, strength, statement or target)
            if strength == TOP:
                run.outputs.bound(run, adopted, target)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for inner, item in zip(targets, _unpacked(run, targets, thing, target), strict=True):
                bind(run, inner, item, strength)
        case ast.Starred(value=inner):
            bind(run, inner, thing, strength)
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
        run.scope.home(target.id).names[target.id] = item
    elif isinstance(target, (ast.Tuple, ast.List)):
        for inner, part in zip(target.elts, _unpacked(run, target.elts, item, target), strict=True):
            bind_item(run, inner, part)
    else:
        bind(run, target, item, LOCAL)


def _unpacked(run: Run, targets: list[ast.expr], thing: Any, node: ast.AST) -> list[Any]:
    """An item for each target; for one with a star, a list of all that the others leave."""
    if is_number(thing):
        run.refuse(f"There are {len(targets)} names here, but one number.", node, "Write as many values as names.")
    things = need.items(run, thing, node)
    star = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if star is not None:
        items = run.listed(things, node)
        after = len(items) - (len(targets) - star - 1)
        if after < star:
            run.refuse(f"There are {len(targets) - 1} names beside the `*` here, but {_counted(items)}.", node)
        return [*items[:star], items[star:after], *items[after:]]
    items = list(islice(things, len(targets) + 1))
    if len(items) != len(targets):
        found = "more values" if len(items) > len(targets) else _counted(items)
        run.refuse(f"There are {len(targets)} names here, but {found}.", node, "Write as many values as names.")
    return items


def _counted(items: list[Any]) -> str:
    return f"{len(items)} value{'' if len(items) == 1 else 's'}"


def set_item(run: Run, holder: Any, position: Any, thing: Any, target: ast.Subscript) -> None:
    """`x[i] = …`"""
    if isinstance(holder, Parts):
        hint = "Set the number of a parameter: `n.w[0].data = 0.5`."
        run.refuse("A net keeps the parts it was made of.", target, hint)
    if isinstance(holder, dict) and not isinstance(holder, Set):
        return containers.put(run, holder, position, thing, target)
    if not isinstance(holder, list):
        run.refuse(f"Items can only be set in a list or a dictionary; this is {describe(holder)}.", target.value)
    if isinstance(position, slice):
        items = run.listed(need.items(run, thing, target), target)
        if position.step is not None and len(items) != len(range(*position.indices(len(holder)))):
            run.refuse(f"A slice with a step is set to as many items as it has; {len(items)} are given.", target)
        run.spend(target, len(holder) // 64)
        holder[position] = items
        return run.check_length(holder, target)
    holder[need.index(run, holder, position, target, target.slice)] = thing


def delete_item(run: Run, holder: Any, position: Any, target: ast.Subscript) -> None:
    """`del x[i]`"""
    if isinstance(holder, Parts) or not isinstance(holder, (list, dict)):
        run.refuse(f"Items can only be deleted from a list or a dictionary; this is {describe(holder)}.", target.value)
    if isinstance(holder, dict):
        containers.get_item(run, holder, position, target)
        del holder[containers.key_of(run, position, target)]
    else:
        run.spend(target, len(holder) // 64)
        del holder[position if isinstance(position, slice) else need.index(run, holder, position, target, target.slice)]
