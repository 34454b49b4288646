"""Classes of the program's own. They are run as they are written.

Bases are looked through from the left, depth first; there are no metaclasses, and no decorators but those named below.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language import instances, names, need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.calls import function
from stepgrad.engine.language.objects import Bound, Builtin, Class, Scope, describe

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["MODULE", "define"]

_DECORATORS = frozenset({"property", "staticmethod", "classmethod"})


def define(run: Run, node: ast.ClassDef) -> Class:
    """What a `class` statement stands for."""
    names.check(run, node.name, node)
    data = False
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not (isinstance(called, ast.Name) and called.id == "dataclass"):
            run.refuse("A decorator is not part of the language here.", decorator, error=UnsupportedError)
        data = True
    if node.keywords:
        run.refuse("A class takes bases only.", node.keywords[0].value, error=UnsupportedError)
    above = dict.fromkeys(cls for each in node.bases for base in _base(run, each) for cls in base.family())
    run.spend(node, len(above))
    made = Class(node.name, {}, [] if data else None, tuple(above))
    outside = run.scope
    for statement in node.body:
        match statement:
            case ast.FunctionDef():
                made.names[statement.name] = _method(run, made, statement)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                run.scope = Scope(outside)
                run.scope.names.update(made.names)
                made.names[name] = run.evaluate(value)
                run.scope = outside
            case ast.AnnAssign(target=ast.Name(id=name)):
                if made.data is not None:
                    made.data.append(name)
                if statement.value is not None:
                    made.names[name] = run.evaluate(statement.value)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                run.refuse("A class has methods and attributes here, and nothing else.", statement, error=UnsupportedError)
    return made


def _base(run: Run, node: ast.expr) -> list[Class]:
    if isinstance(node, ast.Name) and node.id in ("object", "Module") and run.scope.holder(node.id) is None:
        return [MODULE] if node.id == "Module" else []  # `from micrograd.nn import Module` needs no more
    thing = run.evaluate(node)
    if not isinstance(thing, Class):
        run.refuse(f"A class can only build on another; this is {describe(thing)}.", node, error=UnsupportedError)
    return [thing]


def _method(run: Run, owner: Class, node: ast.FunctionDef) -> Any:
    kind = "method"
    for decorator in node.decorator_list:
        if not (isinstance(decorator, ast.Name) and decorator.id in _DECORATORS):
            run.refuse("A decorator is not part of the language here.", decorator, error=UnsupportedError)
        kind = decorator.id
    made = function(run, owner.name if node.name == "__call__" else f"{owner.name}.{node.name}", node, owner)
    return made if kind == "method" else Bound(made, None, kind)


def _zero_grad(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> None:
    """micrograd's `Module.zero_grad`."""
    check_keywords(run, node, "zero_grad", keywords)
    check_count(run, node, "zero_grad", arguments[1:], 0, 0)
    listed = run.call(instances.read(run, arguments[0], "parameters", node), [], node)
    for parameter in need.items(run, listed, node):
        run.recorder.assign(need.lift(run, parameter, node), "grad", 0.0)


MODULE = Class(
    "Module", {
    "parameters": Builtin("parameters", lambda run, node, arguments, keywords: []),
    "zero_grad": Builtin("zero_grad", _zero_grad),
}, None)  # fmt: skip
"""micrograd's: what has parameters."""
