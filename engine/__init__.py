"""stepgrad's engine: expression graphs, backpropagation as a story, and the language people type.

`from engine import *` gives what a program of the language takes for granted: `Value` and the operations.
"""

from engine.functions import FUNCTIONS as _FUNCTIONS
from engine.value import Value

globals().update(_FUNCTIONS)

__all__ = ["Value", *_FUNCTIONS]  # the table of operations says which
