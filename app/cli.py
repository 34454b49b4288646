"""The command line: `stepgrad serve`, `draw`, `steps`, `check`, `ops`.

Exit codes: 0 done, 1 the program or the machine does not allow it (one sentence on stderr), 2 the command line is wrong.
A command loads what it needs, and only when it is chosen: `stepgrad draw` knows nothing of a web framework.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stepgrad import __version__
from stepgrad.app import collector
from stepgrad.engine.errors import StepgradError, excerpt

if TYPE_CHECKING:
    from stepgrad.app.story import Moment

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show × gets something else, not a traceback
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if arguments is None else arguments
    given = _parser(next(iter(words), "")).parse_args(words)
    collector.settle()
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

    from stepgrad.app.config import PREFIX, Settings, SettingsError
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
    from stepgrad.app.picture import Picture, format_of

    output = None if given.output == Path("-") else given.output
    try:
        format = format_of(output, given.format)
    except StepgradError as error:
        return _usage(f"{error.message} {error.hint}")

    def draw(moment: Moment) -> int:
        made = Picture(moment).made(format)
        if output:
            output.write_bytes(made)
        else:
            sys.stdout.buffer.write(made)
        return 0

    return _with_program(given, draw)


def _steps(given: argparse.Namespace) -> int:
    def tell(moment: Moment) -> int:
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
    from stepgrad.app.studies import STUDIES, Subject

    study = STUDIES["check.json"]

    def check(moment: Moment) -> int:
        question = study.question.read({} if given.node is None else {"node": given.node})
        answer = study.make(Subject(moment.story), question)
        assert isinstance(answer, dict)
        for row in answer["nodes"]:
            print(row["sentence"])
        if given.node is None:
            print(answer["sentence"])
        return int(answer["verdict"] == "differs")

    return _with_program(given, check)


def _ops(given: argparse.Namespace) -> int:
    from stepgrad.engine.ops import OPS

    rows = [(op.name, op.symbol, op.formula, op.note) for op in OPS.values()]
    name, symbol, formula, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    for row in rows:
        print(f"{row[0]:<{name}}  {row[1]:<{symbol}}  {row[2]:<{formula}}  {row[3]}".rstrip())
    return 0


def _with_program(given: argparse.Namespace, work: Callable[[Moment], int]) -> int:
    """Read the program and the options, do the work, and say in a few lines what stands in the way."""
    from stepgrad.app.config import SettingsError
    from stepgrad.app.options import Options
    from stepgrad.app.picture import pipeline

    name = "standard input" if given.file == "-" else given.file
    try:
        options = Options.read(
            {option: value for option in Options.model_fields if (value := getattr(given, option, None)) is not None}
        )
    except StepgradError as error:
        return _usage(f"{error.message} {error.hint}")
    source: str | None = None
    try:
        source = _read(given.file)
        return work(pipeline().moment(source, options))
    except StepgradError as error:
        _complain(error, source, name)
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


def _complain(error: StepgradError, source: str | None, name: str) -> None:
    """The message, and under the line the caret."""
    span = error.span
    where = f"{name}:{span.line}:{span.column}: " if span else ""
    shown = excerpt(source, span) if span and source is not None else None
    for line in (f"stepgrad: {where}{error.message}", *(f"  {line}" for line in (*(shown or ()), error.hint) if line)):
        print(line, file=sys.stderr)


def _usage(message: str) -> int:
    print(f"stepgrad: {message}", file=sys.stderr)
    return 2


def _parser(chosen: str) -> argparse.ArgumentParser:
    """All commands, and the options of the chosen one: the tables that say which there are take a while to load."""
    parser = argparse.ArgumentParser("stepgrad", description="A program's computation graph, step by step.")
    parser.add_argument("--version", action="version", version=f"stepgrad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for work, help, add in (
        (_serve, "serve the page and the API", _add_settings),
        (_draw, "draw one step of a program", _add_drawing),
        (_steps, "tell every step in a sentence", _add_telling),
        (_check, "measure each gradient, and say whether it agrees", _add_checking),
        (_ops, "list the operations", lambda command: None),
    ):
        name = work.__name__.removeprefix("_")
        command = commands.add_parser(name, help=help)
        command.set_defaults(command=work)
        if name == chosen:
            add(command)
    return parser


def _add_settings(command: argparse.ArgumentParser) -> None:
    from stepgrad.app.config import PREFIX, Settings

    for name, field in Settings.model_fields.items():
        default = {None: "off", True: "on", False: "off", "": "none", (): "none"}.get(field.default, field.default)
        help = f"{field.description} [{default}; {PREFIX}{name.upper()}]".replace("%", "%%")
        command.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="X", help=help)


def _add_drawing(command: argparse.ArgumentParser) -> None:
    from stepgrad.app.exporting import FORMATS
    from stepgrad.app.options import NAMES

    command.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="file to write; its extension chooses the format [-: standard output]"
    )
    formats = "; ".join(f"{name}: {form.help}" for name, form in FORMATS.items())
    command.add_argument("--format", metavar="|".join(FORMATS), help=f"{formats} [the extension of OUT, else svg]")
    _add_program(command, *NAMES["picture"])


def _add_telling(command: argparse.ArgumentParser) -> None:
    from stepgrad.app.knobs import KNOBS

    _add_program(command, "expand", "collapse", "open", "example", "steps", "iteration", *KNOBS)


def _add_checking(command: argparse.ArgumentParser) -> None:
    _add_program(command, "expand")
    command.add_argument("--node", metavar="NAME", help="one value [leaves and named values]")


def _add_program(command: argparse.ArgumentParser, *options: str) -> None:
    """The program, and options of the table in its groups."""
    from stepgrad.app.options import ROWS, Options
    from stepgrad.app.query import values_of

    command.usage = "%(prog)s [options] FILE"
    command.add_argument("file", metavar="FILE", help="a program; - is standard input")
    groups = {group: command.add_argument_group(group) for group in dict.fromkeys(ROWS[name].group for name in options)}
    for name in options:
        field = Options.model_fields[name]
        default = Options.spelling(name, field.default) or "none"
        help = f"{field.description} [{default}]".replace("%", "%%")
        option = f"--{name.replace('_', '-')}"
        groups[ROWS[name].group].add_argument(option, dest=name, metavar="|".join(values_of(field)), help=help)
