"""Definitions that people paste from their notebooks: `Value`, `Neuron`, `Layer`, `MLP`, and micrograd's `Module`.

They are not run; ours stand in for them. So they have to mean the same, method by method, up to names, comments and detours. What
may differ, and is taken over: a neuron's activation, biases that begin at 0, a last layer that is linear.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

from stepgrad.engine.errors import UnsupportedError
from stepgrad.engine.language import pastednets, pastedvalue
from stepgrad.engine.language.shapes import body_of

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["CLASSES", "is_a_value", "understand", "understand_value"]

LARGEST = 300
"""Parts of the syntax tree of one method; the longest of the notebook has 100."""

CLASSES: dict[str, Callable[[Run, str, ast.FunctionDef], str]] = {
    "Value": pastedvalue.method,
    "Neuron": pastednets.method,
    "Layer": pastednets.method,
    "MLP": pastednets.method,
    "Module": pastednets.method,
}
"""What looks at a method of each class. It answers with what there is to say about it, if anything, or refuses."""


def understand(run: Run, node: ast.ClassDef) -> str:
    """A sentence about a class that is ours in other words. Refuses others, and says what differs."""
    for base in node.bases:
        if not (isinstance(base, ast.Name) and base.id in ("Module", "object")):
            run.refuse(f"`{node.name}` is built in; a class of this base is another one.", base, _HINT, UnsupportedError)
    if node.name == "Value":
        run.methods.clear()
    run.pasted.pop(node.name, None)  # what an earlier definition said does not hold any more
    taken = []
    for statement in body_of(node):
        if not isinstance(statement, ast.FunctionDef) or statement.decorator_list:
            run.refuse(f"`{node.name}` is built in; ours has nothing like this.", statement, _HINT, UnsupportedError)
        if sum(1 for _ in ast.walk(statement)) > LARGEST:
            run.refuse(
                f"`{node.name}` is built in; this `{statement.name}` is longer than the notebook's.",
                statement,
                _HINT,
                UnsupportedError,
            )
        if said := CLASSES[node.name](run, node.name, deepcopy(statement)):
            taken.append(said)
    what = f" It has {' and '.join(taken)}, and so has ours." if taken else ""
    return f"`{node.name}` is built in; this definition means the same.{what}"


def is_a_value(node: ast.ClassDef) -> bool:
    """Whether this is what the notebook calls `Value`, under another name: it computes, and goes back."""
    methods = {statement.name for statement in node.body if isinstance(statement, ast.FunctionDef)}
    return {"__init__", "__add__", "__mul__", "backward"} <= methods


def understand_value(run: Run, node: ast.ClassDef) -> str:
    """A sentence about a class that is our `Value` under another name. Refuses others, and says what differs."""
    renamed = deepcopy(node)
    for part in ast.walk(renamed):
        if isinstance(part, (ast.ClassDef, ast.Name)):
            if isinstance(part, ast.ClassDef) and part.name == node.name:
                part.name = "Value"
            elif isinstance(part, ast.Name) and part.id == node.name:
                part.id = "Value"
    understand(run, renamed)
    return f"`{node.name}` means the same as `Value`, which is built in and stands in for it."


_HINT = "Leave the class out: `Value`, `Neuron`, `Layer` and `MLP` are there already."
