"""The same as `words`, as a formula in LaTeX: letters, then numbers plugged in, then the result."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from stepgrad.app.drawing import descent
from stepgrad.app.drawing.naming import Data, Names, distinct, is_name, latex_of, short
from stepgrad.app.drawing.spelling import CALL, Term, bracketed, factor, name_latex, number_latex, spell, top_precedence
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.trace import Edge, Node, Step, Trace

__all__ = ["Formula", "Formulas"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in its parts, in LaTeX: what is computed, in letters, with numbers plugged in, and the result.

    Parts are empty where there is nothing to say; `whole` is all of it in one line, without repetitions.
    """

    left: str
    letters: str
    numbers: str
    result: str
    whole: str


class Formulas:
    """The formulas of one trace. `names` are the names in sentences: what has no short one there has none here."""

    def __init__(self, trace: Trace, nodes: Mapping[str, Node], names: Names, data: Data) -> None:
        self._trace = trace
        self._nodes = nodes
        self._spoken = names
        self._data = data
        self._names = Names(nodes, self._name)

    def of(self, step: Step) -> str:
        """The formula of a step, without dollar signs."""
        return self.parts(step).whole

    def parts(self, step: Step) -> Formula:
        """The same, in its parts."""
        if self._nodes[step.node].folds is not None and step.edge is None and step.phase in ("forward", "backward"):
            return self._folded(step)
        return _WRITERS[step.phase](self, step)

    def local(self, step: Step) -> Formula:
        """The local derivative that a backward step multiplies with."""
        edge = self._edges[step.edge or ""]
        target = self._nodes[edge.target]
        op = OPS[target.op or ""]
        left = rf"\frac{{\partial {self._whole(target.id)}}}{{\partial {self._whole(edge.source)}}}"
        letters, numbers = self._local(op, edge, target).text, self._local(op, edge, target, step).text
        result = number_latex(step.local)
        return Formula(left, letters, numbers, result, " = ".join(distinct([left, letters, numbers, result])))

    def _forward(self, step: Step) -> Formula:
        node = self._nodes[step.node]
        left = self._names[node.id].text
        if node.op is None:
            result = number_latex(self._data.at(node.id, step))
            return Formula(left, "", "", result, f"{left} = {result}")
        op = OPS[node.op]
        letters = _expression(op, node, [self._names[i] for i in node.inputs]).text
        numbers = _expression(op, node, [latex_of(self._data.at(i, step)) for i in node.inputs]).text
        result = number_latex(self._data.at(node.id, step))
        return Formula(left, letters, numbers, result, " = ".join(distinct([left, letters, numbers, result])))

    def _folded(self, step: Step) -> Formula:
        """Of a folded part of the program there is only what comes out, and only if that is one number."""
        node = self._nodes[step.node]
        if step.phase == "backward" or not node.folds or node.folds.results != (node.id,):
            return Formula("", "", "", "", "")
        left, result = self._names[node.id].text, number_latex(self._data.at(node.id, step))
        return Formula(left, "", "", result, f"{left} = {result}")

    def _seed(self, step: Step) -> Formula:
        left = self._d(step.node, step)
        return Formula(left, "", "", "1", f"{left} = 1")

    def _backward(self, step: Step) -> Formula:
        if step.is_observed:
            left, result = self._d(step.node, step), number_latex(step.writes[0].after)
            return Formula(left, "", "", result, f"{left} = {result}")
        edge = self._edges[step.edge or ""]
        target = self._nodes[edge.target]
        op = OPS[target.op or ""]
        upstream, local = latex_of(step.upstream or 0.0), step.local or 0.0
        first = upstream.text if upstream.precedence >= 2 else bracketed(upstream.text)
        left = self._d(step.node, step)
        letters = f"{self._d(target.id, step)} \\cdot {factor(self._local(op, edge, target))}"
        numbers = f"{first} \\cdot {factor(self._local(op, edge, target, step))}"
        result = number_latex(step.term)
        chain = distinct([letters, numbers, f"{first} \\cdot {factor(latex_of(local))}", result])
        return Formula(left, letters, numbers, result, f"{left} \\mathrel{{+}}= " + " = ".join(chain))

    def _zero_grad(self, step: Step) -> Formula:
        zeros = [f"{self._d(write.node, step)} = 0" for write in step.writes[:3]]
        whole = ",\\ ".join(zeros) + (",\\ \\ldots" if len(step.writes) > 3 else "")
        return Formula(self._d(step.node, step), "", "", "0", whole)

    def _update(self, step: Step) -> Formula:
        if step.descent:
            letters, numbers, whole = descent.latex(step, step.descent, self._names.__getitem__, lambda node: self._d(node, step))
            return Formula(self._names[step.node].text, letters, numbers, number_latex(step.writes[0].after), whole)
        changes = [write for write in step.writes if write.field == "data"]
        written = [f"{self._names[write.node].text} \\leftarrow {number_latex(write.after)}" for write in changes[:3]]
        whole = ",\\ ".join(written) + (",\\ \\ldots" if len(changes) > 3 else "")
        return Formula(self._names[step.node].text, "", "", number_latex(changes[0].after) if changes else "", whole)

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.id: edge for edge in self._trace.edges}

    def _name(self, node: Node, inputs: Sequence[Term]) -> Term:
        if node.label:
            label = short(node.label)
            return Term(name_latex(label), CALL if is_name(label) else 0)
        op = OPS.get(node.op or "")
        if op is None and node.kind in ("group", "operation"):
            return Term(rf"\langle {name_latex(node.symbol or 'part')} \rangle")
        if op is None:
            return latex_of(node.data)
        if self._spoken[node.id].text.startswith("["):  # too long to be written out
            return Term(rf"\langle {name_latex(node.symbol or op.symbol)} \rangle")
        return _expression(op, node, inputs)

    def _local(self, op: Op, edge: Edge, target: Node, step: Step | None = None) -> Term:
        """The rule of the local derivative in letters, or at a step in numbers."""
        if step is None:
            operands, out = [self._names[i] for i in target.inputs], self._names[target.id]
        else:
            operands, out = [latex_of(self._data.at(i, step)) for i in target.inputs], latex_of(self._data.at(target.id, step))
        text = spell(op.latex[1][edge.slot], [*operands, *map(latex_of, target.params)], out)
        return Term(text, top_precedence(text))

    def _d(self, node: str, step: Step) -> str:
        return rf"\frac{{\partial {self._whole(self.root(step))}}}{{\partial {self._whole(node)}}}"

    def root(self, step: Step) -> str:
        """What the pass differentiates that runs at a step, or ran last, else the first: in a loop each turn has its own."""
        place = bisect_right(self._seeds, step.index, key=itemgetter(0)) - 1
        return self._seeds[max(place, 0)][1] if self._seeds else self._trace.output

    @cached_property
    def _seeds(self) -> list[tuple[int, str]]:
        """Where each pass begins, and with what."""
        return [(step.index, step.node) for step in self._trace.steps if step.phase == "seed"]

    def _whole(self, node: str) -> str:
        term = self._names[node]
        return term.text if term.precedence >= CALL else bracketed(term.text)


_WRITERS: dict[str, Callable[[Formulas, Step], Formula]] = {
    "forward": Formulas._forward,
    "seed": Formulas._seed,
    "backward": Formulas._backward,
    "zero_grad": Formulas._zero_grad,
    "update": Formulas._update,
}


def _expression(op: Op, node: Node, operands: Sequence[Term]) -> Term:
    text = spell(op.latex[0], [*operands, *map(latex_of, node.params)])
    return Term(text, top_precedence(text))
