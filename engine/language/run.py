"""One run of one program: what all of its parts share, and the budget they spend.

The tables of `expressions` and `statements` say what each kind of syntax does. What has no row there is refused, so nothing of
Python is open to a program but what somebody wrote down.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from itertools import islice
from typing import Any, NoReturn

from stepgrad.engine.errors import EngineError, LimitError, ProgramError, Span, UnsupportedError
from stepgrad.engine.language.expansion import Expansion
from stepgrad.engine.language.inputs import Inputs
from stepgrad.engine.language.leaving import Skip, bound_by
from stepgrad.engine.language.objects import Missing, Scope
from stepgrad.engine.language.outputs import Outputs
from stepgrad.engine.language.printing import Printed
from stepgrad.engine.language.refusals import REFUSALS
from stepgrad.engine.language.source import Source
from stepgrad.engine.limits import Limits
from stepgrad.engine.recorder import LOCAL, TOP, Making, Recorder
from stepgrad.engine.trace import Notice
from stepgrad.engine.value import Value

__all__ = ["Expressions", "Run", "Statements"]

Expressions = Mapping[type[ast.expr], Callable[["Run", Any], Any]]
Statements = Mapping[type[ast.stmt], Callable[["Run", Any], None]]
Invoke = Callable[["Run", Any, list[Any], dict[str, Any], ast.Call], Any]


class Run:
    """The state of a run. `evaluate` and `execute` are the two doors that every piece of syntax goes through."""

    def __init__(
        self,
        source: Source,
        inputs: Mapping[str, float],
        expansion: Expansion,
        limits: Limits,
        expressions: Expressions,
        statements: Statements,
        invoke: Invoke,
        turn: int | None = None,
    ) -> None:
        self.source = source
        self.limits = limits
        self.expansion = expansion
        self.turn = turn
        self.recorder = Recorder(limits, turn)
        self.inputs = Inputs(inputs)
        self.outputs = Outputs()
        self.printed = Printed(limits)
        self._notices: dict[Notice, None] = {}
        self.top = self.scope = Scope(None)
        self.folding = True
        """Whether arithmetic of plain numbers alone stays outside the graph."""
        self.pasted: dict[str, dict[str, Any]] = {}
        """Options that definitions of nets in the program ask for, by class."""
        self.methods: dict[str, Any] = {}
        """What the program's own `class Value` has beside what ours has."""
        self.kinds: dict[str, Any] = {}
        """What `type(…)` answers with for things that no name stands for, so that one can compare it."""
        self.no_grad = False
        """Whether `w -= …` changes the number of `w` and leaves the graph as it is."""
        self.read: set[Value] = set()
        """Values whose number the program has read off the graph."""
        self.recorder.memories += [self.read, expansion.places]
        self.random = random.Random(0)
        """The same numbers in every run: the same program has the same picture."""
        self.depth = 0
        self.calls = 0
        self.yielded: list[Any] = []
        """What the generator that runs now has yielded."""
        self._expressions = expressions
        self._statements = statements
        self._invoke = invoke
        self._steps = limits.steps
        self._deepest = limits.depth

    def evaluate(self, node: ast.expr) -> Any:
        """What an expression stands for."""
        self._steps -= 1
        self.depth += 1
        if self._steps < 0 or self.depth > self._deepest:
            self._exhausted(node)
        evaluate = self._expressions.get(node.__class__)
        if evaluate is None:
            self.unsupported(node)
        thing = evaluate(self, node)
        self.depth -= 1
        return thing

    def call(self, callee: Any, arguments: list[Any], node: Any) -> Any:
        """Call something of the program's, as `map` and `sorted` do."""
        self.spend(node)
        return self._invoke(self, callee, arguments, {}, node)

    def invoke(self, callee: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        return self._invoke(self, callee, arguments, keywords, node)

    def execute(self, statement: ast.stmt) -> None:
        self._steps -= 1
        self.depth += 1
        if self._steps < 0 or self.depth > self._deepest:
            self._exhausted(statement)
        execute = self._statements.get(type(statement))
        if execute is None:
            self.unsupported(statement)
        recorder = self.recorder
        outside = recorder.making
        recorder.making = Making(outside, "loop" if isinstance(statement, (ast.For, ast.While)) else "statement", statement)
        execute(self, statement)
        recorder.making = outside
        self.depth -= 1

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Statements one after the other. One that needs what is not run here is passed over; only `return` leaves with it."""
        depth, making = self.depth, self.recorder.making
        for statement in statements:
            try:
                self.execute(statement)
            except Skip as skip:
                if isinstance(statement, ast.Return):
                    raise
                self.depth, self.recorder.making = depth, making
                self.pass_over(statement, skip.needs)

    def pass_over(self, statement: ast.stmt, needs: str) -> None:
        """Go on without a statement, and without all that it was to bind."""
        self.note(f"This line needs {needs}, which is not run here; it is passed over.", statement)
        for name in bound_by(statement):
            self.scope.home(name).names[name] = Missing(needs)

    @property
    def strength(self) -> int:
        """How firmly a name holds that is bound here."""
        return self.strength_of("")

    def strength_of(self, name: str) -> int:
        """The same of one name, which may be `global` here."""
        return TOP if self.scope.home(name) is self.top else LOCAL

    # ── the budget ──

    def spend(self, node: ast.AST | None, cost: int = 1) -> None:
        """Pay for work that grows with the program's data."""
        self._steps -= cost
        if self._steps < 0:
            self._exhausted(node)

    def _exhausted(self, node: ast.AST | None) -> NoReturn:
        span = self.source.span(node) if node is not None else None
        if self._steps >= 0:
            self.refuse_depth(span)
        raise LimitError(
            f"The program takes more than {self.limits.steps:,} steps to run.",
            limit="steps", value=self.limits.steps, span=span, hint="Use fewer repetitions.",
        )  # fmt: skip

    def refuse_depth(self, span: Span | None) -> NoReturn:
        raise LimitError(
            f"Expressions and calls are nested more than {self.limits.depth} deep here.",
            limit="depth", value=self.limits.depth, span=span, hint="Take it apart with names, or use a loop.",
        )  # fmt: skip

    def listed(self, items: Iterable[Any], node: ast.AST) -> list[Any]:
        """A list of the items, each of them paid for."""
        made = list(islice(items, min(self._steps, self.limits.items) + 1))
        self.spend(node, len(made))
        self.check_length(made, node)
        return made

    def check_length(self, made: Sized, node: ast.AST) -> None:
        """Refuse a list that has grown too long."""
        if len(made) > (allowed := self.limits.items):
            raise LimitError(
                f"This list has more than {allowed:,} items.",
                limit="items", value=allowed, span=self.source.span(node), hint="Use a shorter one.",
            )  # fmt: skip

    # ── what is said to the person ──

    def refuse(self, message: str, node: ast.AST, hint: str = "", error: type[EngineError] = ProgramError) -> NoReturn:
        raise error(message, span=self.source.span(node), hint=hint)

    def unsupported(self, node: ast.AST) -> NoReturn:
        what, hint = REFUSALS.get(type(node), (f"`{type(node).__name__}`", ""))
        self.refuse(f"{what} is not part of the language here.", node, hint, UnsupportedError)

    @property
    def notices(self) -> list[Notice]:
        """What was noted, each once: a loop may come by again and again."""
        return list(self._notices)

    def note(self, message: str, node: ast.AST) -> None:
        self._notices[Notice(message, span=self.source.span(node))] = None
