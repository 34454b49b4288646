"""The same program with other numbers: its story from the story of the first, without running it again.

A program is a form and some numbers: those that stand alone on the right of a name at the top level (`w = -3.0`). Where nothing
in the form can look at a number, be it to choose, to count, to print or to build, a number only flows through the graph, and all
of the story but its numbers stays. `Form.learn` sees that in the syntax tree or gives up: whatever it does not know is a reason
to. `again` computes what the engine would compute, in the same order: the same story, bit for bit.
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
from stepgrad.engine.trace import Edge, Node, Step, Trace, Write

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
    """What all programs of one form have in common: the story of one of them."""

    def __init__(self, trace: Trace, given: Parts, leaves: Sequence[str]) -> None:
        self.trace = trace
        self._lengths = given.lengths
        self._leaves = leaves
        self._places = {leaf: i for i, leaf in enumerate(leaves)}
        self._nodes = {node.id: node for node in trace.nodes}
        self._edges = {edge.id: edge for edge in trace.edges}

    @classmethod
    def learn(cls, source: str, given: Parts, trace: Trace) -> Form | None:
        """The form of a program that was run to this story; None unless its numbers only flow through the graph."""
        if trace.source != source or trace.warnings or trace.printed or not _flows(source, given.lines):
            return None
        lines = set(given.lines)
        here = [(node.span.line, node) for node in trace.nodes if node.span and node.span.line in lines]
        leaves = {line: node.id for line, node in here if not node.op}
        if len(here) != len(lines) or len(leaves) != len(lines):
            return None  # several values of one line, or none: not what it looked like
        if any(group.span and group.span.line in lines for group in trace.groups):
            return None
        seeds = [step for step in trace.steps if step.phase == "seed"]
        if len(seeds) != 1 or seeds[0].writes != (Write(seeds[0].node, "grad", None, 1.0),):
            return None
        if any(step.phase not in ("forward", "seed", "backward") for step in trace.steps):
            return None
        form = cls(trace, given, [leaves[line] for line in given.lines])
        return form if form.again(source, given) == trace else None

    def again(self, source: str, given: Parts) -> Trace | None:
        """The story of another program of this form; None where a number is not finite, which the engine has words for."""
        trace = self.trace
        start = dict(trace.start)
        start.update(zip(self._leaves, given.numbers, strict=True))
        data, grad = start.copy(), dict[str, float]()
        partials: dict[str, tuple[float, ...]] = {}
        terms: dict[str, tuple[float, float]] = {}
        steps = [self._step(step, data, grad, partials, terms) for step in trace.steps]
        if not all(map(isfinite, data.values())) or not all(map(isfinite, grad.values())):
            return None
        nodes = [Node(*node[:8], data[node.id], grad.get(node.id), self._span(node, given), *node[11:]) for node in trace.nodes]
        edges = [Edge(*edge[:4], *terms.get(edge.id, (None, None))) for edge in trace.edges]
        return replace(trace, source=source, nodes=tuple(nodes), edges=tuple(edges), steps=tuple(steps), start=start)

    def _step(
        self,
        step: Step,
        data: dict[str, float],
        grad: dict[str, float],
        partials: dict[str, tuple[float, ...]],
        terms: dict[str, tuple[float, float]],
    ) -> Step:
        """Do what a step did, with the numbers as they are now."""
        id_ = step.node
        if step.phase == "forward":
            node = self._nodes[id_]
            x = data[id_] = OPS[node.op or ""].forward(*[data[each] for each in node.inputs], *node.params)
            return step._replace(writes=(Write(id_, "data", None, x),))
        if step.phase == "seed":
            grad[id_] = 1.0
            return step
        edge = self._edges[step.edge or ""]
        target = self._nodes[edge.target]
        op, upstream = OPS[target.op or ""], grad[edge.target]
        if edge.target not in partials:
            inputs = [data[each] for each in target.inputs]
            partials[edge.target] = op.partials(data[edge.target], *inputs, *target.params)
        local = partials[edge.target][edge.slot]
        term = 0.0 if op.gate and local == 0.0 else local * upstream
        terms[edge.id] = local, term
        before = grad.get(id_, 0.0)
        after = grad[id_] = before + term
        return step._replace(writes=(Write(id_, "grad", before, after),), upstream=upstream, local=local)

    def _span(self, node: Node, given: Parts) -> Span | None:
        """Where a value stands now: a line is as much longer as its number."""
        place = self._places.get(node.id)
        if place is None or node.span is None:
            return node.span
        return node.span._replace(length=node.span.length + given.lengths[place] - self._lengths[place])


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
