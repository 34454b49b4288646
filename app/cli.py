"""The command line: `stepgrad serve`, `draw`, `steps`, `check`, `ops`.

Exit codes: 0 done, 1 the program or the machine does not allow it (one sentence on stderr), 2 the command line is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stepgrad import __version__
from stepgrad.app.config import PREFIX, Settings, SettingsError
from stepgrad.app.drawing.errors import DrawingError
from stepgrad.app.errors import ProblemError
from stepgrad.app.exporting import FORMATS, which_formats
from stepgrad.app.knobs import KNOBS
from stepgrad.app.options import NAMES, Options
from stepgrad.app.problems import as_problem
from stepgrad.engine.errors import EngineError, Span

__all__ = ["main"]

_OPTIONS = NAMES["picture"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show × gets something else, not a traceback
            stream.reconfigure(errors="replace")
    given = _parser().parse_args(arguments)
    try:
        code: int = given.command(given)
        sys.stdout.flush()
    except BrokenPipeError:  # `stepgrad steps … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _serve(given: argparse.Namespace) -> int:
    import uvicorn

    from stepgrad.app.connection import protocol

    values = {name: value for name in Settings.model_fields if (value := getattr(given, name)) is not None}
    try:
        settings = Settings.from_environment(**values)
    except SettingsError as error:
        print(f"stepgrad: {error}", file=sys.stderr)
        return 2
    # Worker processes make their own application, from the environment.
    os.environ.update({f"{PREFIX}{name.upper()}": value for name, value in values.items()})
    try:
        uvicorn.run(
            "stepgrad.app.main:create_app",
            factory=True,
            http=protocol(settings),
            host=settings.host,
            port=settings.port,
            workers=settings.workers if settings.workers > 1 else None,
            access_log=settings.access_log,
            log_level="info",
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=10,
            ws="none",
        )
    except SystemExit as stopped:  # uvicorn's, when the port is taken; it has said so
        return 1 if stopped.code else 0
    return 0


def _draw(given: argparse.Namespace) -> int:
    from stepgrad.app.pipeline import Pipeline

    output = None if given.output == Path("-") else given.output
    extension = given.format or (output.suffix.lstrip(".") if output else "") or "svg"
    if extension not in FORMATS:
        return _usage(f"There is no format `{extension}`. {which_formats()}")

    def draw(source: str, options: Options) -> int:
        pipeline = Pipeline(Settings.from_environment())
        picture = FORMATS[extension].make(pipeline, pipeline.moment(source, options))
        if output:
            output.write_bytes(picture)
        else:
            sys.stdout.buffer.write(picture)
        return 0

    return _with_program(given, draw)


def _steps(given: argparse.Namespace) -> int:
    from stepgrad.app.pipeline import Pipeline

    def tell(source: str, options: Options) -> int:
        moment = Pipeline(Settings.from_environment()).moment(source, options)
        story, told = moment.story, moment.told
        for line in story.trace.printed:
            print(line)
        width = len(str(len(told.steps)))
        for step in told.steps:
            print(f"{step.index:>{width}}  {step.phase:<9}  {story.narrator.text(step)}")
        for warning in story.trace.warnings:
            print(f"stepgrad: {warning.message}", file=sys.stderr)
        return 0

    return _with_program(given, tell)


def _check(given: argparse.Namespace) -> int:
    from stepgrad.app.pipeline import Pipeline
    from stepgrad.app.studies import STUDIES, Subject

    study = STUDIES["check.json"]

    def check(source: str, options: Options) -> int:
        question = study.question.read({} if given.node is None else {"node": given.node})
        subject = Subject(Pipeline(Settings.from_environment()).moment(source, options).story)
        answer = study.make(subject, question)
        assert isinstance(answer, dict)
        for row in answer["nodes"]:
            print(row["sentence"])
        if given.node is None:
            print(answer["sentence"])
        return int(answer["verdict"] == "differs")

    return _with_program(given, check)


def _ops(given: argparse.Namespace) -> int:
    from stepgrad.engine.ops import OPS

    for op in OPS.values():
        print(f"{op.name:<11} {op.symbol:<9} {op.formula:<24} {op.note}".rstrip())
    return 0


def _with_program(given: argparse.Namespace, work: Any) -> int:
    """Read the program and the options, do the work, and say in a few lines what stands in the way."""
    name = "standard input" if given.file == "-" else given.file
    source: str | None = None
    try:
        options = Options.read({option: value for option in _OPTIONS if (value := getattr(given, option, None)) is not None})
    except ProblemError as error:
        return _usage(f"{error.detail} {error.hint}")
    try:
        source = _read(given.file)
        return int(work(source, options))
    except (EngineError, DrawingError, ProblemError) as error:
        _complain(as_problem(error), source, name)
    except UnicodeDecodeError:
        print(f"stepgrad: {name} is not UTF-8 text.", file=sys.stderr)
    except SettingsError as error:
        print(f"stepgrad: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"stepgrad: {error.filename or name}: {error.strerror or error}.", file=sys.stderr)
    return 1


def _read(file: str) -> str:
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def _complain(problem: ProblemError, source: str | None, name: str) -> None:
    """The message, and under the line the caret."""
    span = problem.span
    where = f"{name}:{span.line}:{span.column}: " if span else ""
    print(f"stepgrad: {where}{problem.detail or problem.title}", file=sys.stderr)
    if span and source is not None:
        print(_excerpt(source, span), file=sys.stderr)
    if problem.hint:
        print(f"  {problem.hint}", file=sys.stderr)


def _excerpt(source: str, span: Span) -> str:
    lines = source.split("\n")
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    before = line[: span.column - 1]
    indent = "".join("\t" if c == "\t" else " " for c in before)  # a tab is as wide under a tab
    return f"  {line}\n  {indent}{'^' * max(1, min(span.length, max(1, len(line) - len(before))))}"


def _usage(message: str) -> int:
    print(f"stepgrad: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("stepgrad", description="A program's computation graph, step by step.")
    parser.add_argument("--version", action="version", version=f"stepgrad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve the page and the API")
    for name, field in Settings.model_fields.items():
        default = {None: "off", True: "on", False: "off", "": "none", (): "none"}.get(field.default, field.default)
        help = f"{field.description} [{default}; {PREFIX}{name.upper()}]".replace("%", "%%")
        serve.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="X", default=argparse.SUPPRESS, help=help)
    serve.set_defaults(command=_serve, **dict.fromkeys(Settings.model_fields))

    draw = commands.add_parser("draw", help="draw one step of a program")
    _add_program(draw)
    draw.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="file to write; its extension chooses the format [-: standard output]"
    )
    formats = "; ".join(f"{name}: {form.help}" for name, form in FORMATS.items())
    draw.add_argument("--format", metavar="EXT", help=f"{formats} [the extension of OUT, else svg]")
    draw.set_defaults(command=_draw)

    steps = commands.add_parser("steps", help="tell every step in a sentence")
    _add_program(steps)
    steps.set_defaults(command=_steps)

    check = commands.add_parser("check", help="measure each gradient, and say whether it agrees")
    _add_program(check)
    check.add_argument("--node", metavar="NAME", help="one value [leaves and named values]")
    check.set_defaults(command=_check)

    ops = commands.add_parser("ops", help="list the operations")
    ops.set_defaults(command=_ops)
    return parser


def _add_program(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="a program; - is standard input")
    names = {"draw": _OPTIONS, "steps": ("expand", "collapse", "open", "example", "steps", "iteration", *KNOBS)}
    for name in names.get(command.prog.rpartition(" ")[2], ("expand",)):
        field = Options.model_fields[name]
        help = f"{field.description} [{field.default or 'none'}]".replace("%", "%%")
        command.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="X", help=help)
