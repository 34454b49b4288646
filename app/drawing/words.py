"""What a step says: one sentence of plain English.

The mathematics comes from the table of operations; the English is here and nowhere else: page, pictures, command line and JSON
all say these words. `formulas` says the same in LaTeX.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property

from stepgrad.app.drawing import descent
from stepgrad.app.drawing.formulas import Formulas
from stepgrad.app.drawing.naming import Data, Names, distinct, is_name, short, text_of, told_apart
from stepgrad.app.drawing.spelling import CALL, Term, change_texts, factor, number_text, spell
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.trace import Folded, Node, Step, Trace

__all__ = ["START", "Narrator"]

START = "Before the first step: the inputs have their numbers, nothing else is computed."

MAX_EXPRESSION = 24
"""Characters of the expression that stands for a value without a name; a longer one is called by its symbol."""

LISTED = 8
"""Gradients that are told at the end."""

_INFIX = {"*": "×", "/": "÷"}


class Narrator:
    """Tells the steps of one trace. Making one is linear in the graph, telling a step takes microseconds."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._nodes = told_apart(trace.nodes)
        self._names = Names(self._nodes, _name)
        self._data = Data(trace)

    def text(self, step: Step | None) -> str:
        """The sentence of a step; None is the moment before the first."""
        if step is None:
            return START
        if step.parts:
            return " ".join(map(self.text, step.parts))
        if (folds := self._folds(step)) is not None:
            return self._folded_forward(step, folds) if step.phase == "forward" else self._folded_backward(step)
        return _TELLERS[step.phase](self, step)

    @cached_property
    def finished(self) -> str:
        """What came of it: the output, and the gradients of inputs and parameters."""
        output = self._nodes[self._trace.output]
        told = f"{self.name(output.id)} = {number_text(output.data)}"
        graded = [node for node in self._nodes.values() if node.kind in ("input", "parameter") and node.grad is not None]
        if not graded:
            return f"Finished: {told}."
        parameters = [node.grad or 0.0 for node in graded if node.kind == "parameter"]
        if len(parameters) > LISTED:
            norm = number_text(math.hypot(*parameters))
            return f"Finished: {told}. The grads of {len(parameters):,} parameters have the norm {norm}."
        grads = [f"{self.name(node.id)} {number_text(node.grad)}" for node in graded[:LISTED]]
        more = f" and {len(graded) - LISTED} more" if len(graded) > LISTED else ""
        return f"Finished: {told}. Gradients: {', '.join(grads)}{more}."

    def latex(self, step: Step | None) -> str:
        """Letters = numbers = result, without dollar signs; empty where there is nothing to compute."""
        if step is None:
            return ""
        lines = [self.formulas.of(part) for part in step.parts or (step,)]
        return lines[0] if len(lines) == 1 else "\\begin{gathered} " + " \\\\ ".join(lines) + " \\end{gathered}"

    def quiet(self, step: Step | None) -> str:
        """The sentence of a step without any number, for who is to find them."""
        if step is None:
            return START
        who = _listed([self._quiet_name(node) for node in dict.fromkeys(write.node for write in step.writes)])
        match step.phase:
            case "forward":
                return f"{self._quiet_name(step.node)} is computed."
            case "seed":
                return f"{self._quiet_name(step.node)} is what we differentiate."
            case "backward":
                sender = self._targets[step.edges[0]] if step.edges else step.node
                return f"`{self._nodes[sender].symbol}` sends back to {who}."
            case "zero_grad":
                return f"Cleared: the grad of {who}."
            case "update":
                return f"Update: {who}."

    def _quiet_name(self, node: str) -> str:
        told = self._nodes[node]
        return short(told.label) or (f"`{told.symbol}`" if told.inputs else "a constant")

    def name(self, node: str) -> str:
        """How a value is called in sentences: its label, a short expression, or its symbol."""
        return self._names[node].text

    def _whole_name(self, node: str) -> str:
        """The same, but for one of several parameters of a name: `n.layers[0].neurons[1].w[2]`, where each neuron has a w2."""
        told = self._nodes[node]
        return told.key if told.kind == "parameter" and self._parameters[told.label] > 1 else self.name(node)

    @cached_property
    def _parameters(self) -> Counter[str]:
        """How many parameters there are of each label."""
        return Counter(node.label for node in self._nodes.values() if node.kind == "parameter")

    @cached_property
    def formulas(self) -> Formulas:
        """The same steps in LaTeX, in their parts."""
        return Formulas(self._trace, self._nodes, self._names, self._data)

    @cached_property
    def _targets(self) -> dict[str, str]:
        return {edge.id: edge.target for edge in self._trace.edges}

    @cached_property
    def _summed(self) -> dict[str, str]:
        """The values that a box shows together with others, by that box."""
        boxes = [(node.id, node.folds.results) for node in self._nodes.values() if node.folds]
        return {value: box for box, results in boxes if results != (box,) for value in results}

    # A sentence for each phase.

    def _forward(self, step: Step) -> str:
        node = self._nodes[step.node]
        if node.op is None:
            result = number_text(self._data.at(node.id, step))
            return f"{self.name(node.id)} = {result}: the program's own `{node.symbol}` computes it."
        op = OPS[node.op]
        letters = _expression(op, node, [self._names[i] for i in node.inputs])
        numbers = _expression(op, node, [text_of(self._data.at(i, step)) for i in node.inputs])
        result = number_text(self._data.at(node.id, step))
        return " = ".join(distinct([self.name(node.id), letters.text, numbers.text, result])) + "."

    def _folds(self, step: Step) -> Folded | None:
        """The folded group at work in a step."""
        return self._nodes[step.node].folds if step.edge is None and step.phase in ("forward", "backward") else None

    def _folded_forward(self, step: Step, folds: Folded) -> str:
        """A part of the program as one step."""
        node = self._nodes[step.node]
        done = step.covers[1] - step.covers[0] + 1 if step.covers else folds.operations
        inside = f"{_count(done, 'operation')} in one step"
        if folds.results == (node.id,):
            called = f"`{node.symbol}`" if node.symbol != "…" else "this part"
            return f"{self.name(node.id)} = {number_text(self._data.at(node.id, step))}: {called} runs, {inside}."
        numbers = [write.after for write in step.writes if write.after is not None]
        low, high = number_text(min(numbers)), number_text(max(numbers))
        return f"{node.label} computes {_count(len(numbers), 'value')}, from {low} to {high}: {inside}."

    def _folded_backward(self, step: Step) -> str:
        """What a part of the program sends back: to what it reads, and to its parameters."""
        node = self._nodes[step.node]
        parameters = [write for write in step.writes if self._nodes[write.node].kind == "parameter"]
        others = [write for write in step.writes if self._nodes[write.node].kind not in ("parameter", "constant")]
        # Values that one box sums up have no name of their own in the picture: they are told as that box.
        summed: dict[str, list[float]] = {}
        for write in others:
            if write.node in self._summed:
                summed.setdefault(self._summed[write.node], []).append(write.after or 0.0)
        others = [write for write in others if write.node not in self._summed]
        told = [
            f"the grads of the {_count(len(grads), 'value')} of {self._nodes[box].label} "
            f"now have the norm {number_text(math.hypot(*grads))}"
            for box, grads in summed.items()
        ]
        told += [
            f"{_whose(self.name(write.node), 'grad')} goes from {number_text(write.before or 0.0)} to {number_text(write.after)}"
            for write in others[:2]
        ]
        if len(others) > 2:
            told.append(f"{_count(len(others) - 2, 'more grad')} change{'s' if len(others) == 3 else ''}")
        if parameters:
            norm = number_text(math.hypot(*(write.after or 0.0 for write in parameters)))
            told.append(f"the grads of {_count(len(parameters), 'parameter')} now have the norm {norm}")
        called = node.symbol != "…" and node.folds is not None and node.folds.results == (node.id,)
        name = f"`{node.symbol}`" if called else node.label or self.name(node.id)
        what = f" {_whose(self.name(node.id), 'grad')}" if called else ""
        return f"{name} sends{what} back through all that is folded in it: {'; '.join(told) or 'only constants read it'}."

    def _seed(self, step: Step) -> str:
        name = self.name(step.node)
        grad = next((write for write in step.writes if write.node == step.node and write.field == "grad"), None)
        if grad and grad.before:
            change = f"from {number_text(grad.before)} to {number_text(grad.after)}"
            told = f"{name} is what we differentiate: its grad gets 1 more, {change}."
        else:
            d = f"∂{name}" if is_name(name) else f"∂({name})"
            told = f"{name} is what we differentiate, so its grad is 1: {d}/{d} = 1."
        if any(write.after is None for write in step.writes):
            told += " The grads in between are forgotten; those of the leaves stay."
        return told

    def _backward(self, step: Step) -> str:
        grad = next(write for write in step.writes if write.field == "grad")
        whose = _whose(self.name(step.node), "grad")
        before, after = number_text(grad.before or 0.0), number_text(grad.after)
        change = f"stays {after}" if before == after else f"goes from {before} to {after}"
        if step.is_observed:
            line = f" in line {step.span.line}" if step.span else ""
            sender = f"`{self._nodes[self._targets[step.edge]].symbol}`" if step.edge else "The program's own code"
            return f"{sender} changes {whose}{line}: it {change}."
        target = self._nodes[self._targets[step.edge or ""]]
        local = step.local or 0.0
        if OPS[target.op or ""].gate and local == 0.0:
            return f"`{target.symbol}` is shut here: its slope is 0 and nothing passes, {whose} {change}."
        product = f"{number_text(step.upstream)} × {factor(text_of(local))} = {number_text(step.term)}"
        return f"`{target.symbol}` sends back {product}: {whose} {change}."

    def _zero_grad(self, step: Step) -> str:
        names = list(dict.fromkeys(self.name(write.node) for write in step.writes))
        if len(names) == 1:
            write = step.writes[0]
            whose = _whose(names[0], "grad")
            return f"{_sentence(whose)} is set from {number_text(write.before)} to {number_text(write.after)}."
        return f"The grads of {_listed(names)} are set to 0."

    def _update(self, step: Step) -> str:
        if step.descent:
            return descent.sentence(step, step.descent, self._whole_name)
        told = []
        for write in step.writes[:3]:
            whose = _whose(self._whole_name(write.node), write.field)
            if write.before is None or write.after is None or write.field == "grad":
                told.append(f"{whose} becomes {number_text(write.after)}")
                continue
            if write.before == write.after:
                told.append(f"{whose} stays {number_text(write.after)}")
                continue
            change = number_text(write.after - write.before)
            signed = change if change.startswith("-") else f"+{change}"
            before, after = change_texts(write.before, write.after)
            told.append(f"{whose} goes from {before} to {after} ({signed})")
        more = f", and {len(step.writes) - 3} more" if len(step.writes) > 3 else ""
        return f"Update: {'; '.join(told)}{more}."


_TELLERS: dict[str, Callable[[Narrator, Step], str]] = {
    "forward": Narrator._forward,
    "seed": Narrator._seed,
    "backward": Narrator._backward,
    "zero_grad": Narrator._zero_grad,
    "update": Narrator._update,
}


def _name(node: Node, inputs: Sequence[Term]) -> Term:
    if node.label:
        label = short(node.label)
        return Term(label, CALL if is_name(label) else 0)
    op = OPS.get(node.op or "")
    if op is None:
        return Term(f"[{node.symbol or node.key}]") if node.kind in ("group", "operation") else text_of(node.data)
    expression = _expression(op, node, inputs)
    return expression if len(expression.text) <= MAX_EXPRESSION else Term(f"[{node.symbol or op.symbol}]")


def _expression(op: Op, node: Node, operands: Sequence[Term]) -> Term:
    """An operation written out: x1 × w1, tanh(n)."""
    template = op.python
    for sign, mark in _INFIX.items():
        template = template.replace(f"}} {sign} {{", f"}} {mark} {{")
    operands = [*operands, *map(text_of, node.params)]
    if op.defaults and node.params and node.params != op.defaults:
        template = f"{op.name}({', '.join(f'{{{i}}}' for i in range(len(operands)))})"
    return Term(spell(template, operands), op.precedence)


def _whose(name: str, field: str) -> str:
    """`x.grad`, as programs say it, or for what has no name `the grad of x + y`."""
    return f"{name}.{field}" if is_name(name) else f"the {field} of {name}"


def _sentence(text: str) -> str:
    return "The" + text[3:] if text.startswith("the ") else text


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return f"{', '.join(names[:-1])} and {names[-1]}"
