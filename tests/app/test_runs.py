"""The one door to a run: equal keys are told once, and what strangers ask never adds up."""

from __future__ import annotations

import tracemalloc

import pytest

from stepgrad.app import runs as door
from stepgrad.app.options import Options
from stepgrad.app.runs import RunKey, Runs
from stepgrad.app.studies import STUDIES, Subject
from stepgrad.engine.language import record
from tests.app.samples import NEURON

NET = """\
n = MLP(2, [4, 1], seed=1)
ys = [n(x) for x in [[1.0, 2.0], [0.5, -1.0], [2.0, 0.1]]]
loss = sum((y - 1)**2 for y in ys)
loss.backward()"""
DIAGRAM = STUDIES["diagram.json"]


def strange(number: int) -> str:
    """7 kB of keys that no part of the program has."""
    return ",".join(f"part{number}x{i}x{'y' * 60}" for i in range(100))


def test_one_run_serves_every_question(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []
    monkeypatch.setattr(door, "record", lambda *given, **named: ran.append(1) or record(*given, **named))
    runs = Runs(64 << 20)
    for options in (Options(), Options(collapse="layer"), Options(open="ys"), Options(step="3"), Options(iteration=3), Options()):
        runs.get(RunKey.of(NET, options))
    assert runs.get(RunKey.of(NET, Options())) is runs.get(RunKey.of(NET, Options(theme="dark", step="2")))
    assert len(ran) == 1


def test_1200_diagrams_of_parts_that_there_are_not_leave_memory_flat() -> None:
    """Each with 7 kB of its own."""
    limit = 2 << 20
    runs = Runs(limit)
    question = DIAGRAM.question.read({})

    def ask(numbers: range) -> int:
        for number in numbers:
            DIAGRAM.body(Subject(runs.get(RunKey.of(NET, Options(open=strange(number))))), question)
            assert runs.weight <= limit
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        begun, ended = ask(range(60)), ask(range(60, 1_200))
    finally:
        tracemalloc.stop()
    assert ended - begun < limit // 2


def test_1200_programs_and_iterations_keep_within_the_limit() -> None:
    limit = 4 << 20
    runs = Runs(limit)
    for number in range(600):
        runs.get(RunKey.of(NEURON.replace("2.0", f"{number}.5"), Options())).structure(Options())
        runs.get(RunKey.of(NET, Options(iteration=number)))
        assert runs.weight <= limit
