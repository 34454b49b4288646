"""The ways a statement is left before its end, as Python's own control flow carries them up."""

from __future__ import annotations

from typing import Any

__all__ = ["Break", "Continue", "Return", "Skip"]


class Skip(Exception):
    """The statement needs something that is not run here."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


class Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Break(Exception):
    pass


class Continue(Exception):
    pass
