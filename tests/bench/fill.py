"""Filling a known skeleton, and drawing from nothing, against a layout by Graphviz of the same graph."""

from __future__ import annotations

import subprocess

from stepgrad.app.config import Settings
from stepgrad.app.drawing.dot import export_dot
from stepgrad.app.drawing.layout import Engine
from stepgrad.app.drawing.skeleton import Skeleton
from stepgrad.app.drawing.structure import structure_of
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.engine.language import run as run_program
from tests.bench.measure import Result, paired
from tests.bench.peers import dot_command
from tests.bench.programs import MANY, NEURON


def run() -> list[Result]:
    return [*(_measure(name, source) for name, source in (("neuron", NEURON), ("lecture's loss", MANY))), _from_nothing(MANY)]


def _measure(name: str, source: str) -> Result:
    trace = run_program(source)
    structure = structure_of(trace)
    skeleton = Skeleton(Engine(seconds=20.0).layout(structure))
    frames = [trace.frame(index) for index in range(len(trace.steps) + 1)]
    dot = export_dot(trace).encode()
    turn = iter(range(1 << 62))

    def ours() -> str:
        return skeleton.fill(frames[next(turn) % len(frames)], steps=len(trace.steps))

    def peer() -> bytes:
        return subprocess.run([dot_command(), "-Tsvg"], input=dot, capture_output=True, check=True).stdout

    what = f"fill, {name}, {len(trace.nodes)} values (peer: dot -Tsvg)"
    return paired(what, ours, peer, wanted=100.0, rounds=9)


def _from_nothing(source: str) -> Result:
    """Text to SVG by a pipeline that has seen nothing, every value drawn."""
    options = Options(style="compact", collapse="none")
    trace = run_program(source)
    dot = export_dot(trace).encode()

    def ours() -> str:
        pipeline = Pipeline(Settings(layout_seconds=20.0))
        return pipeline.svg(pipeline.moment(source, options))

    def peer() -> bytes:
        return subprocess.run([dot_command(), "-Tsvg"], input=dot, capture_output=True, check=True).stdout

    what = f"lecture's loss from text to SVG, {len(trace.nodes)} values (peer: dot -Tsvg)"
    return paired(what, ours, peer, wanted=1 / 1.5, rounds=9)
