"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["closest"]


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None.

    Nearest by edits, where swapping two neighbours counts as one (optimal string alignment); at most one edit for every three
    letters. Between equals the one of the same length wins: `tahn` is `tanh` rather than `tan`.
    """
    allowed = max(1, len(word) // 3)
    best: tuple[int, int, str] | None = None
    for candidate in known:
        if abs(len(candidate) - len(word)) > allowed or len(candidate) < 2:
            continue
        distance = 0 if candidate.lower() == word.lower() else _distance(word.lower(), candidate.lower())
        rank = (distance, abs(len(candidate) - len(word)), candidate)
        if distance <= allowed and distance < len(candidate) and (best is None or rank < best):
            best = rank
    return best[2] if best else None


def _distance(a: str, b: str) -> int:
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
