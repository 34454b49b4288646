"""A recording told with parts of the program as one box each.

Every value that is told has the numbers and the order it has in the whole story. A part with one result is drawn as an operation,
and its node is that of the result. A part with several, such as a layer, is a node of its own; its results are told hidden inside
it, and so are the parameters that only folded parts read. What is hidden is only counted, so that a large run is told as quickly
as it is drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain, compress, groupby
from math import nan

from stepgrad.engine.finiteness import first_not_finite
from stepgrad.engine.folding import Folding
from stepgrad.engine.groups import around
from stepgrad.engine.recording import Computed, Graph, Observed, Recording, Seeded, Terms, Written
from stepgrad.engine.steps import Steps, phase_of
from stepgrad.engine.trace import Descent, Edge, Field, Folded, Group, GroupKind, Node, Notice, Phase, Step, Trace, Write

__all__ = ["tell_folded"]

_SYMBOLS: dict[GroupKind, str] = {
    "neuron": "neuron", "layer": "layer", "statement": "…", "turn": "turn", "lines": "…", "examples": "…",
}  # fmt: skip
"""What the circle of a folded group shows; of a call or a loop it is the name."""


def tell_folded(recording: Recording, folding: Folding) -> Trace:
    """The folded story of a recording."""
    view = _View(recording, folding)
    edges = _Edges(view)
    steps = _FoldedSteps(view, edges.joined)
    ids, told = view.ids, view.told
    start = {row: recording.data[row] for row in view.graph.leaves} | dict(recording.start)
    grads = {row: grad for row in view.rows if (grad := recording.grads[row]) is not None and row not in steps.graded}
    return Trace(
        source=recording.source,
        output=ids[recording.output],
        nodes=tuple(_nodes(view, edges)),
        edges=tuple(edges.told(steps.last)),
        steps=tuple(steps.told),
        start={ids[row]: x for row, x in start.items() if told[row]},
        warnings=tuple(_warnings(view)),
        printed=recording.printed,
        groups=view.used_groups,
        grads={ids[row]: x for row, x in (steps.grads_before | grads).items()},
        initial={ids[row]: x for row, x in recording.initial.items()},
        turns=recording.turns,
    )


class _Ids(dict[int, str]):
    """The ids of rows, made when first asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __missing__(self, row: int) -> str:
        id = self[row] = self._graph.id(row)
        return id


class _View:
    """What of a recording is told: boxes, their results, and what is read from outside."""

    def __init__(self, recording: Recording, folding: Folding) -> None:
        self.recording = recording
        self.graph = recording.graph
        self.ids = _Ids(recording.graph)
        self.groups, self.group, self.boxes, self.absorbed, _ = folding
        self.results: dict[str, list[int]] = {}
        """What of a folded group is read outside it, or is a root; of one that nobody reads, what it ends with."""
        self.drawn: dict[str, str] = {}
        """The id of the node that stands for a folded group: of its only result, or its own."""
        self.uses, read = self._cut()
        """The uses of values that may be drawn: those across boxes, of what is not absorbed (target, slot, source)."""
        self._find_results(read)
        self.told = self._find_told()
        """Which rows are told: 1 or 0 for each."""

    def _cut(self) -> tuple[list[tuple[int, int, int]], bytearray]:
        """The uses across boxes, and which rows in a box are read outside it."""
        boxes, uses, read = self.boxes, list[tuple[int, int, int]](), bytearray(len(self.boxes))
        hidden = bytearray(len(boxes))
        for row in self.absorbed:
            hidden[row] = 1
        for row, (box, inputs) in enumerate(zip(boxes, self.graph.inputs, strict=True)):
            for slot, source in enumerate(inputs):
                if (box is None or boxes[source] is not box) and not hidden[source]:
                    uses.append((row, slot, source))
                    read[source] = 1
        return uses, read

    def _find_results(self, read: bytearray) -> None:
        boxes, ops = self.boxes, self.graph.ops
        for root in (self.recording.output, *self.recording.roots):
            read[root] = 1
        self.results = {box: [] for box in dict.fromkeys(boxes) if box is not None}
        for row in compress(range(len(boxes)), read):
            if (box := boxes[row]) is not None:
                self.results[box].append(row)
        if unread := {box for box, results in self.results.items() if not results}:
            used = {source for inputs in self.graph.inputs for source in inputs}
            for row, box in enumerate(boxes):
                if box in unread and row not in used:
                    self.results[box].append(row)
        for box, results in self.results.items():
            self.drawn[box] = self.ids[results[0]] if len(results) == 1 and ops[results[0]] is not None else box

    def _find_told(self) -> bytearray:
        told = bytearray(len(self.boxes))
        kinds = self.graph.kinds
        for row in chain(
            [row for row, box in enumerate(self.boxes) if box is None],
            [row for row in self.graph.leaves if kinds[row] in ("parameter", "input")],
            *self.results.values(),
        ):
            told[row] = 1
        return told

    @property
    def rows(self) -> Iterator[int]:
        """The rows that are told."""
        return compress(range(len(self.told)), self.told)

    def stands_for(self, row: int) -> str:
        """The id of the drawn node that a value is seen in."""
        box = self.boxes[row]
        return self.ids[row] if box is None else self.drawn[box]

    def is_drawn(self, row: int) -> bool:
        """Whether a value that is told is seen as itself, and not in a box of several."""
        return (box := self.boxes[row]) is None or self.drawn[box] == self.ids[row]

    @property
    def used_groups(self) -> tuple[Group, ...]:
        """The groups around what is drawn, the folded ones included."""
        return around(self.groups, (self.boxes[row] or self.group[row] for row in self.rows))


# ── steps ──


class _Part:
    """What happens in a row in one folded group, or to what it hides: one step, while it is being put together."""

    def __init__(self, phase: Phase, box: str, node: str) -> None:
        self.phase = phase
        self.box = box
        self.node = node
        self.count = 0
        self.writes: dict[tuple[int, Field], tuple[float | None, float | None]] = {}
        self.sent: dict[str, float | None] = {}
        self.descent: Descent | None = None

    def write(self, row: int, field: Field, before: float | None, after: float | None) -> None:
        """A number goes from what it was before the first write to what it is after the last."""
        if (held := self.writes.get((row, field))) is not None:
            before = held[0]
        self.writes[row, field] = before, after


class _FoldedSteps(Steps):
    """The steps of a folded story: all that happens in a row in one box is one. What is hidden is only counted."""

    def __init__(self, view: _View, joined: Mapping[str, Mapping[int, str]]) -> None:
        self._view = view
        self._joined = joined
        self._count = self._done = 0
        """Steps of the whole story so far, and those that are told."""
        self._part: _Part | None = None
        super().__init__(view.recording)
        self._close()
        if self.told:  # what nobody sees has happened at the end, too
            first = (self.told[-1].covers or (1, 1))[0]
            self.told[-1] = self.told[-1]._replace(covers=(first, self._count))

    def _add(self, step: Step) -> None:
        """A step, unless nothing that it writes is told. What it stands for has been counted."""
        if step.writes:
            self.told.append(step._replace(index=len(self.told) + 1, covers=(self._done + 1, self._count)))
            self._done = self._count

    def _one(self, step: Step) -> None:
        """A step that is one in the whole story, too."""
        self._close()
        self._count += 1
        self._add(step)

    def _open(self, phase: Phase, box: str, node: str) -> _Part:
        """The part that goes on, or begins."""
        if (part := self._part) is not None and part.phase == phase and part.box == box:
            return part
        self._close()
        self._part = _Part(phase, box, node)
        return self._part

    def _close(self) -> None:
        if (part := self._part) is None:
            return
        self._part = None
        self._count += part.count
        ids = self._view.ids
        writes = [Write(ids[row], field, *change) for (row, field), change in part.writes.items()]
        self._add(Step(0, part.phase, part.node, None, tuple(writes), sent=tuple(part.sent.items()), descent=part.descent))

    def _tell_computed(self, entry: Computed) -> None:
        boxes, told, ids, data, computed = self._view.boxes, self._view.told, self._view.ids, self._data, self._computed
        for box, run in groupby(entry.rows, boxes.__getitem__):
            if box is not None:
                part = self._open("forward", box, self._view.drawn[box])
                rows = list(run)
                part.count += len(rows)
                for row in rows:
                    if told[row]:
                        part.write(row, "data", None, computed.get(row, data[row]))
                continue
            for row in run:
                self._one(Step(0, "forward", ids[row], None, (Write(ids[row], "data", None, computed.get(row, data[row])),)))

    def _tell_seeded(self, entry: Seeded) -> None:
        told = self._view.told
        super()._tell_seeded(entry._replace(forgotten=[row for row in entry.forgotten if told[row]]))

    def _seed(self, root: int, writes: tuple[Write, ...]) -> None:
        self._one(Step(0, "seed", self._ids[root], None, writes))

    def _tell_terms(self, entry: Terms) -> None:
        inputs, boxes = self._graph.inputs, self._view.boxes
        first = done = 0
        for box, run in groupby(entry.order, boxes.__getitem__):
            order = list(run)
            places = list(accumulate(map(len, map(inputs.__getitem__, order)), initial=first))
            upstreams = entry.upstreams[done : done + len(order)]
            if box is None:
                self._tell_one_by_one(entry, order, upstreams, places)
            else:
                self._tell_together(self._open("backward", box, self._view.drawn[box]), entry, order, upstreams, places)
            first, done = places[-1], done + len(order)

    def _tell_one_by_one(self, entry: Terms, order: Sequence[int], upstreams: Sequence[float], places: Iterable[int]) -> None:
        """A step for each term. `places` are those of each operation's first term in the entry."""
        graph, ids, last = self._graph, self._ids, self.last
        locals_, befores = entry.locals, entry.befores
        for row, upstream, place in zip(order, upstreams, places, strict=False):
            term_of = graph.ops[row].term  # type: ignore[union-attr]  # operations only
            for slot, source in enumerate(graph.inputs[row]):
                if place + slot in entry.idle:
                    continue
                local, before = locals_[place + slot], befores[place + slot]
                term = term_of(local, upstream)
                last[graph.starts[row] + slot] = local, term
                self._grad(source, before, before + term)
                id = ids[source]
                writes = (Write(id, "grad", before, before + term),)
                self._one(Step(0, "backward", id, graph.edge_id(row, slot), writes, upstream, local, term))

    def _tell_together(
        self, part: _Part, entry: Terms, order: Sequence[int], upstreams: Sequence[float], places: Sequence[int]
    ) -> None:
        """What a folded group sends back: the terms for values that are told.

        Of what is sent to a value that is drawn as itself each term is added up; of others only the first and the last are looked
        at, for what their grad was before and is after.
        """
        graph, told, joined, sent = self._graph, self._view.told, self._joined[part.box], part.sent
        summed = {source for source in joined if self._view.is_drawn(source)}
        first: dict[int, int] = {}
        last: dict[int, tuple[int, float, int]] = {}
        for row, upstream, place in zip(order, upstreams, places, strict=False):
            for slot, source in enumerate(graph.inputs[row], place):
                if not told[source] or slot in entry.idle:
                    continue
                if source not in first:
                    first[source] = slot
                    if source in joined:
                        sent.setdefault(joined[source], None)
                last[source] = row, upstream, slot
                if source in summed:
                    local = entry.locals[slot]
                    term = graph.ops[row].term(local, upstream)  # type: ignore[union-attr]  # operations only
                    self.last[graph.starts[row] + slot - place] = local, term
                    sent[joined[source]] = (sent[joined[source]] or 0.0) + term
        part.count += places[-1] - places[0] - sum(places[0] <= place < places[-1] for place in entry.idle)
        for source, (row, upstream, slot) in last.items():
            before = entry.befores[first[source]]
            term = graph.ops[row].term(entry.locals[slot], upstream)  # type: ignore[union-attr]  # operations only
            after = entry.befores[slot] + term
            self._grad(source, before, after)
            part.write(source, "grad", before, after)

    def _tell_observed(self, entry: Observed) -> None:
        view, ids, row = self._view, self._ids, entry.row
        told = view.told[row]
        if told:
            self._grad(row, entry.before, entry.after)
        if (box := view.boxes[entry.sender]) is not None:
            part = self._open("backward", box, view.drawn[box])
            part.count += 1
            if told:
                part.write(row, "grad", entry.before, entry.after)
                if (into := self._joined[box].get(row)) is not None:
                    part.sent[into] = None
            return
        edge = None if entry.slot is None else self._graph.edge_id(entry.sender, entry.slot)
        writes = (Write(ids[row], "grad", entry.before, entry.after),) if told else ()
        self._one(Step(0, "backward", ids[row], edge, writes, span=entry.span))

    def _tell_written(self, entry: Written) -> None:
        view, ids = self._view, self._ids
        first, phase = entry.writes[0][0], phase_of(entry)
        writes = [write for write in entry.writes if view.told[write[0]]]
        for row, what, before, after in writes:
            if what == "grad":
                self._grad(row, before, after)
        if view.boxes[first] is None and first not in view.absorbed:
            told = tuple([Write(ids[row], what, before, after) for row, what, before, after in writes])
            self._one(Step(0, phase, ids[first], None, told, descent=entry.descent))
            return
        part = self._open(phase, "", ids[first])
        part.count += 1
        for write in writes:
            part.write(*write)
        if entry.descent:
            directions = {**part.descent.directions, **entry.descent.directions} if part.descent else entry.descent.directions
            part.descent = replace(entry.descent, directions=directions)


# ── edges ──


class _Edges:
    """The drawn edges: those from one drawn node into one folded group are one."""

    def __init__(self, view: _View) -> None:
        self._view = view
        self.joined: dict[str, dict[int, str]] = {box: {} for box in view.results}
        """For each folded group, and each value that it reads, the id of the edge.

        Parameters that are drawn belong to the group: where one is, another user of it is open.
        """
        self._parts: dict[str, list[int] | None] = {}
        """The edges that each joined edge stands for; None where it comes from several values."""
        first: dict[tuple[str, str], str] = {}
        graph, boxes = view.graph, view.boxes
        for target, slot, source in view.uses:
            if (box := boxes[target]) is None or (graph.kinds[source] == "parameter" and boxes[source] is None):
                continue
            joined = self.joined[box]
            if (into := joined.get(source)) is None:
                id = graph.edge_id(target, slot)
                into = joined[source] = first.setdefault((view.stands_for(source), box), id)
                if into not in self._parts:
                    self._parts[into] = []
                if not view.is_drawn(source):
                    self._parts[into] = None
            if (parts := self._parts[into]) is not None:
                parts.append(graph.starts[target] + slot)

    def inputs(self, box: str) -> tuple[str, ...]:
        """What a folded group reads, by id."""
        return tuple(self._view.ids[row] for row in self.joined[box])

    def told(self, last: Mapping[int, tuple[float, float]]) -> Iterator[Edge]:
        """In order of evaluation, with the last local derivative and term along each."""
        view, graph = self._view, self._view.graph
        slots: Counter[str] = Counter()
        told: set[str] = set()
        for target, slot, source in view.uses:
            if (box := view.boxes[target]) is None:
                factors = last.get(graph.starts[target] + slot, (None, None))
                yield Edge(graph.edge_id(target, slot), view.stands_for(source), view.ids[target], slot, *factors)
            elif (into := self.joined[box].get(source)) is not None and into not in told:
                told.add(into)
                drawn = view.drawn[box]
                yield Edge(into, view.stands_for(source), drawn, slots[drawn], None, self._sum(into, last))
                slots[drawn] += 1

    def _sum(self, joined: str, last: Mapping[int, tuple[float, float]]) -> float | None:
        """What went along all edges that are joined; None where none did."""
        if (parts := self._parts[joined]) is None or (total := last.get(parts[0], (0.0, None))[1]) is None:
            return None
        for edge in parts[1:]:
            total += last.get(edge, (0.0, 0.0))[1] or 0.0  # never -0.0: a sum that begins with 0.0 is none
        return total


# ── nodes ──


def _nodes(view: _View, edges: _Edges) -> Iterator[Node]:
    """In order of evaluation; a group of several results stands before them, and after all that it reads."""
    boxes = view.boxes
    readers = _readers(view)
    last = dict(zip(boxes, range(len(boxes)), strict=True))
    last.pop(None, None)
    ends = {row: box for box, row in last.items() if box is not None}
    counts = _counts(view)
    inner: dict[str, list[Node]] = {}
    for row in sorted({*view.rows, *ends}):
        if (box := boxes[row]) is None:
            node = _node(view, row)
            yield node._replace(inside=readers[row]) if row in view.absorbed else node
            continue
        if view.told[row] and view.ids[row] != (drawn := view.drawn[box]):
            node = _node(view, row)
            inputs = (drawn,) if node.inputs else ()
            # What made it inside is not told.
            node = node._replace(op=None, symbol=None, params=(), inputs=inputs, group=box, inside=drawn)
            inner.setdefault(box, []).append(node)
        if row in ends:
            yield _box_node(view, edges, box, counts[box])
            yield from inner.pop(box, ())


def _readers(view: _View) -> dict[int, str]:
    """The drawn node in which each absorbed leaf is seen: the first that reads it."""
    readers: dict[int, int] = {}
    for target, inputs in enumerate(view.graph.inputs):
        if len(readers) == len(view.absorbed):
            break
        for source in inputs:
            if source in view.absorbed:
                readers.setdefault(source, target)
    return {source: view.stands_for(target) for source, target in readers.items()}


def _node(view: _View, row: int) -> Node:
    graph, ids, recording = view.graph, view.ids, view.recording
    op = graph.ops[row]
    return Node(
        ids[row],
        graph.keys[row],
        graph.labels[row],
        graph.kinds[row],
        op.name if op else None,
        graph.symbol(row),
        graph.params[row],
        tuple([ids[each] for each in graph.inputs[row]]),
        recording.data[row],
        recording.grads[row],
        graph.spans[row],
        view.group[row],
        graph.expands(row),
        graph.origins.get(row),
    )


def _box_node(view: _View, edges: _Edges, box: str, counts: tuple[int, int]) -> Node:
    graph, recording = view.graph, view.recording
    group = next(group for group in view.groups if group.id == box)
    drawn, results = view.drawn[box], view.results[box]
    one = results[0] if drawn != box else None
    return Node(
        id=drawn,
        key=group.key if one is None else graph.keys[one],
        label=(graph.labels[one] if one is not None else "") or group.name,
        kind="group",
        op=None,
        symbol=_SYMBOLS.get(group.kind, group.name),
        params=(),
        inputs=edges.inputs(box),
        data=nan if one is None else recording.data[one],
        grad=None if one is None else recording.grads[one],
        span=group.span,
        group=group.parent,
        folds=Folded(group.id, tuple(view.ids[row] for row in results), *counts),
    )


def _counts(view: _View) -> dict[str, tuple[int, int]]:
    """Operations in each folded group, and parameters in it or read by it."""
    graph, boxes = view.graph, view.boxes
    operations = Counter(boxes)
    operations.subtract(boxes[row] for row in graph.leaves)
    parameters: dict[str | None, set[int]] = {box: set() for box in {None, *view.results}}
    for row in graph.parameters:
        parameters[boxes[row]].add(row)
    for row, parameter in graph.parameter_uses:
        parameters[boxes[row]].add(parameter)
    return {box: (operations[box], len(parameters[box])) for box in view.results}


def _warnings(view: _View) -> Iterator[Notice]:
    yield from view.recording.warnings
    for message, row in first_not_finite(view.recording):
        yield Notice(message, view.ids[row] if view.told[row] else view.stands_for(row))
