"""Looks into a run, beside its picture: one row each. Routes and documentation read this table.

`/g/CODE/check.json` is the row `check.json`; `POST /api/v1/check` gives the same with other numbers for inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stepgrad.app import wire
from stepgrad.app.schemas import answered_by
from stepgrad.app.studies.adding import paths
from stepgrad.app.studies.boundaries import boundary_json, boundary_svg
from stepgrad.app.studies.carrying import carrying
from stepgrad.app.studies.checking import checks
from stepgrad.app.studies.comparing import comparison, torch_version
from stepgrad.app.studies.diagrams import diagram_json, diagram_svg
from stepgrad.app.studies.explaining import explanation
from stepgrad.app.studies.knobs import BoundaryLook, LossLook, Table, Training
from stepgrad.app.studies.losses import loss_svg, table
from stepgrad.app.studies.ordering import orders
from stepgrad.app.studies.plotting import error_svg, plot_json, plot_svg
from stepgrad.app.studies.questions import About, AboutOne, CurveLook, DiagramLook, Explained, Placed, PlotLook, Question
from stepgrad.app.studies.telling import Subject
from stepgrad.app.studies.training import training

__all__ = ["STUDIES", "Question", "Study", "Subject"]


_MEDIA_TYPES = {"json": "application/json", "svg": "image/svg+xml", "csv": "text/csv"}


@dataclass(frozen=True, slots=True)
class Study:
    """One look: what can be asked, and what is answered."""

    file: str
    """The last part of its address."""
    question: type[Question]
    make: Callable[[Subject, Any], Mapping[str, Any] | str]
    help: str
    depends: Callable[[], str] = str
    """What the answer depends on beside program and question, for its ETag."""
    program: str = ""
    """An example for the documentation, where not any program will do."""

    @property
    def name(self) -> str:
        return self.file.partition(".")[0]

    @property
    def identifier(self) -> str:
        """What it is called in names of operations: `check`, `check_svg`."""
        return self.name if self.is_json else self.file.replace(".", "_")

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json"

    @property
    def answer(self) -> type | None:
        """The shape of its JSON, which `make` says."""
        return answered_by(self.make)

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self.file.partition(".")[2]]

    def body(self, subject: Subject, question: Question) -> bytes:
        """The answer, ready to send."""
        made = self.make(subject, question)
        return made.encode() if isinstance(made, str) else wire.dump(made)


_EXAMPLES = "a = 0.5\nb = -1\nloss = (a * 1.0 + b - 1.0)**2 + (a * 2.0 + b - 3.0)**2 + (a * 3.0 + b - 4.0)**2"

STUDIES = {
    row.file: row
    for row in (
        Study("check.json", AboutOne, checks, "Each gradient beside a forward and a central difference, with a verdict."),
        Study("check.svg", CurveLook, error_svg, "The error of both differences against h, on log axes."),
        Study("paths.json", AboutOne, paths, "A gradient as the sum over its paths."),
        Study("plot.svg", PlotLook, plot_svg, "The output against one value, with tangent and secant."),
        Study("plot.json", PlotLook, plot_json, "The same as numbers."),
        Study("diagram.svg", DiagramLook, diagram_svg, "A neuron or a network as people draw them, at any step."),
        Study("diagram.json", DiagramLook, diagram_json, "The same, with what is drawn."),
        Study("orders.json", About, orders, "Topological order, depth-first and recursion side by side."),
        Study("modes.json", AboutOne, carrying, "Forward mode against reverse mode, counted on the graph."),
        Study("explain.json", Explained, explanation, "All about one value, or one step: rule, formulas, contributions."),
        Study("compare.json", About, comparison, "Ours, measured and PyTorch's numbers side by side.", torch_version),
        Study("train.json", Training, training, "The parameters trained: losses, where they went, predictions, any one update."),
        Study("train.csv", Table, table, "Each iteration's loss and parameters, a row each."),
        Study("boundary.svg", BoundaryLook, boundary_svg, "What a model says between its examples.", program=_EXAMPLES),
        Study("boundary.json", Placed, boundary_json, "The same as numbers.", program=_EXAMPLES),
        Study("loss.svg", LossLook, loss_svg, "The loss against the iteration while they are trained."),
    )
}
