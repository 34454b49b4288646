"""The inputs of a program: leaves bound at the top level, whose numbers can be given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from stepgrad.engine.errors import UnknownNameError
from stepgrad.engine.language.objects import Number
from stepgrad.engine.suggest import closest
from stepgrad.engine.value import Value

__all__ = ["Inputs"]


_MOST = 500
"""Names that are kept for a hint."""


class Inputs:
    """Numbers that replace those of named inputs, by key: `a`, a later one `a#2`, `x[0]`, `n.w[0]` of a net."""

    def __init__(self, given: Mapping[str, float]) -> None:
        self._given = dict(given)
        self._known: list[str] = []
        self._rare: list[str] = []
        """Parameters: of these there are many, and they are seldom meant."""

    def wants(self, key: str, rare: bool = False) -> bool:
        """Note a new input; say whether a number was given for it."""
        known = self._rare if rare else self._known
        if len(known) < _MOST:
            known.append(key)
        return key in self._given

    def override(self, thing: Number | Value, value: Value, key: str) -> Number | Value:
        """The input with the number that was given for it."""
        value.data = float(self._given.pop(key))
        return Number(value.data, value) if isinstance(thing, Number) else thing

    def refuse_unknown(self) -> None:
        """Every number given has to have found its input."""
        if self._given:
            self._refuse(next(iter(self._given)))

    def _refuse(self, name: str) -> NoReturn:
        every = [*self._known, *self._rare]
        close = closest(name[:64], every)
        known = ", ".join(f"`{key}`" for key in every[:12]) or "none"
        hint = f"Did you mean `{close}`? Its inputs: {known}." if close else f"Its inputs: {known}."
        raise UnknownNameError(f"The program has no input named `{name[:64]}`.", hint=hint)
