"""Value, as the notebook's class is used, and the backward pass."""

from __future__ import annotations

import inspect
import math
import operator
import pydoc

import pytest
from hypothesis import given

from stepgrad.engine import Value
from stepgrad.engine.backward import backward, contributions
from stepgrad.engine.graph import ancestors
from stepgrad.engine.numeric import central_difference, forward_difference
from stepgrad.engine.ops import OPS
from tests.strategies import FORMS, trees

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("apply", OPERATORS)
def test_numbers_may_stand_on_either_side(apply):
    for left, right in ((Value(3.0), 2), (2, Value(3.0)), (Value(3.0), 2.0), (Value(3.0), Value(2.0))):
        plain = [x.data if isinstance(x, Value) else x for x in (left, right)]
        assert apply(left, right).data == apply(*plain)


@pytest.mark.parametrize("apply", OPERATORS)
def test_what_is_no_number_is_refused_as_python_does(apply):
    for other in ("2", None, [1]):
        with pytest.raises(TypeError):
            apply(Value(1.0), other)
        with pytest.raises(TypeError):
            apply(other, Value(1.0))


def test_sums_signs_and_comparisons_work():
    a, b = Value(2.0), Value(-3.0)
    assert sum([a, b, 1]).data == 0.0
    assert ((-a).data, (+a).data, abs(b).data) == (-2.0, 2.0, 3.0)
    assert a > b
    assert b <= 0 < a >= 2
    assert a != Value(2.0)


def test_repr_is_the_notebooks():
    assert repr(Value(2)) == "Value(data=2.0)"


def test_a_value_is_a_number_to_float_int_and_format():
    a = Value(-2.7)
    assert (float(a), int(a), f"{a:.3f}", format(a, ">8.1f")) == (-2.7, -2, "-2.700", "    -2.7")
    assert f"{a}" == format(a) == str(a) == "Value(data=-2.7)"
    assert math.hypot(a, 0) == 2.7
    with pytest.raises(TypeError):
        [1, 2, 3][Value(1)]


def test_a_value_is_not_made_of_another():
    """The graph would end there, and nobody would notice."""
    with pytest.raises(TypeError, match=r"its number is its \.data"):
        Value(Value(2.0))


def test_help_tells_of_every_field_and_operation():
    said = pydoc.plain(pydoc.render_doc(Value))
    public = [name for name in vars(Value) if not name.startswith("_")]

    assert {"data", "grad", "label", "op", "inputs", "params", "born", "backward", *OPS} <= set(public)
    assert [name for name in public if not inspect.getdoc(getattr(Value, name))] == []
    assert "The number." in said
    assert "tanh(self: 'Value')" in said


def test_inputs_are_ordered_and_keep_duplicates():
    a, b = Value(2.0), Value(3.0)
    assert (b - a).inputs == (b, a)
    assert (a * a)._prev == (a, a)


def test_operations_are_spelled_as_in_micrograd():
    a = Value(2.0)
    made = [a, a + 1, a * 2, a**2, a**0.5, a**a, a.tanh(), a.exp(), a.relu(), a - 1, a / 2, -a]
    assert [value._op for value in made] == ["", "+", "*", "**2", "**0.5", "**", "tanh", "exp", "relu", "-", "/", "-"]


def test_every_operation_is_a_method():
    for op in OPS.values():
        operands = op.samples[0]
        first, *others = [Value(x) for x in operands[: op.arity]]
        assert getattr(first, op.name)(*others, *operands[op.arity :]).data == op.forward(*operands)
    with pytest.raises(TypeError, match=r"max\(\) takes 2 values, 1 given"):
        Value(1.0).max()


# ── the notebook's own two functions, as they stand there ──


def trace(root):
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def draw_dot(root):
    from graphviz import Digraph

    dot = Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes, edges = trace(root)
    for n in nodes:
        uid = str(id(n))
        dot.node(name=uid, label="{%s | data %.4f | grad %.4f}" % (n.label, n.data, n.grad), shape="record")  # noqa: UP031
        if n._op:
            dot.node(name=uid + n._op, label=n._op)
            dot.edge(uid + n._op, uid)
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot


def test_the_notebooks_trace_and_draw_dot_run_unchanged():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b")
    o = (x * w + b).tanh()
    o.label = "o"
    o.backward()

    nodes, edges = trace(o)
    drawn = draw_dot(o).source

    assert (len(nodes), len(edges)) == (6, 5)
    for text in ("{x | data 2.0000 | grad", "{o | data 0.4621 | grad 1.0000}", "label=tanh", 'label="*"'):
        assert text in drawn


# ── backward ──


def test_a_second_pass_doubles_leaves_and_recomputes_the_rest():
    a = Value(3.0)
    b = a * a
    c = b * 2
    c.backward()
    first = (a.grad, b.grad, c.grad)
    c.backward()

    assert first == (12.0, 2.0, 1.0)
    assert (a.grad, b.grad, c.grad) == (24.0, 2.0, 1.0)


def test_a_leaf_is_its_own_gradient():
    a = Value(3.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0


def test_a_chain_of_a_hundred_thousand_operations_needs_no_recursion():
    x = y = Value(0.0)
    for _ in range(100_000):
        y = y + 1.0
    y.backward()

    assert (y.data, x.grad) == (100_000.0, 1.0)
    assert len(ancestors([y])) == 200_001


def test_paths_that_double_cost_no_more_than_their_nodes():
    x = y = Value(1.0)
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


@given(trees())
def test_the_story_and_the_result_are_the_same_bit_for_bit(tree):
    def leaves_after(run):
        names = {"a": Value(0.7), "b": Value(-1.3)}
        methods = {name: getattr(Value, name) for name in FORMS if name != "abs"}
        scope = {name: lambda x, *more, f=f: f(x if isinstance(x, Value) else Value(x), *more) for name, f in methods.items()}
        root = eval(tree, {**scope, **names})  # our own text, drawn by our own strategy
        root = root if isinstance(root, Value) else Value(root)
        for _ in range(2):
            run(root)
        return [repr(value.grad) for value in ancestors([root])]

    assert leaves_after(backward) == leaves_after(lambda root: list(contributions(root)))


def test_a_contribution_is_upstream_times_local():
    a, b = Value(2.0), Value(-3.0)
    y = (a * b) * 4.0
    terms = list(contributions(y))

    assert [(t.upstream, t.local, t.before, t.after) for t in terms] == [
        (1.0, 4.0, 0.0, 4.0), (1.0, -6.0, 0.0, -6.0), (4.0, -3.0, 0.0, -12.0), (4.0, 2.0, 0.0, 8.0),
    ]  # fmt: skip
    assert all(t.term == t.upstream * t.local for t in terms)


# ── finite differences ──


def f(x):
    return 3 * x[0] ** 2 - 4 * x[0] + 5


def test_the_slope_of_the_parabola_is_zero_at_two_thirds():
    assert central_difference(f, [2 / 3], 0) == pytest.approx(0.0, abs=1e-9)
    assert forward_difference(f, [2 / 3], 0, 1e-5) == pytest.approx(3e-5, rel=1e-3)
    assert f([3.0]) == 20.0


def test_slopes_of_a_product_and_a_sum_by_a_small_step():
    def d(x):
        return x[0] * x[1] + x[2]

    slopes = [forward_difference(d, [2.0, -3.0, 10.0], slot, 1e-4) for slot in range(3)]
    assert [f"{slope:.4f}" for slope in slopes] == ["-3.0000", "2.0000", "1.0000"]


def test_differences_leave_their_argument_alone():
    at = [1.0, 2.0]
    central_difference(lambda x: math.prod(x), at, 1)
    assert at == [1.0, 2.0]
