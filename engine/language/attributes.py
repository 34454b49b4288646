"""What stands behind a dot: the numbers of a value, the names of a module."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NoReturn

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language import containers, instances, need, nets, operations, python
from stepgrad.engine.language.leaving import Skip
from stepgrad.engine.language.methods import METHODS
from stepgrad.engine.language.objects import (
    Builtin,
    Class,
    Function,
    Instance,
    Missing,
    Module,
    Number,
    Super,
    describe,
    kind_name,
    value_of,
)
from stepgrad.engine.recorder import EXPLICIT
from stepgrad.engine.suggest import closest

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["kind", "method", "read", "write"]

_FIELDS = ("data", "grad", "label")


def read(run: Run, thing: Any, name: str, node: ast.AST) -> Any:
    """`thing.name`"""
    if isinstance(thing, Missing):
        raise Skip(thing.needs)
    if isinstance(thing, Module):
        return _of_module(run, thing, name, node)
    if isinstance(thing, (Instance, Class, Super)):
        return instances.read(run, thing, name, node)
    if (value := value_of(thing)) is not None:
        match name:
            case "data":
                return thing.plain if isinstance(thing, Number) else value.data
            case "grad":
                return value.grad
            case "label":
                return value.label
            case "_op":
                return value._op
            case "_prev":
                return value.inputs
            case "requires_grad":
                return True
    if name in nets.FIELDS.get(type(thing), ()):
        return nets.part(thing, name)
    if name == "__class__":
        return kind(run, thing, node)
    if name == "__name__" and isinstance(thing, (Builtin, Function)):
        return thing.name
    if name in METHODS.get(type(thing), {}):
        run.refuse(f"`{name}` is called with brackets.", node, f"Write `.{name}({'…' if isinstance(thing, list) else ''})`.")
    _unknown(run, thing, name, node)


_KINDS = {**python.BUILTINS, **operations.BUILTINS, **containers.BUILTINS}


def kind(run: Run, thing: Any, node: ast.AST) -> Builtin | Class:
    """`type(thing)`"""
    if isinstance(thing, Instance):
        return thing.cls
    name = kind_name(type(need.unwrapped(thing)))
    return _KINDS.get(name) or run.kinds.setdefault(name, Builtin(name, _not_made))


def _not_made(run: Run, node: ast.Call, arguments: list[Any], keywords: dict[str, Any]) -> NoReturn:
    run.refuse("One cannot make such a thing here.", node)


def write(run: Run, holder: Any, target: ast.Attribute, thing: Any) -> None:
    """`holder.name = thing`"""
    value = value_of(holder)
    name = target.attr
    if isinstance(holder, (Instance, Class)):
        return instances.write(run, holder, name, thing, target)
    if value is None:
        run.refuse(f"Only `.label`, `.data` and `.grad` of a value can be set; this is {describe(holder)}.", target)
    if name == "label":
        run.recorder.name(value, need.text(run, thing, target, "A label"), EXPLICIT)
    elif name == "data":
        run.recorder.assign(value, "data", float(need.plain(run, thing, target)))
    elif name == "grad":
        run.recorder.assign(value, "grad", 0.0 if thing is None else float(need.plain(run, thing, target)))
    elif name != "requires_grad":  # every value has a gradient here
        close = closest(name, _FIELDS)
        hint = f"Did you mean `.{close}`?" if close else ""
        run.refuse(f"A value has no `.{name}`; only `.label`, `.data` and `.grad` can be set.", target, hint, UnsupportedError)


def method(run: Run, holder: Any, name: str, node: ast.AST) -> Any:
    """What `holder.name(…)` calls."""
    if isinstance(holder, Missing):
        raise Skip(holder.needs)
    if isinstance(holder, Module):
        return _of_module(run, holder, name, node)
    found = METHODS.get(type(holder), {}).get(name)
    if name in run.methods and value_of(holder) is not None:
        return run.methods[name]
    if found is None:
        if name in _FIELDS and value_of(holder) is not None:
            run.refuse(f"`.{name}` is a number or text, not a function.", node, f"Write `.{name}` without brackets.")
        _unknown(run, holder, name, node)
    return found


def _of_module(run: Run, module: Module, name: str, node: ast.AST) -> Any:
    if name in module.names:
        return module.names[name]
    if module.partial:
        raise Skip(module.name)
    close = closest(name, module.names)
    hint = f"Did you mean `{module.name}.{close}`?" if close else module.known()
    run.refuse(f"`{module.name}.{name}` is not known here.", node, hint, UnsupportedError)


def _unknown(run: Run, thing: Any, name: str, node: ast.AST) -> NoReturn:
    methods = METHODS.get(type(thing), {})
    close = closest(name, [*methods, *nets.FIELDS.get(type(thing), ()), *(_FIELDS if value_of(thing) is not None else ())])
    what = describe(thing)
    fields = (
        "It has `.data`, `.grad`, `.label`, `.backward()` and operations, such as `.tanh()`."
        if value_of(thing) is not None
        else ""
    )
    hint = f"Did you mean `.{close}`?" if close else fields
    if name == "zero_grad" and fields:
        hint = "Write `.grad = 0`."
    run.refuse(f"{what[0].upper()}{what[1:]} has no `.{name}` here.", node, hint, UnsupportedError)
