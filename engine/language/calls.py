"""Calls: of the library, and of the program's own functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from engine.errors import LimitError, UnsupportedError
from engine.language import attributes, names, need, nets
from engine.language.leaving import Break, Continue, Return
from engine.language.library import BUILTINS
from engine.language.objects import Builtin, Function, Module, Scope, describe, is_number
from engine.nn import Net
from engine.recorder import LOCAL, Making

if TYPE_CHECKING:
    from engine.language.run import Run

__all__ = ["call", "function"]


def call(run: Run, node: ast.Call) -> Any:
    callee, arguments = _callee(run, node.func)
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            arguments.extend(run.listed(need.items(run, run.evaluate(argument.value), argument), argument))
        else:
            arguments.append(run.evaluate(argument))
    keywords = _keywords(run, node) if node.keywords else {}
    if isinstance(callee, Builtin):
        return callee.call(run, node, arguments, keywords)
    if isinstance(callee, Function):
        return _call_function(run, callee, arguments, keywords, node)
    if isinstance(callee, Net):
        return nets.call(run, callee, arguments, node)
    run.refuse(f"This cannot be called: it is {describe(callee)}.", node, _instead_of_call(node.func, callee))


def _callee(run: Run, function: ast.expr) -> tuple[Any, list[Any]]:
    """What is called, and the arguments it has before those in the brackets: the value before the dot of a method."""
    if isinstance(function, ast.Name):
        return names.look_up(run, function.id, function, called=True), []
    if isinstance(function, ast.Attribute):
        holder = run.evaluate(function.value)
        return attributes.method(run, holder, function.attr, function), [] if isinstance(holder, Module) else [holder]
    return run.evaluate(function), []


def _keywords(run: Run, node: ast.Call) -> dict[str, Any]:
    keywords: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            run.refuse("`**` arguments are not part of the language here.", keyword.value, error=UnsupportedError)
        if keyword.arg in keywords:
            run.refuse(f"`{keyword.arg}=` is given twice.", keyword, "Leave one of them out.")
        keywords[keyword.arg] = run.evaluate(keyword.value)
    return keywords


def _instead_of_call(function: ast.expr, callee: Any) -> str:
    if isinstance(callee, (list, tuple)):
        return "An item is taken with square brackets: `x[0]`."
    if not is_number(callee):
        return ""
    if isinstance(function, ast.Name) and function.id in BUILTINS:
        return f"The program has used the name `{function.id}` for a number; call that something else."
    return "Did you forget a `*` before the bracket?"


def function(run: Run, name: str, node: ast.FunctionDef | ast.Lambda) -> Function:
    """What a `def` or a `lambda` stands for, where it stands."""
    arguments = node.args
    if extra := arguments.vararg or arguments.kwarg:
        run.refuse("`*` and `**` parameters are not part of the language here.", extra, "Pass a list.", UnsupportedError)
    if arguments.kwonlyargs:
        first = arguments.kwonlyargs[0]
        run.refuse("Keyword-only parameters are not part of the language here.", first, "Leave out the `*`.", UnsupportedError)
    seen: set[str] = set()
    for argument in (*arguments.posonlyargs, *arguments.args):
        names.check(run, argument.arg, argument)
        if argument.arg in seen:
            run.refuse(f"Two parameters are called `{argument.arg}`.", argument, "Give each its own name.")
        seen.add(argument.arg)
    return Function(name, node, tuple([run.evaluate(default) for default in arguments.defaults]), run.scope)


def _call_function(run: Run, callee: Function, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
    run.spend(node, 14)
    given = _given(run, callee, arguments, keywords, node)
    if run.calls >= (allowed := run.limits.calls):
        raise LimitError(
            f"`{callee.name}` calls itself, or others call each other, more than {allowed} deep.",
            limit="calls", value=allowed, span=run.source.span(node), hint="Check where it stops, or use a loop.",
        )  # fmt: skip
    outside = run.scope, run.folding, run.depth
    run.scope, run.folding = Scope(callee.enclosing), True
    run.calls += 1
    making = run.recorder.making
    run.recorder.making = Making(making, "function", node, callee.name)
    try:
        for name, thing in given.items():
            run.scope.names[name] = names.adopt(run, thing, name, LOCAL, node)
        if isinstance(callee.node, ast.Lambda):
            return run.evaluate(callee.node.body)
        run.block(callee.node.body)
    except Return as returned:
        return returned.value
    except (Break, Continue):
        run.refuse("`break` and `continue` belong inside a loop.", callee.node)
    finally:
        run.scope, run.folding, run.depth = outside
        run.recorder.making = making
        run.calls -= 1


def _given(run: Run, callee: Function, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> dict[str, Any]:
    """The arguments by the names of the parameters, in their order."""
    free = callee.node.args.args
    parameters = [argument.arg for argument in (*callee.node.args.posonlyargs, *free)]
    if len(arguments) > len(parameters):
        count = f"{len(parameters)} argument{'' if len(parameters) == 1 else 's'}"
        run.refuse(f"`{callee.name}` takes {count}; {len(arguments)} are given.", node)
    given = dict(zip(parameters, arguments, strict=False))
    for name, thing in keywords.items():
        if name in given:
            run.refuse(f"`{callee.name}` is given `{name}` twice.", node)
        if name not in parameters[-len(free) :] or not free:
            run.refuse(f"`{callee.name}` has no parameter called `{name}`.", node)
        given[name] = thing
    for name, default in zip(reversed(parameters), reversed(callee.defaults), strict=False):
        given.setdefault(name, default)
    if missing := [name for name in parameters if name not in given]:
        run.refuse(f"`{callee.name}` is missing its argument `{missing[0]}`.", node)
    return {name: given[name] for name in parameters}
