"""The modules whose names are built in: `stepgrad`, `engine` as its folder is called, `micrograd`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepgrad.engine import __all__ as public
from stepgrad.engine.language.callables import BUILTINS, DRAW
from stepgrad.engine.language.objects import Missing, Module

__all__ = ["OURS", "brought", "module"]

_PUBLIC = {name: BUILTINS[name] for name in public}
_PARTS = ("data", "functions", "nn", "value")


def _module(name: str, more: Mapping[str, Any]) -> Module:
    parts = {part: Module(name, _PUBLIC) for part in _PARTS}
    return Module(name, {**_PUBLIC, **parts, "engine": Module(name, {**_PUBLIC, **parts}), **more})


OURS = {
    "engine": _module("engine", {}),
    "micrograd": _module("micrograd", {}),
    "stepgrad": _module("stepgrad", {"draw": DRAW, "run": Missing("stepgrad.run")}),
}


def module(path: str) -> Module:
    """One of these by its dotted name, such as `micrograd.nn`; for a part that we do not have, the module it is of."""
    top, *parts = path.split(".")
    found = OURS[top]
    for part in parts:
        inner = found.names.get(part)
        found = inner if isinstance(inner, Module) else found
    return found


def brought(module: Module, name: str, called: str) -> dict[str, Any]:
    """What `from module import name as called` binds: nothing that is built in by that very name, nothing we do not know."""
    given = {called: module.names.get(name)}
    if name == "*":
        given = {each: thing for each, thing in module.names.items() if not isinstance(thing, Module)}
    return {each: thing for each, thing in given.items() if thing is not None and BUILTINS.get(each) is not thing}
