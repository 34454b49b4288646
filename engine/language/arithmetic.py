"""Arithmetic on the three kinds of numbers: plain ones, plain ones with a place in the graph (`Number`), and `Value`s."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.expansion import Place
from stepgrad.engine.language.objects import Number, describe
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["apply", "apply_by_name"]

WHOLE = 2**63
"""Integers beyond this become floats, so that no integer grows large."""


def apply(run: Run, op: Op, operands: Sequence[Any], node: ast.AST, params: tuple[float, ...] = ()) -> Any:
    """Apply an operation of the table to numbers of any kind.

    Plain numbers alone give a plain number while folding; otherwise the result has a place in the graph, and is what Python
    would have made of it: a `Value` if one took part.
    """
    in_graph = is_value = False
    for operand in operands:
        kind = operand.__class__
        if kind is Value:
            in_graph = is_value = True
        elif kind is Number:
            in_graph = True
        elif kind is not float and kind is not int:
            run.refuse(f"`{op.symbol}` needs numbers; this is {describe(operand)}.", node, _help_with(operand))
    if run.folding and not in_graph:
        return _fold(op, [*operands, *params])
    place = None
    if op.expand is not None:
        place = run.expansion.place()
        if (entry := run.expansion.asks(op.name, place)) is not None:
            return _expanded(run, op, operands, node, place, entry)
    inputs = operands
    if op.constant and not isinstance(operands[-1], (Number, Value)):
        params, inputs = (operands[-1],), operands[:-1]
    run.spend(node, 2)
    lifted = [each if each.__class__ is Value else need.lift(run, each, node) for each in inputs]
    value = run.recorder.operation(op, tuple(lifted), params, node)
    if place is not None:
        run.expansion.places[value] = place
    if is_value:
        return value
    return Number(_as_python(op, operands, value.data), value)


def apply_by_name(run: Run, op: Op, operands: Sequence[Any], node: ast.AST, params: tuple[float, ...]) -> Any:
    """An operation called by its name: of plain numbers, too, it is part of the graph."""
    folding, run.folding = run.folding, False
    try:
        return apply(run, op, operands, node, params)
    finally:
        run.folding = folding


def _help_with(operand: Any) -> str:
    match operand:
        case str():
            return "Numbers are written without quotes."
        case list() | tuple() | range():
            return "To add up a list, write `sum(…)`; for each of its items, `[f(x) for x in …]`."
        case None:
            return "Does a function here have no `return`?"
    return ""


def _as_python(op: Op, operands: Sequence[Any], data: float) -> int | float:
    """What Python shows for a result: integers stay integers."""
    if op.exact:
        plains = [operand.plain if isinstance(operand, Number) else operand for operand in operands]
        if all(isinstance(plain, int) for plain in plains):
            return _fold(op, plains)
    return data


def _fold(op: Op, plains: Sequence[int | float]) -> int | float:
    """Plain arithmetic. Integers stay integers below 2**63; floats never raise."""
    if op.exact and all(isinstance(plain, int) for plain in plains):
        result = op.exact(*map(int, plains))
        if result is not None:
            return result if abs(result) < WHOLE else float(result)
    return op.forward(*[float(plain) for plain in plains])


# ── operations built from simpler ones ──


def _expanded(run: Run, op: Op, operands: Sequence[Any], node: ast.AST, place: Place, entry: str) -> Any:
    assert op.expand is not None
    origin, run.recorder.origin = run.recorder.origin, entry
    folding, run.folding = run.folding, True  # `e - 1` becomes `e + (-1)`, with one constant, as in micrograd
    try:
        with run.expansion.inside(place, entry):
            return op.expand(*[_Term(run, operand, node) for operand in operands]).it
    finally:
        run.folding, run.recorder.origin = folding, origin


class _Term:
    """A stand-in that an operation's expansion computes with: every operator goes through `apply`."""

    __slots__ = ("_at", "_run", "it")

    def __init__(self, run: Run, it: Any, at: ast.AST) -> None:
        self._run, self.it, self._at = run, it, at

    def apply(self, op: Op, *operands: Any) -> _Term:
        things = [operand.it if isinstance(operand, _Term) else operand for operand in operands]
        return _Term(self._run, apply(self._run, op, things, self._at, op.defaults), self._at)


def _forward(op: Op) -> Callable[..., _Term]:
    return lambda self, *others: self.apply(op, self, *others)


def _reflected(op: Op) -> Callable[..., _Term]:
    return lambda self, other: self.apply(op, other, self)


for _op in OPS.values():
    setattr(_Term, _op.name, _forward(_op))
    if _op.method:
        setattr(_Term, _op.method, _forward(_op))
        setattr(_Term, f"__r{_op.method[2:]}", _reflected(_op))
