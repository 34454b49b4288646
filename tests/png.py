"""Pictures of pages made small: at most 256 colours, each pixel a byte.

What a page shows has few colours; the shades of its letters are many, and nobody misses one that is almost another.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

__all__ = ["smaller"]

_CHANNELS = {2: 3, 6: 4}
_NEAR = 60
"""Squared distance below which a colour needs no place of its own."""

Colour = tuple[int, ...]


def smaller(png: bytes) -> bytes:
    """The same picture with a palette. Takes what Chromium writes: eight bits, RGB or RGBA, not interlaced."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8
    channels = _CHANNELS[kind]
    data = zlib.decompress(b"".join(body for name, body in _chunks(png) if name == b"IDAT"))
    rows = list(_rows(data, width * channels, channels))
    pixels = [tuple(row[i : i + 3]) for row in rows for i in range(0, len(row), channels)]
    palette, place = _palette(Counter(pixels))
    indices = bytes(map(place.__getitem__, pixels))
    lines = b"".join(b"\0" + indices[y * width : (y + 1) * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", bytes(sum(palette, ()))), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return png[:8] + b"".join(_chunk(name, body) for name, body in parts)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _rows(data: bytes, length: int, step: int) -> Iterator[bytearray]:
    """The lines of a picture, without the filter that each was written with."""
    before = bytearray(length)
    for at in range(0, len(data), length + 1):
        kind, row = data[at], bytearray(data[at + 1 : at + 1 + length])
        if kind == 2:
            row = bytearray((x + y) & 255 for x, y in zip(row, before, strict=True))
        elif kind:
            for i in range(length):
                left, up, corner = (row[i - step], before[i], before[i - step]) if i >= step else (0, before[i], 0)
                guess = left if kind == 1 else (left + up) >> 1 if kind == 3 else _paeth(left, up, corner)
                row[i] = (row[i] + guess) & 255
        yield row
        before = row


def _paeth(left: int, up: int, corner: int) -> int:
    by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _palette(counts: Counter[Colour]) -> tuple[list[Colour], dict[Colour, int]]:
    """The commonest colours that are not almost the same, and which of them stands for each."""
    chosen: list[Colour] = []
    for colour, _ in counts.most_common():
        if len(chosen) < 256 and all(_distance(colour, other) > _NEAR for other in chosen):
            chosen.append(colour)
    return chosen, {colour: min(range(len(chosen)), key=lambda i: _distance(colour, chosen[i])) for colour in counts}


def _distance(a: Colour, b: Colour) -> int:
    (x, y, z), (u, v, w) = a, b
    return (x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2
