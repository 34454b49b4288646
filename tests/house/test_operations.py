"""What is known of an operation is a row of the table: no other file lists operations, and one more row is all that is needed."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import assets
from stepgrad.engine.ops import OPS

ROOT = Path(__file__).resolve().parents[2]
TABLE = {"engine/ops.py", "static/js/ops.js"}

KNOWN_ELSEWHERE = {
    "engine/compile.py": {"pow"},  # with a plain exponent there is one slope to write, not two
    "engine/examples.py": {"add", "sub", "neg", "mul", "div"},  # the algebra of a sum: which operations only add up and scale
    "engine/nn.py": {"tanh"},  # what a neuron of the lecture does
    "engine/language/modules/math.py": {"log"},  # Python's takes a base, too
    "app/drawing/diagram/neurons.py": {
        "add",
        "sub",
        "neg",
        "mul",
        "div",
        "exp",
        "sigmoid",
        "tanh",
    },  # a neuron as it is written out
}
"""Files that know operations by name, each for a reason of its own."""

OTHER_WORDS = {
    "engine/language/containers.py": {"add"},  # of a set
    "app/drawing/losscurve.py": {"log"},  # an axis
    "app/studies/knobs.py": {"log"},
    "static/js/training/exports.js": {"log"},
    "static/js/training/panel.js": {"log"},
    "app/labs.py": {"square"},  # a lab
    "app/options.py": {"tanh"},  # an example of `expand`
    "static/js/labs/square.js": {"square"},
    "static/js/completions.js": {"tanh"},  # the same of a call
}
"""Files where the same letters mean something else."""


def test_no_other_file_knows_operations_by_name():
    allowed = {name: KNOWN_ELSEWHERE.get(name, set()) | OTHER_WORDS.get(name, set()) for name in KNOWN_ELSEWHERE | OTHER_WORDS}
    found = {name: words for name, words in _literals() if words}

    assert {name: words - allowed.get(name, set()) for name, words in found.items() if words - allowed.get(name, set())} == {}
    assert {name: words - found.get(name, set()) for name, words in allowed.items() if words - found.get(name, set())} == {}


def _literals() -> Iterator[tuple[str, set[str]]]:
    """Each file, and the names of operations that stand in it as strings."""
    files = [path for folder in ("engine", "app", "static/js") for path in (ROOT / folder).rglob("*.*")]
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in (".py", ".js") and name not in TABLE:
            text = path.read_text(encoding="utf-8")
            words = _in_python(ast.parse(text)) if path.suffix == ".py" else set(re.findall(r"[\"'`](\w+)[\"'`]", text)) - {"div"}
            yield name, words & OPS.keys()


def _in_python(tree: ast.Module) -> set[str]:
    """The strings of a module; `OPS["exp"]` is the row itself."""
    nodes = list(ast.walk(tree))
    rows = {id(node.slice) for node in nodes if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "OPS"}
    return {str(node.value) for node in nodes if isinstance(node, ast.Constant) and id(node) not in rows}


# A row more


def example() -> str:
    """The row that docs/adding-an-operation.md adds."""
    page = (ROOT / "docs/adding-an-operation.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(Op\(.*?)\n?```", page, re.DOTALL)
    return block.rstrip().rstrip(",")


@pytest.fixture(scope="module")
def with_the_row(tmp_path_factory) -> Callable[[str], str]:
    """What code says where the table has one row more, and nothing else is changed."""
    home = tmp_path_factory.mktemp("one-more")
    shutil.copytree(ROOT / "engine", home / "stepgrad/engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "stepgrad/__init__.py", home / "stepgrad")
    (home / "stepgrad/app").symlink_to(ROOT / "app", target_is_directory=True)
    table = home / "stepgrad/engine/ops.py"
    table.write_text(
        table.read_text(encoding="utf-8").replace("\n_TABLE = (\n", f"\n_TABLE = (\n{example()},\n", 1), encoding="utf-8"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (home, ROOT)))}

    def said(code: str) -> str:
        script = IMPORTS + textwrap.dedent(code)
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return said


IMPORTS = """
import assets
import stepgrad.engine as engine
from stepgrad.app.answers import operation_answer
from stepgrad.app.cli import main
from stepgrad.app.drawing.words import Narrator
from stepgrad.app.exporting.code import code
from stepgrad.app.routes.pages import boot_data
from stepgrad.engine.check import check
from stepgrad.engine.compile import compiled
from stepgrad.engine.language import run
from stepgrad.engine.ops import OPS
from stepgrad.engine.replay import Replay
from stepgrad.engine.trouble import troubles
from tests.stories import program_of
"""


def test_the_language_and_python_know_a_new_row(with_the_row):
    said = with_the_row("""
        print(run("a = 2.0\\ny = cube(a)\\nz = a.cube() + y\\nz.backward()\\nprint(a.grad)").printed)
        print(run("import torch\\na = 2.0\\ny = torch.cube(a)").nodes[-1].op, engine.cube(3.0), engine.Value(2.0).cube())
        print(run("n = Neuron(1, activation='cube')\\ny = n([1.0])").nodes[-1].op)
        try:
            run("y = cubed(2.0)")
        except Exception as error:
            print(error.hint)
    """)
    assert said.splitlines() == ["('24.0',)", "cube 27.0 Value(data=8.0)", "cube", "Did you mean `cube`?"]


def test_words_check_and_compiled_form_know_a_new_row(with_the_row):
    said = with_the_row("""
        trace = run("a = 2.0\\ny = cube(a)\\ny.backward()")
        narrator = Narrator(trace)
        print(*[narrator.text(step) for step in trace.steps], narrator.latex(trace.steps[0]), sep="\\n")
        print(check(Replay(trace), "n0").verdict, troubles(Replay(trace)))
        print(compiled(program_of(trace)).gradients([2.0]))
        print(run("a = 2.0\\ny = cube(a)", expand=frozenset({"cube"})).nodes[-1].op)
    """)
    assert said.splitlines() == [
        "y = cube(a) = cube(2) = 8.",
        "y is what we differentiate, so its grad is 1: ∂y/∂y = 1.",
        "`a³` sends back 1 × 12 = 12: a.grad goes from 0 to 12.",
        "y = a^3 = 2^3 = 8",
        "agrees []",
        "(8.0, [12.0])",
        "mul",
    ]


def test_the_browser_knows_a_new_row(with_the_row):
    """Its row is JavaScript that Node runs; the editor gets its name."""
    module, boot = with_the_row("""
        print(assets.operations(OPS.values()))
        print("BOOT", next(op for op in boot_data("", "/", {})["operations"] if op["name"] == "cube"))
    """).split("BOOT ")
    script = module.replace('"./kernels.js"', f'"{(ROOT / "static/js/kernels.js").as_uri()}"') + (
        "console.log(OPS.cube.forward(2), ...OPS.cube.partials(8, 2), Object.keys(OPS).length);"
    )
    command, _, environment = assets.toolchain()
    node = [*command, "--input-type=module", "--eval", script]

    ran = subprocess.run(node, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["8", "12", str(len(OPS) + 1)]
    assert ast.literal_eval(boot)["formula"] == "a³"


def test_exports_and_documentation_know_a_new_row(with_the_row):
    said = with_the_row("""
        trace = run("a = 2.0\\ny = cube(a)")
        print(code(trace, "torch"), code(trace, "micrograd"), operation_answer(OPS["cube"])["derivatives"])
        main(["ops"])
    """)
    assert "y = a ** 3; y.retain_grad()" in said
    assert "y = a.cube(); y.label = 'y'" in said
    assert "['3 \\\\cdot a^2']" in said
    assert re.search(r"^cube +a³ ", said, re.MULTILINE)
