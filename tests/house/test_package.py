"""What `pip install` makes of the tree: an sdist, from that a wheel, from that a folder that Python finds."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import dev
from stepgrad.app import resources

ROOT = Path(__file__).resolve().parents[2]
READY = os.environ | {"STEPGRAD_ASSETS": "skip"}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> tarfile.TarFile:
    folder = tmp_path_factory.mktemp("sdist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, env=READY, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        yield archive


@pytest.fixture(scope="module")
def site(sdist, tmp_path_factory) -> Path:
    """The sdist, unpacked elsewhere and installed without its dependencies, which the tests have already."""
    folder = tmp_path_factory.mktemp("installed")
    sdist.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-index", "--no-deps"]
    install = [*pip, "--no-build-isolation", "--target", str(folder / "site"), str(unpacked)]
    subprocess.run(install, check=True, capture_output=True)
    return folder / "site"


@pytest.fixture
def clash(tmp_path) -> Path:
    """A folder as FastAPI projects and micrograd clones have it."""
    for name in ("app/__init__.py", "app/main.py", "engine.py", "nn.py", "main.py", "cli.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("raise RuntimeError('this is the project's own')\n")
    (tmp_path / "square.txt").write_text("a = 3\nb = a * a\n")
    return tmp_path


def run(folder: Path, site: Path, *command: str) -> str:
    """What a command says, run in a folder whose own modules come first."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([".", str(site)])}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


def test_an_sdist_can_be_unpacked_anywhere(sdist):
    """Links need a privilege on Windows, and `tarfile` may refuse them."""
    members = {member.name.partition("/")[2]: member for member in sdist.getmembers()}

    assert all(member.isfile() or member.isdir() for member in members.values())
    assert {"engine/value.py", "app/cli.py", "stepgrad/__init__.py", "static/dist/page.js"} <= members.keys()
    assert not {"stepgrad/engine", "stepgrad/engine/value.py"} & members.keys()


def test_nothing_of_ours_but_stepgrad_is_installed(site):
    installed = {path.name for path in site.iterdir() if path.suffix != ".dist-info"}

    assert installed - {"bin", "Scripts"} == {"stepgrad"}
    assert (site / "stepgrad/py.typed").exists()
    assert {path.name for path in (site / "stepgrad").iterdir() if path.is_dir()} - {"__pycache__"} == {"app", "engine"}


def test_the_tree_and_the_sdist_make_the_same_wheel(site, tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, env=READY, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if name.startswith("stepgrad/")}
    installed = (path for path in (site / "stepgrad").rglob("*") if path.is_file() and path.suffix != ".pyc")

    assert packed == {path.relative_to(site).as_posix() for path in installed}


def test_pages_and_built_assets_lie_inside_the_package(site, tmp_path):
    """Their sources stay at home."""
    show = (
        "from stepgrad.app.resources import *; print(TEMPLATES, STATIC, (DIST / 'metrics.json').exists(), INSTALLED, sep='\\n')"
    )
    package = site / "stepgrad/app"

    assert run(tmp_path, site, sys.executable, "-c", show).split() == [
        f"{package / 'templates'}",
        f"{package / 'static'}",
        "True",
        "True",
    ]
    assert {path.name for path in (package / "templates").iterdir()} == {path.name for path in resources.TEMPLATES.iterdir()}
    assert not {"js", "css"} & {path.name for path in (package / "static").iterdir()}
    copies = {path.name for path in (resources.DIST / "packed").iterdir()}
    assert {path.name for path in (package / "static/dist/packed").iterdir()} == copies
    assert copies


@pytest.mark.parametrize("command", [[sys.executable, "-m", "stepgrad"], ["{bin}/stepgrad"]], ids=["module", "script"])
def test_a_folder_with_an_app_and_an_engine_of_its_own_is_no_trouble(clash, site, command):
    words = [word.format(bin=next(path for path in (site / "bin", site / "Scripts") if path.exists())) for word in command]

    assert run(clash, site, *words, "draw", "square.txt").startswith("<svg")


def test_the_service_and_the_engine_are_found_beside_them(clash, site):
    show = (
        "import stepgrad, stepgrad.app.main as m; m.create_app(); print(stepgrad.Value.__module__, stepgrad.__file__, m.__file__)"
    )
    name, *files = run(clash, site, sys.executable, "-c", show).split()

    assert name == "stepgrad.engine.value"
    assert all(Path(file).is_relative_to(site) for file in files)


@pytest.mark.parametrize("there", ["text", "nothing", "folder"])
def test_what_git_on_windows_writes_for_a_link_is_mended(tmp_path, there):
    for name in ("engine", "app"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(name)
    place = tmp_path / "stepgrad/engine"
    place.parent.mkdir()
    if there == "text":
        place.write_text("../engine")
    elif there == "folder":
        place.mkdir()
        (place / "__init__.py").write_text("engine")

    for _ in range(2):
        dev.link(tmp_path)
        assert [(tmp_path / "stepgrad" / name / "__init__.py").read_text() for name in ("engine", "app")] == ["engine", "app"]
