"""Numbers, names and expressions as people write them: plain text and LaTeX, with brackets where they are needed.

The templates are those of the table of operations. A slot of a template says by its neighbours what it can take without
brackets: nothing but a name before `^`, no sum beside `·`, anything between braces.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter

__all__ = [
    "CALL",
    "Term",
    "bracketed",
    "change_texts",
    "factor",
    "name_latex",
    "number_latex",
    "number_text",
    "spell",
    "top_precedence",
]

CALL = 9
"""The precedence of what holds together by itself: a name, a number, a call. As in the table: 1 sum, 2 product, 4 power."""

_GREEK = [
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi"),
    *("omicron", "pi", "rho", "varsigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
]
_NO_CAPITAL = {"alpha", "beta", "epsilon", "zeta", "eta", "iota", "kappa", "mu", "nu", "omicron", "rho", "tau", "chi"}
"""Greek capitals that look Latin, for which LaTeX has no command."""
_LETTERS = {chr(0x3B1 + i): name for i, name in enumerate(_GREEK)} | {
    chr(0x391 + i): name.capitalize() for i, name in enumerate(_GREEK) if name != "varsigma" and name not in _NO_CAPITAL
}
_COMMANDS = (set(_GREEK) - {"omicron"}) | {name.capitalize() for name in _GREEK if name not in _NO_CAPITAL and name != "varsigma"}

_NAME = re.compile(r"([^\W\d_]+)(?:_?([0-9]+)|((?:_[^\W_]+)+))?_*")
_SYMBOLS = {"×": r"\times", "÷": r"\div", "−": "-", "+": "+", "√": r"\surd", "σ": r"\sigma"}
_TEXT_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: "\\" + sign for sign in "{}$&#%_"},
}
_APPLIED = re.compile(r"(?:\\[a-z]+(?:\^2)?|\\operatorname\{[a-z]+\})$")
_OPEN = re.compile(r"\\[a-z]+ ")
"""Begins a function without brackets, which would swallow what follows."""
_OPENING = ("(", "{", "[", ",", "|", "=", ">", "<")


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of an expression and how tightly it holds together."""

    text: str
    precedence: float = CALL

    @property
    def signed(self) -> bool:
        return self.text.startswith(("-", "−"))


def number_text(value: float | None, digits: int = 4) -> str:
    """A number for a sentence: at most `digits` decimals, or significant digits below 1; `—` for one that is not known."""
    if value is None:
        return "—"
    if not math.isfinite(value):
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    size = abs(value)
    if size == 0.0:
        return "0"
    if size >= 1e6 or size < 1e-4:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{_trimmed(mantissa)}e{exponent}"
    return _trimmed(f"{value:.{digits}g}" if size < 1.0 else f"{value:.{digits}f}")


def change_texts(before: float | None, after: float | None) -> tuple[str, str]:
    """Two numbers in a row, with more digits where four would not tell them apart: a small update changes something, too."""
    for digits in range(4, 18):
        texts = number_text(before, digits), number_text(after, digits)
        if texts[0] != texts[1] or before == after:
            break
    return texts


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def number_latex(value: float | None) -> str:
    """The same number in LaTeX: 1.2 · 10⁻⁵ for 1.2e-05."""
    text = number_text(value)
    if value is None:
        return r"\text{?}"
    if not math.isfinite(value):
        return {"nan": r"\mathrm{nan}", "inf": r"\infty", "-inf": r"-\infty"}[text]
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else text


def name_latex(label: str) -> str:
    """A label in LaTeX: `x1` is x with index 1, `alpha` is α, long names are upright, anything else is text.

    The third value of a name, `y#3`, has that as a further index.
    """
    name, _, again = label.partition("#")
    if again.isdecimal() and name.isidentifier():
        spelled = name_latex(name)
        return rf"{spelled[:-1]},\#{again}}}" if "_{" in spelled else rf"{spelled}_{{\#{again}}}"
    if label in _SYMBOLS:
        return _SYMBOLS[label]
    if not (match := _NAME.fullmatch(label)):
        return r"\mathrm{" + _escaped(label) + "}" if label.isidentifier() else r"\text{" + _escaped(label) + "}"
    base, number, words = match.groups()
    if number:
        return f"{_letters(base)}_{{{number}}}"
    if words:
        return f"{_letters(base)}_{{{','.join(_letters(word) for word in words[1:].split('_'))}}}"
    return _letters(base)


def _letters(word: str) -> str:
    if word in _COMMANDS:
        return "\\" + word
    if len(word) == 1:
        command = _LETTERS.get(word)
        return word if command is None or command == "omicron" else "\\" + command
    return word if word.isdigit() else r"\mathrm{" + _escaped(word) + "}"


def _escaped(text: str) -> str:
    return "".join(_TEXT_ESCAPES.get(c, c if c.isprintable() else "?") for c in text)


def spell(template: str, operands: Sequence[Term], out: Term | None = None) -> str:
    """Fill a template of the table. `out` stands for the result of the operation, in templates of derivatives."""
    parts: list[str] = []
    for literal, slot, need, leading, multiplied in _slots(template):
        parts.append(literal)
        if slot is None:
            continue
        term = out if slot == "out" else operands[int(slot)]
        if term is None:
            raise ValueError(f"{template!r} names the result, which is not given")
        bare = term.precedence >= need and (leading or not term.signed)
        if multiplied and _OPEN.match(term.text):  # \tanh x · y could be read as tanh(x · y)
            bare = False
        parts.append(term.text if bare else bracketed(term.text))
    return "".join(parts)


def bracketed(text: str) -> str:
    return rf"\left({text}\right)" if "\\frac" in text else f"({text})"


def factor(term: Term) -> str:
    """A term as the second factor of a product."""
    return bracketed(term.text) if term.signed or term.precedence < 2 else term.text


@cache
def _slots(template: str) -> tuple[tuple[str, str | None, float, bool, bool], ...]:
    """For each slot: the text before it, which operand, the precedence it needs, may a sign stand there, does a · follow."""
    return tuple(_read_slots(template))


def _read_slots(template: str) -> Iterator[tuple[str, str | None, float, bool, bool]]:
    pieces: list[tuple[str, str | None]] = []
    literal = ""
    for text, field, _, _ in Formatter().parse(template):
        literal += text
        if field is not None:
            pieces.append((literal, field))
            literal = ""
    pieces.append((literal, None))
    for (before, field), (after, _) in zip(pieces, [*pieces[1:], ("", None)], strict=True):
        need, leading = _needed(before.rstrip(), after.lstrip())
        yield before, field, need, leading, after.lstrip().startswith(r"\cdot")


def _needed(before: str, after: str) -> tuple[float, bool]:
    leading = not before or before.endswith(_OPENING)
    if after.startswith(("^", "**")) or before.endswith("**"):
        return CALL, False
    if _APPLIED.search(before) and not before.endswith((r"\cdot", r"\text")):
        return CALL, False
    if before.endswith((r"\cdot", "×", "÷", "*", "/")):
        return 2.5, False
    if before in ("-", "−"):
        return 3, False
    if before.endswith(("-", "−")):
        return 2, False
    if before.endswith("+"):
        return 1.5, False
    if after.startswith((r"\cdot", "×", "÷", "*", "/")):
        return 2, leading
    return (1, leading) if after.startswith(("+", "-", "−")) else (0, True)


def top_precedence(latex: str) -> float:
    """How tightly a piece of LaTeX holds together, by what stands outside all its brackets."""
    if r"\text{ if }" in latex:
        return 0.5
    least = 2.6 if _OPEN.match(latex) else 3.0 if latex.startswith("-") else 3.5 if latex.startswith(r"\frac") else float(CALL)
    depth = 0
    for index, sign in enumerate(latex):
        if sign in "{([":
            depth += 1
        elif sign in "})]":
            depth -= 1
        elif depth == 0:
            if sign == "+" or (sign == "-" and index):
                return min(least, 1.0)
            if sign == "^":
                least = min(least, 4.0)
            elif sign == "\\" and latex.startswith(r"\cdot", index):
                least = min(least, 2.0)
    return least
