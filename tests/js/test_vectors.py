"""What holds the browser's arithmetic to the engine's: vectors made here, and read by ops.test.js and replay.test.js."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import assets
from stepgrad.app.drawing.flow import Flow
from stepgrad.app.drawing.merging import by_node
from stepgrad.app.links import encode
from stepgrad.app.options import LINKED, Options, overrides
from stepgrad.app.tables import tables
from stepgrad.app.tape import tape_of
from stepgrad.app.wire import number
from stepgrad.engine.folding import Collapse
from stepgrad.engine.language import record, run
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.recording import Recording
from stepgrad.engine.trace import Trace
from tests.stories import folded as fold

ROOT = Path(__file__).resolve().parents[2]

EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 20.0, 25.0, -40.0, 710.0, -745.0, 1e-300, -1e300, 1e-9)
NOT_FINITE = (float("inf"), float("-inf"), float("nan"))


def vectors() -> str:
    lines = []
    for op in OPS.values():
        for operands in _operands(op, random.Random(op.name)):  # a new row moves no other
            out = op.forward(*operands)
            row = [op.name, [number(x) for x in operands], number(out), [number(x) for x in op.partials(out, *operands)]]
            lines.append(json.dumps(row, separators=(",", ":")))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _operands(op: Op, generator: random.Random) -> list[tuple[float, ...]]:
    plain = [*EDGES, *NOT_FINITE, *(round(generator.uniform(-6, 6), 3) for _ in range(12))]
    if op.arity == 1:
        return [*op.samples, *((x, *op.defaults) for x in plain)]
    pairs = [(a, b) for a in plain[:9] for b in plain[:9]]
    pairs += [(generator.choice(plain), generator.choice(plain)) for _ in range(60)]
    return [*op.samples, *pairs]


def test_the_vectors_are_those_of_the_table(golden: Callable[[str, str], None]) -> None:
    golden("ops.json", vectors())


def test_the_browser_has_the_table_as_it_is() -> None:
    """static/js/ops.js is made by assets.py, before anything reads it."""
    made = (ROOT / assets.OPERATIONS).read_text(encoding="utf-8")
    assert made == assets.operations(OPS.values()), "run `python3 dev.py test`"


FOLDED: tuple[tuple[str, Collapse, dict[str, float]], ...] = (
    (
        'n = MLP(2, [3, 1], activation="relu", seed=3)\nxs = [[2.0, -1.0], [0.5, 0.25]]\nout = [n(x) for x in xs]\n'
        "loss = sum((o - 1.0)**2 for o in out)\nloss.backward()",
        "layer",
        {"xs[0][0]": 0.3, "xs[1][1]": -2.0},
    ),
    ("x = 2.0\ndef f(a):\n    b = a * a\n    return b + a\ny = f(x) * f(x / 3)\ny.backward()", "function", {"x": -1.5}),
    ("x = 2.0\ny = x\nfor i in range(4):\n    y = y * x + tanh(y)\ny.backward()", "turn", {"x": 0.1}),
)

STORIES: tuple[tuple[str, dict[str, float]], ...] = (
    ("x1 = 2.0\nw1 = -3.0\nb = 6.88\nn = x1*w1 + b\no = n.tanh()\no.backward()", {"x1": 0.3, "b": 1.5}),
    ("a = 2\nb = 3\nc = a + b\nd = a * b\ne = c + d\nf = c * d\ny = e + f", {"a": -7.25}),
    ("x = [1.0, -2.0]\ny = (x[0] * x[1]).relu() + max(x[0], x[1]) ** 2 + x[0] ** x[1]", {"x[0]": -3.0, "x[1]": 4.0}),
    ("a = 0.0\nb = log(a) * a + 1 / a", {"a": 4.0}),
    ("a = 3.0\nb = log(a) * a + 1 / a", {"a": 0.0}),
    ("x = 3.0\ny = x * x\ny.backward()\ny.backward()\nx.grad = 0.0\ny.backward()", {"x": 5.0}),
    ("a = 1.0\na.backward()", {"a": 2.0}),
    ("a = 1.5\nb = leaky_relu(-a, 0.2) + a ** 3 + (a * -2).gelu()", {"a": -0.5}),
    ("a = 1.5\nb = erf(a) + mish(a) * hardtanh(a, -2, 2) + elu(-a, 0.5) - acos(a / 4) + cbrt(a)", {"a": -2.5}),
    ("x = -1.0\nr = relu(x)\ny = r * 1e308 * 10.0", {"x": 0.0}),
    ("a = 1.0\nb = 2.0\nc = max(a, b) * min(b, a) * (a * a)", {"a": 2.0}),
    ("x = -1.0\nr = relu(x)\ny = r * 1e308 * 10.0", {"x": 1.0}),
)


def stories() -> str:
    lines = []
    for source, inputs in STORIES:
        trace = run(source)
        told = {"trace": _told(trace), "inputs": inputs, "then": _told(run(source, inputs))}
        lines.append(json.dumps(told, separators=(",", ":")))
    for source, inputs in STORIES[:2]:
        trace, then = by_node(run(source)), by_node(run(source, inputs))
        told = {"trace": _told(trace), "inputs": inputs, "then": _told(then)}
        lines.append(json.dumps(told, separators=(",", ":")))
    for source, collapse, inputs in FOLDED:
        told = {
            "trace": _told(fold(source, collapse), record(source)),
            "inputs": inputs,
            "then": _told(fold(source, collapse, inputs=inputs), record(source, inputs)),
        }
        lines.append(json.dumps(told, separators=(",", ":")))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _told(trace: Trace, whole: Recording | None = None) -> dict[str, Any]:
    """As the page gets it, without words and picture."""
    flow = Flow(replace(trace, steps=tuple(part for s in trace.steps for part in s.parts or (s,))))
    return {
        "output": trace.output,
        "nodes": [
            {"id": n.id, "key": n.key, "label": n.label, "kind": n.kind, "op": n.op, "params": list(n.params),
             "inputs": list(n.inputs), "data": number(n.data), "grad": number(n.grad), "folds": n.folds and n.folds.group}
            for n in trace.nodes
        ],
        "edges": [
            {"id": e.id, "from": e.source, "to": e.target, "slot": e.slot, "local": number(e.local),
             "contribution": number(e.contribution)}
            for e in trace.edges
        ],
        "steps": [
            {"index": s.index, "phase": s.phase, "node": s.node, "edge": s.edge, "edges": list(s.edges), "covers": s.covers,
             "writes": [{"node": w.node, "field": w.field, "before": number(w.before), "after": number(w.after)}
                        for w in s.writes],
             "edge_writes": [{"edge": w.edge, "field": w.field, "before": number(w.before), "after": number(w.after)}
                             for part in s.parts or (s,) for w in flow.writes[part.index - 1]]}
            for s in trace.steps
        ],
        "tape": whole and tape_of(whole),
    }  # fmt: skip


def test_the_stories_are_those_of_the_engine(golden: Callable[[str, str], None]) -> None:
    golden("replay.json", stories())


OPTIONS: tuple[dict[str, str], ...] = (
    {},
    {name: Options.spelling(name, field.default) for name, field in Options.model_fields.items() if field.default is not None},
    {"theme": "dark", "step": "5", "style": "micrograd", "digits": "2"},
    {"step": "grad:x1", "expand": "sub,tanh@o/1", "bg": "#fff", "open": "-ypred/n#2,ypred", "highlight": "ancestors:a b"},
    {"quiz": "data:d;grad:a,b", "inputs": "x[0]:1e-07,α:-2.5", "edges": "local", "color": "grad", "number": "order"},
    {"font": "none", "dialect": "micrograd", "controls": "none", "autoplay": "1", "present": "1", "lab": "orders"},
    {"iteration": "0", "learning_rate": "0.1", "optimizer": "adam", "zero_grad": "false", "batch": "stochastic", "seed": "3",
     "train": "w,n.layers[0]", "iterations": "500", "versus": "learning_rate:0.5,zero_grad:true", "stage": "diagram"},
)  # fmt: skip

QUERIES = (
    "step=3&utm_source=x&v=2",
    "present=true&autoplay=YES&zero_grad=0",
    "zero_grad=On&present=0&autoplay=off",
    "theme=dark&collapse=layer&open=ypred%2Fn%232&lab=train",
)
INPUTS = ("", "a:4.0", "b:-2.0,x[0]:1e-07", "α#2:0.5")
VERSUS = ("learning_rate:0.5", "zero_grad:no,optimizer:adam", "learning_rate:.1,batch:stochastic,seed:7", "zero_grad:off")
PROGRAMS = ("a = 2\nb = a*a", "", "α = 1.0\nŷ = α * 2  # ≥ 0?\n")


def links() -> str:
    """What links mean to the server."""
    written = []
    for given in OPTIONS:
        options = Options.read(given)
        written.append({"options": given, **{kind: options.query(kind) for kind in LINKED}})
    reading = [Options.from_query(parse_qsl(query), "embed") for query in QUERIES]
    told = {
        "written": written,
        "read": [
            (query, {name: options.strings()[name] for name in options.model_fields_set})
            for query, options in zip(QUERIES, reading, strict=True)
        ],
        "inputs": [(text, overrides(text)) for text in INPUTS],
        "versus": [(given, Options.read({"versus": given}).versus) for given in VERSUS],
        "codes": [(program, encode(program)) for program in PROGRAMS],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_links_mean_the_same_to_the_browser(golden: Callable[[str, str], None]) -> None:
    golden("links.json", links())


def test_the_tables_are_those_of_the_server(golden: Callable[[str, str], None]) -> None:
    """As a page gets them; tests/js/tables.js gives them to the tests of the browser's code."""
    golden("tables.json", json.dumps(tables(), ensure_ascii=False, indent=1) + "\n")
