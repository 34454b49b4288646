"""The shape of code: what remains when its own names, comments, annotations and detours are taken away.

Two functions of one shape mean the same. That is how definitions are known that people paste from their notebooks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache

__all__ = ["body_of", "is_text", "shape", "shapes", "straightened"]


def is_text(statement: ast.stmt) -> bool:
    """A docstring, or another string that does nothing."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def body_of(function: ast.FunctionDef | ast.ClassDef) -> list[ast.stmt]:
    """The statements of a definition that do something."""
    return [statement for statement in function.body if not is_text(statement) and not isinstance(statement, ast.Pass)]


def straightened(statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Statements where `x = …` right before the one use of x is written in its place. Their nodes are changed."""
    straight = [statement for statement in statements if not is_text(statement)]
    at = 0
    while at + 1 < len(straight):
        match straight[at]:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                uses = [_uses(later, name) for later in straight[at + 1 :]]
                if uses[0] == sum(uses) == 1:
                    straight[at : at + 2] = [_Put(name, value).visit(straight[at + 1])]
                    at = max(at - 1, 0)
                    continue
        at += 1
    return straight


def _uses(node: ast.AST, name: str) -> int:
    """How often a name is read; what may be read again and again counts twice."""
    uses = 0
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            uses += each.id == name
        elif isinstance(each, (ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.For, ast.While, ast.FunctionDef)):
            uses += any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(each))
    return uses


class _Put(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self._name, self._value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._value if node.id == self._name and isinstance(node.ctx, ast.Load) else node


def shape(arguments: ast.arguments, statements: Iterable[ast.stmt]) -> str:
    """The shape of a function, given its parameters and statements."""
    names: dict[str, str] = {}
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    for parameter in [*parameters, *filter(None, (arguments.vararg, arguments.kwarg))]:
        names[parameter.arg] = f"p{len(names)}"
    code = ast.Module(straightened(statements), [])
    _set_apart(code)
    for node in ast.walk(code):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                names.setdefault(name, f"v{len(names)}")
    dump = [str(len(parameters)), str(arguments.vararg is not None), str(arguments.kwarg is not None)]
    stack: list[object] = [code, *arguments.defaults]
    while stack:
        match stack.pop():
            case ast.Name(id=name):
                dump.append(names.get(name, name))
            case ast.Constant(value=bool() | str() | None as value):
                dump.append(repr(value))
            case ast.Constant(value=int() | float() as value):
                dump.append(repr(float(value)))
            case ast.arg(arg=name):
                dump.append(names.get(name, name))
            case ast.AST() as node:
                dump.append(type(node).__name__)
                for field, value in ast.iter_fields(node):
                    if field not in ("ctx", "annotation", "returns", "type_comment", "type_params", "kind"):
                        stack.append(")")
                        stack.append(names.get(value, value) if field in ("name", "id") and isinstance(value, str) else value)
            case list() as nodes:
                dump.append(f"[{len(nodes)}")
                stack.extend(nodes)
            case other:
                dump.append(str(other))
    return " ".join(dump)


def _set_apart(code: ast.Module) -> None:
    """Names of inner functions and comprehensions are their own, whatever they are called outside."""
    for number, inner in enumerate(ast.walk(code)):
        own: set[str] = set()
        if isinstance(inner, (ast.FunctionDef, ast.Lambda)):
            own = {argument.arg for argument in inner.args.args}
        if isinstance(inner, (ast.FunctionDef, ast.ListComp, ast.GeneratorExp)):
            own |= {each.id for each in ast.walk(inner) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        for each in ast.walk(inner) if own else ():
            if isinstance(each, ast.Name) and each.id in own:
                each.id = f"{each.id} {number}"
            elif isinstance(each, ast.arg) and each.arg in own:
                each.arg = f"{each.arg} {number}"


@cache
def shapes(*functions: str) -> frozenset[str]:
    """The shapes of functions that are written out."""
    found = set()
    for text in functions:
        function = ast.parse(text).body[0]
        assert isinstance(function, ast.FunctionDef)
        found.add(shape(function.args, body_of(function)))
    return frozenset(found)
