"""Which moment is meant: the names of steps, resolved against a trace."""

from __future__ import annotations

from stepgrad.app.errors import ProblemError
from stepgrad.app.nodes import find, hint
from stepgrad.engine.trace import Node, Trace

__all__ = ["resolve"]


def resolve(trace: Trace, reference: str) -> int:
    """The index of the step that `reference` names (docs/contract.md, option `step`). Its syntax has been checked.

    Raises a 422 problem that says how many steps there are, or which names.
    """
    count = len(trace.steps)
    kind, colon, key = reference.partition(":")
    if colon:
        return _computed(trace, key) if kind == "forward" else _contributed(trace, key)
    match reference:
        case "end":
            return trace.end
        case "start":
            return 0
        case "forward":
            # The first pass: a program with several starts over after it.
            seed = _first(trace, "seed")
            return count if seed is None else seed - 1
        case "seed":
            seed = _first(trace, "seed")
            if seed is None:
                raise _wrong("This program has no backward pass, and so no step `seed`.", f"It has {count} steps.")
            return seed
    index = int(reference)
    if not -count - 1 <= index <= count:
        there = f"This program has {count} steps: 0 to {count}, or from the end -1 (the last) to {-count - 1}."
        raise _wrong(f"There is no step {index}.", there if count else "There are none: the numbers are shown as they are.")
    return index if index >= 0 else count + 1 + index


def _first(trace: Trace, phase: str) -> int | None:
    return next((step.index for step in trace.steps if step.phase == phase), None)


def _computed(trace: Trace, key: str) -> int:
    """Of a folded part that is computed in several stretches the last: there all of it is known."""
    id = _node(trace, key).id
    forward = (step for step in reversed(trace.steps) if step.phase == "forward")
    found = (step.index for step in forward if step.node == id or any(w.node == id for w in step.writes))
    return next(found, 0)  # an input is there from the start


def _contributed(trace: Trace, key: str) -> int:
    node = _node(trace, key)
    ids = node.folds.results if node.folds else (node.id,)
    for step in reversed(trace.steps):
        if step.phase in ("backward", "seed") and any(
            w.node in ids and w.field == "grad" and w.after is not None for w in step.writes
        ):
            return step.index
    raise _wrong(f"No gradient comes to `{key}`.", "The output does not depend on it.")


def _node(trace: Trace, name: str) -> Node:
    if node := find(trace, name):
        return node
    raise _wrong(f"No value is called `{name[:40]}`.", hint(trace, name))


def _wrong(detail: str, hint: str) -> ProblemError:
    return ProblemError(422, "step", "There is no such step", detail, hint=hint)
