"""From text to a syntax tree: a linear gate, then Python's own parser, then positions in code points.

The gate bounds size, lines, tokens and nesting before `ast.parse` sees the text, since the parser's time, memory and C stack
are not linear in it. It also explains what people type that Python cannot read: `2x`, `×`, `x²`.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

from engine.errors import LimitError, ParseError, Span
from engine.limits import Limits

__all__ = ["Source"]

_TOKEN = re.compile(
    r"""
      (?P<comment>  \#[^\n]*)
    | (?P<string>   [fFrRbBuU]{0,2} (?: '''(?:[^'\\]|\\.|'(?!''))*''' | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
                                      | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" ))
    | (?P<number>   (?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    | (?P<name>     [^\W\d]\w*)
    | (?P<newline>  \n)
    | (?P<space>    [ \t\f]+ | \\\n)
    | (?P<operator> \*\*|//|==|!=|<=|>=|:=|->|[-+*/@%&|^~<>=()\[\]{},:.;!?$`\\'"])
    | (?P<other>    .)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\[^nt\\'\"\n]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_GREEK = re.compile("[A-Za-z0-9_\u0370-\u03ff]+")
_PREFIX_WORDS = frozenset({"not", "lambda", "if", "else"})
_INSTEAD = {
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "—": "-", "²": "**2", "³": "**3",
    "‘": "'", "’": "'", "“": '"', "”": '"', "≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt(…)", "µ": "μ", "\xa0": " ",
    "\ufeff": "", "\u200b": "", "，": ",", "（": "(", "）": ")", "＝": "=", "＋": "+", "：": ":", "∑": "sum(…)",
}  # fmt: skip


class Source:
    """A program's text, its syntax tree, and where things are in it.

    Raises `ParseError` or `LimitError` for text that is not ours to run.
    """

    def __init__(self, text: str, limits: Limits) -> None:
        if len(text) > limits.characters:
            raise LimitError(
                f"The program has {len(text):,} characters; {limits.characters:,} are read.",
                limit="characters", value=limits.characters, hint="Show a part of it, or use a loop.",
            )  # fmt: skip
        self.text = text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self._limits = limits
        code = self._gate()
        self.tree = self._parse(code)

    def span(self, node: ast.AST) -> Span:
        """Where a node of the tree is: from its start to its end, or to the end of its first line."""
        line: int = node.lineno  # type: ignore[attr-defined]
        text = self.lines[line - 1]
        start = self._column(text, node.col_offset)  # type: ignore[attr-defined]
        one_line = node.end_lineno == line  # type: ignore[attr-defined]
        end = self._column(text, node.end_col_offset) if one_line else len(text.rstrip())  # type: ignore[attr-defined]
        return Span(line, start + 1, max(end - start, 1))

    @staticmethod
    def _column(line: str, utf8_offset: int) -> int:
        if line.isascii():
            return utf8_offset
        return len(line.encode()[:utf8_offset].decode(errors="ignore"))

    def _at(self, offset: int, length: int) -> Span:
        line = bisect_right(self._starts, offset)
        return Span(line, offset - self._starts[line - 1] + 1, max(length, 1))

    # ── the gate ──

    def _gate(self) -> str:
        """Check the text in one linear pass; return it with notebook magics turned into comments."""
        limits, text = self._limits, self.text
        self._check_lines()
        if bad := _CONTROL.search(text):
            raise ParseError(
                f"There is an invisible character here (U+{ord(bad[0]):04X}).",
                span=self._at(bad.start(), 1), hint="Delete it and type the line again.",
            )  # fmt: skip
        code = text
        tokens = in_statement = prefixes = elifs = 0
        brackets: list[int] = []
        at_start, magic_until = True, -1
        for match in _TOKEN.finditer(text):
            kind, start, word = match.lastgroup, match.start(), match[0]
            if start < magic_until or kind == "space" or kind == "comment":
                continue
            if kind == "newline":
                if not brackets:
                    at_start, in_statement, prefixes = True, 0, 0
                continue
            if at_start and word in ("%", "!"):  # a notebook's %magic or !command: as good as a comment
                code = code[:start] + "#" + code[start + 1 :]
                magic_until = self._starts[bisect_right(self._starts, start)] - 1
                continue
            at_start = word == ";" and not brackets
            tokens += 1
            in_statement = 0 if at_start else in_statement + 1
            if word in "([{":
                brackets.append(start)
            elif word in ")]}" and brackets:
                brackets.pop()
            elif kind == "string":
                self._check_string(start, word)
            elif kind == "number":
                self._check_number(start, word)
            elif kind == "name":
                self._check_name(start, word)
                prefixes += word in _PREFIX_WORDS
                elifs += word == "elif"
            elif kind == "other":
                self._refuse_character(start, word)
            elif word == "**" or self._is_sign(start, word):
                prefixes += 1
            for name, used, what in (
                ("nesting", len(brackets), "brackets inside brackets"),
                ("tokens", tokens, "words and signs"),
                ("statement_tokens", in_statement, "words and signs in one statement"),
                ("prefixes", prefixes, "nested signs and conditions in one statement"),
                ("elifs", elifs, "elif branches"),
            ):
                if used > getattr(limits, name):
                    self._refuse_size(name, what, start)
        return code

    def _check_lines(self) -> None:
        limits = self._limits
        if len(self.lines) > limits.lines:
            self._refuse_size("lines", "lines", self._starts[limits.lines])
        for number, line in enumerate(self.lines):
            if len(line) > limits.line_characters:
                self._refuse_size("line_characters", "characters in a line", self._starts[number] + limits.line_characters)

    def _refuse_size(self, name: str, what: str, offset: int) -> None:
        allowed = getattr(self._limits, name)
        raise LimitError(
            f"More than {allowed:,} {what}.",
            limit=name, value=allowed, span=self._at(offset, 1), hint="Split it up, or use a loop or `sum([…])`.",
        )  # fmt: skip

    def _is_sign(self, start: int, word: str) -> bool:
        """Whether this + - ~ stands before an operand rather than between two."""
        if word not in ("+", "-", "~"):
            return False
        before = self.text[:start].rstrip(" \t")[-1:] if start < 2 else self.text[max(0, start - 40) : start].rstrip(" \t")[-1:]
        return not (before.isalnum() or before in ("_", ")", "]", "}", "'", '"')) or before == ""

    def _check_string(self, start: int, word: str) -> None:
        if escape := _ESCAPE.search(word):
            raise ParseError(
                f"`{escape[0]}` is not an escape we know.",
                span=self._at(start + escape.start(), 2), hint=r"In a string write `\\` for a backslash.",
            )  # fmt: skip

    def _check_number(self, start: int, word: str) -> None:
        if len(word) > self._limits.number_characters:
            self._refuse_size("number_characters", "characters in a number", start)
        tail = _GREEK.match(self.text, start + len(word))
        if not tail:
            return
        span = self._at(start, len(word) + len(tail[0]))
        if word == "0" and tail[0][0] in "xXoObB":
            raise ParseError("Numbers are decimal here.", span=span, hint="Write it in base ten.")
        if tail[0] in ("j", "J"):
            raise ParseError("Numbers are real here; there is no `j`.", span=span)
        raise ParseError(f"`{word}{tail[0]}` is not a product in Python.", span=span, hint=f"Did you mean `{word}*{tail[0]}`?")

    def _check_name(self, start: int, word: str) -> None:
        if len(word) > self._limits.name_characters:
            self._refuse_size("name_characters", "characters in a name", start)
        if not _GREEK.fullmatch(word):
            at = next(i for i, char in enumerate(word) if not _GREEK.fullmatch(char))
            self._refuse_character(start + at, word[at])

    def _refuse_character(self, offset: int, char: str) -> None:
        instead = _INSTEAD.get(char)
        if instead is None and (plain := unicodedata.normalize("NFKC", char)) != char and plain.isascii():
            instead = plain
        if instead:
            hint = f"Did you mean `{instead}`?"
        elif instead == "":
            hint = "It is invisible: delete it."
        else:
            hint = "Names are made of Latin or Greek letters, digits and underscores."
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        raise ParseError(f"`{shown}` cannot be used here.", span=self._at(offset, 1), hint=hint)

    # ── the parser ──

    def _parse(self, code: str) -> ast.Module:
        try:
            return ast.parse(code)
        except SyntaxError as error:
            raise self._explain(error) from None
        except (RecursionError, MemoryError):
            raise LimitError(
                "The program is nested too deeply.", limit="nesting", value=self._limits.nesting, hint="Split it up into steps."
            ) from None

    def _explain(self, error: SyntaxError) -> ParseError:
        """Say in our words, at our place, what Python's parser found."""
        number = min(max(error.lineno or 1, 1), len(self.lines))
        line = self.lines[number - 1]
        column = min(max(error.offset or 1, 1), len(line) + 1)
        same_line = error.end_lineno == error.lineno and error.end_offset
        length = max(min(error.end_offset or 0, len(line) + 1) - column, 1) if same_line else 1
        message, hint = _words_for(error, line, column)
        return ParseError(message, span=Span(number, column, length), hint=hint)


_DANGLING = re.compile(r"(\*\*|//|[-+*/=(,\[.])\s*(#.*)?$")


def _words_for(error: SyntaxError, line: str, column: int) -> tuple[str, str]:
    said = error.msg.removeprefix("invalid syntax. ").strip()
    if isinstance(error, IndentationError):
        if "expected an indented block" in said:
            return "The line above opens a block, so this line has to be indented.", "Begin it with four spaces."
        return "This line is indented differently from the lines around it.", "Begin it where the line above begins."
    if "was never closed" in said:
        bracket = said.split("'")[1] if "'" in said else "("
        return f"`{bracket}` is never closed.", f"Add `{ {'(': ')', '[': ']', '{': '}'}.get(bracket, ')') }`."
    if "unmatched" in said:
        return "This closing bracket has no opening one.", "Delete it, or add the one that is missing."
    if "unterminated string" in said:
        return "This string has no end.", "Add the closing quote on the same line."
    if dangling := _DANGLING.search(line):
        return f"The line stops after `{dangling[1]}`.", "Write a value after it."
    if "Maybe you meant '=='" in said or "cannot assign to" in said:
        return "Only a name can stand left of `=`.", "Write `name = expression`; `==` compares."
    if "forgot a comma" in said:
        return "Something is missing between these two.", "An operator such as `*`, or a comma."
    if "expected ':'" in said:
        return "A `:` is missing at the end of this line.", "Add `:`."
    if line.lstrip().startswith((">>>", "...", "In [", "Out[")):
        return "This is a prompt, not program text.", "Delete the prompt at the start of the line."
    before = re.search(r"([\w.)\]]+)\s+$", line[: column - 1])
    if before and re.match(r"[\w(]", line[column - 1 :]):
        return "Something is missing between these two.", "An operator such as `*`, or a comma."
    return f"Python cannot read this: {said}.", ""
