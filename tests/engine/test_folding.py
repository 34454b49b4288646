"""Folding shows less and changes nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepgrad.engine.folding import COLLAPSE, Fold, examples, folding
from stepgrad.engine.language import record, run
from stepgrad.engine.trace import Trace
from tests.stories import folded as fold
from tests.strategies import parted_programs

LOSS = """
n = MLP(3, [4, 4, 1])
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
loss.backward()
"""

TRAINED = (
    LOSS
    + """
for p in n.parameters():
    p.data += -0.1 * p.grad
for p in n.parameters():
    p.grad = 0.0
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
loss.backward()
"""
)

BRANCHED = """
x = 2.0
def f(a, b):
    c = a * b
    return c + b.relu(), c * c
y, z = f(x, x + 1)
for i in range(3):
    u, v = f(y, z / 10)
    y = u * 0.1 + v * 0.01
    w = v + y
o = y * z + w
"""

UNREAD = """
xs = [0.1 * i for i in range(70)]
n = MLP(2, [3, 2])
def f(a, b):
    c = a * b
    return [c + b, c * c]
f(0.5, 2.0)
n([1.0, 2.0])
for i in range(3):
    f(i, 3.0)
w = 0.0
"""
"""A list, a call, a net and a loop that nobody reads."""


def drawn(trace: Trace) -> list[str]:
    return [node.id for node in trace.nodes if node.inside is None]


def check(whole: Trace, folded: Trace) -> None:
    """The folded story agrees with the whole one about all that it tells."""
    nodes = {node.id: node for node in whole.nodes}
    place = {node.id: i for i, node in enumerate(folded.nodes)}
    for node in folded.nodes:
        if node.id in nodes:
            assert (same(node.data, nodes[node.id].data), same(node.grad, nodes[node.id].grad)) == (True, True)
            assert node.key == nodes[node.id].key
        assert all(place[each] < place[node.id] for each in node.inputs), "a value comes after all that it reads"
        assert node.folds is None or node.folds.results, "a part ends with something, though nobody reads it"
    groups = {group.id for group in folded.groups}
    assert groups.issuperset(node.group for node in folded.nodes if node.group), "what is not told made nothing"
    boxes = set(drawn(folded))
    for edge in folded.edges:
        assert {edge.source, edge.target} <= boxes
        assert place[edge.source] < place[edge.target], "a folded graph has no cycles"
    assert len({(edge.target, edge.slot) for edge in folded.edges}) == len(folded.edges)
    assert [step.index for step in folded.steps] == list(range(1, len(folded.steps) + 1))
    told = {node.id for node in folded.nodes}
    end, whole_end = folded.frame(len(folded.steps)), whole.frame(len(whole.steps))
    for known, all_known in ((end.data, whole_end.data), (end.grad, whole_end.grad)):
        assert {id: x for id, x in all_known.items() if id in told} == pytest.approx(dict(known), nan_ok=True, rel=0, abs=0)
    # Each moment of the folded story is a moment of the whole one.
    moments = iter(range(len(whole.steps) + 1))
    for step in range(len(folded.steps) + 1):
        frame = folded.frame(step)
        assert any(agrees(frame, whole.frame(k), told) for k in moments), f"step {step} is no moment of the whole story"


def agrees(frame, whole, told) -> bool:  # type: ignore[no-untyped-def]
    return all(
        {id: x for id, x in all_known.items() if id in told} == dict(known)
        for known, all_known in ((frame.data, whole.data), (frame.grad, whole.grad))
    )


def same(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize("collapse", COLLAPSE)
@pytest.mark.parametrize("source", [LOSS, TRAINED, BRANCHED, UNREAD])
def test_a_folded_story_agrees_with_the_whole(source: str, collapse):  # type: ignore[no-untyped-def]
    whole = run(source)
    check(whole, fold(source, collapse))


@settings(max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    nin=st.integers(1, 4),
    activation=st.sampled_from(["tanh", "relu", "sigmoid", "linear"]),
    seed=st.integers(0, 99),
    examples=st.integers(1, 4),
    collapse=st.sampled_from(COLLAPSE),
    data=st.data(),
)
def test_folding_a_random_net_changes_no_number(sizes, nin, activation, seed, examples, collapse, data):  # type: ignore[no-untyped-def]
    xs = [[round(math.sin(7 * i + j), 2) for j in range(nin)] for i in range(examples)]
    source = (
        f'n = MLP({nin}, {[*sizes, 1]}, activation="{activation}", seed={seed})\nxs = {xs}\nouts = [n(x) for x in xs]\n'
        "def cost(o):\n    d = o - 1.0\n    return d * d\nloss = sum(cost(o) for o in outs)\nloss.backward()\n"
    )
    whole = run(source)
    open = data.draw(st.sets(st.sampled_from([group.key for group in whole.groups]), max_size=4))
    check(whole, fold(source, collapse, open))


@given(parted_programs(), st.sampled_from(COLLAPSE), st.data())
def test_folding_any_program_changes_no_number(source: str, collapse, data):  # type: ignore[no-untyped-def]
    whole = run(source)
    keys = [group.key for group in whole.groups] or ["none"]
    signed = st.tuples(st.sampled_from(["", "", "-"]), st.sampled_from(keys)).map("".join)
    check(whole, fold(source, collapse, data.draw(st.sets(signed, max_size=4))))


def test_auto_keeps_to_about_sixty_boxes():
    assert len(drawn(fold(LOSS))) == 39
    assert len(drawn(fold("n = MLP(3, [4, 4, 1])\nn([2.0, 3.0, -1.0])"))) <= 60


def test_a_small_program_is_not_folded():
    source = "a = 2.0\nb = a * a + a\nc = b.tanh() * b"
    assert fold(source) == run(source)
    assert folding(record(source).graph, Fold()) is None


def test_a_long_sum_is_one_box():
    source = "x = 2.0\ny = " + " + ".join(["x * 0.5"] * 150)
    whole, folded = run(source), fold(source)
    assert [(node.kind, node.key) for node in folded.nodes if node.inside is None] == [("input", "x"), ("group", "y")]
    check(whole, folded)


def test_what_nobody_reads_sums_up_what_it_ends_with():
    folded = fold("X = [0.1*i for i in range(61)]\nw = 0.0")
    (part,) = (node for node in folded.nodes if node.folds)
    assert (part.key, part.folds and len(part.folds.results)) == ("X", 61)
    neuron = next(node for node in fold("n = Neuron(2)\nn([1.0, 2.0])\nw = 0.0", "neuron").nodes if node.folds)
    assert neuron.folds
    assert neuron.folds.results == (neuron.id,), "an operation like any other"


def test_nothing_that_goes_along_two_edges_is_0_and_not_negative_0():
    """The edges of one value into a folded part are one: what goes along it is their sum, as the step says it."""
    folded = fold("x = 1.0\ny = x * -0.0 + x * -0.0\nz = y * 2.0\nz.backward()", "statement")
    (edge,) = (edge for edge in folded.edges if edge.source == "n0")
    (sent,) = (dict(step.sent) for step in folded.steps if edge.id in dict(step.sent))
    assert str(edge.contribution) == str(sent[edge.id]) == "0.0"


def test_many_lines_are_put_together():
    source = "x = 1.0\n" + "".join(f"x{i} = x * {i}.5\n" for i in range(300)) + "y = x0 + x299"
    whole, folded = run(source), fold(source)
    assert len(drawn(folded)) <= 60
    check(whole, folded)


def test_a_neuron_is_an_operation():
    """Its only result stands for it: data and grad are the result's own, and what it reads goes in."""
    folded = fold("n = Neuron(2)\no = n([1.0, 2.0])\no.backward()", "neuron")
    node = next(node for node in folded.nodes if node.kind == "group")
    assert node.key == "o"
    assert node.folds is not None
    assert (node.folds.operations, node.folds.parameters) == (5, 3)
    assert [step.phase for step in folded.steps] == ["forward", "seed", "backward"]
    hidden = [each for each in folded.nodes if each.kind == "parameter"]
    assert len(hidden) == 3
    assert all(each.inside == node.id and each.grad is not None for each in hidden)


def test_an_open_group_shows_what_is_in_it():
    folded = fold(LOSS, "statement", {"ypred", "ypred/n#2"})
    keys = {node.key for node in folded.nodes if node.inside is None}
    assert {"ypred/n#2/layers[0]", "ypred/n#2/layers[1]"} <= keys


@pytest.mark.parametrize("collapse", ["auto", "none", "layer", "function", "statement"])
@pytest.mark.parametrize("example", [1, 3, 4])
def test_one_example_is_shown_and_the_others_are_one_box(collapse, example: int):  # type: ignore[no-untyped-def]
    whole = run(LOSS)
    folded = fold(LOSS, collapse, example=example)
    check(whole, folded)
    shown = {node.key: node for node in folded.nodes if node.inside is None}
    others = next(node for node in shown.values() if node.folds and node.folds.group == "others")
    assert (others.label, len(others.folds.results), others.folds.parameters) == ("3 more n", 3, 41)
    assert {key for key in shown if key.startswith("xs[")} in ({f"xs[{example - 1}][{i}]" for i in range(3)}, set())


def test_an_example_there_is_not_is_refused():
    with pytest.raises(ValueError, match="4 examples"):
        fold(LOSS, example=5)
    with pytest.raises(ValueError, match="no examples"):
        fold("a = 2.0\nb = a * a", example=1)


def test_calls_that_need_each_other_are_no_examples_of_which_one_could_be_shown():
    source = "n = MLP(1, [2, 1])\ny = [n([0.5])]\nz = [n([y[0]])]"
    assert examples(record(source).graph.groups) == ()
    source = "def f(a):\n    b = a * a\n    return b + a\nx = 2.0\ny = f(f(f(x)))"
    assert len(examples(record(source).graph.groups)) == 3
    with pytest.raises(ValueError, match="depend"):
        fold(source, example=2)
