"""What parts of a program are called, where their values stand for them in a picture."""

from __future__ import annotations

import ast

from stepgrad.engine.recorder import Making

__all__ = ["name_of"]

LONGEST = 24


def name_of(making: Making) -> str:
    """What a statement binds, `for`, the name of what is called."""
    if making.name:
        return making.name
    match making.place:
        case ast.Assign(targets=[target, *_]) | ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            text = ast.unparse(target).strip("()")
        case ast.Expr(value=value):
            text = ast.unparse(value)
        case ast.Call(func=function):
            text = ast.unparse(function)
        case ast.Return():
            text = "return"
        case ast.For():
            text = "for"
        case ast.While():
            text = "while"
        case ast.If():
            text = "if"
        case _:
            text = "line"
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
