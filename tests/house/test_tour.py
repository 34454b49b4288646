"""The tour shows what is there: every row of the table, every picture of the folder."""

from __future__ import annotations

import struct
import zlib

from tests.png import smaller
from tests.tour import FOLDER, STATES, TOUR, tour


def test_every_state_is_shown_with_its_sentence():
    assert TOUR.read_text(encoding="utf-8") == tour(), "run `python3 dev.py shots`"


def test_every_picture_is_there_and_small():
    pictures = {path.stem: path.stat().st_size for path in FOLDER.iterdir()}

    assert set(pictures) == {state.name for state in STATES}, "run `python3 dev.py shots`"
    assert sum(pictures.values()) < 1_500_000
    assert all((FOLDER / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in pictures)


def test_a_state_has_a_name_of_its_own_and_one_sentence():
    assert len({state.name for state in STATES}) == len(STATES)
    for state in STATES:
        assert state.sentence.endswith((".", "!"))
        assert "\n" not in state.sentence


def test_a_picture_made_smaller_shows_the_same():
    """Three by two pixels, the second line written as the difference to the first; two colours are almost one."""
    lines = bytes([0, 255, 0, 0, 0, 0, 255, 0, 0, 254]) + bytes([2, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    chunk = lambda name, body: struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))  # noqa: E731
    header = struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, (b"IHDR", b"IDAT", b"IEND"), (header, zlib.compress(lines), b"")))

    small = smaller(png)

    assert small[16:26] == struct.pack(">IIBB", 3, 2, 8, 3)
    assert small[41:50] == bytes([0, 0, 255, 255, 0, 0, 0, 0, 0])
    assert zlib.decompress(small[small.index(b"IDAT") + 4 :]) == bytes([0, 1, 0, 0, 0, 2, 0, 0])
