"""What holds the rules that the browser repeats to those of Python: goldens made here, and read by twins.test.js.

docs/architecture.md lists them. Each is small, and goes where rules part: nan, inf, -0.0, ties, gates, a value used twice.
"""

from __future__ import annotations

import io
import json
import keyword
import math
import tokenize
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from stepgrad.app.config import Settings
from stepgrad.app.drawing.axes import linear, logarithmic
from stepgrad.app.drawing.errorcurve import decades
from stepgrad.app.drawing.plot import visible
from stepgrad.app.drawing.structure import room_of
from stepgrad.app.drawing.summary import exactly, length, spread
from stepgrad.app.drawing.text import fit_number, slot_chars
from stepgrad.app.drawing.tint import share, tint, width_of
from stepgrad.app.errors import ProblemError
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.steps import resolve
from stepgrad.app.story import Moment
from stepgrad.app.studies.plotting import reach
from stepgrad.app.views import view_of
from stepgrad.app.wire import number
from stepgrad.engine.errors import EngineError
from stepgrad.engine.language import run
from stepgrad.engine.language.callables import BUILTINS
from stepgrad.engine.ops import MICROGRAD, OPS
from stepgrad.engine.replay import Replay
from stepgrad.engine.sweep import sweep
from stepgrad.engine.trace import Node, Trace
from tests.stories import folded

Golden = Callable[[str, str], None]
INF, NAN = math.inf, math.nan


def rows(items: Iterable[Any]) -> str:
    """A row a line, so that a change can be read."""
    lines = (json.dumps(item, separators=(",", ":"), ensure_ascii=False, allow_nan=False) for item in items)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def sections(parts: dict[str, Iterable[Any]]) -> str:
    return "{\n" + ",\n".join(f'"{name}": {rows(items).rstrip()}' for name, items in parts.items()) + "\n}\n"


# ── numbers ──

FACTORS = (0.0, -0.0, 1.0, -2.5, 1e-5, 1e16, 1e308, INF, -INF, NAN)


def test_the_chain_rule_term(golden: Golden):
    """Also where the local derivative is 0 and the upstream gradient has no bound."""
    told = []
    for op in (OPS["mul"], OPS["relu"], OPS["max"], OPS["leaky_relu"]):
        told += [[op.name, number(a), number(b), number(op.term(a, b))] for a in FACTORS for b in FACTORS]
    golden("terms.json", rows(told))


NUMBERS = (
    None, 0.0, -0.0, 1.0, -1.0, 0.1, 2 / 3, 98.9, 99.0, 12345.678, -99999.99999, 1e5, 999999.9999, 1e6, 1e-4, 9.9e-5, 1e-5,
    -1e-7, 1e15, 9007199254740993.0, 1e16, 1.5e22, -1e100, 1.7976931348623157e308, 5e-324, 0.00048828125, INF, -INF, NAN,
)  # fmt: skip
SEVERAL: tuple[tuple[float, ...], ...] = (
    (1.0,), (2.0, 2.0), (-0.9312, 0.9942, 0.1), (0.0, -0.0), (-0.0, 0.0), (3.0, 4.0), (1e-5, 1e16), (1e300, 1e300),
    (5e-324, 5e-324),
    (INF, 1.0), (-INF, INF), (NAN, 1.0), (1.0, NAN, INF), (0.1, 0.2, 0.3, 0.4), (1e6, -1e6), (12345.678, 99999.5),
)  # fmt: skip


def test_text_of_numbers(golden: Golden):
    """In full, as wide as there is room, and several in the place of one."""
    places = (0, 2, 4, 10)
    parts = {
        "exact": [[number(x), repr(x)] for x in NUMBERS if x is not None],
        "room": [[number(x), digits, slot_chars(x, digits)] for x in NUMBERS for digits in places],
        "fit": [[number(x), d, chars, fit_number(x, d, chars)] for x in NUMBERS for d in (0, 4, 7) for chars in (8, 9, 11, 14)],
        "sums": [
            [[number(x) for x in xs], 4, chars, spread(xs, 4, chars), length(xs, 4, chars), exactly(xs)]
            for xs in SEVERAL
            for chars in (8, 11)
        ],
    }
    golden("text.json", sections(parts))


RANGES = (
    (-5.0, 5.0), (0.0, 1.0), (-0.06, 1.06), (-1e-5, 3e-5), (1e-9, 2e-9), (-2e6, 7e6), (0.0, 1e16), (99.5, 100.5),
    (-1e308, 7e307), (1.0, 1.0 + 1e-9), (-0.35, 0.0), (0.0, 14.9),
)  # fmt: skip
ERRORS: tuple[tuple[float | None, ...], ...] = (
    (1e-5, 1e-9),
    (),
    (None, None),
    (0.0, 1e-7),
    (0.0, 0.0),
    (2.0, 1e-16),
    (1.0,),
    (1e-320, 5.0),
)


def test_axes(golden: Golden):
    parts = {
        "linear": [
            [low, high, wanted, [[x, label] for x, label in axis.ticks], [axis.at(low), axis.at(high), axis.at(low / 3)]]
            for low, high in RANGES
            for wanted in (6, 10)
            for axis in [linear(low, high, 10.0, 310.0, wanted)]
        ],
        "logarithmic": [
            [low, high, every, [[x, label] for x, label in axis.ticks], axis.at(10.0**high)]
            for low, high, every in ((-16, 0, 4), (-3, 2, 1), (-12, -7, 2))
            for axis in [logarithmic(low, high, 200.0, 20.0, every)]
        ],
        "decades": [[[number(x) for x in errors], *decades(errors)] for errors in ERRORS],
    }
    golden("axes.json", sections(parts))


# ── functions of one value ──

PLOTTED = (
    ("x = 2.0\ny = x ** 3 - 2 * x", "x"),
    ("x = 2.0\ny = 1 / x", "x"),
    ("x = 0.5\ny = log(x) * 2", "x"),
    ("x = 1.0\ny = tanh(50 * x)", "x"),
    ("x = 1.0\ny = max(x, 1.0) + relu(x)", "x"),
    ("x = 30.0\ny = x * x\ny.backward()\ny.backward()", "x"),
    ("x = -1.0\nr = relu(x)\ny = r * 1e308 * 10.0", "x"),
    ("x = 1.0\nz = x * 2.0\ny = x * 3.0\nz.backward()\ny.backward()", "x"),
    ("x = 0.0\ny = x ** -2", "x"),
    ("x = 1.0\ny = x * 1e308", "x"),
)
SAMPLES = 241
AT = (-4.0, -1.0, -0.0, 0.5, 3.25, INF, NAN)
HEIGHTS: tuple[tuple[tuple[float, ...], tuple[float, float] | None, bool], ...] = (
    ((), None, False), ((), (1.0, 2.0), False), ((3.0, 3.0, 3.0), None, False), ((1e16, 1e16), (0.0, 1e16), False),
    ((0.0, 1.0, 2.0, 3.0, 400.0), None, True), ((0.0, 1.0, 2.0, 3.0, 400.0), (1.0, 300.0), False),
    ((-1.0, 1.0), (0.0, 7.0), True),
    ((-1.7e308, 1.7e308), None, False), ((1e308, 1.1e308), (0.0, 1e308), False),
)  # fmt: skip


def test_a_function_of_one_value(golden: Golden):
    """The curve, where it may not be joined, the heights that are shown, and how far it goes."""
    curves = []
    for source, key in PLOTTED:
        trace = run(source)
        replay = Replay(trace)
        node = next(node for node in trace.nodes if node.key == key)
        f = replay.function(node.id)
        found = sweep(replay, node.id, -5.0, 5.0, SAMPLES)
        point = (node.data, replay.data[replay.root]) if math.isfinite(replay.data[replay.root]) and abs(node.data) <= 5 else None
        told = {
            "trace": answer(source)[1],
            "node": node.id,
            "root": replay.root,
            "point": [number(node.data), number(replay.data[replay.root])],
            "slope": number(replay.grads.get(node.id, 0.0)),
            "values": [[number(x), number(f(x))] for x in AT],
            "pieces": [len(piece) for piece in found.pieces],
            "ends": [[list(piece[0]), list(piece[-1])] for piece in found.pieces],
            "breaks": list(found.breaks),
            "visible": list(visible(found.pieces, point, bool(found.breaks))),
        }
        curves.append(told)
    heights = [
        [
            [[float(i), y] for i, y in enumerate(ys)],
            point,
            broken,
            list(visible([list(enumerate(ys))] if ys else [], point, broken)),
        ]
        for ys, point, broken in HEIGHTS
    ]
    reaches = [[number(x), reach(x)] for x in (0.0, 4.0, 4.1, -4.5, 8.0, 8.1, -1234.5, 1e11, 2e11, INF, NAN)]
    golden("sweep.json", sections({"curves": curves, "heights": heights, "reaches": reaches}))


# ── stories ──

PIPELINE = Pipeline(Settings())
NET = "n = MLP(2, [2, 1], seed=1)\nx = [1.0, -2.0]\no = n(x)\no.backward()\nn.zero_grad()\no.backward()"
STORIES: tuple[tuple[str, dict[str, str]], ...] = (
    ("a = 3.0\nb = a * a", {}),
    ("a = 1.0\na.backward()", {}),
    ("x = -1.0\nr = relu(x)\ny = r * 1e308 * 10.0", {}),
    ("a = 2.0\nb = a * 3.0\nb.backward()\nb.backward()", {}),
    ("x = 3.0\ny = x * x\ny.backward()\ny.backward()\nx.grad = 0.0\ny.backward()", {}),
    (
        "w = 1.0\nfor k in range(2):\n    l = (w * 3.0) ** 2\n    l.backward()\n    w.data -= 0.1 * w.grad\n    w.grad = 0.0",
        {},
    ),
    ("a = 1.0\nb = 1.0\nc = max(a, b) * 12345.678", {}),
    ("x = -1.0\ny = log(x)\nz = y * x", {}),
    ("y = 2.0\ny = y * 1e-5\nz = y + y", {}),
    ("a = 2.0\nb = -3.0\nd = a * b + a", {"steps": "node"}),
    (NET, {"collapse": "layer"}),
    (NET, {"collapse": "layer", "steps": "node"}),
    ("x = 2.0\ndef f(a):\n    b = a * a\n    return b, b + a\nu, v = f(x)\ny = u * v", {"collapse": "function"}),
)


def answer(source: str, **options: str) -> tuple[Moment, dict[str, Any]]:
    """A story, and its JSON as far as the page computes with it."""
    moment = PIPELINE.moment(source, Options.model_validate(options))
    told = PIPELINE.json(moment)
    keep = {
        "nodes": ("id", "key", "label", "kind", "op", "params", "inputs", "data", "grad", "group", "folds", "inside"),
        "edges": ("id", "from", "to", "slot", "local", "contribution"),
        "steps": ("index", "phase", "node", "edge", "edges", "writes", "edge_writes", "covers"),
    }
    slim = {part: [{name: row[name] for name in names} for row in told[part]] for part, names in keep.items()}
    return moment, {name: told[name] for name in ("source", "code", "output", "tape", "step", "end")} | slim


def test_stories(golden: Golden):
    """A frame at every step, room, names, questions, colours: as the page works them out from the story it got."""
    golden("stories.json", rows(story(source, options) for source, options in STORIES))


def story(source: str, options: dict[str, str]) -> dict[str, Any]:
    moment, told = answer(source, **options)
    trace = moment.told
    return {
        "trace": told,
        "frames": [frame(moment, k) for k in range(len(trace.steps) + 1)],
        "room": room(moment),
        "steps": {node.id: [step(trace, f"{kind}:{node.key}") for kind in ("forward", "grad")] for node in trace.nodes},
        "terms": {} if options else terms(trace),
        "asked": [[quiz, sorted(view(moment, quiz=quiz).asked)] for quiz in quizzes(trace)],
        "lit": [
            [node.id, *(lit(moment, f"{way}:{node.key}") for way in ("ancestors", "descendants"))]
            for node in trace.nodes
            if node.inside is None
        ],
        "colours": [
            colours(source, options, color, quiz) for color in ("data", "grad") for quiz in ("", f"{color}:{trace.output}")
        ],
    }


def view(moment: Moment, **options: str) -> Any:
    return view_of(moment.trace, Options.model_validate(options))


def lit(moment: Moment, highlight: str) -> int:
    """How many boxes stand out."""
    ids = view(moment, highlight=highlight).lit
    return sum(node.id in ids for node in moment.trace.nodes if node.inside is None)


def frame(moment: Moment, k: int) -> dict[str, Any]:
    """Every number that is known after a step, by slot."""
    known = moment.told.frame(k)
    last = moment.told.steps[k - 1] if k else None
    local, contribution = moment.story.flow.at((last.parts[-1] if last.parts else last).index if last else 0)
    fields = {"data": known.data, "grad": known.grad, "local": local, "contribution": contribution}
    return {f"{id}.{field}": number(x) for field, numbers in fields.items() for id, x in numbers.items()}


def room(moment: Moment) -> dict[str, int]:
    """Of boxes, and of the labels at edges: as wide as the widest at the same value."""
    found = dict(room_of(moment.trace, 4))
    for field in ("local", "contribution"):
        room = moment.story.flow.room(field, 4)
        for edge in moment.trace.edges:
            found[f"{edge.id}.{field}"] = max(room[other.id] for other in moment.trace.edges if other.target == edge.target)
    return found


def step(trace: Trace, name: str) -> int | None:
    """Null for a number that no step makes."""
    try:
        return resolve(trace, name) or None
    except ProblemError:
        return None


def terms(trace: Trace) -> dict[str, list[list[Any]]]:
    """What the last pass added to the grad of each value: step, edge, upstream, local, term, the grad after it."""
    seed = max((step.index for step in trace.steps if step.phase == "seed"), default=0)
    found: dict[str, list[list[Any]]] = {}
    for each in trace.steps[seed:]:
        if each.phase == "backward" and each.local is not None and each.upstream is not None:
            edge = next(edge for edge in trace.edges if edge.id == each.edge)
            row = [each.upstream, each.local, edge.contribution, each.writes[0].after]
            found.setdefault(each.node, []).append([each.index, each.edge, *map(number, row)])
    return found


def quizzes(trace: Trace) -> list[str]:
    """By key, by label, by id, several, and of what is inside a folded part."""
    nodes = [node for node in trace.nodes if "," not in node.key]
    names = [f"grad:{node.key}" for node in nodes] + [f"data:{node.label}" for node in nodes if node.label]
    return [*names, f"grad:{nodes[0].id}", f"grad:{','.join(node.key for node in nodes)};data:{nodes[-1].key}"]


LEVELS = {tint("light", level / 50): level for level in range(-50, 51)}


def colours(source: str, options: dict[str, str], color: str, quiz: str) -> dict[str, Any]:
    """The level of each box's colour, and the width of each edge, as they are in the picture at every step."""
    given = options | {"color": color, "edges": "none"} | ({"quiz": quiz} if quiz else {})
    moment, _ = answer(source, **given)
    numbers = moment.story.numbers(moment.view, None)
    steps = []
    for k in range(len(moment.told.steps) + 1):
        svg = ET.fromstring(PIPELINE.svg(PIPELINE.moment(source, Options.model_validate(given | {"step": str(k)})), font="none"))
        groups = {name: [each for each in svg.iter() if name in each.get("class", "").split()] for name in ("node", "edge")}
        boxes = {each.get("data-node"): LEVELS[part(each, "box").get("fill", "")] for each in groups["node"]}
        steps.append([boxes, {each.get("data-edge"): part(each, "line").get("stroke-width") for each in groups["edge"]}])
    return {
        "color": color,
        "asked": sorted(moment.view.asked),
        "most": numbers.most,
        "widest": numbers.most_of_edges,
        "steps": steps,
    }


def part(group: ET.Element, name: str) -> ET.Element:
    return next(each for each in group.iter() if name in each.get("class", "").split())


def test_a_level_is_a_colour():
    """What `stories.json` says of colours: the fifty levels of each end."""
    parts = [share(x, most) for x in (*FACTORS, 0.01, 0.5, 3.0) for most in (0.0, 1e-5, 1.0, 1e16, INF)]
    for part in [*parts, *(i / 100 for i in range(-100, 101))]:
        assert LEVELS[tint("light", part)] == round((part or 0.0) * 50)


def test_shares_and_widths(golden: Golden):
    told = []
    for x in (None, *FACTORS, 0.01, 0.5, 3.0):
        for most in (0.0, 1e-5, 1.0, 1e16, INF):
            part = share(x, most)
            told.append([number(x), number(most), number(part), round((part or 0.0) * 50), width_of(part)])
    told += [[None, None, i / 100, round(i / 2), width_of(i / 100)] for i in range(-100, 101, 7)]
    golden("shares.json", rows(told))


# ── the language ──

TOKENS = (
    "a = 2.0\nb = a*a  # twice\nc = (a +\n     b**2) // 3",
    "n = MLP(3, [4, 4, 1], seed=1)\nx.grad = -0.0; y -= .5e-3\nif a <= 1_000 and not b != 2.: pass",
    "s = 'it''s' + \"a\\\"b\" + '''two\nlines''' + r'\\d'\ndef f(k, n=2) -> int:\n    return k  \\\n        * n",
    "α = 1.0\nŷ = α_2 * x1\n𝛼 = '𝛼𝛼'; z = [α for α in (1, 2)]\nt = f(lambda q: q @ q)[1:2]",
    "",
    "x = 1e16 % 1E+5 > 2\n\n\n# the end",
)
KINDS = {tokenize.NAME: "name", tokenize.NUMBER: "number", tokenize.STRING: "string", tokenize.COMMENT: "comment"}


def tokens(source: str) -> list[tuple[str, str, int]]:
    """Kind, text and place of each, as Python reads them; places as the browser counts, in UTF-16 units."""
    lines = source.splitlines(keepends=True)
    starts = [sum(units(line) for line in lines[:i]) for i in range(len(lines) + 1)]
    found = []
    for kind, text, (line, column), _, whole in tokenize.generate_tokens(io.StringIO(source).readline):
        if kind in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER) or not text:
            continue
        first = whole if whole.startswith(lines[line - 1]) or line > len(lines) else lines[line - 1]
        found.append((KINDS.get(kind, "sign"), text, starts[line - 1] + units(first[:column])))
    return found


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


NAMES = (
    "x", "_x1", "α", "learning_rate", "W2", "ŷ", "é", "2x", "a b", "a-b", "x²", "ｘ", "名", "for", "None", "async", "match",
    "print", "tanh",
    "Value", "__x", "__", "ﬁ", "x.y", "",
)  # fmt: skip

LITERALS = (
    ("a = 2.0\nb = a * 3", "a", 1e-5, "a = 1e-05\nb = a * 3"),
    ("a = 2.0\nb = a * 3", "a", -0.0, "a = -0.0\nb = a * 3"),
    ("a, b = 1, 2  # both\nc = a*b", "b", 1e16, "a, b = 1, 1e+16  # both\nc = a*b"),
    ("x = [1.0,\n     [-2.0, 3e0]]\ny = x[0] * x[1][1]", "x[1][1]", 0.5, "x = [1.0,\n     [-2.0, 0.5]]\ny = x[0] * x[1][1]"),
    ("x = 1\ny = x * 2\nx = 2\nz = x * y", "x#2", 7.5, "x = 1\ny = x * 2\nx = 7.5\nz = x * y"),
    ("α = Value(-2.5, label='α'); β = α * α", "α", 3.0, "α = Value(3.0, label='α'); β = α * α"),
)
"""A program, an input, its new number, and the program with it."""
RENAMES = (
    ("a = 2.0\nb = a * a  # a\nprint(f'{a}')", "a", "w", "w = 2.0\nb = w * w  # a\nprint(f'{w}')", "w"),
    ("x = 1\nx = x * 2\ny = x", "x#2", "q", "q = 1\nq = q * 2\ny = q", "q#2"),
    (
        "def f(k, n=2):\n    return k * n\nn = 3.0\nz = f(n, n=4)",
        "n",
        "m",
        "def f(k, m=2):\n    return k * m\nm = 3.0\nz = f(m, m=4)",
        "m",
    ),
    ("x1 = Value(2.0, label='x1')\no = x1 + 1", "x1", "u", 'u = Value(2.0, label="u")\no = u + 1', "u"),
)
"""A program, a value, its new name, the program with it, and the value's new key."""
MISTAKES = (
    ("a = 1\nb = tahn(a)", "a = 1\nb = tanh(a)"),
    ("a = 2.0\nb = a * x1", "a = 2.0\nx1 = 1.0\nb = a * x1"),
    ("learning = 1.0\ny = lerning * 2", "learning = 1.0\ny = learning * 2"),
    ("x = 3.0\na = 2x", "x = 3.0\na = 2*x"),
    ("a = 2 × 3", "a = 2 * 3"),
    ("a = √2", None),
    ("α = 1.0\nfor i in range(2):\n    b = 3 α + 1", "α = 1.0\nfor i in range(2):\n    b = 3*α + 1"),
    ("a = 1.0\nfor i in range(2):\n    b = c + 1", "a = 1.0\nc = 1.0\nfor i in range(2):\n    b = c + 1"),
    ("a = Value(2.0)\nb = (a + 1).tahn() * 2", "a = Value(2.0)\nb = (a + 1).tanh() * 2"),
    ("a = 2.0\nb = a * 2\nb.backwrd()", "a = 2.0\nb = a * 2\nb.backward()"),
    ("import math\na = math.sinn(2.0)", "import math\na = math.sinh(2.0)"),
)
"""What somebody mistypes, and what the button beside the hint makes of it; None where the hint is nothing to write."""


def test_the_language(golden: Golden):
    parts = {
        "tokens": [[source, tokens(source)] for source in TOKENS],
        "words": [sorted(keyword.kwlist)],
        "functions": [sorted(BUILTINS)],
        "names": [[name, runs(f"{name} = 1.0\ny = {name} * 2.0")] for name in NAMES],
        "spans": [[source, spans(source)] for source in SPANNED],
        "inputs": [[source, inputs(source)] for source, _ in STORIES],
        "literals": [[*row, span(row[0], row[1])] for row in LITERALS],
        "renames": [[*row, span(row[0], row[1])] for row in RENAMES],
        "fixes": [[source, problem(source), mended] for source, mended in MISTAKES],
    }
    golden("language.json", sections(parts))


def runs(source: str) -> bool:
    try:
        run(source)
    except EngineError:
        return False
    return True


SPANNED = ("α = 1.0\ns = '𝛼𝛽'; z = tanh(α) * 2  # 𝛼", "a = (1.0 +\n     2.0)\nb = a * a; c = -b")


def spans(source: str) -> list[Any]:
    """Each place that a value has in a program, and what stands there."""
    lines = source.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
    found = []
    for node in run(source).nodes:
        if node.span:
            at = starts[node.span.line - 1] + node.span.column - 1
            found.append([node.span._asdict(), source[at : at + node.span.length]])
    return found


def span(source: str, key: str) -> dict[str, int]:
    return node_of(run(source), key).span._asdict()  # type: ignore[union-attr]


def node_of(trace: Trace, key: str) -> Node:
    return next(node for node in trace.nodes if node.key == key)


def inputs(source: str) -> list[str]:
    """The keys that can be given other numbers, but for parameters."""
    trace = run(source)
    found = []
    for node in trace.nodes:
        try:
            if node.kind == "input":
                run(source, {node.key: 1.5})
                found.append(node.key)
        except EngineError:
            pass
    return found


@pytest.mark.parametrize(("source", "key", "value", "written"), LITERALS)
def test_a_number_that_is_written_back_is_that_input(source: str, key: str, value: float, written: str):
    before, after = run(source), run(written)
    assert node_of(after, key).data == value
    assert [node.data for node in after.nodes] == [node.data for node in run(source, {key: value}).nodes]
    assert [node.key for node in after.nodes] == [node.key for node in before.nodes]


@pytest.mark.parametrize(("source", "key", "to", "written", "called"), RENAMES)
def test_a_program_with_another_name_is_the_same(source: str, key: str, to: str, written: str, called: str):
    before, after = run(source), run(written)
    assert node_of(after, called).id == node_of(before, key).id
    assert [node.data for node in after.nodes] == [node.data for node in before.nodes]
    assert to in written


def problem(source: str) -> dict[str, Any]:
    """What is wrong with a program, as the page hears it."""
    with pytest.raises(EngineError) as caught:
        run(source)
    span = caught.value.span
    return {"code": "", "title": "", "hint": caught.value.hint, **(span._asdict() if span else {})}


@pytest.mark.parametrize("mended", [mended for _, mended in MISTAKES if mended])
def test_a_mended_program_runs(mended: str):
    assert runs(mended)


# ── options ──

PARTS = "def f(a):\n    b = a * a\n    return b + a\nx = 2.0\nu = f(x)\nv = f(u)\ny = u * v"
TOGGLES = (
    ("function", "", "f", "open", "f"),
    ("function", "f#2", "f", "open", "f,f#2"),
    ("none", "", "f", "fold", "-f"),
    ("none", "-f", "f", "open", "f"),
    ("function", "f,f#2", "f", "fold", "f#2"),
)
"""How the program is folded, what is open beside that, a part, what is done with it, what is open then."""


@pytest.mark.parametrize(("collapse", "before", "key", "action", "after"), TOGGLES)
def test_what_is_opened_is_open(collapse: Any, before: str, key: str, action: str, after: str):
    trace = folded(PARTS, collapse, frozenset(after.split(",")) - {""})
    boxes = {group.key for group in trace.groups for node in trace.nodes if node.folds and node.folds.group == group.id}
    assert (key in boxes) == (action == "fold")


EXPANDED = (("", "tanh"), ("tanh", "sub"), ("micrograd", "tanh"), ("micrograd", "sub"), ("all", "tanh"), ("tanh@o,neg", "tanh@o"))


def test_parts_and_operations_that_are_opened(golden: Golden):
    expanded = [(given, entry, Options.model_validate({"expand": given}).operations) for given, entry in EXPANDED]
    parts: dict[str, Iterable[Any]] = {
        "toggles": TOGGLES,
        "expansions": [
            [given, entry, ",".join(sorted(names | {entry})), ",".join(sorted(names - {entry}))]
            for given, entry, names in expanded
        ],
        "operations": [
            {"name": op.name, "expands": op.expand is not None, "micrograd": op.name in MICROGRAD} for op in OPS.values()
        ],
    }
    golden("parts.json", sections(parts))
