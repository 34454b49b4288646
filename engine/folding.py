"""Folding: which parts of the program are one box each, so that a graph of any size stays readable.

    folding(graph, Fold("layer", open={"ypred/n"})) → Folding, by which `engine.story` tells a run

The folded story is the same story: every value that it shows has the numbers it had, in the same order; what happens inside a
folded group is one step. A group with one result is drawn as an operation, and its node is that of the result. A group with
several, such as a layer, is a node of its own; its results are still told, hidden inside it, and so are the parameters that
only folded groups read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from stepgrad.engine.recording import Graph
from stepgrad.engine.trace import Group, GroupKind, Trace

__all__ = ["COLLAPSE", "MOST_BOXES", "WHOLE", "Collapse", "Fold", "Folding", "drawn_for", "examples", "folding", "is_whole"]

Collapse = Literal["auto", "none", "neuron", "layer", "function", "statement", "turn", "loop"]
COLLAPSE: tuple[Collapse, ...] = get_args(Collapse)

MOST_BOXES = 60
"""What `auto` opens at the most."""

EDGES_A_BOX = 1.5
"""More edges than this for each of the boxes are a tangle: then `auto` leaves folded what it could open."""

_BLOCKS = 16
"""Where every statement is folded and there are still too many, neighbours are put into so many boxes."""

_OTHERS = "others"
_CALLS: frozenset[GroupKind] = frozenset({"neuron", "layer", "net", "function"})
_RANK: dict[GroupKind, int] = {
    "examples": 0,
    "neuron": 1, "layer": 2, "net": 3, "function": 3, "statement": 4, "turn": 5, "loop": 6, "lines": 7,
}  # fmt: skip
_BLOCK_LEVEL = 7
_LEVEL: dict[str, int] = {"none": 0, "neuron": 1, "layer": 2, "function": 3, "statement": 4, "turn": 5, "loop": 6}


class Fold(NamedTuple):
    """What is to be folded: groups of a kind, and all kinds within it.

    Groups with a key in `open` are left open, and so are those around them; one with a key after a minus sign is folded. `auto`
    folds as little as makes at most `most` boxes: neurons, else layers, calls, statements, turns, loops, lines; where it comes to
    statements, it leaves open what there is room for. With `example` one of several `examples` is shown, counted from 1, and all
    others are one box.
    """

    collapse: Collapse = "auto"
    open: frozenset[str] = frozenset()
    example: int = 0
    most: int = MOST_BOXES


WHOLE = Fold("none")


class Folding(NamedTuple):
    """How a graph is folded."""

    groups: tuple[Group, ...]
    """Those of the graph, and what folding has put around them."""
    group: Sequence[str | None]
    """The innermost group of each row."""
    boxes: Sequence[str | None]
    """The outermost folded group of each row."""
    absorbed: frozenset[int]
    """Leaves that are seen in who reads them."""
    one_example: bool = False
    """Whether one example is shown, and all others are one box."""


def is_whole(graph: Graph, fold: Fold) -> bool:
    """Whether it is plain to see that nothing is folded."""
    collapse, open, example, most = fold
    small = len(graph) <= most
    return not example and (not graph.groups or (not open and (collapse == "none" or (collapse == "auto" and small))))


def folding(graph: Graph, fold: Fold) -> Folding | None:
    """How a graph is folded; None where nothing is. Raises ValueError for an example that there is not."""
    if is_whole(graph, fold):
        return None
    collapse, open, example, most = fold
    small = len(graph) <= most
    opened = _with_outer(key for key in open if not key.startswith("-"))
    groups = _Groups(graph, graph.groups, graph.group)
    if example:
        shown, around = _one_example(graph.groups, example)
        groups = _Groups(graph, shown, graph.group)
        opened |= around
    level = _LEVEL.get(collapse, 0)
    if collapse == "auto" and not small:
        groups, level, kept = _least(groups, most, opened if example else frozenset())
        opened |= kept
    folded = groups.folded(level, opened, frozenset(key[1:] for key in open if key.startswith("-")))
    if not folded:
        return None
    return Folding(groups.groups, groups.group, groups.boxed(folded), groups.absorbed(folded), bool(example))


def examples(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Calls of one net or function side by side, such as one for each example of a data set: those with the most values."""
    alike: dict[tuple[str | None, str], list[Group]] = {}
    kinds = {group.id: group.kind for group in groups}
    for group in groups:
        inside = group.parent is not None and kinds[group.parent] in _CALLS
        if group.kind in _CALLS and not inside:
            alike.setdefault((group.parent, group.name), []).append(group)
    several = [calls for calls in alike.values() if len(calls) > 1]
    return tuple(max(several, key=lambda calls: sum(call.size for call in calls), default=()))


def _one_example(groups: Sequence[Group], example: int) -> tuple[tuple[Group, ...], frozenset[str]]:
    """The groups with one for all other examples, and the keys of the groups around them."""
    calls = examples(groups)
    if not 1 <= example <= len(calls):
        raise ValueError(f"there are {len(calls)} examples" if calls else "there are no examples")
    others = {call.id for i, call in enumerate(calls, 1) if i != example}
    first = calls[0]
    outer, _, _ = first.key.rpartition("/")
    name = f"{len(others)} more {first.name}"
    size = sum(call.size for call in calls if call.id in others)
    rest = Group(_OTHERS, f"{outer}/others" if outer else "others", "examples", name, first.parent, first.span, size)
    shown: list[Group] = []
    for group in groups:
        if group.id in others and rest not in shown:
            shown.append(rest)
        shown.append(replace(group, parent=_OTHERS) if group.id in others else group)
    return tuple(shown), _with_outer([outer]) if outer else frozenset()


def _with_outer(keys: Iterable[str]) -> frozenset[str]:
    """The keys, and those of the groups around them."""
    return frozenset("/".join(parts[:i]) for key in keys for parts in [key.split("/")] for i in range(1, len(parts) + 1))


def drawn_for(graph: Graph, folded: Trace) -> Callable[[str], str | None]:
    """Where a value of a graph is seen in the folded story: the node that is drawn for it; None where there is none."""
    told = {node.id: node for node in folded.nodes}
    boxes = {node.folds.group: node.id for node in folded.nodes if node.folds}
    groups = {group.id: group for group in graph.groups}

    def drawn(id: str) -> str | None:
        if (node := told.get(id)) is not None:
            return node.inside or id
        group = graph.group[graph.row(id)]
        while group is not None and group not in boxes:
            group = groups[group].parent
        return boxes[group] if group else None

    return drawn


class _Groups:
    """The tree of groups of one run."""

    def __init__(self, graph: Graph, groups: tuple[Group, ...], group: Sequence[str | None]) -> None:
        self._graph = graph
        self.groups = groups
        self.group = group

    def with_blocks(self) -> _Groups:
        """The same with neighbouring outermost groups and single values put together as lines."""
        outermost: dict[str, str] = {}
        for group in self.groups:
            outermost[group.id] = outermost[group.parent] if group.parent else group.id
        unit_of = [row if group is None else outermost[group] for row, group in enumerate(self.group)]
        units = dict.fromkeys(unit_of)
        size = -(-len(units) // _BLOCKS)
        block = {unit: f"b{i // size}" for i, unit in enumerate(units)}
        lines: dict[str, set[int]] = {}
        for unit, span in {*zip(unit_of, self._graph.spans, strict=True)}:
            if span:
                lines.setdefault(block[unit], set()).add(span.line)
        counts = Counter(map(block.__getitem__, unit_of))
        made = []
        for at in dict.fromkeys(block.values()):
            first, last = (min(lines[at]), max(lines[at])) if at in lines else (0, 0)
            name = f"lines {first}–{last}" if last > first else f"line {first}"
            made.append(Group(at, f"{name.replace(' ', '')}", "lines", name, None, None, counts[at]))
        groups = [group if group.parent else replace(group, parent=block[group.id]) for group in self.groups]
        inner = [block[row] if group is None else group for row, group in enumerate(self.group)]
        return _Groups(self._graph, (*made, *groups), inner)

    def folded(self, level: int, open: Collection[str] = (), shut: Collection[str] = ()) -> dict[str, str]:
        """For each group that is folded or inside one that is, the outermost that is folded."""
        folded: dict[str, str] = {}
        for group in self.groups:  # parents come first
            if group.parent in folded:
                folded[group.id] = folded[group.parent]
            elif group.key in shut or (_RANK[group.kind] <= level and group.key not in open):
                folded[group.id] = group.id
        return folded

    def boxed(self, folded: Mapping[str, str]) -> list[str | None]:
        """The outermost folded group of each row."""
        boxes: dict[str | None, str] = dict(folded.items())
        return list(map(boxes.get, self.group))

    def boxes(self, folded: Mapping[str, str]) -> int:
        """How many boxes there would be."""
        count = len(set(folded.values())) + self._own.get(None, 0)
        count += sum(self._own.get(group.id, 0) for group in self.groups if group.id not in folded)
        return count + sum(not self.only_read_by(row, folded) for row in self._outside(folded))

    def edges(self, folded: Mapping[str, str]) -> int:
        """How many edges there would be between boxes."""
        kinds = self._graph.kinds
        box: list[str | int] = [row if at is None else at for row, at in enumerate(self.boxed(folded))]
        pairs = {
            (box[source], box[target])
            for target, inputs in enumerate(self._graph.inputs)
            for source in inputs
            if box[source] != box[target] and kinds[source] != "parameter"
        }
        return len(pairs)

    @cached_property
    def _own(self) -> Counter[str | None]:
        """Values by their innermost group, without parameters."""
        own = Counter(self.group)
        own.subtract(self.group[row] for row in self._graph.parameters)
        return own

    def _outside(self, folded: Mapping[str, str]) -> list[int]:
        """The parameters that are in no folded group."""
        return [row for row in self._graph.parameters if (group := self.group[row]) is None or group not in folded]

    def absorbed(self, folded: Mapping[str, str]) -> frozenset[int]:
        """The leaves that are seen in who reads them: parameters of folded groups, and what other examples alone read."""
        found = {row for row in self._outside(folded) if self.only_read_by(row, folded)}
        if _OTHERS in folded:
            boxes, graph = self.boxed(folded), self._graph
            readers: dict[int, set[str | None]] = {}
            for target, inputs in enumerate(graph.inputs):
                for source in inputs:
                    readers.setdefault(source, set()).add(boxes[target])
            alone = {folded[_OTHERS]}
            found |= {row for row in graph.leaves if not boxes[row] and readers.get(row) == alone}
        return frozenset(found)

    def only_read_by(self, row: int, folded: Mapping[str, str]) -> bool:
        """Whether a parameter is read by folded groups alone."""
        readers = self._readers.get(row)
        return readers is not None and readers <= folded.keys()

    @cached_property
    def _readers(self) -> dict[int, set[str | None]]:
        """The innermost groups that read each parameter."""
        readers: dict[int, set[str | None]] = {}
        for row, parameter in self._graph.parameter_uses:
            readers.setdefault(parameter, set()).add(self.group[row])
        return readers


def _least(groups: _Groups, most: int, open: frozenset[str]) -> tuple[_Groups, int, frozenset[str]]:
    """What `auto` folds: up to which level, and the groups that it leaves open."""
    for level in range(_BLOCK_LEVEL):
        folded = groups.folded(level, open)
        if folded and groups.boxes(folded) <= most:
            kept = _kept_open(groups, folded, level, most) if level >= _LEVEL["statement"] else frozenset[str]()
            return groups, level, kept
    blocks = groups.with_blocks()
    return blocks, _BLOCK_LEVEL, _kept_open(blocks, blocks.folded(_BLOCK_LEVEL), _BLOCK_LEVEL, most)


def _kept_open(groups: _Groups, folded: Mapping[str, str], level: int, most: int) -> frozenset[str]:
    """What there is room for, the small ones first; what has one name and kind is opened together, or not at all."""
    alike: dict[tuple[str, str], list[Group]] = {}
    outermost = set(folded.values())
    for group in groups.groups:
        if group.id not in outermost:
            continue
        alike.setdefault((group.kind, group.name), []).append(group)
    kept: frozenset[str] = frozenset()
    for family in sorted(alike.values(), key=lambda family: (sum(group.size for group in family), family[0].key)):
        if sum(group.size for group in family) > most * 8:
            break
        tried = kept | {group.key for group in family}
        shown = groups.folded(level, tried)
        if groups.boxes(shown) > most or groups.edges(shown) > EDGES_A_BOX * most:
            break
        kept = tried
    return kept
