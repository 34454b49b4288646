"""Reverse-mode differentiation: the chain rule, told term by term, and the same without the telling.

Every value v = op(x, y, …) sends each of its inputs ∂v/∂input × ∂root/∂v, and an input that is used in several places adds up
what it is sent. Visiting the values in the reverse of their order of evaluation makes sure that ∂root/∂v is complete before it
is passed on. (Baydin et al., Automatic Differentiation in Machine Learning: a Survey, JMLR 18, 2018, §3.2.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from stepgrad.engine.graph import by_birth
from stepgrad.engine.ops import ADD, MUL

if TYPE_CHECKING:
    from stepgrad.engine.ops import Op
    from stepgrad.engine.value import Value

__all__ = ["Contribution", "Pass", "backward", "contributions", "seed", "send_back"]


class Contribution(NamedTuple):
    """One term of the chain rule: `node` adds `upstream × local` to the grad of its input number `slot`."""

    node: Value
    slot: int
    upstream: float
    local: float
    term: float
    before: float
    after: float


def seed(root: Value) -> list[Value]:
    """Start a backward pass: forget the inner grads under `root`, set its own to 1; return the operations to visit, in order.

    Leaves keep their grads: passes accumulate there, as in PyTorch. That goes for a root that is itself a leaf, too.
    """
    if not root.inputs:
        root.grad += 1.0
        return []
    fresh = float()  # an object of its own: "has this very zero" means "already found", which is cheaper than a set
    root.grad = fresh
    order = [root]
    found = order.append
    for value in order:  # grows while it is walked
        inputs = value.inputs
        if len(inputs) == 2:  # written out: most have two, and a loop costs as much as what it does
            a, b = inputs
            if a.op is not None and a.grad is not fresh:
                a.grad = fresh
                found(a)
            if b.op is not None and b.grad is not fresh:
                b.grad = fresh
                found(b)
        else:
            for a in inputs:
                if a.op is not None and a.grad is not fresh:
                    a.grad = fresh
                    found(a)
    order.sort(key=by_birth, reverse=True)
    root.grad = 1.0
    return order


class Pass:
    """One backward pass that was run: its terms, in the order in which they were added.

    They are kept as plain numbers and told when somebody asks: a training loop adds hundreds of thousands that nobody looks at.
    """

    __slots__ = ("befores", "locals", "order", "upstreams")

    order: Sequence[Value]
    """The operations that were visited."""

    def __init__(self, order: list[Value], upstreams: list[float], locals_: list[float], befores: list[float]) -> None:
        self.order = order
        self.upstreams = upstreams
        self.locals = locals_
        self.befores = befores

    def __len__(self) -> int:
        return len(self.locals)

    def __iter__(self) -> Iterator[Contribution]:
        noted = zip(self.locals, self.befores, strict=True)
        for node, upstream in zip(self.order, self.upstreams, strict=True):
            op: Op = node.op  # type: ignore[assignment]  # seed returns operations only
            for slot in range(len(node.inputs)):
                local, before = next(noted)
                term = op.term(local, upstream)
                yield Contribution(node, slot, upstream, local, term, before, before + term)


def contributions(root: Value) -> Pass:
    """Run one backward pass and keep each chain-rule term as it is added."""
    return send_back(seed(root))


def send_back(order: list[Value]) -> Pass:
    """Let each of these operations add its terms to the grads of its inputs, from its own grad as it is by then."""
    upstreams: list[float] = []
    locals_: list[float] = []
    befores: list[float] = []
    for node in order:
        op: Op = node.op  # type: ignore[assignment]  # operations only
        inputs, upstream = node.inputs, node.grad
        upstreams.append(upstream)
        for local, child in zip(op.partials(node.data, *[child.data for child in inputs], *node.params), inputs, strict=False):
            locals_.append(local)
            before = child.grad
            befores.append(before)
            child.grad = before + op.term(local, upstream)
    return Pass(order, upstreams, locals_, befores)


def backward(root: Value) -> None:
    """Run one backward pass: the numbers of `contributions`, bit for bit, without a record of each term.

    This is the loop that training spends its time in, so it is written out for sums and products, and for one and two inputs.
    A property test holds the two together.
    """
    add, mul = ADD, MUL
    for node in seed(root):
        op: Op = node.op  # type: ignore[assignment]  # seed returns operations only
        inputs, upstream = node.inputs, node.grad
        if op is add:
            a, b = inputs
            a.grad += upstream
            b.grad += upstream
        elif op is mul:
            a, b = inputs
            a.grad += b.data * upstream
            b.grad += a.data * upstream
        elif op.gate:
            partials = op.partials(node.data, *[child.data for child in inputs], *node.params)
            for local, child in zip(partials, inputs, strict=False):
                if local != 0.0:
                    child.grad += local * upstream
        elif len(inputs) == 2:
            a, b = inputs
            by_a, by_b = op.partials(node.data, a.data, b.data)
            a.grad += by_a * upstream
            b.grad += by_b * upstream
        elif node.params:
            (a,) = inputs
            a.grad += op.partials(node.data, a.data, *node.params)[0] * upstream
        else:
            (a,) = inputs
            a.grad += op.partials(node.data, a.data)[0] * upstream
