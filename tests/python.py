"""What Python itself makes of a program, with the engine's `Value`: what the language has to agree with."""

from __future__ import annotations

import contextlib
import io
import random

from stepgrad.engine import Value

__all__ = ["printed_by_python"]


def printed_by_python(source: str) -> list[str]:
    """The lines that a program prints when CPython runs it. `random` begins where ours begins."""
    said = io.StringIO()
    state = random.getstate()
    random.seed(0)
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(source, "program", "exec"), {"Value": Value, "__name__": "__main__"})
    finally:
        random.setstate(state)
    return said.getvalue().splitlines()
