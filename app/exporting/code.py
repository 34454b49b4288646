"""A run as a program for somebody else's library: PyTorch, or a micrograd.

Straight-line code, one line a value, in the order in which the run did it: what a loop did is written out. The only text of a
user in it are names, made into safe identifiers.
"""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stepgrad.engine.ops import CALL, OPS, Op
from stepgrad.engine.script import Assign, Backward, Compute, Leaf, script
from stepgrad.engine.trace import Trace

__all__ = ["DialectName", "code", "identifiers"]

DialectName = Literal["torch", "micrograd"]

_LONGEST = 40
_PER_LINE = 8
"""Names in one line of a loop over values."""


def code(trace: Trace, dialect: DialectName = "torch") -> str:
    """The program. It prints data and grad of every named value at its end."""
    names = identifiers(trace)
    return "\n".join([*_DIALECTS[dialect].write(trace, names), ""])


def identifiers(trace: Trace) -> dict[str, str]:
    """A Python name for every node, all different: its label as far as that can be one, else `v` and its number."""
    names: dict[str, str] = {}
    taken = set(_RESERVED)
    for node in trace.nodes:
        base = _safe(node.label)
        name = base or f"v{node.id[1:]}"
        count = 2
        while name in taken:
            name, count = f"{base or 'v' + node.id[1:]}_{count}", count + 1
        taken.add(name)
        names[node.id] = name
    return names


def _safe(label: str) -> str:
    # Python takes identifiers for the same that are the same after NFKC.
    text = unicodedata.normalize("NFKC", label[: 4 * _LONGEST])
    text = re.sub(r"\W+", "_", text).strip("_")[:_LONGEST].strip("_")
    if text[:1].isdigit():
        text = f"v{text}"
    return text if text.isidentifier() else ""


_RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, "torch", "Value", "engine", "float", "print", "name", "value"})


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How one library says things."""

    head: Callable[[Trace], Sequence[str]]
    leaf: str
    label: str
    keep: str
    """What keeps the grad, or the name, of an inner value, where that has to be asked for."""
    keep_unnamed: str
    zero: str
    """The number of a grad."""
    forgotten: str
    forget_note: str
    backward: tuple[str, str]
    """The last pass, and one that others follow."""
    item: str
    grad: str
    number: Callable[[float], str]
    operation: Callable[[Op, Sequence[str]], str]

    def write(self, trace: Trace, names: Mapping[str, str]) -> Iterator[str]:
        yield from self.head(trace)
        before: type | None = None
        for action in script(trace):
            if before is not None and type(action) is not before and not {type(action), before} <= {Leaf, Compute}:
                yield ""
            before = type(action)
            match action:
                case Leaf(node=node, data=data):
                    label = self.label.format(name=names[node.id]) if node.label else ""
                    yield self.leaf.format(name=names[node.id], number=self.number(data), label=label)
                case Compute(node=node):
                    operands = [names[each] for each in node.inputs] + [_literal(param) for param in node.params]
                    line = f"{names[node.id]} = {self.operation(OPS[node.op or ''], operands)}"
                    keep = self.keep if node.label else self.keep_unnamed
                    yield f"{line}; {keep.format(name=names[node.id])}" if keep else line
                case Backward(root=root, forget=forget, again=again):
                    if forget:
                        yield self.forget_note
                        yield from _each([names[each] for each in forget], f"grad = {self.forgotten}")
                    yield self.backward[again].format(name=names[root])
                case Assign(nodes=nodes, field=field, value=value):
                    number = self.zero.format(number=self.number(value))
                    yield from _each([names[each] for each in nodes], f"{field} = {number}")
        yield ""
        yield from self._report([names[node.id] for node in trace.nodes if node.label])

    def _report(self, shown: Sequence[str]) -> Iterator[str]:
        width = max(map(len, shown), default=0)
        for name in shown:
            yield f'print(f"{name:<{width}}  data {{{self.item.format(name=name)}:.6g}}  grad {{{self.grad.format(name=name)}}}")'


def _each(names: Sequence[str], what: str) -> Iterator[str]:
    """One assignment, or a loop of them."""
    if len(names) == 1:
        yield f"{names[0]}.{what}"
        return
    rows = [", ".join(names[i : i + _PER_LINE]) for i in range(0, len(names), _PER_LINE)]
    if len(rows) == 1:
        yield f"for value in ({rows[0]}):"
    else:
        yield "for value in ("
        yield from (f"    {row}," for row in rows)
        yield "):"
    yield f"    value.{what}"


def _literal(number: float) -> str:
    if not math.isfinite(number):
        return f'float("{number}")'
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def _float(number: float) -> str:
    return repr(number) if math.isfinite(number) else f'float("{number}")'


def _method(op: Op, operands: Sequence[str]) -> str:
    """As the notebook's `Value` has it: operators, and methods for the rest."""
    if op.precedence < CALL:
        return op.python.format(*operands)
    return f"{operands[0]}.{op.name}({', '.join(operands[1:])})"


def _lacking(trace: Trace) -> str:
    """The methods that the notebook's class would have to get first."""
    names = dict.fromkeys(node.op for node in trace.nodes if node.op and not OPS[node.op].micrograd)
    return f", with methods for {', '.join(names)}" if names else ""


_DIALECTS: Mapping[DialectName, _Dialect] = {
    "torch": _Dialect(
        head=lambda trace: ("import torch", "", "torch.set_default_dtype(torch.float64)", ""),
        leaf="{name} = torch.tensor({number}, requires_grad=True)",
        label="",
        keep="{name}.retain_grad()",
        keep_unnamed="{name}.retain_grad()",
        zero="torch.tensor({number})",
        forgotten="None",
        forget_note="# the grads in between are computed anew; those of the leaves add up",
        backward=("{name}.backward()", "{name}.backward(retain_graph=True)"),
        item="{name}.item()",
        grad="{name}.grad",
        number=_float,
        operation=lambda op, operands: op.torch.format(*operands),
    ),
    "micrograd": _Dialect(
        head=lambda trace: (f"from stepgrad import Value  # or the notebook's own class{_lacking(trace)}", ""),
        leaf="{name} = Value({number}{label})",
        label=", label='{name}'",
        keep="{name}.label = '{name}'",
        keep_unnamed="",
        zero="{number}",
        forgotten="0.0",
        forget_note="# the grads in between are computed anew; those of the leaves add up",
        backward=("{name}.backward()", "{name}.backward()"),
        item="{name}.data",
        grad="{name}.grad:.6g",
        number=_float,
        operation=_method,
    ),
}
