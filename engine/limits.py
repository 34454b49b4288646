"""What we are willing to read and run. Every limit is here, with its reason; an error that meets one names it.

Measured with CPython 3.11 on two cores: at these sizes the worst text we know parses in under 50 ms and 10 MB, and the step
budget is used up in well under a second.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIMITS", "STUDY_LIMITS", "TRAINING_LIMITS", "Limits", "StudyLimits", "TrainingLimits"]


@dataclass(frozen=True, slots=True)
class Limits:
    characters: int = 20_000
    """All cells of the lecture notebook together are 10,600; parse time and memory grow faster than the text."""
    lines: int = 1_000
    line_characters: int = 2_000
    tokens: int = 8_000
    """Bounds the syntax tree: about three nodes a token."""
    statement_tokens: int = 2_400
    """Bounds the depth of a chain such as a+a+a+…, which CPython's parser turns into a tree as deep as it is long."""
    nesting: int = 60
    """Brackets within brackets. CPython itself stops at 200."""
    prefixes: int = 60
    """Signs, `not`, `lambda`, `if … else` and `**` in one statement: each nests the tree without a bracket."""
    elifs: int = 100
    name_characters: int = 64
    number_characters: int = 40
    steps: int = 800_000
    """One for every expression and statement that is evaluated, and for every few items or characters that are copied."""
    depth: int = 240
    """Expressions, statements and calls within each other while running: about three Python frames each, of its 1,000."""
    calls: int = 50
    """Functions of the program within each other: recursion."""
    values: int = 400_000
    """Values made in one run, about 3 µs each: the 500 steps of the lecture's training loop make 153,000."""
    held: int = 100_000
    """Values that a program holds at a time, about 0.5 kB each: MLP(2, [16, 16, 1]) on 100 examples has 66,000."""
    terms: int = 1_200_000
    """Chain-rule terms that are added in one run, about 0.3 µs each."""
    examples: int = 1_000
    """Rows of a built-in data set."""
    items: int = 50_000
    """The longest list."""
    moments: int = 300_000
    """Steps of the story: computed values, chain-rule terms, assignments. About 0.5 kB each."""
    told: int = 12_000
    """Steps of the story from which on only the last backward passes are told: a dozen of the lecture's training loop."""
    printed_lines: int = 1_000
    printed_characters: int = 50_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class StudyLimits:
    """What one look into a run may cost: checks, plots, paths, orders, modes, comparisons."""

    samples: int = 2_000
    """Points of a plot."""
    evaluations: int = 1_000_000
    """Operations computed anew for one answer: about half a second."""
    paths: int = 64
    """Paths that are written out; more are counted and sampled."""
    path_edges: int = 20_000
    """Edges of all paths that are written out: they may be long."""
    told: int = 400
    """Steps and contributions of one value that are told."""
    contributions: int = 2_000
    """Of one walk; recursion without a memory has exponentially many."""
    tangents: int = 20_000
    """Numbers of forward mode: inputs times values."""
    torch_steps: int = 20_000
    """Steps of a story that PyTorch is asked to act out."""


STUDY_LIMITS = StudyLimits()


@dataclass(frozen=True, slots=True)
class TrainingLimits:
    """What one training run may cost."""

    steps: int = 10_000
    work: int = 20_000_000
    """Steps times operations and parameters: a second or two. 10,000 steps of the lecture's loss are 3,500,000; of
    MLP(2, [16, 16, 1]) on 100 examples, with 65,000 operations, these are 300 steps."""
    told: int = 500_000
    """Numbers of a history that are sent, 11 bytes each."""


TRAINING_LIMITS = TrainingLimits()
