"""Any turn of a training loop can be told, whatever else the story of a long run leaves out."""

from __future__ import annotations

import pytest

from stepgrad.engine.errors import ProgramError
from stepgrad.engine.language import record, run
from stepgrad.engine.story import tell
from stepgrad.engine.trace import Trace

LOOP = """\
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
n = MLP(3, [4, 4, 1], seed=1)
for k in range({turns}):
    ypred = [n(x) for x in xs]
    loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
    for p in n.parameters():
        p.grad = 0.0
    loss.backward()
    for p in n.parameters():
        p.data += -0.05 * p.grad
    print(k, loss.data)
"""


def turn(source: str, number: int) -> Trace:
    return tell(record(source, turn=number))


def output(trace: Trace) -> float:
    return next(node.data for node in trace.nodes if node.id == trace.output)


def test_each_turn_has_the_numbers_of_the_run() -> None:
    source = LOOP.format(turns=6)
    whole = run(source)
    assert not whole.warnings
    losses = [float(line.split()[1]) for line in whole.printed]
    finished = {node.key: (node.data, node.grad) for node in whole.nodes if node.kind == "parameter"}
    for number in range(1, 7):
        told = turn(source, number)
        assert output(told) == losses[number - 1]
        assert told.printed == whole.printed[:number]
        assert told.warnings == ()
        phases = [step.phase for step in told.steps]
        assert (phases[0], phases[-1], phases.count("seed")) == ("forward", "update", 1)
    assert {node.key: (node.data, node.grad) for node in told.nodes if node.kind == "parameter"} == finished


def test_a_turn_begins_where_the_one_before_ended() -> None:
    source = LOOP.format(turns=4)
    for number in range(1, 4):
        before, after = turn(source, number), turn(source, number + 1)
        ended = {node.key: node.data for node in before.nodes if node.kind == "parameter"}
        began = {node.key: after.start[node.id] for node in after.nodes if node.kind == "parameter"}
        assert began == ended


def test_a_turn_in_the_middle_of_500() -> None:
    """Of which the story of the run tells only the last."""
    source = LOOP.format(turns=500)
    told = turn(source, 250)
    assert len(told.printed) == 250
    assert output(told) == float(told.printed[-1].split()[1])
    (notice,) = run(source).warnings
    assert "of 500 backward passes are not told step by step. With `turn=1`" in notice.message


def test_a_program_with_two_passes_and_no_loop() -> None:
    source = "a = 2.0\nb = a * a\nb.backward()\nc = b * 3\nprint(a.grad)\nc.backward()\nprint(a.grad)"
    first, second = turn(source, 1), turn(source, 2)
    assert (output(first), first.printed) == (4.0, ("4.0",)), "what comes before the next pass has happened"
    assert (output(second), second.printed) == (12.0, ("4.0", "16.0"))
    assert next(node.grad for node in second.nodes if node.key == "a") == 16.0
    assert second.grads == {"n0": 4.0}, "what the pass before it left"


def test_a_turn_that_there_is_not() -> None:
    with pytest.raises(ProgramError, match=r"There is no turn 7: the program makes 2") as caught:
        turn(LOOP.format(turns=2), 7)
    assert caught.value.hint == "Ask for a turn from 1 to 2."
    with pytest.raises(ProgramError, match="There is no turn 1"):
        turn("a = 2.0\nb = a * a", 1)
