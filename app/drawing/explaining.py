"""Why: the formulas of a run in their parts, the local derivatives at its edges, and what went wrong where.

`words` tells a step in a sentence; here is what stands beside it. Everything is made when asked for: a large run has thousands of
formulas, and most are never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NotRequired

from typing_extensions import TypedDict

from stepgrad.app.drawing.naming import is_name, text_of
from stepgrad.app.drawing.spelling import factor, number_text
from stepgrad.app.drawing.words import Narrator
from stepgrad.app.schemas import shape
from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Edge, Step, Trace
from stepgrad.engine.trouble import Trouble, TroubleKind, troubles

__all__ = ["Explainer", "FormulaAnswer"]


@shape
class FormulaAnswer(TypedDict):
    """The formula of a step in its parts, in LaTeX without dollar signs. Parts that a phase does not have are empty."""

    left: str
    """What is computed."""
    letters: str
    """From what, in letters."""
    numbers: str
    """The same with numbers."""
    result: str
    latex: str
    """All of it: `left = letters = numbers = result`; of several steps a line for each."""
    plain: str
    """All of it as plain text."""
    product: NotRequired[str]
    """Backward only, as text: upstream × local = contribution."""
    sum: NotRequired[str]
    """Backward only, as text: the grad before → after (change)."""


class Explainer:
    """Explains one trace in the words of its narrator."""

    def __init__(self, trace: Trace, narrator: Narrator) -> None:
        self._trace = trace
        self._narrator = narrator

    # Steps -------------------------------------------------------------------------------------------------------------

    def formula(self, step: Step) -> FormulaAnswer:
        """`letters = numbers = result` in LaTeX, all of it as `latex`, and in plain text; backward also `product` and `sum`."""
        if len(step.parts) == 1:
            return self.formula(step.parts[0])
        if step.parts:
            plain = "\n".join(self._plain(part) for part in step.parts)
            return {"left": "", "letters": "", "numbers": "", "result": "", "latex": self._narrator.latex(step), "plain": plain}
        parts = self._narrator.formulas.parts(step)
        told: FormulaAnswer = {
            "left": parts.left,
            "letters": parts.letters,
            "numbers": parts.numbers,
            "result": parts.result,
            "latex": parts.whole,
            "plain": self._plain(step),
        }
        if step.phase == "backward" and step.edge and not step.is_observed:
            told |= {"product": self.product(step), "sum": _sum(step)}
        return told

    def product(self, step: Step) -> str:
        """upstream × local = contribution, in numbers."""
        upstream, local = text_of(step.upstream), text_of(step.local)
        first = upstream.text
        return f"{first} × {factor(local)} = {number_text(step.term)}"

    def _plain(self, step: Step) -> str:
        if step.phase == "backward" and (step.edge is None or step.is_observed):
            return self._narrator.text(step).removesuffix(".")
        match step.phase:
            case "forward":
                return self._narrator.text(step).removesuffix(".")
            case "seed":
                return f"{self._d(step)} = 1"
            case "backward":
                return f"{self._d(step)} += {self.product(step)}, grad {_sum(step)}"
            case "update" if step.descent:
                return self._narrator.text(step).removesuffix(".").removeprefix("Update: ")
        changes = [
            f"{self._narrator.name(write.node)}.{write.field}: {number_text(write.before)} → {number_text(write.after)}"
            for write in step.writes
        ]
        return ", ".join(changes[:3]) + (" …" if len(changes) > 3 else "")

    def _d(self, step: Step) -> str:
        return "/".join(
            f"∂{name}" if is_name(name) or name.isdecimal() else f"∂({name})"
            for name in (self._narrator.name(self._narrator.formulas.root(step)), self._narrator.name(step.node))
        )

    # Edges -------------------------------------------------------------------------------------------------------------

    def local_latex(self, edge: Edge) -> str | None:
        """The local derivative of the last backward pass: ∂o/∂n = 1 − o² = 1 − 0.7071² = 0.5."""
        step = self._last.get(edge.id)
        return self._narrator.formulas.local(step).whole if step else None

    def contribution_text(self, edge: Edge) -> str | None:
        """upstream × local = contribution, of the last backward pass."""
        step = self._last.get(edge.id)
        return self.product(step) if step else None

    @cached_property
    def _last(self) -> Mapping[str, Step]:
        return {
            part.edge: part
            for step in self._trace.steps
            for part in step.parts or (step,)
            if part.phase == "backward" and part.edge is not None and not part.is_observed
        }

    # Nodes -------------------------------------------------------------------------------------------------------------

    @cached_property
    def badges(self) -> list[tuple[Trouble, str]]:
        """Where it goes wrong, each with a sentence."""
        replay = Replay(self._trace)
        return [(found, _SENTENCES[found.kind](self, found, replay)) for found in troubles(replay)]

    def _saturated(self, found: Trouble, replay: Replay) -> str:
        node = next(node for node in self._trace.nodes if node.id == found.node)
        given = number_text(replay.data[node.inputs[0]])
        return (
            f"{self._narrator.name(node.id)} is saturated: at {given}, {node.symbol} is flat. "
            f"Its slope is {number_text(found.number)}, and that is all of the gradient that gets through."
        )

    def _dead(self, found: Trouble, replay: Replay) -> str:
        return (
            f"{self._narrator.name(found.node)} is dead here: its input is {number_text(found.number)}, not above 0, "
            "so its slope is 0 and no gradient gets through."
        )

    def _vanishing(self, found: Trouble, replay: Replay) -> str:
        return (
            f"The gradient has vanished: at {self._narrator.name(found.node)} it is {number_text(found.number)}, "
            "less than a millionth of the output's own."
        )

    def _exploding(self, found: Trouble, replay: Replay) -> str:
        name, grad = self._narrator.name(found.node), number_text(found.number)
        if found.edge:
            edge = next(edge for edge in replay.edges if edge.id == found.edge)
            local = number_text(edge.local)
            return (
                f"The gradient explodes: {self._narrator.name(edge.target)} has a slope of {local} here, and {name} gets {grad}."
            )
        return f"The gradient has exploded: at {name} it is {grad}, more than a million times the output's own."

    def _data(self, found: Trouble, replay: Replay) -> str:
        name, data = self._narrator.name(found.node), number_text(found.number)
        return f"{name} is the first value that is no finite number: it is {data}, and what is computed from it suffers."

    def _grad(self, found: Trouble, replay: Replay) -> str:
        name, grad = self._narrator.name(found.node), number_text(found.number)
        edge = next((edge for edge in replay.edges if edge.id == found.edge), None)
        sent = f", sent back by {self._narrator.name(edge.target)}" if edge else ""
        return f"The gradient of {name} is the first that is no finite number: {grad}{sent}."


_SENTENCES: dict[TroubleKind, Callable[[Explainer, Trouble, Replay], str]] = {
    "saturated": Explainer._saturated,
    "dead": Explainer._dead,
    "vanishing": Explainer._vanishing,
    "exploding": Explainer._exploding,
    "data-not-finite": Explainer._data,
    "grad-not-finite": Explainer._grad,
}


def _sum(step: Step) -> str:
    """0 → 0.5 (+0.5)"""
    write = next(write for write in step.writes if write.field == "grad")
    before, after = write.before or 0.0, write.after
    change = number_text(None if after is None else after - before)
    signed = change if change.startswith(("-", "nan")) else f"+{change}"
    return f"{number_text(before)} → {number_text(after)} ({signed})"
