"""What studies have in common: a run with its last backward pass and its words, and how numbers and nodes are told."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from stepgrad.app.errors import ProblemError
from stepgrad.app.links import encode
from stepgrad.app.nodes import named
from stepgrad.app.schemas import shape
from stepgrad.app.story import Story
from stepgrad.engine.limits import STUDY_LIMITS
from stepgrad.engine.replay import Replay
from stepgrad.engine.trace import Node

__all__ = ["VERSION", "Head", "Subject"]

VERSION: Literal[1] = 1
"""Of the shape of the answers. Fields are added without a new one."""


@shape
class Head(TypedDict):
    """What every answer begins with."""

    version: Literal[1]
    source: Annotated[str, Field(description="The program.")]
    code: Annotated[str, Field(description="Its CODE, as it stands in addresses.")]
    output: Annotated[str, Field(description="The node that the last backward pass began from.")]
    passes: Annotated[int, Field(description="How many backward passes there were.")]


class Subject:
    """A run that is looked into, with nothing folded."""

    def __init__(self, story: Story) -> None:
        self.shown = story
        """The same as people see it: some of it may be folded."""
        self.story = story.whole
        self.trace = self.story.trace
        self.nodes = {node.id: node for node in self.trace.nodes}

    @cached_property
    def replay(self) -> Replay:
        return Replay(self.trace)

    @property
    def exact(self) -> Replay:
        """The same, where every slope in it is known. Raises ProgramError where one is not."""
        self.replay.refuse_unknown()
        return self.replay

    @property
    def root(self) -> Node:
        """What the last backward pass began from."""
        return self.nodes[self.replay.root]

    def name(self, node: str) -> str:
        return self.story.narrator.name(node)

    def named(self, name: str) -> Node:
        return named(self.trace, name)

    def chosen(self, name: str | None) -> Node:
        """The value of that name; without one, the first input, else the first leaf."""
        if name is not None:
            return self.named(name)
        leaves = [node for node in self.trace.nodes if not node.inputs and node.id in self.replay.leading]
        if not leaves:  # a graph has leaves; a root that is set by hand may not
            leaves = list(self.trace.nodes)
        return next((node for node in leaves if node.kind == "input"), leaves[0])

    @property
    def has_conditions(self) -> bool:
        """Whether other numbers might have made it another program."""
        try:
            tree = ast.parse(self.trace.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # a cell of a notebook may begin with %
            return False
        return any(isinstance(each, (ast.If, ast.IfExp)) for each in ast.walk(tree))

    def of_note(self) -> list[Node]:
        """Leaves and named values, in order."""
        return [node for node in self.trace.nodes if not node.inputs or node.label]

    def head(self) -> Head:
        return {
            "version": VERSION,
            "source": self.trace.source,
            "code": encode(self.trace.source),
            "output": self.replay.root,
            "passes": self.replay.passes,
        }


def too_much(what: str, hint: str) -> ProblemError:
    """An answer that would cost more than we spend on one."""
    allowed = STUDY_LIMITS.evaluations
    return ProblemError(
        422, "limit", "This is too much to compute", f"{what} takes more than {allowed:,} operations.",
        hint=hint, more={"limit": "evaluations", "value": allowed},
    )  # fmt: skip
