"""Calls: of the library, and of the program's own functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import LimitError
from stepgrad.engine.language import attributes, instances, names, need, nets
from stepgrad.engine.language.adopting import adopt
from stepgrad.engine.language.callables import BUILTINS
from stepgrad.engine.language.leaving import Break, Continue, Return
from stepgrad.engine.language.objects import Bound, Builtin, Class, Function, Instance, Module, Scope, Super, describe, is_number
from stepgrad.engine.nn import Net
from stepgrad.engine.recorder import LOCAL, Making
from stepgrad.engine.trace import GroupKind

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["call", "function", "invoke"]


def call(run: Run, node: ast.Call) -> Any:
    callee, arguments = _callee(run, node.func)
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            arguments.extend(run.listed(need.items(run, run.evaluate(argument.value), argument), argument))
        else:
            arguments.append(run.evaluate(argument))
    return invoke(run, callee, arguments, _keywords(run, node) if node.keywords else {}, node)


def invoke(run: Run, callee: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
    """Call a thing, be it ours or the program's."""
    if isinstance(callee, Builtin):
        return callee.call(run, node, arguments, keywords)
    if isinstance(callee, Function):
        return _call_function(run, callee, arguments, keywords, node)
    if isinstance(callee, Bound):
        return invoke(run, callee.function, [callee.holder, *arguments], keywords, node)
    if isinstance(callee, Net):
        return nets.call(run, callee, arguments, node)
    if isinstance(callee, Class):
        return instances.make(run, callee, arguments, keywords, node)
    if isinstance(callee, Instance) and (method := callee.cls.find("__call__")) is not None:
        return invoke(run, method, [callee, *arguments], keywords, node)
    run.refuse(f"This cannot be called: it is {describe(callee)}.", node, _instead_of_call(getattr(node, "func", None), callee))


def _callee(run: Run, function: ast.expr) -> tuple[Any, list[Any]]:
    """What is called, and the arguments it has before those in the brackets: the value before the dot of a method."""
    if isinstance(function, ast.Name):
        return names.look_up(run, function.id, function, called=True), []
    if isinstance(function, ast.Attribute):
        holder = run.evaluate(function.value)
        if isinstance(holder, (Instance, Class, Super)):
            return instances.read(run, holder, function.attr, function), []
        return attributes.method(run, holder, function.attr, function), [] if isinstance(holder, Module) else [holder]
    return run.evaluate(function), []


def _keywords(run: Run, node: ast.Call) -> dict[str, Any]:
    keywords: dict[str, Any] = {}
    for keyword in node.keywords:
        thing = run.evaluate(keyword.value)
        if keyword.arg is not None:
            given = {keyword.arg: thing}
        elif isinstance(thing, dict) and all(isinstance(name, str) for name in thing):
            run.spend(keyword.value, len(thing))
            given = thing
        else:
            run.refuse(f"`**` takes a dictionary of names; this is {describe(thing)}.", keyword.value)
        for name in given:
            if name in keywords:
                run.refuse(f"`{name}=` is given twice.", keyword, "Leave one of them out.")
        keywords |= given
    return keywords


def _instead_of_call(function: ast.expr | None, callee: Any) -> str:
    if isinstance(callee, (list, tuple)):
        return "An item is taken with square brackets: `x[0]`."
    if function is None or not is_number(callee):
        return ""
    if isinstance(function, ast.Name) and function.id in BUILTINS:
        return f"The program has used the name `{function.id}` for a number; call that something else."
    return "Did you forget a `*` before the bracket?"


def function(run: Run, name: str, node: ast.FunctionDef | ast.Lambda, owner: Class | None = None) -> Function:
    """What a `def` or a `lambda` stands for, where it stands."""
    arguments = node.args
    seen: set[str] = set()
    for argument in _parameters(arguments):
        names.check(run, argument.arg, argument)
        if argument.arg in seen:
            run.refuse(f"Two parameters are called `{argument.arg}`.", argument, "Give each its own name.")
        seen.add(argument.arg)
    defaults = tuple([run.evaluate(default) for default in arguments.defaults])
    only_by_name = {
        argument.arg: run.evaluate(default)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    }
    return Function(name, node, defaults, run.scope, only_by_name, not isinstance(node, ast.Lambda) and _yields(node), owner)


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    extra = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def _yields(node: ast.FunctionDef) -> bool:
    """Whether a `yield` belongs to this function, not to one inside it."""
    waiting: list[ast.AST] = [*node.body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(part, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(part))
    return False


def _call_function(run: Run, callee: Function, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
    run.spend(node, 14)
    given = _given(run, callee, arguments, keywords, node)
    if run.calls >= (allowed := run.limits.calls):
        raise LimitError(
            f"`{callee.name}` calls itself, or others call each other, more than {allowed} deep.",
            limit="calls", value=allowed, span=run.source.span(node), hint="Check where it stops, or use a loop.",
        )  # fmt: skip
    outside = run.scope, run.folding, run.depth, run.yielded
    run.scope, run.folding, run.yielded = Scope(callee.enclosing), True, []
    run.calls += 1
    making = run.recorder.making
    run.recorder.making = Making(making, _KINDS.get(callee.name, "function") if callee.owner else "function", node, callee.name)
    if callee.owner is not None and arguments:
        run.scope.method = callee.owner, arguments[0]
    try:
        for name, thing in given.items():
            run.scope.names[name] = adopt(run, thing, name, LOCAL, node)
        if (others := callee.node.args.vararg) is not None:
            things = given[others.arg]
            run.scope.names[others.arg] = tuple(
                [adopt(run, thing, f"{others.arg}[{i}]", LOCAL, node) for i, thing in enumerate(things)]
            )
        if isinstance(callee.node, ast.Lambda):
            return run.evaluate(callee.node.body)
        run.block(callee.node.body)
        return run.yielded if callee.yields else None
    except Return as returned:
        return run.yielded if callee.yields else returned.value
    except (Break, Continue):
        run.refuse("`break` and `continue` belong inside a loop.", callee.node)
    finally:
        run.scope, run.folding, run.depth, run.yielded = outside
        run.recorder.making = making
        run.calls -= 1


_KINDS: dict[str, GroupKind] = {"Neuron": "neuron", "Layer": "layer", "MLP": "net"}
"""Calls of the lecture's classes fold like ours, also where the program has its own."""


def _given(run: Run, callee: Function, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> dict[str, Any]:
    """The arguments by the names of the parameters, in their order."""
    wanted = callee.node.args
    positional = [argument.arg for argument in (*wanted.posonlyargs, *wanted.args)]
    by_name = {argument.arg for argument in (*wanted.args, *wanted.kwonlyargs)}
    if len(arguments) > len(positional) and wanted.vararg is None:
        count = f"{len(positional)} argument{'' if len(positional) == 1 else 's'}"
        run.refuse(f"`{callee.name}` takes {count}; {len(arguments)} are given.", node)
    given = dict(zip(positional, arguments, strict=False))
    others: dict[str, Any] = {}
    for name, thing in keywords.items():
        if name in given:
            run.refuse(f"`{callee.name}` is given `{name}` twice.", node)
        if name in by_name:
            given[name] = thing
        elif wanted.kwarg is not None:
            others[name] = thing
        else:
            run.refuse(f"`{callee.name}` has no parameter called `{name}`.", node)
    for name, default in zip(reversed(positional), reversed(callee.defaults), strict=False):
        given.setdefault(name, default)
    if wanted.vararg is not None:
        given[wanted.vararg.arg] = tuple(arguments[len(positional) :])
    if wanted.kwarg is not None:
        given[wanted.kwarg.arg] = others
    given = {**callee.only_by_name, **given}
    parameters = [argument.arg for argument in _parameters(wanted)]
    if missing := [name for name in parameters if name not in given]:
        run.refuse(f"`{callee.name}` is missing its argument `{missing[0]}`.", node)
    return {name: given[name] for name in parameters}
