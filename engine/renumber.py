"""The same program with other numbers: its recording from that of the first, without running it again.

A program is a form and some numbers: those that stand alone on the right of a name at the top level (`w = -3.0`). Where nothing
in the form can look at a number, be it to choose, to count, to print or to build, a number only flows through the graph, and all
of the story but its numbers stays. `Form.learn` sees that in the syntax tree or gives up: whatever it does not know is a reason
to. `again` computes what the engine would compute, in the same order: the same recording, bit for bit.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import NamedTuple

from stepgrad.engine.errors import Span
from stepgrad.engine.ops import OPS
from stepgrad.engine.program import forward
from stepgrad.engine.recording import Observed, Recording, Seeded, Terms, Written, terms_of
from stepgrad.engine.story import tell

__all__ = ["Form", "Parts", "parts"]

LONGEST = 2_000
"""Characters of a program that is looked at."""

_NUMBER = re.compile(
    r"""([^\W\d]\w{0,40}\ ?=\ ?(?:Value\()?-?)
    (?:([0-9]{1,15}\.[0-9]{0,20}|\.[0-9]{1,20})|(0|[1-9][0-9]{0,14}))
    ((?:,\ ?(?:label\ ?=\ ?)?(?:'\w{1,40}'|"\w{1,40}"))?\)?\ *(?:\#[^\0]*)?)""",
    re.VERBOSE,
)
_CALLS = frozenset(OPS) | {"backward"}


class Parts(NamedTuple):
    """A program taken apart. Whole numbers and others leave different marks: Python tells them apart."""

    form: str
    lines: tuple[int, ...]
    """Where the numbers stand, counted from 1."""
    numbers: tuple[float, ...]
    lengths: tuple[int, ...]
    """Characters of each."""


def parts(source: str) -> Parts | None:
    """The form of a program and its numbers; None where it has none, or is too long to look at."""
    if len(source) > LONGEST:
        return None
    form, lines, numbers, lengths = [], [], [], []
    for at, line in enumerate(source.split("\n"), 1):
        if (found := _NUMBER.fullmatch(line)) is None:
            form.append(line)
            continue
        head, real, whole, tail = found.groups()
        text = real or whole
        lines.append(at)
        lengths.append(len(text))
        number: float = float(text) if real else int(text)
        numbers.append(float(-number if head.endswith("-") else number))
        form.append(f"{head}\0{'r' if real else 'w'}{tail}")
    if not numbers or "\0" in source:
        return None
    return Parts("\n".join(form), tuple(lines), tuple(numbers), tuple(lengths))


class Form:
    """What all programs of one form have in common: the recording of one of them."""

    def __init__(self, recording: Recording, given: Parts, leaves: Sequence[int]) -> None:
        self._recording = recording
        self._lengths = given.lengths
        self._leaves = leaves
        rows = {row.out: row for row in recording.graph.program}
        self._passes = [[rows[each] for each in entry.order] for entry in recording.log if isinstance(entry, Terms)]

    @classmethod
    def learn(cls, source: str, given: Parts, recording: Recording) -> Form | None:
        """The form of a program that was run; None unless its numbers only flow through the graph."""
        if recording.source != source or recording.warnings or recording.printed or not recording.finite:
            return None
        if not _flows(source, given.lines):
            return None
        graph, lines = recording.graph, set(given.lines)
        here = [(span.line, row) for row, span in enumerate(graph.spans) if span and span.line in lines]
        leaves = {line: row for line, row in here if not graph.inputs[row]}
        if len(here) != len(lines) or len(leaves) != len(lines):
            return None  # several values of one line, or none: not what it looked like
        if any(group.span and group.span.line in lines for group in graph.groups):
            return None
        if any(isinstance(entry, (Written, Observed)) for entry in recording.log) or graph.unknown is not None:
            return None
        if [entry[1:] for entry in recording.log if isinstance(entry, Seeded)] not in ([(None, ())], [(None, [])]):
            return None
        form = cls(recording, given, [leaves[line] for line in given.lines])
        again = form.again(source, given)
        return form if again and tell(again) == tell(recording) else None

    def again(self, source: str, given: Parts) -> Recording | None:
        """The recording of another program of this form; None where a number is not finite, which the engine has words for."""
        recording, graph = self._recording, self._recording.graph
        data = list(recording.data)
        for leaf, number in zip(self._leaves, given.numbers, strict=True):
            data[leaf] = number
        forward(graph.program, data)
        adding = [0.0] * len(data)
        adding[recording.root] = 1.0
        passes = iter(self._passes)
        log = [terms_of(next(passes), data, adding) if isinstance(entry, Terms) else entry for entry in recording.log]
        if not isfinite(sum(data) + sum(adding)):
            return None
        grads = [None if grad is None else x for grad, x in zip(recording.grads, adding, strict=True)]
        graph = graph.with_spans(self._spans(given))
        return replace(recording, source=source, graph=graph, data=data, grads=grads, log=log, form=given.form)

    def _spans(self, given: Parts) -> Sequence[Span | None]:
        """Where the values stand now: a line is as much longer as its number."""
        spans = list(self._recording.graph.spans)
        for leaf, length, before in zip(self._leaves, given.lengths, self._lengths, strict=True):
            if (span := spans[leaf]) is not None:
                spans[leaf] = span._replace(length=span.length + length - before)
        return spans


def _flows(source: str, lines: Sequence[int]) -> bool:
    """Whether the program only computes, and its numbers stand where they seem to stand."""
    tree = ast.parse(source)  # it has been run
    numbers = set(lines)
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name()], value=value) if statement.lineno in numbers:
                if statement.col_offset or statement.end_lineno != statement.lineno or not _is_number(value):
                    return False
                numbers.remove(statement.lineno)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if name in _CALLS or name == "Value" or not _computes(value):
                    return False
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="backward", value=ast.Name()), args=[], keywords=[])):
                pass
            case _:
                return False
    return not numbers


def _is_number(node: ast.expr) -> bool:
    """A number, or `Value` of one, perhaps with a label."""
    match node:
        case ast.Constant(value=int() | float()) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return True
        case ast.Call(func=ast.Name(id="Value"), args=[number, *label], keywords=keywords):
            labels = [*label, *(keyword.value for keyword in keywords)]
            return _is_number(number) and not isinstance(number, ast.Call) and len(labels) <= 1
    return False


def _computes(value: ast.expr) -> bool:
    """Arithmetic of names and numbers: nothing that asks what a number is. Walked, not called: it may be deep."""
    names = set()
    for node in ast.walk(value):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in OPS and len(args) == OPS[name].arity:
                pass
            case ast.Call(func=ast.Attribute(attr=name) as method, args=args, keywords=[]) if name in OPS:
                if len(args) + 1 != OPS[name].arity:
                    return False
                names.add(method)
            case ast.Attribute():
                if node not in names:  # a call is met before its parts
                    return False
            case ast.Constant(value=number):
                if type(number) not in (int, float):
                    return False
            case (
                ast.Name() | ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow()) | ast.UnaryOp(op=ast.USub())
            ):
                pass
            case ast.operator() | ast.unaryop() | ast.expr_context():
                pass
            case _:
                return False
    return True
