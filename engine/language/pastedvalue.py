"""`Value` as notebooks define it: whether its methods compute what ours compute.

Of an operation, the number and what it adds to each grad are computed at a few points, as they are written, and compared with the
table of operations. Other methods are known by their shape.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language.calls import function
from stepgrad.engine.language.shapes import body_of, shape, shapes
from stepgrad.engine.ops import OPS, Op

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["method"]

_HINT = "Leave the class out: `Value` is built in."
_UPSTREAM = 0.75
"""What the grad of the output is where grads are compared."""

_OPERATIONS = dict(OPS) | {op.method: op for op in OPS.values() if op.method}
_REFLECTED = {f"__r{op.method[2:]}": op for op in OPS.values() if op.method and op.arity == 2}
"""By the names of their methods."""

_OTHERS = {
    "backward": (
        "def f(self):\n topo = []\n visited = set()\n def build(v):\n  if v not in visited:\n   visited.add(v)\n"
        "   for child in v._prev:\n    build(child)\n   topo.append(v)\n build(self)\n self.grad = 1\n"
        " for node in reversed(topo):\n  node._backward()",
        "def f(self):\n topo = []\n visited = set()\n def build(v):\n  if v not in visited:\n   visited.add(v)\n"
        "   for child in v._prev:\n    build(child)\n   topo.append(v)\n build(self)\n topo.reverse()\n self.grad = 1\n"
        " for node in topo:\n  node._backward()",
    ),
}


def method(run: Run, name: str, node: ast.FunctionDef) -> str:
    """Refuses a method that means something else; there is nothing to say of the others."""
    if node.name == "__init__":
        _check_init(run, node)
    elif node.name in _OTHERS:
        if shape(node.args, body_of(node)) not in shapes(*_OTHERS[node.name]):
            _refuse(
                run, "This `Value.backward` is not the notebook's: each value once, in topological order, from a grad of 1.", node
            )
    elif op := _OPERATIONS.get(node.name):
        _check_operation(run, node, op, reflected=False)
    elif op := _REFLECTED.get(node.name):
        _check_operation(run, node, op, reflected=True)
    elif node.name.startswith("__") or _goes_back(node):
        if node.name not in ("__repr__", "__str__", "__hash__"):  # a value is printed in our way
            hint = "Write what it does below, as a function: `def`."
            _refuse(run, f"Our `Value` has no `{node.name}`.", node, hint)
    else:  # made of what ours has
        run.methods[node.name] = function(run, node.name, node)
    return ""


def _goes_back(node: ast.FunctionDef) -> bool:
    """Whether a method is an operation of its own, with a derivative."""
    return any(isinstance(part, ast.Attribute) and part.attr == "_backward" for part in ast.walk(node))


def _refuse(run: Run, message: str, node: ast.AST, hint: str = _HINT) -> NoReturn:
    run.refuse(message, node, hint, UnsupportedError)


def _check_init(run: Run, node: ast.FunctionDef) -> None:
    """Data as given, a grad of 0; what else it notes is for drawing."""
    for statement in body_of(node):
        match statement:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=field)], value=value):
                said = ast.unparse(value)
                wrong = (field == "data" and said not in ("data", "float(data)")) or (
                    field == "grad" and said not in ("0", "0.0")
                )
                if not wrong:
                    continue
                _refuse(run, f"This `Value` begins with other {field} than ours: `{said[:40]}`.", statement)
        _refuse(run, "This `Value.__init__` is not the notebook's.", statement)


# ── operations ──


def _check_operation(run: Run, node: ast.FunctionDef, op: Op, reflected: bool) -> None:
    compared = 0
    try:
        for sample in op.samples:
            a, b = (*sample, 0.0)[:2]
            with suppress(ArithmeticError):  # where Python raises there is nothing to compare
                found = _Reading(node, a, b).read()
                _compare(run, node, op, (b, a) if reflected else (a, b), found, reflected)
                compared += 1
        if not compared:
            raise _Unread
    except _GradIsSet:
        hint = "Write `+=`: a value that is used twice gets two contributions. Or leave the class out."
        _refuse(run, f"This `Value.{node.name}` sets a grad where ours adds to it.", node, hint)
    except (_Unread, ValueError, TypeError):
        _refuse(run, f"This `Value.{node.name}` is not the notebook's, and ours would perhaps do something else.", node)


def _compare(
    run: Run,
    node: ast.FunctionDef,
    op: Op,
    at: tuple[float, float],
    found: tuple[float, Mapping[str, float] | None],
    reflected: bool,
) -> None:
    operands = (*at[: op.arity], *op.defaults)
    value = op.forward(*operands)
    if not _close(found[0], value):
        _refuse(run, f"This `Value.{node.name}` computes {found[0]:.6g} where ours computes {value:.6g} ({_of(op, at)}).", node)
    if (grads := found[1]) is None:
        return
    slopes = op.partials(value, *operands)
    for name, slope in zip(("other", "self") if reflected else ("self", "other"), slopes[: op.arity], strict=False):
        if name == "other" and name not in grads and op.constant:
            continue  # an exponent that is a plain number
        added = grads.get(name)
        if added is None or not _close(added, slope * _UPSTREAM):
            does = "adds nothing" if added is None else f"adds {added:.6g}"
            message = f"This `Value.{node.name}` {does} to the grad of `{name}` where the chain rule adds {slope * _UPSTREAM:.6g}"
            _refuse(run, f"{message} ({_of(op, at)}, out.grad = {_UPSTREAM}).", node)


def _of(op: Op, at: tuple[float, float]) -> str:
    return op.python.format(*(f"{x:g}" for x in at[: op.arity]), *(f"{x:g}" for x in op.defaults))


def _close(x: Any, y: float) -> bool:
    return isinstance(x, (int, float)) and math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12)


class _Unread(Exception):
    """It is written in a way that is not known."""


class _GradIsSet(Exception):
    """`self.grad = …`"""


class _Reading:
    """One method of an operation, read with numbers for `self` and `other`."""

    def __init__(self, node: ast.FunctionDef, a: float, b: float) -> None:
        names = [argument.arg for argument in node.args.args]
        if not 1 <= len(names) <= 2 or node.args.vararg or node.args.kwarg or node.args.kwonlyargs:
            raise _Unread
        self._self, self._other = names[0], names[1] if len(names) == 2 else ""
        self._statements = body_of(node)
        self._locals: dict[str, float] = {}
        self._data = {self._self: a, self._other: b}
        self._out = ""
        self._backward = ""
        self._grads: dict[str, float] = {}

    def read(self) -> tuple[float, Mapping[str, float] | None]:
        """The number, and what is added to grads; None for these where other operations do all of it,
        or where there is no gradient yet, as in the first half of the lecture."""
        *statements, last = self._statements
        for statement in statements:
            self._statement(statement)
        if not isinstance(last, ast.Return) or last.value is None:
            raise _Unread
        if isinstance(last.value, ast.Name) and last.value.id == self._out and self._backward == "set":
            return self._data[self._out], {"self" if name == self._self else "other": x for name, x in self._grads.items()}
        match last.value:
            case ast.Name(id=name) if name == self._out and not self._backward:
                return self._data[name], None
            case ast.Call(func=ast.Name(id="Value"), args=[number, *_]) if not self._out:
                return self._number(number), None
        if self._out:
            raise _Unread
        return self._number(last.value, values=True), None

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assert():
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.IfExp(body=ast.Name(id=same), orelse=ast.Call())) if (
                name == same == self._other and ast.unparse(statement.value).endswith(f"else Value({name})")
            ):
                pass  # a plain number becomes a Value
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="Value"), args=[number, *_])) if (
                not self._out and name not in self._data
            ):
                self._out = name
                self._data[name] = self._number(number)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in self._data:
                self._locals[name] = self._number(value)
            case ast.FunctionDef(name=name) if self._out and not self._backward and not statement.args.args:
                self._backward = name
                for inner in body_of(statement):
                    self._add(inner)
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=out), attr="_backward")], value=ast.Name(id=name)) if (
                out == self._out and name == self._backward
            ):
                self._backward = "set"
            case _:
                raise _Unread

    def _add(self, statement: ast.stmt) -> None:
        match statement:
            case ast.AugAssign(target=ast.Attribute(value=ast.Name(id=name), attr="grad"), op=ast.Add(), value=value) if name in (
                self._self,
                self._other,
            ):
                self._grads[name] = self._grads.get(name, 0.0) + self._number(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in self._data:
                self._locals[name] = self._number(value)
            case ast.Assign(targets=[ast.Attribute(attr="grad")]):
                raise _GradIsSet
            case _:
                raise _Unread

    def _number(self, node: ast.expr, values: bool = False) -> float:
        """The number of an expression; with `values`, names of Values stand for their numbers."""
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name) if name in self._locals:
                return self._locals[name]
            case ast.Name(id=name) if name in self._data and (values or name == self._other):
                return self._data[name]  # an exponent is a plain number
            case ast.Attribute(value=ast.Name(id=name), attr="data") if name in self._data:
                return self._data[name]
            case ast.Attribute(value=ast.Name(id=name), attr="grad") if name and name == self._out:
                return _UPSTREAM
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._number(operand, values)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
                a, b = self._number(left, values), self._number(right, values)
                result = _BINARY[type(operator)](a, b)
                if isinstance(result, complex):
                    raise _Unread
                return float(result)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._number(body if self._number(test, values) else orelse, values)
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _COMPARE:
                return float(_COMPARE[type(operator)](self._number(left, values), self._number(right, values)))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr=name), args=[argument]) if name in _MATH:
                return float(_MATH[name](self._number(argument, values)))
            case ast.Call(func=ast.Name(id=name), args=[left, right]) if name in OPS and (choose := OPS[name].several):
                return float(choose(self._number(left, values), self._number(right, values)))
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=[]) if values and name in OPS and OPS[name].arity == 1:
                return OPS[name].forward(self._number(value, values), *OPS[name].defaults)
        raise _Unread


_BINARY: dict[type[ast.operator], Callable[[float, float], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
}
_MATH: dict[str, Callable[[float], float]] = {
    name: getattr(math, name) for op in OPS.values() if op.arity == 1 for name in op.names_in("math")
}
