"""The tables of docs/contract.md are those of the code."""

from __future__ import annotations

import re
from collections.abc import Callable

from stepgrad.app.exporting import FORMATS
from stepgrad.app.gallery import gallery
from stepgrad.app.knobs import KNOBS
from stepgrad.app.labs import LABS
from stepgrad.app.options import ROWS, Options
from stepgrad.app.query import values_of
from stepgrad.app.routes.stream import EVENTS
from stepgrad.app.studies import STUDIES, Question, Study
from stepgrad.app.studies.questions import Look
from stepgrad.engine.optimizers import OPTIMIZERS
from tests.app.shapes import table, tables

WHERE = {"picture": "pictures", "page": "the page", "embed": "`/embed`"}

Documented = Callable[[str, str, str], None]


def test_formats(documented: Documented):
    heads = ("extension", "media type", "what", "errors")
    errors = {"json": "`application/problem+json`", "svg": "a picture"}
    rows = ((f"`{row.extension}`", f"`{row.media_type}`", row.help, errors[row.errors]) for row in FORMATS.values())
    documented("contract.md", "formats", table(heads, rows))


def options_of(study: Study) -> str:
    """Its options, without those that every study has."""
    names = [name for name in study.question.names() if name not in Question.names()]
    groups = {"training": KNOBS, "look": Look.model_fields.keys() - Question.model_fields.keys()}
    shown = [f"`{name}`" for name in names if not any(name in group for group in groups.values())]
    return ", ".join(shown + [word for word, group in groups.items() if set(group) <= set(names)]) or "–"


def test_studies(documented: Documented):
    rows = ((f"`{study.file}`", options_of(study), study.help) for study in STUDIES.values())
    documented("contract.md", "studies", table(("address", "options", "what"), rows))


def test_labs(documented: Documented):
    assert {lab.study for lab in LABS.values()} - {""} <= {study.name for study in STUDIES.values()}
    assert {lab.offer.slug for lab in LABS.values() if lab.offer and not lab.offer.source} <= {each.slug for each in gallery()}
    rows = (
        (f"`{lab.name}`", lab.title, f"`{lab.study}`" if lab.study else "–", lab.offer.sentence if lab.offer else "–")
        for lab in LABS.values()
    )
    documented("contract.md", "labs", table(("`lab`", "title", "study", "what the menu says"), rows))


def test_options(documented: Documented):
    heads = ("name", "values", "default", "what", "of")
    rows = (
        (
            f"`{name}`",
            ", ".join(f"`{value}`" for value in values_of(field)),
            f"`{default}`" if (default := Options.spelling(name, field.default)) else "none",
            field.description or "",
            ", ".join(WHERE[kind] for kind in ROWS[name].kinds) if len(ROWS[name].kinds) < len(WHERE) else "all",
        )
        for name, field in Options.model_fields.items()
    )
    documented("contract.md", "options", table(heads, rows))


def test_optimizers(documented: Documented):
    heads = ("`optimizer`", "what", "w ← w − rate ·", "constants", "in PyTorch")
    rows = (
        (
            f"`{row.name}`",
            row.help,
            row.direction or "grad",
            ", ".join(f"{name} {value:g}" for name, value in row.constants.items()) or "–",
            f"`{row.torch}`",
        )
        for row in OPTIMIZERS.values()
    )
    documented("contract.md", "optimizers", table(heads, rows))


def named(text: str) -> list[str]:
    """The shapes that have a table in it."""
    return re.findall(r"^\*\*(\w+)\*\*", text, re.MULTILINE)


OF_GRAPHS = tables("GraphAnswer", "ProblemAnswer", "HealthAnswer")
OF_STUDIES = tables(*(study.answer.__name__ for study in STUDIES.values() if study.answer), known=named(OF_GRAPHS))


def test_answers(documented: Documented):
    documented("contract.md", "graph answer", OF_GRAPHS)
    documented("answers.md", "study answers", OF_STUDIES)
    events = (shape.__name__ for shape in EVENTS.values())
    documented("answers.md", "events", tables(*events, known=named(OF_GRAPHS + OF_STUDIES)))
