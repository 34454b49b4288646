"""Joining: a story told with groups of its values as one box each. `engine.folding` says which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from math import nan

from stepgrad.engine.ops import OPS
from stepgrad.engine.trace import Edge, Field, Folded, GroupKind, Node, Step, Trace, Write

__all__ = ["Joining"]

_SYMBOLS: dict[GroupKind, str] = {
    "neuron": "neuron", "layer": "layer", "statement": "…", "turn": "turn", "lines": "…", "examples": "…",
}  # fmt: skip
"""What the circle of a folded group shows; of a call or a loop it is the name."""


class Joining:
    """One trace told with some groups folded: `folded` has the outermost folded group for each group in one, `absorbed` the
    leaves that are seen in who reads them."""

    def __init__(self, trace: Trace, folded: Mapping[str, str], absorbed: Collection[str]) -> None:
        self._trace = trace
        self._groups = {group.id: group for group in trace.groups}
        self._nodes = {node.id: node for node in trace.nodes}
        self._box: dict[str, str] = {}
        """The folded group that a value is in."""
        self._absorbed = absorbed
        for node in trace.nodes:
            if node.group is not None and node.group in folded:
                self._box[node.id] = folded[node.group]
        roots = {trace.output, *(step.node for step in trace.steps if step.phase == "seed")}
        read_outside = {edge.source for edge in trace.edges if self._box.get(edge.source) != self._box.get(edge.target)}
        self._results: dict[str, list[str]] = {box: [] for box in dict.fromkeys(self._box.values())}
        """What of a folded group is read outside it, or is a root; of one that nobody reads, what it ends with."""
        for id, box in self._box.items():
            if id in read_outside or id in roots:
                self._results[box].append(id)
        unread = {box for box, results in self._results.items() if not results}
        read_at_all = {edge.source for edge in trace.edges} if unread else set[str]()
        for id, box in self._box.items():
            if box in unread and id not in read_at_all:
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
                yield node._replace(inside=self._readers[node.id]) if node.id in self._absorbed else node
                continue
            drawn = self._drawn[box]
            if node.id in self._told and node.id != drawn:
                hidden_op = node.op is not None
                hidden = node._replace(op=None, symbol=None, params=(), inputs=(drawn,) if hidden_op else (), inside=drawn)
                inner.setdefault(box, []).append(hidden._replace(group=box))  # what made it inside is not told
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
