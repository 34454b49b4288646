"""The small parts: settings, caches, admission, JSON."""

from __future__ import annotations

import gc
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app import wire
from stepgrad.app.admission import Admission
from stepgrad.app.caching import Cache
from stepgrad.app.config import Settings, SettingsError
from stepgrad.app.errors import ProblemError
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.story import Story
from stepgrad.engine.language import run


def test_settings_come_from_an_environment():
    settings = Settings.from_environment(
        {"STEPGRAD_PORT": "80", "STEPGRAD_RATE_LIMIT": "60", "STEPGRAD_DOT": "dot -q", "STEPGRAD_DOCS": "off", "PATH": "/bin"},
        workers=2,
    )

    assert (settings.port, settings.rate_limit, settings.dot, settings.docs, settings.workers) == (
        80,
        60,
        ("dot", "-q"),
        False,
        2,
    )


def test_off_is_a_word_for_no_limit():
    assert Settings.from_environment({"STEPGRAD_RATE_LIMIT": "off"}).rate_limit is None


def test_a_command_line_goes_before_the_environment():
    assert Settings.from_environment({"STEPGRAD_PORT": "80"}, port=81).port == 81


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "many"),
        ("PORT", "-1"),
        ("RATE_LIMIT", "0"),
        ("PUBLIC_URL", "ftp://x"),
        ("PUBLIC_URL", "https://"),
        ("LAYOUT_SECONDS", "nan"),
    ],
)
def test_a_value_out_of_range_names_the_variable(variable: str, value: str):
    with pytest.raises(SettingsError, match=f"STEPGRAD_{variable}"):
        Settings.from_environment({f"STEPGRAD_{variable}": value})


def test_every_setting_has_help():
    assert all(field.description and field.description.endswith(".") for field in Settings.model_fields.values())


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=60))
def test_a_cache_never_holds_more_than_its_limit(puts: list[tuple[int, int]]):
    cache: Cache[int, int] = Cache(100, lambda value: value)
    for key, value in puts:
        cache.put(key, value)
        assert cache.weight <= 100
        assert value > 12 or cache.get(key) == value


def test_a_cache_forgets_what_was_used_longest_ago():
    cache: Cache[str, int] = Cache(8, lambda _: 1)
    for key in "abcdefgh":
        cache.put(key, 1)
    cache.get("a")
    cache.put("i", 1)

    assert cache.get("a") == 1
    assert cache.get("b") is None


def test_what_many_ask_for_is_made_once():
    cache: Cache[str, float] = Cache(100, lambda _: 1)
    made = []

    def make() -> float:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return 1.0

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: cache.get_or_make("key", make), range(8)))

    assert answers == [1.0] * 8
    assert len(made) == 1


def test_who_waits_shares_the_error_and_the_next_may_try_again():
    cache: Cache[str, int] = Cache(100, lambda _: 1)

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            cache.get_or_make("key", fail)
    assert cache.get_or_make("key", lambda: 3) == 3


def test_one_client_does_not_use_up_another_s_share():
    door = Admission(pending=100, rate=3)

    def ask(client: str) -> bool:
        try:
            with door.enter(client):
                return True
        except ProblemError as problem:
            return problem.status != 429

    assert [ask("192.0.2.1") for _ in range(3)] == [True, False, False]
    assert ask("192.0.2.2")
    assert ask("2001:db8::1")
    assert not ask("2001:db8::2")  # one customer has all of a /64
    assert ask("2001:db8:0:1::1")


def test_a_door_forgets_clients():
    door = Admission(pending=10, rate=1)
    for i in range(20_000):
        with door.enter(f"client {i}"):
            pass

    assert len(door._left) <= 10_000


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_what_is_written_can_be_read(value: object):
    try:
        written = wire.dump(value)
    except UnicodeEncodeError:
        return
    assert wire.read(written) == value


@given(st.floats())
def test_every_number_travels(value: float):
    wire.dump(wire.number(value))


def test_a_number_that_was_forgotten_is_noticed_here():
    with pytest.raises(ValueError, match="JSON"):
        wire.dump({"data": math.nan})


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_a_400(body: bytes):
    refused = 400
    try:
        wire.read(body)
    except ProblemError as problem:
        refused = problem.status
    assert refused == 400


CHAIN = "w0 = 0.1\nw1 = 0.2\nw2 = 0.3\nw3 = 0.4\nw4 = 0.5\nx = 1.0\nfor i in range(29):\n" + "".join(
    f"    x = x * w{i}\n" for i in range(5)
)


def test_a_layout_that_would_take_for_ever_is_drawn_otherwise():
    """Five weights reused along a chain of 145: Graphviz alone takes more than ten times the processor time that it gets."""
    pipeline = Pipeline(Settings(layout_seconds=1.0))

    assert pipeline.svg(pipeline.moment(CHAIN, Options())).startswith("<svg")


def test_another_step_or_other_numbers_need_no_layout(monkeypatch: pytest.MonkeyPatch):
    pipeline = Pipeline(Settings())
    pipeline.svg(pipeline.moment("a = 2\nb = a * a", Options()))
    monkeypatch.setattr(pipeline._engine, "layout", lambda _: pytest.fail("it laid out again"))

    for source, step in (("a = 2\nb = a * a", "0"), ("a = 3\nb = a * a", "end"), ("a  =  -7.5\nb = a*a", "seed")):
        pipeline.svg(pipeline.moment(source, Options(step=step)))
        pipeline.svg(pipeline.moment(source, Options(step=step, theme="dark")))


def test_many_threads_get_the_same_pictures():
    pipeline, single = Pipeline(Settings()), Pipeline(Settings())
    programs = [f"a = {i}\nb = a * {i % 4 + 1} + a" + " + a" * (i % 3) for i in range(24)]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda source: pipeline.svg(pipeline.moment(source, Options())), programs * 2))

    assert together == [single.svg(single.moment(source, Options())) for source in programs * 2]


def test_programs_are_read_in_many_threads_at_once():
    """CPython's own parser is not fit for that: see engine/language/source.py."""
    programs = [f"a = {i}\nb = (a * {i} + tanh(a)) ** 2 - max(a, [a, {i}][1])" for i in range(400)]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda source: run(source).nodes, programs * 4))


def test_a_folded_story_does_not_hold_the_whole_one():
    pipeline = Pipeline(Settings(trace_cache=1 << 20, training_cache=0))
    source = "xs, ys = moons(8)\nn = MLP(2, [4, 1])\nloss = sum([(n(x) - y)**2 for x, y in zip(xs, ys)])\nloss.backward()\n"
    for options in (Options(), Options(iteration=2)):
        folded = pipeline.moment(source, options.model_copy(update={"collapse": "layer"})).story
        gc.collect()
        held = [each.trace for each in gc.get_objects() if type(each) is Story and each.trace.source == source]

        assert not [trace for trace in held if len(trace.nodes) > 200 and trace.edges]
        assert folded.whole.trace == pipeline.moment(source, options.model_copy(update={"collapse": "none"})).story.trace
        assert len(folded.examples) == 8
