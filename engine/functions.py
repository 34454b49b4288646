"""The table's operations as functions of values and plain numbers, for programs in Python.

They do what they do in the language: of plain numbers alone they give a plain number. `abs` and `pow` are Python's own, which
`Value` answers to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from stepgrad.engine.ops import CALL, OPS, Op
from stepgrad.engine.value import Number, Value

__all__ = ["FUNCTIONS"]

Function = Callable[..., Any]


def _function(op: Op) -> Function:
    def function(*operands: Value | Number) -> Value | float:
        extra = op.given(operands[op.arity :])
        if len(operands) < op.arity or len(extra) != len(op.defaults):
            raise TypeError(f"{op.name}() takes {op.arity} operand{'s' if op.arity > 1 else ''}, {len(operands)} given")
        params = tuple(float(x.data if isinstance(x, Value) else x) for x in extra)
        inputs = operands[: op.arity]
        if not any(isinstance(x, Value) for x in inputs):
            return op.forward(*[float(x) for x in inputs], *params)
        return Value.apply(op, *[x if isinstance(x, Value) else Value(x) for x in inputs], params=params)

    return _named(function, op)


def _choice(op: Op, several: Function) -> Function:
    """`max` and `min`: of two as the operation, of more or of a list two by two from the left."""

    def two(a: Value | Number, b: Value | Number) -> Any:
        if isinstance(a, Value) or isinstance(b, Value):
            return Value.apply(op, *[x if isinstance(x, Value) else Value(x) for x in (a, b)])
        if isinstance(a, int) and isinstance(b, int):
            return several(a, b)
        return op.forward(float(a), float(b))

    def function(*operands: Any) -> Any:
        things: Iterable[Value | Number] = operands[0] if len(operands) == 1 else operands
        return reduce(two, things)

    return _named(function, op)


def _named(function: Function, op: Op) -> Function:
    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = f"{op.formula}. {op.note}".strip()
    return function


_CALLED = [op for op in OPS.values() if op.precedence == CALL and not op.method]

FUNCTIONS: dict[str, Function] = {op.name: _choice(op, op.several) if op.several else _function(op) for op in _CALLED}
"""By name: those that are written as a call."""
