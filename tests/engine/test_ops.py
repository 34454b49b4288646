"""The table of operations: every row says everything, and says it right."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from pathlib import Path

import pytest

from stepgrad.engine import functions
from stepgrad.engine.language.callables import BUILTINS
from stepgrad.engine.numeric import central_difference
from stepgrad.engine.ops import MICROGRAD, OPS
from stepgrad.engine.value import Value

inf, nan = math.inf, math.nan
REFERENCES = Path(__file__).parents[1] / "golden/references.json"
ROWS = pytest.mark.parametrize("op", OPS.values(), ids=OPS)
SAMPLES = [pytest.param(op, sample, id=f"{op.name}{sample}") for op in OPS.values() for sample in op.samples]
EXPANSIONS = [pytest.param(op, sample, id=f"{op.name}{sample}") for op in OPS.values() if op.expand for sample in op.samples]


def test_the_table_has_the_operations_that_were_promised():
    promised = (
        "add sub mul div neg pow exp log sqrt abs sin cos tan atan tanh sigmoid relu leaky_relu softplus gelu silu max min "
        "sinh cosh asin acos cbrt log2 log10 log1p expm1 square reciprocal rsqrt elu selu mish logsigmoid hardtanh erf"
    )
    assert set(promised.split()) <= set(OPS)
    assert {"sub", "div", "neg"} == MICROGRAD


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_local_derivatives_are_the_slopes_one_measures(op, sample):
    out = op.forward(*sample)
    for slot, slope in enumerate(op.partials(out, *sample)[: op.arity]):
        assert slope == pytest.approx(central_difference(lambda xs: op.forward(*xs), sample, slot), rel=1e-7, abs=1e-9)


@ROWS
def test_a_row_says_everything(op):
    operands = [f"a{i}" for i in range(op.arity + len(op.defaults))]
    assert op.symbol
    assert op.formula
    assert len(op.samples) >= 2
    assert all(len(sample) == op.arity + len(op.defaults) for sample in op.samples)
    assert len(op.latex[1]) == len(op.js) - 1 == op.arity
    assert len(op.keywords) == len(op.defaults)
    assert not op.inline or len(op.inline) == op.arity + 1
    for text in (op.python, op.torch, op.latex[0], *op.latex[1]):
        assert text.format(*operands, out="out")
    assert len(op.partials(op.forward(*op.samples[0]), *op.samples[0])) >= op.arity
    assert op.name in BUILTINS
    assert all(hasattr(math, name) for name in op.names_in("math"))
    assert all(re.fullmatch(r"((math|np|torch|torch\.special|F)\.)?[a-z]\w*", alias) for alias in op.aliases.split())
    assert callable(getattr(Value, op.name))


@pytest.mark.parametrize(("op", "sample"), EXPANSIONS)
def test_an_expansion_equals_its_row_in_value_and_slopes(op, sample):
    short, long = ([Value(x) for x in sample] for _ in range(2))
    one, other = Value.apply(op, *short), op.expand(*long)
    one.backward()
    other.backward()

    assert other.op is not op
    assert other.data == pytest.approx(one.data, rel=1e-14)
    assert [x.grad for x in long] == pytest.approx([x.grad for x in short], rel=1e-13)


# Compared with PyTorch 2.13, float64: what it computes at these places, written down.
@pytest.mark.parametrize(
    ("name", "operands", "out", "slopes"),
    [
        ("log", (0.0,), -inf, (inf,)),
        ("log", (-0.0,), -inf, (-inf,)),
        ("log", (-1.0,), nan, (-1.0,)),
        ("div", (1.0, 0.0), inf, (inf, -inf)),
        ("div", (-1.0, 0.0), -inf, (inf, inf)),
        ("div", (1.0, -0.0), -inf, (-inf, -inf)),
        ("div", (0.0, 0.0), nan, (inf, nan)),
        ("pow", (0.0, -1.0), inf, (-inf, -inf)),
        ("pow", (-0.0, -1.0), -inf, (-inf, inf)),
        ("pow", (-2.0, 0.5), nan, (nan, nan)),
        ("pow", (0.0, 0.0), 1.0, (0.0, 0.0)),
        ("pow", (0.0, 0.5), 0.0, (inf, 0.0)),
        ("pow", (10.0, 400.0), inf, (inf, inf)),
        ("pow", (-10.0, 401.0), -inf, (inf, nan)),
        ("exp", (1000.0,), inf, (inf,)),
        ("exp", (-1000.0,), 0.0, (0.0,)),
        ("tanh", (1000.0,), 1.0, (0.0,)),
        ("sqrt", (0.0,), 0.0, (inf,)),
        ("sqrt", (-1.0,), nan, (nan,)),
        ("abs", (0.0,), 0.0, (0.0,)),
        ("abs", (nan,), nan, (0.0,)),
        ("relu", (0.0,), 0.0, (0.0,)),
        ("relu", (-0.0,), -0.0, (0.0,)),
        ("relu", (nan,), nan, (1.0,)),
        ("leaky_relu", (0.0, 0.01), 0.0, (0.01,)),
        ("softplus", (20.5,), 20.5, (1.0,)),
        ("softplus", (-1000.0,), 0.0, (0.0,)),
        ("sigmoid", (-1000.0,), 0.0, (0.0,)),
        ("gelu", (-inf,), nan, (nan,)),
        ("silu", (-inf,), nan, (nan,)),
        ("sin", (inf,), nan, (nan,)),
        ("square", (-0.0,), 0.0, (0.0,)),
        ("reciprocal", (0.0,), inf, (-inf,)),
        ("reciprocal", (-0.0,), -inf, (-inf,)),
        ("expm1", (1000.0,), inf, (inf,)),
        ("expm1", (-1000.0,), -1.0, (0.0,)),
        ("log2", (0.0,), -inf, (inf,)),
        ("log2", (-0.0,), -inf, (-inf,)),
        ("log2", (-1.0,), nan, (-1.4426950408889634,)),
        ("log10", (0.0,), -inf, (inf,)),
        ("log10", (-1.0,), nan, (-0.43429448190325176,)),
        ("log1p", (-1.0,), -inf, (inf,)),
        ("log1p", (-2.0,), nan, (-1.0,)),
        ("rsqrt", (0.0,), inf, (-inf,)),
        ("rsqrt", (-0.0,), -inf, (inf,)),
        ("rsqrt", (-1.0,), nan, (nan,)),
        ("cbrt", (0.0,), 0.0, (inf,)),
        ("cbrt", (-8.0,), -2.0, (1 / 12,)),
        ("asin", (1.0,), math.pi / 2, (inf,)),
        ("asin", (-1.0,), -math.pi / 2, (inf,)),
        ("asin", (2.0,), nan, (nan,)),
        ("acos", (1.0,), 0.0, (-inf,)),
        ("acos", (-1.0,), math.pi, (-inf,)),
        ("acos", (inf,), nan, (nan,)),
        ("sinh", (-800.0,), -inf, (inf,)),
        ("cosh", (-800.0,), inf, (-inf,)),
        ("elu", (0.0, 1.0), 0.0, (1.0,)),
        ("elu", (0.0, 0.5), 0.0, (0.5,)),
        ("elu", (-inf, 1.0), -1.0, (0.0,)),
        ("elu", (nan, 1.0), nan, (1.0,)),
        ("selu", (0.0,), 0.0, (1.7580993408473766,)),
        ("selu", (nan,), nan, (1.0507009873554805,)),
        ("mish", (800.0,), 800.0, (1.0,)),
        ("mish", (-800.0,), -0.0, (0.0,)),
        ("mish", (-inf,), nan, (nan,)),
        ("logsigmoid", (800.0,), 0.0, (0.0,)),
        ("logsigmoid", (-800.0,), -800.0, (1.0,)),
        ("logsigmoid", (-inf,), -inf, (1.0,)),
        ("hardtanh", (1.0, -1.0, 1.0), 1.0, (0.0,)),
        ("hardtanh", (-1.0, -1.0, 1.0), -1.0, (0.0,)),
        ("hardtanh", (3.0, -2.0, 4.0), 3.0, (1.0,)),
        ("hardtanh", (nan, -1.0, 1.0), nan, (1.0,)),
        ("erf", (inf,), 1.0, (0.0,)),
        ("max", (2.0, 2.0), 2.0, (0.5, 0.5)),
        ("min", (2.0, 2.0), 2.0, (0.5, 0.5)),
        ("max", (nan, 1.0), nan, (1.0, 1.0)),
        ("max", (-0.0, 0.0), -0.0, (0.5, 0.5)),
        ("max", (2.0, 1.0), 2.0, (1.0, 0.0)),
        ("min", (2.0, 1.0), 1.0, (0.0, 1.0)),
    ],
)
def test_edges_are_as_ieee_754_and_pytorch_have_them(name, operands, out, slopes):
    op = OPS[name]
    found = op.forward(*operands)

    assert repr(found) == repr(out)
    assert [repr(abs(x) if x == 0 else x) for x in op.partials(found, *operands)[: op.arity]] == [repr(x) for x in slopes]


def test_figures_agree_with_forty_digits():
    """Made by mpmath, with 80 digits, from these doubles: the value and its slope, near 0, near a boundary, far out."""
    for name, operands, out, slope in json.loads(REFERENCES.read_text(encoding="utf-8")):
        op = OPS[name]
        found = op.forward(*operands)
        for ours, exact in ((found, out), (op.partials(found, *operands)[0], slope)):
            if exact is None:  # below the normal numbers
                assert abs(ours) < 2.3e-308
            else:
                assert ours == float(exact) or abs(Decimal(ours) / Decimal(exact) - 1) < 1e-15, (name, operands, ours, exact)


@ROWS
def test_no_row_ever_raises(op):
    numbers = (0.0, -0.0, 1.0, -1.0, 0.5, -1.5, 3.0, 800.0, -800.0, 5e-324, 1e308, -1e308, inf, -inf, nan)
    for a in numbers:
        for b in numbers if op.arity == 2 else (0.0,):
            operands = (a, b)[: op.arity] + op.defaults
            out = op.forward(*operands)
            assert isinstance(out, float)
            assert all(isinstance(slope, float) for slope in op.partials(out, *operands))
            assert isinstance(op.side(*operands), (int, float))


@pytest.mark.parametrize("name", [op.name for op in OPS.values() if op.kinks and op.arity == 1])
def test_at_a_kink_the_slope_is_one_of_those_beside_it(name):
    """Or between them: 0 for the absolute value. At a pole or a boundary it may be infinite."""
    op = OPS[name]
    for place in [(x / 4 - 1e-9, x / 4, x / 4 + 1e-9) for x in range(-8, 81)]:
        below, here, above = [op.partials(op.forward(at, *op.defaults), at, *op.defaults)[0] for at in place]
        if op.side(place[0], *op.defaults) != op.side(place[2], *op.defaults) and math.isfinite(here):
            assert min(below, above) - 1e-8 <= here <= max(below, above) + 1e-8, (name, place, here)


@pytest.mark.parametrize("name", ["relu", "max", "min"])
def test_a_gate_that_is_shut_stops_infinity(name):
    """PyTorch masks the gradient of these; 0 × inf would be nan."""
    x = Value(-1.0)
    shut = x.relu() if name == "relu" else x.max(1.0) if name == "max" else x.min(-2.0)
    ((shut * 0.0 + 1e-300) * 1e-300).log().backward()
    blocked = shut * 1e200 * 1e200
    blocked.backward()
    assert x.grad == 0.0


@ROWS
def test_a_term_is_local_times_upstream_and_nothing_where_a_gate_is_shut(op):
    assert op.term(-0.5, 3.0) == -1.5
    assert op.term(0.0, 3.0) == 0.0
    assert op.term(-0.0, inf) == 0.0 if op.gate else math.isnan(op.term(-0.0, inf))
    assert math.isnan(op.term(nan, 0.0))


def test_a_power_is_no_gate():
    """The slope of sqrt(x²) at 0 is inf × 0: nan, in PyTorch too."""
    x = Value(0.0)
    (x**2).sqrt().backward()
    assert math.isnan(x.grad)


def test_functions_work_on_values_and_on_numbers():
    assert functions.FUNCTIONS["tanh"](0.0) == 0.0
    assert functions.FUNCTIONS["max"]([1, 3, 2]) == 3
    assert functions.FUNCTIONS["leaky_relu"](Value(-1.0), 0.5).data == -0.5
    assert functions.FUNCTIONS["min"](Value(2.0), 1, 5).data == 1.0
    with pytest.raises(TypeError, match=r"tanh\(\) takes 1 operand, 2 given"):
        functions.FUNCTIONS["tanh"](1, 2)
