"""What Python's parser says about a text it cannot read, in words for people who are still typing."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable

from stepgrad.engine.errors import ParseError, Span
from stepgrad.engine.language.text import Text
from stepgrad.engine.ops import OPS, meant_by

__all__ = ["explain"]

Words = tuple[str, str]
"""A message and a hint."""

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_DANGLING = re.compile(r"(\*\*|//|[-+*/%=<>(,\[.])\s*(#.*)?$")
_SIGN_BEFORE = re.compile(r"(\*\*|//|[-+*/%=<>(,\[.:;]|\b(?:and|or|not|in|if|else|return)\b)\s*$")
_SIGN_HERE = re.compile(r"\*\*|//|[=!<>]=|[*/%=<>,.;:)\]}]")
_WORD_BEFORE = re.compile(r"([\w.)\]]+)\s+$")
_OTHER_LANGUAGES = frozenset({"let", "var", "const", "float", "double", "int", "auto"})
_CALLED = frozenset({*OPS, "print", "sum", "len", "range", "Value"})


def explain(error: SyntaxError, text: Text) -> ParseError:
    """Say in our words, at our place, what Python's parser found."""
    number = min(max(error.lineno or 1, 1), len(text.lines))
    line = text.lines[number - 1]
    column = min(max(error.offset or 1, 1), len(line) + 1)
    same_line = error.end_lineno == error.lineno and error.end_offset
    length = max(min(error.end_offset or 0, len(line) + 1) - column, 1) if same_line else 1
    if isinstance(error, IndentationError):
        message, hint = _of_indentation(error.msg)
        return ParseError(message, span=Span(number, 1, max(len(line) - len(line.lstrip()), 1)), hint=hint)
    said = error.msg.removeprefix("invalid syntax. ").strip()
    for words_for in (_of_what_was_said, _of_the_line):
        if words := words_for(said, line, column):
            return ParseError(words[0], span=Span(number, column, length), hint=words[1])
    plain = said in ("invalid syntax", "")
    message = "This cannot be read from here on." if plain else f"Python cannot read this: {said.rstrip('.')}."
    hint = "Is a sign, a bracket or a value missing just before?" if plain else ""
    return ParseError(message, span=Span(number, column, length), hint=hint)


def _of_indentation(said: str) -> Words:
    if "expected an indented block" in said:
        return "The line above opens a block, so this line has to be indented.", "Begin it with four spaces."
    return "This line is indented differently from the lines around it.", "Begin it where the line above begins."


def _of_what_was_said(said: str, line: str, column: int) -> Words | None:
    """What Python's message tells, in the order of how sure it is."""
    for phrase, words_for in _PHRASES:
        if phrase in said:
            return words_for(said, line, column)
    return None


def _unclosed(said: str, line: str, column: int) -> Words:
    bracket = said.split("'")[1] if "'" in said else "("
    return f"`{bracket}` is never closed.", f"Add `{_CLOSING.get(bracket, ')')}`."


def _missing_colon(said: str, line: str, column: int) -> Words:
    rest = line[column - 1 :].strip()
    if rest.startswith("=") and line.lstrip().startswith(("if", "elif", "while")):
        return _COMPARE
    where = "before this" if rest else "at the end of this line"
    return f"A `:` is missing {where}.", "Add `:`."


def _missing_call(said: str, line: str, column: int) -> Words:
    what = line[column - 1 :].split("#")[0].strip().removeprefix("print").strip()
    return "What is printed stands in brackets.", f"Write `print({what})`."


def _left_of_equals(said: str, line: str, column: int) -> Words:
    if line.lstrip().startswith(("if ", "elif ", "while ", "assert ")):
        return _COMPARE
    if called := re.match(r"\s*(\w+)\(([\w, ]*)\)\s*=(?!=)", line):
        return "Only a name can stand left of `=`.", f"A function is made with `def {called[1]}({called[2]}): return …`."
    return "Only a name can stand left of `=`.", "Write `name = expression`; `==` compares."


_COMPARE = ("`=` gives a name its value; it does not compare.", "To compare, write `==`.")

_PHRASES: tuple[tuple[str, Callable[[str, str, int], Words]], ...] = (
    ("was never closed", _unclosed),
    ("does not match", lambda *_: ("This closing bracket does not fit the one that is open.", "Close the inner bracket first.")),
    ("unmatched", lambda *_: ("This closing bracket has no opening one.", "Delete it, or add the one that is missing.")),
    ("unterminated", lambda *_: ("This string has no end.", "Add the closing quote on the same line.")),
    ("Missing parentheses", _missing_call),
    ("expected 'else'", lambda *_: ("An `else` is missing here.", "Write `a if condition else b`.")),
    ("expected ':'", _missing_colon),
    ("line continuation", lambda said, line, column: _latex(line, column)),
    ("expected '('", lambda *_: ("A `(` is missing here.", "A function is made with `def f(x): return …`.")),
    ("leading zeros", lambda *_: ("A whole number does not begin with 0.", "Leave the zeros out.")),
    ("forgot a comma", lambda said, line, column: _forgotten(line, column)),
    ("Maybe you meant '=='", _left_of_equals),
    ("cannot assign to", _left_of_equals),
    ("follows keyword argument", lambda *_: ("Arguments without a name come first.", "Move it before the ones with `=`.")),
    ("follows default", lambda *_: ("Parameters without a default come first.", "Move it before the ones with `=`.")),
    ("non-default argument", lambda *_: ("Parameters without a default come first.", "Move it before the ones with `=`.")),
)


def _latex(line: str, column: int) -> Words:
    """Python points behind the backslash."""
    command = re.match(r"\\?([A-Za-z]+)", line[max(column - 2, 0) :])
    if not command:
        return "A `\\` has no meaning here.", "Delete it."
    op = meant_by(command[1])
    instead = op.name if op else _LATEX.get(command[1])
    return (
        f"`\\{command[1]}` is LaTeX.",
        f"Write `{instead}`." if instead else "Write it as in Python: `a*b`, `a/b`, `x**2`, `sin(x)`.",
    )


_LATEX = {"frac": "a/b", "cdot": "*", "times": "*", "pi": "math.pi", "left": "(", "right": ")"}


def _of_the_line(said: str, line: str, column: int) -> Words | None:
    """What the text around the place tells, where Python only says "invalid syntax"."""
    before, here = line[: column - 1], line[column - 1 :]
    if line.lstrip().startswith((">>>", "...")):
        return "This is a prompt, not program text.", "Delete the prompt at the start of the line."
    if dangling := _DANGLING.search(line):
        return f"The line stops after `{dangling[1]}`.", "Write a value after it."
    if stops := re.search(r"\b(def|if|elif|while|for|in|import|from|lambda|and|or|not|return|is)\s*$", line):
        return f"The line stops after `{stops[1]}`.", "Write the rest of it, or delete it."
    if word := re.match(r"(else|elif|except|finally)\b", here):
        return f"This `{word[1]}` belongs to no `if`.", "It begins in the same column as its `if`, right after its block."
    if here.startswith(":="):
        return "`:=` belongs inside an expression.", "Write `=`."
    if here.startswith("$"):
        return "A `$` has no meaning here.", "Delete it; formulas are written as in Python: `x**2`, `a*b`, `sin(x)`."
    if here.startswith("?"):
        return "`?` is no operation.", "A choice is written `a if condition else b`."
    if before.endswith(("&", "|")) and here[:1] == before[-1:]:
        return f"`{here[0] * 2}` is no operation.", f"Write `{'and' if here[0] == '&' else 'or'}`."
    if here.startswith("!"):
        return "`!` is no operation.", "Not equal is `!=`; a factorial is written out."
    if "|" in line and here.startswith("|"):
        return "`|` is no bracket.", "The absolute value is `abs(x)`."
    sign = _SIGN_HERE.match(here)
    if sign and (previous := _SIGN_BEFORE.search(before)):
        return f"A value is missing between `{previous[1]}` and `{sign[0]}`.", "Write one there, or delete one of the two."
    if sign and not before.strip():
        return f"The line begins with `{sign[0]}`.", "Write a value before it."
    if words := _between(before, here):
        return words
    word = re.match(r"\w+", here)
    if word and keyword.iskeyword(word[0]):
        return f"A name or a value is missing before `{word[0]}`.", "Write one there."
    return None


def _forgotten(line: str, column: int) -> Words:
    """Python points at both words: `a b` inside brackets."""
    both = re.match(r"([\w.)\]]+)\s+([\w.]+)", line[column - 1 :])
    words = _between(line[: column - 1] + both[1] + " ", both[2]) if both else None
    return words or ("Something is missing between these two.", "An operator such as `*`, or a comma.")


def _between(before: str, here: str) -> Words | None:
    """Two words with nothing between them."""
    left, right = _WORD_BEFORE.search(before), re.match(r"[\w.]+|\(", here)
    if not left or not right:
        return None
    if left[1] in _OTHER_LANGUAGES:
        return f"`{left[1]}` is not needed.", f"Write `{here.strip()[:40]}`."
    if left[1] in _CALLED:
        return f"`{left[1]}` is called with brackets.", f"Write `{left[1]}({right[0].strip('(') or '…'})`."
    if keyword.iskeyword(left[1]) or keyword.iskeyword(right[0]):
        return None
    if right[0] == "(" or re.match(r"[\w.]+\s*=(?!=)", here):
        return "Something is missing between these two.", "An operator such as `*`, a comma, or a new line."
    return "Something is missing between these two.", f"Did you mean `{left[1]}*{right[0]}`? Or a comma?"
