"""`stepgrad.draw` and what it gives, from Python."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import traceback
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stepgrad
from stepgrad import MLP, StepgradError, Value, draw
from stepgrad.app.exporting import FORMATS
from stepgrad.app.options import ROWS
from stepgrad.engine.language import run

SQUARE = "a = 3.0\nb = a * a"


def square() -> tuple[Value, Value]:
    a = Value(3.0, label="a")
    b = a * a
    b.label = "b"
    return a, b


def test_a_program_is_drawn_as_on_the_command_line():
    command = [sys.executable, "-m", "stepgrad", "draw", "-", "--step", "2", "--theme", "dark", "--digits", "1"]
    drawn = subprocess.run(command, input=SQUARE, capture_output=True, text=True, check=True).stdout

    assert draw(SQUARE, step=2, theme="dark", digits=1).svg == drawn


def test_a_value_is_drawn_as_its_program():
    """The pictures have the same boxes, numbers and steps."""
    _, b = square()
    b.backward()
    theirs = draw(f"{SQUARE}\nb.backward()", font="none")

    assert draw(b, font="none").svg == theirs.svg
    for step in range(len(theirs.trace.steps) + 1):
        assert draw(b, step=step, font="none").svg == draw(SQUARE, step=step, font="none").svg


def test_before_backward_the_forward_pass_is_drawn():
    _, b = square()
    picture = draw(b)

    assert repr(picture) == "<Picture of b, step 1 of 1>"
    assert picture.sentence == "Finished: b = 9."
    assert picture.svg.count("—") > 0  # no grad yet
    with pytest.raises(StepgradError, match="no backward pass"):
        draw(b, step="seed")


def test_grads_that_have_added_up_are_drawn_as_they_are():
    _, b = square()
    b.backward()
    b.backward()
    picture = draw(b)

    assert repr(picture) == "<Picture of b>"
    assert picture.sentence == "Finished: b = 9. Gradients: a 12."
    assert "12.0000" in picture.svg
    with pytest.raises(StepgradError, match="shown as they are"):
        draw(b, step=2)


def test_a_picture_is_of_the_moment_in_which_it_was_made():
    a, b = square()
    picture = draw(b)
    b.backward()
    a.data = 100.0

    assert "9.0000" in picture.svg
    assert "6.0000" not in picture.svg


@pytest.mark.parametrize("extension", FORMATS)
def test_it_is_saved_by_its_extension(tmp_path, extension):
    for what in (SQUARE, square()[1]):
        draw(what).save(tmp_path / f"picture.{extension}")
        draw(what).save(str(tmp_path / "other.txt"), format=extension)
        assert (tmp_path / f"picture.{extension}").read_bytes() == (tmp_path / "other.txt").read_bytes() != b""


def test_without_an_extension_it_is_a_picture(tmp_path):
    draw(SQUARE).save(tmp_path / "square")

    assert (tmp_path / "square").read_text() == draw(SQUARE).svg


def test_another_extension_is_an_error(tmp_path):
    with pytest.raises(StepgradError, match=r"There is no format `exe`\. There are svg, dot, json, py\."):
        draw(SQUARE).save(tmp_path / "square.exe")


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_the_json_of_a_value_links_to_its_program(passes, tmp_path):
    _, b = square()
    for _ in range(passes):
        b.backward()
    draw(b).save(tmp_path / "b.json")
    answer = json.loads((tmp_path / "b.json").read_text())
    again = run(answer["source"])

    assert [(node.label, node.op, node.data) for node in again.nodes] == [("a", None, 3.0), ("b", "mul", 9.0)]
    assert answer["code"] in answer["links"]["page"]


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_the_python_of_a_value_computes_it(passes, tmp_path):
    _, b = square()
    for _ in range(passes):
        b.backward()
    draw(b, dialect="micrograd").save(tmp_path / "b.py")
    done = subprocess.run([sys.executable, str(tmp_path / "b.py")], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[1] == f"b  data 9  grad {int(passes == 1)}"


@settings(max_examples=40)
@given(st.text(max_size=80), st.sampled_from([0.0, -2.5, 1e300, math.inf, math.nan]), st.integers(0, 2))
def test_any_label_and_any_number_can_be_drawn_in_every_format(label, number, passes):
    a = Value(number, label=label)
    b = (a * a / (a - 1)).exp()
    b.label = label
    for _ in range(passes):
        b.backward()
    for options in ({}, {"step": 0, "style": "compact", "edges": "contribution", "color": "grad", "steps": "node"}):
        made = {name: draw(b, **options).made(row) for name, row in FORMATS.items()}
        ElementTree.fromstring(made["svg"])
        json.loads(made["json"])
        compile(made["py"], "b.py", "exec")


def test_options_are_those_of_an_address():
    _, b = square()
    given = {"style": "compact", "dir": "TB", "edges": "local", "color": "data", "number": "order", "highlight": "ancestors:b"}

    assert draw(b, **given).svg != draw(b).svg
    assert draw(SQUARE, inputs={"a": 4}).sentence.startswith("Finished: b = 16.")
    assert draw(SQUARE, inputs={"a": 4}, iteration=None).svg == draw(SQUARE, inputs="a:4").svg
    assert draw(f"{SQUARE}\nc = tanh(b)", expand=["tanh", "div"], steps="node").trace.nodes[4:]
    assert draw(SQUARE, iteration=2, learning_rate=0.1, zero_grad=False).trace.steps[-1].descent is not None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"stlye": "compact"}, "`stlye` is not an option. Did you mean `style`?"),
        ({"style": "compat"}, "`style` cannot have this value. Did you mean `compact`?"),
        ({"step": 99}, "There is no step 99."),
        ({"digits": 11}, "Allowed are 0 to 10."),
        ({"lab": "plot"}, "`lab` is an option of the page and /embed only."),
        ({"highlight": "ancestors:q"}, "No value is called `q`. There are a, b."),
        ({"inputs": {"a": "x"}}, "It is `NAME:NUMBER`"),
    ],
)
def test_what_is_wrong_with_options_is_said_with_a_hint(options, says):
    with pytest.raises(StepgradError) as caught:
        draw(SQUARE, **options)

    assert says in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [{"expand": "micrograd"}, {"inputs": {"a": 4}}, {"iteration": 3}, {"example": 1}, {"collapse": "layer"}, {"open": "n"}],
    ids=lambda options: next(iter(options)),
)
def test_what_needs_a_program_is_refused_of_a_value(options):
    assert set(options) <= ROWS.keys()
    with pytest.raises(StepgradError, match="asks for a program"):
        draw(square()[1], **options)


def test_what_is_no_graph_is_refused():
    with pytest.raises(TypeError, match="not list"):
        draw([square()[1]])


def test_an_error_of_a_program_shows_the_line_and_leads_straight_to_the_call():
    with pytest.raises(StepgradError) as caught:
        draw("a = 2\nb = tahn(a)")
    told = "".join(traceback.format_exception(caught.value))

    assert told.endswith(
        "UnknownNameError: line 2, column 5: `tahn` is not known.\n    b = tahn(a)\n        ^^^^\n    Did you mean `tanh`?\n"
    )
    assert [frame.name for frame in caught.traceback][1:] == ["draw", "draw"]


# In a notebook


def test_a_value_draws_itself():
    a, b = square()

    assert b._repr_svg_() == draw(b).svg
    assert a._repr_svg_().startswith("<svg")
    assert draw(b)._repr_svg_() == draw(b).svg


def test_a_value_that_is_too_large_to_draw_is_printed_as_before():
    n = MLP(10, [40, 40, 1], seed=1)

    assert n([1.0] * 10)._repr_svg_() is None


def test_the_engine_alone_draws_nothing():
    show = "from stepgrad.engine import Value; print(Value(2.0)._repr_svg_())"

    assert subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout == "None\n"


@pytest.mark.parametrize("first", ["from stepgrad import MLP", "import stepgrad; stepgrad.Value", "from stepgrad import *"])
def test_whatever_is_imported_from_the_package_lets_values_draw_themselves(first):
    show = f"{first}\nfrom stepgrad.engine import Value\nprint(Value(2.0)._repr_svg_()[:4])"

    assert subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout == "<svg\n"


# What is loaded


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import stepgrad", {"stepgrad"}),
        ("from stepgrad import draw", {"stepgrad"}),
        ("from stepgrad import Value", {"stepgrad", "engine"}),
        ("from stepgrad import *", {"stepgrad", "engine"}),
        ("from stepgrad import Value, draw; draw(Value(2.0)).svg", {"stepgrad", "engine", "app", "pydantic"}),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_name_loads_what_it_needs(code, loaded):
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    names = {
        "engine" if name.startswith("stepgrad.engine") else "app" if name.startswith("stepgrad.app") else name
        for name in done.stdout.split()
    }
    named = {
        "stepgrad",
        "engine",
        "app",
        "pydantic",
        "fastapi",
        "starlette",
        "uvicorn",
        "jinja2",
        "anyio",
        "asyncio",
        "httptools",
    }

    assert names & named == loaded


def test_star_brings_the_public_names():
    names: dict[str, object] = {}
    exec("from stepgrad import *", names)

    assert (
        names.keys() - {"__builtins__"}
        == {"MLP", "Layer", "Neuron", "StepgradError", "Value", "draw", "run"}
        == set(stepgrad.__all__)
    )
    assert set(stepgrad.__all__) <= set(dir(stepgrad))
    with pytest.raises(AttributeError, match="drawe"):
        _ = stepgrad.drawe
