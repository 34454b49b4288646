"""What a step says: one sentence of plain English, and the same as a formula in LaTeX.

The mathematics comes from the table of operations; the English is here and nowhere else: page, pictures, command line and JSON
all say these words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from app.drawing.spelling import CALL, Term, bracketed, name_latex, number_latex, number_text, spell, top_precedence
from engine.ops import OPS, Op
from engine.trace import Edge, Node, Step, Trace

__all__ = ["START", "Narrator"]

START = "Before the first step: the inputs have their numbers, nothing else is computed."

MAX_EXPRESSION = 24
"""Characters of the expression that stands for a value without a name; a longer one is called by its symbol."""
MAX_LABEL = 40

_INFIX = {"*": "×", "/": "÷"}


class Narrator:
    """Tells the steps of one trace. Making one is linear in the graph, telling a step takes microseconds."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._nodes = {node.id: node for node in trace.nodes}
        self._edges = {edge.id: edge for edge in trace.edges}
        self._text: dict[str, Term] = {}
        self._latex: dict[str, Term] = {}
        for node in trace.nodes:  # inputs come before what uses them
            self._text[node.id], self._latex[node.id] = self._name(node)
        self._told: dict[int, tuple[str, str]] = {}
        self._history = {node: ([0], [value]) for node, value in trace.start.items()}
        for step in trace.steps:
            for write in step.writes:
                if write.field == "data" and write.after is not None:
                    indices, values = self._history.setdefault(write.node, ([], []))
                    indices.append(step.index)
                    values.append(write.after)

    def text(self, step: Step | None) -> str:
        """The sentence of a step; None is the moment before the first."""
        return START if step is None else self._tell(step)[0]

    def latex(self, step: Step | None) -> str:
        """Letters = numbers = result, without dollar signs; empty where there is nothing to compute."""
        return "" if step is None else self._tell(step)[1]

    def _tell(self, step: Step) -> tuple[str, str]:
        if (told := self._told.get(step.index)) is None:
            told = self._told[step.index] = _TELLERS[step.phase](self, step)
        return told

    def name(self, node: str) -> str:
        """How a value is called in sentences: its label, a short expression, or its symbol."""
        return self._text[node].text

    # One method a phase. Each gives the sentence and the formula.

    def _forward(self, step: Step) -> tuple[str, str]:
        node = self._nodes[step.node]
        op = OPS[node.op or ""]
        after = self._data(node.id, step)
        data = [self._data(i, step) for i in node.inputs]
        told = [
            self._text[node.id].text,
            self._op_text(op, node, [self._text[i] for i in node.inputs]).text,
            self._op_text(op, node, [_number(x) for x in data]).text,
            number_text(after),
        ]
        formula = [
            self._latex[node.id].text,
            self._op_latex(op, node, [self._latex[i] for i in node.inputs]).text,
            self._op_latex(op, node, [_number_latex(x) for x in data]).text,
            number_latex(after),
        ]
        return " = ".join(_distinct(told)) + ".", " = ".join(_distinct(formula))

    def _seed(self, step: Step) -> tuple[str, str]:
        name, latex = self._text[step.node].text, self._d(step.node)
        grad = next((write for write in step.writes if write.node == step.node and write.field == "grad"), None)
        before, after = (grad.before, grad.after) if grad else (None, 1.0)
        told = f"{name} is what we differentiate, so its grad is 1: ∂{_tight(name)}/∂{_tight(name)} = 1."
        if before and after != 1.0:
            told = f"{name} is what we differentiate: its grad gets 1 more, from {number_text(before)} to {number_text(after)}."
        if any(write.after is None for write in step.writes):
            told += " The grads in between are forgotten; those of the leaves stay."
        return told, f"{latex} = 1"

    def _backward(self, step: Step) -> tuple[str, str]:
        edge = self._edges[step.edge or ""]
        target, source = self._nodes[edge.target], self._nodes[edge.source]
        op = OPS[target.op or ""]
        grad = next(write for write in step.writes if write.field == "grad")
        upstream, local = step.upstream or 0.0, step.local or 0.0
        shut = op.gate and local == 0.0
        contribution = 0.0 if shut else upstream * local
        whose = _whose(self._text[source.id].text, "grad")
        before, after = number_text(grad.before or 0.0), number_text(grad.after)
        change = f"stays {after}" if before == after else f"goes from {before} to {after}"
        if shut:
            told = f"`{target.symbol}` is shut here: its slope is 0 and nothing passes, {whose} {change}."
        else:
            product = f"{number_text(upstream)} × {_factor(_number(local))} = {number_text(contribution)}"
            told = f"`{target.symbol}` sends back {product}: {whose} {change}."

        first = _number_latex(upstream)
        first_text = first.text if first.precedence >= 2 else bracketed(first.text)
        chain = [
            f"{self._d(target.id)} \\cdot {_factor(self._local(op, edge, target))}",
            f"{first_text} \\cdot {_factor(self._local(op, edge, target, step))}",
            f"{first_text} \\cdot {_factor(_number_latex(local))}",
            number_latex(contribution),
        ]
        return told, f"{self._d(source.id)} \\mathrel{{+}}= " + " = ".join(_distinct(chain))

    def _zero_grad(self, step: Step) -> tuple[str, str]:
        names = list(dict.fromkeys(self._text[write.node].text for write in step.writes))
        latex = ",\\ ".join(f"{self._d(write.node)} = 0" for write in step.writes[:3])
        more = len(step.writes) > 3
        if len(names) == 1:
            write = step.writes[0]
            return (
                f"{_sentence(_whose(names[0], 'grad'))} is set from {number_text(write.before)} to {number_text(write.after)}.",
                latex,
            )
        return f"The grads of {_listed(names)} are set to 0.", latex + (",\\ \\ldots" if more else "")

    def _update(self, step: Step) -> tuple[str, str]:
        told, formulas = [], []
        for write in step.writes[:3]:
            name, latex = self._text[write.node].text, self._latex[write.node].text
            if write.field == "grad":
                told.append(f"{_whose(name, 'grad')} becomes {number_text(write.after)}")
                continue
            change = ""
            if write.before is not None and write.after is not None:
                change = f" ({write.after - write.before:+.4g})"
            told.append(f"{_whose(name, 'data')} goes from {number_text(write.before)} to {number_text(write.after)}{change}")
            formulas.append(f"{latex} \\leftarrow {number_latex(write.after)}")
        more = f", and {len(step.writes) - 3} more" if len(step.writes) > 3 else ""
        return f"Update: {'; '.join(told)}{more}.", ",\\ ".join(formulas)

    # Names and expressions.

    def _name(self, node: Node) -> tuple[Term, Term]:
        if node.label:
            label = node.label if len(node.label) <= MAX_LABEL else node.label[: MAX_LABEL - 1] + "…"
            return Term(label, CALL if label.isidentifier() else 0), Term(name_latex(label), CALL if label.isidentifier() else 0)
        op = OPS.get(node.op or "")
        if op is None:
            return _number(node.data), _number_latex(node.data)
        text = self._op_text(op, node, [self._text[i] for i in node.inputs])
        if len(text.text) <= MAX_EXPRESSION:
            return text, self._op_latex(op, node, [self._latex[i] for i in node.inputs])
        symbol = node.symbol or op.symbol
        return Term(f"[{symbol}]", CALL), Term(rf"\langle {name_latex(symbol)} \rangle", CALL)

    def _op_text(self, op: Op, node: Node, operands: Sequence[Term]) -> Term:
        template = op.python
        for sign, mark in _INFIX.items():
            template = template.replace(f"}} {sign} {{", f"}} {mark} {{")
        operands = [*operands, *map(_number, node.params)]
        if op.defaults and node.params and node.params != op.defaults:
            template = f"{op.name}({', '.join(f'{{{i}}}' for i in range(len(operands)))})"
        return Term(spell(template, operands), op.precedence)

    def _op_latex(self, op: Op, node: Node, operands: Sequence[Term]) -> Term:
        text = spell(op.latex[0], [*operands, *map(_number_latex, node.params)])
        return Term(text, top_precedence(text))

    def _local(self, op: Op, edge: Edge, target: Node, step: Step | None = None) -> Term:
        """The rule of the local derivative in letters, or at a step in numbers."""
        if step is None:
            operands, out = [self._latex[i] for i in target.inputs], self._latex[target.id]
        else:
            operands = [_number_latex(self._data(i, step)) for i in target.inputs]
            out = _number_latex(self._data(target.id, step))
        text = spell(op.latex[1][edge.slot], [*operands, *map(_number_latex, target.params)], out)
        return Term(text, top_precedence(text))

    def _data(self, node: str, step: Step) -> float:
        """What a value is right after a step. `Node.data` is what the run left, which a later pass or update may have changed."""
        indices, values = self._history[node]
        return values[max(0, bisect_right(indices, step.index) - 1)]

    def _d(self, node: str) -> str:
        return rf"\frac{{\partial {self._whole(self._trace.output)}}}{{\partial {self._whole(node)}}}"

    def _whole(self, node: str) -> str:
        term = self._latex[node]
        return term.text if term.precedence >= CALL else bracketed(term.text)


def _number(value: float) -> Term:
    text = number_text(value)
    return Term(text, 3 if text.startswith("-") else CALL)


def _number_latex(value: float) -> Term:
    text = number_latex(value)
    return Term(text, 2 if "\\cdot" in text else 3 if text.startswith("-") else CALL)


def _factor(term: Term) -> str:
    """A term as the second factor of a product."""
    return bracketed(term.text) if term.signed or term.precedence < 2 else term.text


def _tight(name: str) -> str:
    return name if name.isidentifier() else f"({name})"


def _whose(name: str, field: str) -> str:
    """`x.grad`, as programs say it, or for what has no name `the grad of x + y`."""
    return f"{name}.{field}" if name.isidentifier() else f"the {field} of {name}"


def _sentence(text: str) -> str:
    return "The" + text[3:] if text.startswith("the ") else text


def _listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _distinct(parts: Sequence[str]) -> list[str]:
    """Without a part that only repeats the one before: `a = 3 = 3` says nothing."""
    return [part for part, before in zip(parts, [None, *parts], strict=False) if part != before]


_TELLERS: dict[str, Callable[[Narrator, Step], tuple[str, str]]] = {
    "forward": Narrator._forward,
    "seed": Narrator._seed,
    "backward": Narrator._backward,
    "zero_grad": Narrator._zero_grad,
    "update": Narrator._update,
}
