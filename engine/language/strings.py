"""Strings: what they can do. Their length is bounded as that of what is printed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language import need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords
from stepgrad.engine.language.objects import Builtin, describe
from stepgrad.engine.language.printing import show

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["METHODS", "bounded", "formatted", "percent", "spelled"]

_SPEC = re.compile(r"[<>^]?[+ ]?0?\d{0,2},?(\.\d{1,2})?[dfgeFGEs%]?")
_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)(?:!r)?(?::([^{}]*))?\}|[{}]")
_PERCENT = re.compile(r"%(?:%|([-+ 0]*\d{0,2}(?:\.\d{1,2})?)([dfgeFGEsri]))|%")


def bounded(run: Run, text: str, node: ast.AST) -> str:
    """A text that is not too long, paid for."""
    run.spend(node, len(text) // 16)
    if len(text) > (allowed := run.limits.printed_characters):
        run.refuse(f"This string has more than {allowed:,} characters.", node)
    return text


def spelled(run: Run, thing: Any, node: ast.AST) -> str:
    """`str(thing)`"""
    return thing if isinstance(thing, str) else bounded(run, show(thing, run.limits.printed_characters), node)


def formatted(run: Run, thing: Any, spec: str, node: ast.AST) -> str:
    """`format(thing, spec)`"""
    if not _SPEC.fullmatch(spec):
        run.refuse(f"`{spec[:20]}` is not a format we know.", node, "Such as `:.4f`.", UnsupportedError)
    if not spec:
        return spelled(run, thing, node)
    it = thing if isinstance(thing, str) else need.data(run, thing, node)
    try:
        return format(it, spec)
    except ValueError:
        run.refuse(f"`{spec}` does not suit {it!r}.", node, "Such as `:.4f`.")


def percent(run: Run, pattern: str, given: Any, node: ast.AST) -> str:
    """`pattern % given`"""
    things = list(given) if isinstance(given, tuple) else [given]
    wanted = sum(1 for match in _PERCENT.finditer(pattern) if match[2])
    if wanted != len(things):
        places = f"{wanted} place{'' if wanted == 1 else 's'}"
        run.refuse(f"The string has {places}, and {len(things)} thing{' is' if len(things) == 1 else 's are'} given.", node)
    rest = iter(things)

    def put(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if not match[2]:
            run.refuse("This `%` in the string is no format we know.", node, "Such as `%.4f`; a plain `%` is written `%%`.")
        thing, kind = next(rest), match[2]
        if kind in "sr":
            text = spelled(run, thing, node) if kind == "s" else show(thing, run.limits.printed_characters)
            return f"%{match[1]}s" % text
        number = need.data(run, thing, node)
        if kind in "di" and number - number != 0:
            run.refuse(f"{number!r} has no integer here.", node)
        return f"%{match[1]}{kind}" % number

    return bounded(run, _PERCENT.sub(put, pattern), node)


def _format(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> str:
    pattern, *things = arguments
    counted = iter(range(len(things)))

    def put(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[0] in ("{", "}"):
            run.refuse("This string has a brace that opens or closes nothing.", node, "A plain brace is written twice: `{{`.")
        name, spec = match[1], match[2] or ""
        at = int(name) if name.isdecimal() and len(name) < 4 else next(counted, -1) if not name else None
        if at is None and name in keywords:
            return formatted(run, keywords[name], spec, node)
        if at is None or not 0 <= at < len(things):
            run.refuse(f"`format` is given nothing for `{match[0][:40]}`.", node)
        return formatted(run, things[at], spec, node)

    return bounded(run, _FIELD.sub(put, pattern), node)


def _join(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> str:
    check_keywords(run, node, "join", keywords)
    check_count(run, node, "join", arguments[1:], 1, 1)
    parts = run.listed(need.items(run, arguments[1], node), node)
    for part in parts:
        if not isinstance(part, str):
            hint = "Such as `', '.join(str(x) for x in xs)`."
            run.refuse(f"`join` puts strings together; this list has {describe(part)}.", node, hint)
    if sum(map(len, parts)) + len(arguments[0]) * len(parts) > run.limits.printed_characters:
        run.refuse(f"This string has more than {run.limits.printed_characters:,} characters.", node)
    return bounded(run, arguments[0].join(parts), node)


def _plain(name: str, act: Callable[..., Any], low: int = 0, high: int = 0) -> Builtin:
    """A method whose arguments are strings and small whole numbers."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, name, keywords)
        check_count(run, node, name, arguments[1:], low, high)
        given = [thing if isinstance(thing, str) else need.whole(run, thing, node) for thing in arguments[1:]]
        if any(isinstance(thing, int) and thing > 200 for thing in given):
            run.refuse("A string is made at most 200 wide.", node)
        if name == "replace" and len(arguments[0]) * (len(str(given[1])) + 1) > 4 * run.limits.printed_characters:
            run.refuse(f"This string has more than {run.limits.printed_characters:,} characters.", node)
        run.spend(node, len(arguments[0]) // 16)
        try:
            made = act(arguments[0], *given)
        except (TypeError, ValueError):
            run.refuse(f"`{name}` cannot do this with {', '.join(map(repr, given))[:80]}.", node)
        return bounded(run, made, node) if isinstance(made, str) else run.listed(made, node) if isinstance(made, list) else made

    return Builtin(name, call)


METHODS: dict[str, Builtin] = {
    "format": Builtin("format", _format),
    "join": Builtin("join", _join),
    **{name: _plain(name, getattr(str, name)) for name in ("upper", "lower", "title", "capitalize", "isdigit", "isalpha")},
    **{name: _plain(name, getattr(str, name), 0, 1) for name in ("strip", "lstrip", "rstrip", "split")},
    **{name: _plain(name, getattr(str, name), 1, 2) for name in ("ljust", "rjust", "center")},
    **{name: _plain(name, getattr(str, name), 1, 1) for name in ("startswith", "endswith", "count", "find", "zfill")},
    "replace": _plain("replace", str.replace, 2, 2),
}
