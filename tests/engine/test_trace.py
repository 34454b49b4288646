"""The trace: what a run says of itself, step by step."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
from math import tanh
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepgrad.engine.errors import LimitError
from stepgrad.engine.language import run
from tests.strategies import programs

ROOT = Path(__file__).resolve().parents[2]
NEURON = """\
x1 = Value(2.0, label='x1'); x2 = Value(0.0, label='x2')
w1 = Value(-3.0, label='w1'); w2 = Value(1.0, label='w2')
b = Value(6.8813735870195432, label='b')
x1w1 = x1*w1; x1w1.label = 'x1*w1'
x2w2 = x2*w2; x2w2.label = 'x2*w2'
both = x1w1 + x2w2; both.label = 'x1*w1 + x2*w2'
n = both + b; n.label = 'n'
o = n.tanh(); o.label = 'o'
o.backward()
"""


def node(trace, key):
    return next(node for node in trace.nodes if node.key == key)


def by_label(trace, label):
    return next(node for node in trace.nodes if node.label == label)


def story(trace, *phases):
    """The steps in words: phase, key, before → after."""
    keys = {node.id: node.key for node in trace.nodes}
    return [
        (step.phase, keys[step.node], *(write.before for write in step.writes), *(write.after for write in step.writes))
        for step in trace.steps
        if not phases or step.phase in phases
    ]


# ── what it must show (the table, number by number) ──


def test_the_notebooks_neuron():
    trace = run(NEURON)
    shown = {node.label: (f"{node.data:.4f}", f"{node.grad:.4f}") for node in trace.nodes}

    assert shown == {
        "x1": ("2.0000", "-1.5000"), "w1": ("-3.0000", "1.0000"), "x2": ("0.0000", "0.5000"), "w2": ("1.0000", "0.0000"),
        "b": ("6.8814", "0.5000"), "x1*w1": ("-6.0000", "0.5000"), "x2*w2": ("0.0000", "0.5000"),
        "x1*w1 + x2*w2": ("-6.0000", "0.5000"), "n": ("0.8814", "0.5000"), "o": ("0.7071", "1.0000"),
    }  # fmt: skip
    assert (trace.output, len(trace.edges)) == (by_label(trace, "o").id, 9)


def test_the_neuron_with_tanh_from_exp_as_micrograd_draws_it():
    program = NEURON.replace("o = n.tanh()", "e = (2*n).exp(); o = (e - 1) / (e + 1)")
    trace = run(program, expand=frozenset({"sub", "div", "neg"}))
    shown = sorted((f"{node.data:.4f}", f"{node.grad:.4f}", node.symbol) for node in trace.nodes if node.op)

    for wanted in (
        ("5.8284", "0.0429", "exp"), ("1.7627", "0.2500", "×"), ("4.8284", "0.1464", "+"), ("6.8284", "-0.1036", "+"),
        ("0.1464", "4.8284", "**-1"), ("0.7071", "1.0000", "×"),
    ):  # fmt: skip
        assert wanted in shown
    assert {node.op for node in trace.nodes} == {None, "add", "mul", "exp", "pow"}


def test_a_product_and_a_sum_with_slopes_by_a_small_step():
    lines = ["h = 0.0001", "a = 2.0", "b = -3.0", "c = 10.0", "d1 = a*b + c", "{} += h", "d2 = a*b + c"]
    lines += ["print('slope', (d2 - d1)/h)"]
    slopes = [run("\n".join(lines).format(name)).printed[-1] for name in "abc"]

    assert run("a=2.0\nb=-3.0\nc=10.0\nd = a*b + c\nprint(d)").printed == ("4.0",)
    assert [f"{float(slope.split()[1]):.4f}" for slope in slopes] == ["-3.0000", "2.0000", "1.0000"]


def test_the_parabola():
    definition = "def f(x):\n    return 3*x**2 - 4*x + 5\n"
    assert run(definition + "f(3.0)").printed == ("20.0",)
    assert node(run(definition + "x = 2/3\ny = f(x)"), "x").grad == pytest.approx(0.0, abs=1e-15)


def test_a_gradient_is_passed_on_only_when_it_is_complete():
    trace = run("a=2;b=3;c=a+b;d=a*b;e=c+d;f=c*d;y=e+f")
    assert (node(trace, "a").grad, node(trace, "b").grad) == (25.0, 19.0)


def test_a_value_used_twice_has_two_edges_and_two_steps():
    trace = run("a = 3; b = a * a")

    assert [(edge.source, edge.target, edge.slot) for edge in trace.edges] == [("n0", "n1", 0), ("n0", "n1", 1)]
    assert story(trace, "backward") == [("backward", "a", 0.0, 3.0), ("backward", "a", 3.0, 6.0)]
    assert node(trace, "a").grad == 6.0


def test_five_thousand_terms_are_read_or_refused_with_the_limit():
    assert len(run("a = 1.0\ny = sum([a * i for i in range(5000)])").nodes) == 14_999 + 1
    with pytest.raises(LimitError, match="2,400 words and signs in one statement"):
        run("a = 1.0\ny = (" + "\n+".join(["a + a + a + a + a"] * 999) + ")")


# ── order ──


@given(programs())
def test_ids_and_steps_follow_the_order_of_evaluation(program):
    trace = run(program.source)
    forward = [step.node for step in trace.steps if step.phase == "forward"]
    operations = [node.id for node in trace.nodes if node.op]
    backward = [(edge.target, edge.slot) for step in trace.steps if step.edge for edge in trace.edges if edge.id == step.edge]
    seeds = [step.index for step in trace.steps if step.phase == "seed"]

    assert [node.id for node in trace.nodes] == [f"n{i}" for i in range(len(trace.nodes))]
    assert forward == operations
    assert list(dict.fromkeys(target for target, _ in backward)) == operations[::-1]
    assert [step.index for step in trace.steps] == list(range(1, len(trace.steps) + 1))
    assert seeds == [len(forward) + 1]
    assert len(backward) == len(trace.edges)


@given(programs(make="Value({0})"), st.data())
def test_stepping_forward_and_back_again_changes_nothing(program, data):
    trace = run(program.source + "\nv0.backward()\n")
    k = data.draw(st.integers(0, len(trace.steps)))
    seen = trace.frame(k)
    trace.frame(len(trace.steps))

    assert repr(trace.frame(k)) == repr(seen)
    for write in trace.steps[k].writes if k < len(trace.steps) else ():
        known = seen.data if write.field == "data" else seen.grad
        assert repr(known.get(write.node)) in (repr(write.before), "None")


@given(programs())
def test_the_last_frame_has_the_final_numbers(program):
    trace = run(program.source)
    last = trace.frame(len(trace.steps))

    assert {key: repr(x) for key, x in last.data.items()} == {node.id: repr(node.data) for node in trace.nodes}
    assert {key: repr(x) for key, x in last.grad.items()} == {n.id: repr(n.grad) for n in trace.nodes if n.grad is not None}
    assert set(trace.frame(0).data) == {node.id for node in trace.nodes if not node.op}


def test_at_the_start_nothing_is_known_but_the_leaves():
    trace = run(NEURON)
    assert sorted(trace.start.values()) == [-3.0, 0.0, 1.0, 2.0, 6.8813735870195432]
    assert trace.frame(0).grad == {}


# ── passes and updates ──


def test_a_second_pass_forgets_inner_grads_and_adds_to_leaves():
    trace = run("a = 3.0\nb = a * 2\ny = b * b\ny.backward()\ny.backward()")
    second = [step for step in trace.steps if step.phase == "seed"][1]

    assert [(w.node, w.before, w.after) for w in second.writes] == [(node(trace, "b").id, 12.0, None), (trace.output, None, 1.0)]
    assert node(trace, "a").grad == 48.0
    assert node(trace, "b").grad == 12.0


def test_updates_and_cleared_grads_are_steps():
    trace = run("a = 3.0\ny = a * a\ny.backward()\na.data += -0.1 * a.grad\na.grad = 0.0\nz = a * 2\nz.backward()")

    assert story(trace, "update") == [("update", "a", 3.0, 2.4)]
    assert story(trace, "zero_grad") == [("zero_grad", "a", 6.0, 0.0)]
    assert trace.start[node(trace, "a").id] == 3.0
    assert (node(trace, "a").data, node(trace, "a").grad) == (2.4, 2.0)


def test_a_changed_number_is_what_python_goes_on_with():
    trace = run("a = 3\nb = a * 2\na.data += 1\nprint(a)\ny = a * 2\nprint(y)")
    assert trace.printed == ("4.0", "8.0")


# ── keys ──


@given(programs())
def test_keys_are_unique_and_survive_a_line_above(program):
    before = [node.key for node in run(program.source).nodes]
    after = [node.key for node in run("unrelated = 5.0 * 2\n# a remark\n" + program.source).nodes]

    assert len(set(before)) == len(before)
    assert after == before


def test_keys_are_names_else_paths():
    trace = run("a = 2.0\nb = 3.0\nw = [a * b, 4.0]\ny = tanh(w[0] + 1) * w[1]\na = y * a")
    keys = {node.key: node.data for node in trace.nodes}
    assert keys == {
        "a": 2.0,
        "b": 3.0,
        "w[0]": 6.0,
        "w[1]": 4.0,
        "y/0/0/1": 1.0,
        "y/0/0": 7.0,
        "y/0": tanh(7.0),
        "y": 4 * tanh(7.0),
        "a#2": 8 * tanh(7.0),
    }


def test_a_name_inside_a_function_does_not_take_the_key_of_one_outside():
    trace = run("def f(a):\n    return a * 2\nb = f(1.0)\na = 3.0\ny = a * b")
    assert node(trace, "a").data == 3.0
    assert node(trace, "a#2").data == 1.0


# ── outputs, warnings ──


@pytest.mark.parametrize(
    ("program", "label"),
    [
        ("a = 2.0\nb = a * a\nc = a + 1", "c"),
        ("a = 2.0\nb = a * a\nc = b + 1\nb", "b"),
        ("a = 2.0\nb = a * a\nc = b + 1\nb.backward()", "b"),
        ("a = 2.0\nb = a * a\nlearning_rate = 0.1", "b"),
        ("a = 2.0\nb = a * a\nc = b + 1\ndraw_dot(b)", "b"),
        ("a = 2.0\nb = a * a\nprint(b, a)", "b"),
    ],
)
def test_the_output_is_what_the_program_ends_with(program, label):
    trace = run(program)
    assert next(node.label for node in trace.nodes if node.id == trace.output) == label


@pytest.mark.parametrize(
    ("program", "said", "where"),
    [
        ("a = 0.0\nb = log(a)\nc = b - b\nd = c * 2", "`b` is the first value that is not finite: log(0) = -inf.", "b"),
        ("a = 0.0\ny = (1 / a) * 0", "`1 / 0` is the first value that is not finite: 1 / 0 = inf.", "y/0"),
        (
            "a = 0.0\nb = sqrt(a)\ny = b * 2",
            "The gradient of `a` is the first that is not finite: 2 × inf sent back by `b`.",
            "a",
        ),
        ("a = 1000.0\ny = exp(a)", "`y` is the first value that is not finite: exp(1000) = inf.", "y"),
    ],
)
def test_the_first_number_that_is_not_finite_is_named(program, said, where):
    trace = run(program)
    assert [(notice.message, notice.node) for notice in trace.warnings] == [(said, node(trace, where).id)]


def test_what_the_picture_leaves_out_is_said():
    messages = [notice.message for notice in run("a = 1.0\nb = 2.0\nc = 3.0\ny = a * a").warnings]
    assert messages == ["`b`, `c` are not drawn: `y` does not depend on them."]


def test_values_follow_ieee_754_and_never_raise():
    trace = run("z = 0.0\na = log(z)\nb = z**-1\nc = exp(1000)\nd = tanh(1000)\ne = (-2.0)**0.5\nf = 1/z\na+b+c+d+e+f")
    shown = {n.key: n.data for n in trace.nodes}
    assert (shown["a"], shown["b"], shown["c"], shown["d"], shown["f"]) == (-math.inf, math.inf, math.inf, 1.0, math.inf)
    assert math.isnan(shown["e"])


# ── spans ──


def test_spans_count_code_points():
    trace = run("θ = 1.0; αβ = 2.0\ny = θ*αβ + tanh(θ)  # ∂y\n")
    text = trace.source.split("\n")

    def cut(span):
        return text[span.line - 1][span.column - 1 : span.column - 1 + span.length]

    assert {node.key: cut(node.span) for node in trace.nodes} == {
        "θ": "θ = 1.0", "αβ": "αβ = 2.0", "y/0": "θ*αβ", "y/1": "tanh(θ)", "y": "θ*αβ + tanh(θ)",
    }  # fmt: skip


def test_a_span_over_several_lines_ends_with_its_first():
    span = node(run("a = 2.0\ny = sum([a,\n  a])"), "y").span
    assert (span.line, span.column, span.length) == (2, 5, 7)


# ── the same every time ──

DIGEST = """
import hashlib, sys
from stepgrad.engine.language import run
print(hashlib.sha256(repr([run(program) for program in sys.stdin.read().split("§")]).encode()).hexdigest())
"""


def test_the_same_program_has_the_same_trace_in_a_fresh_process():
    sources = [NEURON, "import random\nx = [random.uniform(-1, 1) for _ in range(5)]\ny = sum([tanh(v) for v in x])", "a=3;b=a*a"]
    here = hashlib.sha256(repr([run(source) for source in sources]).encode()).hexdigest()
    for seed in ("0", "1"):
        ran = subprocess.run(
            [sys.executable, "-c", DIGEST], input="§".join(sources), env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True, text=True, encoding="utf-8", cwd=ROOT, check=True,
        )  # fmt: skip
        assert ran.stdout.strip() == here


@settings(max_examples=30)
@given(programs())
def test_running_twice_tells_the_same_story(program):
    assert repr(run(program.source)) == repr(run(program.source))
