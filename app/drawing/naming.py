"""What values are called, and what they were at a step: the ground under sentences and formulas."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from stepgrad.app.drawing.spelling import CALL, Term, number_latex, number_text
from stepgrad.engine.trace import Node, Step, Trace

__all__ = ["Data", "Names", "distinct", "is_name", "latex_of", "short", "text_of", "told_apart"]

MAX_LABEL = 40
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*|\[[0-9]+\])*(?:#[0-9]+)?")


def told_apart(nodes: Iterable[Node]) -> dict[str, Node]:
    """The nodes by id. Where several have the same label, because a name was bound again, later ones are called `y#2`, `y#3`."""
    nodes = list(nodes)
    used = Counter([node.label for node in nodes if node.label])
    if used.total() == len(used):
        return {node.id: node for node in nodes}
    return {
        node.id: node._replace(label=node.key) if used[node.label] > 1 and node.key.startswith(f"{node.label}#") else node
        for node in nodes
    }


def is_name(text: str) -> bool:
    """Whether `.grad` can follow: a name, an item or a part of one (`xs[0][2]`), or one of several values of a name (`y#2`)."""
    return _NAME.fullmatch(text) is not None


class Names:
    """Terms by node id, made when first asked for: most moments need few of them."""

    def __init__(self, nodes: Mapping[str, Node], make: Callable[[Node, Sequence[Term]], Term]) -> None:
        self._nodes = nodes
        self._make = make
        self._known: dict[str, Term] = {}

    def __getitem__(self, wanted: str) -> Term:
        known = self._known
        if wanted in known:
            return known[wanted]
        todo = [wanted]
        while todo:  # no recursion: a chain of values without a name may be long
            node = self._nodes[todo[-1]]
            # A label stands by itself; anything else is spelled from its inputs.
            inputs = () if node.label else node.inputs
            if missing := [i for i in inputs if i not in known]:
                todo += missing
                continue
            known[node.id] = self._make(node, [known[i] for i in inputs])
            todo.pop()
        return known[wanted]


class Data:
    """What a value is right after a step. `Node.data` is what the run left, which a later pass or update may have changed."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @cached_property
    def _history(self) -> dict[str, tuple[list[int], list[float]]]:
        history = {node: ([0], [value]) for node, value in self._trace.start.items()}
        for step in self._trace.steps:
            for write in step.writes:
                if write.field == "data" and write.after is not None:
                    indices, values = history.setdefault(write.node, ([], []))
                    indices.append(step.index)
                    values.append(write.after)
        return history

    def at(self, node: str, step: Step) -> float:
        indices, values = self._history[node]
        return values[max(0, bisect_right(indices, step.index) - 1)]


def short(label: str) -> str:
    """A label as sentences and formulas have room for."""
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"


def text_of(value: float | None) -> Term:
    """A number as a term of a sentence."""
    text = number_text(value)
    return Term(text, 3 if text.startswith("-") else CALL)


def latex_of(value: float | None) -> Term:
    """A number as a term of a formula."""
    text = number_latex(value)
    return Term(text, 2 if "\\cdot" in text else 3 if text.startswith("-") else CALL)


def distinct(parts: Sequence[str]) -> list[str]:
    """Without a part that only repeats the one before: `a = 3 = 3` says nothing."""
    return [part for part, before in zip(parts, [None, *parts], strict=False) if part != before]
