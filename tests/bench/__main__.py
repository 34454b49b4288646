"""python3 dev.py bench [name …]: measure us and the peer side by side, and print the ratios."""

from __future__ import annotations

import importlib
import sys

from tests.bench.measure import report

NAMES = ("eager", "training", "growth", "fill", "large", "service", "browser")


def main(arguments: list[str]) -> int:
    names = arguments or list(NAMES)
    if unknown := [name for name in names if name not in NAMES]:
        print(f"No benchmark is called {unknown[0]}. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    held = [report(importlib.import_module(f"tests.bench.{name}").run()) for name in names]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
