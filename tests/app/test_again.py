"""Other numbers for a known program: the answer is that of a service that has seen nothing."""

from __future__ import annotations

import pytest

from stepgrad.app.config import Settings
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from tests.app.samples import NEURON

VIEWS = ({}, {"step": 9}, {"style": "compact"}, {"edges": "local"}, {"color": "grad"}, {"digits": 2, "leaves": "split"})
OTHERS = ("Value(-0.25,", "Value(1e-9,", "Value(123456.789,", "Value(2,", "Value(1e999,", "Value(7.0 ,")


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_known_form_gives_the_answer_of_a_fresh_service(view):
    seasoned, options = Pipeline(Settings()), Options(**view)
    for number in ("Value(2.0,", "Value(2.5,", "Value(3.5,", *OTHERS):
        source = NEURON.replace("Value(2.0,", number)
        fresh = Pipeline(Settings())
        assert seasoned.json(seasoned.moment(source, options)) == fresh.json(fresh.moment(source, options))


def test_a_third_program_of_a_form_is_not_run(monkeypatch):
    pipeline = Pipeline(Settings())
    for number in ("2.0", "2.5"):
        pipeline.moment(NEURON.replace("2.0", number), Options())
    monkeypatch.setattr("stepgrad.app.pipeline.run", lambda *_, **__: pytest.fail("it was run"))
    pipeline.moment(NEURON.replace("2.0", "2.75"), Options())
    assert pipeline.moment(NEURON.replace("2.0", "3.25"), Options()).trace.nodes[0].data == 3.25
