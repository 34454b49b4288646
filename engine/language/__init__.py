"""The language: a strict subset of Python, read by `ast` and run by an interpreter of our own.

    run("a = 2.0; b = a * a") → Trace

Any text at all is read or refused within a budget (`engine.limits`); a refusal is an `EngineError`.
"""

from __future__ import annotations

from collections.abc import Mapping

from stepgrad.engine.errors import EngineError
from stepgrad.engine.language.expansion import settle
from stepgrad.engine.language.interpreter import interpret
from stepgrad.engine.language.source import Source
from stepgrad.engine.limits import LIMITS, Limits
from stepgrad.engine.recording import Recording
from stepgrad.engine.story import tell
from stepgrad.engine.trace import Trace

__all__ = ["record", "run"]


def run(
    source: str,
    inputs: Mapping[str, float] | None = None,
    expand: frozenset[str] = frozenset(),
    limits: Limits = LIMITS,
) -> Trace:
    """The story of a program: source → Trace.

    `inputs` overrides named inputs by value. Operations in `expand` are built from simpler ones, where the table says how:
    all of a name (`tanh`), or that of the value with a key (`tanh@o`, as `Node.expands` says it).
    Raises an `EngineError` with the place and, where possible, a hint.
    """
    try:
        return tell(record(source, inputs, expand, limits))
    except EngineError as error:
        raise error.with_traceback(None)  # noqa: B904  # as `record` does


def record(
    source: str,
    inputs: Mapping[str, float] | None = None,
    expand: frozenset[str] = frozenset(),
    limits: Limits = LIMITS,
    turn: int | None = None,
) -> Recording:
    """The same, without the story: source → what the run left, to be told whole or folded. Raises the same.

    Of a program with many backward passes the last ones are recorded; with `turn` that one, counted from 1, with its updates.
    """
    try:
        text = Source(source, limits)
        return settle(expand, lambda expansion: interpret(text, inputs or {}, expansion, limits, turn))
    except EngineError as error:
        error.source = source
        raise error.with_traceback(None)  # noqa: B904  # where in the interpreter it was noticed helps nobody
