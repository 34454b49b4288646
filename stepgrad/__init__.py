"""stepgrad: a program's computation graph, and every step of its forward and backward pass.

`from stepgrad import Value, MLP` needs nothing but the standard library. Each name is loaded when it is first asked for, so that
`import stepgrad` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stepgrad.engine import MLP, Layer, Neuron, Value
    from stepgrad.engine.language import run

__all__ = ["MLP", "Layer", "Neuron", "Value", "run"]

__version__ = "0.1.0"

_HOMES = {
    "MLP": "stepgrad.engine.nn",
    "Layer": "stepgrad.engine.nn",
    "Neuron": "stepgrad.engine.nn",
    "Value": "stepgrad.engine.value",
    "run": "stepgrad.engine.language",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stepgrad' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
