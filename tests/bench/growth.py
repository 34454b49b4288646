"""How time and memory grow with the size of a graph, from the text of a program to its picture; and what one value weighs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any
from unittest.mock import patch

from tests.bench.measure import Result

SIZES = (100, 1_000, 10_000, 100_000)
PER_EXAMPLE = 35
"""Values that one example makes in the loss below."""

DEARER = 4.0
"""How much more a value may cost among 100,000 than among 1,000: these no longer lie in the processor's caches."""

CHAIN, BYTES = 1_000_000, 600
"""A chain of so many values goes forward and backward in so many bytes each."""

PROGRAM = """\
n = MLP(2, [4, 1], seed=1)
xs, ys = moons({examples}, noise=0.1, seed=1)
loss = sum((n(x) - y)**2 for x, y in zip(xs, ys))
loss.backward()
"""


def grow(size: int) -> dict[str, float]:
    """Seconds of each stage, and bytes. For a process of its own, so that its memory is its own."""
    from stepgrad.app.drawing.layout import Engine
    from stepgrad.app.drawing.skeleton import Skeleton
    from stepgrad.app.drawing.structure import structure_of
    from stepgrad.engine.folding import Fold
    from stepgrad.engine.language import interpreter, record, run
    from stepgrad.engine.language.source import Source
    from stepgrad.engine.limits import LIMITS
    from stepgrad.engine.story import fold, tell

    much = 1_000 * size + LIMITS.steps
    limits = replace(LIMITS, steps=much, values=much, held=much, terms=much, moments=much, told=much, examples=much)
    source = PROGRAM.format(examples=max(size // PER_EXAMPLE, 1))
    found: dict[str, float] = {}

    def timed(stage: str, work: Callable[..., Any], *given: Any) -> Any:
        start = perf_counter()
        done = work(*given)
        found[stage] = perf_counter() - start
        return done

    timed("parse", Source, source, limits)
    run("a = 1\nb = a * a")  # what is read and made once
    before = _resident()
    with patch.object(interpreter, "record", partial(timed, "record", interpreter.record)):
        recording = timed("run", lambda: record(source, limits=limits))
    found["run"] -= found["parse"] + found["record"]
    folded = timed("fold", fold, recording, Fold())
    found["memory"] = _resident() - before
    structure = timed("structure", structure_of, folded)
    skeleton = Skeleton(timed("layout", Engine(seconds=20.0).layout, structure))
    frame = folded.frame(len(folded.steps))
    skeleton.fill(frame)
    found["bytes"] = len(timed("fill", skeleton.fill, frame))
    timed("trace", tell, recording)
    return found | {"values": len(recording.graph), "boxes": len(structure.boxes)}


def chain(length: int) -> dict[str, float]:
    """A chain of values, forward and backward."""
    from stepgrad.engine.value import Value

    before = _resident()
    start = perf_counter()
    x = y = Value(0.5)
    for _ in range(length):
        y = y * x
    y.backward()
    return {"seconds": perf_counter() - start, "bytes": (_resident(peak=True) - before) / length, "grad": x.grad}


def _resident(peak: bool = False) -> int:
    """Bytes of memory that this process holds, or has held at the most."""
    if peak:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def _apart(what: str, size: int) -> dict[str, float]:
    answer = subprocess.run([sys.executable, "-m", "tests.bench.growth", what, str(size)], capture_output=True, check=True)
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def run() -> list[Result]:
    columns = ("values", "parse", "run", "trace", "fold", "structure", "layout", "fill", "boxes", "SVG", "memory")
    print("    " + "".join(f"{name:>11}" for name in columns))
    each = []
    for size in SIZES:
        found = _apart("grow", size)
        times = "".join(f"{found[name] * 1e3:>8.1f} ms" for name in columns[1:8])
        sizes = f"{found['boxes']:>11,.0f}{found['bytes'] / 1e3:>8.0f} kB{found['memory'] / 1e6:>8.1f} MB"
        print(f"    {found['values']:>11,.0f}{times}{sizes}", flush=True)
        each.append(sum(found[name] for name in columns[1:6]) / found["values"])
    dearer = each[-1] / each[1]
    linear = Result(
        "growth: a value among 100,000 (peer: among 1,000)", f"{each[-1] * 1e6:.1f} µs", f"{each[1] * 1e6:.1f} µs",
        1 / dearer, 1 / DEARER, dearer <= DEARER,
    )  # fmt: skip
    found = _apart("chain", CHAIN)
    weight = Result(
        f"a chain of {CHAIN:,} values, forward and backward, {found['seconds']:.1f} s", f"{found['bytes']:.0f} bytes each",
        f"at most {BYTES}", None, None, found["bytes"] <= BYTES,
    )  # fmt: skip
    return [linear, weight]


if __name__ == "__main__":
    print(json.dumps({"grow": grow, "chain": chain}[sys.argv[1]](int(sys.argv[2]))))
