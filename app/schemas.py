"""Everything on the wire: what is asked and what is answered. docs/contract.md says it in words.

The models of answers document and test what `app.answers` builds; requests are validated by theirs.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stepgrad.app.errors import ProblemError
from stepgrad.app.options import Options
from stepgrad.engine.trace import GroupKind, Kind, Phase
from stepgrad.engine.trouble import TroubleKind

__all__ = ["GraphAnswer", "GraphRequest", "ProblemAnswer", "Ready"]

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Wire = Annotated[float | Literal["Infinity", "-Infinity", "NaN"] | None, Field(description="null: not computed.")]


class GraphRequest(BaseModel):
    """One program, the values of some of its inputs, and the options of a picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(strict=True)] = Field(description="The program.", examples=["a = 2\nb = -3\nc = a * b"])
    inputs: dict[str, Number] | None = Field(
        default=None, max_length=1_000, description="Other values for named inputs, by name.", examples=[{"a": 4}]
    )
    options: Options = Options()

    @classmethod
    def read(cls, body: Any) -> GraphRequest:
        """The request of a JSON body, where options stand beside `source`. Raises a 422 problem."""
        if not isinstance(body, dict):
            raise _wrong("The body is not an object.")
        if "source" not in body:
            raise _wrong("`source` is missing.")
        rest = {name: value for name, value in body.items() if name not in ("source", "inputs")}
        try:
            return cls(source=body["source"], inputs=body.get("inputs"), options=Options.read(rest))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise _wrong(f"`{'.'.join(str(part)[:40] for part in first['loc'][:2])}`: {first['msg']}.") from None


def _wrong(detail: str) -> ProblemError:
    hint = 'Send {"source": "…"}, and beside it what options you like.'
    return ProblemError(422, "request", "The request is not as it should be", detail, hint=hint)


class SpanAnswer(BaseModel):
    """A stretch of one line; counts from 1, in code points."""

    line: int
    column: int
    length: int


class FoldedAnswer(BaseModel):
    """The group that a node of kind `group` stands for."""

    group: str
    results: list[str]
    operations: int
    parameters: int


class NodeAnswer(BaseModel):
    """One value."""

    id: str
    key: str
    label: str
    kind: Kind
    op: str | None
    symbol: str | None
    params: list[Wire]
    inputs: list[str]
    data: Wire
    grad: Wire
    span: SpanAnswer | None
    group: str | None
    expandable: bool
    expands: str | None
    expanded_from: str | None
    folds: FoldedAnswer | None
    inside: str | None = Field(description="The drawn node that hides it.")


class GroupAnswer(BaseModel):
    """Values that one part of the program made: a statement, a turn of a loop, a call, a layer, a neuron."""

    id: str
    key: str
    kind: GroupKind
    name: str
    parent: str | None
    span: SpanAnswer | None
    size: int


class EdgeAnswer(BaseModel):
    """One use of a value."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    from_: str = Field(alias="from")
    to: str
    slot: int
    local: Wire
    contribution: Wire
    local_latex: str | None
    contribution_text: str | None


class FormulaAnswer(BaseModel):
    """The formula of a step: `left = letters = numbers = result`, in LaTeX; the whole of it in LaTeX and in plain text."""

    left: str
    letters: str
    numbers: str
    result: str
    latex: str
    plain: str
    product: str = Field(default="", description="Backward: upstream × local = contribution.")
    sum: str = Field(default="", description="Backward: the grad before → after (change).")


class OperationAnswer(BaseModel):
    """An operation that occurs, with a and b for its operands and y for its result."""

    symbol: str
    rule: str
    latex: str
    derivatives: list[str]
    convention: str
    python: str
    torch: str


class BadgeAnswer(BaseModel):
    """Where the gradient goes wrong."""

    node: str
    kind: TroubleKind
    edge: str | None
    number: Wire
    sentence: str


class WriteAnswer(BaseModel):
    """One number that a step changes."""

    node: str
    field: Literal["data", "grad"]
    before: Wire
    after: Wire


class EdgeWriteAnswer(BaseModel):
    """One number at an edge that a step changes."""

    edge: str
    field: Literal["local", "contribution"]
    before: Wire
    after: Wire


class StepAnswer(BaseModel):
    """One moment of the story."""

    index: int
    phase: Phase
    node: str
    edge: str | None
    edges: list[str]
    writes: list[WriteAnswer]
    edge_writes: list[EdgeWriteAnswer]
    covers: list[int] | None = Field(description="Of a folded story: first and last step of the whole one.")
    text: str
    latex: str
    formula: FormulaAnswer | None = Field(description="null in a very long story: see explain.json.")


class WarningAnswer(BaseModel):
    """Something worth saying that is no error."""

    message: str
    node: str | None
    span: SpanAnswer | None


class LinksAnswer(BaseModel):
    """Where this moment can be seen."""

    page: str
    svg: str
    dot: str
    json_: str = Field(alias="json")
    embed: str


class GraphAnswer(BaseModel):
    """A program, run and drawn."""

    version: Literal[1]
    source: str
    code: str
    output: str
    nodes: list[NodeAnswer]
    edges: list[EdgeAnswer]
    steps: list[StepAnswer]
    groups: list[GroupAnswer]
    operations: dict[str, OperationAnswer]
    badges: list[BadgeAnswer]
    tape: dict[str, Any] | None = Field(description="Of a folded story: all operations of the run, in short.")
    examples: int = Field(description="Calls of one net or function of which `example` shows one.")
    step: int
    end: int = Field(description="The step of the finished picture: the last, but before an update that training makes.")
    warnings: list[WarningAnswer]
    printed: list[str]
    links: LinksAnswer
    svg: str


class ProblemAnswer(BaseModel):
    """What went wrong (RFC 9457). `line`, `column` and `length` say where in the program; `hint` says what to try."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    line: int | None
    column: int | None
    length: int | None
    hint: str | None
    source_code: str | None


class Ready(BaseModel):
    """Whether this process can do its work."""

    ready: bool
    version: str
