"""What a program can import: a file for each module, and the lines of a notebook that only prepare it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stepgrad.engine.language.modules.collections import COLLECTIONS
from stepgrad.engine.language.modules.itertools import ITERTOOLS
from stepgrad.engine.language.modules.math import CONSTANTS, MATH
from stepgrad.engine.language.modules.numpy import make_numpy
from stepgrad.engine.language.modules.others import COPY, FUNCTOOLS, OPERATOR, TQDM
from stepgrad.engine.language.modules.random import make_random
from stepgrad.engine.language.modules.torch import TORCH
from stepgrad.engine.language.objects import Missing, Module

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["CONSTANTS", "MATH", "MODULES", "NOT_RUN", "QUIET", "UNASKED", "find"]

QUIET = frozenset({"graphviz", "typing", "__future__", "IPython", "dataclasses"})
"""Modules whose import needs nothing: what they bring is not missed."""

NOT_RUN = {"plt": "matplotlib", "matplotlib": "matplotlib"}
"""Names that stand for a module we do not have even where the import was not pasted."""

UNASKED = {"np": "numpy", "numpy": "numpy", "torch": "torch"}
"""The same for those that we have a part of."""

MODULES: dict[str, Callable[[Run], Module]] = {
    "collections": lambda run: COLLECTIONS,
    "copy": lambda run: COPY,
    "functools": lambda run: FUNCTOOLS,
    "itertools": lambda run: ITERTOOLS,
    "math": lambda run: MATH,
    "numpy": make_numpy,
    "operator": lambda run: OPERATOR,
    "random": make_random,
    "torch": lambda run: TORCH,
    "tqdm": lambda run: TQDM,
}
"""Each makes a module for one run: `random` has a state."""


def find(run: Run, path: str) -> Module | Missing:
    """A module by its dotted name, such as `torch.nn.functional`; what stands for it where we do not have it."""
    top, *rest = path.split(".")
    if top not in MODULES:
        return Missing(top)
    module = MODULES[top](run)
    for name in rest:
        inner = module.names.get(name)
        if not isinstance(inner, Module):
            return Missing(top)
        module = inner
    return module
