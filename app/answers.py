"""The JSON answer: a moment, told (docs/contract.md). Each shape stands above what builds it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from stepgrad.app.drawing.explaining import FormulaAnswer
from stepgrad.app.drawing.naming import text_of
from stepgrad.app.drawing.spelling import Term, spell
from stepgrad.app.links import encode
from stepgrad.app.schemas import SpanAnswer, shape, span_answer
from stepgrad.app.story import Moment, Story
from stepgrad.app.tape import TapeAnswer
from stepgrad.app.wire import Num, number
from stepgrad.engine.ops import OPS, Op
from stepgrad.engine.trace import Edge, Group, GroupKind, Kind, Node, Notice, Phase, Step, Write
from stepgrad.engine.trace import Field as NodeField
from stepgrad.engine.trouble import Trouble, TroubleKind

__all__ = ["EXPLAINED", "VERSION", "GraphAnswer", "OperationAnswer", "graph_answer", "operation_answer"]

VERSION: Literal[1] = 1
"""Of the shapes. Fields are added without a new one."""

EXPLAINED = 400
"""Steps of a story that is told with all its formulas; of a longer one `explain.json` gives those of a step or a value."""


@shape
class FoldedAnswer(TypedDict):
    """The part of the program that a node of kind `group` stands for."""

    group: str
    """Its id."""
    results: list[str]
    """Its values that are read outside it or differentiated; where none is, those that it ends with: never none."""
    operations: int
    """How many are in it."""
    parameters: int
    """How many are in it or read by it."""


@shape
class NodeAnswer(TypedDict):
    """One value."""

    id: str
    key: str
    """Survives edits elsewhere: the name it was bound to (`w`, a later one `w#2`), else its path from the value that uses it."""
    label: str
    """What is written in its box; empty where it has no name."""
    kind: Kind
    op: str | None
    """The operation's name in the table of operations; null where there is no row for it."""
    symbol: str | None
    """What its circle shows: `×`, `**2`, `tanh`."""
    params: list[Num]
    """Plain numbers that belong to the operation (the exponent of `a ** 2`) and take no gradient."""
    inputs: list[str]
    """In their order, with duplicates."""
    data: Num
    """As the run left it, like `grad`; null for a folded part that is not one value."""
    grad: Num
    span: SpanAnswer | None
    group: str | None
    """The innermost group that made it."""
    expandable: bool
    """Whether it can be made of simpler operations."""
    expands: str | None
    """The entry of `expand` that does so for it alone (`tanh@o`)."""
    expanded_from: str | None
    """The entry of `expand` that it is there for, the innermost of several."""
    folds: FoldedAnswer | None
    inside: str | None
    """The drawn node that hides it."""


def _node(node: Node) -> NodeAnswer:
    folds = node.folds
    return {
        "id": node.id,
        "key": node.key,
        "label": node.label,
        "kind": node.kind,
        "op": node.op,
        "symbol": node.symbol,
        "params": [number(param) for param in node.params],
        "inputs": list(node.inputs),
        "data": number(node.data) if folds is None or folds.results == (node.id,) else None,
        "grad": number(node.grad),
        "span": span_answer(node.span),
        "group": node.group,
        "expandable": node.expands is not None,
        "expands": node.expands,
        "expanded_from": node.expanded_from,
        "folds": _folded(node),
        "inside": node.inside,
    }


def _folded(node: Node) -> FoldedAnswer | None:
    if (folds := node.folds) is None:
        return None
    return {
        "group": folds.group,
        "results": list(folds.results),
        "operations": folds.operations,
        "parameters": folds.parameters,
    }


_Ends = TypedDict(
    "_Ends",
    {
        "id": str,
        "from": Annotated[str, Field(description="The operand.")],
        "to": Annotated[str, Field(description="The operation.")],
    },
)


@shape
class EdgeAnswer(_Ends):
    """One use of a value."""

    slot: int
    """Which of the operands it is, from 0."""
    local: Num
    """∂to/∂from by this operand; null into a folded part."""
    contribution: Num
    """What the last backward pass sent along it: upstream × local. Null where none came by."""
    local_latex: str | None
    """The local derivative: `left = letters = numbers = result`. Null in a long story, as `contribution_text`."""
    contribution_text: str | None
    """`upstream × local = contribution`."""


def _edge(edge: Edge, story: Story, explained: bool) -> EdgeAnswer:
    return {
        "id": edge.id,
        "from": edge.source,
        "to": edge.target,
        "slot": edge.slot,
        "local": number(edge.local),
        "contribution": number(edge.contribution),
        "local_latex": story.explainer.local_latex(edge) if explained else None,
        "contribution_text": story.explainer.contribution_text(edge) if explained else None,
    }


@shape
class WriteAnswer(TypedDict):
    """One number in a box that a step changes."""

    node: str
    field: NodeField
    before: Num
    """0 before a first contribution."""
    after: Num
    """null: it is forgotten, as inner grads are before a second backward pass."""


def _write(write: Write) -> WriteAnswer:
    return {"node": write.node, "field": write.field, "before": number(write.before), "after": number(write.after)}


@shape
class EdgeWriteAnswer(TypedDict):
    """One number at an edge that a step changes."""

    edge: str
    field: Literal["local", "contribution"]
    before: Num
    after: Num


@shape
class StepAnswer(TypedDict):
    """One moment of the story. Before step 1 leaves show their first data, and nothing else is known."""

    index: int
    """From 1."""
    phase: Phase
    node: str
    """What it is about: of a backward step whose grad it is, or with `steps=node` the operation that sends."""
    edge: str | None
    """What a backward step goes along, if it is one edge."""
    edges: list[str]
    """What a backward step goes along."""
    upstream: Num
    """Of a step along one edge: the grad that it brings. Null with `local` and `term` where it was only observed."""
    local: Num
    """The local derivative that it is multiplied by."""
    term: Num
    """What is added: upstream × local, as the operation lets it through."""
    span: SpanAnswer | None
    """Where the program itself wrote the number, of a step that was only observed."""
    writes: list[WriteAnswer]
    edge_writes: list[EdgeWriteAnswer]
    covers: tuple[int, int] | None
    """Of a folded story: the first and the last step of the whole one that it stands for."""
    text: str
    """It in a sentence."""
    latex: str
    """It as a formula."""
    formula: FormulaAnswer | None
    """The same in its parts. Null in a long story: `explain.json` has it."""


def _step(step: Step, story: Story, explained: bool) -> StepAnswer:
    alone = step.edge is not None
    formula = story.explainer.formula(step) if explained else None
    return {
        "index": step.index,
        "phase": step.phase,
        "node": step.node,
        "edge": step.edge,
        "edges": list(step.edges),
        "upstream": number(step.upstream) if alone else None,
        "local": number(step.local) if alone else None,
        "term": number(step.term) if alone else None,
        "span": span_answer(step.span),
        "writes": [_write(write) for write in step.writes],
        "edge_writes": [
            {"edge": write.edge, "field": write.field, "before": number(write.before), "after": number(write.after)}
            for part in step.parts or (step,)
            for write in story.flow.writes[part.index - 1]
        ],
        "covers": step.covers,
        "text": story.narrator.text(step),
        "latex": formula["latex"] if formula else story.narrator.latex(step),
        "formula": formula,
    }


@shape
class GroupAnswer(TypedDict):
    """Two values or more that one part of the program made."""

    id: str
    key: str
    """Survives edits elsewhere: its path from the outside in (`ypred/n#2/layers[0]`)."""
    kind: GroupKind
    name: str
    parent: str | None
    """The group around it."""
    span: SpanAnswer | None
    size: int
    """How many values are in it."""


def _group(group: Group) -> GroupAnswer:
    return {
        "id": group.id,
        "key": group.key,
        "kind": group.kind,
        "name": group.name,
        "parent": group.parent,
        "span": span_answer(group.span),
        "size": group.size,
    }


@shape
class OperationAnswer(TypedDict):
    """An operation that occurs, with a and b for its operands and y for its result."""

    symbol: str
    rule: str
    latex: str
    derivatives: list[str]
    """In LaTeX, one for each operand."""
    convention: str
    """What holds where the derivative is not defined."""
    python: str
    torch: str


@cache
def operation_answer(op: Op) -> OperationAnswer:
    """A row of the table, as far as a reader of the answer may want to see it."""
    letters = [Term(letter) for letter in ("a", "b")][: op.arity]
    operands = [*letters, *(text_of(default) for default in op.defaults)]
    out = Term("y")
    return {
        "symbol": op.symbol,
        "rule": op.formula,
        "latex": spell(op.latex[0], operands, out),
        "derivatives": [spell(local, operands, out) for local in op.latex[1]],
        "convention": op.note,
        "python": op.python.format(*(term.text for term in operands)),
        "torch": op.torch.format(*(term.text for term in operands)),
    }


@shape
class BadgeAnswer(TypedDict):
    """Where the gradient goes wrong: a cause, not all that suffers from it."""

    node: str
    kind: TroubleKind
    edge: str | None
    """Where it came in, if that was one edge."""
    number: Num
    """The slope, the gradient or the data that shows it."""
    sentence: str


def _badge(found: Trouble, sentence: str) -> BadgeAnswer:
    return {"node": found.node, "kind": found.kind, "edge": found.edge, "number": number(found.number), "sentence": sentence}


@shape
class WarningAnswer(TypedDict):
    """Something worth saying that is no error."""

    message: str
    node: str | None
    span: SpanAnswer | None


def _warning(notice: Notice) -> WarningAnswer:
    return {"message": notice.message, "node": notice.node, "span": span_answer(notice.span)}


@shape
class GraphAnswer(TypedDict):
    """A program, run and drawn."""

    version: Literal[1]
    source: str
    """The program."""
    code: str
    """Its CODE, as it stands in addresses."""
    output: str
    """The node that the story is about."""
    nodes: list[NodeAnswer]
    edges: list[EdgeAnswer]
    steps: list[StepAnswer]
    groups: list[GroupAnswer]
    """Parents before children."""
    operations: dict[str, OperationAnswer]
    """Those that occur, by name."""
    badges: list[BadgeAnswer]
    tape: TapeAnswer | None
    """Of a folded story: all operations of the run. Null, too, of a long run or several passes."""
    examples: int
    """Calls of one net or function of which the option `example` shows one."""
    turns: int
    """Backward passes that the program has made, of which the option `turn` tells one; with it, those until then."""
    step: int
    """The one that the picture shows: what the option `step` means is for the server to say."""
    end: int
    """The step of the finished picture: the last, but before an update that training makes."""
    warnings: list[WarningAnswer]
    printed: list[str]
    """What the program printed."""
    links: dict[str, str]
    """Where this moment can be seen: `page`, `embed`, and one for each format."""
    svg: str
    """The picture, without an embedded font."""


def graph_answer(moment: Moment, links: dict[str, str], svg: str) -> GraphAnswer:
    """What `POST /api/v1/graphs` and `/g/CODE.json` answer, ready for `wire.dump`."""
    story, told = moment.story, moment.told
    explained = len(told.steps) <= EXPLAINED
    return {
        "version": VERSION,
        "source": told.source,
        "code": encode(told.source),
        "output": told.output,
        "nodes": [_node(node) for node in told.nodes],
        "edges": [_edge(edge, story, explained) for edge in told.edges],
        "steps": [_step(step, story, explained) for step in told.steps],
        "groups": [_group(group) for group in told.groups],
        "operations": {name: operation_answer(OPS[name]) for name in dict.fromkeys(node.op for node in told.nodes) if name},
        "badges": [_badge(found, sentence) for found, sentence in story.badges],
        "tape": story.tape,
        "examples": len(story.examples),
        "turns": told.turns,
        "step": moment.index,
        "end": told.end,
        "warnings": [_warning(notice) for notice in told.warnings],
        "printed": list(told.printed),
        "links": links,
        "svg": svg,
    }
