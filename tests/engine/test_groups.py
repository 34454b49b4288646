"""Every value knows the part of the program that made it."""

from __future__ import annotations

import pytest

from stepgrad.engine.language import run
from stepgrad.engine.trace import Trace

LOSS = """
n = MLP(3, [4, 4, 1])
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5]]
ypred = [n(x) for x in xs]
loss = sum((y - 1.0)**2 for y in ypred)
"""


def path(trace: Trace, key: str) -> list[str]:
    """The names of the groups around a value, from the outside in."""
    groups = {group.id: group for group in trace.groups}
    at = next(node.group for node in trace.nodes if node.key == key)
    names = []
    while at:
        names.append(groups[at].name)
        at = groups[at].parent
    return names[::-1]


def test_a_value_knows_net_layer_and_neuron():
    trace = run(LOSS)
    users = [node for node in trace.nodes if "n.layers[1].neurons[2].w[0]" in {n.key for n in trace.nodes if n.id in node.inputs}]
    assert [path(trace, node.key) for node in users] == 2 * [["ypred", "n", "layers[1]", "neurons[2]"]]


def test_keys_tell_calls_of_one_net_apart():
    keys = [group.key for group in run(LOSS).groups if group.kind == "net"]
    assert keys == ["ypred/n", "ypred/n#2"]


def test_a_layer_of_one_neuron_is_told_all_the_same():
    keys = {group.key for group in run(LOSS).groups}
    assert {"ypred/n/layers[2]", "ypred/n/layers[2]/neurons[0]"} <= keys


def test_functions_and_turns():
    source = "def f(a):\n    b = a * a\n    return b + 1\nx = 2.0\nfor i in range(2):\n    y = f(x) + f(3.0)\n    x = y * x + 1\n"
    kinds = {group.key: group.kind for group in run(source).groups}
    assert kinds["for"] == "loop"
    assert kinds["for/turn"] == kinds["for/turn#2"] == "turn"
    assert kinds["for/turn#2/y/f"] == "function"


@pytest.mark.parametrize("source", ["a = 2.0\nb = a * a", "a = 2.0\nb = a.tanh()\nc = b + a"])
def test_a_statement_of_one_operation_is_no_group(source: str):
    trace = run(source)
    assert trace.groups == ()
    assert {node.group for node in trace.nodes} == {None}


def test_the_parts_of_a_group_come_one_after_the_other():
    """Nothing outside a group is computed between its first and its last operation: folded, a graph stays without cycles."""
    trace = run(LOSS)
    parents = {group.id: group.parent for group in trace.groups}
    for group in trace.groups:
        inside = {group.id}
        inside |= {each.id for each in trace.groups if parents[each.id] in inside}
        places = [i for i, node in enumerate(trace.nodes) if node.op and node.group in inside]
        assert places == [i for i in range(places[0], places[-1] + 1) if trace.nodes[i].op] if places else True
