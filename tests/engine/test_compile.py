"""A graph as straight-line Python has the numbers of the run, bit for bit."""

from __future__ import annotations

import pytest

from app.gallery import gallery
from engine import compile as compiled
from engine.compile import program, structure_of_trace
from engine.language import run
from engine.trace import Trace
from tests.programs import programs


def same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def check(trace: Trace) -> None:
    structure = structure_of_trace(trace)
    made = program(structure)
    leaves = [trace.nodes[i].data for i in structure.leaves]
    values, grads = made.full(leaves)
    output, by_leaf = made.gradients(leaves)

    assert all(same(value, node.data) for value, node in zip(values, trace.nodes, strict=True))
    assert all(same(value, other) for value, other in zip(values, made.forward(leaves), strict=True))
    assert same(output, values[structure.output])
    assert all(same(grads[i], grad) for i, grad in zip(structure.leaves, by_leaf, strict=True))
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
    monkeypatch.setattr(compiled, "CHUNK", 3)
    program.cache_clear()
    check(run("x = 0.5\ny = x\nfor i in range(20):\n    y = tanh(y * 1.5) + x\ny.backward()"))
    program.cache_clear()


def test_literals_that_are_no_numbers_read_back():
    check(run("x = 2\ny = x ** 1e999\nz = relu(y - 1e999)"))
