"""Operations that are not in the table: what they did is told, and nothing is made up about what they would do."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from stepgrad.app import wire
from stepgrad.app.config import Settings
from stepgrad.app.exporting import FORMATS
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.runs import RunKey
from stepgrad.app.story import Moment
from stepgrad.app.studies import STUDIES, Subject
from stepgrad.engine.errors import ProgramError, Span
from stepgrad.engine.folding import COLLAPSE, Fold
from stepgrad.engine.limits import LIMITS
from stepgrad.engine.ops import OPS
from stepgrad.engine.recorder import TOP, Recorder
from stepgrad.engine.recording import Recording, record
from stepgrad.engine.story import fold, tell


def own(within: bool = False) -> Recording:
    """y = swish(x * w) with an operation of one's own, whose backward pass is written by hand; x is used twice."""
    recorder = Recorder(LIMITS)

    def call() -> None:
        y = recorder.observe("swish", 1.5, (n, x), 2)
        recorder.name(y, "y", TOP)
        out.append(y)

    x, w = recorder.leaf(2.0, "input", 1), recorder.leaf(-3.0, "input", 1)
    recorder.name(x, "x", TOP)
    recorder.name(w, "w", TOP)
    n = recorder.operation(OPS["mul"], (x, w), (), 1)
    out: list[Any] = []
    if within:
        with recorder.within("function", 2, "f"):
            call()
            out.append(recorder.operation(OPS["mul"], (out[0], out[0]), (), 2))
    else:
        call()
    y = out[0]
    recorder.assign(y, "grad", 1.0)
    recorder.observe_grad(n, 0.25, y, 0, 7)
    recorder.observe_grad(x, 0.5, y, None, 8)
    recorder.send_back(n)
    recording, _ = record(recorder, "x = 2.0", out[-1:], lambda line: Span(line, 1, 1), lambda making: making.name)
    return recording


def test_what_was_seen_is_told() -> None:
    trace = tell(own())
    y = next(node for node in trace.nodes if node.label == "y")
    assert (y.kind, y.op, y.symbol, len(y.inputs)) == ("operation", None, "swish", 2)
    assert [step.phase for step in trace.steps] == ["forward", "forward", "seed", "backward", "backward", "backward", "backward"]
    first, second, *known = trace.steps[3:]
    assert first.is_observed
    assert (first.edge, first.span, [tuple(write) for write in first.writes]) == (
        "e2",
        Span(7, 1, 1),
        [(first.node, "grad", None, 0.25)],
    )
    assert (second.edge, second.span) == (None, Span(8, 1, 1))
    assert [(step.upstream, step.local, step.term) for step in known] == [(0.25, -3.0, -0.75), (0.25, 2.0, 0.5)]
    assert {node.label: node.grad for node in trace.nodes if node.label} == {"x": -0.25, "w": 0.5, "y": 1.0}


@pytest.mark.parametrize("collapse", COLLAPSE)
def test_folded_it_has_the_same_numbers(collapse: Any) -> None:
    recording = own(within=True)
    whole, folded = tell(recording), fold(recording, Fold(collapse))
    data = {node.id: (node.data, node.grad) for node in whole.nodes}
    assert all(data[node.id] == (node.data, node.grad) for node in folded.nodes if node.id in data)
    assert folded.frame(len(folded.steps)).grad.items() <= whole.frame(len(whole.steps)).grad.items()


LINE = Pipeline(Settings())


def moments(recording: Recording) -> list[Moment]:
    story = LINE.runs.get(RunKey(recording))
    return [Moment.of(story, Options(step=str(i), color="grad", edges="contribution")) for i in range(len(story.trace.steps) + 1)]


def test_every_picture_and_sentence_of_it_can_be_made() -> None:
    for moment in moments(own()):
        ET.fromstring(LINE.svg(moment))
        assert "swish" in LINE.dot(moment)
        answer = json.loads(wire.dump(LINE.json(moment)))
        texts = [step["text"] for step in answer["steps"]]
    assert texts[1] == "y = 1.5: the program's own `swish` computes it."
    assert texts[3] == "`swish` changes the grad of x × w in line 7: it goes from 0 to 0.25."
    assert texts[4] == "The program's own code changes x.grad in line 8: it goes from 0 to 0.5."
    assert answer["steps"][3]["formula"]["result"] == "0.25"
    assert answer["edges"][2]["local"] is None
    assert answer["tape"] is None


@pytest.mark.parametrize("study", ["check.json", "paths.json", "plot.json", "orders.json", "modes.json", "train.json"])
def test_what_needs_its_slope_says_that_it_is_not_known(study: str) -> None:
    subject = Subject(LINE.runs.get(RunKey(own())))
    with pytest.raises(ProgramError, match="`swish` is an operation of the program's own") as caught:
        STUDIES[study].make(subject, STUDIES[study].question.read({}))
    assert caught.value.span == Span(2, 1, 1)


def test_it_has_no_program_for_pytorch() -> None:
    with pytest.raises(ProgramError, match="swish"):
        FORMATS["py"].make(LINE, moments(own())[-1])


def test_a_slider_that_does_not_reach_it_moves() -> None:
    """What depends on the operation cannot be computed again; what does not, can."""
    replay = Subject(LINE.runs.get(RunKey(own()))).replay
    with pytest.raises(ProgramError):
        replay.moved("n0", 3.0)
    assert replay.grads["n0"] == pytest.approx(-0.25)
