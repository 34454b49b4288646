"""A link is the save file: it must be readable for ever, and harmless whoever wrote it."""

from __future__ import annotations

import base64
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgrad.app.errors import ProblemError
from stepgrad.app.links import MAX_INFLATED, decode, encode, links
from stepgrad.app.options import Options

PROGRAM = "a = 2.0\nb = -3.0\nα = a*b + 10  # ≥ 0?"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=500))
def test_every_text_survives(source: str):
    assert decode(encode(source)) == source


def test_the_code_is_kroki_s():
    """Python's own example in Kroki's documentation."""
    assert encode(PROGRAM) == base64.urlsafe_b64encode(zlib.compress(PROGRAM.encode(), 9)).decode().rstrip("=")


def test_a_code_in_somebody_s_slides_is_read_for_ever():
    assert decode("eNpLVLBVMOJKApKJWokAE2IC5g") == "a = 2\nb = a*a"


@pytest.mark.parametrize("padding", ["", "="])
@pytest.mark.parametrize("standard", [False, True])
@pytest.mark.parametrize("raw", [False, True])
def test_both_alphabets_padding_and_raw_deflate_are_read(padding: str, standard: bool, raw: bool):
    packed = zlib.compress(PROGRAM.encode(), 9)
    if raw:
        packed = packed[2:-4]
    code = (base64.b64encode if standard else base64.urlsafe_b64encode)(packed).decode()
    code = code if padding else code.rstrip("=")

    assert decode(code) == PROGRAM


@pytest.mark.parametrize(
    "code",
    [
        "",
        "=",
        "====",
        "a",
        "abc",
        "eN",
        "%%%",
        "eNp LV",
        "eNpLV=AB",
        "привет",
        encode(PROGRAM)[:-4],
        encode(PROGRAM)[:-4] + "AAAA",
        base64.urlsafe_b64encode(b"a = 1").decode(),
        base64.urlsafe_b64encode(zlib.compress(b"\xff\xfe")).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"a = 1") + b"more").decode(),
        base64.urlsafe_b64encode(zlib.compress(b"\xed\xa0\x80")).decode(),
    ],
)
def test_what_is_no_code_is_a_400(code: str):
    with pytest.raises(ProblemError) as caught:
        decode(code)

    assert caught.value.status == 400


@pytest.mark.parametrize("window", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
def test_a_bomb_is_never_unpacked(window: int):
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    bomb = packer.compress(b"a" * 50_000_000) + packer.flush()
    code = base64.urlsafe_b64encode(bomb).decode()
    tracemalloc.start()
    with pytest.raises(ProblemError) as caught:
        decode(code)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert caught.value.status == 413
    assert most < 2_000_000


def test_the_largest_program_has_a_code():
    source = "# " + "é" * (MAX_INFLATED // 2 - 1)

    assert decode(encode(source)) == source


def test_links_say_only_what_is_not_the_default():
    options = Options(step="grad:x1", theme="dark", bg="#fff", font="none", controls="none")
    made = links("CODE", options, "https://example.org")

    assert made["page"] == "https://example.org/g/CODE?step=grad:x1&theme=dark"
    assert made["svg"] == "https://example.org/g/CODE.svg?step=grad:x1&theme=dark&bg=%23fff&font=none"
    assert made["json"].startswith("https://example.org/g/CODE.json?")
    assert made["embed"] == "https://example.org/embed/CODE?step=grad:x1&theme=dark&bg=%23fff&controls=none"
    assert links("CODE", Options())["dot"] == "/g/CODE.dot"
