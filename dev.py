#!/usr/bin/env python3
"""Every task of the project, with nothing but Python 3.11 or newer:

    python3 dev.py run [OPTIONS]    set up what is needed and serve; options of `stepgrad serve`, such as --port
    python3 dev.py test [OPTIONS]   all tests, with Node, Python and Chromium; options of pytest
    python3 dev.py check            formatting, lint, types, import contracts
    python3 dev.py fix [PATHS]      the half of check that can be repaired by itself
    python3 dev.py bench [OPTIONS]  the benchmarks
    python3 dev.py shots [NAMES]    the pictures of docs/tour.md, made anew
    python3 dev.py build            wheel and sdist in dist/
    python3 dev.py clean            remove all that was made

Python packages go to .venv, JavaScript packages to node_modules. Nothing is done twice while its inputs are unchanged.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "stepgrad.json"

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def run(*options: str) -> int:
    setup()
    command = [tool("stepgrad"), "serve", *options]
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)  # signals and the exit code go straight to the server


def test(*options: str) -> int:
    setup("test")
    torch_at_hand()
    environment = browser_environment()
    javascript = test_javascript()
    python = subprocess.call([str(PYTHON), "-m", "pytest", *options], cwd=ROOT, env=environment)
    if javascript:
        say("FAILED: node --test, see above")
    return javascript or python


def test_javascript() -> int:
    scripts = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/js").glob("*.test.js"))
    done = subprocess.run([node(), "--test", "--test-reporter=tap", *scripts], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    total = dict(re.findall(r"^# (tests|pass|fail|skipped) (\d+)$", done.stdout, re.MULTILINE))
    if done.returncode:
        print(done.stdout)
    say("node --test: " + ", ".join(f"{count} {name}" for name, count in total.items()))
    # As in tests/conftest.py: a test that did not run has shown nothing.
    skipped = os.environ.get("CI") and total.get("skipped") != "0"
    if skipped:
        print(*(line for line in done.stdout.splitlines() if "# SKIP" in line), sep="\n")
    return done.returncode or int(bool(skipped))


def check() -> int:
    setup("test")
    steps = (
        [tool("ruff"), "format", "--check", "."],
        [tool("ruff"), "check", "."],
        [tool("mypy"), "--strict", "--package", "stepgrad"],
        [tool("lint-imports")],
        [node(), "node_modules/typescript/bin/tsc", "-p", "tsconfig.json"],
    )
    return _all(steps)


def fix(*paths: str) -> int:
    setup("test")
    paths = paths or (".",)
    return _all(([tool("ruff"), "check", "--fix", *paths], [tool("ruff"), "format", *paths]))


def bench(*options: str) -> int:
    setup("bench")
    return subprocess.call([str(PYTHON), "-m", "tests.bench", *options], cwd=ROOT, env=browser_environment())


def shots(*names: str) -> int:
    setup("test")
    return subprocess.call([str(PYTHON), "-m", "tests.tour", *names], cwd=ROOT, env=browser_environment())


def build() -> int:
    setup()
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    pip("install", "build")
    # The wheel is made from the sdist, as anybody who installs the sdist makes it.
    return subprocess.call([str(PYTHON), "-m", "build", str(ROOT)], cwd=ROOT)


def clean() -> int:
    made = [".venv", ".venv.lock", "node_modules", "static/dist", "static/js/ops.js", "build", "dist", "test-results"]
    made += [".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"]
    for path in [ROOT / name for name in made]:
        path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    for folder in ("app", "engine", "stepgrad", "tests", "."):
        for path in (ROOT / folder).glob("__pycache__" if folder == "." else "**/__pycache__"):
            shutil.rmtree(path, ignore_errors=True)
    return 0


TASKS: dict[str, Callable[..., int]] = {task.__name__: task for task in (run, test, check, fix, bench, shots, build, clean)}


# Setting up ------------------------------------------------------------------------------------------------------------


def setup(*extras: str) -> None:
    """Bring .venv, node_modules, static/js/ops.js and static/dist up to date."""
    with one_at_a_time():
        link()
        # The two tools that make the assets come along, so that a change of JS or CSS needs no pip at all.
        install({"build", *extras})
        # Node comes as a wheel where the machine has none.
        import assets

        if not assets.node() and not (VENV / "stepgrad-node").exists():
            pip("install", assets.NODE_WHEEL)
            (VENV / "stepgrad-node").touch()
        if subprocess.call([str(PYTHON), "assets.py"], cwd=ROOT):
            raise SystemExit("The browser's code could not be built. Without a network, an earlier build is needed.")


def install(extras: set[str]) -> None:
    wanted = fingerprint("pyproject.toml", "hatch_build.py", "constraints.txt", "stepgrad/__init__.py")
    done = json.loads(STAMP.read_text()) if STAMP.exists() and PYTHON.exists() else {}
    if done.get("fingerprint") == wanted and extras <= set(done["extras"]):
        return
    make_venv()
    extras |= set(done.get("extras", ()))  # what an earlier task wanted stays
    pip("install", "--editable", f"{ROOT}[{','.join(sorted(extras))}]", STEPGRAD_ASSETS="skip")
    STAMP.write_text(json.dumps({"fingerprint": wanted, "extras": sorted(extras)}))


def link(root: Path = ROOT) -> None:
    """Make stepgrad/engine and stepgrad/app lead to the folders at the top.

    Git on Windows writes links as text files, and an sdist has none (docs/decisions/0040-one-package.md).
    """
    for name in ("engine", "app"):
        place = root / "stepgrad" / name
        if place.is_dir():
            continue
        place.unlink(missing_ok=True)
        if os.name == "nt":  # a junction: a link asks for a privilege there
            import _winapi

            _winapi.CreateJunction(str(root / name), str(place))
        else:
            place.symlink_to(f"../{name}", target_is_directory=True)


def torch_at_hand() -> None:
    """PyTorch for the tests that compare with it, where pip finds a build for CPUs by that very name. Else they do not exist.

    An ordinary build is never asked for: it is gigabytes (docs/decisions/0020-pytorch-where-it-lies-at-hand.md).
    """
    pinned = re.search(r"^torch==([\d.]+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert pinned
    wanted, asked = f"torch=={pinned[1]}+cpu", VENV / "stepgrad-torch"
    if asked.exists() and asked.read_text() == wanted:
        return
    say(f"pip install {wanted}, if it is there")
    command = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--only-binary", ":all:", wanted]
    found = not subprocess.call([*command, "--constraint", str(ROOT / "constraints.txt")], stderr=subprocess.DEVNULL)
    say("it is" if found else "it is not: no test compares with PyTorch")
    asked.write_text(wanted)


def fingerprint(*names: str) -> str:
    digest = hashlib.sha256(f"{ROOT} {sys.version} {platform.machine()}".encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make_venv() -> None:
    """With venv, else uv, else venv and the machine's pip: Debian splits ensurepip from Python."""
    if PYTHON.exists() and not subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL):
        return
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    has_venv, uv = importlib.util.find_spec("venv") is not None, shutil.which("uv")
    if has_venv and importlib.util.find_spec("ensurepip"):
        command = [sys.executable, "-m", "venv", str(VENV)]
    elif uv:
        command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)]
    elif has_venv and importlib.util.find_spec("pip"):
        _do([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        command = [sys.executable, "-m", "pip", "--quiet", "--python", str(PYTHON), "install", "pip"]
    else:
        raise SystemExit(
            "This Python cannot make a virtual environment.\n"
            "On Debian and Ubuntu: sudo apt-get install python3-venv. Elsewhere: install uv, or Python from python.org."
        )
    _do(command)


def pip(*arguments: str, **environment: str) -> None:
    say(f"pip {' '.join(arguments).replace(f'{ROOT}', '.')}")
    constraints = ["--constraint", str(ROOT / "constraints.txt")] if arguments[0] == "install" else []
    command = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments, *constraints]
    if subprocess.call(command, env=os.environ | environment):
        raise SystemExit(
            "pip could not install what is needed; its message is above.\n"
            "The first run needs a network, or a mirror set in pip's own configuration."
        )


def node() -> str:
    """The Node that built the assets: the machine's, else the one in .venv."""
    command = [str(PYTHON), "-c", "import assets; print(assets.toolchain()[0][0])"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def tool(name: str) -> str:
    return str(BIN / name) + (".exe" if os.name == "nt" else "")


def chromium(*, install: bool = False) -> str | None:
    """The browser of the tests: STEPGRAD_CHROMIUM, else one on PATH, else (as root, on Debian) installed on the spot."""
    if named := os.environ.get("STEPGRAD_CHROMIUM"):
        return named
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    if install and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say("apt-get install chromium")
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "chromium"]):
            if subprocess.call(["apt-get", *arguments], env=quiet, stdout=subprocess.DEVNULL):
                break
        return shutil.which("chromium")
    return None


def browser_environment() -> dict[str, str]:
    """What Playwright should use. The Node of its wheel lacks a library (libatomic) on a bare Debian; ours runs everywhere."""
    browser = chromium(install=True)
    return {"PLAYWRIGHT_NODEJS_PATH": node()} | os.environ | ({"STEPGRAD_CHROMIUM": browser} if browser else {})


# Small things ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two tasks started together must not make the same .venv."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(message: str) -> None:
    print(f"dev.py: {message}", file=sys.stderr, flush=True)


def _do(command: list[str]) -> None:
    if subprocess.call(command):
        raise SystemExit(f"This failed: {' '.join(command)}")


def _all(steps: tuple[list[str], ...]) -> int:
    """Run every step, so that one visit shows all there is to repair."""
    failed = []
    for step in steps:
        name = " ".join(Path(word).name for word in step)
        say(name)
        if subprocess.call(step, cwd=ROOT):
            failed.append(name)
    say(f"FAILED: {', '.join(failed)}" if failed else "all is well")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        raise SystemExit(f"Python 3.11 or newer is needed; this is {platform.python_version()}.")
    name, *options = [word for i, word in enumerate(arguments) if (i, word) != (1, "--")] or ["help"]
    if name not in TASKS:
        print(__doc__)
        return 0 if name in {"help", "-h", "--help"} else 2
    if options and name not in {"run", "test", "fix", "bench", "shots"}:
        raise SystemExit(f"`dev.py {name}` takes no options.")
    return TASKS[name](*options)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
