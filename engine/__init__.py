"""stepgrad's engine: expression graphs, backpropagation as a story, and the language people type.

`from stepgrad.engine import *` gives what a program of the language takes for granted: `Value`, the operations, nets, data.
"""

from stepgrad.engine.data import circles, line, moons, xor
from stepgrad.engine.functions import FUNCTIONS as _FUNCTIONS
from stepgrad.engine.nn import MLP, Layer, Neuron
from stepgrad.engine.value import Value

globals().update(_FUNCTIONS)

__all__ = [
    "MLP",
    "Layer",
    "Neuron",
    "Value",
    "circles",
    "line",
    "moons",
    "xor",
    *_FUNCTIONS,
]  # the table of operations says which
