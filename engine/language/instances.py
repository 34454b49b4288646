"""Instances of a program's own classes: how they are made, what stands behind their dot, what operators do with them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language import need
from stepgrad.engine.language.adopting import adopt
from stepgrad.engine.language.objects import Bound, Builtin, Class, Function, Instance, Super, describe, is_number, value_of
from stepgrad.engine.recorder import EXPLICIT, LOCAL

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["make", "operate", "read", "write"]

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__", ast.Pow: "__pow__",
    ast.MatMult: "__matmul__", ast.Mod: "__mod__", ast.FloorDiv: "__floordiv__",
}  # fmt: skip


# ── making an instance ──


def make(run: Run, cls: Class, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Instance:
    run.spend(node, 10)
    instance = Instance(cls, {}, lambda it: _spell(run, it, node))
    if (init := cls.find("__init__")) is not None:
        run.invoke(Bound(init, instance), arguments, keywords, node)
    elif (fields := cls.fields()) is not None:
        given = dict(zip(fields, arguments, strict=False)) | keywords
        for field in fields:
            if field not in given and cls.find(field) is None:
                run.refuse(f"`{cls.name}` is missing its argument `{field}`.", node)
            write(run, instance, field, given.get(field, cls.find(field)), node)
        if len(arguments) > len(fields) or any(name not in fields for name in keywords):
            run.refuse(f"`{cls.name}` has {len(fields)} fields: {', '.join(fields)}.", node)
    elif arguments or keywords:
        run.refuse(f"`{cls.name}` takes no arguments: it has no `__init__`.", node)
    return instance


def _spell(run: Run, instance: Instance, node: ast.Call) -> str | None:
    """What the class itself says an instance looks like, in `repr` or else `str`."""
    for name in ("__repr__", "__str__"):
        if (found := instance.cls.find(name)) is not None:
            text = run.call(Bound(found, instance), [], node)
            return need.text(run, text, node, f"What `{name}` returns")
    return None


# ── behind the dot ──


def read(run: Run, holder: Any, name: str, node: ast.AST) -> Any:
    """`holder.name` of an instance, a class or `super()`."""
    if isinstance(holder, Instance):
        if name in holder.fields:
            return holder.fields[name]
        if name == "__class__":
            return holder.cls
        cls, me = holder.cls, holder
        found = cls.find(name)
    elif isinstance(holder, Super):
        cls, me = holder.owner, holder.instance
        found = next((base.names[name] for base in cls.above if name in base.names), None)
        if found is None and name == "__init__":
            return Builtin("__init__", lambda run, node, arguments, keywords: None)
    else:
        cls, me = holder, None
        if name == "__name__":
            return holder.name
        found = cls.find(name)
    if found is None:
        known = sorted({*(holder.fields if isinstance(holder, Instance) else ()), *cls.all_names()})
        shown = [each for each in known if not each.startswith("__")][:12]
        what = "The class" if isinstance(holder, Class) else "A"
        hint = f"It has {', '.join(shown)}." if shown else ""
        run.refuse(f"{what} `{cls.name}` has no `.{name}`.", node, hint, UnsupportedError)
    if isinstance(found, Bound):  # with a decorator
        if found.kind == "staticmethod":
            return found.function
        if found.kind == "classmethod":
            return Bound(found.function, cls)
        return run.call(Bound(found.function, me), [], node) if me is not None else found
    if me is not None and isinstance(found, (Function, Builtin)):
        return Bound(found, me)
    return found


def write(run: Run, holder: Instance | Class, name: str, thing: Any, node: ast.AST) -> None:
    """`holder.name = thing`"""
    if isinstance(holder, Class):
        holder.names[name] = thing
        return
    if is_number(thing):
        thing = adopt(run, thing, name, LOCAL, node)
    elif isinstance(thing, list):
        run.spend(node, len(thing))
        for i, item in enumerate(thing):
            value = value_of(item)
            if value is not None and value.op is None and not run.recorder.is_named(value):
                run.recorder.name(value, f"{name}{i}", EXPLICIT)
    holder.fields[name] = thing


# ── operators ──


def operate(run: Run, operator: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
    """`left operator right` where one of them is an instance, by the methods of its class."""
    name = _OPERATORS.get(type(operator), "__?__")
    for holder, other, method in ((left, right, name), (right, left, f"__r{name[2:]}")):
        if isinstance(holder, Instance) and (found := holder.cls.find(method)) is not None:
            return run.call(Bound(found, holder), [other], node)
    one = left if isinstance(left, Instance) else right
    run.refuse(f"{describe(one)} cannot do this: `{one.cls.name}` has no `{name}`.".capitalize(), node)
