"""A graph that was built in plain Python as a trace: what its numbers bear out is told, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given

from stepgrad import engine
from stepgrad.engine import MLP, Value
from stepgrad.engine.errors import LimitError, ProgramError
from stepgrad.engine.graph import ancestors
from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS
from stepgrad.engine.snapshot import recording_of_values
from stepgrad.engine.story import tell
from stepgrad.engine.trace import Trace
from tests.strategies import Program, programs


def trace_of(root: Value) -> Trace:
    return tell(recording_of_values(root))


def output(program: Program) -> str:
    return program.source.splitlines()[-1].split(" = ")[0]


def built(program: Program) -> Value:
    """The output of a program, as Python computes it."""
    names = {name: getattr(engine, name) for name in engine.__all__}
    exec(program.source, names)
    return names[output(program)]


def numbers(root: Value) -> list[tuple[object, ...]]:
    return [(repr(value.data), repr(value.grad), value.label, value.born) for value in ancestors([root])]


def story(trace: Trace) -> list[object]:
    """All of a trace but what only a program knows: labels, keys, places."""
    nodes = [(node.id, node.op, node.params, node.inputs, node.data, node.grad) for node in trace.nodes]
    return [trace.output, nodes, trace.edges, trace.steps, dict(trace.start), dict(trace.grads)]


def phases(trace: Trace) -> list[str]:
    return [step.phase for step in trace.steps]


@given(programs("Value({0})"))
def test_after_one_pass_the_story_is_that_of_the_program(program):
    told = run(f"{program.source}\n{output(program)}.backward()")
    kinds = {node.id: node.kind for node in told.nodes}
    # The language draws `tanh(0.0)`; for Python it is a number.
    assume(not any(node.op and {kinds[each] for each in node.inputs} == {"constant"} for node in told.nodes))
    root = built(program)
    root.backward()

    assert story(trace_of(root)) == story(told)


@given(programs("Value({0})"))
def test_nothing_changes_by_looking(program):
    root = built(program)
    for act in (lambda: None, root.backward, root.backward, lambda: setattr(root, "data", 7.0)):
        act()
        before = numbers(root)
        trace_of(root)
        assert numbers(root) == before


@given(programs("Value({0})"))
def test_the_last_frame_shows_the_numbers_as_they_are(program):
    root = built(program)
    for act in (lambda: None, root.backward, root.backward, lambda: setattr(root, "data", 7.0)):
        act()
        trace, values = trace_of(root), ancestors([root])
        frame = trace.frame(trace.end)
        graded = any(value.grad for value in values)
        assert [repr(frame.data[node.id]) for node in trace.nodes] == [repr(value.data) for value in values]
        assert [frame.grad.get(node.id) for node in trace.nodes] == [value.grad if graded else None for value in values]


def neuron() -> tuple[Value, Value, Value]:
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    o = (x * w + 7).tanh()
    o.label = "o"
    return x, w, o


def test_without_a_backward_pass_only_the_forward_pass_is_told():
    *_, o = neuron()
    trace = trace_of(o)

    assert phases(trace) == ["forward"] * 3
    assert all(node.grad is None for node in trace.nodes)
    assert trace.warnings == ()


def test_labels_are_names_and_what_has_none_is_a_constant():
    *_, o = neuron()
    trace = trace_of(o)

    assert [(node.key, node.label, node.kind) for node in trace.nodes if node.kind != "operation"] == [
        ("x", "x", "input"),
        ("w", "w", "input"),
        ("o/0/1", "", "constant"),
    ]
    assert trace.nodes[-1].key == "o"


def test_two_values_may_have_one_label():
    a, b = Value(1.0, label="a"), Value(2.0, label="a")

    assert [node.key for node in trace_of(a * b).nodes] == ["a", "a#2", "out"]


@pytest.mark.parametrize(("label", "shown"), [("θ\n", "θ\n"), ("\ud800", "?"), (7, "7")])
def test_a_label_is_text(label, shown):
    assert trace_of(Value(1.0, label=label)).nodes[0].label == shown


@pytest.mark.parametrize(
    "act",
    [
        lambda x, w, o: (o.backward(), o.backward()),
        lambda x, w, o: (o.backward(), (x * 2).backward()),
        lambda x, w, o: (o * 2).backward(),
        lambda x, w, o: (o.backward(), setattr(w, "data", -2.9)),
        lambda x, w, o: (o.backward(), setattr(w, "grad", 0.0)),
        lambda x, w, o: setattr(w, "data", 1.0),
        lambda x, w, o: setattr(o, "data", 0.5),
        lambda x, w, o: setattr(w, "grad", 1.0),
    ],
    ids=["twice", "another root", "from above", "after an update", "a grad cleared", "data set", "result set", "a grad set"],
)
def test_numbers_that_no_single_pass_leaves_have_no_steps(act):
    x, w, o = neuron()
    act(x, w, o)
    trace = trace_of(o)
    frame = trace.frame(0)
    graded = any(value.grad for value in ancestors([o]))

    assert trace.steps == ()
    assert [frame.data[node.id] for node in trace.nodes] == [value.data for value in ancestors([o])]
    assert [frame.grad.get(node.id) for node in trace.nodes] == [value.grad if graded else None for value in ancestors([o])]
    assert all(edge.local is None and edge.contribution is None for edge in trace.edges)
    assert "as they are" in trace.warnings[0].message


def test_a_leaf_alone_is_a_graph():
    a = Value(2.0, label="a")
    assert phases(trace_of(a)) == []
    a.backward()
    assert phases(trace_of(a)) == ["seed"]


def test_a_net_is_a_graph():
    n = MLP(2, [3, 1], seed=1)
    loss = (n([1.0, -2.0]) - 1.0) ** 2  # type: ignore[operator]
    loss.backward()

    assert len(trace_of(loss).nodes) == len(ancestors([loss]))
    assert trace_of(loss).nodes[-1].grad == 1.0


def test_numbers_that_are_not_finite_are_told_like_others():
    a = Value(0.0, label="a")
    b = a.log() * 0
    b.backward()
    trace = trace_of(b)

    assert phases(trace).count("backward") == 3
    assert "not finite" in trace.warnings[0].message


def test_a_graph_without_end_is_refused():
    value = total = Value(1.0)
    for _ in range(100_000):
        total = total + value

    with pytest.raises(LimitError, match="100,001 values"):
        trace_of(total)


def test_an_operation_of_ones_own_is_refused():
    with pytest.raises(ProgramError, match="`minus` is not in the table"):
        trace_of(Value.apply(replace(OPS["neg"], name="minus"), Value(1.0)))
