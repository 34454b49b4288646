"""Running a program's syntax tree: a whitelist of Python, with one budget.

Nothing of Python's own machinery is handed to the program: no `eval`, no attribute look-up on Python objects, no big integers,
no string arithmetic. A kind of syntax that has no method here is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NoReturn

from engine.errors import EmptyProgramError, EngineError, LimitError, ProgramError, Span, UnknownNameError, UnsupportedError
from engine.graph import ancestors
from engine.language import library
from engine.language.objects import Builtin, Function, Missing, Module, Number, describe
from engine.language.source import Source
from engine.limits import Limits
from engine.ops import OPS, Op
from engine.story import EXPLICIT, LOCAL, TOP, Recorder
from engine.suggest import closest
from engine.trace import Notice, Trace
from engine.value import Value

__all__ = ["Interpreter"]

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
_OURS = {"Value": "Value", "Neuron": "Neuron", "Layer": "Layer", "MLP": "MLP", "Module": "Module"}
_NOT_RUN = frozenset({"np", "numpy", "plt", "matplotlib", "torch"})
_QUIET_IMPORTS = ("micrograd", "engine", "stepgrad", "graphviz", "typing", "__future__", "IPython", "collections", "dataclasses")
_FORMAT = re.compile(r"[<>^]?[+ ]?0?\d{0,2},?(\.\d{1,2})?[dfgeFGE%]?")
_WHOLE = 2**63
"""Integers beyond this become floats, so that no integer grows large."""


class _Skip(Exception):
    """The statement needs something we do not run."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Scope:
    """Names and what they stand for; `enclosing` is where a name is looked up next."""

    __slots__ = ("enclosing", "names")

    def __init__(self, enclosing: _Scope | None) -> None:
        self.enclosing = enclosing
        self.names: dict[str, Any] = {}


class Interpreter:
    """One run of one program."""

    def __init__(self, source: Source, inputs: Mapping[str, float], expand: frozenset[str], limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.expand = expand
        self.recorder = Recorder(limits)
        self.printed: list[str] = []
        self.warnings: list[Notice] = []
        self._overrides = dict(inputs)
        self._inputs: dict[str, int] = {}
        self._steps = limits.steps
        self._characters = limits.printed_characters
        self._top = self._scope = _Scope(None)
        self._folding = True
        self._outputs: list[Value] = []
        self._read: set[Value] = set()

    # ── the run ──

    def run(self) -> Trace:
        last = None
        try:
            for statement in self.source.tree.body:
                last = self._top_level(statement)
        except RecursionError:
            raise LimitError(
                "The program calls itself, or nests, too deeply.", limit="nesting", value=self.limits.nesting, hint="Use a loop."
            ) from None
        if last is not None:
            self.echo(library.show(last))
        if self._overrides:
            self._refuse_overrides()
        if not self._outputs and not self.recorder.roots:
            self._refuse_nothing()
        if self.recorder.roots:
            self._outputs = self.recorder.roots[-1:]
        self._warn_unused()
        return self.recorder.trace(
            self.source.text, self._outputs, span=self._place, warnings=self.warnings, printed=self.printed
        )

    def _refuse_nothing(self) -> NoReturn:
        """There is no value to draw: say why, as far as we know."""
        if functions := [thing for thing in self._top.names.values() if isinstance(thing, Function)]:
            name, arguments = functions[-1].name, len(functions[-1].node.args.args)
            example = f"{name}({', '.join(['3.0', '2.0', '1.0'][:arguments] or ['3.0'] * arguments)})"
            raise EmptyProgramError(f"`{name}` is defined, but nothing calls it yet.", hint=f"Add a line below it: `{example}`.")
        hint = "Type an expression, such as `a = 2.0` and below it `b = a * a`."
        if self.warnings:
            raise EmptyProgramError(f"There is nothing to draw. {self.warnings[0].message}", hint=hint)
        raise EmptyProgramError("There is nothing to draw yet.", hint=hint)

    def _top_level(self, statement: ast.stmt) -> Any:
        """Run one statement; answer the value of an expression, as a notebook would show it under the cell."""
        try:
            if isinstance(statement, ast.Expr):
                self.spend(statement)
                self._folding = False
                try:
                    value = self.eval(statement.value)
                finally:
                    self._folding = True
                self._write(value, statement.value)
                return value
            self.execute(statement)
        except _Skip as skip:
            self._pass_over(statement, skip.needs)
        except (_Return, _Break, _Continue):
            self.refuse("This stands outside of what it could leave.", statement)
        return None

    def _pass_over(self, statement: ast.stmt, needs: str) -> None:
        self.warnings.append(
            Notice(f"This line needs {needs}, which is not run here; it is passed over.", span=self.source.span(statement))
        )
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._top.names[node.id] = Missing(needs)

    def _write(self, value: Any, node: ast.expr) -> None:
        """Note what an expression statement wrote down: the output, unless something later is."""
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not isinstance(node, (ast.Constant, ast.UnaryOp)):
            return  # a count, or `x.grad`: read off the graph, not part of it
        if values := [self.lift(item, node) for item in library.flat(value) if library.is_number(item)]:
            self._outputs = values

    def _bound(self, thing: Any) -> None:
        """What is bound at the top level is the output until something later is.

        An input that follows a calculation (a learning rate, say) does not take its place; inputs alone are all shown.
        """
        values = [
            item.value if isinstance(item, Number) else item for item in library.flat(thing) if isinstance(item, (Number, Value))
        ]
        if any(value.inputs for value in values):
            self._outputs = values
        elif not any(value.inputs for value in self._outputs):
            self._outputs.extend(value for value in values if value not in self._outputs)

    def written(self, value: Any) -> None:
        """A calculation made inside `print(…)` counts as written, too; a value that has a name has been seen already."""
        for item in library.flat(value):
            made = item.value if isinstance(item, Number) else item
            if isinstance(made, Value) and made.inputs and not self.recorder.is_named(made):
                self._outputs = [made]

    def drawn(self, value: Any) -> None:
        """The program asks for a picture of this value."""
        if values := [item for item in library.flat(value) if isinstance(item, (Value, Number))]:
            self._outputs = [item.value if isinstance(item, Number) else item for item in values]

    def _warn_unused(self) -> None:
        seen = set(ancestors([*self.recorder.roots, *self._outputs]))
        left = []
        for name, thing in self._top.names.items():
            value = thing.value if isinstance(thing, Number) else thing
            if isinstance(value, Value) and value not in seen and value not in self._read:
                left.append(f"`{name}`")
        if left:
            label = self._outputs[-1].label
            output = f"`{label}`" if label else "the output"
            shown = ", ".join(left[:6]) + (" …" if len(left) > 6 else "")
            verb, them = ("is", "it") if len(left) == 1 else ("are", "them")
            self.warnings.append(Notice(f"{shown} {verb} not drawn: {output} does not depend on {them}."))

    # ── help for the methods below ──

    def spend(self, node: ast.AST | None, cost: int = 1) -> None:
        self._steps -= cost
        if self._steps < 0:
            allowed = self.limits.steps
            raise LimitError(
                f"The program takes more than {allowed:,} steps to run.",
                limit="steps", value=allowed, span=self.source.span(node) if node is not None else None,
                hint="Use fewer repetitions.",
            )  # fmt: skip

    def refuse(self, message: str, node: ast.AST, hint: str = "", error: type[EngineError] = ProgramError) -> NoReturn:
        raise error(message, span=self.source.span(node), hint=hint)

    def _unsupported(self, node: ast.AST) -> NoReturn:
        what, hint = _REFUSALS.get(type(node), (f"`{type(node).__name__}`", ""))
        self.refuse(f"{what} is not part of the language here.", node, hint, UnsupportedError)

    def _place(self, place: Any) -> Span | None:
        return self.source.span(place) if isinstance(place, ast.AST) else None

    def lift(self, thing: Any, node: ast.AST) -> Value:
        """The value in the graph that stands for a number; a plain one becomes a constant."""
        if isinstance(thing, Value):
            return thing
        if isinstance(thing, Number):
            return thing.value
        if isinstance(thing, (int, float)):
            return self.recorder.leaf(thing, "constant", node)
        self.refuse(f"A number is needed here; this is {describe(thing)}.", node)

    def need_number(self, thing: Any, node: ast.AST) -> None:
        """Refuse what is not a number."""
        if not library.is_number(thing):
            self.refuse(f"A number is needed here; this is {describe(thing)}.", node)

    def plain(self, thing: Any, node: ast.AST) -> int | float:
        """A number as Python has it, without its place in the graph."""
        if isinstance(thing, Number):
            self._read.add(thing.value)
            return thing.plain
        if isinstance(thing, (int, float)):
            return thing
        if isinstance(thing, Value):
            self.refuse("A plain number is needed here; this is a `Value`.", node, "Its number is its `.data`.")
        self.refuse(f"A number is needed here; this is {describe(thing)}.", node)

    def whole(self, thing: Any, node: ast.AST) -> int:
        """An integer, where Python needs one."""
        number = self.plain(thing, node)
        if isinstance(number, int):
            return int(number)
        self.refuse(
            f"An integer is needed here; this is {number!r}.", node, f"Write `{int(number)}`." if number == number // 1 else ""
        )

    def items(self, thing: Any, node: ast.AST) -> Iterable[Any]:
        """The items of something one can loop over."""
        if isinstance(thing, (list, tuple, range)):
            return thing
        self.refuse(
            f"This cannot be looped over: it is {describe(thing)}.",
            node,
            "Loop over a list, `range(…)`, `zip(…)` or `enumerate(…)`.",
        )

    def listed(self, items: Iterable[Any], node: ast.AST) -> list[Any]:
        """A list of the items, each of them paid for."""
        made = list(islice(items, min(self._steps, self.limits.items) + 1))
        self.spend(node, len(made))
        if len(made) > self.limits.items:
            allowed = self.limits.items
            raise LimitError(f"A list of more than {allowed:,} items.", limit="items", value=allowed, span=self.source.span(node))
        return made

    def echo(self, text: str) -> None:
        """Add a line to what the program printed."""
        if len(self.printed) > self.limits.printed_lines or self._characters <= 0:
            return
        if len(self.printed) == self.limits.printed_lines or len(text) > self._characters:
            self._characters = 0
            text = "… and more, which is not shown."
        self._characters -= len(text)
        self.printed.append(text)

    # ── arithmetic ──

    def arithmetic(self, name: str, operands: Sequence[Any], node: ast.AST, params: tuple[float, ...] = ()) -> Any:
        """Apply an operation of the table to numbers of any kind.

        Plain numbers alone give a plain number while folding; otherwise the result has a place in the graph, and is what Python
        would have made of it: a `Value` if one took part.
        """
        op = OPS[name]
        for operand in operands:
            if not library.is_number(operand):
                self.refuse(f"`{op.symbol}` needs numbers; this is {describe(operand)}.", node)
        if self._folding and not any(isinstance(operand, (Number, Value)) for operand in operands):
            return self.fold(op, [*operands, *params])
        if name in self.expand and op.expand is not None:
            return self._expanded(op, operands, node)
        inputs = list(operands)
        if name == "pow" and not isinstance(operands[1], (Number, Value)):
            params, inputs = (operands[1],), inputs[:1]
        value = self.recorder.operation(op, [self.lift(operand, node) for operand in inputs], params, node)
        if any(isinstance(operand, Value) for operand in operands):
            return value
        return Number(self._python(op, operands, params, value.data), value)

    def unfolded(self, name: str, operands: Sequence[Any], node: ast.AST, params: tuple[float, ...]) -> Any:
        """An operation called by its name: of plain numbers, too, it is part of the graph."""
        folding, self._folding = self._folding, False
        try:
            return self.arithmetic(name, operands, node, params)
        finally:
            self._folding = folding

    def _python(self, op: Op, operands: Sequence[Any], params: tuple[float, ...], data: float) -> int | float:
        """What Python shows for a result: integers stay integers."""
        plains = [operand.plain if isinstance(operand, Number) else operand for operand in operands]
        if all(isinstance(plain, int) for plain in plains) and op.name in _EXACT:
            return self.fold(op, plains)
        return data

    def fold(self, op: Op, plains: Sequence[int | float]) -> int | float:
        """Plain arithmetic. Integers stay integers below 2**63; floats never raise."""
        if op.name in _EXACT and all(isinstance(plain, int) for plain in plains):
            a, b = [int(plain) for plain in plains] if len(plains) == 2 else (int(plains[0]), 0)
            if op.name != "pow" or (b >= 0 and max(a.bit_length(), 1) * b < 64):
                result = _EXACT[op.name](a, b)
                return result if abs(result) < _WHOLE else float(result)
        return op.forward(*[float(plain) for plain in plains])

    def _expanded(self, op: Op, operands: Sequence[Any], node: ast.AST) -> Any:
        folding, self._folding = self._folding, True  # `e - 1` becomes `e + (-1)`, with one constant, as in micrograd
        try:
            assert op.expand is not None
            term = op.expand(*[_Term(self, operand, node) for operand in operands])
        finally:
            self._folding = folding
        return term.it

    # ── names ──

    def bind(self, target: ast.expr, thing: Any, strength: int, statement: ast.AST | None = None) -> None:
        """Bind names to things, unpacking where the target does."""
        match target:
            case ast.Name(id=name):
                self._check_name(name, target)
                self._scope.names[name] = adopted = self._adopt(thing, name, strength, statement or target)
                if strength == TOP:
                    self._bound(adopted)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                items = list(islice(self.items(thing, target), len(targets) + 1))
                if len(items) != len(targets):
                    count = "more" if len(items) > len(targets) else str(len(items))
                    self.refuse(f"{len(targets)} names are bound here, to {count} values.", target)
                for inner, item in zip(targets, items, strict=True):
                    self.bind(inner, item, strength)
            case ast.Attribute():
                self._set_attribute(target, thing)
            case ast.Subscript():
                holder = self.eval(target.value)
                if not isinstance(holder, list):
                    self.refuse(f"Items can only be set in a list; this is {describe(holder)}.", target.value)
                index = self.whole(self.eval(target.slice), target.slice)
                if not -len(holder) <= index < len(holder):
                    self.refuse(f"The list has {len(holder)} items; there is no item {index}.", target)
                holder[index] = thing
            case _:
                self._unsupported(target)

    def _adopt(self, thing: Any, name: str, strength: int, place: ast.AST) -> Any:
        """Give what is bound to a name that name, and a plain number a place in the graph."""
        if isinstance(thing, (int, float)) and not isinstance(thing, bool):
            thing = Number(thing, self.recorder.leaf(thing, "constant", place))
        if isinstance(thing, (Number, Value)):
            value = thing.value if isinstance(thing, Number) else thing
            was_input = value.op is None and not self.recorder.is_bound(value)
            self.recorder.name(value, name, strength, place)
            if strength == TOP and was_input:
                return self._input(thing, value, name)
        elif isinstance(thing, (list, tuple)) and strength == TOP:
            self.spend(place, len(thing))
            adopted = [
                self._adopt(item, f"{name}[{index}]", strength, place) if library.is_plain_item(item) else item
                for index, item in enumerate(thing)
            ]
            if isinstance(thing, tuple):
                return tuple(adopted)
            thing[:] = adopted
        return thing

    def _input(self, thing: Number | Value, value: Value, name: str) -> Number | Value:
        """A new input of the program: its number may be overridden from outside."""
        count = self._inputs[name] = self._inputs.get(name, 0) + 1
        key = name if count == 1 else f"{name}#{count}"
        if key not in self._overrides or self.recorder.used(value):
            return thing
        value.data = float(self._overrides.pop(key))
        return Number(value.data, value) if isinstance(thing, Number) else thing

    def _refuse_overrides(self) -> NoReturn:
        name = next(iter(self._overrides))
        known = ", ".join(f"`{key}`" for key in list(self._inputs)[:12]) or "none"
        raise UnknownNameError(f"The program has no input named `{name[:64]}`.", hint=f"Its inputs: {known}.")

    def _check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("__"):
            self.refuse("Names do not begin with two underscores here.", node, error=UnsupportedError)

    def _lookup(self, node: ast.Name) -> Any:
        name = node.id
        scope: _Scope | None = self._scope
        while scope is not None:
            if name in scope.names:
                thing = scope.names[name]
                if isinstance(thing, Missing):
                    raise _Skip(thing.needs)
                return thing
            scope = scope.enclosing
        if name in library.BUILTINS:
            return library.BUILTINS[name]
        if name in _NOT_RUN:
            raise _Skip({"np": "numpy", "plt": "matplotlib"}.get(name, name))
        self._check_name(name, node)
        self._unknown(node)

    def _unknown(self, node: ast.Name, called: bool = False) -> NoReturn:
        name = node.id
        names: set[str] = set()
        scope: _Scope | None = self._scope
        while scope is not None:
            names |= scope.names.keys()
            scope = scope.enclosing
        if called:
            callables = [*library.BUILTINS, *(n for n in names if isinstance(self._find(n), Function))]
            close = closest(name, callables)
            hint = (
                f"Did you mean `{close}`?"
                if close
                else f"Define it with `def {name}(x): …`, or use an operation: exp, tanh, relu, log, …"
            )
            self.refuse(f"`{name}` is not known.", node, hint, UnknownNameError)
        if name in library.MATH_NAMES:
            hint = f"Write `math.{name}`."
        elif len(name) > 1 and (close := closest(name, [*names, *library.BUILTINS])):
            hint = f"Did you mean `{close}`? Or add `{name} = 1.0`."
        else:
            hint = f"Add `{name} = 1.0`."
        self.refuse(f"`{name}` has no value yet.", node, hint, UnknownNameError)

    def _find(self, name: str) -> Any:
        scope: _Scope | None = self._scope
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.enclosing
        return None

    # ── statements ──

    def execute(self, statement: ast.stmt) -> None:
        self.spend(statement)
        run = getattr(self, f"_do_{type(statement).__name__}", None)
        if run is None:
            self._unsupported(statement)
        run(statement)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self.execute(statement)

    @property
    def _strength(self) -> int:
        return TOP if self._scope is self._top else LOCAL

    def _do_Assign(self, node: ast.Assign) -> None:
        thing = self.eval(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name) and isinstance(thing, (int, float)) and not isinstance(thing, bool):
                self.bind(target, thing, self._strength, node)
                thing = self._scope.names[target.id]
            else:
                self.bind(target, thing, self._strength, node)

    def _do_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            self._unsupported(node)
        self.bind(node.target, self.eval(node.value), self._strength, node)

    def _do_AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        if isinstance(target, ast.Name):
            before = self._lookup(ast.copy_location(ast.Name(target.id, ast.Load()), target))
        elif isinstance(target, ast.Attribute):
            before = self._attribute(self.eval(target.value), target.attr, target)
        else:
            before = self.eval(ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target))
        change = self.eval(node.value)
        if isinstance(before, list) and isinstance(node.op, ast.Add):
            before.extend(self.listed(self.items(change, node.value), node))
            self.listed(before, node)
            return
        self.bind(target, self._binary(node.op, before, change, node), self._strength, node)

    def _do_Expr(self, node: ast.Expr) -> None:
        thing = self.eval(node.value)
        if self._scope is self._top:
            self._write(thing, node.value)

    def _do_For(self, node: ast.For) -> None:
        for item in self.items(self.eval(node.iter), node.iter):
            self.spend(node)
            self._bind_item(node.target, item)
            try:
                self._block(node.body)
            except _Break:
                return
            except _Continue:
                continue
        self._block(node.orelse)

    def _do_While(self, node: ast.While) -> None:
        while self.truth(self.eval(node.test), node.test):
            self.spend(node)
            try:
                self._block(node.body)
            except _Break:
                return
            except _Continue:
                continue
        self._block(node.orelse)

    def _bind_item(self, target: ast.expr, item: Any) -> None:
        """Bind what a loop goes over. A count stays a count; a float gets a place in the graph, so that `x * x` is drawn."""
        if isinstance(target, ast.Name) and isinstance(item, int):
            self._check_name(target.id, target)
            self._scope.names[target.id] = item
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(item, (list, tuple)) and len(item) == len(target.elts):
            for inner, part in zip(target.elts, item, strict=True):
                self._bind_item(inner, part)
        else:
            self.bind(target, item, LOCAL)

    def _do_If(self, node: ast.If) -> None:
        self._block(node.body if self.truth(self.eval(node.test), node.test) else node.orelse)

    def _do_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in ("trace", "draw_dot"):
            self._note(f"`{node.name}` is built in; this definition is not used.", node)
            return
        if node.decorator_list:
            self._unsupported(node.decorator_list[0])
        self._check_name(node.name, node)
        self._scope.names[node.name] = self._function(node.name, node)

    def _function(self, name: str, node: ast.FunctionDef | ast.Lambda) -> Function:
        arguments = node.args
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                self.refuse("`*` and `**` parameters are not part of the language here.", extra, "Pass a list.", UnsupportedError)
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self._check_name(argument.arg, argument)
        if arguments.kwonlyargs:
            self.refuse(
                "Keyword-only parameters are not part of the language here.", arguments.kwonlyargs[0], error=UnsupportedError
            )
        return Function(name, node, tuple(self.eval(default) for default in arguments.defaults), self._scope)

    def _do_Return(self, node: ast.Return) -> None:
        raise _Return(self.eval(node.value) if node.value is not None else None)

    def _do_Pass(self, node: ast.Pass) -> None:
        pass

    def _do_Break(self, node: ast.Break) -> None:
        raise _Break

    def _do_Continue(self, node: ast.Continue) -> None:
        raise _Continue

    def _do_Assert(self, node: ast.Assert) -> None:
        if not self.truth(self.eval(node.test), node.test):
            message = library.show(self.eval(node.msg)) if node.msg is not None else "This is not so."
            self.refuse(message[:200], node)

    def _do_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.split(".")[0]
            self._check_name(top, node)
            if top in library.MODULES:
                self._scope.names[alias.asname or top] = library.MODULES[top](self)
            elif top not in _QUIET_IMPORTS:
                self._scope.names[alias.asname or top] = Missing(top)

    def _do_ImportFrom(self, node: ast.ImportFrom) -> None:
        top = (node.module or "").split(".")[0]
        for alias in node.names:
            name = alias.asname or alias.name
            if top in library.MODULES:
                names = library.MODULES[top](self).names
                if alias.name == "*":
                    self._scope.names.update(names)
                elif alias.name in names:
                    self._scope.names[name] = names[alias.name]
                else:
                    self.refuse(f"`{top}` has no `{alias.name}` here.", node, error=UnsupportedError)
            elif top not in _QUIET_IMPORTS and alias.name != "*":
                self._scope.names[name] = Missing(top)

    def _do_ClassDef(self, node: ast.ClassDef) -> None:
        if node.name not in _OURS:
            self.refuse(
                "Classes of your own are not part of the language here.",
                node,
                "Use `def`; `Value` is built in.",
                UnsupportedError,
            )
        self._note(f"`{node.name}` is built in; this definition is not used.", node)

    def _note(self, message: str, node: ast.AST) -> None:
        self.warnings.append(Notice(message, span=self.source.span(node)))

    # ── expressions ──

    def eval(self, node: ast.expr) -> Any:
        self.spend(node)
        run = _EVAL.get(type(node))
        if run is None:
            self._unsupported(node)
        return run(self, node)

    def truth(self, thing: Any, node: ast.AST) -> bool:
        if isinstance(thing, Number):
            return bool(thing.plain)
        if isinstance(thing, Value):
            return True
        return bool(thing)

    def _constant(self, node: ast.Constant) -> Any:
        value = node.value
        if value is None or value is True or value is False or isinstance(value, (str, float)):
            return value
        if isinstance(value, int):
            return value if abs(value) < _WHOLE else float(value)
        self._unsupported(node)

    def _name(self, node: ast.Name) -> Any:
        return self._lookup(node)

    def _binop(self, node: ast.BinOp) -> Any:
        """A chain a + b + c + … is a tree as deep as it is long: walk down its left side, then compute upwards."""
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
            self.spend(node)
        left = self.eval(chain[-1].left)
        for link in reversed(chain):
            left = self._binary(link.op, left, self.eval(link.right), link)
        return left

    def _binary(self, operator: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
        if (name := _OPERATORS.get(type(operator))) is not None:
            if isinstance(left, (list, tuple, str)) or isinstance(right, (list, tuple, str)):
                return self._join(name, left, right, node)
            return self.arithmetic(name, (left, right), node)
        if isinstance(operator, (ast.FloorDiv, ast.Mod)):
            a, b = self.plain(left, node), self.plain(right, node)
            if b == 0:
                self.refuse("Division by zero.", node)
            whole = isinstance(operator, ast.FloorDiv)
            try:
                return a // b if whole else a % b
            except (OverflowError, ValueError):
                return float("nan")
        hint = {ast.BitXor: "Did you mean `**`?", ast.MatMult: "Write `sum(a*b for a, b in zip(…))`."}.get(type(operator), "")
        sign = {ast.BitXor: "^", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.LShift: "<<", ast.RShift: ">>"}
        self.refuse(f"`{sign.get(type(operator), '?')}` is not an operation on numbers here.", node, hint, UnsupportedError)

    def _join(self, name: str, left: Any, right: Any, node: ast.AST) -> Any:
        if name == "add" and type(left) is type(right) and isinstance(left, (list, tuple)):
            joined = self.listed([*left, *right], node)
            return joined if isinstance(left, list) else tuple(joined)
        if name == "mul" and isinstance(left, list) != isinstance(right, list):
            items, times = (left, right) if isinstance(left, list) else (right, left)
            if isinstance(items, list):
                count = min(max(self.whole(times, node), 0), self.limits.items + 1)
                return self.listed((item for _ in range(count) for item in items), node)
        what = describe(left if isinstance(left, (list, tuple, str)) else right)
        hint = "In `print`, separate things with commas." if "string" in what else "To add up a list, write `sum(…)`."
        self.refuse(f"Arithmetic is for numbers; this has {what}.", node, hint)

    def _unary(self, node: ast.UnaryOp) -> Any:
        operand = self.eval(node.operand)
        match node.op:
            case ast.Not():
                return not self.truth(operand, node)
            case ast.UAdd():
                self.need_number(operand, node)
                return operand
            case ast.USub():
                if isinstance(operand, (int, float)):
                    return -operand
                return self.arithmetic("neg", (operand,), node)
        self.refuse("`~` is not an operation on numbers here.", node, error=UnsupportedError)

    def _boolop(self, node: ast.BoolOp) -> Any:
        wanted = isinstance(node.op, ast.Or)
        thing: Any = None
        for part in node.values:
            thing = self.eval(part)
            if self.truth(thing, part) is wanted:
                break
        return thing

    def _compare(self, node: ast.Compare) -> bool:
        left = self.eval(node.left)
        for operator, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.eval(right_node)
            if not self._holds(operator, left, right, node):
                return False
            left = right
        return True

    def _holds(self, operator: ast.cmpop, left: Any, right: Any, node: ast.AST) -> bool:
        if isinstance(operator, (ast.Is, ast.IsNot)):
            same = left is right
            return same if isinstance(operator, ast.Is) else not same
        compare = _COMPARISONS.get(type(operator))
        if compare is None:
            self.refuse("`in` is not part of the language here.", node, error=UnsupportedError)
        if (isinstance(left, str) and isinstance(right, str)) or left is None or right is None:
            if isinstance(operator, (ast.Eq, ast.NotEq)):
                return compare(left, right)
        elif library.is_number(left, truth=True) and library.is_number(right, truth=True):
            if isinstance(operator, (ast.Eq, ast.NotEq)) and (isinstance(left, Value) or isinstance(right, Value)):
                self.refuse(
                    "`==` asks whether two `Value`s are the same object, not the same number.", node, "Compare their `.data`."
                )
            return compare(*[thing.data if isinstance(thing, Value) else self.plain(thing, node) for thing in (left, right)])
        self.refuse(f"{describe(left)} and {describe(right)} cannot be compared.".capitalize(), node)

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.eval(node.body if self.truth(self.eval(node.test), node.test) else node.orelse)

    def _sequence(self, node: ast.List | ast.Tuple) -> Any:
        things: list[Any] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                things.extend(self.listed(self.items(self.eval(element.value), element), element))
            else:
                things.append(self.eval(element))
        return things if isinstance(node, ast.List) else tuple(things)

    def _subscript(self, node: ast.Subscript) -> Any:
        holder = self.eval(node.value)
        if not isinstance(holder, (list, tuple, range)):
            self.refuse(f"Only a list has items; this is {describe(holder)}.", node)
        if isinstance(node.slice, ast.Slice):
            parts = [
                None if part is None else self.whole(self.eval(part), part)
                for part in (node.slice.lower, node.slice.upper, node.slice.step)
            ]
            if parts[2] == 0:
                self.refuse("The step of a slice cannot be 0.", node)
            cut = holder[slice(*parts)]
            return cut if isinstance(cut, (range, tuple)) else self.listed(cut, node)
        index = self.whole(self.eval(node.slice), node.slice)
        if not -len(holder) <= index < len(holder):
            self.refuse(
                f"There are {len(holder)} items; there is no item {index}.",
                node,
                f"The last one is item {len(holder) - 1}." if holder else "",
            )
        return holder[index]

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
        outer = self._scope
        self._scope = _Scope(outer)
        made: list[Any] = []
        try:
            self._generate(node, 0, made)
        finally:
            self._scope = outer
        return made

    def _generate(self, node: ast.ListComp | ast.GeneratorExp, depth: int, made: list[Any]) -> None:
        if depth == len(node.generators):
            made.append(self.eval(node.elt))
            if len(made) > self.limits.items:
                self.listed(made, node)
            return
        generator = node.generators[depth]
        for item in self.items(self.eval(generator.iter), generator.iter):
            self.spend(node)
            self._bind_item(generator.target, item)
            if all(self.truth(self.eval(test), test) for test in generator.ifs):
                self._generate(node, depth + 1, made)

    def _lambda(self, node: ast.Lambda) -> Function:
        return self._function("lambda", node)

    def _joined(self, node: ast.JoinedStr) -> str:
        return "".join(str(self.eval(part)) for part in node.values)[: self.limits.printed_characters]

    def _formatted(self, node: ast.FormattedValue) -> str:
        thing = self.eval(node.value)
        if node.format_spec is None:
            return thing if isinstance(thing, str) else library.show(thing)
        spec = str(self.eval(node.format_spec))
        if not _FORMAT.fullmatch(spec):
            self.refuse(f"`{spec[:20]}` is not a format we know.", node, "Such as `:.4f`.", UnsupportedError)
        if isinstance(thing, str):
            return thing
        number = self.plain(thing, node)
        try:
            return format(number, spec)
        except ValueError:
            self.refuse(f"`{spec}` does not suit {number!r}.", node, "Such as `:.4f`.")

    # ── attributes and calls ──

    def _attribute_node(self, node: ast.Attribute) -> Any:
        return self._attribute(self.eval(node.value), node.attr, node)

    def _attribute(self, thing: Any, name: str, node: ast.Attribute) -> Any:
        if isinstance(thing, Module):
            if name in thing.names:
                return thing.names[name]
            close = closest(name, thing.names)
            self.refuse(
                f"`{thing.name}.{name}` is not known here.",
                node,
                f"Did you mean `{thing.name}.{close}`?" if close else "",
                UnsupportedError,
            )
        if isinstance(thing, (Number, Value)):
            value = thing.value if isinstance(thing, Number) else thing
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
            if name in OPS or name == "backward":
                self.refuse(f"`{name}` is called with brackets.", node, f"Write `.{name}()`.")
        self._no_attribute(thing, name, node)

    def _no_attribute(self, thing: Any, name: str, node: ast.AST) -> NoReturn:
        known = library.METHODS.get(type(thing), {})
        close = closest(name, [*known, "data", "grad", "label"] if known else [])
        what = describe(thing)
        self.refuse(
            f"{what[0].upper()}{what[1:]} has no `.{name}` here.",
            node,
            f"Did you mean `.{close}`?" if close else "",
            UnsupportedError,
        )

    def _set_attribute(self, target: ast.Attribute, thing: Any) -> None:
        holder = self.eval(target.value)
        if not isinstance(holder, (Number, Value)):
            self.refuse(f"Only `.label`, `.data` and `.grad` of a value can be set; this is {describe(holder)}.", target)
        value = holder.value if isinstance(holder, Number) else holder
        if target.attr == "label":
            if not isinstance(thing, str):
                self.refuse(f"A label is a string; this is {describe(thing)}.", target)
            self.recorder.name(value, thing, EXPLICIT)
        elif target.attr in ("data", "grad"):
            self.recorder.assign(value, "data" if target.attr == "data" else "grad", float(self.plain(thing, target)))
        else:
            self.refuse("Only `.label`, `.data` and `.grad` of a value can be set.", target, error=UnsupportedError)

    def _call(self, node: ast.Call) -> Any:
        function = node.func
        holder: Any = None
        if isinstance(function, ast.Attribute):
            holder = self.eval(function.value)
            callee = self._method(holder, function)
        elif isinstance(function, ast.Name):
            if self._find(function.id) is None and function.id not in library.BUILTINS and function.id not in _NOT_RUN:
                self._check_name(function.id, function)
                if function.id not in self._scope.names:
                    self._unknown(function, called=True)
            callee = self._lookup(function)
        else:
            callee = self.eval(function)
        arguments: list[Any] = (
            [holder] if isinstance(callee, Builtin) and holder is not None and not isinstance(holder, Module) else []
        )
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                arguments.extend(self.listed(self.items(self.eval(argument.value), argument), argument))
            else:
                arguments.append(self.eval(argument))
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                self.refuse("`**` arguments are not part of the language here.", keyword.value, error=UnsupportedError)
            keywords[keyword.arg] = self.eval(keyword.value)
        return self.call(callee, arguments, keywords, node)

    def _method(self, holder: Any, function: ast.Attribute) -> Any:
        if isinstance(holder, Module):
            return self._attribute(holder, function.attr, function)
        method = library.METHODS.get(type(holder), {}).get(function.attr)
        if method is None:
            self._no_attribute(holder, function.attr, function)
        return method

    def call(self, callee: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        if isinstance(callee, Builtin):
            return callee.call(self, node, arguments, keywords)
        if isinstance(callee, Function):
            return self._call_function(callee, arguments, keywords, node)
        hint = "Did you forget a `*`?" if library.is_number(callee) else ""
        self.refuse(f"This cannot be called: it is {describe(callee)}.", node, hint)

    def _call_function(self, function: Function, arguments: list[Any], keywords: dict[str, Any], node: ast.Call) -> Any:
        parameters = [argument.arg for argument in (*function.node.args.posonlyargs, *function.node.args.args)]
        given = dict(zip(parameters, arguments, strict=False))
        if len(arguments) > len(parameters):
            self.refuse(f"`{function.name}` takes {len(parameters)} arguments; {len(arguments)} are given.", node)
        for name, thing in keywords.items():
            if name not in parameters or name in given:
                self.refuse(f"`{function.name}` has no free parameter `{name}`.", node)
            given[name] = thing
        for name, default in zip(reversed(parameters), reversed(function.defaults), strict=False):
            given.setdefault(name, default)
        if missing := [name for name in parameters if name not in given]:
            self.refuse(f"`{function.name}` is missing its argument `{missing[0]}`.", node)
        outer, folding = self._scope, self._folding
        self._scope, self._folding = _Scope(function.enclosing), True
        try:
            for name in parameters:
                self._scope.names[name] = self._adopt(given[name], name, LOCAL, node)
            if isinstance(function.node, ast.Lambda):
                return self.eval(function.node.body)
            try:
                self._block(function.node.body)
            except _Return as returned:
                return returned.value
            return None
        finally:
            self._scope, self._folding = outer, folding


class _Term:
    """A stand-in that an operation's expansion computes with: every operator goes through the interpreter."""

    __slots__ = ("_at", "_run", "it")

    def __init__(self, run: Interpreter, it: Any, at: ast.AST) -> None:
        self._run, self.it, self._at = run, it, at

    def apply(self, name: str, *operands: Any) -> _Term:
        things = [operand.it if isinstance(operand, _Term) else operand for operand in operands]
        return _Term(self._run, self._run.arithmetic(name, things, self._at, OPS[name].defaults), self._at)

    def __neg__(self) -> _Term:
        return self.apply("neg", self)


def _forward(name: str) -> Callable[..., _Term]:
    return lambda self, *others: self.apply(name, self, *others)


def _reflected(name: str) -> Callable[..., _Term]:
    return lambda self, other: self.apply(name, other, self)


for _dunder, _op in (("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div"), ("pow", "pow")):
    setattr(_Term, f"__{_dunder}__", _forward(_op))
    setattr(_Term, f"__r{_dunder}__", _reflected(_op))
for _row in OPS.values():
    setattr(_Term, _row.name, _forward(_row.name))

_EXACT: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a, b: -a,
    "pow": lambda a, b: a**b,
    "abs": lambda a, b: abs(a),
    "max": max,
    "min": min,
}

_EVAL: dict[type[ast.AST], Callable[[Interpreter, Any], Any]] = {
    ast.Constant: Interpreter._constant,
    ast.Name: Interpreter._name,
    ast.BinOp: Interpreter._binop,
    ast.UnaryOp: Interpreter._unary,
    ast.BoolOp: Interpreter._boolop,
    ast.Compare: Interpreter._compare,
    ast.IfExp: Interpreter._ifexp,
    ast.List: Interpreter._sequence,
    ast.Tuple: Interpreter._sequence,
    ast.Subscript: Interpreter._subscript,
    ast.ListComp: Interpreter._comprehension,
    ast.GeneratorExp: Interpreter._comprehension,
    ast.Lambda: Interpreter._lambda,
    ast.JoinedStr: Interpreter._joined,
    ast.FormattedValue: Interpreter._formatted,
    ast.Attribute: Interpreter._attribute_node,
    ast.Call: Interpreter._call,
}

_REFUSALS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Dict: ("A dictionary", "Use names or lists."),
    ast.Set: ("A set", "Use a list."),
    ast.DictComp: ("A dictionary comprehension", "Use a list."),
    ast.SetComp: ("A set comprehension", "Use a list."),
    ast.Try: ("`try`", "Nothing raises here: 1/0 is `inf`."),
    ast.With: ("`with`", ""),
    ast.Delete: ("`del`", ""),
    ast.Global: ("`global`", "Pass the value as an argument and return it."),
    ast.Nonlocal: ("`nonlocal`", "Pass the value as an argument and return it."),
    ast.Raise: ("`raise`", ""),
    ast.Match: ("`match`", "Use `if` and `elif`."),
    ast.AsyncFunctionDef: ("`async`", ""),
    ast.AsyncFor: ("`async`", ""),
    ast.AsyncWith: ("`async`", ""),
    ast.Await: ("`await`", ""),
    ast.Yield: ("`yield`", "Return a list."),
    ast.YieldFrom: ("`yield`", "Return a list."),
    ast.NamedExpr: ("`:=`", "Write the assignment on a line of its own."),
    ast.Starred: ("`*` here", ""),
    ast.AnnAssign: ("A name without a value", "Write `= 1.0` after it."),
}
