"""Folding: a part of the program as one box, so that a graph of any size stays readable.

    fold(trace, collapse="layer", open={"ypred/n"}) → Trace

The folded story is the same story: every value that it shows has the numbers it had, in the same order; what happens inside a
folded group is one step. A group with one result is drawn as an operation, and its node is that of the result. A group with
several, such as a layer, is a node of its own; its results are still told, hidden inside it, and so are the parameters that
only folded groups read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Literal, get_args

from stepgrad.engine.joining import Joining
from stepgrad.engine.trace import Group, GroupKind, Node, Trace

__all__ = ["COLLAPSE", "MOST_BOXES", "Collapse", "drawn_for", "examples", "fold"]

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


def fold(
    trace: Trace,
    collapse: Collapse = "auto",
    open: Collection[str] = (),
    example: int = 0,
    most: int = MOST_BOXES,
) -> Trace:
    """The story with groups of a kind, and all kinds within it, as one box each.

    Groups with a key in `open` are left open, and so are those around them; one with a key after a minus sign is folded. `auto`
    folds as little as makes at most *most* boxes: neurons, else layers, calls, statements, turns, loops, lines; where it comes to
    statements, it leaves open what there is room for. With *example* one of several `examples` is shown, counted from 1, and all
    others are one box. The answer is *trace* itself where nothing is folded. Raises ValueError for an example that there is not.
    """
    small = len(trace.nodes) <= most
    if not example and (not trace.groups or (not open and (collapse == "none" or (collapse == "auto" and small)))):
        return trace
    opened = _with_outer(key for key in open if not key.startswith("-"))
    if example:
        trace, around = _one_example(trace, example)
        opened |= around
    groups = _Groups(trace)
    level = _LEVEL.get(collapse, 0)
    if collapse == "auto" and not small:
        groups, level, kept = _least(groups, most, opened if example else frozenset())
        opened |= kept
    folded = groups.folded(level, opened, frozenset(key[1:] for key in open if key.startswith("-")))
    if not folded:
        return trace
    told = Joining(groups.trace, folded, groups.absorbed(folded)).trace()
    if example and not _is_in_order(told):
        raise ValueError("the examples depend on each other")
    return told


def examples(trace: Trace) -> tuple[Group, ...]:
    """Calls of one net or function side by side, such as one for each example of a data set: those with the most values."""
    alike: dict[tuple[str | None, str], list[Group]] = {}
    kinds = {group.id: group.kind for group in trace.groups}
    for group in trace.groups:
        inside = group.parent is not None and kinds[group.parent] in _CALLS
        if group.kind in _CALLS and not inside:
            alike.setdefault((group.parent, group.name), []).append(group)
    several = [calls for calls in alike.values() if len(calls) > 1]
    return tuple(max(several, key=lambda calls: sum(call.size for call in calls), default=()))


def _one_example(trace: Trace, example: int) -> tuple[Trace, frozenset[str]]:
    """The trace with a group for all other examples, and the keys of the groups around them."""
    calls = examples(trace)
    if not 1 <= example <= len(calls):
        raise ValueError(f"there are {len(calls)} examples" if calls else "there are no examples")
    others = {call.id for i, call in enumerate(calls, 1) if i != example}
    first = calls[0]
    outer, _, _ = first.key.rpartition("/")
    name = f"{len(others)} more {first.name}"
    size = sum(call.size for call in calls if call.id in others)
    rest = Group(_OTHERS, f"{outer}/others" if outer else "others", "examples", name, first.parent, first.span, size)
    groups: list[Group] = []
    for group in trace.groups:
        if group.id in others and rest not in groups:
            groups.append(rest)
        groups.append(replace(group, parent=_OTHERS) if group.id in others else group)
    return replace(trace, groups=tuple(groups)), _with_outer([outer]) if outer else frozenset()


def _is_in_order(told: Trace) -> bool:
    place = {node.id: i for i, node in enumerate(told.nodes)}
    return all(place[edge.source] < place[edge.target] for edge in told.edges)


def _with_outer(keys: Iterable[str]) -> frozenset[str]:
    """The keys, and those of the groups around them."""
    return frozenset("/".join(parts[:i]) for key in keys for parts in [key.split("/")] for i in range(1, len(parts) + 1))


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

    def edges(self, folded: Mapping[str, str]) -> int:
        """How many edges there would be between boxes."""
        box = {node.id: folded.get(node.group, node.id) if node.group else node.id for node in self.trace.nodes}
        absorbed = {node.id for node in self._parameters}
        pairs = {(box[edge.source], box[edge.target]) for edge in self.trace.edges if edge.source not in absorbed}
        return sum(source != target for source, target in pairs)

    @cached_property
    def _own(self) -> Counter[str | None]:
        """Values by their innermost group, without parameters."""
        return Counter(node.group for node in self.trace.nodes if node.kind != "parameter")

    @cached_property
    def _parameters(self) -> list[Node]:
        return [node for node in self.trace.nodes if node.kind == "parameter"]

    def absorbed(self, folded: Mapping[str, str]) -> set[str]:
        """The leaves that are seen in who reads them: parameters of folded groups, and what other examples alone read."""
        found = {
            node.id
            for node in self._parameters
            if (node.group is None or node.group not in folded) and self.only_read_by(node.id, folded)
        }
        if _OTHERS in folded:
            box = {node.id: folded.get(node.group) if node.group else None for node in self.trace.nodes}
            readers: dict[str, set[str | None]] = {}
            for edge in self.trace.edges:
                readers.setdefault(edge.source, set()).add(box[edge.target])
            found |= {
                node.id
                for node in self.trace.nodes
                if node.op is None and box[node.id] is None and readers.get(node.id) == {folded[_OTHERS]}
            }
        return found

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
    for group in groups.trace.groups:
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
