"""A training run as a table, and as a curve: alone, or beside one with other knobs."""

from __future__ import annotations

import csv
from io import StringIO

from stepgrad.app.drawing.losscurve import Line, LossCurve, draw_loss_curve
from stepgrad.app.knobs import KNOBS
from stepgrad.app.studies.knobs import Descent, LossLook, Table
from stepgrad.app.studies.runs import check_iteration, check_size, history_of, sentence
from stepgrad.app.studies.telling import Subject
from stepgrad.engine.train import History

__all__ = ["loss_svg", "table"]


def table(subject: Subject, question: Table) -> str:
    """The answer of `train.csv`: a row for each iteration, with the loss and every parameter."""
    history = history_of(subject, question)
    check_size(history.model, history.updates, "")
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow(["iteration", subject.name(history.model.root), *(node.key for node in history.model.parameters)])
    for iteration in range(history.updates + 1):
        writer.writerow([iteration, history.loss(iteration), *history.at(iteration)])
    return lines.getvalue()


def loss_svg(subject: Subject, question: LossLook) -> str:
    """The picture of `loss.svg`."""
    history = history_of(subject, question)
    name = subject.name(history.model.root)
    if question.iteration is not None:
        check_iteration(history, question.iteration)
    told = sentence(subject, history, question)
    other, lines = question.other(), [Line(name, _losses(history))]
    if other is not None:
        beside = history_of(subject, other)
        told += f" {sentence(subject, beside, other)}"
        differing = [knob for knob in KNOBS if knob in question.differences]
        lines = [Line(_said(question, differing), lines[0].losses), Line(_said(other, differing), _losses(beside))]
    curve = LossCurve(name, lines, question.iteration, f"{name} while training", told)
    return draw_loss_curve(curve, question.scale, question.theme, question.bg, question.font)


def _losses(history: History) -> list[float]:
    return [*history.losses, history.loss(history.updates)] if history.stop is None else list(history.losses)


def _said(question: Descent, knobs: list[str]) -> str:
    values = question.strings()
    return ", ".join(f"{knob} {values[knob]}" for knob in knobs)
