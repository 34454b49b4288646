"""What a picture is apart from its numbers.

Everything that decides where things are is in a `Structure`: the boxes with their labels and room for numbers, the edges in
order, the style. Two runs with equal structures share one layout, whatever their numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from operator import attrgetter
from typing import Literal, NamedTuple

from stepgrad.app.drawing.text import clean, slot_chars
from stepgrad.engine.trace import Kind, Node, Trace

__all__ = ["Box", "Dir", "Leaves", "Reach", "Structure", "Style", "Surround", "Wire", "room_of", "structure_of"]

Style = Literal["micrograd", "compact"]
Dir = Literal["LR", "TB"]
Leaves = Literal["shared", "split", "auto"]

LONGEST_REACH = 20
"""Ranks between the first and the last use of a leaf, above which `auto` draws it once per use: nobody follows such a line."""

CROSSED_BY_LEAVES = 400
"""Ranks that all edges from leaves cross, taken together, above which `auto` does the same.

Graphviz makes a node of each crossing, and orders and places them all. Five weights along a chain of 40 cross 700 ranks and take
0.03 s; of 60, 1,650 and 0.12 s; of 80, 3,000 and 0.5 s; of 145, 10,150 and more than 12 s. Split, the last takes 0.02 s.
"""


class Box(NamedTuple):
    """One drawn value. A leaf that is drawn once per use has several, told apart by `copy`."""

    node: str
    copy: int
    key: str
    kind: Kind
    label: str
    op: str
    symbol: str
    operands: int
    chars: int
    """Characters reserved for each of its numbers."""
    output: bool
    terms: int = 0
    """Characters reserved for the label of each edge into it; 0 where edges have none."""
    note: str = ""
    """What a folded group holds, in a few words."""
    results: tuple[str, ...] = ()
    """The nodes that a folded group sums up; empty where its numbers are its own."""


class Wire(NamedTuple):
    """One drawn edge; `tail` and `head` are indices of boxes."""

    edge: str
    tail: int
    head: int
    slot: int


@dataclass(frozen=True, slots=True)
class Surround:
    """A part of the program that was opened, and is framed."""

    key: str
    name: str
    nodes: tuple[str, ...]
    """Whose boxes it surrounds, without those in the parts inside it that are framed, too."""
    outer: int | None
    """The place of the one around it."""


@dataclass(frozen=True)
class Structure:
    """All that a layout depends on. Equal structures have equal digests, in every process."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    style: Style
    dir: Dir
    digits: int
    split: bool
    frames: tuple[Surround, ...] = ()
    """Outer ones before those inside them."""
    digest: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Labels and keys are cleaned, so they hold none of these separators.
        lines = [f"1\x1f{self.style}\x1f{self.dir}\x1f{self.digits}\x1f{self.split}"]
        lines += [
            f"{b.node}\x1f{b.copy}\x1f{b.key}\x1f{b.kind}\x1f{b.label}\x1f{b.op}\x1f{b.symbol}\x1f{b.operands}\x1f{b.chars}\x1f{b.output}"
            + (f"\x1f{b.terms}" if b.terms else "")
            + (f"\x1f{b.note}\x1f{' '.join(b.results)}" if b.note else "")
            for b in self.boxes
        ]
        lines += [f"{w.edge}\x1f{w.tail}\x1f{w.head}\x1f{w.slot}" for w in self.wires]
        lines += [f"{f.key}\x1f{f.name}\x1f{' '.join(f.nodes)}\x1f{f.outer}" for f in self.frames]
        text = "\x1e".join(lines)
        object.__setattr__(self, "digest", blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest())

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def reach(self) -> Reach:
        """How far its edges go: what a layout costs."""
        return _reach_of(self)

    def with_split_leaves(self) -> Structure:
        """The same with a box for each use of a leaf."""
        if self.split:
            return self
        used: set[int] = set()
        copies: dict[str, int] = {}
        boxes, wires = list(self.boxes), []
        for wire in self.wires:
            box = self.boxes[wire.tail]
            if box.operands or wire.tail not in used:
                used.add(wire.tail)
                wires.append(wire)
                continue
            copies[box.node] = copy = copies.get(box.node, 0) + 1
            wires.append(wire._replace(tail=len(boxes)))
            boxes.append(box._replace(copy=copy))
        return replace(self, boxes=tuple(boxes), wires=tuple(wires), split=True)


def structure_of(
    trace: Trace,
    style: Style = "micrograd",
    dir: Dir = "LR",
    leaves: Leaves = "auto",
    digits: int = 4,
    *,
    terms: Mapping[str, int] | None = None,
    constants: bool = True,
    framed: Collection[str] = (),
) -> Structure:
    """The structure of a run. Numbers only decide how much room each box reserves.

    *terms* are the characters that the label of each edge needs, where edges have labels. Without *constants* these and their
    edges are left out; the place where such an edge would arrive stays empty. *framed* are keys of groups that get a frame.
    """
    chars = room_of(trace, digits)
    longest = 64 if style == "micrograd" else 24
    nodes = [
        node for node in trace.nodes if node.inside is None and (constants or node.kind != "constant" or node.id == trace.output)
    ]
    index = {node.id: i for i, node in enumerate(nodes)}
    edges = [edge for edge in trace.edges if edge.source in index]
    arriving = Counter(edge.target for edge in trace.edges)
    widest: dict[str, int] = {}
    if terms:
        for edge in edges:
            widest[edge.target] = max(widest.get(edge.target, 0), terms[edge.id])
    boxes = tuple(
        Box(
            node.id,
            0,
            clean(node.key, 200),
            node.kind,
            clean(node.label, longest),
            node.op or "",
            clean(node.symbol or "", 16),
            len(node.inputs) if node.folds is None else arriving[node.id],
            chars[node.id],
            node.id == trace.output,
            widest.get(node.id, 0) if node.folds is None else 0,  # many edges lead into what is folded
            *(_summary(node) if node.folds else ()),
        )
        for node in nodes
    )
    wires = tuple(Wire(edge.id, index[edge.source], index[edge.target], edge.slot) for edge in edges)
    frames = _frames(trace, nodes, framed) if framed else ()
    shared = Structure(boxes, wires, style, dir, digits, split=False, frames=frames)
    if leaves == "auto":
        reach = shared.reach
        leaves = "split" if reach.longest_leaf > LONGEST_REACH or reach.leaves > CROSSED_BY_LEAVES else "shared"
    return shared.with_split_leaves() if leaves == "split" else shared


def _frames(trace: Trace, nodes: Sequence[Node], framed: Collection[str]) -> tuple[Surround, ...]:
    parents = {group.id: group.parent for group in trace.groups}
    wanted = [group for group in trace.groups if group.key in framed]
    place = {group.id: i for i, group in enumerate(wanted)}

    def around(group: str | None) -> int | None:
        while group is not None and group not in place:
            group = parents[group]
        return None if group is None else place[group]

    at_work = {node.id: around(node.group) for node in nodes}
    readers: dict[str, set[int | None]] = {}
    for edge in trace.edges:
        readers.setdefault(edge.source, set()).add(at_work.get(edge.target))
    members: list[list[str]] = [[] for _ in wanted]
    for node in nodes:
        at = at_work[node.id]
        # A parameter was made elsewhere, but belongs where alone it is read.
        if node.kind == "parameter" and len(read := readers.get(node.id, set())) == 1:
            (at,) = read
        if at is not None:
            members[at].append(node.id)
    outer = [around(parents[group.id]) for group in wanted]
    # A part that is folded after all, with what is around it, has nothing to surround.
    full = [bool(members[i]) or any(members[j] for j, at in enumerate(outer) if at == i) for i in range(len(wanted))]
    kept = {i: new for new, i in enumerate(i for i in range(len(wanted)) if full[i])}
    return tuple(
        Surround(
            clean(wanted[i].key, 200),
            clean(wanted[i].name, 40),
            tuple(members[i]),
            None if (at := outer[i]) is None else kept.get(at),
        )
        for i in kept
    )


def _summary(node: Node) -> tuple[str, tuple[str, ...]]:
    """The note of a folded group, and the results it sums up."""
    assert node.folds
    folds = node.folds
    of_its_own = folds.results == (node.id,)
    parts = []
    if not of_its_own and folds.operations:
        parts.append(_counted(len(folds.results), "value"))
    if folds.parameters:
        parts.append(_counted(folds.parameters, "parameter"))
    elif folds.operations:
        parts.append(_counted(folds.operations, "operation"))
    else:
        parts.append(_counted(len(folds.results), "number"))
    return " · ".join(parts), () if of_its_own else folds.results


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def room_of(trace: Trace, digits: int) -> dict[str, int]:
    """Characters that the widest number of each node needs, over all steps."""
    room = {node.id: max(slot_chars(node.data, digits), slot_chars(node.grad, digits)) for node in trace.nodes}
    summed = {}
    for each in trace.nodes:
        if each.folds and each.folds.results != (each.id,):
            room[each.id] = slot_chars(None, digits)
            summed[each.id] = each.folds.results
    for node, x in (*trace.start.items(), *trace.grads.items()):
        room[node] = max(room[node], slot_chars(x, digits))
    for step in trace.steps:
        for write in step.writes:
            chars = slot_chars(write.after, digits)
            if chars > room[write.node]:
                room[write.node] = chars
    for folded, results in summed.items():
        room[folded] = max(room[result] for result in results)
    return room


@dataclass(frozen=True, slots=True)
class Reach:
    """Ranks that edges cross between their ends: what a layout costs."""

    longest_leaf: int
    leaves: int
    total: int


def _reach_of(structure: Structure) -> Reach:
    """How far the edges go, with each value as early as it can be and each leaf just before its first use."""
    boxes, wires = structure.boxes, structure.wires
    rank = [0] * len(boxes)
    for wire in sorted(wires, key=attrgetter("head")):  # in order of evaluation: a tail is final before it is read
        rank[wire.head] = max(rank[wire.head], rank[wire.tail] + 1)
    first: dict[int, int] = {}
    for wire in wires:
        if not boxes[wire.tail].operands:
            first[wire.tail] = min(first.get(wire.tail, rank[wire.head]), rank[wire.head])
    spans = [rank[wire.head] - first[wire.tail] for wire in wires if wire.tail in first]
    inner = sum(rank[wire.head] - rank[wire.tail] - 1 for wire in wires if wire.tail not in first)
    return Reach(max(spans, default=0), sum(spans), sum(spans) + inner)
