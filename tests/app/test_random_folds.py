"""Whatever is written and however it is folded, each format and study answers, or says in words why not."""

from __future__ import annotations

import ast
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app.config import Settings
from stepgrad.app.drawing.errors import TooLarge
from stepgrad.app.errors import ProblemError
from stepgrad.app.exporting import FORMATS
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.story import Moment
from stepgrad.app.studies import STUDIES, Subject
from stepgrad.engine.errors import EngineError
from stepgrad.engine.folding import examples
from stepgrad.engine.language import run
from stepgrad.engine.trace import Trace
from tests.strategies import parted_programs

WORDS = {name: Options.model_json_schema()["properties"][name]["enum"] for name in (
    "style", "leaves", "dir", "theme", "collapse", "edges", "steps", "color", "hide", "number", "dialect", "optimizer", "batch",
)}  # fmt: skip

LEARNERS = {
    "empty lists": "xs = []\nys = []\nloss = sum((x - y)**2 for x, y in zip(xs, ys))\nprint(loss)",
    "a net that is only made": "n = MLP(3, [4, 4, 1])\nx = 2.0",
    "a net whose answer is dropped": "n = MLP(3, [4, 4, 1])\nn([1.0, 2.0, 3.0])\nx = 2.0",
    "answers that nobody reads": "X, y = moons(30, noise=0.1, seed=1)\nmodel = MLP(2, [4, 1])\nscores = [model(x) for x in X]",
    "a function without return": "def f(x):\n    y = x * 2\n    z = y + 1\na = 3.0\nf(a)\nb = a * 2\nb.backward()",
    "a loop of constants": "for i in range(100):\n    c = 2.0 * i\na = 1.0\nb = a * a",
    "200 inputs": f"xs = {[i + 0.5 for i in range(200)]}\nw = 1.0",
    "200 values alone": "xs = [Value(i) for i in range(200)]",
    "a dictionary": 'd = {"a": Value(1.0), "b": Value(2.0), "c": Value(3.0) * 2}\nw = Value(0.0)',
    "a large dictionary": "d = {i: Value(i) * 2 for i in range(80)}\nw = 1.0",
    "an object": "class P:\n    def __init__(self):\n        self.w = Value(0.5)\n        self.b = [Value(k) for k in range(9)]\n"
    "    def __call__(self, x):\n        return self.w * x + self.b[0]\nps = [P() for _ in range(9)]\nps[0](2.0)\nx = 1.0",
    "only prints": 'print("hello")\nfor i in range(10):\n    print(i)',
    "expressions": "a = 1.0\n" + "a * 2\na + 3\n" * 40,
    "a matrix": "A = [[1.0*i + j for j in range(6)] for i in range(6)]\n"
    "B = [[sum(A[i][k] * A[k][j] for k in range(6)) for j in range(6)] for i in range(6)]\nd = 1.0",
    "grads set to 0 first": "n = MLP(2, [4, 1])\nfor p in n.parameters():\n    p.grad = 0.0\nx = 1.0",
    "not a number": "a = float('nan')\nxs = [a * i for i in range(70)]\nw = 1.0",
}
"""Programs as learners write them, with much that nobody reads."""


@st.composite
def looks(draw: st.DrawFn, trace: Trace) -> dict[str, Any]:
    """Options for one run: any words, and names of its values and parts."""
    given = {name: draw(st.sampled_from(words)) for name, words in WORDS.items() if name == "collapse" or draw(st.booleans())}
    keys = [group.key for group in trace.groups if "," not in group.key]
    if keys and draw(st.booleans()):
        signed = st.tuples(st.sampled_from(["", "", "-"]), st.sampled_from(keys)).map("".join)
        given["open"] = ",".join(draw(st.sets(signed, max_size=5)))
    name = st.sampled_from([name for node in trace.nodes for name in (node.id, node.key, node.label) if name])
    field = st.sampled_from(["data", "grad"])
    rare: dict[str, st.SearchStrategy[Any]] = {
        "step": st.sampled_from(["start", "forward", "seed", "0", "-1", "1", "3"]) | st.builds("grad:{}".format, name)
        | st.builds("forward:{}".format, name),
        "example": st.integers(0, len(examples(trace.groups))),
        "expand": st.sampled_from(["all", "micrograd"]),
        "highlight": st.builds("{}:{}".format, st.sampled_from(["ancestors", "descendants"]), name),
        "quiz": st.builds("{}:{}".format, field, name),
        "iteration": st.integers(0, 2),
        "digits": st.integers(0, 10),
    }  # fmt: skip
    return given | {option: draw(values) for option, values in rare.items() if draw(st.integers(0, 4)) == 4}


def told(line: Pipeline, source: str, look: dict[str, Any]) -> Moment | None:
    """The moment; None where it is said in words that there is none."""
    try:
        return line.moment(source, Options.read(look))
    except (EngineError, ProblemError):
        return None


def check_picture(svg: bytes, answer: dict[str, Any], moment: Moment) -> None:
    """It is well-formed, and shows the boxes of the answer."""
    root = ET.fromstring(svg)
    shown = {node.get("data-node") for node in root.iter() if "node" in node.get("class", "").split()}
    hidden = {"constant"} if moment.options.hide == "constants" else set()
    boxes = {node["id"] for node in answer["nodes"] if node["inside"] is None}
    assert shown >= {node["id"] for node in answer["nodes"] if node["id"] in boxes and node["kind"] not in hidden}
    assert shown <= boxes
    assert root.get("data-steps") == str(len(answer["steps"]))


def check_text(moment: Moment) -> None:
    """Each step has a sentence."""
    narrator = moment.story.narrator
    for step in moment.told.steps:
        assert narrator.text(step)
        assert narrator.quiet(step)


def check_formats(line: Pipeline, moment: Moment) -> None:
    try:
        made = {extension: form.make(line, moment) for extension, form in FORMATS.items()}
    except TooLarge:
        return
    answer = json.loads(made["json"], parse_constant=pytest.fail)
    check_picture(made["svg"], answer, moment)
    ET.fromstring(answer["svg"])
    assert made["dot"].startswith(b"digraph")
    ast.parse(made["py"])
    for node in answer["nodes"]:
        assert node["folds"] is None or node["folds"]["results"]


def check_study(moment: Moment, file: str, given: dict[str, Any]) -> None:
    study = STUDIES[file]
    names = study.question.names()
    try:
        question = study.question.read({name: value for name, value in given.items() if name in names})
        body = study.body(Subject(moment.story), question)
    except (EngineError, ProblemError):
        return
    if file.endswith(".svg"):
        ET.fromstring(body)
    elif file.endswith(".json"):
        json.loads(body, parse_constant=pytest.fail)


@given(parted_programs(), st.data())
def test_every_program_folded_in_every_way_has_an_answer_in_every_format(source: str, data: st.DataObject):
    look = data.draw(looks(run(source)))
    line = Pipeline(Settings())
    if (moment := told(line, source, look)) is None:
        return
    check_text(moment)
    check_formats(line, moment)
    known = line.moment_at_once(source, moment.options)  # as the second visitor gets it
    assert known is None or line.svg(known) == line.svg(moment)


@given(parted_programs(), st.data())
def test_every_study_of_every_program_has_an_answer(source: str, data: st.DataObject):
    trace = run(source)
    look = data.draw(looks(trace))
    if (moment := told(Pipeline(Settings()), source, look)) is None:
        return
    name = data.draw(st.sampled_from([node.key for node in trace.nodes]))
    given = look | {"steps": 3, "node": name, "x": name, "samples": 5}
    for file in data.draw(st.sets(st.sampled_from(sorted(STUDIES)), max_size=4)):
        check_study(moment, file, given)


@pytest.mark.parametrize("collapse", WORDS["collapse"])
@pytest.mark.parametrize("source", LEARNERS.values(), ids=list(LEARNERS))
def test_what_nobody_reads_is_drawn_or_said_in_words(source: str, collapse: str):
    line = Pipeline(Settings())
    for look in ({}, {"hide": "constants", "color": "data", "edges": "contribution", "steps": "node", "number": "order"}):
        if moment := told(line, source, {"collapse": collapse, **look}):
            check_text(moment)
            check_formats(line, moment)
