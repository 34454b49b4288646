"""Each step has a sentence for people who learn, and a formula that is right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app.drawing.spelling import name_latex, number_latex, number_text
from stepgrad.app.drawing.words import START, Narrator
from stepgrad.app.gallery import gallery
from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS


def told(source: str, expand: frozenset[str] = frozenset()) -> list[str]:
    trace = run(source, expand=expand)
    narrator = Narrator(trace)
    return [narrator.text(step) for step in trace.steps]


def formulas(source: str) -> list[str]:
    trace = run(source)
    narrator = Narrator(trace)
    return [narrator.latex(step) for step in trace.steps]


def test_a_product_is_told_from_letters_to_numbers():
    assert told("x1 = 2.0\nw1 = -3.0\nx1w1 = x1*w1") == [
        "x1w1 = x1 × w1 = 2 × (-3) = -6.",
        "x1w1 is what we differentiate, so its grad is 1: ∂x1w1/∂x1w1 = 1.",
        "`×` sends back 1 × (-3) = -3: x1.grad goes from 0 to -3.",
        "`×` sends back 1 × 2 = 2: w1.grad goes from 0 to 2.",
    ]


def test_a_square_gets_two_contributions():
    assert told("a = 3\nb = a * a")[2:] == [
        "`×` sends back 1 × 3 = 3: a.grad goes from 0 to 3.",
        "`×` sends back 1 × 3 = 3: a.grad goes from 3 to 6.",
    ]


def test_values_without_a_name_are_called_by_a_short_expression():
    sentences = told("a = 2\nb = -3\nc = 10\nd = a*b + c")

    assert sentences[0] == "a × b = 2 × (-3) = -6."
    assert sentences[1] == "d = a × b + c = -6 + 10 = 4."
    assert "the grad of a × b goes from 0 to 1" in " ".join(sentences)


def test_a_long_expression_is_called_by_its_symbol():
    sentences = told("alpha = 2\nbeta = 3\ngamma = 4\ny = (alpha*beta + beta*gamma + gamma*alpha) * 2")

    assert any("[+]" in sentence for sentence in sentences)
    assert max(map(len, sentences)) < 130


def test_a_shut_gate_says_so():
    assert told("z = -2\nh = relu(z)")[-1] == "`ReLU` is shut here: its slope is 0 and nothing passes, z.grad stays 0."


def test_a_second_pass_and_an_update_are_told():
    sentences = told("a = Value(2.0)\nb = 3 * a\nc = b + 1\nc.backward()\nc.backward()\na.data += -0.1 * a.grad\na.grad = 0.0")

    assert sum("The grads in between are forgotten; those of the leaves stay." in sentence for sentence in sentences) == 1
    assert sentences[-3].endswith("a.grad goes from 3 to 6.")
    assert sentences[-2] == "Update: a.data goes from 2 to 1.4 (-0.6)."
    assert sentences[-1] == "a.grad is set from 6 to 0."


def test_a_small_update_shows_a_change():
    """With as many digits as tell the numbers apart; what nothing changes stays short."""
    sentences = told("a = Value(2.0)\nb = a * a\nb.backward()\na.data -= 1e-7 * a.grad\na.data += 0.0")

    assert sentences[-2] == "Update: a.data goes from 2 to 1.9999996 (-4e-07)."
    assert sentences[-1] == "Update: a.data stays 2."


def test_an_update_says_which_of_many_weights():
    net = "n = MLP(2, [2, 1], seed=1)\nloss = (n([1.0, 2.0]) - 1)**2\nloss.backward()\n"
    source = net + "for p in n.parameters():\n    p.data -= 0.1 * p.grad"
    whose = [sentence.split(" goes ")[0] for sentence in told(source) if sentence.startswith("Update")]

    assert len(set(whose)) == len(whose) == 9
    assert whose[0] == "Update: n.layers[0].neurons[0].w[0].data"


def test_numbers_are_those_of_the_moment():
    """After an update the nodes hold other data than the forward pass computed with."""
    sentences = told("a = Value(2.0)\nb = a * a\nb.backward()\na.data = 5.0")

    assert sentences[0] == "b = a × a = 2 × 2 = 4."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (2.0, "2"), (-3.0, "-3"), (0.7071067811865476, "0.7071"), (6.8813735870195432, "6.8814"),
        (1e-05, "1e-05"), (1.23456e-05, "1.235e-05"), (0.00012345, "0.0001234"), (123456.789, "123456.789"), (1e6, "1e+06"),
        (1e308, "1e+308"), (float("inf"), "inf"), (float("-inf"), "-inf"), (float("nan"), "nan"), (None, "—"), (0.1 + 0.2, "0.3"),
    ],
)  # fmt: skip
def test_numbers_in_sentences_are_short(value: float | None, text: str):
    assert number_text(value) == text


@given(st.floats())
def test_every_number_is_short(value: float):
    assert len(number_text(value)) <= 12
    assert "e" not in number_latex(value).replace(r"\text{?}", "").replace(r"\mathrm", "")


@pytest.mark.parametrize(
    ("label", "latex"),
    [
        ("x", "x"), ("x1", "x_{1}"), ("x_1", "x_{1}"), ("w12", "w_{12}"), ("alpha", r"\alpha"), ("α", r"\alpha"),
        ("Σ", r"\Sigma"),
        ("alpha2", r"\alpha_{2}"), ("loss", r"\mathrm{loss}"), ("loss2", r"\mathrm{loss}_{2}"), ("x_in", r"x_{\mathrm{in}}"),
        ("w_i_j", "w_{i,j}"), ("x1w1", r"\mathrm{x1w1}"), ("lambda_", r"\lambda"), ("omicron", r"\mathrm{omicron}"),
        ("x1*w1 + b", r"\text{x1*w1 + b}"), ("a_b$%&#{}", r"\text{a\_b\$\%\&\#\{\}}"),
        ("\\input", r"\text{\textbackslash{}input}"),
        ("a^~", r"\text{a\textasciicircum{}\textasciitilde{}}"), ("×", r"\times"), ("ŷ", "ŷ"),
    ],
)  # fmt: skip
def test_names_in_formulas(label: str, latex: str):
    assert name_latex(label) == latex


CASES = [
    "a = 2\nb = -3\ny = a * b",
    "a = -2\nb = -3\ny = a - b",
    "a = -2\ny = -a",
    "a = -2\ny = a**2",
    "a = 2\nb = -1\ny = a**b",
    "a = 2\nb = 3\ny = (a + b)**2",
    "a = 2\nb = 3\nc = 4\ny = a * (b + c)",
    "a = 2\nb = 3\nc = 4\ny = a - (b - c)",
    "a = 2\nb = 3\nc = 4\ny = (a + b) / (a - c)",
    "a = 2\nb = 3\ny = a * b * a",
    "a = 2\nb = 3\ny = a * (b * a)",
    "n = 0.8814\no = tanh(n)",
    "n = -0.5\no = tanh(-n) * n",
    "n = 2\no = n * tanh(n)",
    "a = 2\ny = log(a) ** 2",
    "a = 2\ny = log(a * a)",
    "a = -2\ny = exp(a) ** 2",
    "a = 0.25\ny = sqrt(a) * a",
    "a = -4\ny = abs(a) / 2",
    "a = 0.5\ny = sin(a) + cos(a) - tan(a)",
    "a = 0.5\ny = sigmoid(a) * (1 - sigmoid(a))",
    "a = -2\ny = leaky_relu(a)",
    "a = -2\ny = leaky_relu(a, 0.2)",
    "a = 2\nb = 2\ny = max(a, b) - min(a, b)",
    "a = 0.5\ny = gelu(a) + silu(a) + softplus(a)",
    "alpha = 0.00001\nbeta = 12345678.0\ny = alpha * beta",
    "x_in = 1\nloss = (x_in - 2)**2",
    "a = 0\ny = log(a)",
    "a = Value(2, label='x1*w1')\ny = a * a",
    "a = 5\ny = atan(a) ** -1",
]


def test_formulas_are_right(golden: Callable[[str, str], None]):
    """Precedence and brackets, negative numbers, long and Greek names: read the golden file after a change."""
    blocks = [f"{source}\n" + "".join(f"    {formula}\n" for formula in formulas(source)) for source in CASES]

    golden("formulas.txt", "\n".join(blocks))


def test_sentences_of_the_gallery(golden: Callable[[str, str], None]):
    blocks = [f"{example.title}\n" + "".join(f"    {sentence}\n" for sentence in told(example.source)) for example in gallery()]

    golden("sentences.txt", "\n".join(blocks))


@pytest.mark.parametrize("op", OPS.values(), ids=str)
def test_every_operation_has_words_and_balanced_formulas(op: object):
    row = OPS[str(op).split()[1].rstrip(">")]
    operands = row.samples[0][: row.arity]
    names = ("a", "b")[: row.arity]
    source = "\n".join(f"{name} = {value}" for name, value in zip(names, operands, strict=True))
    source += f"\ny = {row.python.format(*names)}"

    for formula in formulas(source):
        assert formula.count("{") - formula.count("\\{") == formula.count("}") - formula.count("\\}")
        assert "^{" not in formula or "}^{" not in formula.replace(")^{", "").replace("_{1}^{", "")
    assert all(sentence.endswith(".") for sentence in told(source))


def test_the_moment_before_the_first_step_is_told():
    narrator = Narrator(run("a = 2\nb = a * a"))

    assert narrator.text(None) == START
    assert narrator.latex(None) == ""


def test_a_long_chain_without_names_is_told():
    trace = run("a = 2\ny = a\nfor i in range(3000):\n    y = y + a")
    narrator = Narrator(trace)

    assert narrator.text(trace.steps[-1]).startswith("`+` sends back")
    assert narrator.latex(trace.steps[-1])


def test_values_of_one_name_are_told_apart():
    """A loop binds y again and again; ∂y/∂y += 1 would say nothing."""
    trace = run("y = 0\nx1 = 2.0\nfor i in range(2):\n    y += x1 ** i\n")
    narrator = Narrator(trace)
    told = [narrator.text(step) for step in trace.steps]
    assert "y#3 = y#2 + x1 ** 1 = 1 + 2 = 3." in told
    assert any(r"\frac{\partial y_{\#3}}{\partial y_{\#2}}" in narrator.latex(step) for step in trace.steps)
    assert name_latex("x1#2") == r"x_{1,\#2}"
