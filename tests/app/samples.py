"""Programs, engines and structures that the tests of drawing share."""

from __future__ import annotations

import os
import random
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace

from stepgrad.app.drawing.layout import Engine
from stepgrad.app.drawing.skeleton import Skeleton
from stepgrad.app.drawing.structure import Box, Structure, Wire, structure_of
from stepgrad.engine.language import run
from stepgrad.engine.trace import Trace

__all__ = ["CHAIN", "NEURON", "PURE", "SQUARE", "SVG", "SYSTEM_DOT", "draw", "numbers", "parse", "relabelled", "tangled", "texts"]

PURE = Engine()
SYSTEM_DOT = os.environ.get("STEPGRAD_TEST_DOT") or shutil.which("dot")

SQUARE = "a = 3.0\nb = a * a\n"
NEURON = """\
x1 = Value(2.0, label="x1")
x2 = Value(0.0, label="x2")
w1 = Value(-3.0, label="w1")
w2 = Value(1.0, label="w2")
b = Value(6.8813735870195432, label="b")
x1w1 = x1 * w1
x2w2 = x2 * w2
n = x1w1 + x2w2 + b
o = n.tanh()
o.backward()
"""
CHAIN = """\
w0, w1, w2, w3, w4 = 0.9, 0.95, 1.0, 1.05, 1.1
w = [w0, w1, w2, w3, w4]
x = 1.0
for i in range(145):
    x = x * w[i % 5]
x.backward()
"""

SVG = "{http://www.w3.org/2000/svg}"


def draw(program: str | Trace, step: int | None = None, engine: Engine = PURE, **look: str) -> str:
    """A picture without an embedded font, the short way."""
    trace = run(program) if isinstance(program, str) else program
    shape = {name: look.pop(name) for name in ("style", "dir", "leaves") if name in look}
    skeleton = Skeleton(engine.layout(structure_of(trace, **shape)), **({"font": "none"} | look))  # type: ignore[arg-type]
    index = len(trace.steps) if step is None else step
    return skeleton.fill(trace.frame(index), title="A graph", desc=f"Step {index}.", steps=len(trace.steps))


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(root: ET.Element, name: str) -> list[str]:
    """What all texts of a class say."""
    return [element.text or "" for element in root.iter(f"{SVG}text") if name in element.get("class", "").split()]


def numbers(svg: str) -> dict[str, str]:
    """What each slot shows."""
    return dict(re.findall(r'data-slot="([^"]+)"[^>]*>([^<]*)<', svg))


def relabelled(trace: Trace, label: str) -> Trace:
    """The same run with another name on every value."""
    return replace(trace, nodes=tuple(node._replace(label=label, key=label) for node in trace.nodes))


def tangled(size: int, seed: int = 3) -> Structure:
    """Every value reads two random earlier ones: what Graphviz likes least."""
    draw = random.Random(seed)
    boxes: list[Box] = []
    wires: list[Wire] = []
    for i in range(size):
        kind, operands = ("input", 0) if i < 2 else ("operation", 2)
        op, symbol = ("mul", "×") if operands else ("", "")
        boxes.append(Box(f"n{i}", 0, f"v{i}", kind, "", op, symbol, operands, 8, i == size - 1))  # type: ignore[arg-type]
        wires += [Wire(f"e{len(wires) + slot}", draw.randrange(i), i, slot) for slot in range(operands)]
    return Structure(tuple(boxes), tuple(wires), "micrograd", "LR", 4, split=False)
