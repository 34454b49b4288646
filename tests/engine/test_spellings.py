"""What others call an operation: each library's spelling runs, and other people's names get a hint."""

from __future__ import annotations

import pytest

from stepgrad.engine.errors import EngineError
from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS, Op, meant_by

IMPORTS = {
    "math": "import math",
    "np": "import numpy as np",
    "torch": "import torch",
    "torch.special": "import torch",
    "F": "import torch.nn.functional as F",
}
ELSEWHERE = [(op, library, name) for op in OPS.values() for library in IMPORTS for name in op.names_in(library)]
BARE = [(alias.rpartition(".")[2], op) for op in OPS.values() if op.precedence == 9 for alias in op.aliases.split()]


def applied(call: str, op: Op, head: str = "") -> list[str | None]:
    """The operations of a program that makes one call, of values where it is smooth."""
    operands = "\n".join(f"{name} = {x}" for name, x in zip("abc", op.samples[0][: op.arity], strict=False))
    trace = run(f"{head}\n{operands}\ny = {call}\ny.backward()")
    assert trace.nodes[-1].data == op.forward(*op.samples[0])
    return [node.op for node in trace.nodes if node.op]


@pytest.mark.parametrize(("op", "library", "name"), ELSEWHERE, ids=[f"{library}.{name}" for _, library, name in ELSEWHERE])
def test_a_librarys_name_is_the_operation(op: Op, library: str, name: str) -> None:
    call = f"{library}.{name}({', '.join('abc'[: op.arity])})"
    assert applied(call, op, IMPORTS[library]) == [op.name]


@pytest.mark.parametrize("op", OPS.values(), ids=str)
def test_a_row_is_a_function_and_a_method_also_under_pytorchs_names(op: Op) -> None:
    a, *others = "abc"[: op.arity]
    assert applied(f"{op.name}({', '.join([a, *others])})", op) == [op.name]
    for name in (op.name, *op.names_in("torch")):
        assert applied(f"{a}.{name}({', '.join(others)})", op) == [op.name]


def test_functional_in_full_and_imported_names() -> None:
    assert run("import torch\na = 0.5\ny = torch.nn.functional.mish(a)").nodes[-1].op == "mish"
    assert run("from math import cbrt, erf\na = 0.5\ny = erf(cbrt(a))").nodes[-1].op == "erf"
    assert run("from torch.nn.functional import elu\na = 0.5\ny = elu(a)").nodes[-1].op == "elu"


@pytest.mark.parametrize(("word", "op"), [(word, op) for word, op in BARE if word not in OPS], ids=lambda case: str(case))
def test_another_name_gets_a_hint(word: str, op: Op) -> None:
    assert meant_by(word) is op
    with pytest.raises(EngineError) as caught:
        run(f"a = 0.5\ny = {word}(a)")
    assert f"`{op.name}`" in caught.value.hint or f"math.{word}" in caught.value.hint


@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("elu(a)", (1.0,)),
        ("elu(a, 0.5)", (0.5,)),
        ("a.elu(alpha=0.5)", (0.5,)),
        ("F.elu(a, alpha=0.5)", (0.5,)),
        ("F.leaky_relu(a, negative_slope=0.2)", (0.2,)),
        ("F.hardtanh(a)", (-1.0, 1.0)),
        ("F.hardtanh(a, -2)", (-2.0, 1.0)),
        ("F.hardtanh(a, max_val=6.0, min_val=0.0)", (0.0, 6.0)),
        ("hardtanh(a, -2, 3)", (-2.0, 3.0)),
    ],
)
def test_parameters_are_given_in_order_or_by_pytorchs_names(call: str, params: tuple[float, ...]) -> None:
    trace = run(f"import torch.nn.functional as F\na = 0.5\ny = {call}")
    assert trace.nodes[-1].params == params


def test_a_parameter_that_is_not_known_is_refused_in_our_language_and_passed_over_in_pytorchs() -> None:
    with pytest.raises(EngineError, match="takes no `beta=` here") as caught:
        run("a = 0.5\ny = elu(a, beta=2.0)")
    assert caught.value.hint == "It takes `alpha=`."
    (notice,) = run("import torch.nn.functional as F\na = 0.5\nb = a * 2\ny = F.relu(a, inplace=True)").warnings
    assert "torch" in notice.message


def test_of_integers_a_square_is_an_integer() -> None:
    assert run("print(square(3), square(-1.5), pow(2, 3))\na = 1.0").printed == ("9 2.25 8",)
