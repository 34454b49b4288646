"""The garbage collector's settings for a process of ours: server or command line."""

from __future__ import annotations

import gc

__all__ = ["settle"]


def settle() -> None:
    """What is loaded by now stays: the collector need not look at it again and again.

    Traces hold no cycles, and there are many of them: looking for some every 700 objects takes a tenth of all time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
