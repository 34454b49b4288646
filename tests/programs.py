"""Random programs of the language: short, of every operation, the same ones every time.

A new row of the table of operations gets programs of its own and leaves all others as they are, wherever it stands.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS

__all__ = ["program", "programs"]

FIRST = (
    "add", "sub", "mul", "div", "neg", "pow", "exp", "log", "sqrt", "abs", "sin", "cos", "tan", "atan", "tanh", "sigmoid", "relu",
    "leaky_relu", "softplus", "gelu", "silu", "max", "min",
)  # fmt: skip
"""What all programs are made of. Other operations have programs that are made of these and one of them."""
OFTEN = 8
"""How often such an operation is drawn: as often as so many of the first."""
NUMBERS = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 0.1, 1.5, -0.25)
"""Few, so that ties, zeros and the values at which slopes have conventions are met often."""
EXPONENTS = ("2", "3", "-1", "0.5", "0", "1")
ENDINGS = (
    "y.backward()",
    "y.backward()\ny.backward()",
    "y.backward()\na.grad = 0\nb.grad = 0\ny.backward()",
    "y.backward()\na.data -= 0.1 * a.grad\nb.data -= 0.1 * b.grad",
    "y.backward()\na.grad = 0\nz = y * a\nz.backward()",
    "",
)


def program(seed: int | str, names: Sequence[str] = FIRST) -> str:
    """A program of a few inputs and a handful of operations, each result small enough to go on with where that can be had."""
    draw = random.Random(seed)
    lines = [f"{name} = {draw.choice(NUMBERS)}" for name in "abcd"[: draw.randint(2, 4)]]
    known = [line[0] for line in lines]
    for i in range(draw.randint(2, 9)):
        for _ in range(6):
            line = f"v{i} = {_expression(draw, names, known)}"
            if abs(run("\n".join([*lines, line])).nodes[-1].data) <= 20.0:
                break
        lines.append(line)
        known.append(f"v{i}")
    lines.append(f"y = {known[-1]} * {draw.choice(known)}")
    return "\n".join([*lines, draw.choice(ENDINGS)]).rstrip("\n") + "\n"


def _expression(draw: random.Random, names: Sequence[str], known: list[str]) -> str:
    op = OPS[draw.choice(names)]
    operands = [draw.choice(known[-4:]) if draw.random() < 0.7 else draw.choice(known) for _ in range(op.arity)]
    if op.name == "pow" and draw.random() < 0.7:
        operands[1] = f"({draw.choice(EXPONENTS)})"
    if op.defaults and draw.random() < 0.5:
        operands += ["0.2"]
        return f"{op.name}({', '.join(operands)})"
    if draw.random() < 0.15 and op.arity == 2:
        operands[draw.randrange(2)] = str(abs(draw.choice(NUMBERS)))
    return f"({op.python.format(*operands)})"


def programs(count: int = 500) -> list[str]:
    """So many of the first operations, and a few for each of the others."""
    mixed = [program(seed) for seed in range(count)]
    each = max(count // 50, 1)
    later = [name for name in OPS if name not in FIRST]
    return mixed + [program(f"{name} {i}", (*FIRST, *[name] * OFTEN)) for name in later for i in range(each)]
