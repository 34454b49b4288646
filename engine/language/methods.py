"""What can be called behind a dot, by what stands before it."""

from __future__ import annotations

from collections.abc import Mapping

from stepgrad.engine.language import containers, nets, operations, sequences, strings
from stepgrad.engine.language.modules import torch
from stepgrad.engine.language.modules.collections import COUNTER, DEQUE
from stepgrad.engine.language.objects import Builtin, Counter, DefaultDict, Deque, Number
from stepgrad.engine.value import Value

__all__ = ["METHODS"]

_ON_NUMBERS = {**operations.METHODS, **torch.METHODS}

METHODS: dict[type, Mapping[str, Builtin]] = {
    Value: _ON_NUMBERS,
    Number: _ON_NUMBERS,
    int: _ON_NUMBERS,
    float: _ON_NUMBERS,
    list: sequences.METHODS,
    Deque: {**sequences.METHODS, **DEQUE},
    str: strings.METHODS,
    **containers.METHODS,
    DefaultDict: containers.METHODS[dict],
    Counter: {**containers.METHODS[dict], **COUNTER},
    **dict.fromkeys(nets.FIELDS, nets.METHODS),
}
