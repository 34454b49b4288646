"""stepgrad's engine: expression graphs, backpropagation as a story, and the language people type.

`from engine import *` gives what a program of the language takes for granted: `Value`, the operations and the nets.
"""

from engine.functions import FUNCTIONS as _FUNCTIONS
from engine.nn import MLP, Layer, Neuron
from engine.value import Value

globals().update(_FUNCTIONS)

__all__ = ["MLP", "Layer", "Neuron", "Value", *_FUNCTIONS]  # the table of operations says which
