"""Expressions: one function for each kind, and the table of them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language import attributes, containers, instances, names, need, strings
from stepgrad.engine.language.arithmetic import WHOLE, apply
from stepgrad.engine.language.calls import call, function
from stepgrad.engine.language.objects import Function, Instance, Number, Scope, describe, is_number
from stepgrad.engine.language.printing import show
from stepgrad.engine.ops import ADD, DIV, MUL, NEG, POW, SUB, Op
from stepgrad.engine.value import Value

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Expressions, Run

__all__ = ["EXPRESSIONS", "binary", "item"]

_OPERATIONS: dict[type[ast.operator], Op] = {ast.Add: ADD, ast.Sub: SUB, ast.Mult: MUL, ast.Div: DIV, ast.Pow: POW}
_OTHER_SIGNS: dict[type[ast.operator], tuple[str, str]] = {
    ast.BitXor: ("^", "Did you mean `**`? A power is written `x**2`."),
    ast.MatMult: ("@", "Write `sum(a*b for a, b in zip(…))`."),
    ast.BitAnd: ("&", "Did you mean `and`?"),
    ast.BitOr: ("|", "Did you mean `or`? `abs(x)` is written out."),
    ast.LShift: ("<<", ""),
    ast.RShift: (">>", ""),
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


def _constant(run: Run, node: ast.Constant) -> Any:
    value = node.value
    if value is None or value is True or value is False or isinstance(value, (str, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < WHOLE else float(value)
    run.unsupported(node)


def _name(run: Run, node: ast.Name) -> Any:
    return names.look_up(run, node.id, node)


# ── arithmetic ──


def _binary_node(run: Run, node: ast.BinOp) -> Any:
    """A chain a + b + c + … is a tree as deep as it is long: walk down its left side, then compute upwards."""
    chain = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        chain.append(chain[-1].left)
        run.spend(node)
    left = run.evaluate(chain[-1].left)
    for link in reversed(chain):
        left = binary(run, link.op, left, run.evaluate(link.right), link)
    return left


def binary(run: Run, operator: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
    """`left operator right`"""
    if isinstance(left, Instance) or isinstance(right, Instance):
        return instances.operate(run, operator, left, right, node)
    if (op := _OPERATIONS.get(type(operator))) is not None:
        if left is True or left is False or right is True or right is False:
            left, right = [int(each) if isinstance(each, bool) else each for each in (left, right)]
        if isinstance(left, (list, tuple, str)) or isinstance(right, (list, tuple, str)):
            return _join(run, op, left, right, node)
        return apply(run, op, (left, right), node)
    if isinstance(operator, (ast.FloorDiv, ast.Mod)):
        return _divide_whole(run, operator, left, right, node)
    sign, hint = _OTHER_SIGNS.get(type(operator), ("?", ""))
    run.refuse(f"`{sign}` is not an operation on numbers here.", node, hint, UnsupportedError)


def _divide_whole(run: Run, operator: ast.operator, left: Any, right: Any, node: ast.AST) -> int | float | str:
    """`//` and `%`, which have no useful derivative: on plain numbers only, outside the graph."""
    if isinstance(left, str) and isinstance(operator, ast.Mod):
        return strings.percent(run, left, right, node)
    a, b = need.plain(run, left, node), need.plain(run, right, node)
    if any(isinstance(thing, Number) and isinstance(thing.given, float) for thing in (left, right)):
        run.note("`//` and `%` have no slope: no gradient goes back through here.", node)
    if b == 0:
        run.refuse("Division by zero.", node, "With `/` it is `inf`; `//` and `%` have no answer.")
    return a // b if isinstance(operator, ast.FloorDiv) else a % b


def _join(run: Run, op: Op, left: Any, right: Any, node: ast.AST) -> Any:
    """What `+` and `*` do with lists and strings."""
    if op is ADD and isinstance(left, str) and isinstance(right, str):
        return strings.bounded(run, left + right, node)
    if op is ADD and isinstance(left, (list, tuple)) and isinstance(right, list if isinstance(left, list) else tuple):
        joined = run.listed((thing for part in (left, right) for thing in part), node)
        return joined if isinstance(left, list) else tuple(joined)
    items, times = (left, right) if isinstance(left, (list, str)) else (right, left)
    if op is MUL and isinstance(items, list) and isinstance(need.unwrapped(times), int):
        count = min(max(need.whole(run, times, node), 0), run.limits.items + 1)
        return run.listed((item for _ in range(count if items else 0) for item in items), node)
    if op is MUL and isinstance(items, str) and isinstance(need.unwrapped(times), int):
        count = max(need.whole(run, times, node), 0)
        return strings.bounded(run, items * min(count, run.limits.printed_characters // max(len(items), 1) + 1), node)
    what = describe(left if isinstance(left, (list, tuple, str)) else right)
    hint = "To add up a list, write `sum(…)`; for each of its items, `[2*x for x in xs]`."
    pair = left if isinstance(left, tuple) else right
    if isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(need.unwrapped(part), int) for part in pair):
        hint = f"A decimal number is written with a point: `{need.unwrapped(pair[0])}.{need.unwrapped(pair[1])}`."
    if "string" in what:
        hint = 'Write `f"{x:.4f}"` to put a number into text, or `str(x)`; numbers are written without quotes.'
    run.refuse(f"Arithmetic is for numbers; this has {what}.", node, hint)


def _unary(run: Run, node: ast.UnaryOp) -> Any:
    operand = run.evaluate(node.operand)
    match node.op:
        case ast.Not():
            return not need.truth(operand)
        case ast.UAdd():
            return need.number(run, operand, node)
        case ast.USub() if isinstance(operand, Instance):
            return run.call(instances.read(run, operand, "__neg__", node), [], node)
        case ast.USub() if isinstance(operand, (int, float)):
            return -operand
        case ast.USub():
            return apply(run, NEG, (operand,), node)
    run.refuse("`~` is not an operation on numbers here.", node, error=UnsupportedError)


# ── conditions ──


def _boolean(run: Run, node: ast.BoolOp) -> Any:
    wanted = isinstance(node.op, ast.Or)
    thing: Any = None
    for part in node.values:
        thing = run.evaluate(part)
        if need.truth(thing) is wanted:
            break
    return thing


def _compare(run: Run, node: ast.Compare) -> bool:
    left = run.evaluate(node.left)
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        right = run.evaluate(right_node)
        if not _holds(run, operator, left, right, node):
            return False
        left = right
    return True


def _holds(run: Run, operator: ast.cmpop, left: Any, right: Any, node: ast.AST) -> bool:
    if isinstance(operator, (ast.Is, ast.IsNot)):
        return (left is right) is isinstance(operator, ast.Is)
    if isinstance(operator, (ast.In, ast.NotIn)):
        return containers.contains(run, right, left, node) is isinstance(operator, ast.In)
    compare = _COMPARISONS[type(operator)]
    equality = isinstance(operator, (ast.Eq, ast.NotEq))
    if equality and not (is_number(left, truth=True) and is_number(right, truth=True)):
        return containers.same(run, left, right, node) is isinstance(operator, ast.Eq)
    if isinstance(left, str) and isinstance(right, str):
        return compare(left, right)
    if not (is_number(left, truth=True) and is_number(right, truth=True)):
        run.refuse(f"{describe(left)} and {describe(right)} cannot be compared.".capitalize(), node)
    if equality and (isinstance(left, Value) or isinstance(right, Value)):
        run.refuse("`==` asks whether two `Value`s are the same object, not the same number.", node, "Compare their `.data`.")
    return compare(need.data(run, left, node), need.data(run, right, node))


def _conditional(run: Run, node: ast.IfExp) -> Any:
    return run.evaluate(node.body if need.truth(run.evaluate(node.test)) else node.orelse)


# ── lists ──


def _sequence(run: Run, node: ast.List | ast.Tuple) -> Any:
    things: list[Any] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            things.extend(run.listed(need.items(run, run.evaluate(element.value), element), element))
            run.check_length(things, node)
        else:
            things.append(run.evaluate(element))
    return things if isinstance(node, ast.List) else tuple(things)


def _subscript(run: Run, node: ast.Subscript) -> Any:
    holder = run.evaluate(node.value)
    if isinstance(node.slice, ast.Slice):
        return _cut(run, holder, node.slice, node)
    return item(run, holder, run.evaluate(node.slice), node)


def item(run: Run, holder: Any, position: Any, node: ast.Subscript) -> Any:
    """`holder[position]`"""
    if isinstance(holder, dict):
        return containers.get_item(run, holder, position, node)
    if isinstance(holder, Instance):
        return run.call(instances.read(run, holder, "__getitem__", node), [position], node)
    _check_holder(run, holder, node)
    return holder[need.index(run, holder, position, node, node.slice)]


def _cut(run: Run, holder: Any, bounds: ast.Slice, node: ast.Subscript) -> Any:
    _check_holder(run, holder, node)
    cut = holder[_slice(run, bounds)]
    if not isinstance(cut, range):
        run.spend(node, len(cut) // 4)
    return cut


def _slice(run: Run, bounds: ast.Slice) -> slice:
    parts = [
        None if part is None else need.whole(run, run.evaluate(part), part) for part in (bounds.lower, bounds.upper, bounds.step)
    ]
    if parts[2] == 0:
        run.refuse("The step of a slice cannot be 0.", bounds)
    return slice(*parts)


def _check_holder(run: Run, holder: Any, node: ast.Subscript) -> None:
    if not isinstance(holder, (list, tuple, range, str)):
        run.refuse(f"Only a list has items; this is {describe(holder)}.", node, "A list is written `[1, 2, 3]`.")


_Comprehension = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp


def _comprehension(run: Run, node: _Comprehension) -> Any:
    """A list, for a generator too: what takes one in our language takes all of it."""
    made: list[Any] = []
    outside, run.scope = run.scope, Scope(run.scope)
    try:
        _generate(run, node, 0, made)
    finally:
        run.scope = outside
    if isinstance(node, ast.SetComp):
        return containers.set_of(run, made, node)
    if isinstance(node, ast.DictComp):
        return dict(made)
    return made


def _generate(run: Run, node: _Comprehension, loop: int, made: list[Any]) -> None:
    if loop == len(node.generators):
        if isinstance(node, ast.DictComp):
            made.append((containers.key_of(run, run.evaluate(node.key), node.key), run.evaluate(node.value)))
        else:
            made.append(run.evaluate(node.elt))
        run.check_length(made, node)
        return
    generator = node.generators[loop]
    for thing in need.items(run, run.evaluate(generator.iter), generator.iter):
        run.spend(node)
        names.bind_item(run, generator.target, thing)
        if all(need.truth(run.evaluate(test)) for test in generator.ifs):
            _generate(run, node, loop + 1, made)


def _set(run: Run, node: ast.Set) -> Any:
    return containers.set_of(run, [run.evaluate(element) for element in node.elts], node)


def _slice_node(run: Run, node: ast.Slice) -> Any:
    """Where items are set or deleted: `xs[1:3] = …`"""
    return _slice(run, node)


# ── functions, attributes, strings ──


def _lambda(run: Run, node: ast.Lambda) -> Function:
    return function(run, "lambda", node)


def _walrus(run: Run, node: ast.NamedExpr) -> Any:
    thing = run.evaluate(node.value)
    names.bind(run, node.target, thing, run.strength, node)
    return run.scope.home(node.target.id).names[node.target.id]


def _yield(run: Run, node: ast.Yield) -> None:
    run.yielded.append(run.evaluate(node.value) if node.value is not None else None)
    run.check_length(run.yielded, node)


def _yield_from(run: Run, node: ast.YieldFrom) -> None:
    run.yielded.extend(run.listed(need.items(run, run.evaluate(node.value), node.value), node))
    run.check_length(run.yielded, node)


def _attribute(run: Run, node: ast.Attribute) -> Any:
    return attributes.read(run, run.evaluate(node.value), node.attr, node)


def _joined(run: Run, node: ast.JoinedStr) -> str:
    text = ""
    for part in node.values:
        text += run.evaluate(part)
        run.spend(node, len(text) // 64)
        if len(text) > run.limits.printed_characters:
            run.refuse(f"This string has more than {run.limits.printed_characters:,} characters.", node)
    return text


def _formatted(run: Run, node: ast.FormattedValue) -> str:
    thing = run.evaluate(node.value)
    spec = "" if node.format_spec is None else str(run.evaluate(node.format_spec))
    if node.conversion == ord("r"):
        thing = show(thing, run.limits.printed_characters)
    return strings.formatted(run, thing, spec, node)


EXPRESSIONS: Expressions = {
    ast.Attribute: _attribute,
    ast.BinOp: _binary_node,
    ast.BoolOp: _boolean,
    ast.Call: call,
    ast.Compare: _compare,
    ast.Constant: _constant,
    ast.Dict: containers.dictionary,
    ast.DictComp: _comprehension,
    ast.FormattedValue: _formatted,
    ast.GeneratorExp: _comprehension,
    ast.IfExp: _conditional,
    ast.JoinedStr: _joined,
    ast.Lambda: _lambda,
    ast.List: _sequence,
    ast.ListComp: _comprehension,
    ast.Name: _name,
    ast.NamedExpr: _walrus,
    ast.Set: _set,
    ast.SetComp: _comprehension,
    ast.Slice: _slice_node,
    ast.Subscript: _subscript,
    ast.Tuple: _sequence,
    ast.UnaryOp: _unary,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
