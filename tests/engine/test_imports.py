"""Programs may import our names as Python does: they are the ones that are built in."""

from __future__ import annotations

import pytest

from stepgrad.engine.errors import UnknownNameError
from stepgrad.engine.language import run
from tests.python import printed_by_python

MADE = [
    ("from stepgrad import Value", "Value(2.0) * 3"),
    ("from stepgrad import Value, Neuron, Layer, MLP, run, draw", "Value(2.0) * 3"),
    ("from stepgrad import *", "Value(2.0) * 3"),
    ("from stepgrad import Value as V", "V(2.0) * 3"),
    ("from stepgrad.engine import Value", "Value(2.0) * 3"),
    ("from stepgrad.engine.value import Value", "Value(2.0) * 3"),
    ("import stepgrad", "stepgrad.Value(2.0) * 3"),
    ("import stepgrad", "stepgrad.engine.Value(2.0) * 3"),
    ("import stepgrad as sg", "sg.Value(2.0) * 3"),
    ("import stepgrad.engine as sg", "sg.value.Value(2.0) * 3"),
    ("import stepgrad.engine", "stepgrad.engine.Value(2.0) * 3"),
    ("from engine import Value", "Value(2.0) * 3"),
    ("from engine import *", "Value(2.0) * 3"),
    ("import engine", "engine.Value(2.0) * 3"),
    ("from micrograd.engine import Value", "Value(2.0) * 3"),
    ("import micrograd.engine as me", "me.Value(2.0) * 3"),
]


@pytest.mark.parametrize(("line", "product"), MADE)
def test_the_names_of_the_package_are_ours(line, product):
    trace = run(f"{line}\ny = {product}")

    assert [(node.op, node.data) for node in trace.nodes] == [(None, 2.0), (None, 3.0), ("mul", 6.0)]
    assert trace.warnings == ()


@pytest.mark.parametrize("call", ["MLP(2, [1], seed=1)", "sg.MLP(2, [1], seed=1)", "sg.nn.MLP(2, [1], seed=1)"])
def test_nets_too(call):
    plain, named = (run(f"import stepgrad as sg\nn = {each}\ny = n([1, 2])") for each in ("MLP(2, [1], seed=1)", call))

    assert [node.data for node in named.nodes] == [node.data for node in plain.nodes]


def test_what_is_imported_by_its_own_name_does_not_hide_the_programs_own():
    """A net that is ours knows nothing of the program's own parts; an imported name is none of those."""
    run("from stepgrad import Neuron, Layer\nn = MLP(2, [1])\ny = n([1, 2])")


def test_a_wrong_name_is_noticed_where_it_is_used():
    with pytest.raises(UnknownNameError) as caught:
        run("from stepgrad import Valeu\ny = Valeu(2.0)")

    assert caught.value.hint == "Did you mean `Value`?"


def test_a_program_may_ask_for_its_picture():
    trace = run("from stepgrad import Value, draw\na = Value(2.0)\nb = a * 3\nc = a + 1\ndraw(b, step=1)")

    assert trace.nodes[-1].label == "b"
    assert trace.printed == ()


def test_a_picture_cannot_be_saved_here_and_the_line_is_passed_over():
    made = "from stepgrad import Value, draw\na = Value(2.0)\nb = a * 3"
    trace = run(f"{made}\npicture = draw(b)\npicture.save('b.svg')\ndraw(b).save('b.svg')")

    assert [notice.message for notice in trace.warnings] == [
        "This line needs stepgrad.Picture, which is not run here; it is passed over."
    ] * 2


@pytest.mark.parametrize(
    "shown",
    ["float(a)", "int(a)", "format(a, '.3f')", "format(a)", "f'{a:.3f} {a:>8.1f} {a}'", "'{:.2f}'.format(a)", "'%.1f' % a"],
)
def test_a_value_is_shown_as_a_number_as_in_python(shown):
    source = f"a = Value(2.5)\nprint({shown})\nb = a * 2"

    assert list(run(source).printed) == printed_by_python(source)
