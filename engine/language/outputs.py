"""What a program is about: the values its picture is drawn for.

That is what `backward()` is called on (the recorder knows), else what was last asked for, written or bound.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from stepgrad.engine.graph import ancestors
from stepgrad.engine.language import need
from stepgrad.engine.language.objects import is_number, value_of
from stepgrad.engine.trace import Notice
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["Outputs"]


class Outputs:
    """The values to draw, as far as the run has come; the last is the one it is about."""

    def __init__(self) -> None:
        self._values: dict[Value, None] = {}
        self._calculated = False
        """Whether one of them is more than an input."""

    @property
    def values(self) -> list[Value]:
        return list(self._values)

    def settle(self, run: Run) -> None:
        """The run is over: the last root of a backward pass comes before all else."""
        if roots := run.recorder.roots:
            self._take(roots[-1:])

    def wrote(self, run: Run, thing: Any, node: ast.expr) -> None:
        """An expression statement: the output, until something later is."""
        if isinstance(thing, (int, float)) and not isinstance(thing, bool) and not isinstance(node, (ast.Constant, ast.UnaryOp)):
            return  # a count, or `x.grad`: read off the graph, not part of it
        if numbers := [need.lift(run, item, node) for item in self._flat(run, thing, node) if is_number(item)]:
            self._take(numbers)

    def bound(self, run: Run, thing: Any, node: ast.AST) -> None:
        """Something was bound at the top level.

        An input that follows a calculation (a learning rate, say) does not take its place; inputs alone are all shown.
        """
        values = [value for item in self._flat(run, thing, node) if (value := value_of(item)) is not None]
        if any(value.inputs for value in values):
            self._take(values)
        elif values and not self._calculated:
            self._values.update(dict.fromkeys(values))

    def printed(self, run: Run, thing: Any, node: ast.AST) -> None:
        """A calculation made inside `print(…)` counts as written; a value that has a name has been seen already.

        One that uses nothing of what was bound (`print(f(3.0))` below `y = f(x)`) does not take the picture away.
        """
        seen: set[Value] | None = None
        for item in self._flat(run, thing, node):
            made = value_of(item)
            if made is None or not made.inputs or run.recorder.is_named(made):
                continue
            if seen is None:
                seen = set(ancestors(self._values))
                run.spend(node, len(seen) // 8)
            if made in seen:  # `print(d._prev)` makes nothing
                continue
            under = ancestors([made])
            run.spend(node, len(under) // 8)
            if not self._calculated or any(map(run.recorder.is_bound, under)):
                self._take([made])

    def drawn(self, run: Run, thing: Any, node: ast.AST) -> None:
        """The program asks for a picture of this value."""
        if values := [value for item in self._flat(run, thing, node) if (value := value_of(item)) is not None]:
            self._take(values)

    def unused(self, run: Run, drawn: Collection[Value]) -> Iterator[Notice]:
        """Say which named values the picture leaves out."""
        named = ((name, value_of(thing)) for name, thing in run.top.names.items())
        left = [f"`{name}`" for name, value in named if value is not None and value not in drawn and value not in run.read]
        if left:
            label = self.values[-1].label
            output = f"`{label}`" if label else "the output"
            shown = ", ".join(left[:6]) + (" …" if len(left) > 6 else "")
            verb, them = ("is", "it") if len(left) == 1 else ("are", "them")
            yield Notice(f"{shown} {verb} not drawn: {output} does not depend on {them}.")

    def _take(self, values: Iterable[Value]) -> None:
        self._values = dict.fromkeys(values)
        self._calculated = any(value.inputs for value in self._values)

    def _flat(self, run: Run, thing: Any, node: ast.AST) -> Iterator[Any]:
        """A thing, or the things in a list of things or of lists, each paid for."""
        if not isinstance(thing, (list, tuple)):
            yield thing
            return
        for item in thing:
            if isinstance(item, (list, tuple)):
                run.spend(node, len(item) // 4 + 1)
                yield from (inner for inner in item if not isinstance(inner, (list, tuple)))
            else:
                yield item
        run.spend(node, len(thing) // 4)
