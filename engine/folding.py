"""Folding: a part of the program as one box, so that a graph of any size stays readable.

    fold(trace, collapse="layer", open={"ypred/n"}) → Trace

The folded story is the same story: every value that it shows has the numbers it had, in the same order; what happens inside a
folded group is one step. A group with one result is drawn as an operation, and its node is that of the result. A group with
several, such as a layer, is a node of its own; its results are still told, hidden inside it, and so are the parameters that
only folded groups read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from math import nan
from typing import Literal, get_args

from engine.ops import OPS
from engine.trace import Edge, Field, Folded, Group, GroupKind, Node, Step, Trace, Write

__all__ = ["COLLAPSE", "MOST_BOXES", "Collapse", "drawn_for", "fold"]

Collapse = Literal["auto", "none", "neuron", "layer", "function", "statement", "turn", "loop"]
COLLAPSE: tuple[Collapse, ...] = get_args(Collapse)

MOST_BOXES = 60
"""What `auto` opens at the most."""

_BLOCKS = 16
"""Where every statement is folded and there are still too many, neighbours are put into so many boxes."""

_RANK: dict[GroupKind, int] = {
    "neuron": 1, "layer": 2, "net": 3, "function": 3, "statement": 4, "turn": 5, "loop": 6, "lines": 7,
}  # fmt: skip
_BLOCK_LEVEL = 7
_LEVEL: dict[str, int] = {"none": 0, "neuron": 1, "layer": 2, "function": 3, "statement": 4, "turn": 5, "loop": 6}


def fold(trace: Trace, collapse: Collapse = "auto", open: Collection[str] = (), most: int = MOST_BOXES) -> Trace:
    """The story with groups of a kind, and all kinds within it, as one box each.

    Groups with a key in `open` are left open, and so are those around them; one with a key after a minus sign is folded. `auto`
    folds as little as makes at most *most* boxes: neurons, else layers, calls, statements, turns, loops, lines; where it comes to
    statements, it leaves open what there is room for. The answer is *trace* itself where nothing is folded.
    """
    if not trace.groups or (not open and (collapse == "none" or (collapse == "auto" and len(trace.nodes) <= most))):
        return trace
    groups = _Groups(trace)
    level, kept = _LEVEL.get(collapse, 0), frozenset[str]()
    if collapse == "auto" and len(trace.nodes) > most:
        groups, level, kept = _least(groups, most)
    shut = frozenset(key[1:] for key in open if key.startswith("-"))
    folded = groups.folded(level, kept | _with_outer(key for key in open if not key.startswith("-")), shut)
    return _Folding(groups.trace, folded).trace() if folded else trace


def _with_outer(keys: Iterable[str]) -> frozenset[str]:
    """The keys, and those of the groups around them."""
    return frozenset("/".join(parts[:i]) for key in keys for parts in [key.split("/")] for i in range(1, len(parts) + 1))


_SYMBOLS: dict[GroupKind, str] = {
    "neuron": "neuron", "layer": "layer", "statement": "…", "turn": "turn", "lines": "…",
}  # fmt: skip
"""What the circle of a folded group shows; of a call or a loop it is the name."""


def drawn_for(whole: Trace, folded: Trace) -> Callable[[str], str | None]:
    """Where a value of the whole story is seen in the folded one: the node that is drawn for it; None where there is none."""
    told = {node.id: node for node in folded.nodes}
    boxes = {node.folds.group: node.id for node in folded.nodes if node.folds}
    groups = {group.id: group for group in whole.groups}
    made = {node.id: node.group for node in whole.nodes}

    def drawn(id: str) -> str | None:
        if (node := told.get(id)) is not None:
            return node.inside or id
        group = made[id]
        while group is not None and group not in boxes:
            group = groups[group].parent
        return boxes[group] if group else None

    return drawn


class _Groups:
    """The tree of groups of one run."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.groups = {group.id: group for group in trace.groups}

    def with_blocks(self) -> _Groups:
        """The same with neighbouring outermost groups and single values put together as lines."""
        trace = self.trace
        outermost: dict[str, str] = {}
        for group in trace.groups:
            outermost[group.id] = outermost[group.parent] if group.parent else group.id
        units = list(dict.fromkeys(outermost[node.group] if node.group else node.id for node in trace.nodes))
        size = -(-len(units) // _BLOCKS)
        block = {unit: f"b{i // size}" for i, unit in enumerate(units)}
        spans: dict[str, list[int]] = {}
        counts: Counter[str] = Counter()
        for node in trace.nodes:
            at = block[outermost[node.group] if node.group else node.id]
            counts[at] += 1
            if node.span:
                spans.setdefault(at, []).append(node.span.line)
        made = []
        for at in dict.fromkeys(block.values()):
            first, last = (min(spans[at]), max(spans[at])) if at in spans else (0, 0)
            name = f"lines {first}–{last}" if last > first else f"line {first}"
            made.append(Group(at, f"{name.replace(' ', '')}", "lines", name, None, None, counts[at]))
        groups = [group if group.parent else replace(group, parent=block[group.id]) for group in trace.groups]
        nodes = [node if node.group else node._replace(group=block[node.id]) for node in trace.nodes]
        return _Groups(replace(trace, groups=(*made, *groups), nodes=tuple(nodes)))

    def folded(self, level: int, open: Collection[str] = (), shut: Collection[str] = ()) -> dict[str, str]:
        """For each group that is folded or inside one that is, the outermost that is folded."""
        folded: dict[str, str] = {}
        for group in self.trace.groups:  # parents come first
            if group.parent in folded:
                folded[group.id] = folded[group.parent]
            elif group.key in shut or (_RANK[group.kind] <= level and group.key not in open):
                folded[group.id] = group.id
        return folded

    def boxes(self, folded: Mapping[str, str]) -> int:
        """How many boxes there would be."""
        count = len(set(folded.values())) + self._own.get(None, 0)
        count += sum(self._own.get(group.id, 0) for group in self.trace.groups if group.id not in folded)
        outside = (node for node in self._parameters if node.group is None or node.group not in folded)
        return count + sum(not self.only_read_by(node.id, folded) for node in outside)

    @cached_property
    def _own(self) -> Counter[str | None]:
        """Values by their innermost group, without parameters."""
        return Counter(node.group for node in self.trace.nodes if node.kind != "parameter")

    @cached_property
    def _parameters(self) -> list[Node]:
        return [node for node in self.trace.nodes if node.kind == "parameter"]

    def only_read_by(self, id: str, folded: Collection[str]) -> bool:
        """Whether a parameter is read by folded groups alone."""
        readers = self._readers.get(id)
        return readers is not None and all(group in folded for group in readers)

    @cached_property
    def _readers(self) -> dict[str, set[str | None]]:
        """The innermost groups that read each parameter."""
        readers: dict[str, set[str | None]] = {}
        parameters = {node.id for node in self._parameters}
        for node in self.trace.nodes:
            for child in node.inputs:
                if child in parameters:
                    readers.setdefault(child, set()).add(node.group)
        return readers


def _least(groups: _Groups, most: int) -> tuple[_Groups, int, frozenset[str]]:
    """What `auto` folds: up to which level, and the groups that it leaves open."""
    for level in range(1, _BLOCK_LEVEL):
        folded = groups.folded(level)
        if folded and groups.boxes(folded) <= most:
            kept = _kept_open(groups, folded, level, most) if level >= _LEVEL["statement"] else frozenset[str]()
            return groups, level, kept
    blocks = groups.with_blocks()
    return blocks, _BLOCK_LEVEL, _kept_open(blocks, blocks.folded(_BLOCK_LEVEL), _BLOCK_LEVEL, most)


def _kept_open(groups: _Groups, folded: Mapping[str, str], level: int, most: int) -> frozenset[str]:
    """What there is room for, the small ones first."""
    outer = sorted({groups.groups[id] for id in folded.values()}, key=lambda group: (group.size, group.id))
    kept: frozenset[str] = frozenset()
    for group in outer:
        tried = kept | {group.key}
        if group.size > most * 8 or groups.boxes(groups.folded(level, tried)) > most:
            break
        kept = tried
    return kept


class _Folding:
    """One trace told with some groups folded: `folded` has the outermost folded group for each group in one."""

    def __init__(self, trace: Trace, folded: Mapping[str, str]) -> None:
        self._trace = trace
        self._groups = {group.id: group for group in trace.groups}
        self._nodes = {node.id: node for node in trace.nodes}
        groups = _Groups(trace)
        self._box: dict[str, str] = {}
        """The folded group that a value is in."""
        self._absorbed: set[str] = set()
        for node in trace.nodes:
            if node.group is not None and node.group in folded:
                self._box[node.id] = folded[node.group]
            elif node.kind == "parameter" and groups.only_read_by(node.id, folded):
                self._absorbed.add(node.id)
        roots = {trace.output, *(step.node for step in trace.steps if step.phase == "seed")}
        read_outside = {edge.source for edge in trace.edges if self._box.get(edge.source) != self._box.get(edge.target)}
        self._results: dict[str, list[str]] = {box: [] for box in dict.fromkeys(self._box.values())}
        """What of a folded group is read outside it, or is a root."""
        for id, box in self._box.items():
            if id in read_outside or id in roots:
                self._results[box].append(id)
        self._drawn: dict[str, str] = {}
        """The node that stands for a folded group: its only result, or itself."""
        for box, results in self._results.items():
            single = len(results) == 1 and self._nodes[results[0]].op is not None
            self._drawn[box] = results[0] if single else box
        read = {id for ids in self._results.values() for id in ids}
        self._told = {
            node.id for node in trace.nodes if node.id in read or node.id not in self._box or node.kind in ("parameter", "input")
        }
        self._edges: dict[str, Edge] = {}
        self._edge_of: dict[str, str] = {}
        """The told edge that an edge is part of."""
        self._inputs: dict[str, dict[str, None]] = {box: {} for box in self._results}
        self._join_edges()

    def _stands_for(self, id: str) -> str:
        """The drawn node that a value is seen in."""
        box = self._box.get(id)
        return id if box is None else self._drawn[box]

    def _join_edges(self) -> None:
        """Edges into one folded group from one drawn node are one edge; within a group there are none."""
        joined: dict[tuple[str, str], str] = {}
        terms: dict[str, float | None] = {}
        for edge in self._trace.edges:
            box = self._box.get(edge.target)
            source = self._stands_for(edge.source)
            if box is None:
                self._edges[edge.id] = edge if source == edge.source else edge._replace(source=source)
                self._edge_of[edge.id] = edge.id
                continue
            if self._box.get(edge.source) == box or edge.source in self._absorbed:
                continue
            if self._nodes[edge.source].kind == "parameter" and edge.source not in self._box:
                continue  # it belongs to the group; where it is drawn, another user is open
            self._inputs[box][edge.source] = None
            target = self._drawn[box]
            id = joined.setdefault((source, target), edge.id)
            self._edge_of[edge.id] = id
            one = source == edge.source
            if id == edge.id:
                terms[id] = edge.contribution if one else None
                self._edges[id] = edge._replace(source=source, target=target, local=None, contribution=None)
            elif (held := terms[id]) is not None and one:
                terms[id] = held + (edge.contribution or 0.0)
        slots: Counter[str] = Counter()
        for id, term in terms.items():
            edge = self._edges[id]
            self._edges[id] = edge._replace(slot=slots[edge.target], contribution=term)
            slots[edge.target] += 1

    # ── nodes ──

    def trace(self) -> Trace:
        trace = self._trace
        used = {group for node in trace.nodes if node.id in self._told for group in self._around(node)}
        warnings = (
            w if w.node is None or w.node in self._told else w._replace(node=self._stands_for(w.node)) for w in trace.warnings
        )
        return replace(
            trace,
            nodes=tuple(self._told_nodes()),
            edges=tuple(self._edges.values()),
            steps=tuple(self._told_steps()),
            start={id: x for id, x in trace.start.items() if id in self._told},
            grads={id: x for id, x in trace.grads.items() if id in self._told},
            warnings=tuple(warnings),
            groups=tuple(group for group in trace.groups if group.id in used),
        )

    def _around(self, node: Node) -> Iterator[str]:
        """The groups around what is drawn of a value, the folded one included."""
        at = self._box.get(node.id, node.group)
        while at is not None:
            yield at
            at = self._groups[at].parent

    def _told_nodes(self) -> Iterator[Node]:
        """In order of evaluation; a group of several results stands before them, and after all that it reads."""
        last = {}
        for node in self._trace.nodes:
            if (box := self._box.get(node.id)) is not None:
                last[box] = node.id
        inner: dict[str, list[Node]] = {}
        for node in self._trace.nodes:
            box = self._box.get(node.id)
            if box is None:
                hidden = node.id in self._absorbed
                yield node._replace(inside=self._readers[node.id]) if hidden else node
                continue
            drawn = self._drawn[box]
            if node.id in self._told and node.id != drawn:
                hidden_op = node.op is not None
                inner.setdefault(box, []).append(
                    node._replace(op=None, symbol=None, params=(), inputs=(drawn,) if hidden_op else (), inside=drawn)
                )
            if last[box] == node.id:
                yield self._box_node(box)
                yield from inner.pop(box, ())

    @cached_property
    def _readers(self) -> dict[str, str]:
        """The first drawn node that reads an absorbed parameter."""
        readers: dict[str, str] = {}
        for edge in self._trace.edges:
            if edge.source in self._absorbed:
                readers.setdefault(edge.source, self._stands_for(edge.target))
        return readers

    def _box_node(self, box: str) -> Node:
        group, drawn = self._groups[box], self._drawn[box]
        results = self._results[box]
        result = self._nodes.get(drawn)
        return Node(
            id=drawn,
            key=result.key if result else group.key,
            label=(result.label if result else "") or group.name,
            kind="group",
            op=None,
            symbol=_SYMBOLS.get(group.kind, group.name),
            params=(),
            inputs=tuple(self._inputs[box]),
            data=result.data if result else nan,
            grad=result.grad if result else None,
            span=group.span,
            group=group.parent,
            folds=Folded(group.id, tuple(results), *self._counts[box]),
        )

    @cached_property
    def _counts(self) -> dict[str, tuple[int, int]]:
        """Operations in each folded group, and parameters in it or read by it."""
        read: dict[str, set[str]] = {box: set() for box in self._results}
        operations: Counter[str] = Counter()
        for node in self._trace.nodes:
            if (box := self._box.get(node.id)) is None:
                continue
            if node.op is not None:
                operations[box] += 1
            if node.kind == "parameter":
                read[box].add(node.id)
            read[box].update(child for child in node.inputs if self._nodes[child].kind == "parameter")
        return {box: (operations[box], len(found)) for box, found in read.items()}

    # ── steps ──

    def _told_steps(self) -> list[Step]:
        told: list[Step] = []
        done = 0
        for key, run in groupby(self._trace.steps, self._part):
            steps = list(run)
            for step in [self._joined(key, steps)] if isinstance(key, tuple) else steps:
                writes = [write for write in step.writes if write.node in self._told]
                last = step.index or steps[-1].index
                if writes:
                    told.append(step._replace(index=len(told) + 1, writes=tuple(writes), covers=(done + 1, last)))
                    done = last
        if told and told[-1].covers:  # what nobody sees has happened at the end, too
            told[-1] = told[-1]._replace(covers=(told[-1].covers[0], len(self._trace.steps)))
        return told

    def _part(self, step: Step) -> tuple[str, str] | int:
        """What of the folded story a step belongs to: a step of its own, or a phase of a folded group."""
        if step.phase == "forward":
            box = self._box.get(step.node)
        elif step.phase == "backward":
            box = self._box.get(self._target[step.edge or ""])
        elif step.phase != "seed" and (step.node in self._box or step.node in self._absorbed):
            return step.phase, ""
        else:
            box = None
        return (step.phase, box) if box is not None else step.index

    @cached_property
    def _target(self) -> dict[str, str]:
        return {edge.id: edge.target for edge in self._trace.edges}

    def _joined(self, key: tuple[str, str], steps: Sequence[Step]) -> Step:
        """One step for several: each number that is told goes from what it was before the first to what it was after the last."""
        writes: dict[tuple[str, Field], Write] = {}
        for step in steps:
            for write in step.writes:
                at = write.node, write.field
                writes[at] = writes[at]._replace(after=write.after) if at in writes else write
        sent: dict[str, float | None] = {}
        if key[0] == "backward":
            for step in steps:
                if (edge := self._edge_of.get(step.edge or "")) is None:
                    continue
                if self._edges[edge].source != step.node:
                    sent[edge] = None
                else:
                    sent[edge] = (sent.get(edge) or 0.0) + self._term(step)
        told = tuple(writes.values())
        if not key[1]:
            directions = {id: x for step in steps if step.descent for id, x in step.descent.directions.items()}
            descent = steps[0].descent and replace(steps[0].descent, directions=directions)
            return steps[0]._replace(index=0, writes=told, descent=descent)
        return Step(0, steps[0].phase, self._drawn[key[1]], None, told, sent=tuple(sent.items()))

    def _term(self, step: Step) -> float:
        """upstream × local, unless the operation lets nothing through where its slope is 0."""
        assert step.local is not None
        assert step.upstream is not None
        op = self._nodes[self._target[step.edge or ""]].op
        return 0.0 if step.local == 0.0 and op is not None and OPS[op].gate else step.local * step.upstream
