"""A graph as straight-line Python has the numbers of the run, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stepgrad.app.gallery import gallery
from stepgrad.engine import compile as compiling
from stepgrad.engine.compile import Compiled, compiled
from stepgrad.engine.language import run
from stepgrad.engine.trace import Trace
from tests.programs import programs
from tests.stories import program_of


def same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def check(trace: Trace) -> None:
    program = program_of(trace)
    made = Compiled(program)
    leaves = [trace.nodes[i].data for i in program.leaves]
    values, grads = made.full(leaves)
    output, by_leaf = made.gradients(leaves)

    assert all(same(value, node.data) for value, node in zip(values, trace.nodes, strict=True))
    assert all(same(value, other) for value, other in zip(values, made.forward(leaves), strict=True))
    assert all(same(value, other) for value, other in zip(values, program.forward(leaves), strict=True)), "the same, not compiled"
    assert all(same(grad, other) for grad, other in zip(grads, program.full(leaves)[1], strict=True))
    assert same(output, values[program.output])
    assert same(output, made.value(leaves))
    assert all(same(grads[i], grad) for i, grad in zip(program.leaves, by_leaf, strict=True))
    assert all(same(grad, node.grad or 0.0) for grad, node in zip(grads, trace.nodes, strict=True))


def one_pass(source: str) -> bool:
    """A compiled graph makes one backward pass; the grads of a longer story have added up."""
    return source.count("backward()") <= 1 and ".data" not in source


@pytest.mark.parametrize("example", [each for each in gallery() if one_pass(each.source)], ids=lambda example: example.slug)
def test_the_gallery(example):
    check(run(example.source))


def test_random_programs_of_one_pass():
    for source in filter(one_pass, programs(500)):
        check(run(source))


def test_long_programs_are_compiled_in_pieces(monkeypatch):
    monkeypatch.setattr(compiling, "CHUNK", 3)
    check(run("x = 0.5\ny = x\nfor i in range(20):\n    y = tanh(y * 1.5) + x\ny.backward()"))


def test_literals_that_are_no_numbers_read_back():
    check(run("x = 2\ny = x ** 1e999\nz = relu(y - 1e999)"))


@pytest.mark.parametrize(
    "source",
    [
        "x = 0.9\ny = x\nfor i in range(200):\n    y = y + x * 0.01",  # a leaf with 200 terms, a sum 200 deep
        "x = 0.9\ny = tanh(x)\nz = y\nfor i in range(200):\n    z = z * 0.99 - y * 0.1",
        "x = -0.7\ny = x**2 + x**3 + x**-1 + x**0 + x**0.5 + x**1 + x**2.0",
        "x = 0\ny = x**2 + x**-2",
        "a = 2\nb = -a\nc = -b * b - b\nd = c + c",
        "x = 3",
    ],
)
def test_shapes_that_are_written_in_another_way(source: str):
    check(run(source))


@pytest.mark.parametrize("chunk", [3, 1_500])
def test_only_wanted_gradients(monkeypatch, chunk: int):
    monkeypatch.setattr(compiling, "CHUNK", chunk)
    program = program_of(run("a = 2\nb = 3\nc = 5\nd = a * b * tanh(c * 0.1) + a"))
    leaves = [2.0, 3.0, 5.0, 0.1]
    every = Compiled(program).gradients(leaves)[1]
    some = Compiled(replace(program, wanted=(program.leaves[2], program.leaves[0])))

    assert some.gradients(leaves)[1] == [every[2], every[0]]
    assert some.full(leaves) == Compiled(program).full(leaves)


def test_programs_are_kept_up_to_a_weight(monkeypatch):
    monkeypatch.setattr(compiling, "KEPT", 350)
    often, *others = (program_of(run(f"x = 2\ny = {op}(x)")) for op in ("tanh", "exp", "sin", "cos"))
    first, forgotten = compiled(often), compiled(others[0])
    for other in others[1:]:
        assert compiled(often) is first
        compiled(other)

    assert compiled(often) is first
    assert compiled(others[0]) is not forgotten
    assert sum(100 + len(program.rows) for program in compiling._kept) <= 350
