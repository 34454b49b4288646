"""From a program's syntax tree to its trace: statement by statement, as a notebook would run its cells."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from stepgrad.engine.errors import EmptyProgramError, LimitError, Span
from stepgrad.engine.language.calls import invoke
from stepgrad.engine.language.expansion import Executed, Expansion
from stepgrad.engine.language.expressions import EXPRESSIONS
from stepgrad.engine.language.groups import name_of
from stepgrad.engine.language.leaving import Break, Continue, Skip
from stepgrad.engine.language.objects import Builtin, Function, Instance, Missing
from stepgrad.engine.language.printing import show
from stepgrad.engine.language.run import Run
from stepgrad.engine.language.source import Source
from stepgrad.engine.language.statements import STATEMENTS
from stepgrad.engine.limits import Limits
from stepgrad.engine.nn import Net
from stepgrad.engine.recorder import TurnOver
from stepgrad.engine.recording import record
from stepgrad.engine.trace import Notice

__all__ = ["interpret"]


def interpret(
    source: Source, inputs: Mapping[str, float], expansion: Expansion, limits: Limits, turn: int | None = None
) -> Executed:
    """Run a program once, and record it; with a turn only so far that its backward pass number `turn` can be told."""
    run = Run(source, inputs, expansion, limits, EXPRESSIONS, STATEMENTS, invoke, turn)
    try:
        return _recorded(run)
    finally:
        run.top.names.clear()  # functions know the names they were made among, and would live until the collector comes


def _recorded(run: Run) -> Executed:
    source, limits, last = run.source, run.limits, None
    try:
        for statement in source.tree.body:
            last = _top_level(run, statement, last)
        if last is not None and not isinstance(last, Missing):
            run.printed.write(show(last, limits.printed_characters) + "\n")
        run.inputs.refuse_unknown()
    except TurnOver:
        pass
    except RecursionError:  # the limits on depth come first, unless our caller has used up Python's stack
        run.refuse_depth(None)
    run.printed.close()
    if not run.outputs.values and not run.recorder.roots:
        message, hint = _nothing(run)
        raise EmptyProgramError(message, hint=hint, printed=tuple(run.printed.lines))
    run.outputs.settle(run)
    run.recorder.settle()

    def span(place: Any) -> Span | None:
        return source.span(place) if isinstance(place, ast.AST) else None

    recording, rows = record(run.recorder, source.text, run.outputs.values, span, name_of)
    # Of a turn that is told by itself, the next has begun.
    recording.warnings = (*run.notices, *(() if run.turn else (*_untold(run), *run.outputs.unused(run, rows))))
    recording.printed = tuple(run.printed.lines)
    return Executed(recording, {rows[value]: place for value, place in run.expansion.places.items() if value in rows})


def _top_level(run: Run, statement: ast.stmt, last: Any) -> Any:
    """Run one statement; answer the value of an expression, as a notebook would show it under the cell.

    A line that is passed over leaves what was shown *last*.
    """
    run.depth = 0
    run.recorder.making = None
    try:
        if not isinstance(statement, ast.Expr):
            run.execute(statement)
            return None
        run.spend(statement)
        run.folding = False
        try:
            with run.recorder.within("statement", statement):
                thing = run.evaluate(statement.value)
        finally:
            run.folding = True
        run.outputs.wrote(run, thing, statement.value)
        return thing
    except Skip as skip:
        run.pass_over(statement, skip.needs)
        return last
    except (Break, Continue):
        run.refuse("`break` and `continue` belong inside a loop.", statement)
    except LimitError as error:  # the recorder knows no places
        error.span = error.span or run.source.span(statement)
        raise
    return None


def _untold(run: Run) -> Iterator[Notice]:
    recorder = run.recorder
    if recorder.untold:
        untold, passes = recorder.untold, recorder.passes
        yield Notice(f"The first {untold:,} of {passes:,} backward passes are not told step by step. With `turn=1` the first is.")


def _nothing(run: Run) -> tuple[str, str]:
    """Why there is no value to draw, as far as we know, and what to try."""
    if functions := [thing for thing in run.top.names.values() if isinstance(thing, Function)]:
        name, arguments = functions[-1].name, len(functions[-1].node.args.args)
        example = f"{name}({', '.join(['3.0', '2.0', '1.0'][:arguments] or ['3.0'] * arguments)})"
        return f"`{name}` is defined, but nothing calls it yet.", f"Add a line below it: `{example}`."
    if own := [thing.cls for thing in run.top.names.values() if isinstance(thing, Instance) and thing.cls.find("backward")]:
        name = own[-1].name
        return f"The numbers of `{name}` are its own, and are not drawn.", f"Leave the class out and write `Value` for `{name}`."
    if nets := [name for name, thing in run.top.names.items() if isinstance(thing, Net)]:
        inputs = ", ".join(["2.0", "3.0", "-1.0"][: run.top.names[nets[-1]].reads])
        return f"`{nets[-1]}` is a net that nothing calls yet.", f"Add a line below it: `{nets[-1]}([{inputs}])`."
    if builtins := [thing.name for thing in run.top.names.values() if isinstance(thing, Builtin)]:
        return f"`{builtins[-1]}` is a function that nothing calls yet.", f"Such as `{builtins[-1]}(2.0)`."
    hint = "Type an expression, such as `a = 2.0` and below it `b = a * a`."
    if run.notices:
        return f"There is nothing to draw. {run.notices[0].message}", hint
    return "There is nothing to draw yet.", hint
