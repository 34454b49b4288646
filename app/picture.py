"""Picture: a program, or a graph of values → one of its moments, in any format. What Python and the command line call."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from stepgrad.app.config import Settings
from stepgrad.app.drawing.layout import refuse_values
from stepgrad.app.exporting import FORMATS, Format, unknown_format
from stepgrad.app.exporting.code import code
from stepgrad.app.options import NAMES, Options, affecting
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.query import wrong
from stepgrad.app.runs import RunKey
from stepgrad.app.story import Moment
from stepgrad.engine.errors import StepgradError
from stepgrad.engine.graph import ancestors
from stepgrad.engine.snapshot import recording_of_values
from stepgrad.engine.story import tell
from stepgrad.engine.trace import Trace
from stepgrad.engine.value import Value

__all__ = ["Picture", "draw", "format_of", "pipeline", "svg_of"]

_OF_PROGRAMS = {*affecting("story", "numbers")} & {*NAMES["picture"]} - {"steps"}
"""Options that run a program again, or fold parts of it."""


class Picture:
    """One moment of a program, or of a graph of values. A notebook shows it."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment

    @cached_property
    def svg(self) -> str:
        """The picture. Raises StepgradError where the graph is too large to draw."""
        return pipeline().svg(self._moment)

    @property
    def trace(self) -> Trace:
        """The whole story: nodes, edges, steps."""
        return self._moment.told

    @property
    def step(self) -> int:
        """Which step of it this is; 0 is before the first."""
        return self._moment.index

    @property
    def sentence(self) -> str:
        """What happens at this step."""
        return self._moment.sentence

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Write a file: `svg`, `dot`, `json` or `py`, as its extension or `format` says."""
        file = Path(path)
        file.write_bytes(self.made(format_of(file, format)))

    def made(self, format: Format) -> bytes:
        """The bytes of a file."""
        return format.make(pipeline(), self._moment)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        name, steps = self._moment.story.narrator.name(self.trace.output), len(self.trace.steps)
        return f"<Picture of {name}, step {self.step} of {steps}>" if steps else f"<Picture of {name}>"


def draw(what: str | Value, options: Mapping[str, Any]) -> Picture:
    """The picture of a program's text, or of a value and all it was computed from. Raises StepgradError."""
    if not isinstance(what, (str, Value)):
        raise TypeError(f"draw takes the text of a program or a Value, not {type(what).__name__}")
    try:
        read = _read(options)
        return Picture(pipeline().moment(what, read) if isinstance(what, str) else _of_value(what, read))
    except StepgradError as error:
        raise error.with_traceback(None) from None  # where in here it was noticed helps nobody


def svg_of(value: Value) -> str | None:
    """What a notebook shows of a value; None where its graph is too large to draw."""
    try:
        refuse_values(len(ancestors([value])))
        return draw(value, {}).svg
    except StepgradError:
        return None


@cache
def pipeline() -> Pipeline:
    """The one of this process, with the settings of its environment."""
    return Pipeline(Settings.from_environment())


def format_of(file: Path | None, named: str | None = None) -> Format:
    """The format that is named, else that of a file's extension, else SVG."""
    extension = named or (file.suffix.lstrip(".") if file else "") or "svg"
    if extension not in FORMATS:
        raise unknown_format(422, f"There is no format `{extension}`.")
    return FORMATS[extension]


def _of_value(value: Value, options: Options) -> Moment:
    for name in sorted(_OF_PROGRAMS & options.model_fields_set):
        if getattr(options, name) not in (Options.model_fields[name].default, "none"):
            raise wrong(
                f"`{name}` asks for a program; of a graph of values only the numbers are known.", "Draw the program's text."
            )
    recording = recording_of_values(value)
    recording.source = code(tell(recording), "micrograd")  # the program that makes it, so that links lead to this graph
    return Moment.of(pipeline().runs.get(RunKey(recording)), options)


def _read(given: Mapping[str, Any]) -> Options:
    """Options as Python has them: None is the default, numbers for inputs are a dictionary."""
    values = {name: value for name, value in given.items() if value is not None}
    if isinstance(inputs := values.get("inputs"), Mapping):
        values["inputs"] = ",".join(f"{name}:{number}" for name, number in inputs.items())
    return Options.from_query(values.items(), "picture")
