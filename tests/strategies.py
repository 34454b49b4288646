"""What Hypothesis draws: expression trees, programs of every operation, and hostile text."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from hypothesis import strategies as st

from stepgrad.engine.ops import OPS, Op
from tests.programs import FIRST

__all__ = ["FORMS", "Program", "hostile_text", "parted_programs", "programs", "python_programs", "trees"]

# Where an operation has a domain, a form of it that is smooth for all operands.
_SAFE = {
    "div": "({0} / ({1} * {1} + 0.5))",
    "pow": "(({0} * {0} + 0.5) ** tanh({1}))",
    "exp": "exp(tanh({0}))",
    "log": "log({0} * {0} + 0.5)",
    "sqrt": "sqrt({0} * {0} + 0.5)",
    "tan": "tan(sin({0}))",
}


def _form(op: Op) -> str:
    if op.name in FIRST or op.arity > 1:
        return _SAFE.get(op.name, f"({op.python})")
    low, high = sorted(sample[0] for sample in op.samples)[:: len(op.samples) - 1]
    return f"{op.name}({(low + high) / 2} + {(high - low) / 2} * tanh({{0}}))"  # between its samples it is smooth


FORMS = {name: _form(op) for name, op in OPS.items()}

numbers = st.integers(-300, 300).map(lambda n: n / 100)
names = st.sampled_from(["a", "b", "x1", "w", "θ", "Δx", "name_2"])


@dataclass(frozen=True)
class Program:
    """A program, its inputs, and the name of its output."""

    source: str
    inputs: dict[str, float]


@st.composite
def programs(draw: st.DrawFn, make: str = "{0}", most: int = 8) -> Program:
    """A few inputs and a chain of operations; `make` is how an input is written, such as `Value({0})`."""
    inputs = {name: draw(numbers) for name in draw(st.lists(names, min_size=1, max_size=4, unique=True))}
    lines = [f"{name} = {make.format(number)}" for name, number in inputs.items()]
    known = list(inputs)
    for i in range(draw(st.integers(1, most))):
        form = FORMS[draw(st.sampled_from(sorted(FORMS)))]
        operand = st.sampled_from(known) | st.just(known[-1]) | numbers.map(lambda n: f"({n})")
        lines.append(f"v{i} = {form.format(draw(st.sampled_from(known)), draw(operand))}")
        known.append(f"v{i}")
    return Program("\n".join(lines), inputs)


@st.composite
def trees(draw: st.DrawFn) -> str:
    """One expression of a and b."""
    leaf = st.sampled_from(["a", "b"]) | numbers.map(str)

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(lambda form, x, y: form.format(x, y), st.sampled_from(sorted(FORMS.values())), inner, inner)

    return draw(st.recursive(leaf, grow, max_leaves=12))


_BLOCKS = (
    "def f{i}(x, y=2.0):\n    z = x * y\n    if z > 1:\n        return z - x\n    return z + y\n"
    "{v} = f{i}({a}) + f{i}({b}, y={n})",
    "{v} = sum([wi * xi for wi, xi in zip([{a}, {n}, 2], [{b}, 1.5, {a}])])",
    "{v} = {a}\nfor k in range(3):\n    {v} = {v} * {n} + k",
    "xs{i} = [{a}, {b}, {n}]\nxs{i}[1] = xs{i}[-1] * 2\n{v} = xs{i}[1] - xs{i}[0] + len(xs{i})",
    "g{i} = lambda t: tanh(t) - t / 4\n{v} = g{i}(g{i}({a})) if {b} < {n} else g{i}({b})",
    "{v}, u{i} = {a} + {n}, {b} - 1\n{v} += u{i}\n{v} *= 0.5",
    "{v} = max({a}, {b}) - min([{a}, {n}, {b}]) + abs({b})",
    "{v} = 0.0\nfor k, q in enumerate([{a}, {b}]):\n    if k == 1:\n        continue\n    {v} = {v} + q ** 2 - 3 * q",
    'print("{v}", {a}, {b} * 2, [{a}, 1, 2.5], ({n},), sep=" ")\n{v} = -{a} + 2 - {b} / 4',
    "{v} = [i + {a} for i in range(4) if i % 2 == 0][-1] - {b}",
)


@st.composite
def python_programs(draw: st.DrawFn, make: str = "{0}") -> Program:
    """Programs that need nothing but Python's own semantics and the engine's names."""
    inputs = {name: draw(numbers) for name in ("a", "b")}
    lines = [f"{name} = {make.format(number)}" for name, number in inputs.items()]
    known = list(inputs)
    for i in range(draw(st.integers(1, 5))):
        v, a, b = f"v{i}", draw(st.sampled_from(known)), draw(st.sampled_from(known))
        n = draw(numbers)
        if draw(st.booleans()):
            lines.append(f"{v} = {draw(st.sampled_from(sorted(FORMS.values()))).format(a, b)}")
        else:
            lines.append(draw(st.sampled_from(_BLOCKS)).format(i=i, v=v, a=a, b=b, n=f"({n})"))
        known.append(v)
    lines += [f"y = {known[-1]} * 1 + {known[-2]}", "print(y)"]
    return Program("\n".join(lines), inputs)


_PARTS = (
    *_BLOCKS,
    "xs{i} = [{n} * k for k in range({many})]\n{v} = {b}",
    "xs{i} = [{a} * k + {n} for k in range({many})]\n{v} = xs{i}[-1]",
    "xs{i}, ys{i} = [], {{}}\n{v} = sum(xs{i}) + {a}",
    "grid{i} = [[{a} * j - k for j in range(3)] for k in range({few})]\n{v} = {b} + grid{i}[0][0]",
    "d{i} = {{'p': {a} * {n}, 'q': [{b}, {b} * 2, {n}], 'r': {{'s': -{a}}}}}\n{v} = {b}",
    "def f{i}(x):\n    z = x * {n}\n    u = z + x\n    return\nf{i}({a})\n{v} = {b}",
    "def f{i}(x):\n    def g(t):\n        s = t * t\n        return s + t\n    return [g(x), g(x * 2), x]\n"
    "f{i}({a})\n{v} = f{i}({b})[{few} % 3]",
    "def f{i}(x, k):\n    return x * k + f{i}(x * 0.5, k - 1) if k else x\n"
    "us{i} = [f{i}({a}, k) for k in range({few})]\n{v} = {a}",
    "n{i} = Neuron(2, seed=3)\nn{i}([{a}, {n}])\n{v} = {b}",
    "n{i} = Layer(2, {few}, seed=3)\n{v} = n{i}([{a}, {b}])[0] if {few} > 1 else {a}",
    "n{i} = MLP(2, [3, {few}], seed=3)\nn{i}([{a}, {n}])\n{v} = {a} + {b}",
    "n{i} = MLP(1, [2, 1], seed=3)\nouts{i} = [n{i}([x]) for x in [{a}, {b}, {n}]]\n{v} = outs{i}[1]",
    "n{i} = MLP(1, [2, 1], seed=3)\n{v} = sum((n{i}([x]) - {n}) ** 2 for x in [{a}, {b}, {n}])",
    "for k in range({many}):\n    t{i} = {n} * k\n{v} = {a}",
    "for k in range({few}):\n    for j in range({few}):\n        t{i} = {a} * k - {b} * j\n        u{i} = t{i} * t{i}\n"
    "{v} = t{i} + {n}",
    "k{i} = 0\nwhile k{i} < {few}:\n    k{i} += 1\n    w{i} = {a} ** 2 / 4\n{v} = -{b}",
    "class C{i}:\n    def __init__(self, x):\n        self.x = x * 2\n        self.y = [x, 1.0, x + {n}]\n"
    "    def __call__(self, t):\n        return t * self.x\nc{i} = C{i}({a})\nc{i}({b})\n{v} = {b}",
    "{v} = {a} * {b} + {n}\n{v}.backward()",
    "for k in range({few}):\n    {v} = ({a} * {b} - {n}) ** 2\n    a.grad = 0.0\n    {v}.backward()\n    a.data -= 0.01 * a.grad",
    "n{i} = MLP(1, [2, 1], seed=3)\nfor k in range({few}):\n    {v} = (n{i}([{a}]) - {n}) ** 2\n    for p in n{i}.parameters():\n"
    "        p.grad = 0.0\n    {v}.backward()\n    for p in n{i}.parameters():\n        p.data += -0.05 * p.grad",
    "print({a})\n{v} = {a}",
)
_ENDINGS = (
    "y = {a} * {b}",
    "y = {a} * {b} + {a}\ny.backward()",
    "y = {a} + {b}\ny.backward()\ny.backward()",
    "ys = [{a}, {b} * 2, {a} - {b}]",
    "ys = [{a} * 1, {b} * 2]\nfor y in ys:\n    y.backward()",
    "w = 0.0",
    "print({a}, {b})",
    "",
)


@st.composite
def parted_programs(draw: st.DrawFn) -> str:
    """Programs of parts that fold, of which many are read by nobody: lists, calls, nets, turns of loops."""
    lines, known = [f"{name} = {draw(numbers)}" for name in ("a", "b")], ["a", "b"]
    read = st.sampled_from(known)  # and all that is known later
    for i in range(draw(st.integers(0, 6))):
        v, few, many = f"v{i}", draw(st.integers(1, 4)), draw(st.sampled_from([1, 2, 3, 10, 61, 70]))
        block = draw(st.sampled_from(_PARTS))
        lines.append(block.format(i=i, v=v, a=draw(read), b=draw(read), n=f"({draw(numbers)})", few=few, many=many))
        known.append(v)
        read = st.sampled_from(known)
    lines.append(draw(st.sampled_from(_ENDINGS)).format(a=draw(read), b=draw(read)))
    return "\n".join(lines)


PIECES = [
    "a", "b", "x", "Value", "(", ")", "[", "]", "{", "}", ",", ":", ";", "=", "+", "-", "*", "**", "/", "//", "%", ".", "==",
    "<", ":=", "->", "~", "^", "@", "&", "|", "!", "?", "$", "`", "\\", "'", "\"", "f\"", "f'", "'''", "1", "2.5", "1e400",
    "0", "-1", "10**9", "for", "in", "if", "else", "elif", "lambda", "return", "range(", "sum(", "zip(", "max(", "print(",
    "list(", "tanh(", "log(", "int(", "round(", "isinstance(", ".grad", ".data", ".label", ".backward()", "x.append(x)",
    "x+=x", "+=", "is", "not", "and", "or", "None", "True", "import", "from", "math", "random", "np", "async", "await",
    "match", "case", "class", "global", "del", "try:", "with", "while", "break", "continue", "assert", "yield", "[x]*50000",
    "x=x+x", "__x", "!r", "{x:", "f\"{a:.3f}\"", "draw_dot(", "%matplotlib", "!ls", ">>>", "In[1]:", "...", "#", "ﬁ", "θ",
    "ϑ", "µ", "²", "é", "𝑎", "∑", "１", "（", "٣", "α̇",
]  # fmt: skip
CHARACTERS = [
    " ", "\n", "\n    ", "\n\t", "\t", "\r", "\r\n", "\x0b", "\x0c", "\x00", "\x1b", "\x85", "\xa0", "\u200b", "\u2028", "\u202e",
    "\ud800", "\udfff", "\ufeff", "\uffff", "\U0001f600",
]  # fmt: skip
_SEEDS = (
    "x1 = Value(2.0, label='x1')\nw1 = Value(-3.0)\nn = x1*w1; n.label = 'n'\no = n.tanh()\no.backward()",
    "def f(x):\n    return 3*x**2 - 4*x + 5\nh = 0.0001\nx = 2/3\nprint('slope', (f(x+h) - f(x))/h)",
    "xs = [1.0, 2.0]\nws = [[1, 2], [3, 4]]\nout = [sum(w*x for w, x in zip(row, xs)) for row in ws]\n"
    "y = out[0] if out[1] > 2 else -out[0]",
)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    """A program of ours with a few pieces dropped, doubled, or put in."""
    words = re.findall(r"\w+|\s+|.", draw(st.sampled_from(_SEEDS)), re.DOTALL)
    rng = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(rng.choice((1, 2, 4, 8))):
        at = rng.randrange(len(words))
        kind = rng.randrange(4)
        if kind == 0:
            del words[at : at + rng.randrange(1, 4)]
        elif kind == 1:
            words[at:at] = words[rng.randrange(len(words)) :][: rng.randrange(1, 20)]
        else:
            words[at:at] = [rng.choice(PIECES + CHARACTERS)] * rng.choice((1, 1, 1, 2, 70))
        words = words or ["x"]
    return "".join(words)


_soup = st.lists(st.sampled_from(PIECES) | st.sampled_from(CHARACTERS), max_size=40).map("".join)
_deep = st.builds(
    lambda piece, n, end: piece * n + end,
    st.sampled_from(["(", "[", "-", "- ", "not ", "lambda:", "1**", "1 if 1 else ",
                     "f(", "a.", "a[", "{", 'f"{', "'''", "\\\n", "a=", "if 1:\n "]),
    st.sampled_from([1, 59, 60, 61, 99, 101, 300, 3000]),
    st.sampled_from(["", "1", ")", "\n"]),
)  # fmt: skip

hostile_text = st.one_of(st.text(max_size=80), _soup, _mutated(), _deep)
