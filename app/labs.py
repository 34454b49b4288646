"""What can be open beside the graph, one row each: `lab=` of the page and the embed. The page reads this table in its boot data.

A lab is drawn by the browser: its name is that of a function in static/js/labs/labs.js.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LABS", "Lab", "Offer"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A line in the menu of examples: a program, with the lab open beside it."""

    slug: str
    """An example of the gallery; the name of `source` where it has one."""
    title: str
    sentence: str
    source: str = ""
    """A program of its own."""


@dataclass(frozen=True, slots=True)
class Lab:
    """One lab."""

    name: str
    title: str
    """Of its panel."""
    study: str = ""
    """The name of the study that it asks; empty where the page has all that it needs."""
    offer: Offer | None = None


_NET = """\
xs = [
    [2.0, 3.0, -1.0],
    [3.0, -1.0, 0.5],
    [0.5, 1.0, 1.0],
    [1.0, 1.0, -1.0],
]
ys = [1.0, -1.0, -1.0, 1.0]
n = MLP(3, [4, 4, 1], seed=1)
ypred = [n(x) for x in xs]
loss = sum((p - y)**2 for p, y in zip(ypred, ys))
"""
"""The lecture's net with its loss: large, and so not among the examples that are drawn whole."""

LABS = {
    row.name: row
    for row in (
        Lab(
            "plot",
            "Plot",
            study="plot",
            offer=Offer("parabola", "Plot 3x² − 4x + 5", "The curve, its tangent, and a secant that closes in on it."),
        ),
        Lab("code", "Code", study="compare"),
        Lab(
            "diagram",
            "Diagram",
            study="diagram",
            offer=Offer("neuron", "A neuron as a diagram", "Inputs, weights, sum and curve; every step moves it."),
        ),
        Lab(
            "orders",
            "Why this order?",
            study="orders",
            offer=Offer(
                "order", "Why this order?", "Topological order, depth-first and recursion: two of them stop at a wrong number."
            ),
        ),
        Lab("square", "x · x", offer=Offer("square", "x · x, two edges", "What a set of inputs would lose.")),
        Lab(
            "twice",
            "Backward twice, zero_grad",
            offer=Offer("backward-twice", "Backward twice, zero_grad", "The leaves after each pass: doubled, zeroed, updated."),
        ),
        Lab(
            "modes",
            "Forward mode against reverse mode",
            study="modes",
            offer=Offer("neuron", "Forward mode against reverse mode", "Passes and multiplications, counted on the graph."),
        ),
        Lab(
            "wrong",
            "Where it goes wrong",
            offer=Offer("vanishing", "Where it goes wrong", "Saturated, dead, vanishing, exploding, nan: at the cause."),
        ),
        Lab(
            "train",
            "Training",
            study="train",
            offer=Offer("net", "Train a net", "41 parameters, a loss curve, and the graph at each iteration.", _NET),
        ),
        Lab("predict", "Predict", offer=Offer("first-look", "Predict", "Find the hidden grads; a wrong answer shows the rule.")),
    )
}  # in the order of the menu
