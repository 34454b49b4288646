"""The functions behind the table of operations, on IEEE doubles. They never raise.

Where Python's `math` would, they answer as IEEE 754 and PyTorch do: `log(0)` is -inf, `0 ** -1` is inf, `(-2) ** 0.5` is nan.
"""

from __future__ import annotations

import math
from collections.abc import Callable

INF = math.inf
NAN = math.nan


def div(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0.0 or a != a:
            return NAN
        return math.copysign(INF, a) * math.copysign(1.0, b)


def pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INF if a < 0 and math.fmod(b, 2.0) else INF
    except ValueError:
        if a:  # a negative number to a fractional power has no real value
            return NAN
        return -INF if math.copysign(1.0, a) < 0 and abs(math.fmod(b, 2.0)) == 1.0 else INF


def pow_partials(out: float, a: float, b: float) -> tuple[float, float]:
    by_base = 0.0 if b == 0.0 else b * pow(a, b - 1.0)
    by_exponent = 0.0 if a == 0.0 and b >= 0.0 else out * log(a)
    return by_base, by_exponent


def of_large(function: Callable[[float], float]) -> Callable[[float], float]:
    """Where the number is too large for a double, what it is at infinity."""

    def forward(a: float) -> float:
        try:
            return function(a)
        except OverflowError:
            return function(math.copysign(INF, a))

    return forward


def of_domain(function: Callable[[float], float]) -> Callable[[float], float]:
    """Outside its domain it is nan: the periodic functions at infinity, the root of a negative number."""

    def forward(a: float) -> float:
        try:
            return function(a)
        except ValueError:
            return NAN

    return forward


def of_pole(function: Callable[[float], float], pole: float = 0.0) -> Callable[[float], float]:
    """A logarithm: -inf at its pole, nan beyond it."""

    def forward(a: float) -> float:
        try:
            return function(a)
        except ValueError:
            return -INF if a == pole else NAN

    return forward


exp, expm1, sinh, cosh = map(of_large, (math.exp, math.expm1, math.sinh, math.cosh))
sqrt, sin, cos, tan, asin, acos = map(of_domain, (math.sqrt, math.sin, math.cos, math.tan, math.asin, math.acos))
log, log2, log10 = map(of_pole, (math.log, math.log2, math.log10))
log1p = of_pole(math.log1p, -1.0)

LN2, LN10 = math.log(2.0), math.log(10.0)


def asin_slope(a: float) -> float:
    return div(1.0, sqrt((1.0 - a) * (1.0 + a)))  # 1 − a² would lose what lies between a and 1


def sign(a: float) -> float:
    return 1.0 if a > 0.0 else -1.0 if a < 0.0 else 0.0


def sigmoid(a: float) -> float:
    if a >= 0.0:
        return 1.0 / (1.0 + math.exp(-a))
    e = math.exp(a) if a == a else NAN
    return e / (1.0 + e)


def softplus(a: float) -> float:
    return a if a > 20.0 or a != a else math.log1p(math.exp(a))


def logsigmoid(a: float) -> float:
    return min(a, 0.0) - math.log1p(math.exp(-abs(a)))


def mish_gate(a: float) -> float:
    """tanh(ln(1 + eᵃ)), without the logarithm: n / (n + 2) with n = eᵃ(eᵃ + 2)."""
    if a > 20.0:
        return 1.0
    e = exp(a)
    n = e * (e + 2.0)
    return n / (n + 2.0)


def mish_slope(a: float) -> float:
    if a > 20.0:
        return 1.0
    e = exp(a)
    n = e * (e + 2.0)
    return n / (n + 2.0) + a * 4.0 * e * (e + 1.0) / (n + 2.0) ** 2


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848
"""Of Klambauer et al., Self-Normalizing Neural Networks, 2017: with them mean 0 and variance 1 are kept from layer to layer."""


def erf_slope(a: float) -> float:
    return 2.0 / math.sqrt(math.pi) * math.exp(-a * a)


def normal_cdf(a: float) -> float:
    return 0.5 * (1.0 + math.erf(a * math.sqrt(0.5)))


def gelu_slope(a: float) -> float:
    return normal_cdf(a) + a * math.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi)


def silu_slope(a: float) -> float:
    s = sigmoid(a)
    return s * (1.0 + a * (1.0 - s))


def maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def maximum_partials(out: float, a: float, b: float) -> tuple[float, float]:
    if a == b:
        return 0.5, 0.5
    return (0.0 if a < b else 1.0), (0.0 if b < a else 1.0)


def minimum_partials(out: float, a: float, b: float) -> tuple[float, float]:
    if a == b:
        return 0.5, 0.5
    return (0.0 if a > b else 1.0), (0.0 if b > a else 1.0)


# On which side of its kinks, jumps and poles an operation is.


def power_side(a: float, b: float) -> float:
    return 0.0 if b >= 1.0 and b % 1.0 == 0.0 else sign(a)


def elu_side(a: float, alpha: float) -> float:
    return 0.0 if alpha == 1.0 else sign(a)  # with 1, both sides go through 0 with the same slope


def between(a: float, low: float, high: float) -> float:
    return sign(a - low) + sign(a - high)


def tan_side(a: float) -> float:
    return math.floor(a / math.pi + 0.5) if math.isfinite(a) else 0.0


def whole_power(a: int, b: int) -> int | None:
    """aᵇ where that is a whole number, and not a huge one."""
    return a**b if b >= 0 and max(a.bit_length(), 1) * b < 200 else None
