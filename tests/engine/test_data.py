"""Data sets: the same numbers everywhere, in Python and in programs."""

from __future__ import annotations

import pytest

from stepgrad.engine.data import DATA_SETS, circles, line, moons, xor
from stepgrad.engine.errors import EngineError
from stepgrad.engine.language import run


def test_the_numbers_are_these() -> None:
    assert moons(3, noise=0.1, seed=1) == ([[0.9777, -0.0075], [0.7277, -0.368], [-0.9297, -0.0367]], [-1.0, 1.0, -1.0])
    assert circles(4, noise=0.0) == ([[1.0, 0.0], [0.5, 0.0], [-1.0, 0.0], [-0.5, 0.0]], [-1.0, 1.0, -1.0, 1.0])
    assert xor() == ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [-1.0, 1.0, 1.0, -1.0])
    assert line(3, noise=0.0) == ([[-1.0], [0.0], [1.0]], [-3.0, -1.0, 1.0])


@pytest.mark.parametrize("name", DATA_SETS)
@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_any_number_of_rows_with_four_decimals_and_none_of_them_minus_zero(name: str, n: int) -> None:
    xs, ys = DATA_SETS[name](n, 0.2, 5)
    numbers = [x for row in xs for x in row] + ys

    assert len(xs) == len(ys) == n
    assert all(x == round(x, 4) and repr(x) != "-0.0" for x in numbers)
    assert DATA_SETS[name](n, 0.2, 5) == (xs, ys)
    assert DATA_SETS[name](n, 0.2, 6) != (xs, ys)


def test_without_noise_moons_lie_on_half_circles_and_take_turns() -> None:
    xs, ys = moons(50, noise=0.0)
    assert ys == [-1.0, 1.0] * 25
    for (a, b), y in zip(xs, ys, strict=True):
        radius = a * a + b * b if y < 0 else (a - 1) ** 2 + (b - 0.5) ** 2
        assert radius == pytest.approx(1.0, abs=1e-3)


def test_a_program_has_the_same_numbers_as_python_and_prints_them_plainly() -> None:
    trace = run("xs, ys = moons(3, noise=0.1, seed=1)\nprint(xs)\nprint(ys)\nprint(len(xs), xs[0][1] * 2)\na = 1.0")
    xs, ys = moons(3, noise=0.1, seed=1)
    assert trace.printed == (repr(xs), repr(ys), f"3 {xs[0][1] * 2}")


def test_data_are_constants_with_names_and_not_what_is_trained() -> None:
    trace = run("xs, ys = line(2, seed=3)\nw = 0.5\nloss = sum((w * x[0] - y)**2 for x, y in zip(xs, ys))")
    assert {node.key: node.kind for node in trace.nodes if node.op is None} == {
        "xs[0][0]": "constant", "xs[1][0]": "constant", "ys[0]": "constant", "ys[1]": "constant", "w": "input",
    }  # fmt: skip
    assert run(trace.source, {"ys[1]": 9.0}).start


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("moons(0)", "at least one example"),
        ("moons(1001)", "at most 1,000 examples"),
        ("moons(2.5)", "An integer is needed"),
        ("moons(10, noise=-1)", "from 0 to 10"),
        ("moons(10, noise=1e400)", "from 0 to 10"),
        ("moons(10, noise='a')", "A number is needed"),
        ("moons(10, 0.1, 1, 2)", "takes 0 to 3 arguments"),
        ("moons(10, n=10)", "given `n` twice"),
        ("moons(10, sede=1)", "takes no `sede=`"),
    ],
)
def test_mistakes_are_explained(call: str, message: str) -> None:
    with pytest.raises(EngineError) as caught:
        run(f"xs, ys = {call}")
    assert message in caught.value.message
    assert caught.value.span is not None
