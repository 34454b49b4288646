"""An error as a picture, for whoever wanted one: the message, the line of the program, a caret under the place."""

from __future__ import annotations

import textwrap

from stepgrad.app.drawing.text import escape
from stepgrad.engine.errors import Span

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
    """The line with its number, and carets under the span; a long line is cut around them."""
    lines = source.split("\n")
    if not 1 <= span.line <= len(lines):
        return None
    line, start = lines[span.line - 1].rstrip("\r").replace("\t", " "), span.column - 1
    room = _WIDE - 8
    skipped = 0
    if len(line) > room and start > room // 2:
        skipped = start - room // 2
        line = "…" + line[skipped + 1 :]
    if len(line) > room:
        line = line[: room - 1] + "…"
    number = f"{span.line} │ "
    at = start - skipped
    carets = "^" * max(1, min(span.length, len(line) - at))
    return number + line, " " * (len(number) + at) + carets
