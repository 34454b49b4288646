"""The story of one iteration of training: the graph that is trained, with the parameters of then.

It is told from the story of the run, node by node: the same ids, keys, places and groups, other numbers. So a picture of it is
the run's own picture filled again. It has one forward pass, one backward pass, and the update that follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from stepgrad.engine.ops import OPS
from stepgrad.engine.optimizers import OPTIMIZERS
from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Descent, Edge, Group, Node, Notice, Phase, Step, Trace, Write
from stepgrad.engine.train import Run

__all__ = ["MOST_UPDATES", "retold", "untold"]

MOST_UPDATES = 8
"""Parameters that have a step each; more are updated in one step together."""


def retold(trace: Trace, run: Run, iteration: int) -> Trace:
    """The iteration's story. The run has come so far; it ends with the update, if the run has gone on from there."""
    model = run.model
    kept = {node.id for node in model.nodes}
    telling = _Telling(trace, run, iteration, kept)
    nodes = tuple(
        node._replace(data=telling.final.get(node.id, telling.data[node.id]), grad=telling.grads.get(node.id))
        for node in model.nodes
    )
    return replace(
        trace,
        output=model.root,
        nodes=nodes,
        edges=tuple(telling.edges.values()),
        steps=tuple(telling.steps),
        start={node.id: telling.data[node.id] for node in nodes if node.op is None},
        warnings=(*(each for each in trace.warnings if each.node is None), *telling.notices),
        printed=(),
        grads={},
        initial={},
        groups=tuple(_used(trace.groups, nodes)),
    )


def untold(trace: Trace) -> Trace:
    """A run without its story and its edges: all that training needs, in a tenth of the room. `retold` takes it, too."""
    replay = Replay(trace)
    seeds = [step for step in trace.steps if step.phase == "seed"]
    steps = tuple(step._replace(index=i, writes=()) for i, step in enumerate(seeds, 1))
    return replace(trace, output=replay.root, edges=(), steps=steps, grads={})


def _edges(trace: Trace) -> Iterator[Edge]:
    """The edges of a run, numbered as its story numbers them."""
    if trace.edges:
        yield from trace.edges
        return
    count = 0
    for node in trace.nodes:
        for slot, source in enumerate(node.inputs):
            yield Edge(f"e{count}", source, node.id, slot, None, None)
            count += 1


def _used(groups: Sequence[Group], nodes: Sequence[Node]) -> Iterator[Group]:
    parents = {group.id: group.parent for group in groups}
    used: set[str | None] = {None}
    for node in nodes:
        group = node.group
        while group not in used:
            used.add(group)
            group = parents[group or ""]
    return (group for group in groups if group.id in used)


class _Telling:
    def __init__(self, trace: Trace, run: Run, iteration: int, kept: Collection[str]) -> None:
        self._run = run
        self._iteration = iteration
        self._parameters = run.at(iteration)
        self.data: Mapping[str, float] = run.model.values(self._parameters)
        self.final: dict[str, float] = {}
        self.grads: dict[str, float] = {}
        self.edges = {
            edge.id: edge._replace(local=None, contribution=None)
            for edge in _edges(trace)
            if edge.target in kept  # and so is its source
        }
        self.steps: list[Step] = []
        self.notices: list[Notice] = []
        self._hold()
        for node in run.model.nodes:
            if node.op is not None:
                self._step("forward", node.id, [Write(node.id, "data", None, self.data[node.id])])
        self._backward()
        if iteration < run.updates:
            self._update(run.at(iteration + 1))

    def _step(self, phase: Phase, node: str, writes: Sequence[Write], descent: Descent | None = None) -> None:
        self.steps.append(Step(len(self.steps) + 1, phase, node, None, tuple(writes), descent=descent))

    def _hold(self) -> None:
        """Grads that are never zeroed have added up before."""
        run = self._run
        if run.plan.zero_grad or not self._iteration:
            return
        held = run.grads(self._iteration - 1)
        self.grads = {node.id: grad for node, grad in zip(run.model.parameters, held, strict=True)}
        writes = [Write(id_, "grad", None, grad) for id_, grad in self.grads.items()]
        self._step("update", writes[0].node, writes, Descent(run.plan.optimizer, run.plan.learning_rate, {}))

    def _backward(self) -> None:
        root, data, grads = self._run.model.root, self.data, self.grads
        into: dict[str, list[Edge]] = {}
        lead = self._leading()
        for edge in self.edges.values():
            if edge.target in lead and (edge.source in lead or not self._is_sum(edge.target)):
                into.setdefault(edge.target, []).append(edge)
        before = grads.get(root)
        grads[root] = 1.0 if before is None else before + 1.0
        self._step("seed", root, [Write(root, "grad", before, grads[root])])
        for node in reversed(self._run.model.nodes):
            if node.op is None or node.id not in into:
                continue
            op, upstream = OPS[node.op], grads[node.id]
            partials = op.partials(data[node.id], *[data[each] for each in node.inputs], *node.params)
            for edge in into[node.id]:
                local = partials[edge.slot]
                term = 0.0 if op.gate and local == 0.0 else local * upstream
                before = grads.get(edge.source)
                after = grads[edge.source] = (before or 0.0) + term
                self.edges[edge.id] = edge._replace(local=local, contribution=term)
                write = Write(edge.source, "grad", before or 0.0, after)
                self.steps.append(Step(len(self.steps) + 1, "backward", edge.source, edge.id, (write,), upstream, local))

    def _is_sum(self, node: str) -> bool:
        examples = self._run.model.examples if self._run.plan.batch == "stochastic" else None
        return examples is not None and node in examples.sums

    def _leading(self) -> set[str]:
        """What the backward pass goes through: all, or the sums on the way to one example's terms, and what is under these."""
        model, example = self._run.model, self._run.example(self._iteration)
        if example is None or not model.examples:
            return {node.id for node in model.nodes}
        terms = [term for part in model.parts(example) for term in part.terms]
        count = len(model.examples.each)
        self.notices.append(
            Notice(
                f"Iteration {self._iteration:,} learns from example {example + 1} of {count} alone: its terms are differentiated."
            )
        )
        way = set(terms)
        for node in model.nodes:
            if node.id in model.examples.sums and not way.isdisjoint(node.inputs):
                way.add(node.id)
        under = set(terms)
        for node in reversed(model.nodes):
            if node.id in under:
                under.update(node.inputs)
        return way | under

    def _update(self, following: Sequence[float]) -> None:
        parameters, plan = self._run.model.parameters, self._run.plan
        rate = plan.learning_rate
        writes = [
            Write(node.id, "data", before, after)
            for node, before, after in zip(parameters, self._parameters, following, strict=True)
        ]
        if OPTIMIZERS[plan.optimizer].follows_grad:
            directions = {node.id: self.grads.get(node.id, 0.0) for node in parameters}
        else:
            directions = {node: ((before or 0.0) - (after or 0.0)) / rate if rate else 0.0 for node, _, before, after in writes}
        descent = Descent(plan.optimizer, rate, directions)
        self.final = {node.id: after for node, after in zip(parameters, following, strict=True)}
        for group in [writes] if len(writes) > MOST_UPDATES else [[write] for write in writes]:
            self._step("update", group[0].node, group, descent)
