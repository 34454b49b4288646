"""One operation of one value, built from simpler ones: `tanh@o`."""

from __future__ import annotations

import pytest

from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS
from stepgrad.engine.trace import Trace

TWICE = "x = 0.5\no = tanh(tanh(x) - 1)\n"


def expanded(source: str, *entries: str) -> Trace:
    return run(source, expand=frozenset(entries))


def operations(trace: Trace) -> list[str | None]:
    return [node.op for node in trace.nodes if node.op]


def test_one_of_two_is_expanded():
    assert operations(expanded(TWICE, "tanh@o")).count("tanh") == 1
    assert operations(expanded(TWICE, "tanh@o/0/0")).count("tanh") == 1
    assert operations(expanded(TWICE, "tanh@o", "tanh@o/0/0")) == operations(expanded(TWICE, "tanh"))


def test_what_it_says_is_what_expands_and_what_folds_back():
    """Every `expands` of a trace is an entry that does what it says, and every `expanded_from` one that was given."""
    given: frozenset[str] = frozenset()
    for _ in range(12):
        trace = run(TWICE, expand=given)
        assert not trace.warnings
        assert {node.expanded_from for node in trace.nodes} <= {None, *given}
        entries = [node.expands for node in trace.nodes if node.expands]
        for node in trace.nodes:
            assert (node.expands is not None) == (node.op is not None and OPS[node.op].expand is not None)
            if node.expands:
                assert operations(run(TWICE, expand=given | {node.expands})) != operations(trace)
        if not entries:
            break
        given |= {entries[0]}
    assert entries == []
    every = frozenset(op.name for op in OPS.values() if op.expand)
    assert operations(trace) == operations(run(TWICE, expand=every))


def test_an_entry_means_the_same_whatever_else_is_expanded():
    """Keys are paths, and expanding one value moves those of others: `y/1/0` is `p - q` before, `(p - q) - d` after."""
    source = "a = 1.0\nb = 2.0\np = 3.0\nq = 4.0\nd = 5.0\ny = (a - b) - ((p - q) - d)\n"
    plain = {node.key: node for node in run(source).nodes}
    span = plain["y/1/0"].span
    for others in ((), ("sub@y",), ("sub@y", "sub@y/1"), ("sub@y/0", "sub@y")):
        trace = expanded(source, "sub@y/1/0", *others)
        made = [node for node in trace.nodes if node.expanded_from == "sub@y/1/0"]
        assert [node.op for node in made] == [None, "mul", "add"]
        assert all(node.span == span for node in made)


def test_the_numbers_stay():
    plain, one = run(TWICE), expanded(TWICE, "tanh@o")
    assert one.nodes[-1].key == plain.nodes[-1].key == "o"
    assert one.nodes[-1].data == pytest.approx(plain.nodes[-1].data)
    assert next(n.grad for n in one.nodes if n.key == "x") == pytest.approx(next(n.grad for n in plain.nodes if n.key == "x"))


@pytest.mark.parametrize(
    "entry", ["tanh@nobody", "sub@o", "tanh@o:3", "tanh@o:x", "tanh@o:٣", "tanh@", "tanh@o:0:0:0", "@", "@o"]
)
def test_a_wish_for_nothing_is_a_notice(entry: str):
    trace = expanded(TWICE, entry)
    assert trace.nodes == run(TWICE).nodes
    assert len(trace.warnings) == 1


def test_the_notice_says_what_is_near():
    notice = expanded("alpha = 1.0\nbeta = tanh(alpha)", "tanh@bta").warnings[0]
    assert notice.message.endswith("Did you mean `tanh@beta`?")


def test_inputs_and_loops():
    source = "x = 0.5\nfor i in range(3):\n    x = tanh(x)\n"
    trace = run(source, {"x": 1.0}, frozenset({"tanh@x#3"}))
    assert operations(trace).count("tanh") == 2
    assert trace.start["n0"] == 1.0
