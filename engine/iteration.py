"""One iteration of training as a recording: the graph that is trained, with the parameters of then.

Its rows are the run's own: the same ids, keys, places and groups, other numbers. So a picture of it is the run's picture filled
again. Its log has one forward pass, one backward pass, and the update that follows.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.program import Row
from stepgrad.engine.recording import Computed, Entry, Graph, Recording, Seeded, Written, terms_of
from stepgrad.engine.trace import Descent, Notice
from stepgrad.engine.train import Run

__all__ = ["MOST_UPDATES", "iteration_of"]

MOST_UPDATES = 8
"""Parameters that have a step each; more are updated in one step together."""


def iteration_of(recording: Recording, run: Run, iteration: int) -> Recording:
    """The iteration's recording. The run has come so far; it ends with the update, if the run has gone on from there."""
    graph, trained = run.model.graph, run.model.trained
    parameters = run.at(iteration)
    data = run.model.values(parameters)
    grads: list[float | None] = [None] * len(graph)
    log: list[Entry] = []
    if held := _held(run, iteration):
        for row, grad in zip(trained, held, strict=True):
            grads[row] = grad
        log.append(Written([(row, "grad", None, grad) for row, grad in zip(trained, held, strict=True)], _descent(run, {})))
    log.append(Computed([row.out for row in graph.program]))
    notices, rows, way = _walked(run, iteration)
    log += _backward(graph, rows, way, data, grads)
    start: dict[int, float] = {}
    if iteration < run.updates:
        following = run.at(iteration + 1)
        log += _update(run, parameters, following, [grads[row] or 0.0 for row in trained])
        start = {row: data[row] for row in trained}
        for row, after in zip(trained, following, strict=True):
            data[row] = after
    return Recording(
        source=recording.source,
        graph=graph,
        output=len(graph) - 1,
        data=data,
        grads=grads,
        log=log,
        start=start,
        warnings=(*recording.warnings, *notices),
    )


def _descent(run: Run, directions: dict[str, float]) -> Descent:
    return Descent(run.plan.optimizer, run.plan.learning_rate, directions)


def _held(run: Run, iteration: int) -> list[float]:
    """Grads that are never zeroed have added up before."""
    return [] if run.plan.zero_grad or not iteration else run.grads(iteration - 1)


def _backward(
    graph: Graph, rows: Sequence[Row[int]], way: Container[int] | None, data: list[float], grads: list[float | None]
) -> Iterable[Entry]:
    """One backward pass through these rows, the first of which is the root's, to what is on its way."""
    root = len(graph) - 1
    before = grads[root]
    adding = [grad or 0.0 for grad in grads]
    adding[root] += 1.0
    terms = terms_of(rows, data, adding, way)
    for reached in {root, *(each for row in rows for each in row.inputs if way is None or each in way)}:
        grads[reached] = adding[reached]
    return Seeded(root, before, ()), terms


def _walked(run: Run, iteration: int) -> tuple[list[Notice], list[Row[int]], Container[int] | None]:
    """What to say of the backward pass, the operations that it goes through, from the last to the first, and all on its way.

    None: all of the graph. Else the sums on the way to one example's terms and what is under these.
    """
    model, example = run.model, run.example(iteration)
    rows = model.graph.program
    if example is None or not model.examples:
        return [], rows[::-1], None
    terms = {term for part in model.parts(example) for term in part.terms}
    count = len(model.examples.each)
    said = f"Iteration {iteration:,} learns from example {example + 1} of {count} alone: its terms are differentiated."
    way = set(terms)
    for row in rows:
        if row.out in model.examples.sums and not way.isdisjoint(row.inputs):
            way.add(row.out)
    for row in reversed(rows):
        if row.out in terms:
            terms.update(row.inputs)
    way |= terms
    return [Notice(said)], [row for row in reversed(rows) if row.out in way], way


def _update(run: Run, before: Sequence[float], after: Sequence[float], grads: Sequence[float]) -> Iterable[Entry]:
    graph, trained, rate = run.model.graph, run.model.trained, run.plan.learning_rate
    writes = [(row, "data", *change) for row, *change in zip(trained, before, after, strict=True)]
    if OPTIMIZERS[run.plan.optimizer].follows_grad:
        directions = dict(zip(map(graph.id, trained), grads, strict=True))
    else:
        changes = [(was - now) / rate if rate else 0.0 for was, now in zip(before, after, strict=True)]
        directions = dict(zip(map(graph.id, trained), changes, strict=True))
    descent = _descent(run, directions)
    groups = [writes] if len(writes) > MOST_UPDATES else [[write] for write in writes]
    return [Written(group, descent) for group in groups]  # type: ignore[arg-type]
