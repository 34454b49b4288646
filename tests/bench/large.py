"""Graphs of any size: from text to picture, a million values, and how each stage grows."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tracemalloc
import urllib.request
from itertools import count, pairwise
from time import perf_counter

from app.config import Settings
from app.drawing.dot import export_dot
from app.drawing.layout import Engine
from app.drawing.skeleton import Skeleton
from app.drawing.structure import structure_of
from app.links import encode
from app.options import Options
from app.pipeline import Pipeline
from engine.folding import fold
from engine.language import run as run_program
from engine.language.source import Source
from engine.limits import LIMITS
from tests.bench.measure import Result, paired
from tests.bench.peers import dot_command
from tests.bench.service import serving
from tests.bench.training import LOSS

MOONS = """\
xs, ys = moons({rows}, noise=0.1, seed={seed})
n = MLP(2, {sizes}, seed=1)
loss = sum((n(x) - y)**2 for x, y in zip(xs, ys))
loss.backward()
"""

GROWTH = ((2, [3, 1]), (2, [16, 1]), (15, [16, 16, 1]), (150, [16, 16, 1]))
"""Examples and sizes of nets: some 10², 10³, 10⁴ and 10⁵ values."""

CHAIN = """
from resource import RUSAGE_SELF, getrusage
from engine import Value
most = lambda: getrusage(RUSAGE_SELF).ru_maxrss * 1024
before = most()
x = y = Value(0.5)
for _ in range(1_000_000):
    y = y.tanh()
y.backward()
print((most() - before) / 1_000_000)
"""


def run() -> list[Result]:
    return [_drawn(), _opened(), *_million(), *(_stages(rows, sizes) for rows, sizes in GROWTH)]


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
    with serving("-m", "app", "serve") as port:
        for seed in range(3):
            code = encode(MOONS.format(rows=100, sizes=[16, 16, 1], seed=seed))
            start = perf_counter()
            for path in (f"/g/{code}", f"/g/{code}.svg"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                    assert b"<svg" in answer.read()
            spent.append(perf_counter() - start)
    median = statistics.median(spent)
    what = "MLP(2, [16, 16, 1]) on 100 moons: page and picture"
    return Result(what, f"{median:.2f} s", "at most 3 s", None, None, median <= 3.0)


def _million() -> list[Result]:
    """A chain of a million values, forward and backward, in a process of its own."""
    if not sys.platform.startswith("linux"):
        return []
    start = perf_counter()
    done = subprocess.run([sys.executable, "-c", CHAIN], capture_output=True, text=True, check=True)
    each = float(done.stdout)
    what = f"a chain of 1,000,000 Values, forward and backward ({perf_counter() - start:.1f} s)"
    return [Result(what, f"{each:.0f} bytes a Value", "under 600", None, None, each < 600)]


def _stages(rows: int, sizes: list[int]) -> Result:
    """Milliseconds for reading, running and telling, folding, laying out and filling; bytes of the picture, and memory."""
    source = MOONS.format(rows=rows, sizes=sizes, seed=1)
    marks = [perf_counter()]

    def mark() -> None:
        marks.append(perf_counter())

    Source(source, LIMITS)
    mark()
    trace = run_program(source)
    mark()
    told = fold(trace)
    mark()
    layout = Engine(seconds=20.0).layout(structure_of(told))
    mark()
    skeleton = Skeleton(layout)
    frame = told.frame(len(told.steps))
    picture = skeleton.fill(frame, steps=len(told.steps))
    mark()
    read, ran, folded, laid, filled = (1000 * (b - a) for a, b in pairwise(marks))
    tracemalloc.start()
    kept = run_program(source)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    values = len(kept.nodes)
    stages = f"read {read:.1f}, run {ran:.0f}, fold {folded:.0f}, layout {laid:.0f}, fill {filled:.1f} ms"
    return Result(
        f"{values:,} values: {stages}",
        f"{len(picture) / 1000:.0f} kB",
        f"{memory / 1e6:.1f} MB, {memory / values / 1000:.1f} kB a value",
        None,
        None,
        True,
    )
