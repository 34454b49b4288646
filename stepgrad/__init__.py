"""stepgrad: a program's computation graph, and every step of its forward and backward pass.

    Value, Neuron, Layer, MLP   numbers that remember how they were computed, and nets of them
    run(source)                 a program's story, as a `Trace`
    draw(source or value)       one moment of it, as a picture
    StepgradError               what all errors have in common

The engine needs nothing but the standard library. Each name is loaded when it is first asked for, so that `import stepgrad` costs
next to nothing; what draws is loaded by the first picture.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stepgrad.app.picture import Picture
    from stepgrad.engine import MLP, Layer, Neuron, Value
    from stepgrad.engine.errors import StepgradError
    from stepgrad.engine.language import run

__all__ = ["MLP", "Layer", "Neuron", "StepgradError", "Value", "draw", "run"]

__version__ = "0.1.0"

_HOMES = {
    "MLP": "stepgrad.engine.nn",
    "Layer": "stepgrad.engine.nn",
    "Neuron": "stepgrad.engine.nn",
    "StepgradError": "stepgrad.engine.errors",
    "Value": "stepgrad.engine.value",
    "run": "stepgrad.engine.language",
}


def draw(what: str | Value, step: int | str = "end", **options: Any) -> Picture:
    """A picture of a program, or of a value and all that it was computed from.

    `step` and the options are those of an address, by the same names: `style="compact"`, `dir="TB"`, `digits=2`, `theme="dark"`,
    `edges="local"`, `color="grad"`, `inputs={"a": 4}`, … (docs/contract.md lists them).

        draw("a = 3.0; b = a * a", step=2).save("square.svg")

    Of a value it shows the forward pass and, once `backward()` has been called on it, the backward pass. If its numbers are not
    what these passes leave (data set since, grads of several passes) it has no steps: they are shown as they are. The values do
    not change. Raises StepgradError.
    """
    from stepgrad.app import picture

    return picture.draw(what, {"step": step, **options})


def _svg(value: Value) -> str | None:
    """What a notebook shows of a value."""
    from stepgrad.app import picture

    return picture.svg_of(value)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stepgrad' has no attribute {name!r}")
    import_module("stepgrad.engine.value").Value._renderer = staticmethod(_svg)
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
