"""Pictures written by the book, of kinds that Pillow does not write."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

import numpy as np
import pytest

from nnviz import memory
from nnviz.read.images import ImageOptions, read_image


def png16(pixels: np.ndarray, colour_type: int, transparent: tuple[int, ...] = ()) -> bytes:
    """A PNG of 16 bits a value, written by the book: Pillow writes none with colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        whole = kind + body
        return struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))

    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in pixels)
    head = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    clear = chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            clear if transparent else b"",
            chunk(b"IDAT", zlib.compress(lines)),
            chunk(b"IEND", b""),
        ]
    )


def tiff16(pixels: np.ndarray, order: str, *, packed: bool) -> bytes:
    """A TIFF of 16-bit colours in one strip, by the book."""
    height, width, values = pixels.shape
    body = pixels.astype(order + "u2").tobytes()
    body = zlib.compress(body) if packed else body
    short, long = 3, 4
    tags = [
        (256, long, 1, width),
        (257, long, 1, height),
        (258, short, 3, 8),  # the bits of each value: stand at offset 8
        (259, short, 1, 8 if packed else 1),
        (262, short, 1, 2),
        (273, long, 1, 14),
        (277, short, 1, values),
        (278, long, 1, height),
        (279, long, 1, len(body)),
    ]
    end = 14 + len(body)
    magic = b"II*\0" if order == "<" else b"MM\0*"
    data = magic + struct.pack(f"{order}I3H", end, 16, 16, 16) + body
    data += struct.pack(f"{order}H", len(tags))
    for tag, kind, count, value in tags:
        single = kind == short and count == 1
        data += struct.pack(
            f"{order}HHI{'HH' if single else 'I'}",
            tag,
            kind,
            count,
            value,
            *([0] if single else []),
        )
    return data + bytes(4)


def png_of_few_bits(values: list[int], bits: int, clear: int) -> bytes:
    """A grey PNG of one row in 2 or 4 bits a pixel, one of its greys transparent."""
    packed = sum(value << 8 - bits * (i + 1) for i, value in enumerate(values))
    head = struct.pack(">IIBBBBB", len(values), 1, bits, 0, 0, 0, 0)
    chunks = [
        (b"IHDR", head),
        (b"tRNS", struct.pack(">H", clear)),
        (b"IDAT", zlib.compress(bytes([0, packed]))),
        (b"IEND", b""),
    ]
    made = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def picture_bytes(stream: BinaryIO, options: ImageOptions) -> int:
    """The memory that a picture is said to need, from its header."""
    said: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "check", lambda needed, *_: said.append(needed))
        read_image(stream, "x", options)
    return said[0]
