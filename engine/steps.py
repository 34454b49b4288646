"""The steps of a recording: one for each operation, each start of a backward pass, each term, each number that is set."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from stepgrad.engine.recording import Computed, Observed, Recording, Seeded, Terms, Written
from stepgrad.engine.trace import Phase, Step, Write

__all__ = ["Steps", "phase_of"]


class Steps:
    """The steps of a recording."""

    def __init__(self, recording: Recording) -> None:
        self._graph = recording.graph
        self._ids = recording.graph.ids
        self._computed = recording.computed
        self._data = recording.data
        self._grads: dict[int, float] = {}
        self.grads_before: dict[int, float] = {}
        """Grads that passes left which are not told."""
        self.last: dict[int, tuple[float, float]] = {}
        """The last local derivative and term along each edge, by its place among all edges."""
        self.told: list[Step] = []
        tellers: dict[type, Callable[[Any], None]] = {
            Computed: self._tell_computed,
            Seeded: self._tell_seeded,
            Terms: self._tell_terms,
            Written: self._tell_written,
            Observed: self._tell_observed,
        }
        for entry in recording.log:
            tellers[type(entry)](entry)

    @property
    def graded(self) -> Container[int]:
        """The rows whose grads are told."""
        return self._grads

    def _tell_computed(self, entry: Computed) -> None:
        ids, data, computed, told = self._ids, self._data, self._computed, self.told
        for row in entry.rows:
            id = ids[row]
            told.append(Step(len(told) + 1, "forward", id, None, (Write(id, "data", None, computed.get(row, data[row])),)))

    def _tell_seeded(self, entry: Seeded) -> None:
        root, before, forgotten = entry
        grads, ids = self._grads, self._ids
        writes = [Write(ids[row], "grad", grads.pop(row), None) for row in forgotten if row in grads]
        seeded = 1.0 if before is None else before + 1.0
        self._grad(root, before, seeded)
        self._seed(root, (*writes, Write(ids[root], "grad", before, seeded)))

    def _seed(self, root: int, writes: tuple[Write, ...]) -> None:
        self.told.append(Step(len(self.told) + 1, "seed", self._ids[root], None, writes))

    def _grad(self, row: int, before: float | None, after: float) -> None:
        if before and row not in self._grads:
            self.grads_before[row] = before
        self._grads[row] = after

    def _tell_terms(self, entry: Terms) -> None:
        graph, ids, told, last, grads = self._graph, self._ids, self.told, self.last, self._grads
        order, upstreams, locals_, befores, idle = entry
        place = 0
        for row, upstream in zip(order, upstreams, strict=True):
            term_of, edge = graph.ops[row].term, graph.starts[row]  # type: ignore[union-attr]  # operations only
            for source in graph.inputs[row]:
                if place not in idle:
                    local, before = locals_[place], befores[place]
                    term = term_of(local, upstream)
                    after = before + term
                    last[edge] = local, term
                    if before and source not in grads:
                        self.grads_before[source] = before
                    grads[source] = after
                    id = ids[source]
                    writes = (Write(id, "grad", before, after),)
                    told.append(Step(len(told) + 1, "backward", id, graph.arrows[edge][0], writes, upstream, local, term))
                place += 1
                edge += 1

    def _tell_written(self, entry: Written) -> None:
        ids = self._ids
        for row, field, before, after in entry.writes:
            if field == "grad":
                self._grad(row, before, after)
        writes = tuple([Write(ids[row], field, before, after) for row, field, before, after in entry.writes])
        self.told.append(Step(len(self.told) + 1, phase_of(entry), writes[0].node, None, writes, descent=entry.descent))

    def _tell_observed(self, entry: Observed) -> None:
        self._grad(entry.row, entry.before, entry.after)
        id = self._ids[entry.row]
        edge = None if entry.slot is None else self._graph.arrows[self._graph.starts[entry.sender] + entry.slot][0]
        writes = (Write(id, "grad", entry.before, entry.after),)
        self.told.append(Step(len(self.told) + 1, "backward", id, edge, writes, span=entry.span))


def phase_of(entry: Written) -> Phase:
    """What setting a number is: an update, or the clearing of a grad."""
    _, field, _, after = entry.writes[0]
    return "zero_grad" if entry.descent is None and field == "grad" and after == 0.0 else "update"
