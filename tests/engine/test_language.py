"""The language: inputs, what is printed, limits, and Python's own answers."""

from __future__ import annotations

import contextlib
import io
import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stepgrad import engine
from stepgrad.engine.data import DATA_SETS
from stepgrad.engine.errors import EmptyProgramError, LimitError, UnknownNameError
from stepgrad.engine.language import run
from stepgrad.engine.limits import LIMITS
from stepgrad.engine.ops import OPS
from tests.strategies import programs, python_programs


def final(trace):
    return next(node.data for node in trace.nodes if node.id == trace.output)


def grads(trace):
    return {node.key: node.grad for node in trace.nodes}


# ── inputs ──


@pytest.mark.parametrize(
    ("program", "inputs", "out"),
    [
        ("a = 2.0\ny = a * a", {"a": 5.0}, 25.0),
        ("a = 2\ny = a * a", {"a": 0.5}, 0.25),
        ("a = 2/3\ny = a * 3", {"a": 1.0}, 3.0),
        ("a = -2\ny = a * 3", {"a": 1.0}, 3.0),
        ("a = Value(2.0)\ny = a * a", {"a": 5.0}, 25.0),
        ("a = 2.0\nb = a * a\na = 3.0\ny = b + a", {"a#2": 10.0}, 14.0),
        ("a = 2.0\na = a + 1\nb = a * a\na = 3.0\ny = b + a", {"a#3": 10.0}, 19.0),
        ("x = [1.0, 2.0]\ny = x[0] * 10 + x[1]", {"x[0]": 3.0}, 32.0),
        ("w = [[1.0, 2.0], [3.0, 4.0]]\ny = w[1][0] * w[0][1]", {"w[1][0]": 5.0}, 10.0),
        ("a, b = 1.0, 2.0\ny = a + b * 10", {"b": 3.0}, 31.0),
        ("a = b = 2.0\ny = a * b", {"a": 3.0}, 9.0),
        ("θ = 1.0\ny = θ * 2", {"θ": 4.0}, 8.0),
        ("a = 1.0\ny = a * 2", {"a": math.inf}, math.inf),
    ],
)
def test_an_input_can_be_given_another_number(program, inputs, out):
    assert final(run(program, inputs)) == out


@given(programs())
def test_the_key_of_an_input_is_the_name_to_override_it_by(program):
    for key in [node.key for node in run(program.source).nodes if node.kind == "input"]:
        changed = run(program.source, {key: 0.125})
        assert next(node.data for node in changed.nodes if node.key == key) == 0.125


@pytest.mark.parametrize("name", ["b", "y", "a#2", "x[7]", "", "x" * 200])
def test_a_name_that_is_no_input_is_refused(name):
    with pytest.raises(UnknownNameError, match="no input named") as caught:
        run("a = 1.0\nx = [1.0]\ny = a * x[0]", {name: 1.0})
    assert "`a`, `x[0]`" in caught.value.hint
    assert len(str(caught.value)) < 200


def test_kinds_tell_inputs_from_constants():
    trace = run("a = 2.0\nb = Value(3.0)\nc = Value(4.0, label='c')\ny = a * b * 5 + c")
    assert {node.key: node.kind for node in trace.nodes if not node.op} == {
        "a": "input", "b": "input", "c": "input", "y/0/1": "constant",
    }  # fmt: skip


# ── what is printed ──


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("d = 2.0*-3.0 + 10.0\nprint(d)", ["4.0"]),
        ("print(Value(2.0) * 2)\n1.0 + 1", ["Value(data=4.0)", "2.0"]),
        ("a = 3\nprint(a, a * 2, a / 2, a ** 2, a - 0.5)", ["3 6 1.5 9 2.5"]),
        ("a = 1\nprint('a', \"b\", 'it\\'s', [1, 2.5, (3,), 'x', None, True])", ["a b it's [1, 2.5, (3,), 'x', None, True]"]),
        ("a = 1\nprint(a, end=''); print(a, end=', '); print(a)", ["11, 1"]),
        ("a = 1\nprint('x\\ny', sep='')\nprint()\nprint(a, a, sep=' | ')", ["x", "y", "", "1 | 1"]),
        ("a = 2/3\nprint(f'{a:.3f} {a:8.2f}| {1:03d} {a!r} {{}} {a:.{2}f}')", ["0.667     0.67| 001 0.6666666666666666 {} 0.67"]),
        ("a = 1e20\nprint(a, 1e-7, -0.0, 1e400, 2**70)", ["1e+20 1e-07 -0.0 inf 1.1805916207174113e+21"]),
        ("x = [1.0]\nx.append(2.0)\nprint(x, len(x), range(3), max(x), sum(x))", ["[1.0, 2.0] 2 range(0, 3) 2.0 3.0"]),
        ("a = 4.0\na.exp()", ["54.598150033144236"]),
        ("a = 1.0\n[a, a + 1]", ["[1.0, 2.0]"]),
        ("y = Value(1.0)\ny.backward()\ny.grad", ["1.0"]),
        (
            "print(round(2.567, 1), round(2.5), round(7, 2), int(-2.9), abs(-3), pow(2, 3), 7 // 2, 7 % 3)\na=1",
            ["2.6 2 7 -2 3 8 3 1"],
        ),
    ],
)
def test_print_shows_what_python_would(program, printed):
    assert list(run(program).printed) == printed


def test_a_list_that_holds_itself_is_shown_as_far_as_there_is_room():
    printed = run("def f():\n    x = [1]\n    x.append(x)\n    print(x)\n    return 1.0\na = f()").printed
    assert printed[0].startswith("[1, [1, [1, ")
    assert len(printed[0]) < 1000


def test_printing_stops_at_its_limits():
    few = replace(LIMITS, printed_lines=3, printed_characters=10)
    more = "… and more, which is not shown."
    assert run("for i in range(3):\n    print(i)\na = 1", limits=few).printed == ("0", "1", "2")
    assert run("for i in range(4):\n    print(i)\na = 1", limits=few).printed == ("0", "1", "2", more)
    assert run("print('123456789')\na = 1", limits=few).printed == ("123456789",)
    assert run("print('1234567890')\na = 1", limits=few).printed == (more,)


# ── limits: at the limit it runs, one past it, it is refused by that name ──


def _tokens(n):
    return ",".join(["1"] * ((n + 1) // 2)) + "," * (n % 2 == 0)


@pytest.mark.parametrize(
    ("name", "limit", "program"),
    [
        ("characters", 50, lambda n: "a = 1".ljust(n, "#")),
        ("lines", 20, lambda n: "a = 1" + "\n" * (n - 1)),
        ("line_characters", 50, lambda n: "a = 1".ljust(n, "#")),
        ("tokens", 40, lambda n: "a = 1\n" + "pass\n" * (n - 3)),
        ("statement_tokens", 30, lambda n: f"a = [{_tokens(n - 4)}]\nb = 1"),
        ("nesting", 9, lambda n: "a = " + "(" * n + "1" + ")" * n),
        ("nesting", 9, lambda n: "a = 1\nprint(f'{" + "(" * (n - 2) + "a" + ")" * (n - 2) + "}')"),
        ("nesting", 9, lambda n: "x = 1.0\nfor i in range(" + str(n) + "):\n    x = [x]"),
        ("prefixes", 9, lambda n: "a = " + "-" * n + "1"),
        ("prefixes", 9, lambda n: "a = " + "not " * n + "1\nb = 1"),
        ("prefixes", 9, lambda n: "a = 1\nprint(f'{" + "- " * n + "a}')"),
        ("prefixes", 9, lambda n: "a = " + "**".join(["1.0"] * (n + 1))),
        ("elifs", 5, lambda n: "a = 1\nif a == 2:\n    a = 2\n" + "elif a == 3:\n    a = 3\n" * n),
        ("name_characters", 9, lambda n: "a" * n + " = 1"),
        ("number_characters", 9, lambda n: "a = 1." + "0" * (n - 2)),
        ("steps", 50, lambda n: "a = 1" + "\npass" * (n - 7)),
        ("depth", 40, lambda n: "a = 1.0\ny = a" + ".tanh()" * (n - 2)),
        ("calls", 9, lambda n: f"def f(n):\n    return f(n - 1) if n > 1 else 1.0\na = f({n})"),
        ("values", 30, lambda n: f"x = [Value(1.0) for i in range({n})]"),
        ("held", 30, lambda n: f"x = [Value(1.0) for i in range({n})]"),
        ("terms", 30, lambda n: f"a = Value(1.0)\nfor i in range({n}):\n    a.backward()"),
        ("examples", 9, lambda n: f"xs, ys = moons({n})\na = 1.0"),
        ("items", 50, lambda n: f"x = [None] * {n}\na = 1"),
        ("items", 50, lambda n: f"x = []\nfor i in range({n}):\n    x.append(None)\na = 1"),
        ("moments", 30, lambda n: f"a = Value(1.0)\nfor i in range({n - 1}):\n    a.grad = 0.0"),
    ],
)
def test_a_program_at_a_limit_runs_and_past_it_is_refused(name, limit, program):
    limits = replace(LIMITS, **{name: limit})
    run(program(limit), limits=limits)

    with pytest.raises(LimitError) as caught:
        run(program(limit + 1), limits=limits)
    assert (caught.value.limit, caught.value.value) == (name, limit)
    assert str(limit) in caught.value.message
    assert caught.value.hint


def test_every_limit_has_a_test():
    tested = {case[0] for case in test_a_program_at_a_limit_runs_and_past_it_is_refused.pytestmark[0].args[1]}
    assert tested | {"printed_lines", "printed_characters", "told"} == set(LIMITS.__dataclass_fields__)


# ── Python's own answers ──


def in_python(source):
    """Run a program in real Python with the engine's names; its names, and what it printed."""
    scope = {name: getattr(engine, name) for name in engine.__all__}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(source, scope)  # our own text, drawn by our own strategy
    return scope, printed.getvalue().splitlines()


@given(python_programs())
def test_real_python_prints_the_same(program):
    assert list(run(program.source).printed) == in_python(program.source)[1]


@given(python_programs(make="Value({0})"))
def test_real_python_computes_the_same_values_and_gradients(program):
    source = program.source + "\ny.backward()"
    trace, (scope, printed) = run(source), in_python(source)
    found = grads(trace)

    assert list(trace.printed) == printed
    assert repr(final(trace)) == repr(scope["y"].data)
    for name in program.inputs:
        assert repr(found.get(name, 0.0) or 0.0) == repr(scope[name].grad or 0.0)


def test_the_engine_exports_what_a_program_takes_for_granted_and_nothing_more():
    written_otherwise = {"add", "sub", "mul", "div", "neg", "pow", "abs"}
    assert set(engine.__all__) == {"Value", "Neuron", "Layer", "MLP", *DATA_SETS, *OPS} - written_otherwise


# ── gradients against measured slopes ──


def _near_a_kink(trace):
    data = {node.id: node.data for node in trace.nodes}
    for node in trace.nodes:
        if node.op and OPS[node.op].kinks:
            a, *rest = [data[id_] for id_ in node.inputs] + list(node.params)
            if len({OPS[node.op].side(a + h, *rest) for h in (-1e-2, 0.0, 1e-2)}) > 1:
                return True
    return False


@settings(max_examples=150)
@given(programs(most=6), st.data())
def test_gradients_agree_with_measured_slopes(program, data):
    """Where a slope can be measured: away from kinks, and where two step sizes agree on it."""
    trace = run(program.source)
    name = data.draw(st.sampled_from(sorted(program.inputs)))
    assume(not _near_a_kink(trace))

    def measured(h):
        ahead, behind = (final(run(program.source, {name: program.inputs[name] + step})) for step in (h, -h))
        return (ahead - behind) / (2 * h)

    slope, check = measured(1e-4), measured(2e-4)
    better = (4 * slope - check) / 3  # Richardson: the error of h² cancels
    assume(abs(slope - check) <= 1e-4 * abs(better) and abs(better) * 1e3 > abs(final(trace)))

    assert grads(trace).get(name, 0.0) == pytest.approx(better, rel=1e-6)


def test_a_call_inside_print_does_not_take_the_picture_from_what_is_bound():
    trace = run("def f(x):\n    return 3*x**2\nx = 2/3\ny = f(x)\nprint(f(3.0))")
    assert next(node.label for node in trace.nodes if node.id == trace.output) == "y"
    assert trace.printed == ("27.0",)


def test_what_is_printed_is_not_lost_where_there_is_nothing_to_draw():
    with pytest.raises(EmptyProgramError) as caught:
        run("for i in range(3):\n    print(i)")
    assert caught.value.printed == ("0", "1", "2")


def test_a_negative_operand_is_told_in_brackets():
    assert "(-2) ** 0.5 = nan" in run("a = -2.0\ny = a ** 0.5").warnings[0].message


def test_whole_division_says_that_it_cuts_the_graph():
    (notice,) = run("x = 7.5\ny = x * (x // 2)").warnings
    assert "no gradient goes back through here" in notice.message
    assert run("n = 7\nx = 2.0\ny = x * (n // 2)").warnings == ()
