"""Formulas as people write them: fifty and every row of the table are looked at, in tests/golden/derivatives.txt, and all of them
KaTeX can set."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

import assets
from stepgrad.app.drawing.explaining import Explainer
from stepgrad.app.drawing.words import Narrator
from stepgrad.app.gallery import gallery
from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS
from tests.programs import programs

LEAVES = """\
a = 2
b = -3
x1 = 0.5
w_12 = 1.5
alpha = 0.1
Δ = -2
σ = 2
learning_rate = 0.01
λ_max = 4
weighted_sum = 1e-5
x_hat = -0.25
big = 1.5e8
"""
FORMULAS = (
    "a + b", "a - b", "a - (b - x1)", "(a - b) - x1", "a - -b", "-a", "-(a + b)", "-(-b)", "a * b", "a * (b + x1)",
    "(a + b) * (x1 - a)", "a * -b", "(a * b) * x1", "a * (b * x1)", "a / b", "(a + b) / (x1 * a)", "a / (b / x1)", "1 / a",
    "a ** 2", "b ** 3", "(a + b) ** 2", "(-a) ** 2", "-a ** 2", "a ** -1", "a ** 0.5", "a ** b", "a ** (b + x1)", "(a ** b) ** 2",
    "exp(-a ** 2)", "exp(a + b)", "log(a * x1)", "log(a) * b", "tanh(a) * b", "tanh(a + b) ** 2", "sqrt(a + x1)", "abs(b - a)",
    "sin(a) / cos(a)", "sigmoid(w_12 * x1 + b)", "relu(-b)", "leaky_relu(b)", "leaky_relu(b, 0.2)", "max(a, b + x1)",
    "min(-a, b)", "alpha * Δ", "(x1 - alpha) / σ", "σ ** 2", "-learning_rate * a", "λ_max * weighted_sum", "x_hat * big",
    "gelu(x_hat) + silu(Δ)", "softplus(x1) - atan(a)", "tan(x1) ** 2",
)  # fmt: skip


ROWS = tuple(op.python.format("x1", "a") for op in OPS.values())


def told(expression: str) -> list[str]:
    """What the last forward step and the backward steps out of it say."""
    trace = run(f"{LEAVES}y = {expression}\ny.backward()")
    explainer = Explainer(trace, Narrator(trace))
    last = next(step for step in reversed(trace.steps) if step.phase == "forward")
    formula = explainer.formula(last)
    lines = [expression, f"    {formula['latex']}", f"    {formula['plain']}"]
    for edge in trace.edges:
        if edge.target == last.node:
            lines.append(f"    {explainer.local_latex(edge)}")
    return lines


def test_fifty_formulas(golden: Callable[[str, str], None]):
    assert len(FORMULAS) >= 50
    golden("derivatives.txt", "\n".join(line for expression in FORMULAS + ROWS for line in told(expression)) + "\n")


def test_a_formula_comes_in_parts():
    trace = run("n = 0.8814\no = tanh(n)")
    explainer = Explainer(trace, Narrator(trace))
    forward, _, backward = (explainer.formula(step) for step in trace.steps)

    assert forward == {
        "left": "o", "letters": r"\tanh n", "numbers": r"\tanh 0.8814", "result": "0.7071",
        "latex": r"o = \tanh n = \tanh 0.8814 = 0.7071", "plain": "o = tanh(n) = tanh(0.8814) = 0.7071",
    }  # fmt: skip
    assert (backward["product"], backward["sum"]) == ("1 × 0.5 = 0.5", "0 → 0.5 (+0.5)")
    assert backward["plain"] == "∂o/∂n += 1 × 0.5 = 0.5, grad 0 → 0.5 (+0.5)"
    assert explainer.local_latex(trace.edges[0]) == r"\frac{\partial o}{\partial n} = 1 - o^2 = 1 - 0.7071^2 = 0.5"


def test_a_sum_says_how_a_grad_grows():
    trace = run("a = 3\nb = a + a\nb.backward()")
    sums = [Explainer(trace, Narrator(trace)).formula(step).get("sum") for step in trace.steps]

    assert sums[-2:] == ["0 → 1 (+1)", "1 → 2 (+1)"]


def test_an_edge_that_no_gradient_came_by_says_nothing():
    trace = run("a = 3\nb = a * 2\nb.backward()\nc = b * 4\nprint(c)")
    explainer = Explainer(trace, Narrator(trace))

    for edge in trace.edges:
        assert (explainer.local_latex(edge) is None) == (edge.local is None)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 8\no = tanh(x)", "o is saturated: at 8, tanh is flat. Its slope is 4.501e-07, and that is all of the gradient "
         "that gets through."),
        ("x = -2\nh = relu(x)", "h is dead here: its input is -2, not above 0, so its slope is 0 and no gradient gets through."),
        ("x = 1e-8\ny = sqrt(x)", "The gradient explodes: y has a slope of 5000 here, and x gets 5000."),
        ("x = -1\ny = log(x)", "y is the first value that is no finite number: it is nan, and what is computed from it suffers."),
        ("x = 0\ny = sqrt(x) * x", "The gradient of x is the first that is no finite number: nan, sent back by sqrt(x)."),
    ],
)  # fmt: skip
def test_what_went_wrong_is_said(source: str, sentence: str):
    trace = run(source)

    assert [told for _, told in Explainer(trace, Narrator(trace)).badges] == [sentence]


SET = """
const katex = require("katex");
const bad = [];
for (const formula of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  try {
    katex.renderToString(formula, {throwOnError: true, strict: "error"});
  } catch (error) {
    bad.push([formula, error.message]);
  }
}
console.log(JSON.stringify(bad));
"""


def test_katex_sets_every_formula():
    formulas: set[str] = set()
    sources = [example.source for example in gallery()] + programs(100)
    sources += [f"{LEAVES}y = {expression}\ny.backward()" for expression in FORMULAS + ROWS]
    for source in sources:
        trace = run(source)
        explainer = Explainer(trace, Narrator(trace))
        for step in trace.steps:
            told = explainer.formula(step)
            formulas |= {told[name] for name in ("left", "letters", "numbers", "result", "latex")}
        formulas |= {latex for edge in trace.edges if (latex := explainer.local_latex(edge))}
    node = assets.toolchain()[0][0]
    ran = subprocess.run([node, "-e", SET], input=json.dumps(sorted(formulas)), capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout) == []
    assert len(formulas) > 1_000


def test_each_turn_of_a_loop_differentiates_its_own_loss() -> None:
    turn = "    loss = w * w\n    w.grad = 0\n    loss.backward()\n    w.data -= 0.1 * w.grad\n"
    trace = run(f"w = Value(3.0)\nfor k in range(2):\n{turn}")
    narrator = Narrator(trace)
    told = [(step.phase, narrator.formulas.of(step)) for step in trace.steps if step.phase in ("zero_grad", "seed", "backward")]
    second = [text for _, text in told[5:] if "loss}" in text]

    assert [phase for phase, _ in told] == ["zero_grad", "seed", "backward", "backward"] * 2
    assert not any("#2" in text for _, text in told[:5])
    assert second
    assert all(r"\partial \mathrm{loss}_{\#2}" in text for text in second)
