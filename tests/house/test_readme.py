"""What the README says is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from stepgrad.engine.language import run
from tests.bench.programs import NEURON

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_opens_with_the_two_commands() -> None:
    commands = re.findall(r"^python3 dev\.py \w+", README, re.MULTILINE)
    assert commands[:2] == ["python3 dev.py run", "python3 dev.py test"]


def test_the_picture_is_what_the_command_line_draws(golden: Callable[[str, str], None]) -> None:
    command = [sys.executable, "-m", "stepgrad", "draw", "-", "-o", "-", "--step", "9", "--font", "none", "--bg", "white"]
    drawn = subprocess.run(command, input=NEURON, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    golden("readme.svg", drawn)


async def test_the_curl_line_fetches_a_picture(client: httpx.AsyncClient) -> None:
    words = shlex.split(next(line for line in README.splitlines() if line.startswith("curl ")))
    parameters = dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word in {"--data-urlencode", "-d"})
    answer = await client.get("/g.svg", params=parameters)

    assert answer.status_code == 200
    assert answer.text.startswith("<svg")
    assert answer.headers["x-step"] == "4"


def python_example() -> str:
    return next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL))


def test_the_python_example_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", python_example()]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)

    assert done.stdout.startswith("0.999909 ")
    assert 'data-step="3"' in (tmp_path / "b.svg").read_text()


def test_the_python_example_is_a_program_for_the_page() -> None:
    assert run(python_example()).nodes[-1].label == "b"


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_place_on_the_architecture_page_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    places = re.findall(r"`((?:engine|app|static|templates|tests)/[\w./]*)`", page)
    assert len(places) > 20
    assert [place for place in places if not (ROOT / place).exists()] == []
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
