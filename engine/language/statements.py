"""Statements: one function for each kind, and the table of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language import attributes, classes, names, need, ours, pasted
from stepgrad.engine.language.callables import BUILTINS
from stepgrad.engine.language.calls import function
from stepgrad.engine.language.expressions import binary, item
from stepgrad.engine.language.leaving import Break, Continue, Return, Skip
from stepgrad.engine.language.modules import QUIET, find
from stepgrad.engine.language.modules.torch import NO_GRAD
from stepgrad.engine.language.objects import Class, Missing, Parts, Scope, value_of
from stepgrad.engine.language.printing import show
from stepgrad.engine.recorder import Making

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run, Statements

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
            thing = run.scope.home(target.id).names[target.id]  # `a = b = 2.0` is one number with two names


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
        if run.no_grad and (value := value_of(before)) is not None:
            changed = binary(run, node.op, value.data, run.evaluate(node.value), node)
            return run.recorder.assign(value, "data", float(need.plain(run, changed, node)))
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
        run.outputs.wrote(run, thing, node.value)


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


def _with(run: Run, node: ast.With) -> None:
    """What a `with` opens is nearly always something that is not run here: `torch.no_grad()`, a progress bar."""
    outside = run.no_grad
    for opened in node.items:
        try:
            thing = run.evaluate(opened.context_expr)
        except Skip as skip:
            thing = Missing(skip.needs)
        if isinstance(opened.optional_vars, ast.Name) and isinstance(thing, Missing):
            run.scope.home(opened.optional_vars.id).names[opened.optional_vars.id] = thing
        elif opened.optional_vars is not None:
            names.bind(run, opened.optional_vars, thing, run.strength, node)
        run.no_grad = run.no_grad or thing is NO_GRAD
    try:
        run.block(node.body)
    finally:
        run.no_grad = outside


def _try(run: Run, node: ast.Try) -> None:
    """Python's exceptions do not exist here: what is wrong with a program is said, and ends it."""
    if node.handlers:
        run.note("Nothing raises here (1/0 is `inf`), so that `except` is never reached.", node.handlers[0])
    try:
        run.block(node.body)
        run.block(node.orelse)
    except (Break, Continue, Return, Skip):
        run.block(node.finalbody)
        raise
    run.block(node.finalbody)


def _raise(run: Run, node: ast.Raise) -> None:
    said = "it gives no reason."
    if isinstance(node.exc, ast.Call) and node.exc.args:
        thing = run.evaluate(node.exc.args[0])
        said = thing[:200] if isinstance(thing, str) else show(thing, 200)
    run.refuse(f"The program stops itself: {said.rstrip('.')}.", node, "It `raise`s this error.")


def _delete(run: Run, node: ast.Delete) -> None:
    for target in node.targets:
        match target:
            case ast.Name(id=name):
                names.look_up(run, name, target)
                run.scope.home(name).names.pop(name, None)
            case ast.Subscript():
                names.delete_item(run, run.evaluate(target.value), run.evaluate(target.slice), target)
            case _:
                run.unsupported(node)


# ── definitions ──


def _def(run: Run, node: ast.FunctionDef) -> None:
    if node.name in _OUR_FUNCTIONS:
        run.note(f"`{node.name}` is built in; this definition is not used.", node)
        return
    if node.decorator_list:
        run.refuse("A decorator is not part of the language here.", node.decorator_list[0], error=UnsupportedError)
    names.check(run, node.name, node)
    run.scope.names[node.name] = function(run, node.name, node)


def _elsewhere(run: Run, node: ast.Global | ast.Nonlocal) -> None:
    for name in node.names:
        names.check(run, name, node)
        home: Scope | None = run.top
        if isinstance(node, ast.Nonlocal):
            home = run.scope.enclosing
            while home is not None and (name not in home.names or home is run.top):
                home = home.enclosing
        if home is None:
            run.refuse(f"No function around this one has a `{name}`.", node, f"Bind `{name}` before this `def`.")
        if home is not run.scope:
            run.scope.elsewhere[name] = home


def _return(run: Run, node: ast.Return) -> None:
    if not run.calls:
        run.refuse("`return` belongs inside a function.", node, "At the end of a program, write the name alone.")
    raise Return(run.evaluate(node.value) if node.value is not None else None)


def _class(run: Run, node: ast.ClassDef) -> None:
    """The notebook's own classes are built in, if they are the notebook's; others are run as they are written."""
    if node.name in pasted.CLASSES and not _has_nets(run):
        try:
            run.note(pasted.understand(run, node), node)
        except UnsupportedError as differs:
            if node.name == "Value":  # only ours is drawn
                raise
            run.note(f"{differs.message} So this class is run as it is written.", node)
        else:
            run.scope.names.pop(node.name, None)  # ours again, whatever the name stood for
            if node.name == classes.MODULE.name:
                run.scope.names[node.name] = classes.MODULE
            return
    elif pasted.is_a_value(node):
        try:
            run.note(pasted.understand_value(run, node), node)
        except UnsupportedError:
            run.note(f"`{node.name}` is run as it is written: its numbers are its own, and are not drawn.", node)
        else:
            run.scope.names[node.name] = BUILTINS["Value"]
            return
    run.scope.names[node.name] = classes.define(run, node)


def _has_nets(run: Run) -> bool:
    """Whether the program has nets of its own: then the classes that build on them are its own, too."""
    things = [(run.scope.holder(name) or {}).get(name) for name in pasted.CLASSES]
    return any(isinstance(thing, Class) and thing is not classes.MODULE for thing in things)


# ── imports ──


def _import(run: Run, node: ast.Import) -> None:
    for alias in node.names:
        top = alias.name.split(".")[0]
        names.check(run, alias.asname or top, node)
        if top not in QUIET:
            path = alias.name if alias.asname else top
            run.scope.names[alias.asname or top] = ours.module(path) if top in ours.OURS else find(run, path)


def _import_from(run: Run, node: ast.ImportFrom) -> None:
    path = node.module or ""
    top = path.split(".")[0]
    if not path or top in QUIET:
        return
    if top in ours.OURS:
        for alias in node.names:
            names.check(run, alias.asname or alias.name, node)
            run.scope.names.update(ours.brought(ours.module(path), alias.name, alias.asname or alias.name))
        return
    module = find(run, path)
    for alias in node.names:
        name = alias.asname or alias.name
        if isinstance(module, Missing):
            if alias.name != "*":
                run.scope.names[name] = module
        elif alias.name == "*":
            run.scope.names.update(module.names)
        elif alias.name in module.names:
            names.check(run, name, node)
            run.scope.names[name] = module.names[alias.name]
        elif module.partial:
            run.scope.names[name] = Missing(module.name)
        else:
            run.refuse(f"`{path}` has no `{alias.name}` here.", node, module.known(), UnsupportedError)


STATEMENTS: Statements = {
    ast.AnnAssign: _annotated,
    ast.Assert: _assert,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.Break: _break,
    ast.ClassDef: _class,
    ast.Continue: _continue,
    ast.Delete: _delete,
    ast.Expr: _expression,
    ast.For: _for,
    ast.FunctionDef: _def,
    ast.Global: _elsewhere,
    ast.If: _if,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Nonlocal: _elsewhere,
    ast.Pass: _pass,
    ast.Raise: _raise,
    ast.Return: _return,
    ast.Try: _try,
    ast.While: _while,
    ast.With: _with,
}
