"""The one table of operations.

A row says everything the project knows about one differentiable operation: how to compute it, its local derivatives, how it
is written here and elsewhere, where it has kinks, and what it is made of. The language, the pictures, the sentences, the browser
and the tests read this table; adding an operation is adding a row (docs/adding-an-operation.md).

Values are IEEE doubles, and the functions here never raise: where Python's `math` would, they answer as IEEE 754 and PyTorch
do (`log(0)` is -inf, `0 ** -1` is inf, `(-2) ** 0.5` is nan). Derivatives at a kink follow PyTorch and are named in `note`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stepgrad.engine import kernels

__all__ = ["ADD", "CALL", "DIV", "MICROGRAD", "MUL", "NEG", "OPS", "POW", "SUB", "Op", "meant_by"]

CALL = 9
"""The precedence of what is written as a call, and needs no brackets around it."""


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
    js: tuple[str, ...]
    """The same in JavaScript: the result, then each local derivative, of the operands a, b, … and the result `out`. What
    JavaScript's `Math` lacks is in static/js/kernels.js."""
    samples: tuple[tuple[float, ...], ...]
    """Operands where it is smooth, and between them too: for gradient checks and documentation."""

    python: str = ""
    """The same in Python and in our language; by default a call of its name."""
    precedence: int = CALL
    """How tightly it binds when written out, as in Python: 1 sum, 2 product, 3 sign, 4 power, 9 call."""
    method: str = ""
    """Python's special method for it."""
    micrograd: str = ""
    """How the notebook's `Value` calls it, if it knows it."""
    aliases: str = ""
    """What others call it. As a library has it (`math.`, `np.`, `torch.`, `torch.special.`, `F.` for torch.nn.functional) it runs
    here, too; a bare name is only understood, for a hint."""

    defaults: tuple[float, ...] = ()
    """Parameters it has when the program gives none."""
    keywords: tuple[str, ...] = ()
    """PyTorch's names for them."""
    constant: bool = False
    """Its last operand may be a plain number outside the graph: the 2 of `a ** 2`."""
    exact: Callable[..., int | None] | None = None
    """What it makes of integers, where that is an integer."""
    several: Callable[..., Any] | None = None
    """Python's function of its name that takes more than two, a list or a key. Ours goes two by two, from the left."""

    expand: Callable[..., Any] | None = None
    """The same from simpler operations, for anything that has operators and the table's methods."""
    gate: bool = False
    """A local derivative of 0 lets nothing through, not even inf or nan: PyTorch masks instead of multiplying."""
    kinks: tuple[float, ...] | Callable[..., float] = ()
    """Where it has a kink, a jump or a pole: operands, or a function that says on which side of them its operands are."""
    squash: float = 0.0
    """The steepest slope of what is flat far out. With a hundredth of it, it is called saturated."""
    scales: bool = False
    """Its slopes are as large or small as its operands are, and nothing is wrong with that."""
    activation: bool = False
    """What makes a sum of products a neuron, whoever wrote it."""
    inline: tuple[str, ...] = ()
    """Python for compile.py, where that costs less than a call: the result, then {g} × each local derivative."""
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

    def side(self, *operands: float) -> float:
        """Operands → a number that is another one on the other side of a kink."""
        if callable(self.kinks):
            return self.kinks(*operands)
        return sum(kernels.sign(operands[0] - kink) for kink in self.kinks)

    def names_in(self, library: str) -> list[str]:
        """What it is called in a library, such as `np`; with an empty one, the bare names that people know it by."""
        split = (alias.rpartition(".") for alias in self.aliases.split())
        return [name for where, _, name in split if where == library]

    def given(self, params: tuple[Any, ...]) -> tuple[Any, ...]:
        """All its parameters, of which the first are given."""
        return (*params, *self.defaults[len(params) :])

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
       formula="a + b", python="{0} + {1}", precedence=1, method="__add__", micrograd="+",
       latex=("{0} + {1}", ("1", "1")),
       torch="{0} + {1}",
       js=("a + b", "1", "1"), inline=("{0} + {1}", "{g}", "{g}"), exact=lambda a, b: a + b,
       aliases="np.add torch.add",
       samples=((2.0, -3.0), (0.0, 1.5))),
    Op("sub", 2, "−",
       forward=lambda a, b: a - b,
       partials=lambda out, a, b: (1.0, -1.0),
       formula="a − b", python="{0} - {1}", precedence=1, method="__sub__", micrograd="-",
       latex=("{0} - {1}", ("1", "-1")),
       torch="{0} - {1}",
       expand=lambda a, b: a + b * -1,
       js=("a - b", "1", "-1"), inline=("{0} - {1}", "{g}", "-{g}"), exact=lambda a, b: a - b,
       aliases="np.subtract torch.sub torch.subtract",
       samples=((2.0, -3.0), (0.0, 1.5))),
    Op("mul", 2, "×",
       forward=lambda a, b: a * b,
       partials=lambda out, a, b: (b, a),
       formula="a · b", python="{0} * {1}", precedence=2, method="__mul__", micrograd="*",
       latex=(r"{0} \cdot {1}", ("{1}", "{0}")),
       torch="{0} * {1}",
       js=("a * b", "b", "a"), inline=("{0} * {1}", "{1} * {g}", "{0} * {g}"), exact=lambda a, b: a * b,
       aliases="np.multiply torch.mul torch.multiply", scales=True,
       samples=((2.0, -3.0), (0.0, 1.5))),
    Op("div", 2, "÷",
       forward=kernels.div,
       partials=lambda out, a, b: (kernels.div(1.0, b), -kernels.div(out, b)),
       formula="a / b", python="{0} / {1}", precedence=2, method="__truediv__", micrograd="/",
       latex=(r"\frac{{{0}}}{{{1}}}", (r"\frac{{1}}{{{1}}}", r"-\frac{{{0}}}{{{1}^2}}")),
       torch="{0} / {1}",
       expand=lambda a, b: a * b ** -1,
       js=("a / b", "1 / b", "-(out / b)"), kinks=lambda a, b: kernels.sign(b), scales=True,
       aliases="np.divide np.true_divide torch.div torch.divide torch.true_divide",
       samples=((2.0, -3.0), (0.0, 1.5)),
       note="Division by zero gives inf, -inf or nan, as IEEE 754 says."),
    Op("neg", 1, "−",
       forward=lambda a: -a,
       partials=lambda out, a: (-1.0,),
       formula="−a", python="-{0}", precedence=3, method="__neg__", micrograd="-",
       latex=("-{0}", ("-1",)),
       torch="-{0}",
       expand=lambda a: a * -1,
       js=("-a", "-1"), inline=("-{0}", "-{g}"), exact=lambda a: -a,
       aliases="np.negative torch.neg torch.negative",
       samples=((2.0,), (-1.5,))),
    Op("pow", 2, "**",
       forward=kernels.pow,
       partials=kernels.pow_partials,
       formula="aᵇ", python="{0} ** {1}", precedence=4, method="__pow__", micrograd="**",
       latex=("{0}^{{{1}}}", (r"{1} \cdot {0}^{{{1} - 1}}", r"{0}^{{{1}}} \cdot \ln {0}")),
       torch="{0} ** {1}",
       js=("kernels.pow(a, b)", "b === 0 ? 0 : b * kernels.pow(a, b - 1)", "a === 0 && b >= 0 ? 0 : out * Math.log(a)"),
       aliases="math.pow np.power np.pow torch.pow", constant=True, exact=kernels.whole_power, kinks=kernels.power_side,
       samples=((2.0, 3.0), (1.5, -0.5)),
       note="A negative number to a fractional power is nan, and so is its slope by the exponent, as in PyTorch."),
    Op("square", 1, "square",
       forward=lambda a: a * a,
       partials=lambda out, a: (2.0 * a,),
       formula="a²",
       latex=("{0}^2", (r"2 \cdot {0}",)),
       torch="torch.square({0})",
       js=("a * a", "2 * a"), exact=lambda a: a * a, scales=True,
       aliases="np.square torch.square",
       expand=lambda a: a * a,
       samples=((0.5,), (-2.0,))),
    Op("reciprocal", 1, "1/x",
       forward=lambda a: kernels.div(1.0, a),
       partials=lambda out, a: (-out * out,),
       formula="1 / a",
       latex=(r"\frac{{1}}{{{0}}}", ("-{out}^2",)),
       torch="torch.reciprocal({0})",
       js=("1 / a", "-out * out"), kinks=(0.0,), scales=True,
       aliases="np.reciprocal torch.reciprocal",
       expand=lambda a: a ** -1,
       samples=((0.5,), (4.0,)),
       note="At 0 it is inf, at -0 it is -inf; its slope there is -inf."),
    # ── exponentials and roots ──
    Op("exp", 1, "exp",
       forward=kernels.exp,
       partials=lambda out, a: (out,),
       formula="eᵃ",
       latex=("e^{{{0}}}", ("e^{{{0}}}",)),
       torch="torch.exp({0})",
       js=("Math.exp(a)", "out"), inline=("f_exp({0})", "{out} * {g}"),
       aliases="math.exp np.exp torch.exp", micrograd="exp",
       samples=((0.5,), (-2.0,))),
    Op("expm1", 1, "expm1",
       forward=kernels.expm1,
       partials=lambda out, a: (kernels.exp(a),),
       formula="eᵃ − 1",
       latex=("e^{{{0}}} - 1", ("e^{{{0}}}",)),
       torch="torch.expm1({0})",
       js=("Math.expm1(a)", "Math.exp(a)"),
       aliases="math.expm1 np.expm1 torch.expm1 torch.special.expm1",
       expand=lambda a: a.exp() - 1,
       samples=((0.5,), (-2.0,)),
       note="Precise near 0, where eᵃ − 1 loses its digits."),
    Op("log", 1, "log",
       forward=kernels.log,
       partials=lambda out, a: (kernels.div(1.0, a),),
       formula="ln a",
       latex=(r"\ln {0}", (r"\frac{{1}}{{{0}}}",)),
       torch="torch.log({0})",
       js=("Math.log(a)", "1 / a"), kinks=(0.0,),
       aliases="math.log np.log torch.log ln",
       samples=((0.5,), (3.0,)),
       note="The natural logarithm. log(0) is -inf; of a negative number it is nan."),
    Op("log2", 1, "log2",
       forward=kernels.log2,
       partials=lambda out, a: (kernels.div(1.0, a * kernels.LN2),),
       formula="log₂ a",
       latex=(r"\log_2({0})", (r"\frac{{1}}{{{0} \cdot \ln 2}}",)),
       torch="torch.log2({0})",
       js=("Math.log2(a)", "1 / (a * Math.LN2)"), kinks=(0.0,),
       aliases="math.log2 np.log2 torch.log2 ld lb",
       expand=lambda a: a.log() / kernels.LN2,
       samples=((0.5,), (3.0,)),
       note="log2(0) is -inf; of a negative number it is nan."),
    Op("log10", 1, "log10",
       forward=kernels.log10,
       partials=lambda out, a: (kernels.div(1.0, a * kernels.LN10),),
       formula="log₁₀ a",
       latex=(r"\log_{{10}}({0})", (r"\frac{{1}}{{{0} \cdot \ln 10}}",)),
       torch="torch.log10({0})",
       js=("Math.log10(a)", "1 / (a * Math.LN10)"), kinks=(0.0,),
       aliases="math.log10 np.log10 torch.log10 lg",
       expand=lambda a: a.log() / kernels.LN10,
       samples=((0.5,), (3.0,)),
       note="log10(0) is -inf; of a negative number it is nan."),
    Op("log1p", 1, "log1p",
       forward=kernels.log1p,
       partials=lambda out, a: (kernels.div(1.0, 1.0 + a),),
       formula="ln(1 + a)",
       latex=(r"\ln(1 + {0})", (r"\frac{{1}}{{1 + {0}}}",)),
       torch="torch.log1p({0})",
       js=("Math.log1p(a)", "1 / (1 + a)"), kinks=(-1.0,),
       aliases="math.log1p np.log1p torch.log1p torch.special.log1p",
       expand=lambda a: (1 + a).log(),
       samples=((0.5,), (-0.25,)),
       note="Precise near 0, where 1 + a loses digits. log1p(-1) is -inf; below that it is nan."),
    Op("sqrt", 1, "√",
       forward=kernels.sqrt,
       partials=lambda out, a: (kernels.div(1.0, 2.0 * out),),
       formula="√a",
       latex=(r"\sqrt{{{0}}}", (r"\frac{{1}}{{2 \sqrt{{{0}}}}}",)),
       torch="torch.sqrt({0})",
       expand=lambda a: a ** 0.5,
       js=("Math.sqrt(a)", "1 / (2 * out)"), kinks=(0.0,),
       aliases="math.sqrt np.sqrt torch.sqrt sqr",
       samples=((0.5,), (4.0,)),
       note="Of a negative number it is nan; its slope at 0 is inf."),
    Op("rsqrt", 1, "rsqrt",
       forward=lambda a: kernels.div(1.0, kernels.sqrt(a)),
       partials=lambda out, a: (-0.5 * out * out * out,),
       formula="1 / √a",
       latex=(r"\frac{{1}}{{\sqrt{{{0}}}}}", (r"-\frac{{{out}^3}}{{2}}",)),
       torch="torch.rsqrt({0})",
       js=("1 / Math.sqrt(a)", "-0.5 * out * out * out"), kinks=(0.0,),
       aliases="torch.rsqrt",
       expand=lambda a: a ** -0.5,
       samples=((0.5,), (4.0,)),
       note="At 0 it is inf and its slope -inf; of a negative number it is nan."),
    Op("cbrt", 1, "cbrt",
       forward=math.cbrt,
       partials=lambda out, a: (kernels.div(1.0, 3.0 * out * out),),
       formula="∛a",
       latex=(r"\sqrt[3]{{{0}}}", (r"\frac{{1}}{{3 \cdot {out}^2}}",)),
       torch="torch.clamp({0}, min=0) ** (1 / 3) - torch.clamp(-{0}, min=0) ** (1 / 3)",
       js=("Math.cbrt(a)", "1 / (3 * out * out)"), kinks=(0.0,),
       aliases="math.cbrt np.cbrt",
       samples=((0.5,), (8.0,)),
       note="Of a negative number it is negative; its slope at 0 is inf."),
    Op("abs", 1, "abs",
       forward=abs,
       partials=lambda out, a: (kernels.sign(a),),
       formula="|a|", method="__abs__",
       latex=(r"\left| {0} \right|", (r"\operatorname{{sign}} {0}",)),
       torch="torch.abs({0})",
       js=("Math.abs(a)", "kernels.sign(a)"), kinks=(0.0,), exact=abs,
       aliases="math.fabs np.abs np.absolute np.fabs torch.abs torch.absolute",
       samples=((0.5,), (-4.0,)),
       note="At 0 the slope is taken as 0, as PyTorch does."),
    # ── trigonometry ──
    Op("sin", 1, "sin",
       forward=kernels.sin,
       partials=lambda out, a: (kernels.cos(a),),
       formula="sin a",
       latex=(r"\sin {0}", (r"\cos {0}",)),
       torch="torch.sin({0})",
       js=("Math.sin(a)", "Math.cos(a)"), activation=True,
       aliases="math.sin np.sin torch.sin",
       samples=((0.5,), (-2.0,))),
    Op("cos", 1, "cos",
       forward=kernels.cos,
       partials=lambda out, a: (-kernels.sin(a),),
       formula="cos a",
       latex=(r"\cos {0}", (r"-\sin {0}",)),
       torch="torch.cos({0})",
       js=("Math.cos(a)", "-Math.sin(a)"),
       aliases="math.cos np.cos torch.cos",
       samples=((0.5,), (-2.0,))),
    Op("tan", 1, "tan",
       forward=kernels.tan,
       partials=lambda out, a: (1.0 + out * out,),
       formula="tan a",
       latex=(r"\tan {0}", (r"1 + \tan^2 {0}",)),
       torch="torch.tan({0})",
       expand=lambda a: a.sin() / a.cos(),
       js=("Math.tan(a)", "1 + out * out"), kinks=kernels.tan_side,
       aliases="math.tan np.tan torch.tan tg",
       samples=((0.5,), (-1.0,))),
    Op("asin", 1, "asin",
       forward=kernels.asin,
       partials=lambda out, a: (kernels.asin_slope(a),),
       formula="arcsin a",
       latex=(r"\arcsin {0}", (r"\frac{{1}}{{\sqrt{{1 - {0}^2}}}}",)),
       torch="torch.asin({0})",
       js=("Math.asin(a)", "1 / Math.sqrt((1 - a) * (1 + a))"), kinks=(-1.0, 1.0),
       aliases="math.asin np.arcsin np.asin torch.asin torch.arcsin",
       samples=((0.5,), (-0.75,)),
       note="Beyond ±1 it is nan; its slope at ±1 is inf."),
    Op("acos", 1, "acos",
       forward=kernels.acos,
       partials=lambda out, a: (-kernels.asin_slope(a),),
       formula="arccos a",
       latex=(r"\arccos {0}", (r"-\frac{{1}}{{\sqrt{{1 - {0}^2}}}}",)),
       torch="torch.acos({0})",
       js=("Math.acos(a)", "-1 / Math.sqrt((1 - a) * (1 + a))"), kinks=(-1.0, 1.0),
       aliases="math.acos np.arccos np.acos torch.acos torch.arccos",
       samples=((0.5,), (-0.75,)),
       note="Beyond ±1 it is nan; its slope at ±1 is -inf."),
    Op("atan", 1, "atan",
       forward=math.atan,
       partials=lambda out, a: (1.0 / (1.0 + a * a),),
       formula="arctan a",
       latex=(r"\arctan {0}", (r"\frac{{1}}{{1 + {0}^2}}",)),
       torch="torch.atan({0})",
       js=("Math.atan(a)", "1 / (1 + a * a)"), activation=True,
       aliases="math.atan np.arctan np.atan torch.atan torch.arctan",
       samples=((0.5,), (-2.0,))),
    # ── hyperbolic functions ──
    Op("sinh", 1, "sinh",
       forward=kernels.sinh,
       partials=lambda out, a: (kernels.cosh(a),),
       formula="(eᵃ − e⁻ᵃ) / 2",
       latex=(r"\sinh {0}", (r"\cosh {0}",)),
       torch="torch.sinh({0})",
       js=("Math.sinh(a)", "Math.cosh(a)"),
       aliases="math.sinh np.sinh torch.sinh",
       expand=lambda a: (a.exp() - (-a).exp()) / 2,
       samples=((0.5,), (-2.0,))),
    Op("cosh", 1, "cosh",
       forward=kernels.cosh,
       partials=lambda out, a: (kernels.sinh(a),),
       formula="(eᵃ + e⁻ᵃ) / 2",
       latex=(r"\cosh {0}", (r"\sinh {0}",)),
       torch="torch.cosh({0})",
       js=("Math.cosh(a)", "Math.sinh(a)"),
       aliases="math.cosh np.cosh torch.cosh",
       expand=lambda a: (a.exp() + (-a).exp()) / 2,
       samples=((0.5,), (-2.0,))),
    # ── activations ──
    Op("tanh", 1, "tanh",
       forward=math.tanh,
       partials=lambda out, a: (1.0 - out * out,),
       formula="(e²ᵃ − 1) / (e²ᵃ + 1)",
       latex=(r"\tanh {0}", (r"1 - {out}^2",)),
       torch="torch.tanh({0})",
       expand=_tanh_from_exp,
       js=("Math.tanh(a)", "1 - out * out"), inline=("f_tanh({0})", "(1.0 - {out} * {out}) * {g}"),
       aliases="math.tanh np.tanh torch.tanh F.tanh", micrograd="tanh", squash=1.0, activation=True,
       samples=((0.5,), (-2.0,))),
    Op("sigmoid", 1, "σ",
       forward=kernels.sigmoid,
       partials=lambda out, a: (out * (1.0 - out),),
       formula="1 / (1 + e⁻ᵃ)",
       latex=(r"\sigma({0})", (r"{out} \cdot (1 - {out})",)),
       torch="torch.sigmoid({0})",
       expand=lambda a: 1 / (1 + (-a).exp()),
       js=("kernels.sigmoid(a)", "out * (1 - out)"), inline=("f_sigmoid({0})", "{out} * (1.0 - {out}) * {g}"),
       aliases="torch.sigmoid F.sigmoid torch.special.expit logistic", squash=0.25, activation=True,
       samples=((0.5,), (-2.0,))),
    Op("logsigmoid", 1, "logσ",
       forward=kernels.logsigmoid,
       partials=lambda out, a: (kernels.sigmoid(-a),),
       formula="ln(1 / (1 + e⁻ᵃ))",
       latex=(r"\ln \sigma({0})", (r"\sigma(-{0})",)),
       torch="torch.nn.functional.logsigmoid({0})",
       js=("kernels.logsigmoid(a)", "kernels.sigmoid(-a)"),
       aliases="F.logsigmoid", activation=True,
       expand=lambda a: a.sigmoid().log(),
       samples=((0.5,), (-2.0,))),
    Op("relu", 1, "ReLU",
       forward=lambda a: 0.0 if a < 0.0 else a,
       partials=lambda out, a: (0.0 if a <= 0.0 else 1.0,), gate=True,
       formula="a if a > 0 else 0",
       latex=(r"\operatorname{{relu}}({0})", (r"\left[ {0} > 0 \right]",)),
       torch="torch.relu({0})",
       js=("a < 0 ? 0 : a", "a <= 0 ? 0 : 1"), kinks=(0.0,),
       aliases="torch.relu F.relu", micrograd="relu", activation=True,
       samples=((0.5,), (-2.0,)),
       note="At exactly 0 the slope is taken as 0, as PyTorch does."),
    Op("leaky_relu", 1, "LReLU",
       forward=lambda a, slope: a if a > 0.0 else slope * a,
       partials=lambda out, a, slope: (1.0 if a > 0.0 else slope,),
       formula="a if a > 0 else 0.01 · a",
       latex=(r"\operatorname{{lrelu}}({0})", (r"1 \text{{ if }} {0} > 0 \text{{ else }} {1}",)),
       torch="torch.nn.functional.leaky_relu({0}, {1})",
       js=("a > 0 ? a : b * a", "a > 0 ? 1 : b"), kinks=(0.0,),
       aliases="F.leaky_relu", defaults=(0.01,), keywords=("negative_slope",), activation=True,
       samples=((0.5, 0.01), (-2.0, 0.01)),
       note="The negative side has slope 0.01 unless a second number is given; at exactly 0 too, as PyTorch does."),
    Op("elu", 1, "ELU",
       forward=lambda a, alpha: a if a > 0.0 else alpha * kernels.expm1(a),
       partials=lambda out, a, alpha: (alpha * kernels.exp(a) if a <= 0.0 else 1.0,),
       formula="a if a > 0 else eᵃ − 1",
       latex=(r"\operatorname{{elu}}({0})", (r"1 \text{{ if }} {0} > 0 \text{{ else }} {1} \cdot e^{{{0}}}",)),
       torch="torch.nn.functional.elu({0}, {1})",
       js=("a > 0 ? a : b * Math.expm1(a)", "a <= 0 ? b * Math.exp(a) : 1"), kinks=kernels.elu_side, squash=1.0,
       aliases="F.elu", defaults=(1.0,), keywords=("alpha",), activation=True,
       samples=((0.5, 1.0), (-2.0, 1.0)),
       note="The negative side is α · (eᵃ − 1), with α = 1 unless a second number is given; at exactly 0 the slope is α."),
    Op("selu", 1, "SELU",
       forward=lambda a: kernels.SELU_SCALE * (a if a > 0.0 else kernels.SELU_ALPHA * kernels.expm1(a)),
       partials=lambda out, a: (kernels.SELU_SCALE * (kernels.SELU_ALPHA * kernels.exp(a) if a <= 0.0 else 1.0),),
       formula="λ · (a if a > 0 else α · (eᵃ − 1))",
       latex=(r"\operatorname{{selu}}({0})", (r"1.0507 \cdot (1 \text{{ if }} {0} > 0 \text{{ else }} 1.6733 \cdot e^{{{0}}})",)),
       torch="torch.nn.functional.selu({0})",
       js=("kernels.selu(a)", "kernels.seluSlope(a)"), kinks=(0.0,), squash=1.0,
       aliases="torch.selu F.selu", activation=True,
       samples=((0.5,), (2.0,)),
       note="λ = 1.0507… and α = 1.6733…; at exactly 0 the slope is that of the negative side, as PyTorch does."),
    Op("hardtanh", 1, "hardtanh",
       forward=lambda a, low, high: low if a < low else high if a > high else a,
       partials=lambda out, a, low, high: (0.0 if a <= low or a >= high else 1.0,), gate=True,
       formula="max(−1, min(1, a))",
       latex=(r"\operatorname{{hardtanh}}({0})", (r"\left[ {1} < {0} < {2} \right]",)),
       torch="torch.nn.functional.hardtanh({0}, {1}, {2})",
       js=("a < b ? b : a > c ? c : a", "a <= b || a >= c ? 0 : 1"), kinks=kernels.between, squash=1.0,
       aliases="F.hardtanh", defaults=(-1.0, 1.0), keywords=("min_val", "max_val"), activation=True,
       samples=((0.5, -1.0, 1.0), (-0.25, -1.0, 1.0)),
       note="The bounds are −1 and 1 unless two more numbers are given; at exactly a bound the slope is 0, as PyTorch does."),
    Op("softplus", 1, "softplus",
       forward=kernels.softplus,
       partials=lambda out, a: (1.0 if a > 20.0 else kernels.sigmoid(a),),
       formula="ln(1 + eᵃ)",
       latex=(r"\ln(1 + e^{{{0}}})", (r"\sigma({0})",)),
       torch="torch.nn.functional.softplus({0})",
       expand=lambda a: (1 + a.exp()).log(),
       js=("kernels.softplus(a)", "a > 20 ? 1 : kernels.sigmoid(a)"), kinks=(20.0,),
       aliases="F.softplus", activation=True,
       samples=((0.5,), (-2.0,)),
       note="Above 20 it is a itself, as PyTorch has it."),
    Op("gelu", 1, "GELU",
       forward=lambda a: a * kernels.normal_cdf(a),
       partials=lambda out, a: (kernels.gelu_slope(a),),
       formula="a · ½(1 + erf(a / √2))",
       latex=(r"{0} \cdot \Phi({0})", (r"\Phi({0}) + {0} \cdot \varphi({0})",)),
       torch="torch.nn.functional.gelu({0})",
       js=("a * kernels.normalCdf(a)", "kernels.geluSlope(a)"),
       aliases="F.gelu", activation=True,
       samples=((0.5,), (-2.0,)),
       note="The exact form, with erf; Φ and φ are the normal distribution and its density."),
    Op("silu", 1, "SiLU",
       forward=lambda a: a * kernels.sigmoid(a),
       partials=lambda out, a: (kernels.silu_slope(a),),
       formula="a · σ(a)",
       latex=(r"{0} \cdot \sigma({0})", (r"\sigma({0}) \cdot (1 + {0} \cdot (1 - \sigma({0})))",)),
       torch="torch.nn.functional.silu({0})",
       expand=lambda a: a * a.sigmoid(),
       js=("a * kernels.sigmoid(a)", "kernels.siluSlope(a)"),
       aliases="F.silu swish", activation=True,
       samples=((0.5,), (-2.0,))),
    Op("mish", 1, "Mish",
       forward=lambda a: a * kernels.mish_gate(a),
       partials=lambda out, a: (kernels.mish_slope(a),),
       formula="a · tanh(ln(1 + eᵃ))",
       latex=(r"{0} \cdot \tanh(\ln(1 + e^{{{0}}}))", (
           r"\tanh(\ln(1 + e^{{{0}}})) + {0} \cdot \sigma({0}) \cdot (1 - \tanh^2(\ln(1 + e^{{{0}}})))",)),
       torch="torch.nn.functional.mish({0})",
       js=("a * kernels.mishGate(a)", "kernels.mishSlope(a)"),
       aliases="F.mish", activation=True,
       expand=lambda a: a * a.softplus().tanh(),
       samples=((0.5,), (-2.0,))),
    Op("erf", 1, "erf",
       forward=math.erf,
       partials=lambda out, a: (kernels.erf_slope(a),),
       formula="2/√π · ∫ e^(−t²) dt from 0 to a",
       latex=(r"\operatorname{{erf}}({0})", (r"\frac{{2}}{{\sqrt{{\pi}}}} \cdot e^{{-{0}^2}}",)),
       torch="torch.erf({0})",
       js=("kernels.erf(a)", "kernels.erfSlope(a)"), squash=1.0,
       aliases="math.erf torch.erf torch.special.erf", activation=True,
       samples=((0.5,), (-2.0,))),
    # ── choice ──
    Op("max", 2, "max",
       forward=kernels.maximum,
       partials=kernels.maximum_partials, gate=True,
       formula="the larger of a and b",
       latex=(r"\max({0}, {1})", (r"H({0} - {1})", r"H({1} - {0})")),
       torch="torch.maximum({0}, {1})",
       js=("a >= b || a !== a ? a : b", "a === b ? 0.5 : a < b ? 0 : 1", "a === b ? 0.5 : b < a ? 0 : 1"),
       aliases="np.maximum torch.max torch.maximum", exact=max, several=max, kinks=lambda a, b: (a > b) - (a < b),
       samples=((2.0, -3.0), (0.0, 1.5)),
       note="H is 1 above 0, 0 below and ½ at 0: in a tie each side takes half of the gradient, as PyTorch does."),
    Op("min", 2, "min",
       forward=kernels.minimum,
       partials=kernels.minimum_partials, gate=True,
       formula="the smaller of a and b",
       latex=(r"\min({0}, {1})", (r"H({1} - {0})", r"H({0} - {1})")),
       torch="torch.minimum({0}, {1})",
       js=("a <= b || a !== a ? a : b", "a === b ? 0.5 : a > b ? 0 : 1", "a === b ? 0.5 : b > a ? 0 : 1"),
       aliases="np.minimum torch.min torch.minimum", exact=min, several=min, kinks=lambda a, b: (a > b) - (a < b),
       samples=((2.0, -3.0), (0.0, 1.5)),
       note="H is 1 above 0, 0 below and ½ at 0: in a tie each side takes half of the gradient, as PyTorch does."),
)  # fmt: skip

OPS: dict[str, Op] = {op.name: op for op in _TABLE}

ADD, SUB, MUL, DIV, NEG, POW = (OPS[name] for name in ("add", "sub", "mul", "div", "neg", "pow"))
"""What Python's operators stand for."""


def meant_by(word: str) -> Op | None:
    """The operation that a word stands for, here or elsewhere: `atan` for `arctan`, `log` for `ln`."""
    called = (op for op in OPS.values() if op.precedence == CALL)
    return OPS.get(word) or next((op for op in called if word in [each.rpartition(".")[2] for each in op.aliases.split()]), None)


MICROGRAD = frozenset(op.name for op in _TABLE if op.method and op.expand)
"""Operators that micrograd has no operation for: it builds them from +, × and **."""
