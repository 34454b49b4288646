"""What a run left: a row for each value of its graph, and a log of what happened to them.

    record(recorder, …) → Recording ─story.tell(folding)─▶ Trace

A recording is all that is needed to tell the story of a run, folded in any way, and nothing else of it: a fifth of the room of a
whole trace, made in a tenth of the time. Stories are told from it when somebody asks (`engine.story`); an iteration of training
is a recording of its own, with the same rows and other numbers (`engine.iteration`).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, compress, groupby
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from stepgrad.engine.errors import Span
from stepgrad.engine.events import Assigned, Passed, Sent, begins
from stepgrad.engine.events import Observed as ObservedEvent
from stepgrad.engine.graph import ancestors, by_birth
from stepgrad.engine.groups import around, grouped
from stepgrad.engine.ops import CALL, OPS, Op
from stepgrad.engine.program import Numbers, Row, contributions
from stepgrad.engine.recorder import Making, Recorder
from stepgrad.engine.trace import Descent, Field, Group, Kind, Notice, Trace
from stepgrad.engine.value import Value

__all__ = [
    "Column",
    "Computed",
    "Entry",
    "Graph",
    "Observed",
    "Recording",
    "Seeded",
    "Terms",
    "Written",
    "record",
    "recording_of",
    "terms_of",
]

# ── the log ──


class Computed(NamedTuple):
    """Operations were computed, in this order."""

    rows: Sequence[int]


class Seeded(NamedTuple):
    """A backward pass began: the root's grad before, and the inner grads that were forgotten."""

    root: int
    before: float | None
    forgotten: Sequence[int]


class Terms(NamedTuple):
    """Chain-rule terms were added: by the operations in `order`, slot by slot."""

    order: Sequence[int]
    upstreams: Sequence[float]
    """One for each operation."""
    locals: Sequence[float]
    """One for each of its inputs, as are `befores`: the grads that the terms were added to."""
    befores: Sequence[float]
    idle: frozenset[int] = frozenset()
    """Places of terms that were not added: an iteration that learns from one example leaves out the others."""


def terms_of(rows: Sequence[Row[int]], data: Numbers[int], grads: Numbers[int], way: Container[int] | None = None) -> Terms:
    """Operations from the last to the first, data, and the root's grad → the terms that they add into `grads`.

    Only those for rows on the way are meant, if one is given.
    """
    order, upstreams, locals_, befores = contributions(rows, data, grads)
    idle: list[int] = []
    if way is not None:
        inputs = {row.out: row.inputs for row in rows}
        idle = [place for place, source in enumerate(chain.from_iterable(map(inputs.__getitem__, order))) if source not in way]
    return Terms(order, upstreams, locals_, befores, frozenset(idle))


class Written(NamedTuple):
    """The program, or training, set numbers."""

    writes: Sequence[tuple[int, Field, float | None, float]]
    """Rows, and what they had before and after."""
    descent: Descent | None = None


class Observed(NamedTuple):
    """An operation that is not in the table, `sender`, has set the grad of a row; how it came to that is not known."""

    row: int
    before: float | None
    after: float
    sender: int
    slot: int | None
    """Which of the sender's inputs the row is, if that is known."""
    span: Span | None


Entry = Computed | Seeded | Terms | Written | Observed


# ── the graph ──

Item = TypeVar("Item", covariant=True)


class Column(Protocol[Item]):
    """Something for each row."""

    def __getitem__(self, row: int, /) -> Item: ...


@dataclass(eq=False)
class Graph:
    """The values of a run, a row for each, in order of evaluation: what made them, from what, where, and what they are called."""

    numbers: Sequence[int]
    """The numbers in their ids: value `n4` has 4."""
    ops: Sequence[Op | None]
    inputs: Sequence[tuple[int, ...]]
    """The rows that an operation reads."""
    params: Sequence[tuple[float, ...]]
    symbols: Mapping[int, str]
    """Where the table has none, or another: the `**2` of `a ** 2`, and operations of the program's own."""
    labels: Sequence[str]
    kinds: Sequence[Kind]
    spans: Sequence[Span | None]
    groups: tuple[Group, ...]
    """Parents before children."""
    group: Sequence[str | None]
    """The innermost group of each."""
    keys: Column[str]
    expands: Callable[[int], str | None] = lambda row: None
    origins: Mapping[int, str] = field(default_factory=dict)
    edges: Sequence[int] | None = None
    """The numbers of the edges into slot 0, where these are not their places: of a part of a graph."""

    def __len__(self) -> int:
        return len(self.ops)

    def id(self, row: int) -> str:
        return f"n{self.numbers[row]}"

    def row(self, id: str) -> int:
        """Where the value with an id is."""
        return self._rows[id]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {f"n{number}": row for row, number in enumerate(self.numbers)}

    def symbol(self, row: int) -> str | None:
        """What the circle of an operation shows."""
        op = self.ops[row]
        return self.symbols.get(row) or (op.symbol if op else None)

    @cached_property
    def leaves(self) -> list[int]:
        """The rows that nothing in the graph is computed for: inputs, constants, parameters."""
        return [row for row, inputs in enumerate(self.inputs) if not inputs]

    @cached_property
    def parameters(self) -> list[int]:
        return [row for row in self.leaves if self.kinds[row] == "parameter"]

    @cached_property
    def parameter_uses(self) -> list[tuple[int, int]]:
        """Every use of a parameter: the row that reads it, and its own."""
        is_parameter = bytearray(len(self))
        for row in self.parameters:
            is_parameter[row] = 1
        return [(row, each) for row, inputs in enumerate(self.inputs) for each in inputs if is_parameter[each]]

    @cached_property
    def starts(self) -> Sequence[int]:
        """The place of the edge into slot 0 of each row among all edges."""
        return [0, *accumulate(map(len, self.inputs))]

    def with_spans(self, spans: Sequence[Span | None]) -> Graph:
        """The same graph of a program whose numbers are written otherwise, with all that is known of it."""
        graph = object.__new__(Graph)
        graph.__dict__.update(self.__dict__, spans=spans)
        return graph

    def edge_id(self, row: int, slot: int) -> str:
        return f"e{(self.starts if self.edges is None else self.edges)[row] + slot}"

    # What a story says of values and edges, whatever their numbers are. It may be told many times.

    @cached_property
    def ids(self) -> list[str]:
        return list(map("n{}".format, self.numbers))

    @cached_property
    def heads(self) -> list[tuple[str, str, str, Kind, str | None, str | None, tuple[float, ...], tuple[str, ...]]]:
        """The first fields of the nodes: id, key, label, kind, op, symbol, params, inputs."""
        ids, names = self.ids, [op.name if op else None for op in self.ops]
        columns = zip(self.labels, self.kinds, names, self.params, self.inputs, strict=True)
        return [
            (ids[row], self.keys[row], label, kind, op, self.symbol(row), params, tuple([ids[each] for each in inputs]))
            for row, (label, kind, op, params, inputs) in enumerate(columns)
        ]

    @cached_property
    def tails(self) -> list[tuple[str | None, str | None, str | None]]:
        """The last fields of the nodes: group, expands, expanded_from."""
        return [(group, self.expands(row), self.origins.get(row)) for row, group in enumerate(self.group)]

    @cached_property
    def arrows(self) -> list[tuple[str, str, str, int]]:
        """The first fields of the edges: id, source, target, slot."""
        ids = self.ids
        return [
            (self.edge_id(row, slot), ids[source], ids[row], slot)
            for row, inputs in enumerate(self.inputs)
            for slot, source in enumerate(inputs)
        ]

    @cached_property
    def program(self) -> list[Row[int]]:
        """The operations as rows that can be computed again. Those of the program's own are not among them."""
        made = zip(self.ops, range(len(self)), self.inputs, self.params, strict=True)
        return [Row(op, row, inputs, params) for op, row, inputs, params in made if op is not None]

    @property
    def unknown(self) -> int | None:
        """The first row that an operation of the program's own has computed; None where all can be computed again."""
        return next((row for row, op in enumerate(self.ops) if op is None and self.inputs[row]), None)

    def leading(self, root: int) -> list[int]:
        """The rows that a root depends on, itself included, in order."""
        found, inputs = bytearray(len(self)), self.inputs
        found[root] = 1
        for row in range(root, -1, -1):
            if found[row]:
                for each in inputs[row]:
                    found[each] = 1
        return list(compress(range(len(self)), found))

    def under(self, root: int) -> tuple[Graph, list[int]]:
        """The graph of what a root depends on, and the rows here that its rows are."""
        rows = self.leading(root)
        if len(rows) == len(self):
            return self, rows
        place = {row: i for i, row in enumerate(rows)}

        def pick(column: Column[Item]) -> list[Item]:
            return [column[row] for row in rows]

        group = pick(self.group)
        graph = Graph(
            numbers=pick(self.numbers),
            ops=pick(self.ops),
            inputs=[tuple([place[each] for each in self.inputs[row]]) for row in rows],
            params=pick(self.params),
            symbols={place[row]: symbol for row, symbol in self.symbols.items() if row in place},
            labels=pick(self.labels),
            kinds=pick(self.kinds),
            spans=pick(self.spans),
            groups=around(self.groups, group),
            group=group,
            keys=pick(self.keys),
            expands=lambda row: self.expands(rows[row]),
            origins={place[row]: entry for row, entry in self.origins.items() if row in place},
            edges=pick(self.starts if self.edges is None else self.edges),
        )
        return graph, rows


class Keys:
    """A key for each value that stays the same when the program is edited elsewhere.

    What it is called (the second of that name is `a#2`), else where the last value that uses it has it: `o/0/1` is operand 1 of
    operand 0 of o. What nobody uses and nobody named is `out`. A path of more than 40 steps ends in `…` and a number, so that the
    keys of a long sum are not as long as the sum. Found when first asked for.
    """

    DEEPEST = 40

    def __init__(self, inputs: Sequence[tuple[int, ...]], named: dict[int, str], taken: set[str]) -> None:
        self._inputs = inputs
        self._named = named
        self._taken = taken

    def __getitem__(self, row: int) -> str:
        return self._named[row] if row in self._named else self._found[row]

    @cached_property
    def _found(self) -> list[str]:
        inputs, deepest, count = self._inputs, self.DEEPEST, len(self._inputs)
        keys: list[str] = [""] * count
        depths = [0] * count
        """Steps of each path; more than can be written out: it ends in `…`."""
        for row, name in self._named.items():
            keys[row] = name
        met: dict[str, int] = {}
        for row in range(count - 1, -1, -1):
            if not keys[row]:
                keys[row] = self._free("out")
            depth = depths[row]
            for slot, child in enumerate(inputs[row]):
                if keys[child]:
                    continue
                if depth < deepest:
                    keys[child] = f"{keys[row]}/{slot}"
                    depths[child] = depth + 1
                    continue
                path = keys[row].partition("/…")[0]
                times = met[path] = met.get(path, 0) + 1
                keys[child] = f"{path}/…#{times}" if times > 1 else f"{path}/…"
                depths[child] = deepest
        return keys

    def _free(self, name: str) -> str:
        key, times = name, 1
        while key in self._taken:
            times += 1
            key = f"{name}#{times}"
        self._taken.add(key)
        return key


# ── the recording ──


@dataclass(eq=False)
class Recording:
    """One run, or one iteration of training."""

    source: str
    graph: Graph
    output: int
    """The row it is about."""
    data: Sequence[float]
    """As the run left it."""
    grads: Sequence[float | None]
    """The same; None where no gradient came."""
    log: Sequence[Entry]
    computed: Mapping[int, float] = field(default_factory=dict)
    """What operations came to where the program set their data afterwards."""
    start: Mapping[int, float] = field(default_factory=dict)
    """What leaves had before the first entry of the log, where entries set them; and all that is known then of other values."""
    initial: Mapping[int, float] = field(default_factory=dict)
    """What leaves began with, where entries that are not in the log set them."""
    turns: int = 0
    """Backward passes that the program has made, in the log or not."""
    warnings: tuple[Notice, ...] = ()
    printed: tuple[str, ...] = ()
    form: str | None = None
    """The same for programs that differ in nothing but numbers, where that is known."""
    finite: bool = True
    """Whether all its numbers are. Where they are not, the story names the first."""

    @property
    def weight(self) -> int:
        """Bytes, estimated."""
        terms = sum(len(entry.locals) for entry in self.log if isinstance(entry, Terms))
        return 2_000 + 2 * len(self.source) + 300 * len(self.graph) + 20 * terms + 400 * len(self.graph.groups)

    @property
    def root(self) -> int:
        """What the last backward pass was about; the output, where there was none."""
        return (self.roots or [self.output])[-1]

    @property
    def roots(self) -> list[int]:
        """What was differentiated, in order."""
        return [entry.root for entry in self.log if isinstance(entry, Seeded)]


def record(
    recorder: Recorder,
    source: str,
    outputs: Sequence[Value],
    span: Callable[[Any], Span | None],
    name: Callable[[Making], str],
    differentiate: bool = True,
) -> tuple[Recording, Mapping[Value, int]]:
    """A finished run → its recording, and the row of each value. Recorded is what the outputs and every backward pass depend on.

    The last output is the one it is about. A program that never calls `backward()`, and sets no grads by hand, gets one pass from
    its output, if it is to be differentiated. `span` knows what the recorder's places mean, `name` what a part of the program is
    called.
    """
    turns = recorder.passes
    if differentiate and not recorder.roots and not recorder.by_hand:
        recorder.backward(outputs[-1])
    values = _drawn(recorder, outputs)
    rows = dict(zip(values, range(len(values)), strict=True))
    row = rows.__getitem__
    ops = list(map(attrgetter("op"), values))
    inputs = [
        (rows[each[0]], rows[each[1]]) if len(each) == 2 else tuple(map(row, each)) for each in map(attrgetter("inputs"), values)
    ]
    kinds = recorder.kinds
    places = list(map(recorder.places.get, values))
    spans = {place: span(place) for place in dict.fromkeys(places)}
    groups, innermost = grouped(list(map(recorder.makings.get, values)), span, name)
    params = [tuple(map(float, value.params)) if value.params else () for value in values]
    graph = Graph(
        numbers=range(len(values)),
        ops=ops,
        inputs=inputs,
        params=params,
        symbols={rows[value]: symbol for value, symbol in recorder.symbols.items() if value in rows}
        | {row: values[row]._op for row, numbers in enumerate(params) if numbers and ops[row].precedence < CALL},
        labels=list(map(attrgetter("label"), values)),
        kinds=["operation" if each else kinds.get(value, "constant") for value, each in zip(values, inputs, strict=True)],
        spans=list(map(spans.get, places)),
        groups=groups,
        group=innermost,
        keys=_keys(inputs, rows, recorder.names()),
        origins={rows[value]: entry for value, entry in recorder.origins.items() if value in rows},
    )
    data = list(map(attrgetter("data"), values))
    log, start = _log(recorder, rows, span)
    graded = recorder.graded
    grads = [value.grad if value in graded else None for value in values]
    recording = Recording(
        source=source,
        graph=graph,
        output=rows[outputs[-1]],
        data=data,
        grads=grads,
        log=log,
        computed={rows[value]: first for value, first in recorder.first.items() if value in rows and value.inputs},
        start=start,
        initial=_initial(recorder, rows, start, data),
        turns=turns,
        finite=_is_finite(data, grads, log),
    )
    return recording, rows


def _drawn(recorder: Recorder, outputs: Iterable[Value]) -> list[Value]:
    """What the outputs and every backward pass depend on, in order of evaluation."""
    walked = dict.fromkeys(chain.from_iterable(recorder.walked))
    others = ancestors([*recorder.roots, *recorder.senders, *outputs], walked)
    leaves = set(chain.from_iterable(map(attrgetter("inputs"), walked))).difference(walked, others)
    return sorted([*walked, *others, *leaves], key=by_birth)  # nearly sorted: passes walk back in order


def _keys(inputs: Sequence[tuple[int, ...]], rows: Mapping[Value, int], names: Iterable[tuple[Value, str]]) -> Keys:
    """Names are taken by values that are not recorded, too."""
    named: dict[int, str] = {}
    counts: dict[str, int] = {}
    taken: set[str] = set()
    for value, name in names:
        key = name
        while key in taken:
            counts[name] = counts.get(name, 1) + 1
            key = f"{name}#{counts[name]}"
        taken.add(key)
        if (row := rows.get(value)) is not None:
            named[row] = key
    return Keys(inputs, named, taken)


def _log(
    recorder: Recorder, rows: Mapping[Value, int], span: Callable[[Any], Span | None]
) -> tuple[list[Entry], dict[int, float]]:
    """The log in rows, and what leaves had before it."""
    log: list[Entry] = []
    start: dict[int, float] = {}
    for kind, run in groupby(recorder.log, type):
        if kind is Value:
            if computed := [row for value in run if (row := rows.get(value)) is not None]:  # type: ignore[arg-type]
                log.append(Computed(computed))
            continue
        for noted in run:
            if isinstance(noted, Passed):
                root, before, forgotten = noted.seeded
                log.append(Seeded(rows[root], before, [rows[value] for value in forgotten]))
            if isinstance(noted, (Passed, Sent)):
                log.append(_terms(noted, rows))
            elif isinstance(noted, ObservedEvent) and (row := rows.get(noted.value)) is not None:
                log.append(Observed(row, noted.before, noted.after, rows[noted.sender], noted.slot, span(noted.place)))
            elif isinstance(noted, Assigned) and (row := rows.get(noted.value)) is not None:
                if noted.value in recorder.seeded_by_hand and begins(noted):
                    log.append(Seeded(row, noted.before, ()))
                    continue
                log.append(Written([(row, noted.field, noted.before, noted.after)]))
                if noted.field == "data" and not noted.value.inputs and noted.before is not None:
                    start.setdefault(row, noted.before)
    return log, start


def _terms(noted: Passed | Sent, rows: Mapping[Value, int]) -> Terms:
    terms = noted.terms
    order = [rows[value] for value in terms.order]
    return Terms(order, array("d", terms.upstreams), array("d", terms.locals), array("d", terms.befores))


def _initial(
    recorder: Recorder, rows: Mapping[Value, int], start: Mapping[int, float], data: Sequence[float]
) -> dict[int, float]:
    found = {rows[value]: first for value, first in recorder.first.items() if value in rows and not value.inputs}
    return {row: first for row, first in found.items() if start.get(row, data[row]) != first}


def _is_finite(data: Sequence[float], grads: Sequence[float | None], log: Sequence[Entry]) -> bool:
    """Whether all numbers of a run are finite: a gradient that once was not is in its sums, its writes, or there at the end."""
    sums = [sum(data), sum(grad for grad in grads if grad is not None)]
    for entry in log:
        if isinstance(entry, Terms):
            sums += sum(entry.upstreams), sum(entry.befores)
        elif isinstance(entry, Written):
            sums += [before or 0.0 for _, _, before, _ in entry.writes]
        elif isinstance(entry, Observed):
            sums.append(entry.before or 0.0)
    return all(map(math.isfinite, sums))  # sums of finite numbers that overflow cost another look, and nothing else


# ── a recording from a story ──


def recording_of(trace: Trace) -> Recording:
    """A story that is told whole → what it was told from, as far as training and graphs want it: without the log."""
    place = {node.id: row for row, node in enumerate(trace.nodes)}
    graph = Graph(
        numbers=[int(node.id[1:]) for node in trace.nodes],
        ops=[OPS[node.op] if node.op else None for node in trace.nodes],
        inputs=[tuple(place[each] for each in node.inputs) for node in trace.nodes],
        params=[node.params for node in trace.nodes],
        symbols={row: node.symbol for row, node in enumerate(trace.nodes) if node.symbol},
        labels=[node.label for node in trace.nodes],
        kinds=[node.kind for node in trace.nodes],
        spans=[node.span for node in trace.nodes],
        groups=trace.groups,
        group=[node.group for node in trace.nodes],
        keys=[node.key for node in trace.nodes],
    )
    last = max((step.index for step in trace.steps if step.phase == "seed"), default=0)
    root = trace.steps[last - 1].node if last else trace.output
    return Recording(
        source=trace.source,
        graph=graph,
        output=place[trace.output],
        data=[node.data for node in trace.nodes],
        grads=[node.grad for node in trace.nodes],
        log=[Seeded(place[root], None, ())],
        start={place[id]: x for id, x in trace.start.items()},
        initial={place[id]: x for id, x in trace.initial.items()},
    )
