"""Forward mode against reverse mode, counted on the graph."""

from __future__ import annotations

from typing_extensions import TypedDict

from stepgrad.app.schemas import shape
from stepgrad.app.studies.questions import AboutOne
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.wire import Num, number
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.modes import Mode, inputs_of, modes, tangents

__all__ = ["carrying"]


@shape
class CostAnswer(TypedDict):
    """What a mode takes for all gradients."""

    passes: int
    multiplications: int


@shape
class TangentAnswer(TypedDict):
    """One pass of forward mode, from one input."""

    input: str
    name: str
    multiplications: int
    values: dict[str, Num]
    """The tangents, by node."""
    output: Num
    """The tangent of the output: ∂output/∂input."""
    grad: Num
    """The same by reverse mode."""


@shape
class ModesAnswer(Head):
    """Forward mode against reverse mode, counted."""

    inputs: list[str]
    forward: CostAnswer
    reverse: CostAnswer
    tangents: list[TangentAnswer]
    left_out: int
    """Passes that there is no room for."""
    sentence: str


def carrying(subject: Subject, question: AboutOne) -> ModesAnswer:
    """The answer of `modes.json`. Tangents are of the chosen value, else of every input as far as there is room."""
    replay = subject.exact
    forward, reverse = modes(replay)
    chosen = [subject.named(question.node).id] if question.node is not None else inputs_of(replay)
    room = max(1, STUDY_LIMITS.tangents // len(subject.nodes))
    rows = [tangents(replay, node) for node in chosen[:room]]
    return {
        **subject.head(),
        "inputs": inputs_of(replay),
        "forward": _cost(forward),
        "reverse": _cost(reverse),
        "tangents": [
            {
                "input": row.input,
                "name": subject.name(row.input),
                "multiplications": row.multiplications,
                "values": {node: number(value) for node, value in row.values.items()},
                "output": number(row.values.get(replay.root, 0.0)),
                "grad": number(replay.grads.get(row.input, 0.0)),
            }
            for row in rows
        ],
        "left_out": len(chosen) - len(rows),
        "sentence": _sentence(forward, reverse),
    }


def _cost(mode: Mode) -> CostAnswer:
    return {"passes": mode.passes, "multiplications": mode.multiplications}


def _sentence(forward: Mode, reverse: Mode) -> str:
    inputs = f"{forward.passes} input{'s' if forward.passes != 1 else ''}"
    there = f"{forward.passes} pass{'es' if forward.passes != 1 else ''} and {_times(forward.multiplications)}"
    back = f"1 pass and {_times(reverse.multiplications)}"
    if forward.passes == 1:
        costs = f"forward mode {_times(forward.multiplications)}, reverse mode {_times(reverse.multiplications)}"
        return f"With {inputs} both take 1 pass; {costs}."
    return f"For the gradients of {inputs} forward mode takes {there}, reverse mode {back}."


def _times(count: int) -> str:
    return f"{count:,} multiplication{'s' if count != 1 else ''}"
