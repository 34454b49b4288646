"""The one table of operations.

A row says everything the project knows about one differentiable operation: how to compute it, its local derivatives, how it
is written, and what it is made of. The language, the pictures, the formulas, the reference page and the tests read this
table; adding an operation is adding a row.

Values are IEEE doubles, and the functions here never raise: where Python's `math` would, they answer as IEEE 754 and PyTorch
do (`log(0)` is -inf, `0 ** -1` is inf, `(-2) ** 0.5` is nan). Derivatives at a kink follow PyTorch and are named in `note`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stepgrad.engine import kernels

__all__ = ["MICROGRAD", "OPS", "Op"]


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One differentiable operation on real numbers.

    `forward(*operands)` computes it. `partials(out, *operands)` gives the local derivatives ∂out/∂operand, one per operand.
    Operands are the inputs, then the plain-number `params` of the node (the 2 of `a ** 2`), which take no gradient.
    """

    name: str
    arity: int
    symbol: str
    """What its circle shows."""
    forward: Callable[..., float]
    partials: Callable[..., tuple[float, ...]]
    formula: str
    """The rule in one line of plain text, with a and b for the operands."""
    latex: tuple[str, tuple[str, ...]]
    """LaTeX of the result and of each local derivative; {0}, {1} are the operands, {out} the result."""
    torch: str
    """The same in PyTorch, as a format string."""
    samples: tuple[tuple[float, ...], ...]
    """Operands where it is smooth, for gradient checks and documentation."""
    python: str = ""
    """The same in Python and in our language; by default a call of its name."""
    precedence: int = 9
    """How tightly it binds when written out, as in Python: 1 sum, 2 product, 3 sign, 4 power, 9 call."""
    defaults: tuple[float, ...] = ()
    """Parameters it has when the program gives none."""
    expand: Callable[..., Any] | None = None
    """The same from simpler operations, for anything that has operators and the table's methods."""
    gate: bool = False
    """A local derivative of 0 lets nothing through, not even inf or nan: PyTorch masks instead of multiplying."""
    note: str = ""
    """A convention worth saying aloud."""

    def __post_init__(self) -> None:
        if not self.python:
            operands = ", ".join(f"{{{i}}}" for i in range(self.arity))
            object.__setattr__(self, "python", f"{self.name}({operands})")

    def term(self, local: float, upstream: float) -> float:
        """The chain-rule term: what a value adds to the grad of an input, local derivative × upstream gradient.

        A gate's local derivative of 0 stops everything: 0 × inf would be nan, and PyTorch masks instead of multiplying.
        """
        return 0.0 if self.gate and local == 0.0 else local * upstream

    def __repr__(self) -> str:
        return f"<Op {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Op], tuple[str]]:
        return (_row, (self.name,))


def _row(name: str) -> Op:
    return OPS[name]


def _tanh_from_exp(a: Any) -> Any:
    e = (2 * a).exp()
    return (e - 1) / (e + 1)


_TABLE = (
    # ── arithmetic ──
    Op("add", 2, "+",
       forward=lambda a, b: a + b,
       partials=lambda out, a, b: (1.0, 1.0),
       formula="a + b", python="{0} + {1}", precedence=1,
       latex=("{0} + {1}", ("1", "1")),
       torch="{0} + {1}",
       samples=((2.0, -3.0), (0.0, 1.5))),
    Op("sub", 2, "−",
       forward=lambda a, b: a - b,
       partials=lambda out, a, b: (1.0, -1.0),
       formula="a − b", python="{0} - {1}", precedence=1,
       latex=("{0} - {1}", ("1", "-1")),
       torch="{0} - {1}",
       expand=lambda a, b: a + b * -1,
       samples=((2.0, -3.0), (0.0, 1.5))),
    Op("mul", 2, "×",
       forward=lambda a, b: a * b,
       partials=lambda out, a, b: (b, a),
       formula="a · b", python="{0} * {1}", precedence=2,
       latex=(r"{0} \cdot {1}", ("{1}", "{0}")),
       torch="{0} * {1}",
       samples=((2.0, -3.0), (0.0, 1.5))),
    Op("div", 2, "÷",
       forward=kernels.div,
       partials=lambda out, a, b: (kernels.div(1.0, b), -kernels.div(out, b)),
       formula="a / b", python="{0} / {1}", precedence=2,
       latex=(r"\frac{{{0}}}{{{1}}}", (r"\frac{{1}}{{{1}}}", r"-\frac{{{0}}}{{{1}^2}}")),
       torch="{0} / {1}",
       expand=lambda a, b: a * b ** -1,
       samples=((2.0, -3.0), (0.0, 1.5)),
       note="Division by zero gives inf, -inf or nan, as IEEE 754 says."),
    Op("neg", 1, "−",
       forward=lambda a: -a,
       partials=lambda out, a: (-1.0,),
       formula="−a", python="-{0}", precedence=3,
       latex=("-{0}", ("-1",)),
       torch="-{0}",
       expand=lambda a: a * -1,
       samples=((2.0,), (-1.5,))),
    Op("pow", 2, "**",
       forward=kernels.pow,
       partials=kernels.pow_partials,
       formula="aᵇ", python="{0} ** {1}", precedence=4,
       latex=("{0}^{{{1}}}", (r"{1} \cdot {0}^{{{1} - 1}}", r"{0}^{{{1}}} \cdot \ln {0}")),
       torch="{0} ** {1}",
       samples=((2.0, 3.0), (1.5, -0.5)),
       note="A negative number to a fractional power is nan, and so is its slope by the exponent, as in PyTorch."),
    # ── exponentials and roots ──
    Op("exp", 1, "exp",
       forward=kernels.exp,
       partials=lambda out, a: (out,),
       formula="eᵃ",
       latex=("e^{{{0}}}", ("e^{{{0}}}",)),
       torch="torch.exp({0})",
       samples=((0.5,), (-2.0,))),
    Op("log", 1, "log",
       forward=kernels.log,
       partials=lambda out, a: (kernels.div(1.0, a),),
       formula="ln a",
       latex=(r"\ln {0}", (r"\frac{{1}}{{{0}}}",)),
       torch="torch.log({0})",
       samples=((0.5,), (3.0,)),
       note="The natural logarithm. log(0) is -inf; of a negative number it is nan."),
    Op("sqrt", 1, "√",
       forward=kernels.sqrt,
       partials=lambda out, a: (kernels.div(1.0, 2.0 * out),),
       formula="√a",
       latex=(r"\sqrt{{{0}}}", (r"\frac{{1}}{{2 \sqrt{{{0}}}}}",)),
       torch="torch.sqrt({0})",
       expand=lambda a: a ** 0.5,
       samples=((0.5,), (4.0,)),
       note="Of a negative number it is nan; its slope at 0 is inf."),
    Op("abs", 1, "abs",
       forward=abs,
       partials=lambda out, a: (kernels.sign(a),),
       formula="|a|",
       latex=(r"\left| {0} \right|", (r"\operatorname{{sign}} {0}",)),
       torch="torch.abs({0})",
       samples=((0.5,), (-4.0,)),
       note="At 0 the slope is taken as 0, as PyTorch does."),
    # ── trigonometry ──
    Op("sin", 1, "sin",
       forward=kernels.sin,
       partials=lambda out, a: (kernels.cos(a),),
       formula="sin a",
       latex=(r"\sin {0}", (r"\cos {0}",)),
       torch="torch.sin({0})",
       samples=((0.5,), (-2.0,))),
    Op("cos", 1, "cos",
       forward=kernels.cos,
       partials=lambda out, a: (-kernels.sin(a),),
       formula="cos a",
       latex=(r"\cos {0}", (r"-\sin {0}",)),
       torch="torch.cos({0})",
       samples=((0.5,), (-2.0,))),
    Op("tan", 1, "tan",
       forward=kernels.tan,
       partials=lambda out, a: (1.0 + out * out,),
       formula="tan a",
       latex=(r"\tan {0}", (r"1 + \tan^2 {0}",)),
       torch="torch.tan({0})",
       expand=lambda a: a.sin() / a.cos(),
       samples=((0.5,), (-1.0,))),
    Op("atan", 1, "atan",
       forward=math.atan,
       partials=lambda out, a: (1.0 / (1.0 + a * a),),
       formula="arctan a",
       latex=(r"\arctan {0}", (r"\frac{{1}}{{1 + {0}^2}}",)),
       torch="torch.atan({0})",
       samples=((0.5,), (-2.0,))),
    # ── activations ──
    Op("tanh", 1, "tanh",
       forward=math.tanh,
       partials=lambda out, a: (1.0 - out * out,),
       formula="(e²ᵃ − 1) / (e²ᵃ + 1)",
       latex=(r"\tanh {0}", (r"1 - {out}^2",)),
       torch="torch.tanh({0})",
       expand=_tanh_from_exp,
       samples=((0.5,), (-2.0,))),
    Op("sigmoid", 1, "σ",
       forward=kernels.sigmoid,
       partials=lambda out, a: (out * (1.0 - out),),
       formula="1 / (1 + e⁻ᵃ)",
       latex=(r"\sigma({0})", (r"{out} \cdot (1 - {out})",)),
       torch="torch.sigmoid({0})",
       expand=lambda a: 1 / (1 + (-a).exp()),
       samples=((0.5,), (-2.0,))),
    Op("relu", 1, "ReLU",
       forward=lambda a: 0.0 if a < 0.0 else a,
       partials=lambda out, a: (0.0 if a <= 0.0 else 1.0,), gate=True,
       formula="a if a > 0 else 0",
       latex=(r"\operatorname{{relu}}({0})", (r"\left[ {0} > 0 \right]",)),
       torch="torch.relu({0})",
       samples=((0.5,), (-2.0,)),
       note="At exactly 0 the slope is taken as 0, as PyTorch does."),
    Op("leaky_relu", 1, "LReLU",
       forward=lambda a, slope: a if a > 0.0 else slope * a,
       partials=lambda out, a, slope: (1.0 if a > 0.0 else slope,),
       formula="a if a > 0 else 0.01 · a",
       latex=(r"\operatorname{{lrelu}}({0})", (r"1 \text{{ if }} {0} > 0 \text{{ else }} {1}",)),
       torch="torch.nn.functional.leaky_relu({0}, {1})",
       defaults=(0.01,),
       samples=((0.5, 0.01), (-2.0, 0.01)),
       note="The negative side has slope 0.01 unless a second number is given; at exactly 0 too, as PyTorch does."),
    Op("softplus", 1, "softplus",
       forward=kernels.softplus,
       partials=lambda out, a: (1.0 if a > 20.0 else kernels.sigmoid(a),),
       formula="ln(1 + eᵃ)",
       latex=(r"\ln(1 + e^{{{0}}})", (r"\sigma({0})",)),
       torch="torch.nn.functional.softplus({0})",
       expand=lambda a: (1 + a.exp()).log(),
       samples=((0.5,), (-2.0,)),
       note="Above 20 it is a itself, as PyTorch has it."),
    Op("gelu", 1, "GELU",
       forward=lambda a: a * kernels.normal_cdf(a),
       partials=lambda out, a: (kernels.gelu_slope(a),),
       formula="a · ½(1 + erf(a / √2))",
       latex=(r"{0} \cdot \Phi({0})", (r"\Phi({0}) + {0} \cdot \varphi({0})",)),
       torch="torch.nn.functional.gelu({0})",
       samples=((0.5,), (-2.0,)),
       note="The exact form, with erf; Φ and φ are the normal distribution and its density."),
    Op("silu", 1, "SiLU",
       forward=lambda a: a * kernels.sigmoid(a),
       partials=lambda out, a: (kernels.silu_slope(a),),
       formula="a · σ(a)",
       latex=(r"{0} \cdot \sigma({0})", (r"\sigma({0}) \cdot (1 + {0} \cdot (1 - \sigma({0})))",)),
       torch="torch.nn.functional.silu({0})",
       expand=lambda a: a * a.sigmoid(),
       samples=((0.5,), (-2.0,))),
    # ── choice ──
    Op("max", 2, "max",
       forward=kernels.maximum,
       partials=kernels.maximum_partials, gate=True,
       formula="the larger of a and b",
       latex=(r"\max({0}, {1})", (r"H({0} - {1})", r"H({1} - {0})")),
       torch="torch.maximum({0}, {1})",
       samples=((2.0, -3.0), (0.0, 1.5)),
       note="H is 1 above 0, 0 below and ½ at 0: in a tie each side takes half of the gradient, as PyTorch does."),
    Op("min", 2, "min",
       forward=kernels.minimum,
       partials=kernels.minimum_partials, gate=True,
       formula="the smaller of a and b",
       latex=(r"\min({0}, {1})", (r"H({1} - {0})", r"H({0} - {1})")),
       torch="torch.minimum({0}, {1})",
       samples=((2.0, -3.0), (0.0, 1.5)),
       note="H is 1 above 0, 0 below and ½ at 0: in a tie each side takes half of the gradient, as PyTorch does."),
)  # fmt: skip

OPS: dict[str, Op] = {op.name: op for op in _TABLE}

MICROGRAD = frozenset({"sub", "div", "neg"})
"""What micrograd has no operation for and builds from +, × and **."""
