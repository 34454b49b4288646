"""The update that training makes, said and written: w ← w − rate · grad = …"""

from __future__ import annotations

from collections.abc import Callable

from stepgrad.app.drawing.naming import is_name, latex_of, text_of
from stepgrad.app.drawing.spelling import Term, change_texts, factor, number_latex, number_text
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.trace import Descent, Step, Write

__all__ = ["arithmetic", "latex", "sentence"]

TOLD = 3
"""Parameters that a step of many names."""


def arithmetic(descent: Descent, write: Write) -> str:
    """2.81 − 0.01 · 8.1 = 2.729"""
    direction = factor(text_of(descent.directions.get(write.node)))
    before, after = change_texts(write.before, write.after)
    return f"{before} − {number_text(descent.rate)} · {direction} = {after}"


def sentence(step: Step, descent: Descent, name: Callable[[str], str]) -> str:
    """The sentence of the update, or of grads that are left from iterations before."""
    writes = step.writes[:TOLD]
    more = f"; and {len(step.writes) - TOLD} more" if len(step.writes) > TOLD else ""
    if not descent.directions:
        told = "; ".join(f"{_grad(name(write.node))} is {number_text(write.after)}" for write in writes)
        return f"The grads were not zeroed: {told}{more}."
    if len(step.writes) == 1:
        who = name(step.node)
        return f"Update: {who} ← {_rule(descent, who)} = {arithmetic(descent, step.writes[0])}."
    told = "; ".join(f"{name(write.node)} ← {arithmetic(descent, write)}" for write in writes)
    return f"Update of {len(step.writes)} parameters, each w ← {_rule(descent, 'w')}: {told}{more}."


def _rule(descent: Descent, who: str) -> str:
    what = OPTIMIZERS[descent.optimizer].direction or _grad(who)
    return f"{who} − {number_text(descent.rate)} · {f'({what})' if '/' in what else what}"


def _grad(who: str) -> str:
    return f"{who}.grad" if is_name(who) else f"the grad of {who}"


def latex(step: Step, descent: Descent, name: Callable[[str], Term], slope: Callable[[str], str]) -> tuple[str, str, str]:
    """Letters, numbers and the whole. `slope` writes ∂output/∂value."""
    rate = number_latex(descent.rate)
    if not descent.directions:
        zero = [f"{slope(write.node)} = {number_latex(write.after)}" for write in step.writes[:TOLD]]
        return "", "", ",\\ ".join(zero) + (",\\ \\ldots" if len(step.writes) > TOLD else "")
    direction, first, lines = OPTIMIZERS[descent.optimizer].latex, ("", ""), list[str]()
    for write in step.writes[:TOLD]:
        who = name(write.node).text
        letters = f"{who} - {rate} \\cdot {direction or slope(write.node)}"
        numbers = f"{number_latex(write.before)} - {rate} \\cdot {factor(latex_of(descent.directions.get(write.node)))}"
        first = first if lines else (letters, numbers)
        lines.append(f"{who} \\leftarrow {letters} = {numbers} = {number_latex(write.after)}")
    if len(step.writes) > TOLD:
        lines.append("\\ldots")
    whole = lines[0] if len(lines) == 1 else "\\begin{gathered} " + " \\\\ ".join(lines) + " \\end{gathered}"
    return *first, whole
