"""Reverse-mode differentiation: the chain rule, told term by term, and the same without the telling.

Every value v = op(x, y, …) sends each of its inputs ∂v/∂input × ∂root/∂v, and an input that is used in several places adds up
what it is sent. Visiting the values in the reverse of their order of evaluation makes sure that ∂root/∂v is complete before it
is passed on. (Baydin et al., Automatic Differentiation in Machine Learning: a Survey, JMLR 18, 2018, §3.2.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from engine.graph import by_birth

if TYPE_CHECKING:
    from engine.ops import Op
    from engine.value import Value

__all__ = ["Contribution", "backward", "contributions", "seed"]


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
    for value in order:  # grows while it is walked
        for child in value.inputs:
            if child.inputs and child.grad is not fresh:
                child.grad = fresh
                order.append(child)
    order.sort(key=by_birth, reverse=True)
    root.grad = 1.0
    return order


def contributions(root: Value) -> Iterator[Contribution]:
    """Run one backward pass and yield each chain-rule term as it is added."""
    for node in seed(root):
        op: Op = node.op  # type: ignore[assignment]  # seed returns operations only
        upstream = node.grad
        partials = op.partials(node.data, *[child.data for child in node.inputs], *node.params)
        for slot, child in enumerate(node.inputs):
            local = partials[slot]
            term = 0.0 if op.gate and local == 0.0 else local * upstream
            before = child.grad
            child.grad = before + term
            yield Contribution(node, slot, upstream, local, term, before, child.grad)


def backward(root: Value) -> None:
    """Run one backward pass: the numbers of `contributions`, bit for bit, without a record of each term.

    This is the loop that training spends its time in, so it is written out for one and two inputs. A property test holds
    the two together.
    """
    for node in seed(root):
        op: Op = node.op  # type: ignore[assignment]  # seed returns operations only
        inputs, upstream = node.inputs, node.grad
        if op.gate:
            partials = op.partials(node.data, *[child.data for child in inputs], *node.params)
            for local, child in zip(partials, inputs, strict=False):
                if local != 0.0:
                    child.grad += local * upstream
        elif len(inputs) == 2:
            a, b = inputs
            by_a, by_b = op.partials(node.data, a.data, b.data)
            a.grad += by_a * upstream
            b.grad += by_b * upstream
        else:
            (a,) = inputs
            a.grad += op.partials(node.data, a.data, *node.params)[0] * upstream
