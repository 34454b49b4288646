"""An error as a picture, for whoever wanted one: the message, the line of the program, a caret under the place."""

from __future__ import annotations

import textwrap

from stepgrad.app.drawing.text import escape
from stepgrad.engine.errors import Span, excerpt

__all__ = ["error_picture"]

# text, paper, accent; readable (4.5 : 1) on any slide, for the paper is painted
_COLOURS = {
    "light": ("#1f2328", "#fff8f6", "#b3261e"),
    "dark": ("#e6edf3", "#24191a", "#ff8a80"),
    "print": ("#000000", "#ffffff", "#000000"),
}
_SANS = "DejaVu Sans, Verdana, sans-serif"
_MONO = "DejaVu Sans Mono, Menlo, Consolas, monospace"
_WIDE = 72  # characters of a line
_ADVANCE = 8.45  # px of one monospaced character at 14 px


def error_picture(title: str, detail: str, hint: str, span: Span | None, source: str | None, theme: str) -> str:
    """A small SVG that says what is wrong, and shows where if the program is known."""
    ink, paper, accent = _COLOURS[theme]
    rows: list[tuple[str, str]] = [(f'font-family="{_SANS}" font-weight="bold" fill="{accent}"', title)]
    plain = f'font-family="{_SANS}" fill="{ink}"'
    rows += [(plain, line) for line in textwrap.wrap(detail, _WIDE)[:4]]
    if span and source is not None and (excerpt := _excerpt(source, span)):
        line, caret = excerpt
        rows += [(f'font-family="{_MONO}" fill="{ink}"', line), (f'font-family="{_MONO}" fill="{accent}"', caret)]
    rows += [(plain, line) for line in textwrap.wrap(hint, _WIDE)[:4]]

    width = round(32 + _ADVANCE * max(24, *(len(text) for _, text in rows)))
    height = 28 + 22 * len(rows)
    texts = "".join(
        f'<text x="16" y="{32 + 22 * row}" font-size="14" xml:space="preserve" {style}>{escape(text)}</text>'
        for row, (style, text) in enumerate(rows)
    )
    told = escape(f"{detail} {hint}".strip())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="stepgrad-error" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img"><title>{escape(title)}</title><desc>{told}</desc>'
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6" fill="{paper}" stroke="{accent}"/>{texts}</svg>'
    )


def _excerpt(source: str, span: Span) -> tuple[str, str] | None:
    """The line with its number, and carets under the span."""
    number = f"{span.line} │ "
    if (shown := excerpt(source, span, _WIDE - 8)) is None:
        return None
    line, carets = shown
    return number + line, " " * len(number) + carets
