"""DOT in two kinds: for the layout (sizes and ports, no text at all), and for people (the notebook's picture).

The layout's DOT is written line by line and not through `graphviz.Digraph`, which quotes and checks every attribute: for 450
values that takes 10 ms, where these lines take 1 ms and the layout itself 50 ms. It holds nothing but numbers and our own ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stepgrad.app.drawing.frames import MARGIN
from stepgrad.app.drawing.shapes import shape_of
from stepgrad.app.drawing.structure import Dir, Structure
from stepgrad.app.drawing.text import clean, format_number
from stepgrad.app.drawing.view import PLAIN, UNSEEN, Numbers, View
from stepgrad.engine.trace import Frame, Node, Trace

__all__ = ["export_dot", "layout_dot"]

_SPACING = {
    ("micrograd", "LR"): "nodesep=0.22 ranksep=0.38",
    ("micrograd", "TB"): "nodesep=0.26 ranksep=0.5",
    ("compact", "LR"): "nodesep=0.14 ranksep=0.38",
    ("compact", "TB"): "nodesep=0.16 ranksep=0.42",
}


def layout_dot(structure: Structure, graph_attributes: str = "", ports: bool = True) -> str:
    """One node a value, as large as its drawing; edges from its far side to the near side of the next, in order of operands.

    The circle of the operation is inside the node's rectangle, which halves the nodes that Graphviz has to place. Two operands
    arrive at two fields of a record, the first above (or left of) the second; without *ports* all arrive in the middle.
    """
    style, dir = structure.style, structure.dir
    out, into = ("e", "w") if dir == "LR" else ("s", "n")
    lines = [
        f"digraph{{rankdir={dir} {_SPACING[style, dir]} {graph_attributes}",
        'node[shape=box fixedsize=true label=""]edge[arrowhead=none]',
    ]
    for i, box in enumerate(structure.boxes):
        shape = shape_of(box, style, dir)
        fields = f'shape=record label="{_fields(box.operands, dir)}"' if ports and box.operands > 1 else ""
        lines.append(f"n{i}[width={shape.width / 72:.4f} height={shape.height / 72:.4f} {fields}]")
    for wire in structure.wires:
        field = f"p{wire.slot}:" if ports and structure.boxes[wire.head].operands > 1 else ""
        lines.append(f"n{wire.tail}:{out}->n{wire.head}:{field}{into}")
    lines += _clusters(structure)
    lines.append("}\n")
    return "\n".join(lines)


def _clusters(structure: Structure) -> list[str]:
    """What is framed stays together."""
    if not structure.frames:
        return []
    places: dict[str, list[int]] = {}
    for i, box in enumerate(structure.boxes):
        places.setdefault(box.node, []).append(i)
    outer = [at for at, frame in enumerate(structure.frames) if frame.outer is None]
    return [line for at in outer for line in _cluster(structure, places, at)]


def _cluster(structure: Structure, places: Mapping[str, list[int]], at: int) -> Iterator[str]:
    yield f"subgraph cluster{at}{{margin={MARGIN:g}"
    yield " ".join(f"n{i};" for node in structure.frames[at].nodes for i in places[node])
    for inner, frame in enumerate(structure.frames):
        if frame.outer == at:
            yield from _cluster(structure, places, inner)
    yield "}"


def _fields(operands: int, dir: Dir) -> str:
    ports = "|".join(f"<p{slot}>" for slot in range(operands))
    # Graphviz gives all fields the same room; in a wide box the empty ones keep the ports near the middle.
    return ports if dir == "LR" else f"|{ports}|"


# For people ------------------------------------------------------------------------------------------------------------

_KINDS = {"input": "filled", "parameter": "filled,bold", "constant": "dashed"}


def export_dot(
    trace: Trace,
    frame: Frame | None = None,
    *,
    dir: Dir = "LR",
    digits: int = 4,
    constants: bool = True,
    view: View = PLAIN,
    numbers: Numbers = UNSEEN,
) -> str:
    """The graph as the notebook draws it, for anybody's `dot`: a record a value, a node for the operation before it.

    Of a *view* it has the labels at edges and what is asked; *numbers* are those of the labels.
    """
    import graphviz  # for this export alone: a tenth of what `stepgrad draw` takes to start

    frame = frame or trace.frame(len(trace.steps))
    graph = graphviz.Digraph("stepgrad", graph_attr={"rankdir": dir}, node_attr={"fontname": "DejaVu Sans,Verdana,sans-serif"})
    asked_edges = view.asked_edges([(edge.id, edge.source, edge.target) for edge in trace.edges])
    labels = numbers.local if view.labels == "local" else numbers.contribution
    left_out = {
        node.id for node in trace.nodes if node.inside or (node.kind == "constant" and node.id != trace.output and not constants)
    }
    for node in trace.nodes:
        if node.id in left_out:
            continue
        known = {"data": frame.data.get(node.id), "grad": frame.grad.get(node.id)}
        cells = [
            f"{field} {'?' if f'{node.id}.{field}' in view.asked else format_number(x, digits)}" for field, x in known.items()
        ]
        if node.folds and node.folds.results != (node.id,):
            cells = [f"{len(node.folds.results)} values"]
        if node.label:
            cells.insert(0, clean(node.label))
        look = {"style": style, "fillcolor": "#e3f0fa"} if (style := _KINDS.get(node.kind)) else {}
        if node.id == trace.output:
            look = {"penwidth": "2"}
        graph.node(node.id, label=f"{{ {' | '.join(map(_record_text, cells))} }}", shape="record", **look)
        if _has_circle(node):
            graph.node(f"{node.id}op", label=_plain_text(node.symbol or ""))
            graph.edge(f"{node.id}op", node.id)
    operations = {node.id for node in trace.nodes if _has_circle(node)}
    for edge in trace.edges:
        if edge.source not in left_out:
            target = f"{edge.target}op" if edge.target in operations else edge.target
            text = "?" if edge.id in asked_edges else format_number(labels.get(edge.id), digits)
            graph.edge(edge.source, target, **({} if view.labels == "none" else {"label": text}))
    return str(graph.source)


def _has_circle(node: Node) -> bool:
    """Whether an operation stands before a value: one of the table, or of the program's own."""
    return node.kind == "operation" and bool(node.inputs) and node.inside is None


def _plain_text(text: str) -> str:
    """Text that Graphviz shows as it is: no escape sequences, no entities, no HTML."""
    return clean(text).replace("&", "&amp;").replace("\\", "\\\\")


def _record_text(text: str) -> str:
    """The same inside a record, where braces, bars, angles and spaces mean something."""
    text = _plain_text(text)
    return "".join(f"\\{char}" if char in "{}|<>" else char for char in text)
