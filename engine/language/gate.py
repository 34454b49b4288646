"""The gate: one linear pass over a text, before Python's parser sees it.

It bounds size, lines, tokens and nesting, since the parser's time, memory and C stack are not linear in them, and it explains
what people type that Python cannot read: `2x`, `×`, `x²`.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from typing import NoReturn

from stepgrad.engine.errors import LimitError, ParseError
from stepgrad.engine.language.text import Text
from stepgrad.engine.limits import Limits

__all__ = ["check"]

_TOKEN = re.compile(
    r"""
    [ \t\f]*(?:
      (?P<string>   [fFrRbBuU]{0,2} (?: '''(?:[^'\\]|\\.|'(?!''))*''' | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
                                      | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" ))
    | (?P<number>   (?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    | (?P<name>     [^\W\d]\w*)
    | (?P<newline>  \n)
    | (?P<nothing>  \#[^\n]* | \\\n | \Z)
    | (?P<operator> \*\*|//|==|!=|<=|>=|:=|->|[-+*/@%&|^~<>=()\[\]{},:.;!?$`\\'"])
    | (?P<other>    .)
    )""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(
    r"""(?:
      [A-Za-z_][A-Za-z0-9_]{0,40}+ (?!\w)
    | (?:\d{1,15}+\.?\d{0,17}+|\.\d{1,17}+)(?:[eE][+-]?\d{1,3}+)? (?![\w.])
    | [-+*/=(),\[\]\ \n]
    | \.(?![\d.])
    | \#[\ -~]*+
    )*+""",
    re.VERBOSE,
)
"""Names, numbers, brackets, operators and comments, none of them long."""
_SHORT = 600
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WORD = re.compile("[A-Za-z0-9_\u0370-\u03ff]+")
_OPENING = re.compile(r"([a-zA-Z]*)(\'\'\'|\"\"\"|\'|\")")
_SECOND_POINT = re.compile(r"\.\d+")
_PROMPT = re.compile(r"\s*(>>>|(In|Out) ?\[\d*\]:)")
_NESTING_WORDS = frozenset({"not", "lambda", "if", "else"})
_NO_OPERANDS = frozenset(keyword.kwlist) - {"True", "False", "None"}
_INSTEAD = {
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "—": "-", "²": "**2", "³": "**3",
    "‘": "'", "’": "'", "“": '"', "”": '"', "≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt(…)", "µ": "μ", "\xa0": " ",
    "\ufeff": "", "\u200b": "", "，": ",", "（": "(", "）": ")", "＝": "=", "＋": "+", "：": ":", "∑": "sum(…)",
}  # fmt: skip


def check(text: Text, limits: Limits) -> str:
    """Raise for what is not ours to read; return the code, with magics and fences turned into comments."""
    if is_plain(text.source, limits):
        return text.source
    return _Gate(text, limits).check()


def is_plain(source: str, limits: Limits) -> bool:
    """Whether one look shows that the gate has nothing to say: most programs are short and have nothing strange in them."""
    if len(source) > min(_SHORT, limits.lines, limits.line_characters, limits.tokens, limits.statement_tokens):
        return False
    brackets = source.count("(") + source.count("[")
    prefixes = sum(map(source.count, ("+", "-", "*", "not", "if", "else")))
    if limits.name_characters < 41 or limits.number_characters < 38:
        return False
    return brackets <= limits.nesting and prefixes <= limits.prefixes and _PLAIN.fullmatch(source) is not None


class _Gate:
    def __init__(self, text: Text, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self._tokens = self._statement_tokens = self._prefixes = self._elifs = self._brackets = 0

    def check(self) -> str:
        self._check_lines()
        source = self._text.source
        if bad := _CONTROL.search(source):
            raise ParseError(
                f"There is an invisible character here (U+{ord(bad[0]):04X}).",
                span=self._text.at(bad.start()), hint="Delete it and type the line again.",
            )  # fmt: skip
        code, at = source, 0
        while (magic := self._check_up_to_a_magic(at)) is not None:
            code = code[:magic] + "#" + code[magic + 1 :]
            at = self._text.end_of_line(magic)
        return code

    def _check_up_to_a_magic(self, at: int) -> int | None:
        """Check the text from there on; answer where a line begins with a notebook's %magic or !command, or a fence of Markdown.

        Such a line is as good as a comment: a quote in it opens no string, and the next line is code again.
        """
        source = self._text.source
        at_start, after_operand = True, False
        for kind, word, start in _tokens(source, at, len(source)):
            if kind == "newline":
                if not self._brackets:
                    at_start, after_operand = True, False
                    self._statement_tokens = self._prefixes = 0
                continue
            if at_start and (word in ("%", "!") or source.startswith("```", start)):
                return start
            at_start = word == ";" and not self._brackets
            if at_start:
                self._statement_tokens = self._prefixes = 0
            after_operand = self._check_token(kind, word, start, after_operand)
        return None

    def _check_token(self, kind: str, word: str, start: int, after_operand: bool) -> bool:
        """Check one token and count it; answer whether an operand ends with it."""
        self._tokens += 1
        self._statement_tokens += 1
        if self._tokens > self._limits.tokens:
            self._refuse_size("tokens", start)
        if self._statement_tokens > self._limits.statement_tokens:
            self._refuse_size("statement_tokens", start)
        if kind == "operator":
            if word in "([{":
                self._open(start)
            elif word in ")]}":
                self._brackets = max(self._brackets - 1, 0)
                return True
            elif word == "**" or (word in "+-~" and not after_operand):
                self._nest(start)
            return False
        if kind == "name":
            self._check_name(word, start)
            if word in _NESTING_WORDS:
                self._nest(start)
            elif word == "elif":
                self._elifs += 1
                if self._elifs > self._limits.elifs:
                    self._refuse_size("elifs", start)
            return word not in _NO_OPERANDS
        if kind == "number":
            self._check_number(word, start)
        elif kind == "string":
            self._check_string(word, start)
        else:
            self._refuse_character(word, start)
        return True

    def _nest(self, start: int) -> None:
        """Count what nests the tree without a bracket."""
        self._prefixes += 1
        if self._prefixes > self._limits.prefixes:
            self._refuse_size("prefixes", start)

    def _check_lines(self) -> None:
        lines, allowed = self._text.lines, self._limits
        if len(lines) > allowed.lines:
            self._refuse_size("lines", self._text.starts[allowed.lines])
        for line, start in zip(lines, self._text.starts, strict=True):
            if len(line) > allowed.line_characters:
                self._refuse_size("line_characters", start + allowed.line_characters)
            if prompt := _PROMPT.match(line):
                raise ParseError(
                    "This is a prompt, not program text.",
                    span=self._text.at(start, len(prompt[0])), hint="Delete the prompt at the start of the line.",
                )  # fmt: skip

    def _refuse_size(self, name: str, offset: int) -> NoReturn:
        allowed, (what, hint) = getattr(self._limits, name), _SIZES[name]
        raise LimitError(f"More than {allowed:,} {what}.", limit=name, value=allowed, span=self._text.at(offset), hint=hint)

    # ── words ──

    def _check_string(self, word: str, start: int) -> None:
        for escape in _ESCAPE.finditer(word):
            if escape[1] not in "nt\\'\"\n":
                raise ParseError(
                    f"`{escape[0]}` is not an escape we know.",
                    span=self._text.at(start + escape.start(), 2), hint=r"In a string write `\\` for a backslash.",
                )  # fmt: skip
        opening = _OPENING.match(word)
        if opening and "f" in opening[1].lower():
            self._check_fields(start + opening.end(), start + len(word) - len(opening[2]))

    def _check_fields(self, at: int, end: int) -> None:
        """What stands in the braces of an f-string is code, and counted as such."""
        source = self._text.source
        while at < end:
            if source[at : at + 2] in ("{{", "}}"):
                at += 2
            elif source[at] == "{":
                at = self._check_field(at, end)
            else:
                at += 1

    def _check_field(self, opening: int, end: int) -> int:
        """Check the code of a field, and the fields in its format; answer where the text goes on."""
        self._open(opening)
        within, after_operand = self._brackets, False
        for kind, word, start in _tokens(self._text.source, opening + 1, end):
            if self._brackets == within and word in ("}", ":", ":="):
                self._brackets -= 1
                return start + 1 if word == "}" else self._check_format(opening, start + 1, end)
            if kind != "newline":
                after_operand = self._check_token(kind, word, start, after_operand)
        self._refuse_open_field(opening)

    def _check_format(self, opening: int, at: int, end: int) -> int:
        while at < end:
            char = self._text.source[at]
            if char == "}":
                return at + 1
            self._brackets += 1
            at = self._check_field(at, end) if char == "{" else at + 1
            self._brackets -= 1
        self._refuse_open_field(opening)

    def _refuse_open_field(self, opening: int) -> NoReturn:
        raise ParseError(
            "This `{` in a string is never closed.",
            span=self._text.at(opening), hint="Add `}`; inside the braces use the other kind of quotes.",
        )  # fmt: skip

    def _open(self, start: int) -> None:
        self._brackets += 1
        if self._brackets > self._limits.nesting:
            self._refuse_size("nesting", start)

    def _check_number(self, word: str, start: int) -> None:
        if len(word) > self._limits.number_characters:
            self._refuse_size("number_characters", start)
        if twice := _SECOND_POINT.match(self._text.source, start + len(word)):
            raise ParseError(
                f"`{word}{twice[0]}` has two decimal points.",
                span=self._text.at(start, len(word + twice[0])), hint="Delete one of them.",
            )  # fmt: skip
        tail = _WORD.match(self._text.source, start + len(word))
        if not tail or tail[0] in keyword.kwlist:
            return
        span = self._text.at(start, len(word) + len(tail[0]))
        if word == "0" and tail[0][0] in "xXoObB":
            message, hint = "Numbers are decimal here.", "Write it in base ten."
        elif tail[0] in ("j", "J"):
            message, hint = "Numbers are real here; there is no `j`.", "Delete the `j`."
        elif word.endswith("."):
            message, hint = f"The dot in `{word}{tail[0]}` belongs to the number.", f"Write `({word[:-1]}).{tail[0]}`."
        else:
            message = f"`{word}{tail[0]}` is not a product in Python."
            hint = f"Did you mean `{word}*{tail[0]}`? A name begins with a letter."
        raise ParseError(message, span=span, hint=hint)

    def _check_name(self, word: str, start: int) -> None:
        if len(word) > self._limits.name_characters:
            self._refuse_size("name_characters", start)
        if not _WORD.fullmatch(word):
            at = next(i for i, char in enumerate(word) if not _WORD.fullmatch(char))
            self._refuse_character(word[at], start + at)

    def _refuse_character(self, char: str, offset: int) -> NoReturn:
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
        raise ParseError(f"`{shown}` cannot be used here.", span=self._text.at(offset), hint=hint)


def _tokens(source: str, start: int, end: int) -> Iterator[tuple[str, str, int]]:
    """The kind, the text and the place of each token."""
    for match in _TOKEN.finditer(source, start, end):
        kind = match.lastgroup or "nothing"
        if kind != "nothing":
            yield kind, match[kind], match.start(kind)


_SPLIT = "Split it up, or use a loop or `sum([…])`."
_SIZES = {
    "lines": ("lines", "Show a part of it, or use a loop."),
    "line_characters": ("characters in a line", "Break it into several."),
    "tokens": ("words and signs", _SPLIT),
    "statement_tokens": ("words and signs in one statement", _SPLIT),
    "nesting": ("brackets inside brackets", "Give the inner parts names."),
    "prefixes": ("nested signs and conditions in one statement", "Give the inner parts names."),
    "elifs": ("`elif` branches", "Use a list and an index."),
    "name_characters": ("characters in a name", "Choose a shorter one."),
    "number_characters": ("characters in a number", "Seventeen digits are all a number can hold."),
}
"""What each limit counts, and what to do about it."""
