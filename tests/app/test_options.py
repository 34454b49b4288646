"""One set of names for query, body, embed and command line; what is misspelt is said."""

from __future__ import annotations

import pytest

from stepgrad.app.errors import ProblemError
from stepgrad.app.options import Options, affecting
from stepgrad.app.spellings import EXPANDABLE
from stepgrad.app.steps import resolve
from stepgrad.engine.language import run
from stepgrad.engine.ops import MICROGRAD

CHAIN = run("a = 3\nb = a * a")  # steps: 1 forward, 2 seed, 3 and 4 into a


def refused(pairs: list[tuple[str, str]], kind: str = "picture") -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        Options.from_query(pairs, kind)  # type: ignore[arg-type]
    return caught.value


def test_defaults_leave_the_query_empty():
    assert Options().query("picture") == ""


def test_the_canonical_query_has_one_order():
    options = Options.from_query([("theme", "dark"), ("step", "007"), ("digits", "2"), ("style", "micrograd")], "picture")

    assert options.query("picture") == "step=7&theme=dark&digits=2"


@pytest.mark.parametrize("name", ["utm_source", "v", "id"])
def test_what_links_pick_up_on_their_way_is_ignored(name: str):
    assert Options.from_query([(name, "x"), (name, "y")], "picture") == Options()


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("stpe", "3", "Did you mean `step`?"),
        ("theme", "drak", "Did you mean `dark`?"),
        ("style", "Micrograd", "Did you mean `micrograd`?"),
        ("dir", "RL", "Allowed are `LR`, `TB`."),
        ("step", "forwrd", "Did you mean `forward`?"),
        ("step", "grd:x", "Did you mean `grad:x`?"),
        ("step", "", "`forward:NAME`"),
        ("step", "1.5", "Allowed are a number"),
        ("step", "+3", "Allowed are a number"),
        ("step", "٣", "Allowed are a number"),
        ("digits", "11", "Allowed are 0 to 10."),
        ("digits", "-1", "Allowed are 0 to 10."),
        ("digits", "four", "Allowed are 0 to 10."),
        ("bg", "", "`%23fff`"),
        ("bg", "fff", "Did you mean `%23fff`?"),
        ("bg", "whit", "Did you mean `white`?"),
        ("bg", "url(x)", "Allowed are `transparent`"),
        ("expand", "tahn", "Did you mean `tanh`?"),
        ("expand", "mul", "These are: "),
        ("font", "arial", "Allowed are `embed`, `none`."),
        ("controls", "none", "Allowed here are step"),
    ],
)
def test_a_wrong_option_says_what_is_right(name: str, value: str, hint: str):
    problem = refused([(name, value)])

    assert problem.status == 422
    assert hint in problem.hint


def test_a_name_given_twice_is_refused():
    assert "twice" in refused([("step", "1"), ("step", "1")]).detail


@pytest.mark.parametrize("value", [True, 4.0, None, [4], "4.0"])
def test_digits_are_an_integer_in_json_too(value: object):
    with pytest.raises(ProblemError):
        Options.read({"digits": value})


def test_only_the_embed_has_controls():
    options = Options.from_query([("controls", "none"), ("autoplay", "1"), ("font", "none")], "embed")

    assert options.query("embed") == "controls=none&autoplay=1"
    assert options.query("picture") == "font=none"


def test_the_page_and_the_embed_can_present():
    for kind in ("page", "embed"):
        assert Options.from_query([("present", "1")], kind).query(kind) == "present=1"
    with pytest.raises(ProblemError):
        Options.from_query([("present", "1")], "picture")
    with pytest.raises(ProblemError):
        Options.from_query([("present", "maybe")], "page")


def test_training_has_the_same_knobs_everywhere():
    given = {"iteration": "20", "learning_rate": ".1", "zero_grad": "false", "iterations": "500", "seed": "0", "train": "w, b"}
    options = Options.read(given)

    assert options.query("page") == "iteration=20&learning_rate=0.1&zero_grad=false&train=w,b&iterations=500"
    assert options.query("picture") == "iteration=20&learning_rate=0.1&zero_grad=false&train=w,b"
    assert (
        Options.read({"iteration": 20, "learning_rate": 0.1, "zero_grad": False, "iterations": 500, "train": ["w", "b"]})
        == options
    )
    assert "the page and /embed" in refused([("iterations", "500")]).detail
    assert "0 to 10,000" in refused([("iteration", "10001")]).hint
    assert "`true`, `false`" in refused([("zero_grad", "never")]).hint
    assert Options.read({"iteration": 0}).query("picture") == "iteration=0"


SPELLINGS = {True: (True, 1, "1", "true", "True", "yes", "on"), False: (False, 0, "0", "false", "FALSE", "no", "off")}


@pytest.mark.parametrize(("name", "written"), [("zero_grad", "false true"), ("autoplay", "0 1"), ("present", "0 1")])
@pytest.mark.parametrize(("state", "given"), [(state, word) for state, words in SPELLINGS.items() for word in words])
def test_a_switch_takes_every_spelling_and_links_keep_theirs(name: str, written: str, state: bool, given: object):
    options = Options.read({name: given})

    assert getattr(options, name) is state
    assert options.strings()[name] == written.split()[state]
    assert options.query("embed") in ("", f"{name}={written.split()[state]}")


@pytest.mark.parametrize("value", [2, -1, 1.0, None, "", "2", "ja", [True]])
def test_other_things_are_no_switch(value: object):
    with pytest.raises(ProblemError) as caught:
        Options.read({"present": value})

    assert caught.value.hint == "Allowed are `1`, `0`, `true`, `false`, `yes`, `no`, `on`, `off`."


def test_what_decides_where_boxes_are_is_written_in_the_table():
    assert affecting("structure") == ("style", "leaves", "dir", "digits", "open", "edges", "hide")
    assert Options(hide="constants").structure != Options().structure
    assert Options(step="1", theme="dark", color="grad", inputs="a:4", lab="plot").structure == Options().structure


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("tanh,sub", "sub,tanh"),
        ("micrograd", "micrograd"),
        ("neg,div,sub", "micrograd"),
        ("all", "all"),
        (",".join(EXPANDABLE), "all"),
        ("micrograd,tanh", "div,neg,sub,tanh"),
        ("", ""),
    ],
)
def test_expand_has_one_spelling(given: str, canonical: str):
    assert Options(expand=given).expand == canonical


def test_expand_names_the_operations():
    assert Options(expand="micrograd").operations == MICROGRAD
    assert Options(expand="all").operations == EXPANDABLE
    assert Options(expand="tanh,sub").operations == {"tanh", "sub"}
    assert Options().operations == frozenset()


@pytest.mark.parametrize(
    ("reference", "index"),
    [
        ("0", 0), ("1", 1), ("4", 4), ("-1", 4), ("-5", 0), ("end", 4), ("start", 0), ("forward", 1), ("seed", 2),
        ("forward:b", 1), ("forward:a", 0), ("grad:a", 4), ("grad:b", 2),
    ],
)  # fmt: skip
def test_a_step_has_many_names(reference: str, index: int):
    assert resolve(CHAIN, reference) == index


@pytest.mark.parametrize("reference", ["5", "-6", "99999"])
def test_a_step_out_of_range_says_how_many_there_are(reference: str):
    with pytest.raises(ProblemError) as caught:
        resolve(CHAIN, reference)

    assert "4 steps" in caught.value.hint


def test_a_step_of_an_unknown_name_says_what_is_near():
    with pytest.raises(ProblemError) as caught:
        resolve(run("alpha = 3\nbeta = alpha * 2"), "grad:alpah")

    assert caught.value.hint == "Did you mean `alpha`?"


def test_labels_name_steps_too():
    trace = run("x = Value(2, label='first input')\ny = x * x")

    assert resolve(trace, "grad:first input") == len(trace.steps)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [("", ""), ("b:-2,a:3.5", "a:3.5,b:-2.0"), (" x[0] : 1e3 ", "x[0]:1000.0"), ("a#2:.5,", "a#2:0.5"), ("α:-0", "α:-0.0")],
)
def test_inputs_have_one_spelling(given: str, canonical: str):
    assert Options(inputs=given).inputs == canonical
    assert Options(inputs=canonical).inputs == canonical


@pytest.mark.parametrize(
    "given", ["a", "a:", ":2", "a:nan", "a:1e999", "a:2,a:3", "a:0x10", ",".join(f"a{i}:1" for i in range(101))]
)
def test_other_inputs_are_refused(given: str):
    problem = refused([("inputs", given)])
    assert problem.code == "option"
    assert problem.hint


def test_inputs_are_numbers_by_name():
    assert Options(inputs="x[0]:1,b:-2").overrides == {"x[0]": 1.0, "b": -2.0}


def test_a_lab_is_open_on_the_page_and_in_the_embed_only():
    for kind in ("page", "embed"):
        assert Options.from_query([("lab", "orders")], kind).query(kind) == "lab=orders"  # type: ignore[arg-type]
    assert "the page and /embed" in (refused([("lab", "orders")]).detail or "")


def test_training_stands_in_the_address_of_the_page():
    given = "iteration=20&learning_rate=0.5&optimizer=adam&zero_grad=false&batch=stochastic&seed=3&train=a,b"
    given += "&iterations=500&versus=learning_rate:0.05,zero_grad:true"
    pairs = [tuple(pair.split("=", 1)) for pair in given.split("&")]
    for kind in ("page", "embed"):
        assert Options.from_query(pairs, kind).query(kind) == given  # type: ignore[arg-type]
    assert Options.from_query([("iterations", "100"), ("learning_rate", "0.05")], "page").query("page") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iteration", "-1"),
        ("iteration", "10001"),
        ("learning_rate", "nan"),
        ("zero_grad", "never"),
        ("zero_grad", ""),
        ("versus", "optimizer:adm"),
        ("versus", "a;b"),
        ("versus", "a:1,"),
    ],
)
def test_nonsense_about_training_is_refused(name: str, value: str):
    problem = refused([(name, value)], "page")
    assert problem.code == "option"
    assert problem.hint
