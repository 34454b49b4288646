"""What an operation needs of an operand: a number, a plain one, an integer, something to loop over.

Each function answers with what is needed, or refuses and says what was found instead.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language.objects import Bound, Instance, Number, describe, is_number
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["data", "index", "items", "lift", "number", "plain", "text", "truth", "unwrapped", "whole"]


def number(run: Run, thing: Any, node: ast.AST) -> Any:
    """A number of any kind."""
    if is_number(thing):
        return thing
    hint = "Numbers are written without quotes." if isinstance(thing, str) else ""
    run.refuse(f"A number is needed here; this is {describe(thing)}.", node, hint)


def lift(run: Run, thing: Any, node: ast.AST) -> Value:
    """The value in the graph that stands for a number; a plain one becomes a constant."""
    if isinstance(thing, Value):
        return thing
    if isinstance(thing, Number):
        return thing.value
    return run.recorder.leaf(number(run, thing, node), "constant", node)


def plain(run: Run, thing: Any, node: ast.AST) -> int | float:
    """A number as Python has it, without its place in the graph. A truth value counts as 0 or 1."""
    if isinstance(thing, Number):
        run.read.add(thing.value)
        return thing.plain
    if isinstance(thing, (int, float)):
        return thing
    if isinstance(thing, Value):
        run.refuse("A plain number is needed here; this is a `Value`.", node, "Its number is its `.data`.")
    return plain(run, number(run, thing, node), node)


def data(run: Run, thing: Any, node: ast.AST) -> int | float:
    """The number that `float(thing)` is of: a `Value` has one, too."""
    return thing.data if isinstance(thing, Value) else plain(run, thing, node)


def whole(run: Run, thing: Any, node: ast.AST) -> int:
    """An integer, where Python needs one."""
    found = plain(run, thing, node)
    if isinstance(found, int):
        return int(found)
    hint = f"Write `{int(found)}`." if abs(found) < 1e15 and found == int(found) else "Items and counts are whole numbers."
    run.refuse(f"An integer is needed here; this is {found!r}.", node, hint)


def items(run: Run, thing: Any, node: ast.AST) -> Sequence[Any]:
    """The items of something one can loop over."""
    if isinstance(thing, (list, tuple, range)):
        return thing
    if isinstance(thing, Instance) and (found := thing.cls.find("__iter__")) is not None:
        return items(run, run.call(Bound(found, thing), [], node), node)
    if isinstance(thing, (dict, str)):
        return run.listed(thing, node)
    hint = "Write `range(…)` around it." if isinstance(thing, (int, Number)) else "Loop over a list, `range(…)` or `zip(…)`."
    run.refuse(f"This cannot be looped over: it is {describe(thing)}.", node, hint)


def index(run: Run, holder: Sequence[Any], thing: Any, node: ast.AST, place: ast.AST) -> int:
    """The position of an item that is there."""
    position = whole(run, thing, place)
    try:
        length = len(holder)
    except OverflowError:
        run.refuse("This range is too long to count.", node)
    if -length <= position < length:
        return position
    there = f"There {'is 1 item' if length == 1 else f'are {length} items'}; there is no item {position}."
    run.refuse(there, node, f"Items are counted from 0; the last one is item {length - 1}." if length else "")


def text(run: Run, thing: Any, node: ast.AST, what: str) -> str:
    if isinstance(thing, str):
        return thing
    run.refuse(f"{what} is a string; this is {describe(thing)}.", node, "Write it in quotes.")


def unwrapped(thing: Any) -> Any:
    """A thing as Python has it, for a look at its type."""
    return thing.plain if isinstance(thing, Number) else thing


def truth(thing: Any) -> bool:
    """Whether a condition holds, as Python takes it: a `Value` always does."""
    if isinstance(thing, Number):
        return bool(thing.plain)
    return True if isinstance(thing, (Value, Instance)) else bool(thing)
