"""The first number of a run that one cannot go on with: inf or nan."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from stepgrad.engine.ops import CALL
from stepgrad.engine.recording import Recording, Terms

__all__ = ["first_not_finite"]


def first_not_finite(recording: Recording) -> Iterator[tuple[str, int]]:
    """A sentence and the row of the first value that is not finite, else of the first gradient; nothing where all are."""
    if recording.finite:
        return
    for row, x in enumerate(recording.data):
        if not isfinite(x):
            yield f"{_called(recording, row)} is the first value that is not finite: {_calculation(recording, row)}.", row
            return
    for row, source, upstream, local, after in _last_terms(recording):
        if not isfinite(after):
            yield (
                (
                    f"The gradient of {_called(recording, source)} is the first that is not finite: "
                    f"{upstream:.6g} × {local:.6g} sent back by {_called(recording, row)}."
                ),
                source,
            )
            return


def _last_terms(recording: Recording) -> Iterator[tuple[int, int, float, float, float]]:
    """The last term along each edge, in the order in which edges were first walked."""
    graph = recording.graph
    last: dict[int, tuple[int, int, float, float, float]] = {}
    for entry in recording.log:
        if not isinstance(entry, Terms):
            continue
        numbers = zip(entry.locals, entry.befores, strict=True)
        for row, upstream in zip(entry.order, entry.upstreams, strict=True):
            op = graph.ops[row]
            assert op
            for slot, source in enumerate(graph.inputs[row]):
                local, before = next(numbers)
                last[graph.starts[row] + slot] = row, source, upstream, local, before + op.term(local, upstream)
    return iter(last.values())


def _called(recording: Recording, row: int) -> str:
    label = recording.graph.labels[row]
    return f"`{label}`" if label else f"`{_calculation(recording, row).split(' = ')[0]}`"


def _calculation(recording: Recording, row: int) -> str:
    graph, data = recording.graph, recording.data
    if (op := graph.ops[row]) is None:
        return f"{data[row]:.6g}"
    operands = [f"{x:.6g}" for x in (*(data[each] for each in graph.inputs[row]), *graph.params[row])]
    if op.precedence < CALL:  # -2 ** 0.5 is another number than (-2) ** 0.5
        operands = [f"({text})" if text.startswith("-") else text for text in operands]
    return f"{op.python.format(*operands)} = {data[row]:.6g}"
