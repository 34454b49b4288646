"""What /docs shows of a story: one node, one edge, one step of each."""

from __future__ import annotations

from typing import Any

from stepgrad.app.links import encode

__all__ = ["STORY"]

STORY: dict[str, Any] = {
    "version": 1,
    "source": "a = 3\nb = a * a",
    "code": encode("a = 3\nb = a * a"),
    "output": "n1",
    "nodes": [
        {
            "id": "n0",
            "key": "a",
            "label": "a",
            "kind": "input",
            "op": None,
            "symbol": None,
            "params": [],
            "inputs": [],
            "data": 3.0,
            "grad": 6.0,
            "span": {"line": 1, "column": 1, "length": 5},
            "group": None,
            "expandable": False,
            "expands": None,
            "expanded_from": None,
            "folds": None,
            "inside": None,
        }
    ],
    "edges": [
        {
            "id": "e0",
            "from": "n0",
            "to": "n1",
            "slot": 0,
            "local": 3.0,
            "contribution": 3.0,
            "local_latex": r"\frac{\partial b}{\partial a} = a = 3",
            "contribution_text": "1 × 3 = 3",
        }
    ],
    "steps": [
        {
            "index": 1,
            "phase": "forward",
            "node": "n1",
            "edge": None,
            "edges": [],
            "writes": [{"node": "n1", "field": "data", "before": None, "after": 9.0}],
            "edge_writes": [{"edge": "e0", "field": "local", "before": None, "after": 3.0}],
            "covers": None,
            "text": "b = a × a = 3 × 3 = 9.",
            "latex": r"b = a \cdot a = 3 \cdot 3 = 9",
            "formula": {
                "left": "b",
                "letters": r"a \cdot a",
                "numbers": r"3 \cdot 3",
                "result": "9",
                "latex": r"b = a \cdot a = 3 \cdot 3 = 9",
                "plain": "b = a × a = 3 × 3 = 9",
            },
        }
    ],
    "groups": [],
    "operations": {
        "mul": {
            "symbol": "×",
            "rule": "a · b",
            "latex": r"a \cdot b",
            "derivatives": ["b", "a"],
            "convention": "",
            "python": "a * b",
            "torch": "a * b",
        }
    },
    "badges": [],
    "tape": None,
    "examples": 0,
    "step": 4,
    "warnings": [],
    "printed": [],
    "links": {name: f"/g/eN….{name}" for name in ("svg", "dot", "json")} | {"page": "/g/eN…", "embed": "/embed/eN…"},
    "svg": "<svg …>",
}
