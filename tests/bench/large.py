"""Large graphs, from text to picture: whole beside Graphviz, and folded. How each stage grows is in growth.py."""

from __future__ import annotations

import statistics
import subprocess
import urllib.request
from itertools import count
from time import perf_counter

from stepgrad.app.config import Settings
from stepgrad.app.drawing.dot import export_dot
from stepgrad.app.links import encode
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.engine.language import run as run_program
from tests.bench.measure import Result, paired
from tests.bench.peers import dot_command
from tests.bench.service import serving
from tests.bench.training import LOSS

MOONS = """\
xs, ys = moons(100, noise=0.1, seed={seed})
n = MLP(2, [16, 16, 1], seed=1)
loss = sum((n(x) - y)**2 for x, y in zip(xs, ys))
loss.backward()
"""


def run() -> list[Result]:
    return [_drawn(), _opened()]


def _drawn() -> Result:
    """The lecture's loss, whole and compact: from text never seen to SVG, and Graphviz alone on the DOT of the same graph."""
    seeds = count(5000)
    dot = export_dot(run_program(LOSS.format(seed=1337))).encode()
    options = Options(collapse="none", style="compact")

    def ours() -> str:
        pipeline = Pipeline(Settings(layout_seconds=30.0))
        return pipeline.svg(pipeline.moment(LOSS.format(seed=next(seeds)), options))

    def peer() -> bytes:
        return subprocess.run([dot_command(), "-Tsvg"], input=dot, capture_output=True, check=True).stdout

    return paired("lecture's loss, text to SVG, unfolded (peer: dot -Tsvg)", ours, peer, wanted=1 / 1.5, rounds=5)


def _opened() -> Result:
    """MLP(2, [16, 16, 1]) on a hundred moons, never seen before: the page and the picture, over HTTP."""
    spent = []
    with serving("-m", "stepgrad", "serve") as port:
        for seed in range(3):
            code = encode(MOONS.format(seed=seed))
            start = perf_counter()
            for path in (f"/g/{code}", f"/g/{code}.svg"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                    assert b"<svg" in answer.read()
            spent.append(perf_counter() - start)
    median = statistics.median(spent)
    what = "MLP(2, [16, 16, 1]) on 100 moons: page and picture"
    return Result(what, f"{median:.2f} s", "at most 3 s", None, None, median <= 3.0)
