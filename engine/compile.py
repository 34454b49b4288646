"""A graph as straight-line Python: the same numbers as the eager engine, without building a node.

Training, sweeps, sliders and finite differences evaluate one graph many times with other leaves. `compiled(program)` writes its
forward and backward pass as Python source (nothing but our own names v0, v1, … and g0, g1, …; no text of a user comes near it),
and keeps the functions by program. They compute what `engine.program` computes, bit for bit.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

from stepgrad.engine.ops import OPS
from stepgrad.engine.program import Program, Row

__all__ = ["CHUNK", "Compiled", "compiled"]

CHUNK = 1_500
"""Rows in one function. Above it the values live in a list instead of local variables: CPython compiles and runs a
function of 100,000 lines, but slowly."""

KEPT = 200_000
"""Rows of all programs that are kept: some 100 MB of code at most."""


class Compiled:
    """A compiled graph. Leaves are given and answered in the order of `program.leaves`. What is never asked is not compiled."""

    def __init__(self, program: Program) -> None:
        self.program = program

    @cached_property
    def forward(self) -> Callable[[Sequence[float]], list[float]]:
        """Leaves → every value."""
        return self._compiled("forward")

    @cached_property
    def value(self) -> Callable[[Sequence[float]], float]:
        """Leaves → the output alone."""
        return self._compiled("value")

    @cached_property
    def gradients(self) -> Callable[[Sequence[float]], tuple[float, list[float]]]:
        """Leaves → the output, and ∂output/∂leaf for every leaf that is wanted."""
        return self._compiled("gradients")

    @cached_property
    def full(self) -> Callable[[Sequence[float]], tuple[list[float], list[float]]]:
        """Leaves → every value, and ∂output/∂value for every value."""
        return self._compiled("full")

    def _compiled(self, name: str) -> Callable[..., Any]:
        program = self.program
        namespace: dict[str, Any] = {**_NAMES, "LEAVES": program.leaves, "WANTED": _wanted(program)}
        for source in _sources(program, name):
            exec(compile(source, "<graph>", "exec"), namespace)  # written by the lines below, from numbers only
        made: Callable[..., Any] = namespace[name]
        return made


_kept: OrderedDict[Program, Compiled] = OrderedDict()
_lock = Lock()


def compiled(program: Program) -> Compiled:
    """The compiled form of a program, kept for the next who asks: as many as have KEPT rows together."""
    with _lock:
        if (found := _kept.get(program)) is None:
            found = _kept[program] = Compiled(program)
            while len(_kept) > 1 and sum(100 + len(each.rows) for each in _kept) > KEPT:
                _kept.popitem(last=False)
        else:
            _kept.move_to_end(program)
        return found


# ── lines of code ──

_NAMES: dict[str, Any] = {f"f_{op.name}": op.forward for op in OPS.values()} | {
    f"p_{op.name}": op.partials for op in OPS.values()
}

_FUSED = frozenset(op.name for op in OPS.values() if op.inline and "(" not in op.inline[0])
"""Operations that are written into the one that uses them, where nothing else needs their value."""

DEEP = 24
"""How far expressions are written into each other. CPython's compiler nests as deep."""

LONG = 60
"""Terms that are added in one line, for the same reason."""


def _wanted(program: Program) -> tuple[int, ...]:
    return program.leaves if program.wanted is None else program.wanted


def _computed(step: Row[int], value: Callable[[int], str]) -> str:
    """The result of an operation."""
    operands = [value(i) for i in step.inputs] + [repr_of(param) for param in step.params]
    if (inline := step.op.inline) and not step.params:
        return inline[0].format(*operands)
    return f"f_{step.op.name}({', '.join(operands)})"


def repr_of(number: float) -> str:
    """A literal that reads back as the same float, infinities and nan included."""
    return repr(number) if number - number == 0.0 else f"float({str(number)!r})"


def _terms(step: Row[int], value: Callable[[int], str], g: str, partials: str) -> tuple[list[str], list[str]]:
    """Lines to run first, and upstream × local for each input. `partials` is a name for what those lines compute."""
    operands = [value(i) for i in step.inputs] + [repr_of(param) for param in step.params]
    op = step.op
    if op.inline and not step.params:
        return [], [term.format(*operands, g=g, out=value(step.out)) for term in op.inline[1:]]
    if op.name == "pow" and step.params and (power := step.params[0]):
        rest = operands[0] if power == 2.0 else f"f_pow({operands[0]}, {repr_of(power - 1.0)})"
        return [], [f"{repr_of(power)} * {rest} * {g}"]
    gate = "({1}[{0}] * {2} if {1}[{0}] else 0.0)" if op.gate else "{1}[{0}] * {2}"
    first = f"{partials} = p_{op.name}({', '.join([value(step.out), *operands])})"
    return [first], [gate.format(slot, partials, g) for slot in range(len(step.inputs))]


def _sources(program: Program, name: str) -> Iterator[str]:
    """One function of a program. Small graphs keep every value in a local variable, large ones in lists, in pieces."""
    return _straight(program, name) if len(program.rows) <= CHUNK else _pieces(program, name)


# Small graphs: every name is written once. The grad of a value is the sum of its terms, when the last has come.


def _straight(program: Program, name: str) -> Iterator[str]:
    needed: set[int] = {program.output}

    def value(i: int) -> str:
        needed.add(i)
        return f"v{i}"

    head = f"{name}(leaves)"
    start = [f"{', '.join(f'v{i}' for i in program.leaves)}, = leaves"] if program.leaves else []
    ahead = [f"v{step.out} = {_computed(step, 'v{}'.format)}" for step in program.rows]
    values = f"[{', '.join(f'v{i}' for i in range(program.size))}]"
    match name:
        case "forward":
            yield _function(head, [*start, *ahead, f"return {values}"])
        case "value":
            yield _function(head, [*start, *_fused(program, frozenset(needed)), f"return v{program.output}"])
        case "gradients":
            back, grads = _back(program, value)
            wanted = f"[{', '.join(grads.get(i, '0.0') for i in _wanted(program))}]"
            fused = _fused(program, frozenset(needed))
            yield _function(head, [*start, *fused, *back, f"return v{program.output}, {wanted}"])
        case "full":
            back, grads = _back(program, value)
            every = f"[{', '.join(grads.get(i, '0.0') for i in range(program.size))}]"
            yield _function(head, [*start, *ahead, *back, f"return {values}, {every}"])


def _back(program: Program, value: Callable[[int], str]) -> tuple[list[str], dict[int, str]]:
    """The lines of the backward pass, and an expression for the grad of each value that has one."""
    lines: list[str] = []
    terms: dict[int, list[str]] = {program.output: ["1.0"]}
    grads: dict[int, str] = {}
    for step in reversed(program.rows):
        if step.out not in terms:
            continue
        found = terms.pop(step.out)
        if len(found) > 1 or not (found[0].isidentifier() or found[0] == "1.0"):
            lines.append(f"g{step.out} = {' + '.join(found)}")
            found = [f"g{step.out}"]
        grads[step.out] = found[0]
        first, each = _terms(step, value, found[0], f"p{step.out}")
        lines += first
        for child, term in zip(step.inputs, each, strict=False):
            held = terms.setdefault(child, [])
            held.append(term)
            if len(held) > LONG:
                lines.append(f"g{child} = {' + '.join(held)}")
                held[:] = [f"g{child}"]
    return lines, grads | {leaf: " + ".join(held) for leaf, held in terms.items()}


def _fused(program: Program, needed: frozenset[int]) -> Iterator[str]:
    """The forward pass without names for what only the next operation needs."""
    uses = Counter(i for step in program.rows for i in step.inputs)
    inner: dict[int, tuple[str, int]] = {}
    for step in program.rows:
        text = _computed(step, lambda i: inner[i][0] if i in inner else f"v{i}")
        depth = 1 + max((inner[i][1] for i in step.inputs if i in inner), default=0)
        if step.op.name in _FUSED and step.out not in needed and uses[step.out] == 1 and depth < DEEP:
            inner[step.out] = (f"({text})", depth)
        elif step.out in needed or uses[step.out]:
            yield f"v{step.out} = {text}"


# Large graphs: values and grads in lists, and functions of a length that CPython is quick with.


def _pieces(program: Program, name: str) -> Iterator[str]:
    known = {program.output}
    lines = [f"v, g = [0.0] * {program.size}, [0.0] * {program.size}", "for i, x in zip(LEAVES, leaves): v[i] = x"]

    def part(title: str, pieces: list[list[str]]) -> Iterator[str]:
        for at in range(0, len(pieces), CHUNK):
            yield _function(f"{title}{at}(v, g)", [line for piece in pieces[at : at + CHUNK] for line in piece])
            lines.append(f"{title}{at}(v, g)")

    yield from part("ahead", [[f"v[{step.out}] = {_computed(step, 'v[{}]'.format)}"] for step in program.rows])
    if name in ("gradients", "full"):
        lines.append(f"g[{program.output}] = 1.0")
        back = [list(_adding(step, known)) for step in reversed(program.rows) if step.out in known]
        yield from part("back", back)
    answers = {"forward": "v", "value": f"v[{program.output}]", "full": "v, g"}
    answers["gradients"] = f"v[{program.output}], [g[i] for i in WANTED]"
    yield _function(f"{name}(leaves)", [*lines, f"return {answers[name]}"])


def _adding(step: Row[int], known: set[int]) -> Iterator[str]:
    """Add upstream × local to the grad of each input; the first to come sets it."""
    first, each = _terms(step, "v[{}]".format, f"g[{step.out}]", "p")
    yield from first
    for child, term in zip(step.inputs, each, strict=False):
        yield f"g[{child}] {'+=' if child in known else '='} {term}"
        known.add(child)


def _function(head: str, lines: Iterable[str]) -> str:
    return "\n ".join([f"def {head}:", *lines])
