"""A graph as straight-line Python: the same numbers as the eager engine, without building a node.

Training, sweeps, sliders and finite differences evaluate one graph many times with other leaves. `program(structure)` writes its
forward and backward pass as Python source (nothing but our own names v0, v1, … and g0, g1, …; no text of a user comes near it),
and keeps the compiled functions by structure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.graph import ancestors
from engine.ops import OPS, Op
from engine.trace import Trace
from engine.value import Value

__all__ = ["Instruction", "Program", "Structure", "program", "structure_of_trace", "structure_of_values"]

CHUNK = 1_500
"""Instructions in one function. Above it the values live in a list instead of local variables: CPython compiles and runs a
function of 100,000 lines, but slowly."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """Value number `out` = op(values number `inputs`, params)."""

    op: str
    out: int
    inputs: tuple[int, ...]
    params: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """What a graph is apart from its numbers: how many values, which are leaves, how the others are made, in order."""

    size: int
    leaves: tuple[int, ...]
    instructions: tuple[Instruction, ...]
    output: int


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled graph. Leaves are given and answered in the order of `structure.leaves`."""

    structure: Structure
    forward: Callable[[Sequence[float]], list[float]]
    """Leaves → every value."""
    gradients: Callable[[Sequence[float]], tuple[float, list[float]]]
    """Leaves → the output, and ∂output/∂leaf for every leaf."""
    full: Callable[[Sequence[float]], tuple[list[float], list[float]]]
    """Leaves → every value, and ∂output/∂value for every value."""


def structure_of_values(output: Value) -> tuple[Structure, list[Value]]:
    """The structure under a value, and its leaves in order."""
    values = ancestors([output])
    number = {value: i for i, value in enumerate(values)}
    instructions = tuple(
        Instruction(value.op.name, number[value], tuple(number[child] for child in value.inputs), tuple(map(float, value.params)))
        for value in values
        if value.op is not None
    )
    leaves = [value for value in values if value.op is None]
    return Structure(len(values), tuple(number[leaf] for leaf in leaves), instructions, number[output]), leaves


def structure_of_trace(trace: Trace, output: str | None = None) -> Structure:
    """The structure of a run's graph. Values keep their numbers: node `n4` is value 4."""
    number = {node.id: i for i, node in enumerate(trace.nodes)}
    instructions = tuple(
        Instruction(node.op, number[node.id], tuple(number[child] for child in node.inputs), node.params)
        for node in trace.nodes
        if node.op is not None
    )
    leaves = tuple(i for i, node in enumerate(trace.nodes) if node.op is None)
    return Structure(len(trace.nodes), leaves, instructions, number[output or trace.output])


@lru_cache(maxsize=64)
def program(structure: Structure) -> Program:
    """Compile a structure, or find it compiled."""
    namespace: dict[str, Any] = {**_NAMES, "LEAVES": structure.leaves}
    for source in _sources(structure):
        exec(compile(source, "<graph>", "exec"), namespace)  # written by the lines below, from numbers only
    return Program(structure, namespace["forward"], namespace["gradients"], namespace["full"])


# ── lines of code ──

_NAMES: dict[str, Any] = {f"f_{op.name}": op.forward for op in OPS.values()} | {
    f"p_{op.name}": op.partials for op in OPS.values()
}

_INLINE: dict[str, tuple[str, tuple[str, ...]]] = {
    "add": ("{0} + {1}", ("{g}", "{g}")),
    "sub": ("{0} - {1}", ("{g}", "-{g}")),
    "mul": ("{0} * {1}", ("{1} * {g}", "{0} * {g}")),
    "neg": ("-{0}", ("-{g}",)),
    "tanh": ("f_tanh({0})", ("(1.0 - {out} * {out}) * {g}",)),
    "sigmoid": ("f_sigmoid({0})", ("{out} * (1.0 - {out}) * {g}",)),
    "exp": ("f_exp({0})", ("{out} * {g}",)),
}
"""Forward, and upstream × local for each input, of operations that cost less than a call. A test holds them to the table."""


def _forward(op: Op, value: Callable[[int], str], step: Instruction) -> str:
    operands = [value(i) for i in step.inputs] + [repr_of(param) for param in step.params]
    if op.name in _INLINE and not step.params:
        return f"{value(step.out)} = {_INLINE[op.name][0].format(*operands)}"
    return f"{value(step.out)} = f_{op.name}({', '.join(operands)})"


def repr_of(number: float) -> str:
    """A literal that reads back as the same float, infinities and nan included."""
    return repr(number) if number - number == 0.0 else f"float({str(number)!r})"


def _backward(
    op: Op, value: Callable[[int], str], grad: Callable[[int], str], step: Instruction, known: set[int]
) -> Iterator[str]:
    """Add upstream × local to the grad of each input; the first to come sets it."""
    operands = [value(i) for i in step.inputs] + [repr_of(param) for param in step.params]
    g, out = grad(step.out), value(step.out)
    if op.name in _INLINE and not step.params:
        terms = [term.format(*operands, g=g, out=out) for term in _INLINE[op.name][1]]
    else:
        yield f"p = p_{op.name}({', '.join([out, *operands])})"
        gate = "p[{0}] * {1} if p[{0}] else 0.0" if op.gate else "p[{0}] * {1}"
        terms = [gate.format(slot, g) for slot in range(len(step.inputs))]
    for child, term in zip(step.inputs, terms, strict=False):
        if child in known:
            yield f"{grad(child)} += {term}"
        else:
            known.add(child)
            yield f"{grad(child)} = {term}"


def _sources(structure: Structure) -> Iterator[str]:
    """The three functions of a program. Small graphs keep every value in a local variable, large ones in lists, in pieces."""
    small = len(structure.instructions) <= CHUNK
    v, g = ("v{}".format, "g{}".format) if small else ("v[{}]".format, "g[{}]".format)
    known = {structure.output}
    forward = [[_forward(OPS[step.op], v, step)] for step in structure.instructions]
    backward = [
        list(_backward(OPS[step.op], v, g, step, known)) for step in reversed(structure.instructions) if step.out in known
    ]
    seed = f"{g(structure.output)} = 1.0"
    if small:
        start = [f"{', '.join(map(v, structure.leaves))}, = leaves"] if structure.leaves else []
        values = f"[{', '.join(map(v, range(structure.size)))}]"
        grads = [g(i) if i in known else "0.0" for i in range(structure.size)]
        all_grads, leaf_grads = f"[{', '.join(grads)}]", f"[{', '.join(grads[i] for i in structure.leaves)}]"
        ahead, back = _flat(forward), _flat(backward)
    else:
        start = [f"v, g = [0.0] * {structure.size}, [0.0] * {structure.size}", "for i, x in zip(LEAVES, leaves): v[i] = x"]
        values, all_grads, leaf_grads = "v", "g", "[g[i] for i in LEAVES]"
        ahead, back = [], []
        for name, pieces, calls in (("ahead", forward, ahead), ("back", backward, back)):
            for at in range(0, len(pieces), CHUNK):
                yield _function(f"{name}{at}(v, g)", _flat(pieces[at : at + CHUNK]))
                calls.append(f"{name}{at}(v, g)")
    yield _function("forward(leaves)", [*start, *ahead, f"return {values}"])
    yield _function("gradients(leaves)", [*start, *ahead, seed, *back, f"return {v(structure.output)}, {leaf_grads}"])
    yield _function("full(leaves)", [*start, *ahead, seed, *back, f"return {values}, {all_grads}"])


def _flat(pieces: Iterable[list[str]]) -> list[str]:
    return [line for piece in pieces for line in piece]


def _function(head: str, lines: Iterable[str]) -> str:
    return "\n ".join([f"def {head}:", *lines])
