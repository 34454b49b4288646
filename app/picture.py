"""A picture for Python: a program, or a graph of values → one of its moments, in any format.

The command line comes through here, too.
"""

from __future__ import annotations

from functools import cache

from stepgrad.app.config import Settings
from stepgrad.app.pipeline import Pipeline

__all__ = ["pipeline"]


@cache
def pipeline() -> Pipeline:
    """The one of this process, with the settings of its environment."""
    return Pipeline(Settings.from_environment())
