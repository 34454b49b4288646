"""Ordinary Python, as people write it around a calculation: it prints what Python prints, and grads are Python's grads."""

from __future__ import annotations

import pytest

from stepgrad.engine.errors import EngineError
from stepgrad.engine.language import run
from tests.python import printed_by_python

PROGRAMS = {
    "collections": """
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
groups = defaultdict(list)
for x in [1, 2, 3]:
    groups[x % 2].append(x)
print(groups, dict(groups), len(groups), defaultdict(int), Counter(), groups.get(5))
counts = Counter("abca")
counts["b"] += 2
print(counts, counts["z"], counts.most_common(2), sum(counts.values()), Counter({"a": 2}))
Point = namedtuple("Point", "x, y")
p = Point(2.0, y=3.0)
x, y = p
print(p, p.x * p[1], len(p), [c for c in p], x + y)
window = deque([1, 2, 3], maxlen=3)
window.append(4)
window.appendleft(9)
print(window, window.popleft(), len(window), deque(), sum(window), OrderedDict(a=1)["a"])
""",
    "counts, equality, whole numbers, finally": """
from collections import defaultdict
counts = defaultdict(int)
for letter in "abca":
    counts[letter] += 1
other = counts.copy()
print(dict(counts), other["zz"], {"a": 1} == {"a": 1}, {1, 2} == {2, 1})
print({"a": [1]} == {"a": [2]}, {1: 1} == {2: 1}, int(), float())
print(2**32, 10**16, 3**32, 7 * 2**40)
def f():
    for i in range(3):
        try:
            if i == 1:
                return i
        finally:
            print("fin", i)
print(f())
""",
    "itertools": """
import itertools
from itertools import accumulate, chain, combinations, permutations, product, repeat
print(list(product([0, 1], "ab")), list(product([0, 1], repeat=2)), list(chain([1], [2.5])), list(combinations([1, 2, 3], 2)))
print(list(accumulate([1, 2, 3])), list(accumulate([1, 2, 3], lambda a, b: a * b)), list(accumulate([1.5], initial=0)))
print(list(permutations([1, 2])), list(repeat(0, 3)), list(itertools.pairwise([1, 2, 3])))
print(list(itertools.zip_longest([1], [2, 3])))
""",
    "functions of functions": """
import operator
import random
from functools import partial, reduce
square = partial(lambda x, p: x**p, p=2)
print(square(3.0), partial(max, 2)(1), reduce(operator.mul, [2, 3, 4]), operator.add(1, 2.5), operator.truediv(1, 4))
random.seed(3)
print(random.choices([1, 2, 3], k=4), random.choices("ab"))
""",
    "largest by a key": """
ws = [1.0, -5.0, 2.0]
print(max(ws, key=abs), min(ws, key=lambda w: w * w), max([], default=0), min([], key=abs, default=None))
print(max(range(3), key=lambda i: ws[i]), max("abc"), min("b", "a"), max((1, 2), (1, 3)), max([3, 1], [2, 9], key=len))
print(max({"a": 1, "b": 3}.items(), key=lambda kv: kv[1]))
""",
    "kinds": """
class A:
    def __call__(self):
        return 1
a = A()
a.size = 3
print(type(1), type(1.0), type("s"), type([]), type(()), type({}), type(None), type(True), type({1}), type(a), type(range(2)))
print(type(1) == int, type(1.5) is float, type([1]) is list, type(None) == type(None), type(a) is A, type(a).__name__)
print(isinstance(True, int), isinstance(1, bool), isinstance([], (list, tuple)), isinstance(a, A), a.__class__.__name__)
print(getattr(a, "size"), getattr(a, "no", 7), hasattr(a, "size"), hasattr(a, "no"), callable(a), callable(print), callable(2))
print(repr("it's"), repr(2.0), repr([1, "a"]), str(1.5), type(2.5).__name__, (1).__class__, int.__name__)
""",
    "more of math": """
import math
print(math.isclose(0.1 + 0.2, 0.3), math.isclose(1, 1.1, rel_tol=0.2), math.isclose(0, 1e-9, abs_tol=1e-8), math.prod([2, 3, 4]))
print(math.factorial(5), math.comb(5, 2), math.gcd(12, 18), math.hypot(3, 4), math.atan2(1, 1), math.erf(0.5))
print(math.degrees(math.pi))
print(math.log1p(0.5), math.expm1(0.5), math.asin(1.0), math.fmod(7, 3), math.copysign(2, -1), math.prod([]))
print(math.fsum([1, 2.5]))
""",
    "arguments": """
def f(x, *others, k=2, **named):
    return x**k + sum(others) + named.get("more", 0)
print(f(2.0), f(2.0, 1.0, 3.0, k=3), f(2.0, more=4.0), f(*[1.0, 2.0], **{"k": 1}))
""",
    "only by name": "def f(x, *, k):\n    return k*x\nprint(f(2.0, k=3.0), f(x=1, k=2))\n",
    "generators": """
def count(n):
    for i in range(n):
        yield i * 0.5
    yield from [7, 8]
print(list(count(3)), sum(count(2)))
""",
    "star": "a, *rest = [1.0, 2.0, 3.0]\n*front, last = (1, 2)\nfirst, *none = [5]\nprint(a, rest, front, last, none)\n",
    "walrus": "xs = [1, 5, 3]\nif (n := len(xs)) > 2:\n    print(n, [y for x in xs if (y := x*x) > 4])\n",
    "global and nonlocal": """
count = 0
def outer(x):
    total = 0.0
    def inner(k):
        nonlocal total
        global count
        count += 1
        total = total + k*x
    inner(1.0)
    inner(2.0)
    return total
print(outer(3.0), outer(1.0), count)
""",
    "main": "def main():\n    print('hello')\nif __name__ == '__main__':\n    main()\n",
    "delete": "d = {'a': 1, 'b': 2}\ndel d['a']\nxs = [1, 2, 3, 4]\ndel xs[0], xs[1:]\nprint(d, xs)\n",
    "try": "try:\n    x = 2.0\nfinally:\n    print('done')\nprint(x)\n",
    "dictionaries": """
counts = {}
for ch in "abracadabra":
    counts[ch] = counts.get(ch, 0) + 1
print(counts, len(counts), 'a' in counts, 'z' not in counts)
print(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
named = dict(zip(['w', 'b'], [0.5, -1.0]), lr=0.1)
named.update({'w': 0.25})
named.setdefault('m', []).append(3)
print(named, list(named), named.pop('b'), named.pop('q', None), {**named, 'x': 1}, {i: i*i for i in range(3)})
for name, number in named.items():
    print(f"{name}: {number}")
""",
    "sets": """
seen = set()
for x in [3, 1, 3]:
    if x not in seen:
        seen.add(x)
print(len(seen), 3 in seen, {1, 2} == 3, sorted({2, 1, 2}), set())
""",
    "lists": """
xs = [3.0, 1.0, 2.0]
xs.insert(1, 9.0)
print(xs.pop(), xs.pop(0), xs, xs.index(1.0), xs.count(9.0), 9.0 in xs, [1] in [[1], [2]])
xs[0:1] = [4.0, 5.0]
xs.remove(1.0)
xs.reverse()
ys = xs.copy()
ys.sort(reverse=True)
print(xs, ys, sorted([3, 1, 2]), sorted("cab"), sorted([(2, 'b'), (1, 'z'), (2, 'a')]), xs == ys)
""",
    "functions of lists": """
print(list(map(lambda a, b: a + b, [1, 2], [10, 20])), list(filter(None, [0, 1, 2])))
print(any([0, 1]), all([]), divmod(7, 2))
""",
    "truth values": "ok = [True, False, True]\nprint(sum(ok) / len(ok), True + 1, 2 * False, bool([]), bool('x'), int(True))\n",
    "strings": """
name = "value"
print("%s = %.3f, %5d|%-6s|%%" % (name, 2.0, 42, 'ab'), "{:>8.2f}|{x}".format(2.5, x=1))
print(name.upper(), name[0], name[-3:], len(name), 'al' in name, name * 2, name + "s", ", ".join(["a", "b"]), "a-b".split("-"))
print(str(2.5) + "!", float("2.5") * 2, int("42"), f"{'x':>4}|{3:03d}|{0.1234:.1%}|{name!r}", "-" * 10, name.replace('v', 'V'))
for a, b in zip(name, name[1:]):
    print(a, b, end=" ")
print()
""",
    "class": """
class Linear:
    count = 0
    def __init__(self, nin, nout):
        self.w = [[Value(0.1 * (i + j)) for i in range(nin)] for j in range(nout)]
        self.b = [Value(0.0) for _ in range(nout)]
    def __call__(self, x):
        return [sum((wi*xi for wi, xi in zip(w, x)), b) for w, b in zip(self.w, self.b)]
    def parameters(self):
        return [p for w in self.w for p in w] + self.b
    def __repr__(self):
        return f"Linear({len(self.w[0])}, {len(self.w)})"
    def __len__(self):
        return len(self.parameters())
layer = Linear(2, 2)
h = layer([1.0, 2.0])
y = h[0].tanh() * h[1]
y.backward()
print(layer, [layer], len(layer), y.data, [p.grad for p in layer.parameters()], Linear.count)
""",
    "inheritance": """
class Module:
    def parameters(self):
        return []
    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0
class Scale(Module):
    def __init__(self, k):
        self.k = Value(k)
    def __call__(self, x):
        return self.k * x
    def parameters(self):
        return [self.k] + super().parameters()
class Shifted(Scale):
    def __init__(self, k, b):
        super().__init__(k)
        self.b = Value(b)
    def __call__(self, x):
        return super().__call__(x) + self.b
    def parameters(self):
        return super().parameters() + [self.b]
m = Shifted(2.0, 1.0)
y = m(3.0) * m(1.0)
y.backward()
print(y.data, [p.grad for p in m.parameters()], isinstance(m, Scale), isinstance(m, Module), m.__class__.__name__)
m.zero_grad()
print([p.grad for p in m.parameters()])
""",
    "optimizer": """
class SGD:
    def __init__(self, params, lr=0.1, momentum=0.9):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.v = [0.0 for _ in params]
    def step(self):
        for i, p in enumerate(self.params):
            self.v[i] = self.momentum * self.v[i] - self.lr * p.grad
            p.data += self.v[i]
    def zero_grad(self):
        for p in self.params:
            p.grad = 0.0
w = Value(3.0)
opt = SGD([w])
for i in range(4):
    loss = (w - 1)**2
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(i, loss.data, w.data)
""",
    "operators of a class": """
class Vec:
    def __init__(self, *xs):
        self.xs = list(xs)
    def __add__(self, other):
        return Vec(*[a + b for a, b in zip(self.xs, other.xs)])
    def __mul__(self, k):
        return Vec(*[k*a for a in self.xs])
    __rmul__ = __mul__
    def __neg__(self):
        return self * -1
    def __matmul__(self, other):
        return sum(a*b for a, b in zip(self.xs, other.xs))
    def __getitem__(self, i):
        return self.xs[i]
    def __iter__(self):
        return (x for x in self.xs)
    def __repr__(self):
        return f"Vec{tuple(self.xs)}"
u, v = Vec(1.0, 2.0), Vec(3.0, 4.0)
print(u + v, 2 * u, -u, u @ v, u[1], list(u))
""",
    "properties": """
class Box:
    def __init__(self, w):
        self._w = w
    @property
    def area(self):
        return self._w * self._w
    @staticmethod
    def unit():
        return Box(1.0)
    @classmethod
    def of(cls, w):
        return cls(w)
print(Box(3.0).area, Box.unit().area, Box.of(2.0).area)
""",
    "dataclass": """
from dataclasses import dataclass
@dataclass
class Point:
    x: float
    y: float = 2.0
    def norm(self):
        return (self.x**2 + self.y**2)**0.5
p = Point(1.5)
print(p, Point(3, 4).norm(), Point(y=1.0, x=0.0))
""",
    "modules": """
import math, random, copy
from functools import reduce
print(math.floor(2.7), math.ceil(1.2), math.log(8, 2), math.isnan(math.nan), math.trunc(-1.5))
print(reduce(lambda a, b: a * b, [1, 2, 3, 4]), copy.deepcopy([[1], [2]]))
random.seed(3)
print(random.choice([1, 2, 3]), random.sample(range(10), 3), random.randrange(5))
xs = [1, 2, 3, 4]
random.shuffle(xs)
print(xs)
""",
    "the order of a graph": """
a, b = Value(2.0), Value(-3.0)
c = a*b + a
topo, visited = [], set()
def build(v):
    if v not in visited:
        visited.add(v)
        for child in v._prev:
            build(child)
        topo.append(v)
build(c)
print([v.data for v in topo], len(visited))
""",
    "micrograd's loss": """
scores = list(map(lambda x: x * Value(0.5), [Value(1.0), Value(-0.4), Value(3.0)]))
ys = [1, 1, -1]
losses = [(1 + -yi*si).relu() for yi, si in zip(ys, scores)]
data_loss = sum(losses) * (1.0 / len(losses))
accuracy = [(yi > 0) == (si.data > 0) for yi, si in zip(ys, scores)]
print(data_loss.data, sum(accuracy) / len(accuracy), f"{sum(accuracy) / len(accuracy) * 100}%")
""",
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_prints_what_python_prints(source: str) -> None:
    # What is drawn is not what is asked here, but there has to be something.
    assert list(run("drawn = 1.0\n" + source).printed) == printed_by_python(source)


WRONG = {
    "no such key": ("d = {'a': 1}\nd['b']", "no 'b'", "'a'"),
    "list as a key": ("d = {}\nd[[1]] = 2", "cannot be a key", "tuple"),
    "no such attribute": ("class A:\n    def f(self):\n        return 1\nA().g()", "`A` has no `.g`", "f"),
    "no argument": ("class A:\n    def __init__(self, k):\n        self.k = k\nA()", "missing its argument `k`", ""),
    "no init": ("class A:\n    pass\nA(1)", "takes no arguments", ""),
    "no operator": ("class A:\n    pass\ny = A() + 1", "has no `__add__`", ""),
    "super outside": ("super()", "inside a method", ""),
    "base that is none": ("x = 1.0\nclass A(x):\n    pass", "build on another", ""),
    "metaclass": ("class A(metaclass=1):\n    pass", "bases only", ""),
    "repr that is no string": ("class A:\n    def __repr__(self):\n        return 1\nprint(A())", "is a string", ""),
    "too few": ("a, b, *c = [1]", "beside the `*`", ""),
    "format": ("'{} {}'.format(1)", "given nothing for `{}`", ""),
    "join": ("', '.join([1, 2])", "puts strings together", "str(x)"),
    "not in the list": ("[1, 2].index(3)", "does not have this", "`in`"),
    "ordered": ("sorted([1, 'a'])", "cannot be ordered", ""),
    "slice with a step": ("xs = [1, 2, 3, 4]\nxs[::2] = [1]", "as many items", ""),
    "nonlocal of nothing": ("def f():\n    nonlocal x\nf()", "has a `x`", ""),
}


@pytest.mark.parametrize(("source", "message", "hint"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(source: str, message: str, hint: str) -> None:
    with pytest.raises(EngineError) as caught:
        run(source)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.span is not None


def test_a_dictionary_of_parameters_is_drawn_by_its_keys() -> None:
    trace = run("p = {'w': 2.0, 'b': 1.0}\nx = 3.0\ny = p['w']*x + p['b']")
    assert {node.key for node in trace.nodes} >= {"p['w']", "p['b']", "x", "y"}


def test_numpy_of_single_numbers_is_part_of_the_graph() -> None:
    trace = run("import numpy as np\nx = 0.5\ny = np.exp(-x) + np.maximum(x, 0.1) * np.pi")
    assert [node.op for node in trace.nodes if node.op] == ["neg", "exp", "max", "mul", "add"]
    passed = run("import numpy as np\nxs = np.linspace(0, 1)\ny = Value(2.0) * 3")
    assert "numpy" in passed.warnings[0].message


def test_a_progress_bar_is_a_loop() -> None:
    loops = "for i in tqdm(range(2), desc='up'):\n    x = x * 2\nfor i in trange(2):\n    x = x + 1"
    trace = run("from tqdm import tqdm, trange\nx = Value(1.0)\n" + loops)
    assert [node.op for node in trace.nodes if node.op] == ["mul", "mul", "add", "add"]


def test_a_with_runs_what_is_in_it() -> None:
    update = "with torch.no_grad():\n    w.data -= 0.1 * w.grad\nprint(w.data)"
    assert run("import torch\nw = Value(2.0)\ny = w * w\ny.backward()\n" + update).printed == ("1.6",)


def test_a_class_of_the_lectures_name_folds_like_ours() -> None:
    source = """
class Neuron:
    def __init__(self, k):
        self.w = [Value(0.1 * (i + k)) for i in range(2)]
    def __call__(self, x):
        return sum(wi * xi for wi, xi in zip(self.w, x)).tanh()
class Layer:
    def __init__(self, n):
        self.neurons = [Neuron(k) for k in range(n)]
    def __call__(self, x):
        return [neuron(x) for neuron in self.neurons]
layer = Layer(3)
h = layer([1.0, 2.0])
y = sum(h)
"""
    trace = run(source)
    assert [group.kind for group in trace.groups].count("neuron") == 3
    assert [group.kind for group in trace.groups].count("layer") == 1
    assert "layer.neurons[2].w[1]" in {node.key for node in trace.nodes}
