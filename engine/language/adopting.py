"""What is bound to a name takes it over, and gets a place in the graph."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import LimitError
from stepgrad.engine.language import nets
from stepgrad.engine.language.objects import Instance, Number, is_number, value_of
from stepgrad.engine.nn import Net
from stepgrad.engine.recorder import TOP
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["adopt"]


def adopt(run: Run, thing: Any, name: str, strength: int, place: ast.AST, depth: int = 0) -> Any:
    """Give what is bound to a name that name, and a plain number a place in the graph."""
    if isinstance(thing, (int, float)) and not isinstance(thing, bool):
        run.spend(place, 5)
        thing = Number(thing, run.recorder.leaf(thing, "constant", place))
    if isinstance(thing, (Number, Value)):
        value = thing.value if isinstance(thing, Number) else thing
        was_free = value.op is None and not run.recorder.is_bound(value)
        run.recorder.name(value, name, strength, place)
        if strength == TOP and was_free and run.inputs.wants(key := run.recorder.key(value)) and not run.recorder.used(value):
            return run.inputs.override(thing, value, key)
    elif isinstance(thing, Net) and strength == TOP:
        nets.name_parameters(run, thing, name, place)
    elif isinstance(thing, (list, tuple)) and strength == TOP:
        return _adopt_items(run, thing, name, place, depth + 1)
    elif isinstance(thing, Instance) and strength == TOP:
        _name_parts(run, thing, name, place)
    elif isinstance(thing, dict) and strength == TOP:
        run.spend(place, len(thing))
        for key, item in thing.items():
            if is_number(item) and isinstance(key, (int, float, str)):
                thing[key] = adopt(run, item, f"{name}[{key!r}]", TOP, place, depth + 1)
    return thing


def _adopt_items(run: Run, thing: list[Any] | tuple[Any, ...], name: str, place: ast.AST, depth: int) -> Any:
    """The numbers of a list that is bound at the top level are called `w[0]`, `w[1]`, …"""
    if depth > (allowed := run.limits.nesting):
        raise LimitError(
            f"This list is more than {allowed} lists deep.",
            limit="nesting", value=allowed, span=run.source.span(place), hint="Use a flat list.",
        )  # fmt: skip
    run.spend(place, len(thing))
    adopted = [
        adopt(run, item, f"{name}[{index}]", TOP, place, depth) if is_number(item) or isinstance(item, (list, tuple)) else item
        for index, item in enumerate(thing)
    ]
    if isinstance(thing, tuple):
        return tuple(adopted)
    thing[:] = adopted
    return thing


def _name_parts(run: Run, instance: Instance, name: str, place: ast.AST) -> None:
    """What an instance that is bound at the top level holds is called `model.layers[0].w[2]`; pictures show `w2`."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [(name, instance)]
    while waiting:
        path, thing = waiting.pop()
        run.spend(place)
        if (value := value_of(thing)) is not None:
            if value.op is None and not run.recorder.is_bound(value):
                run.recorder.name(value, path, TOP, place)
        elif isinstance(thing, Net):
            nets.name_parameters(run, thing, path, place)
        elif id(thing) not in seen:
            seen.add(id(thing))
            waiting.extend(reversed(list(_parts(path, thing))))


def _parts(path: str, thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, Instance):
        yield from ((f"{path}.{field}", part) for field, part in thing.fields.items())
    elif isinstance(thing, (list, tuple)):
        yield from ((f"{path}[{i}]", part) for i, part in enumerate(thing))
