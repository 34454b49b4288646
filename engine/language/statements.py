"""Statements: one function for each kind, and the table of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from engine.errors import UnsupportedError
from engine.language import attributes, names, need, pasted
from engine.language.calls import function
from engine.language.expressions import binary, item
from engine.language.leaving import Break, Continue, Return
from engine.language.modules import MODULES, QUIET
from engine.language.objects import Missing, Parts
from engine.language.printing import show
from engine.recorder import Making

if TYPE_CHECKING:
    from engine.language.run import Run, Statements

__all__ = ["STATEMENTS"]

_OUR_FUNCTIONS = frozenset({"trace", "draw_dot"})


# ── assignment ──


def _assign(run: Run, node: ast.Assign) -> None:
    thing = run.evaluate(node.value)
    if isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Name):
        _look_for_a_decimal_comma(run, node.targets[0].id, node.value)
    for target in node.targets:
        names.bind(run, target, thing, run.strength, node)
        if isinstance(target, ast.Name):
            thing = run.scope.names[target.id]  # `a = b = 2.0` is one number with two names


def _look_for_a_decimal_comma(run: Run, name: str, pair: ast.Tuple) -> None:
    """`a = 1,5` is Python for a pair, and seldom meant."""
    match pair.elts:
        case [ast.Constant(value=int(whole)) as left, ast.Constant(value=int(part)) as right]:
            if pair.col_offset == left.col_offset and left.end_col_offset == right.col_offset - 1:
                run.note(f"`{name}` is a pair of numbers here. A decimal number is written with a point: `{whole}.{part}`.", pair)


def _annotated(run: Run, node: ast.AnnAssign) -> None:
    if node.value is None:
        run.unsupported(node)
    names.bind(run, node.target, run.evaluate(node.value), run.strength, node)


def _augmented(run: Run, node: ast.AugAssign) -> None:
    """`target += change`, where what the target is made of is evaluated once."""
    target = node.target
    if isinstance(target, ast.Name):
        before = names.look_up(run, target.id, target)
        changed = _changed(run, node, before)
        if changed is not before or not isinstance(changed, list):
            names.bind(run, target, changed, run.strength, node)
    elif isinstance(target, ast.Attribute):
        holder = run.evaluate(target.value)
        attributes.write(run, holder, target, _changed(run, node, attributes.read(run, holder, target.attr, target)))
    else:
        holder, position = run.evaluate(target.value), run.evaluate(target.slice)
        before = item(run, holder, position, target)
        names.set_item(run, holder, position, _changed(run, node, before), target)


def _changed(run: Run, node: ast.AugAssign, before: Any) -> Any:
    change = run.evaluate(node.value)
    if isinstance(before, Parts):
        run.refuse("A net keeps the parts it was made of.", node, "Make a list of your own: `ws = [*n.w]`.")
    if isinstance(before, list) and isinstance(node.op, ast.Add):
        before.extend(run.listed(need.items(run, change, node.value), node))
        run.check_length(before, node)
        return before
    return binary(run, node.op, before, change, node)


def _expression(run: Run, node: ast.Expr) -> None:
    thing = run.evaluate(node.value)
    if run.scope is run.top:
        run.outputs.wrote(thing, node.value)


# ── repetition and choice ──


def _turn(run: Run, body: list[ast.stmt]) -> bool:
    """One turn of a loop; whether there is to be another."""
    depth, recorder = run.depth, run.recorder
    outside = recorder.making
    recorder.making = Making(outside, "turn", body[0], "turn")
    try:
        run.block(body)
    except Break:
        run.depth = depth
        return False
    except Continue:
        run.depth = depth
    finally:
        recorder.making = outside
    return True


def _for(run: Run, node: ast.For) -> None:
    for thing in need.items(run, run.evaluate(node.iter), node.iter):
        run.spend(node)
        names.bind_item(run, node.target, thing)
        if not _turn(run, node.body):
            return
    run.block(node.orelse)


def _while(run: Run, node: ast.While) -> None:
    while need.truth(run.evaluate(node.test)):
        run.spend(node)
        if not _turn(run, node.body):
            return
    run.block(node.orelse)


def _if(run: Run, node: ast.If) -> None:
    run.block(node.body if need.truth(run.evaluate(node.test)) else node.orelse)


def _pass(run: Run, node: ast.Pass) -> None:
    pass


def _break(run: Run, node: ast.Break) -> None:
    raise Break


def _continue(run: Run, node: ast.Continue) -> None:
    raise Continue


def _assert(run: Run, node: ast.Assert) -> None:
    if need.truth(run.evaluate(node.test)):
        return
    message = "This is not so."
    if node.msg is not None:
        said = run.evaluate(node.msg)
        message = said[:200] if isinstance(said, str) else show(said, 200)
    run.refuse(message, node)


# ── definitions ──


def _def(run: Run, node: ast.FunctionDef) -> None:
    if node.name in _OUR_FUNCTIONS:
        run.note(f"`{node.name}` is built in; this definition is not used.", node)
        return
    if node.decorator_list:
        run.refuse("A decorator is not part of the language here.", node.decorator_list[0], error=UnsupportedError)
    names.check(run, node.name, node)
    run.scope.names[node.name] = function(run, node.name, node)


def _return(run: Run, node: ast.Return) -> None:
    if not run.calls:
        run.refuse("`return` belongs inside a function.", node, "At the end of a program, write the name alone.")
    raise Return(run.evaluate(node.value) if node.value is not None else None)


def _class(run: Run, node: ast.ClassDef) -> None:
    """The notebook's own classes are built in, if they are the notebook's."""
    if node.name not in pasted.CLASSES:
        hint = "Use `def`; `Value` is built in."
        run.refuse("Classes of your own are not part of the language here.", node, hint, UnsupportedError)
    if node.decorator_list:
        run.refuse("A decorator is not part of the language here.", node.decorator_list[0], error=UnsupportedError)
    run.note(pasted.understand(run, node), node)
    run.scope.names.pop(node.name, None)  # ours again, whatever the name stood for


# ── imports ──


def _import(run: Run, node: ast.Import) -> None:
    for alias in node.names:
        top = alias.name.split(".")[0]
        names.check(run, alias.asname or top, node)
        if top in MODULES:
            run.scope.names[alias.asname or top] = MODULES[top](run)
        elif top not in QUIET:
            run.scope.names[alias.asname or top] = Missing(top)


def _import_from(run: Run, node: ast.ImportFrom) -> None:
    top = (node.module or "").split(".")[0]
    if not top or top in QUIET:
        return
    for alias in node.names:
        name = alias.asname or alias.name
        if top in MODULES:
            found = MODULES[top](run).names
            if alias.name == "*":
                run.scope.names.update(found)
            elif alias.name in found:
                names.check(run, name, node)
                run.scope.names[name] = found[alias.name]
            else:
                known = f"Known: {', '.join(sorted(found))}."
                run.refuse(f"`{top}` has no `{alias.name}` here.", node, known, UnsupportedError)
        elif alias.name != "*":
            run.scope.names[name] = Missing(top)


STATEMENTS: Statements = {
    ast.AnnAssign: _annotated,
    ast.Assert: _assert,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.Break: _break,
    ast.ClassDef: _class,
    ast.Continue: _continue,
    ast.Expr: _expression,
    ast.For: _for,
    ast.FunctionDef: _def,
    ast.If: _if,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Pass: _pass,
    ast.Return: _return,
    ast.While: _while,
}
