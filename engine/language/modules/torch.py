"""PyTorch of single numbers: `torch.tensor(2.0, requires_grad=True)` is a `Value`, one that takes no gradient a plain number.

So the lecture's PyTorch cell runs, and what we export as PyTorch. Tensors of more numbers are not run here: a line that needs one
is passed over.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, method
from stepgrad.engine.language.leaving import Skip
from stepgrad.engine.language.modules.math import CONSTANTS
from stepgrad.engine.language.modules.random import SEED
from stepgrad.engine.language.objects import Builtin, Module, is_number, value_of
from stepgrad.engine.language.operations import BUILTINS
from stepgrad.engine.ops import OPS, Op

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["METHODS", "NO_GRAD", "TORCH"]

NO_GRAD = Module("torch.no_grad()", {})
"""What `with` opens where `w -= …` changes the number, not the graph."""


def _operations(library: str) -> dict[str, Builtin]:
    """The operations of the table under the names that a part of PyTorch has for them."""
    return {name: _operation(name, op) for op in OPS.values() for name in op.names_in(library)}


def _operation(name: str, op: Op) -> Builtin:
    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        if not keywords.keys() <= set(op.keywords) or not all(is_number(thing) for thing in arguments):
            raise Skip("torch")
        return BUILTINS[op.name].call(run, node, arguments, keywords)

    return Builtin(name, call)


def _made(run: Run, number: float, keywords: Keywords, node: ast.AST) -> Any:
    """A tensor of one number. What takes no gradient stays plain, so that it can be assigned to `.data` and `.grad`."""
    if keywords.get("requires_grad"):
        return run.recorder.leaf(number, "constant", node)
    return number


def _tensor(name: str) -> Builtin:
    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        if len(arguments) != 1:
            raise Skip("torch")
        thing = arguments[0]
        for _ in range(run.limits.nesting):  # a tensor of one number in brackets, as the lecture has it
            if not isinstance(thing, (list, tuple)) or len(thing) != 1:
                break
            thing = thing[0]
        if not is_number(thing, truth=True):
            raise Skip("torch")
        return _made(run, float(need.plain(run, thing, node)), keywords, node)

    return Builtin(name, call)


def _filled(name: str, draw: Callable[[Run], float]) -> Builtin:
    """zeros, ones, rand, randn: of one number."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        sizes = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], (list, tuple)) else arguments
        if any(need.unwrapped(size) != 1 for size in sizes):
            raise Skip("torch")
        return _made(run, draw(run), keywords, node)

    return Builtin(name, call)


def _nothing(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    """`set_default_dtype`, `set_printoptions`: numbers are doubles here, and printed in full."""


_functional = Module("torch", _operations("F"), partial=True)
TORCH = Module(
    "torch",
    {
        **_operations("torch"),
        **{name: _tensor(name) for name in ("tensor", "Tensor", "FloatTensor", "DoubleTensor", "as_tensor", "scalar_tensor")},
        "zeros": _filled("zeros", lambda run: 0.0),
        "ones": _filled("ones", lambda run: 1.0),
        "rand": _filled("rand", lambda run: run.random.random()),
        "randn": _filled("randn", lambda run: run.random.gauss(0.0, 1.0)),
        "manual_seed": SEED,
        "set_default_dtype": Builtin("set_default_dtype", _nothing),
        "set_printoptions": Builtin("set_printoptions", _nothing),
        "no_grad": Builtin("no_grad", lambda run, node, arguments, keywords: NO_GRAD),
        "nn": Module("torch", {"functional": _functional}, partial=True),
        "special": Module("torch", _operations("torch.special"), partial=True),
        **dict.fromkeys(("float", "float32", "float64", "double"), "torch.float64"),
        **CONSTANTS,
    },
    partial=True,
)
"""What it does not name here is passed over."""


# ── what tensors can do beside operations ──


def _same(run: Run, node: ast.AST, holder: Any, *_: Any) -> Any:
    return holder


def _plain(run: Run, node: ast.AST, holder: Any) -> Any:
    value = value_of(holder)
    return holder if value is None else value.data


def _zero(run: Run, node: ast.Call, holder: Any) -> None:
    """`w.grad.zero_()`: the number was read off the graph, and what it was read from is to change."""
    match node.func:
        case ast.Attribute(value=ast.Attribute(value=owner, attr="grad")) if (value := value_of(run.evaluate(owner))) is not None:
            run.recorder.assign(value, "grad", 0.0)
        case _:
            run.refuse("`zero_()` is for a gradient.", node, "Such as `w.grad.zero_()`.")


METHODS = {
    **{name: method(name, 0, 1, _same) for name in ("double", "float", "requires_grad_", "retain_grad", "clone", "cpu", "to")},
    **{name: method(name, 0, 0, _plain) for name in ("detach", "numpy", "tolist")},
    "zero_": method("zero_", 0, 0, _zero),
}
