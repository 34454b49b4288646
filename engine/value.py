"""Value: one number in a graph that remembers how it was computed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from stepgrad.engine.backward import backward, send_back
from stepgrad.engine.ops import ADD, CALL, DIV, MUL, NEG, OPS, POW, SUB, Op

__all__ = ["Number", "Value"]

Number = int | float

_births = count()


class Value:
    """A scalar, the operation and ordered inputs that made it, and the gradient of some output with respect to it.

    `Value(2.0, label="x1")` is a leaf. Operators and the methods of the table of operations build new values from it; numbers on
    either side become leaves of their own. `backward()` fills `grad`.

        a = Value(2.0, label="a")
        b = a * a + 1
        b.backward()
        a.grad  # 4.0
    """

    __slots__ = {  # noqa: RUF023  # in the order in which one reads them
        "data": "The number.",
        "grad": "∂output/∂self, as far as `backward()` has been called; 0 before. It is set to 0 by hand.",
        "label": "What it is called in pictures.",
        "op": "The row of the table of operations that made it; None for a leaf.",
        "inputs": "The values it was computed from, in order, with duplicates: `a * a` has a twice.",
        "params": "Plain-number operands after the inputs: the 2 of `a ** 2`. They are not in the graph and take no gradient.",
        "born": "Counts up with every value made: the order of evaluation.",
        "__weakref__": "",
    }

    data: float
    grad: float
    label: str
    op: Op | None
    inputs: tuple[Value, ...]
    params: tuple[Number, ...]
    born: int

    _renderer: ClassVar[Callable[[Value], str | None]] = staticmethod(lambda value: None)
    """How a notebook draws a value, as SVG; None is not at all. `stepgrad` gives it: the engine cannot draw."""

    if TYPE_CHECKING:  # the operations of the table, which are set below

        def __getattr__(self, name: str) -> Callable[..., Value]: ...

    def __init__(
        self,
        data: Number,
        label: str = "",
        op: Op | None = None,
        inputs: tuple[Value, ...] = (),
        params: tuple[Number, ...] = (),
    ) -> None:
        self.data = data if data.__class__ is float else _plain(data)
        self.grad = 0.0
        self.op = op
        self.inputs = inputs
        self.params = params
        self.label = label
        self.born = next(_births)

    @staticmethod
    def apply(op: Op, *inputs: Value, params: tuple[Number, ...] = ()) -> Value:
        """Compute one operation of the table. Never raises for any numbers."""
        return Value(op.forward(*[value.data for value in inputs], *params), "", op, inputs, params)

    def backward(self) -> None:
        """Add ∂self/∂leaf to the grad of every leaf; the grads of inner values are computed anew.

        Accumulation is PyTorch's: a second call doubles the leaves' grads, until they are set to 0.
        """
        backward(self)

    def _backward(self) -> None:
        """micrograd's name for this value's part of the pass: it adds its terms to the grads of its inputs."""
        if self.inputs:
            send_back([self])

    @property
    def _prev(self) -> tuple[Value, ...]:
        """micrograd's name for the inputs."""
        return self.inputs

    @property
    def _op(self) -> str:
        """The operation as micrograd writes it: `+`, `*`, `**2`, `tanh`; empty for a leaf."""
        if self.op is None:
            return ""
        spelling = self.op.micrograd or self.op.name
        return f"{spelling}{self.params[0]}" if self.params and self.op.precedence < CALL else spelling

    def __repr__(self) -> str:
        return f"Value(data={self.data})"

    def _repr_svg_(self) -> str | None:
        """What a notebook shows."""
        return Value._renderer(self)

    def __float__(self) -> float:
        return self.data

    def __int__(self) -> int:
        return int(self.data)

    def __format__(self, spec: str) -> str:
        """With a format, the number: `f"{loss:.4f}"`; without one, as it prints."""
        return format(self.data, spec) if spec else str(self)

    # ── operators: the hot path, so each makes its node without a detour, and sums and products without a call ──

    def __add__(self, other: Value | Number) -> Value:
        if other.__class__ is not Value:
            if other.__class__ is not float and not isinstance(other, (int, float)):
                return NotImplemented
            other = _made(other, None, ())
        value = _new()
        value.data = self.data + other.data
        value.grad = 0.0
        value.op = ADD
        value.inputs = (self, other)
        value.params = ()
        value.label = ""
        value.born = next(_births)
        return value

    def __radd__(self, other: Number) -> Value:
        return Value(other) + self if isinstance(other, (int, float)) else NotImplemented

    def __sub__(self, other: Value | Number) -> Value:
        if other.__class__ is not Value:
            if other.__class__ is not float and not isinstance(other, (int, float)):
                return NotImplemented
            other = _made(other, None, ())
        return _made(self.data - other.data, SUB, (self, other))

    def __rsub__(self, other: Number) -> Value:
        return Value(other) - self if isinstance(other, (int, float)) else NotImplemented

    def __mul__(self, other: Value | Number) -> Value:
        if other.__class__ is not Value:
            if other.__class__ is not float and not isinstance(other, (int, float)):
                return NotImplemented
            other = _made(other, None, ())
        value = _new()
        value.data = self.data * other.data
        value.grad = 0.0
        value.op = MUL
        value.inputs = (self, other)
        value.params = ()
        value.label = ""
        value.born = next(_births)
        return value

    def __rmul__(self, other: Number) -> Value:
        return Value(other) * self if isinstance(other, (int, float)) else NotImplemented

    def __truediv__(self, other: Value | Number) -> Value:
        if not isinstance(other, (Value, int, float)):
            return NotImplemented
        return Value.apply(DIV, self, other if isinstance(other, Value) else Value(other))

    def __rtruediv__(self, other: Number) -> Value:
        return Value(other) / self if isinstance(other, (int, float)) else NotImplemented

    def __pow__(self, other: Value | Number) -> Value:
        if isinstance(other, Value):
            return Value.apply(POW, self, other)
        if isinstance(other, (int, float)):
            return _made(POW.forward(self.data, other), POW, (self,), (other,))
        return NotImplemented

    def __rpow__(self, other: Number) -> Value:
        return Value(other) ** self if isinstance(other, (int, float)) else NotImplemented

    def __neg__(self) -> Value:
        return Value(-self.data, "", NEG, (self,))

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return Value.apply(OPS["abs"], self)

    def __lt__(self, other: Value | Number) -> bool:
        return self.data < _number(other)

    def __le__(self, other: Value | Number) -> bool:
        return self.data <= _number(other)

    def __gt__(self, other: Value | Number) -> bool:
        return self.data > _number(other)

    def __ge__(self, other: Value | Number) -> bool:
        return self.data >= _number(other)


_new = partial(object.__new__, Value)


def _made(data: Number, op: Op | None, inputs: tuple[Value, ...], params: tuple[Number, ...] = ()) -> Value:
    """Value(data, "", op, inputs, params) without the detour of a class call through `__init__`."""
    value = _new()
    value.data = data if data.__class__ is float else float(data)
    value.grad = 0.0
    value.op = op
    value.inputs = inputs
    value.params = params
    value.label = ""
    value.born = next(_births)
    return value


def _plain(data: Number) -> float:
    if isinstance(data, Value):
        raise TypeError("a Value is made of a number, not of another Value; its number is its .data")
    return float(data)


def _number(other: Value | Number) -> Number:
    return other.data if isinstance(other, Value) else other


def _method(op: Op) -> Any:
    if op.arity == 1 and not op.defaults:
        forward = op.forward

        def method(self: Value) -> Value:
            value = _new()
            value.data = forward(self.data)
            value.grad = 0.0
            value.op = op
            value.inputs = (self,)
            value.params = ()
            value.label = ""
            value.born = next(_births)
            return value

    else:

        def method(self: Value, *others: Value | Number) -> Value:  # type: ignore[misc]
            operands = (self, *others)
            inputs = [x if isinstance(x, Value) else Value(x) for x in operands[: op.arity]]
            params = op.given(tuple(float(_number(x)) for x in operands[op.arity :]))
            if len(inputs) != op.arity or len(params) != len(op.defaults):
                raise TypeError(f"{op.name}() takes {op.arity} values, {len(operands)} given")
            return Value.apply(op, *inputs, params=params)

    method.__name__ = op.name
    method.__qualname__ = f"Value.{op.name}"
    method.__doc__ = f"{op.formula}. {op.note}".strip()
    return method


for _op in OPS.values():
    setattr(Value, _op.name, _method(_op))
