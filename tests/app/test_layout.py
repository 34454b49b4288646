"""Graphviz as a process that may hang, crash or lie, and the layout that comes out all the same."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from stepgrad.app.drawing.dot import layout_dot
from stepgrad.app.drawing.errors import Busy, DrawingError, LayoutFailed, TooLarge
from stepgrad.app.drawing.layout import Engine
from stepgrad.app.drawing.plain import Layout, read_plain
from stepgrad.app.drawing.shapes import shape_of
from stepgrad.app.drawing.structure import structure_of
from stepgrad.app.gallery import gallery
from stepgrad.engine.language import run
from tests.app.samples import CHAIN, NEURON, PURE, SQUARE, SYSTEM_DOT, tangled
from tests.stories import folded as fold

PATIENCE = 20.0
"""Seconds on a busy machine. What hangs takes longer; how fast it is, the benchmarks say."""

posix = pytest.mark.skipif(os.name != "posix", reason="the fake engines are scripts")


@pytest.fixture(params=["graphviz-pure", "dot"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "graphviz-pure":
        return PURE
    if SYSTEM_DOT is None:
        pytest.skip("no `dot` on PATH")
    return Engine(dot=(SYSTEM_DOT,))


@pytest.fixture
def patient(engine: Engine) -> Engine:
    """The same where it is about what is drawn, and not about when."""
    return Engine(dot=engine.command, seconds=PATIENCE)


def fake(folder: Path, body: str, **limits: float) -> Engine:
    """An engine that is a Python program."""
    script = folder / "dot"
    script.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return Engine(dot=(str(script),), **limits)  # type: ignore[arg-type]


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    structure = layout.structure
    places = []
    for box, (x, y) in zip(structure.boxes, layout.centres, strict=True):
        shape = shape_of(box, structure.style, structure.dir)
        places.append((box.node, x - shape.width / 2, x + shape.width / 2, y - shape.height / 2, y + shape.height / 2))
    return [
        (a[0], b[0])
        for i, a in enumerate(places)
        for b in places[:i]
        if a[1] < b[2] - 1 and b[1] < a[2] - 1 and a[3] < b[4] - 1 and b[3] < a[4] - 1
    ]


@pytest.mark.parametrize("style", ["micrograd", "compact"])
@pytest.mark.parametrize("dir", ["LR", "TB"])
def test_boxes_stand_apart_and_edges_go_forward(patient: Engine, style: str, dir: str) -> None:
    for example in gallery():
        layout = patient.layout(structure_of(run(example.source), style, dir))  # type: ignore[arg-type]
        assert overlaps(layout) == [], example.slug
        axis = 0 if dir == "LR" else 1
        for curve in layout.curves:
            assert curve[0][axis] < curve[-1][axis]


def test_the_first_operand_arrives_first(engine: Engine) -> None:
    """`a - b` and `b - a` are different pictures."""
    for dir, across in (("LR", 1), ("TB", 0)):
        for source in ("a = 1.0\nb = 2.0\nc = a - b", "b = 2.0\na = 1.0\nc = a - b", SQUARE):
            layout = engine.layout(structure_of(run(source), "micrograd", dir))  # type: ignore[arg-type]
            wires = sorted(zip(layout.structure.wires, layout.curves, strict=True), key=lambda pair: pair[0].slot)
            ends = [curve[-1][across] for _, curve in wires]
            assert ends == sorted(ends)
            assert all(b - a > 10 for a, b in pairwise(ends))


def test_a_chain_of_reused_weights_is_drawn_in_time(engine: Engine) -> None:
    """Plain `dot` takes longer than anybody waits."""
    trace = run(CHAIN)
    for leaves in ("auto", "shared"):
        begin = time.monotonic()
        layout = engine.layout(structure_of(trace, leaves=leaves))  # type: ignore[arg-type]
        assert time.monotonic() - begin < PATIENCE
        assert len(layout.curves) == 290


def test_a_tangle_is_drawn_or_refused_within_the_deadline(engine: Engine) -> None:
    for size in (150, 600, 1400):
        begin = time.monotonic()
        with contextlib.suppress(TooLarge):
            engine.layout(tangled(size))
        assert time.monotonic() - begin < PATIENCE


@posix
def test_far_too_much_is_refused_before_graphviz_sees_it(tmp_path: Path) -> None:
    engine = fake(tmp_path, f"open({str(tmp_path / 'seen')!r}, 'w')")
    with pytest.raises(TooLarge, match="6,000 values; at most 2,000"):
        engine.layout(tangled(6000))
    assert not (tmp_path / "seen").exists()


@posix
def test_a_hung_engine_costs_its_deadline_and_no_more(tmp_path: Path) -> None:
    engine = fake(tmp_path, "os.fork() and None\ntime.sleep(60)", seconds=0.3)
    begin = time.monotonic()
    with pytest.raises(TooLarge, match=r"within 0\.3 s"):
        engine.layout(structure_of(run(SQUARE)))
    assert time.monotonic() - begin < PATIENCE


@posix
def test_one_that_never_reads_is_stopped(tmp_path: Path) -> None:
    engine = fake(tmp_path, "time.sleep(60)", seconds=0.3)
    begin = time.monotonic()
    with pytest.raises(TooLarge):
        engine.layout(tangled(1400))  # more text than a pipe holds
    assert time.monotonic() - begin < PATIENCE


@posix
@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getpid(), 11)",
        "sys.exit(1)",
        "sys.stdin.read()",
        "sys.stdin.read(); print('no idea')",
        "sys.stdin.read(); print('graph 1 1 1\\nstop')",
        "sys.stdin.read(); print('graph 1 nan nan\\nnode n0 nan 1 1 1\\nstop')",
        "sys.stdin.buffer.read(); sys.stdout.buffer.write(b'\\xff\\xfe' * 99)",
        "sys.stdout.write('x' * (9 << 20))",
    ],
)
def test_an_engine_that_crashes_or_lies_is_an_error(tmp_path: Path, body: str) -> None:
    with pytest.raises(LayoutFailed):
        fake(tmp_path, body).layout(structure_of(run(SQUARE)))


def test_a_missing_engine_is_an_error_that_says_so() -> None:
    with pytest.raises(LayoutFailed, match="cannot be started"):
        Engine(dot=("/nowhere/dot",)).layout(structure_of(run(SQUARE)))


@posix
def test_only_so_many_run_at_once(tmp_path: Path) -> None:
    """Of small graphs twice as many as of large ones."""
    engine = fake(tmp_path, "time.sleep(60)", seconds=1.0, processes=1, patience=0.1)
    structure = structure_of(run(SQUARE))

    def occupy() -> None:
        with pytest.raises(TooLarge):
            engine.layout(structure)

    threads = [threading.Thread(target=occupy) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    with pytest.raises(Busy):
        engine.layout(structure)
    for thread in threads:
        thread.join()


@posix
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prlimit is Linux's")
def test_an_engine_that_eats_memory_dies_alone(tmp_path: Path) -> None:
    engine = fake(tmp_path, "sys.stdin.read(); x = bytearray(1 << 30); print('graph')", memory=256 << 20)
    with pytest.raises(LayoutFailed):
        engine.layout(structure_of(run(SQUARE)))


PLAIN = """\
graph 1 5 1
node n0 1 0.5 1 1 "" solid box black lightgrey
node n1 4 0.5 1 1 "" solid record black lightgrey
edge n0 n1 4 1.5 0.4 2 0.4 3 0.4 3.5 0.4 solid black
edge n0 n1 4 1.5 0.6 2 0.6 3 0.6 3.5 0.6 solid black
stop
"""


def test_parallel_edges_are_told_apart_by_where_they_end() -> None:
    layout = read_plain(PLAIN, structure_of(run(SQUARE)))
    first, second = layout.curves
    assert first[-1][1] < second[-1][1]


@pytest.mark.parametrize("dir", ["LR", "TB"])
def test_a_box_may_have_many_inputs(engine: Engine, dir: str) -> None:
    """The fields of so many do not fit into one line of Graphviz' answer."""
    names = [f"a{i}" for i in range(80)]
    source = "".join(f"{name} = 1.5\n" for name in names) + f"o = sum([{', '.join(names)}])\no.backward()"
    structure = structure_of(fold(source, "statement"), dir=dir)  # type: ignore[arg-type]
    assert max(box.operands for box in structure.boxes) == 80
    assert len(engine.layout(structure).centres) == 81


def test_an_edge_to_a_framed_box_is_not_lost() -> None:
    source = (
        "xs, ys = circles(20, noise=0.1, seed=1)\nn = MLP(2, [6, 1], activation='relu')\nypred = [n(x) for x in xs]\n"
        "loss = sum([(1 + -y*p).relu() for p, y in zip(ypred, ys)])\nloss.backward()\n"
    )
    folded = fold(source, "auto", {"ypred/n#20"}, expand=frozenset({"all"}))
    structure = structure_of(folded, framed={"ypred/n#20"})
    with pytest.raises(LayoutFailed):
        PURE._run(layout_dot(structure), 5.0)  # Graphviz itself gives up
    assert len(PURE.layout(structure).curves) == len(structure.wires)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("node n1 4", "node n1 nan"),
        ("node n1 4", "node n1 inf"),
        ("node n1 4", "node n1 1e300"),
        ("node n1 4", "node n7 4"),
        ("edge n0 n1 4 1.5 0.4", "edge n1 n0 4 1.5 0.4"),
        ("edge n0 n1 4 1.5 0.6 2 0.6 3 0.6 3.5 0.6 solid black\n", ""),
        ("stop", "edge n0 n1 4 1.5 0.6 2 0.6 3 0.6 3.5 0.6 solid black\nstop"),
        ("edge n0 n1 4 1.5 0.4", "edge n0 n1 2 1.5 0.4"),
        ("edge n0 n1 4 1.5 0.4", "edge n0 n1 9999 1.5 0.4"),
        ("stop", ""),
        ("graph", "digraph"),
        ("graph 1 5 1", "graph 1 5"),
    ],
)
def test_nothing_is_believed_unseen(old: str, new: str) -> None:
    assert old in PLAIN
    with pytest.raises(LayoutFailed):
        read_plain(PLAIN.replace(old, new, 1), structure_of(run(SQUARE)))


def test_errors_have_a_code_a_message_and_a_hint() -> None:
    for kind, code in ((TooLarge, "too-large"), (LayoutFailed, "layout-failed"), (Busy, "busy")):
        error = kind("What.", "Why.")
        assert isinstance(error, DrawingError)
        assert (error.code, error.message, error.hint, str(error)) == (code, "What.", "Why.", "What. Why.")


def test_many_threads_share_one_engine() -> None:
    structure = structure_of(run(NEURON))
    expected = PURE.layout(structure)
    found: list[Layout] = []
    threads = [threading.Thread(target=lambda: found.append(PURE.layout(structure))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_graphs_that_differ_in_names_alone_are_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = Engine._run
    monkeypatch.setattr(Engine, "_run", lambda self, dot, seconds: (asked.append(dot), real(self, dot, seconds))[1])
    keeping = Engine(kept=1 << 20)
    first, same, other = [
        structure_of(run(source)) for source in ("a = 3\nb = a * a", "n = 3\nu = n * n", "a = 3\nb = a * a * a")
    ]

    assert keeping.layout(first).curves == keeping.layout(same).curves
    assert keeping.layout(same).structure is same
    assert len(asked) == 1
    keeping.layout(other)
    assert len(asked) == 2
