"""What a call gives, and whether that is what is wanted."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language.objects import Builtin

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["Arguments", "Keywords", "check_count", "check_keywords", "method"]

Arguments = list[Any]
Keywords = dict[str, Any]


def check_keywords(run: Run, node: ast.Call, name: str, keywords: Keywords, *allowed: str) -> None:
    for keyword in keywords:
        if keyword not in allowed:
            known = f"It takes {' and '.join(f'`{word}=`' for word in allowed)}." if allowed else ""
            run.refuse(f"`{name}` takes no `{keyword}=` here.", node, known)


def check_count(run: Run, node: ast.Call, name: str, arguments: Arguments, low: int, high: int, example: str = "") -> None:
    if not low <= len(arguments) <= high:
        wanted = str(low) if low == high else f"{low} to {high}"
        hint = f"Such as `{example}`." if example else ""
        count = len(arguments) or "none"
        run.refuse(f"`{name}` takes {wanted} argument{'' if wanted == '1' else 's'}; {count} given.", node, hint)


def method(name: str, low: int, high: int, act: Callable[..., Any]) -> Builtin:
    """A method that takes *low* to *high* arguments in order: `act(run, node, holder, *arguments)`."""

    def call(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        check_keywords(run, node, name, keywords)
        check_count(run, node, name, arguments[1:], low, high)
        return act(run, node, *arguments)

    return Builtin(name, call)
