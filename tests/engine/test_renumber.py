"""A program with other numbers: the story made without running it is the story of the run."""

from __future__ import annotations

import random
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app.gallery import gallery
from stepgrad.engine.errors import EngineError
from stepgrad.engine.language import record, run
from stepgrad.engine.renumber import Form, parts
from stepgrad.engine.story import tell
from stepgrad.engine.trace import Trace
from tests.strategies import Program, programs

NEURON = """\
# inputs
x1 = 2.0
w1 = Value(-3.0, label='w1')  # a weight
b = 7
n = x1*w1 + 2*b
o = n.tanh()
o.backward()
"""


def learnt(source: str) -> Form | None:
    taken = parts(source)
    return Form.learn(source, taken, record(source)) if taken else None


def again(form: Form, source: str) -> Trace | None:
    taken = parts(source)
    assert taken
    made = form.again(source, taken)
    return made and tell(made)


def same(form: Form, source: str) -> bool:
    """Whether the story is that of a run, to the last bit and the sign of each zero, or is left to the run."""
    made = again(form, source)
    return made is None or repr(made) == repr(run(source))


def renumbered(source: str, numbers: list[float]) -> str:
    turn = iter(numbers)
    return re.sub(r"(?m)(?<== )((?:Value\()?-?)\d+\.\d+(?=\)?$)", lambda found: f"{found[1]}{abs(next(turn)):.3f}", source)


def test_other_numbers_tell_their_own_story():
    form = learnt(NEURON)
    assert form
    other = NEURON.replace("2.0", "0.125").replace("7\n", "12\n")
    made = again(form, other)
    assert made == run(other)
    assert made != run(NEURON)


@given(programs() | programs(make="Value({0})"), st.lists(st.floats(-40, 40), min_size=4, max_size=4))
def test_any_program_of_operations_tells_its_own_story(program: Program, numbers: list[float]):
    other = renumbered(program.source, numbers)
    before, after = parts(program.source), parts(other)
    if before and after and before.form == after.form and (form := learnt(program.source)):
        assert same(form, other)
        assert same(form, program.source)


@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.title)
def test_the_gallery_tells_its_own_stories(example):
    draw = random.Random(example.title)
    form = learnt(example.source)
    for _ in range(10 if form else 0):
        assert same(form, renumbered(example.source, [draw.uniform(-9, 9) for _ in range(40)]))


def test_most_of_what_people_type_has_a_form():
    assert sum(learnt(example.source) is not None for example in gallery()) >= 10


@pytest.mark.parametrize(
    "looks",
    [
        "if a > 1:\n    y = a * 2",
        "y = a * 2\nprint(a)",
        "y = a * 2\ny",
        "y = sum([a for i in range(int(a))])",
        "y = leaky_relu(a, k)",
        "y = a ** int(k)",
        "y = Value(a) * k",
        "y = a * k.data",
        "y = a * (k // 1)",
        "y = a * (a > k)",
        "y = a * k\ny.backward()\na.data = k",
        "y = a * k\ny.backward()\ny.backward()",
        "y = [a, k][0] * 3",
        "y = (lambda q: q * q)(a)",
        "y = a * k\nassert a == 2.0",
        "f = tanh\ny = f(a)",
        "y = a if k else a * 2",
        "y = log(a - 2.0)",
        "import math\ny = a * math.exp(k)",
        "y = a * 1\nz = '''\nq = 3.0\n'''",
        "y = tanh(\na\n)\nq = 1,5",
    ],
)
def test_what_may_look_at_a_number_has_no_form(looks: str):
    source = f"a = 2.0\nk = 0.5\n{looks}\n"
    with suppress(EngineError):
        assert learnt(source) is None


@pytest.mark.parametrize(
    "source", ["a = 1e5", "a = 007", "a = 2x", "a = 1_000", "  a = 2.0", "a = 2.0;", "a = " + "9" * 40, "x" * 50 + " = 1.0", ""]
)
def test_a_number_of_another_spelling_is_no_number_of_the_form(source: str):
    assert parts(source) is None


def test_whole_numbers_and_others_have_different_forms():
    assert parts("a = 2").form != parts("a = 2.0").form  # type: ignore[union-attr]


def test_what_is_not_finite_is_left_to_the_engine():
    form = learnt("a = 2.0\ny = log(a)\n")
    assert form
    assert again(form, "a = 0.0\ny = log(a)\n") is None


def test_places_follow_the_length_of_the_number():
    form = learnt(NEURON)
    assert form
    longer = NEURON.replace("-3.0", "-3.14159")
    made = again(form, longer)
    assert made
    assert [node.span for node in made.nodes] == [node.span for node in run(longer).nodes]
