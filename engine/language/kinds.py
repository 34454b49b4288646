"""What a program asks about a thing: its kind, and what it has behind its dot."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import EngineError
from stepgrad.engine.language import attributes, need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.methods import METHODS
from stepgrad.engine.language.objects import Bound, Builtin, Class, Function, Instance, Set, kind_name

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS"]


def _families(thing: Any) -> set[str]:
    """The names of all the kinds that a thing is of."""
    thing = need.unwrapped(thing)
    if isinstance(thing, Set):
        return {"set"}
    return {kind_name(cls) for cls in type(thing).__mro__}


def _isinstance(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_keywords(run, node, "isinstance", keywords)
    check_count(run, node, "isinstance", arguments, 2, 2)
    thing, asked = arguments
    kinds = asked if isinstance(asked, tuple) else (asked,)
    if not all(isinstance(kind, (Builtin, Class)) for kind in kinds):
        run.refuse("`isinstance` asks for a kind.", node, "Such as `isinstance(x, Value)` or `isinstance(x, (int, float))`.")
    if isinstance(thing, Instance):
        return any(cls is kind for cls in thing.cls.family() for kind in kinds)
    return not _families(thing).isdisjoint(kind.name for kind in kinds if isinstance(kind, Builtin))


def _type(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Builtin | Class:
    check_keywords(run, node, "type", keywords)
    check_count(run, node, "type", arguments, 1, 1)
    return attributes.kind(run, arguments[0], node)


def _callable(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_keywords(run, node, "callable", keywords)
    check_count(run, node, "callable", arguments, 1, 1)
    thing = arguments[0]
    return isinstance(thing, (Function, Builtin, Bound, Class)) or (
        isinstance(thing, Instance) and thing.cls.find("__call__") is not None
    )


def _getattr(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
    check_keywords(run, node, "getattr", keywords)
    check_count(run, node, "getattr", arguments, 2, 3, "getattr(x, 'data')")
    thing, name, *default = arguments
    called = need.text(run, name, node, "The name of an attribute")
    if (found := METHODS.get(type(thing), {}).get(called)) is not None:
        return Bound(found, thing)
    run.spend(node, 200)  # where there is none, it is looked for what may have been meant
    try:
        return attributes.read(run, thing, called, node)
    except EngineError:
        if not default:
            raise
        return default[0]


_NOTHING = object()


def _hasattr(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> bool:
    check_count(run, node, "hasattr", arguments, 2, 2, "hasattr(x, 'data')")
    return _getattr(run, node, [*arguments, _NOTHING], keywords) is not _NOTHING


_CALLS = {"callable": _callable, "getattr": _getattr, "hasattr": _hasattr, "isinstance": _isinstance, "type": _type}
BUILTINS = {name: Builtin(name, call) for name, call in _CALLS.items()}
