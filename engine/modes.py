"""Forward mode against reverse mode: the same derivatives, carried the other way.

Forward mode takes one input, gives it the tangent 1, and carries ∂value/∂input along with the data: one pass for each input.
Reverse mode gives the output the gradient 1 and carries it back: one pass for all inputs. Either way each edge that is walked
costs one multiplication. (Baydin et al., Automatic Differentiation in Machine Learning: a Survey, JMLR 18, 2018, §3.1.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stepgrad.engine.replay import Replay

__all__ = ["Mode", "Tangents", "inputs_of", "modes", "tangents"]


@dataclass(frozen=True, slots=True)
class Tangents:
    """One forward-mode pass: ∂value/∂`input` for every value that depends on it."""

    input: str
    values: Mapping[str, float]
    multiplications: int


@dataclass(frozen=True, slots=True)
class Mode:
    """What one way costs: `multiplications` are those on edges, over all passes."""

    passes: int
    multiplications: int


def inputs_of(replay: Replay) -> list[str]:
    """What one would want gradients of: inputs and parameters, else every leaf. In order."""
    leaves = [node for node in replay.trace.nodes if not node.inputs and node.id in replay.leading]
    wanted = [node.id for node in leaves if node.kind in ("input", "parameter")]
    return wanted or [node.id for node in leaves]


def tangents(replay: Replay, node: str) -> Tangents:
    """Carry the tangent of one value forward to the root. Raises KeyError for a node that is not in the trace."""
    known = {node: 1.0}
    if node not in replay.data:
        raise KeyError(node)
    multiplications = 0
    for edge in replay.edges:
        if edge.source in known and edge.target != node and edge.local is not None:
            term = replay.term(edge.id, edge.local, known[edge.source])
            known[edge.target] = known.get(edge.target, 0.0) + term
            multiplications += 1
    return Tangents(node, known, multiplications)


def modes(replay: Replay) -> tuple[Mode, Mode]:
    """The cost of all gradients in forward mode and in reverse mode.

    In both a multiplication is saved where it can be known to be idle: at values that no input leads to.
    """
    inputs = inputs_of(replay)
    # For each value the inputs that lead to it, as the bits of a number: a multiplication for each of them at each of its uses.
    leads = {node: 1 << i for i, node in enumerate(inputs)}
    forward = backward = 0
    for edge in replay.edges:
        if bits := leads.get(edge.source, 0):
            leads[edge.target] = leads.get(edge.target, 0) | bits
            forward += bits.bit_count()
            backward += 1
    return Mode(len(inputs), forward), Mode(1, backward)
