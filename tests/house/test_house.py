"""What the build makes, what the image names, what the documents promise."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

import assets
import dev
from stepgrad.app import resources
from stepgrad.app.config import Settings
from stepgrad.app.pages import Pages
from stepgrad.app.statics import Statics

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# The image


def test_the_image_copies_what_the_build_reads():
    """.dockerignore is a whitelist, and a file it forgets is missed only when somebody builds the image."""
    allowed = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    read_by_build = {"pyproject.toml", "hatch_build.py", "assets.py", "build.mjs", "package.json", "package-lock.json", ".npmrc"}
    shipped = {"app", "engine", "stepgrad", "templates", "static"}
    shipped |= {PYPROJECT["project"]["readme"], *PYPROJECT["project"]["license-files"]}

    assert read_by_build | shipped | {"constraints.txt"} == allowed
    assert all((ROOT / name).exists() for name in allowed)


def test_the_image_is_served_and_watched_on_one_port():
    dockerfile = text("Dockerfile")
    exposed = re.search(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)

    assert exposed
    assert f"127.0.0.1:{exposed[1]}/healthz" in dockerfile
    assert f'"stepgrad", "serve", "--host", "0.0.0.0", "--port", "{exposed[1]}"' in dockerfile
    assert int(exposed[1]) == Settings().port
    assert PYPROJECT["project"]["scripts"] == {"stepgrad": "stepgrad.app.cli:main"}
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)


# The built assets


@pytest.fixture(scope="module")
def metrics():
    return json.loads((resources.DIST / "metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def buckets():
    return json.loads((resources.DIST / "font-embed.json").read_text(encoding="utf-8"))


def test_metrics_know_every_character_a_picture_can_embed(metrics, buckets):
    for face in (metrics, metrics["bold"]):
        assert set("".join(bucket["chars"] for bucket in buckets)) <= face["advances"].keys()


def test_metrics_agree_with_a_browser(metrics):
    """Widths of 14-unit text as Chromium measured them with DejaVu Sans."""
    measured = {"data 2.0000": 84.97, "Σᵢ wᵢxᵢ": 40.54}
    for string, width in measured.items():
        assert sum(metrics["advances"][c] for c in string) * 14 / metrics["unitsPerEm"] == pytest.approx(width, abs=0.01)


@pytest.mark.parametrize("sheet", ["page.css", "embed.css"])
def test_a_style_sheet_asks_for_the_fonts_as_the_page_does(sheet):
    """Under another address they would be loaded twice, and not be kept."""
    asked = set(re.findall(r"url\(\"?(\./fonts/[^\")]+)", (resources.DIST / sheet).read_text(encoding="utf-8")))
    pages = Pages("/", Statics())

    assert {pages.asset(f"dist/{address.split('?')[0][2:]}") for address in asked} == {
        f"/static/dist/{address[2:]}" for address in asked
    }
    assert len(asked) == 2


def test_font_buckets_share_no_character(buckets):
    characters = "".join(bucket["chars"] for bucket in buckets)

    assert len(set(characters)) == len(characters)
    assert set("0123456789.-+—") | set("datagradinfnane") <= set(buckets[0]["chars"])
    assert set(map(chr, range(0x20, 0x7F))) <= set(characters)


def test_every_number_fits_the_first_and_smallest_bucket(buckets):
    """Most pictures show short names and numbers; they should not carry Greek."""
    sizes = [len(bucket["woff2"]) for bucket in buckets]

    assert sizes[0] == min(sizes) < 3_000


def test_a_release_has_no_source_maps():
    assert not list(resources.DIST.rglob("*.map"))


def test_the_licences_of_bundled_packages_come_along():
    """MIT, ISC, OFL and Apache-2.0 all ask for it."""
    licences = (resources.DIST / "LICENSES.txt").read_text(encoding="utf-8")

    for package in json.loads(text("package.json"))["dependencies"]:
        assert f"{package} " in licences, package


# Versions


def test_the_locks_name_no_host():
    lock = json.loads(text("package-lock.json"))

    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert "://" not in text("constraints.txt")


def test_javascript_versions_are_exact():
    package = json.loads(text("package.json"))

    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_every_python_dependency_is_pinned():
    project = PYPROJECT["project"]
    wanted = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    wanted += [*PYPROJECT["build-system"]["requires"], assets.NODE_WHEEL, *assets.FONT_TOOLS]
    pinned = {line.split("==")[0].lower() for line in text("constraints.txt").splitlines() if "==" in line}

    assert {re.split(r"[<>=]", line)[0] for line in wanted} <= pinned


def test_build_tools_are_the_same_in_tree_and_hook():
    assert sorted(assets.FONT_TOOLS) == sorted(PYPROJECT["project"]["optional-dependencies"]["build"])


# The documents


def test_every_task_is_in_contributing_and_in_the_help():
    for task in dev.TASKS:
        assert f"python3 dev.py {task}" in text("CONTRIBUTING.md")
        assert f"python3 dev.py {task}" in (dev.__doc__ or "")


def test_no_file_names_a_machine():
    """Neither a registry nor a folder of somebody's machine: the tree must work anywhere."""
    folders = (".ci", "app", "docs", "engine", "static/css", "static/icons", "static/js", "templates", "tests")
    files = [path for path in ROOT.iterdir() if path.is_file() and path.name not in {".git", ".venv.lock"}]
    files += [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    names = re.compile(rb"registry" + rb"\.npmjs|pypi" + rb"\.org|file" + rb"hosted\.org|(?<![\w.-])/(?:work|root|home)/")

    assert not [f"{path.relative_to(ROOT)}: {found[0]!r}" for path in files if (found := names.search(path.read_bytes()))]
