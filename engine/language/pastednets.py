"""`Neuron`, `Layer` and `MLP` as notebooks define them: which of their methods mean what ours mean."""

from __future__ import annotations

import ast
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NoReturn

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language.shapes import body_of, shape, shapes, straightened
from stepgrad.engine.nn import ACTIVATION, ACTIVATIONS

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["method"]

_HINT = "Leave the class out: ours is built in."


def method(run: Run, name: str, node: ast.FunctionDef) -> str:
    """What a method has that ours takes over, in words; nothing if it is just ours. Refuses what means something else."""
    if node.name == "__repr__":
        return ""  # nets are printed in our way
    if (name, node.name) == ("Neuron", "__call__"):
        return _activation(run, node)
    found = shape(node.args, body_of(node))
    if (name, node.name) == ("Neuron", "__init__"):
        if found in _neurons("random.uniform(-1, 1)"):
            return ""
        if found in _neurons("0"):
            run.pasted.setdefault("Neuron", {})["bias"] = 0.0
            return "biases that begin at 0"
        _refuse_neuron(run, node)
    if found in shapes(*_OURS.get((name, node.name), ())):
        return ""
    if (name, node.name) == ("MLP", "__init__") and found in shapes(*_LINEAR_LAST):
        run.pasted.setdefault("MLP", {})["last"] = "linear"
        return "a last layer without activation"
    if node.name not in {own for _, own in _OURS} | {"__init__", "__call__"}:
        _refuse(run, f"Our `{name}` has no `{node.name}`.", node, "Write what it does below, as a function: `def`.")
    _refuse(run, f"This `{name}.{node.name}` is not the notebook's, and ours would do something else.", node)


# ── neurons ──


def _activation(run: Run, node: ast.FunctionDef) -> str:
    """`activation(w · x + b)`, with `if self.nonlin` as micrograd has it."""
    statements = straightened(body_of(node))
    finder = _Activations()
    plain = [finder.visit(statement) for statement in statements]
    found = shape(node.args, plain)
    sums = _sums()
    if found in sums["plain"]:
        activation = "linear"
    elif found in sums["always"] | sums["nonlin"] and len(finder.names) == 1:
        activation = finder.names[0]
    else:
        text = ast.unparse(node)
        if "self.b" not in text:
            _refuse(run, "This `Neuron` has no bias; ours has one.", node, "Leave the class out; `p.data = 0` sets a bias to 0.")
        if "math." in text or "np." in text or finder.unknown:
            known = ", ".join(ACTIVATIONS[1:])
            _refuse(run, "This `Neuron` has an activation that is not known here.", node, f"Known are {known}.")
        _refuse(run, "This `Neuron` does not compute `activation(sum(wi*xi) + b)`.", node)
    if activation == ACTIVATION:
        return ""
    run.pasted.setdefault("Neuron", {})["activation"] = activation
    return f"{activation} in place of {ACTIVATION}"


class _Activations(ast.NodeTransformer):
    """Takes the calls of activations for one and the same."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.unknown = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and not node.args and not node.keywords:
            if node.func.attr in ACTIVATIONS:
                self.names.append(node.func.attr)
                return ast.Call(ast.Attribute(node.func.value, "act", ast.Load()), [], [])
            self.unknown = True
        return node


@cache
def _sums() -> dict[str, frozenset[str]]:
    terms = [
        f"{term} for {names} in zip({lists})"
        for (names, lists), term in product((("w, y", "self.w, x"), ("y, w", "x, self.w")), ("w * y", "y * w"))
    ]
    ways = (
        "sum(({}), self.b)",
        "sum([{}], self.b)",
        "sum({}) + self.b",
        "sum([{}]) + self.b",
        "self.b + sum({})",
        "self.b + sum([{}])",
    )
    sums = [way.format(term) for term in terms for way in ways]
    loops = [
        f"total = self.b\n for {term.partition(' for ')[2]}:\n  total {add.format(term.partition(' for ')[0])}\n "
        for term, add in product(terms, ("+= {}", "= total + {}"))
    ]
    forms = {
        "plain": ["return {}"],
        "always": ["return ({}).act()"],
        "nonlin": ["total = {}\n return total.act() if self.nonlin else total"],
    }
    found = {}
    for kind, texts in forms.items():
        made = [f"def f(self, x):\n {text.format(total)}" for text in texts for total in sums]
        ends = [text.rpartition("\n ")[2].format("total") for text in texts]
        made += [f"def f(self, x):\n {loop}{end}" for end in ends for loop in loops]
        found[kind] = shapes(*made)
    return found


@cache
def _neurons(bias: str) -> frozenset[str]:
    """The ways to make the weights: uniform in (-1, 1), and then the bias."""
    made = []
    for parameters, keep in (("self, nin", ""), ("self, nin, nonlin=True", "self.nonlin = nonlin")):
        for text in ("for _ in range(nin)", "for _ in range(0, nin)"):
            lines = [f"self.w = [Value(random.uniform(-1, 1)) {text}]", f"self.b = Value({bias})", keep]
            made += [f"def f({parameters}):\n " + "\n ".join(filter(None, order)) for order in (lines, lines[-1:] + lines[:-1])]
    return shapes(*made)


def _refuse_neuron(run: Run, node: ast.FunctionDef) -> NoReturn:
    """Say what differs, where it can be told."""
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="random"), attr="uniform"), args=[low, high]):
                if (ast.unparse(low), ast.unparse(high)) not in (("-1", "1"), ("-1.0", "1.0")):
                    drawn = f"({ast.unparse(low)[:20]}, {ast.unparse(high)[:20]})"
                    hint = "Leave the class out, and scale them below: `for p in n.parameters(): p.data *= 0.5`."
                    _refuse(run, f"This `Neuron` draws from {drawn}; ours draws uniformly from (-1, 1).", each, hint)
            case ast.Call(func=ast.Attribute(attr="gauss" | "randn" | "random" | "normalvariate" | "normal")):
                _refuse(run, "This `Neuron` draws its weights in another way; ours are uniform in (-1, 1).", each)
    if "self.b" not in ast.unparse(node):
        _refuse(run, "This `Neuron` has no bias; ours has one.", node, "Leave the class out; `p.data = 0` sets a bias to 0.")
    _refuse(run, "This `Neuron.__init__` is not the notebook's: ours draws weights and bias uniformly from (-1, 1).", node)


def _refuse(run: Run, message: str, node: ast.AST, hint: str = _HINT) -> NoReturn:
    run.refuse(message, node, hint, UnsupportedError)


# ── the rest ──

_ZERO_GRAD = ("def f(self):\n for p in self.parameters():\n  p.grad = 0",)


def _collected(name: str) -> tuple[str, ...]:
    """The ways to collect the parameters of all parts."""
    return (
        f"def f(self):\n return [p for part in self.{name} for p in part.parameters()]",
        f"def f(self):\n ps = []\n for part in self.{name}:\n  ps.extend(part.parameters())\n return ps",
        f"def f(self):\n ps = []\n for part in self.{name}:\n  own = part.parameters()\n  ps.extend(own)\n return ps",
        f"def f(self):\n ps = []\n for part in self.{name}:\n  ps += part.parameters()\n return ps",
        f"def f(self):\n ps = []\n for part in self.{name}:\n  for p in part.parameters():\n   ps.append(p)\n return ps",
    )


_LAYERS = (
    "def f(self, nin, nouts):\n sz = [nin] + nouts\n self.layers = [Layer(sz[i], sz[i+1]{0}) for i in range(len(nouts))]",
    "def f(self, nin, nouts):\n sz = [nin] + list(nouts)\n self.layers = [Layer(sz[i], sz[i+1]{0}) for i in range(len(nouts))]",
    "def f(self, nin, nouts):\n sz = [nin] + nouts\n self.layers = [Layer(sz[i], sz[i+1]{0}) for i in range(len(sz) - 1)]",
    "def f(self, nin, nouts):\n sz = [nin, *nouts]\n self.layers = [Layer(sz[i], sz[i+1]{0}) for i in range(len(nouts))]",
)
_LINEAR_LAST = tuple(
    text.format(f", nonlin={test}") for text in _LAYERS for test in ("i != len(nouts) - 1", "i < len(nouts) - 1")
)

_OURS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Module", "zero_grad"): _ZERO_GRAD,
    ("Module", "parameters"): ("def f(self):\n return []",),
    ("Neuron", "zero_grad"): _ZERO_GRAD,
    ("Layer", "zero_grad"): _ZERO_GRAD,
    ("MLP", "zero_grad"): _ZERO_GRAD,
    ("Neuron", "parameters"): ("def f(self):\n return self.w + [self.b]", "def f(self):\n return [*self.w, self.b]"),
    ("Layer", "__init__"): (
        "def f(self, nin, nout):\n self.neurons = [Neuron(nin) for _ in range(nout)]",
        "def f(self, nin, nout, **kwargs):\n self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]",
        "def f(self, nin, nout, nonlin=True):\n self.neurons = [Neuron(nin, nonlin=nonlin) for _ in range(nout)]",
        "def f(self, nin, nout, nonlin=True):\n self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]",
    ),
    ("Layer", "__call__"): (
        "def f(self, x):\n outs = [n(x) for n in self.neurons]\n return outs[0] if len(outs) == 1 else outs",
        "def f(self, x):\n outs = [n(x) for n in self.neurons]\n if len(outs) == 1:\n  return outs[0]\n return outs",
        "def f(self, x):\n outs = [n(x) for n in self.neurons]\n return outs if len(outs) > 1 else outs[0]",
    ),
    ("Layer", "parameters"): _collected("neurons"),
    ("MLP", "__init__"): tuple(text.format("") for text in _LAYERS),
    ("MLP", "__call__"): (
        "def f(self, x):\n for layer in self.layers:\n  x = layer(x)\n return x",
        "def f(self, x):\n out = x\n for layer in self.layers:\n  out = layer(out)\n return out",
    ),
    ("MLP", "parameters"): _collected("layers"),
}  # fmt: skip
"""What means the same as ours, in our words."""
