"""What we are measured against, as most people would write it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

__all__ = ["OBVIOUS_SERVICE", "dot_command"]

OBVIOUS_SERVICE = """
import ast, base64, math, zlib
import graphviz
from fastapi import FastAPI
from fastapi.responses import Response
from micrograd.engine import Value

app = FastAPI()

def tanh(x):
    t = (math.exp(2 * x.data) - 1) / (math.exp(2 * x.data) + 1)
    out = Value(t, (x,), "tanh")
    def _backward():
        x.grad += (1 - t**2) * out.grad
    out._backward = _backward
    return out

def draw_dot(root):
    dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes, edges = set(), set()
    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)
    build(root)
    for n in nodes:
        dot.node(str(id(n)), label="{ data %.4f | grad %.4f }" % (n.data, n.grad), shape="record")
        if n._op:
            dot.node(str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot

@app.get("/g/{code}.svg")
def picture(code: str):
    source = zlib.decompress(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))).decode()
    names = {"tanh": tanh}
    for line in source.splitlines():
        name, expression = line.split("=", 1)
        value = eval(expression, names)
        names[name.strip()] = value if isinstance(value, Value) else Value(value)
    value.backward()
    return Response(draw_dot(value).pipe(), media_type="image/svg+xml")
"""


@cache
def dot_command() -> str:
    """The system's `dot`; where there is none, graphviz-pure's binary under that name, which starts faster."""
    if found := shutil.which("dot"):
        return found
    binary = shutil.which("graphviz-pure", path=str(Path(sys.executable).parent)) or "graphviz-pure"
    link = Path(tempfile.mkdtemp(prefix="stepgrad-bench-")) / "dot"
    link.symlink_to(binary)
    return str(link)
