"""A gradient as a sum over paths: the chain rule without the bookkeeping.

∂output/∂x is the sum, over every path from x to the output, of the product of the local derivatives along it (Bauer,
Computational Graphs and Rounding Error, SIAM J. Numer. Anal. 11, 1974). A backward pass computes that sum without walking each
path, of which there can be exponentially many; here they are counted the same way, and written out where there are few.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Edge

__all__ = ["Path", "PathSum", "Paths"]


@dataclass(frozen=True, slots=True)
class Path:
    """Edges from the chosen node to the output, and the product of their local derivatives."""

    edges: tuple[str, ...]
    product: float


@dataclass(frozen=True, slots=True)
class PathSum:
    """`count` paths lead from `node` to `output`, `total` is the sum over all; `paths` are all, or a sample of distinct ones."""

    node: str
    output: str
    count: int
    total: float
    paths: tuple[Path, ...]

    @property
    def complete(self) -> bool:
        return len(self.paths) == self.count


class Paths:
    """All paths to the root of a run's last backward pass: counted and summed once, for every value."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        known = [each.id for each in replay.trace.nodes]
        self._known = frozenset(known)
        into: dict[str, list[Edge]] = defaultdict(list)
        for edge in replay.edges:
            into[edge.target].append(edge)
        self._uses: dict[str, list[Edge]] = defaultdict(list)
        for each in reversed(known):  # in the order of the backward pass, so that sums round alike
            for edge in into[each]:
                self._uses[edge.source].append(edge)
        self._counts = {replay.root: 1}
        self._totals = {replay.root: 1.0}
        for each in reversed(known):  # a value comes after its inputs, so its users are done before it
            if uses := self._uses.get(each):
                self._counts[each] = sum(self._counts[edge.target] for edge in uses)
                self._totals[each] = sum(replay.term(edge.id, _local(edge), self._totals[edge.target]) for edge in uses)

    def of(self, node: str, most: int = 64) -> PathSum:
        """The paths from a node to the root, at most `most` of them written out.

        A sample is drawn uniformly, the same one every time. Raises KeyError for a node that is not in the trace.
        """
        if node not in self._known:
            raise KeyError(node)
        count = self._counts.get(node, 0)
        paths: list[Path] = []
        if count and most:
            few = count <= most
            paths = _all(self._replay, node, self._uses) if few else _sample(self._replay, node, self._uses, self._counts, most)
        return PathSum(node, self._replay.root, count, self._totals.get(node, 0.0), tuple(paths))


def _local(edge: Edge) -> float:
    assert edge.local is not None
    return edge.local


def _path(replay: Replay, edges: Sequence[Edge]) -> Path:
    product = 1.0
    for edge in reversed(edges):  # in the order of the backward pass
        product = replay.term(edge.id, _local(edge), product)
    return Path(tuple(edge.id for edge in edges), product)


def _all(replay: Replay, node: str, uses: Mapping[str, Sequence[Edge]]) -> list[Path]:
    found: list[Path] = []
    stack: list[tuple[str, tuple[Edge, ...]]] = [(node, ())]
    while stack:
        at, edges = stack.pop()
        if at == replay.root:
            found.append(_path(replay, edges))
        else:
            stack.extend((edge.target, (*edges, edge)) for edge in reversed(uses[at]))
    return found


def _sample(replay: Replay, node: str, uses: Mapping[str, Sequence[Edge]], counts: Mapping[str, int], most: int) -> list[Path]:
    """Distinct paths, each as likely as any other: at every fork the branches are weighted by how many paths they hold."""
    generator = random.Random(0)
    found: dict[tuple[str, ...], Path] = {}
    for _ in range(4 * most):
        if len(found) == most:
            break
        at, edges = node, []
        while at != replay.root:
            pick = generator.randrange(counts[at])
            for edge in uses[at]:
                pick -= counts[edge.target]
                if pick < 0:
                    edges.append(edge)
                    at = edge.target
                    break
        path = _path(replay, edges)
        found.setdefault(path.edges, path)
    return list(found.values())
