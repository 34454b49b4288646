"""The tables of docs/contract.md are those of the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from stepgrad.app.exporting import FORMATS
from stepgrad.app.options import ROWS, Options
from stepgrad.app.query import values_of
from stepgrad.engine.optimizers import OPTIMIZERS

WHERE = {"picture": "pictures", "page": "the page", "embed": "`/embed`"}

Documented = Callable[[str, str, str], None]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown. A bar in a cell would end it."""
    line = lambda cells: f"| {' | '.join(cells)} |\n"  # noqa: E731
    return line(heads) + "|---" * len(heads) + "|\n" + "".join(line([cell.replace("|", "\\|") for cell in row]) for row in rows)


def test_formats(documented: Documented):
    heads = ("extension", "media type", "what", "errors")
    errors = {"json": "`application/problem+json`", "svg": "a picture"}
    rows = ((f"`{row.extension}`", f"`{row.media_type}`", row.help, errors[row.errors]) for row in FORMATS.values())
    documented("contract.md", "formats", table(heads, rows))


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
