"""A run, told and trained, leaves nothing to the garbage collector: what is no longer wanted is gone at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from stepgrad.app.gallery import gallery
from stepgrad.engine.folding import Fold
from stepgrad.engine.iteration import iteration_of
from stepgrad.engine.language import record
from stepgrad.engine.model import Model
from stepgrad.engine.renumber import Form, parts
from stepgrad.engine.story import fold, outline, tell
from stepgrad.engine.train import Plan, Run


def everything(source: str, expand: frozenset[str]) -> None:
    recording = record(source, expand=expand)
    tell(recording), outline(recording), fold(recording, Fold("layer"))
    [recording.graph.keys[row] and recording.graph.expands(row) for row in range(len(recording.graph))]
    if (given := parts(source)) is not None:
        Form.learn(source, given, recording)
    if any(kind in ("parameter", "input") for kind in recording.graph.kinds):
        training = Run(Model(recording), Plan())
        training.advance(2)
        tell(iteration_of(recording, training, 0))


@pytest.fixture(scope="module", autouse=True)
def nothing_else() -> Iterator[None]:
    """What was there before is not looked at."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.mark.parametrize("expand", [frozenset[str](), frozenset({"tanh", "div@y"})], ids=["as written", "expanded"])
@pytest.mark.parametrize("source", [pytest.param(example.source, id=example.slug) for example in gallery()])
def test_nothing_is_left(source: str, expand: frozenset[str]) -> None:
    everything(source, expand)  # what the first use of something keeps is no garbage
    gc.collect()
    everything(source, expand)
    assert gc.collect() == 0
