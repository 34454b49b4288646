"""The command line: what it makes, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

SQUARE = "a = 3\nb = a * a\n"


def stepgrad(*arguments: str, program: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[str]:
    data = program if isinstance(program, bytes) else program.encode()
    done = subprocess.run(
        [sys.executable, "-m", "stepgrad", *arguments],
        input=data,
        capture_output=True,
        timeout=60,
        env=os.environ | environment,
        check=False,
    )
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def test_draw_writes_the_picture(tmp_path: Path):
    program, out = tmp_path / "square.txt", tmp_path / "square.svg"
    program.write_text(SQUARE)
    done = stepgrad("draw", str(program), "-o", str(out), "--step", "grad:a", "--theme", "dark")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert 'data-step="4"' in out.read_text()


@pytest.mark.parametrize(("extension", "begins"), [("svg", "<svg"), ("dot", "digraph"), ("json", '{"version":1')])
def test_the_extension_chooses_the_format(tmp_path: Path, extension: str, begins: str):
    out = tmp_path / f"out.{extension}"

    assert stepgrad("draw", "-", "-o", str(out), program=SQUARE).returncode == 0
    assert out.read_text().startswith(begins)
    assert stepgrad("draw", "-", "--format", extension, program=SQUARE).stdout == out.read_text()


def test_a_negative_step_counts_from_the_end():
    done = stepgrad("draw", "-", "--format", "json", "--step", "-2", program=SQUARE)

    assert json.loads(done.stdout)["step"] == 3


def test_an_iteration_of_training_is_told_and_drawn():
    program = "w = 3\nloss = (w * 2 - 4)**2"
    told = stepgrad("steps", "-", "--iteration", "1", "--learning-rate", "0.01", program=program)

    assert told.stdout.splitlines()[-1].endswith("update     Update: w ← w − 0.01 · w.grad = 2.92 − 0.01 · 7.36 = 2.8464.")
    assert 'class="stepgrad"' in stepgrad("draw", "-", "--iteration", "1", "--zero-grad", "false", program=program).stdout


def test_check_measures_every_gradient():
    done = stepgrad("check", "-", program="x = 2\ny = x**3")

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "x: measured 12, ours 12. They agree.",
        "y: measured 1, ours 1. They agree.",
        "2 of 2 gradients agree with a central difference.",
    ]
    assert stepgrad("check", "-", "--node", "x", program="x = 2\ny = x**3").stdout == "x: measured 12, ours 12. They agree.\n"


def test_check_of_an_unknown_value_says_which_there_are():
    done = stepgrad("check", "-", "--node", "q", program=SQUARE)

    assert (done.returncode, done.stderr) == (1, "stepgrad: No value is called `q`.\n  There are a, b.\n")


def test_draw_writes_a_program_for_pytorch():
    assert stepgrad("draw", "-", "--format", "py", program=SQUARE).stdout.startswith("import torch\n")


def test_steps_tells_the_story():
    done = stepgrad("steps", "-", program=SQUARE)

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "1  forward    b = a × a = 3 × 3 = 9.",
        "2  seed       b is what we differentiate, so its grad is 1: ∂b/∂b = 1.",
        "3  backward   `×` sends back 1 × 3 = 3: a.grad goes from 0 to 3.",
        "4  backward   `×` sends back 1 × 3 = 3: a.grad goes from 3 to 6.",
    ]


def test_steps_shows_what_was_printed_and_warns():
    done = stepgrad("steps", "-", program="a = 0.0\nprint(a)\nb = log(a)")

    assert done.stdout.startswith("0.0\n")
    assert "not finite" in done.stderr


def test_ops_lists_the_table():
    done = stepgrad("ops")

    assert done.returncode == 0
    assert "leaky_relu" in done.stdout


WEB = {"anyio", "asyncio", "fastapi", "http", "jinja2", "starlette", "uvicorn"}


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (("--version",), WEB | {"pydantic", "graphviz"}),
        (("--help",), WEB | {"pydantic", "graphviz"}),
        (("ops",), WEB | {"pydantic", "graphviz"}),
        (("draw", "-"), WEB | {"graphviz"}),
        (("steps", "-"), WEB),
        (("check", "-"), WEB),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_a_command_loads_what_it_needs(arguments: tuple[str, ...], absent: set[str]):
    code = "import sys, atexit\natexit.register(lambda: print(*sys.modules, file=sys.stderr))\nimport stepgrad.__main__ as main\n"
    command = [sys.executable, "-c", f"{code}sys.exit(main.main({list(arguments)}))"]
    done = subprocess.run(command, input=SQUARE, capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}

    assert "stepgrad" in loaded
    assert loaded & absent == set()


def test_the_collector_is_set_as_in_the_server():
    code = "import gc; from stepgrad.app import {0}; {1}; print(gc.get_threshold(), gc.get_freeze_count() > 1_000)"
    here, there = (
        subprocess.run(
            [sys.executable, "-c", code.format(*words)], capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
        for words in (("cli", "cli.main(['ops'])"), ("collector", "collector.settle()"))
    )

    assert here == there == "(50000, 20, 50) True"


def test_an_error_has_a_caret_under_its_place():
    done = stepgrad("draw", "-", program="a = 2\nb = tahn(a)")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[:3] == ["stepgrad: standard input:2:5: `tahn` is not known.", "  b = tahn(a)", "      ^^^^"]
    assert "tanh" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "program", "code", "says"),
    [
        (("draw", "/no/such/file"), "", 1, "No such file"),
        (("draw", "."), "", 1, "directory"),
        (("draw", "-", "-o", "/no/such/folder/x.svg"), SQUARE, 1, "No such file"),
        (("steps", "-"), b"\xff\xfe", 1, "UTF-8"),
        (("steps", "-"), b"a = 1\x00", 1, "stepgrad:"),
        (("draw", "-", "-o", "x.exe"), SQUARE, 2, "There are svg, dot, json"),
        (("draw", "-", "--theme", "drak"), SQUARE, 2, "Did you mean `dark`?"),
        (("draw", "-", "--step", "99"), SQUARE, 1, "4 steps"),
        (("draw", "-", "--setp", "1"), SQUARE, 2, "usage"),
        (("fly",), "", 2, "usage"),
        ((), "", 2, "usage"),
        (("serve", "--port", "many"), "", 2, "STEPGRAD_PORT"),
        (("serve", "--rate-limit", "0"), "", 2, "STEPGRAD_RATE_LIMIT"),
        (("serve", "--dots", "dot"), "", 2, "usage"),
    ],
)
def test_what_does_not_work_is_said_in_a_sentence(arguments: tuple[str, ...], program: str | bytes, code: int, says: str):
    done = stepgrad(*arguments, program=program)

    assert done.returncode == code
    assert says in done.stderr


def test_a_misspelt_variable_is_noticed():
    done = stepgrad("serve", STEPGRAD_RATELIMIT="60")

    assert done.returncode == 2
    assert "STEPGRAD_RATE_LIMIT" in done.stderr


def test_a_terminal_without_greek_gets_something():
    done = stepgrad("steps", "-", program=SQUARE, PYTHONIOENCODING="ascii")

    assert done.returncode == 0
    assert "?" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise on Windows")
def test_a_reader_that_leaves_is_no_trouble():
    program = "a = 1.0\nb = a\nfor i in range(2000):\n    b = b + a\n"
    done = subprocess.run(
        f"{sys.executable} -m stepgrad steps - | head -1",
        input=program.encode(),
        shell=True,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


def test_windows_line_ends_and_marks_are_read(tmp_path: Path):
    program = tmp_path / "windows.txt"
    program.write_bytes(b"\xef\xbb\xbf" + SQUARE.replace("\n", "\r\n").encode())

    assert stepgrad("steps", str(program)).stdout == stepgrad("steps", "-", program=SQUARE).stdout


def test_serve_serves():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "stepgrad", "serve", "--port", str(port), "--docs", "off"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        try:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/g.svg?e=a%3D2", timeout=60) as answer:
                        body, headers = answer.read(), answer.headers
                    with socket.create_connection(("127.0.0.1", port), timeout=60) as endless:
                        endless.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 50_000)
                        refused = endless.recv(12)
                    break
                except OSError:
                    time.sleep(0.05)
            else:
                pytest.fail("it does not answer")
        finally:
            server.terminate()
            server.wait(120)
            assert server.stderr is not None
            server.stderr.close()

    assert body.startswith(b"<svg")
    assert headers["Server"] is None
    assert refused == b"HTTP/1.1 431"
