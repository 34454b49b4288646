"""Graphviz as a process that may hang, crash or lie, and the layout that comes out all the same."""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from stepgrad.app.config import Settings
from stepgrad.app.drawing.dot import layout_dot
from stepgrad.app.drawing.errors import Busy, DrawingError, LayoutFailed, TooLarge
from stepgrad.app.drawing.layout import Engine, _bundled
from stepgrad.app.drawing.plain import Layout, read_plain
from stepgrad.app.drawing.shapes import shape_of
from stepgrad.app.drawing.structure import Structure, structure_of
from stepgrad.app.gallery import gallery
from stepgrad.app.main import create_app
from stepgrad.engine.language import run
from tests.app.samples import CHAIN, NEURON, PURE, SQUARE, SYSTEM_DOT, tangled
from tests.stories import folded as fold

posix = pytest.mark.skipif(os.name != "posix", reason="the fake engines are scripts")


@pytest.fixture(params=["graphviz-pure", "dot"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "graphviz-pure":
        return PURE
    if SYSTEM_DOT is None:
        pytest.skip("no `dot` on PATH")
    return Engine(dot=(SYSTEM_DOT,))


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
def test_boxes_stand_apart_and_edges_go_forward(engine: Engine, style: str, dir: str) -> None:
    for example in gallery():
        layout = engine.layout(structure_of(run(example.source), style, dir))  # type: ignore[arg-type]
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


def test_a_chain_of_reused_weights_is_drawn(engine: Engine) -> None:
    """Plain `dot` takes longer than anybody waits."""
    trace = run(CHAIN)
    for leaves in ("auto", "shared"):
        layout = engine.layout(structure_of(trace, leaves=leaves))  # type: ignore[arg-type]
        assert len(layout.curves) == 290


@pytest.mark.parametrize("size", [150, 300, 400, 600, 800, 1400])
def test_a_tangle_is_drawn(engine: Engine, size: int) -> None:
    """With less care, the more there is of it, so that each takes much less than the processor time there is."""
    assert len(engine.layout(tangled(size)).curves) == 2 * size - 4


@posix
def test_far_too_much_is_refused_before_graphviz_sees_it(tmp_path: Path) -> None:
    engine = fake(tmp_path, f"open({str(tmp_path / 'seen')!r}, 'w')")
    with pytest.raises(TooLarge, match="6,000 values; at most 2,000"):
        engine.layout(tangled(6000))
    assert not (tmp_path / "seen").exists()


@posix
@pytest.mark.parametrize("body", ["os.fork() and None\ntime.sleep(60)", "while True: pass"], ids=["hangs", "never ends"])
@pytest.mark.parametrize("size", [2, 1400], ids=["little text", "more than a pipe holds"])
def test_an_engine_that_gives_no_answer_is_ended(tmp_path: Path, body: str, size: int) -> None:
    """By the counts the graph is easy: that is not the fault of who asked for it."""
    engine = fake(tmp_path, body, seconds=0.1)
    with pytest.raises(LayoutFailed, match="took too long"):
        engine.layout(tangled(size))


REAL = f"os.execv({_bundled()!r}, ['dot', *sys.argv[1:]])"


@posix
@pytest.mark.parametrize("framed", [False, True])
def test_a_slow_machine_draws_the_same(tmp_path: Path, framed: bool) -> None:
    """A picture and its ETag must not depend on who else is on the machine."""
    structure = framed_structure() if framed else tangled(150)
    engine = fake(tmp_path, f"time.sleep(1.2)\n{REAL}", seconds=1.0)
    assert engine.layout(structure).curves == PURE.layout(structure).curves


@posix
def test_an_engine_that_is_killed_once_is_asked_again(tmp_path: Path) -> None:
    once = f"seen = {str(tmp_path / 'seen')!r}\nif not os.path.exists(seen):\n    open(seen, 'w')\n    os.kill(os.getpid(), 9)\n"
    for structure in (tangled(10), framed_structure()):
        (tmp_path / "seen").unlink(missing_ok=True)
        assert fake(tmp_path, once + REAL).layout(structure).curves == PURE.layout(structure).curves
    with pytest.raises(LayoutFailed, match="SIGKILL"):
        fake(tmp_path, "os.kill(os.getpid(), 9)").layout(framed_structure())


@posix
@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/g.svg", "time.sleep(60)"),
        ("/g.json", "os.kill(os.getpid(), 9)"),
        ("/", "sys.stdin.read(); print('graph 1 1 1\\nstop')"),
        ("/embed", "sys.stdin.read(); x = bytearray(1 << 30)"),
    ],
    ids=["hangs", "is killed", "lies", "eats memory"],
)
async def test_a_sick_engine_is_nobodys_fault_and_is_not_remembered(tmp_path: Path, address: str, body: str) -> None:
    well = tmp_path / "well"
    script = fake(tmp_path, f"if os.path.exists({str(well)!r}):\n    {REAL}\n{body}").command[0]
    service = create_app(Settings(dot=(script,), layout_seconds=0.5))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://stepgrad.test") as client:
        sick = await client.get(f"{address}?e=a=2%0Ab=a*a")
        well.touch()
        healed = await client.get(f"{address}?e=a=2%0Ab=a*a")

    assert (sick.status_code, sick.headers["cache-control"], "etag" in sick.headers) == (503, "no-store", False)
    assert int(sick.headers["retry-after"]) > 0
    assert healed.status_code == 200


@posix
def test_only_so_many_run_at_once(tmp_path: Path) -> None:
    """Of small graphs twice as many as of large ones."""
    begun, end = tmp_path / "begun", tmp_path / "end"
    body = f"open({str(begun)!r} + str(os.getpid()), 'w')\nwhile not os.path.exists({str(end)!r}): time.sleep(0.01)\n{REAL}"
    engine = fake(tmp_path, body, seconds=10.0, processes=1, patience=0.1)
    structure = structure_of(run(SQUARE))
    with ThreadPoolExecutor(2) as pool:
        layouts = [pool.submit(engine.layout, structure) for _ in range(2)]
        while len(list(tmp_path.glob("begun*"))) < 2:
            time.sleep(0.01)
        with pytest.raises(Busy):
            engine.layout(structure)
        end.touch()
        assert all(layout.result().curves for layout in layouts)


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


def framed_structure() -> Structure:
    """Of which Graphviz loses an edge, and gives up."""
    source = (
        "xs, ys = circles(20, noise=0.1, seed=1)\nn = MLP(2, [6, 1], activation='relu')\nypred = [n(x) for x in xs]\n"
        "loss = sum([(1 + -y*p).relu() for p, y in zip(ypred, ys)])\nloss.backward()\n"
    )
    folded = fold(source, "auto", {"ypred/n#20"}, expand=frozenset({"all"}))
    return structure_of(folded, framed={"ypred/n#20"})


def test_an_edge_to_a_framed_box_is_not_lost() -> None:
    structure = framed_structure()
    with pytest.raises(LayoutFailed):
        PURE._run(layout_dot(structure))
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
    monkeypatch.setattr(Engine, "_run", lambda self, dot: (asked.append(dot), real(self, dot))[1])
    keeping = Engine(kept=1 << 20)
    first, same, other = [
        structure_of(run(source)) for source in ("a = 3\nb = a * a", "n = 3\nu = n * n", "a = 3\nb = a * a * a")
    ]

    assert keeping.layout(first).curves == keeping.layout(same).curves
    assert keeping.layout(same).structure is same
    assert len(asked) == 1
    keeping.layout(other)
    assert len(asked) == 2
