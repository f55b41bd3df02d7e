"""Pictures that lie in their files as they are: the same numbers, and nothing is copied."""

from __future__ import annotations

import io
import struct
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nnviz.errors import NnvizError
from nnviz.read import mapped
from nnviz.read.images import ImageOptions, read_image
from pictures import picture_bytes, tiff16

RNG = np.random.default_rng(4)
GREY = RNG.integers(0, 256, (6, 5), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8)
DEEP = RNG.integers(256, 65536, (6, 5), dtype=np.uint16)
DEEP_COLOUR = RNG.integers(0, 65536, (6, 5, 3), dtype=np.uint16)


def saved(pixels: np.ndarray, kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **more)
    return file.getvalue()


def pgm(pixels: np.ndarray, letter: str = "5", most: int = 255) -> bytes:
    height, width = pixels.shape[:2]
    head = f"P{letter}\n# made by hand\n{width} {height} {most}\n".encode()
    return head + pixels.astype(f">u{pixels.itemsize}").tobytes()


def bmp(pixels: np.ndarray, *, down: bool = False) -> bytes:
    """H×W×3 or, with a fourth byte that says nothing, H×W×4: red, green and blue first."""
    height, width, depth = pixels.shape
    rows = pixels[..., [2, 1, 0, *range(3, depth)]]
    rows = rows if down else rows[::-1]
    padding = bytes(-width * depth % 4)
    body = b"".join(row.tobytes() + padding for row in rows)
    size = -height if down else height
    info = struct.pack("<IiiHHIIiiII", 40, width, size, 1, 8 * depth, 0, len(body), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + info + body


def tiff(pixels: np.ndarray, order: str, rows: int, black: int = 1) -> bytes:
    """Grey in several strips of some rows, one after another."""
    (height, width), item = pixels.shape, pixels.dtype.itemsize
    body = pixels.astype(f"{order}u{pixels.itemsize}").tobytes()
    strips = -(-height // rows)
    lengths = [min(rows, height - k * rows) * width * item for k in range(strips)]
    at = 8 + 2 + 12 * 9 + 4
    first = at + 8 * strips
    places = [first + sum(lengths[:k]) for k in range(strips)]
    entries = [
        (256, width), (257, height), (258, 8 * item), (259, 1), (262, black), (273, at),
        (277, 1), (278, rows), (279, at + 4 * strips),
    ]  # fmt: skip
    counts = {273: strips, 279: strips}
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    fields = b"".join(
        struct.pack(f"{order}HHII", tag, 4, counts.get(tag, 1), value) for tag, value in entries
    )
    lists = struct.pack(f"{order}{2 * strips}I", *places, *lengths)
    return head + struct.pack(f"{order}H", 9) + fields + bytes(4) + lists + body


PADDED = np.dstack([COLOUR, np.full((6, 5, 1), 77, np.uint8)])
MAPPED: dict[str, tuple[bytes, np.ndarray]] = {
    "PGM": (pgm(GREY), GREY),
    "PGM of 16 bits": (pgm(DEEP, most=65535), DEEP),
    "PPM": (pgm(COLOUR, "6"), COLOUR),
    "BMP, grey": (saved(GREY, "BMP"), GREY),
    "BMP, its last row first": (bmp(COLOUR), COLOUR),
    "BMP, its first row first": (bmp(COLOUR, down=True), COLOUR),
    "BMP of 32 bits": (bmp(PADDED), COLOUR),
    "TIFF": (saved(GREY, "TIFF"), GREY),
    "TIFF in colour": (saved(COLOUR, "TIFF"), COLOUR),
    "TIFF of 16 bits": (saved(DEEP, "TIFF"), DEEP),
    "TIFF of 16 bits in colour": (tiff16(DEEP_COLOUR, "<", packed=False), DEEP_COLOUR),
    "TIFF of 16 bits in colour, high bytes first": (
        tiff16(DEEP_COLOUR, ">", packed=False),
        DEEP_COLOUR,
    ),
    "TIFF in strips": (tiff(GREY, "<", 4), GREY),
    "TIFF in strips of 16 bits": (tiff(DEEP, ">", 1), DEEP),
}
Opened = Callable[[bytes], Any]


def as_file(folder: Path) -> Opened:
    def opened(data: bytes) -> Any:
        (folder / "x").write_bytes(data)
        return (folder / "x").open("rb")

    return opened


@pytest.fixture(params=["a file", "a pipe"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    return as_file(tmp_path) if request.param == "a file" else io.BytesIO


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pictures are mapped too."""
    monkeypatch.setattr(mapped, "_FEWEST", 1)


def planes(pixels: np.ndarray) -> np.ndarray:
    return pixels.transpose(2, 0, 1) if pixels.ndim == 3 else pixels


def is_mapped(stream: Any) -> bool:
    """Whether no more than a byte a value is needed, where decoding takes more than 12 a pixel."""
    return picture_bytes(stream, ImageOptions()) <= 6 * GREY.size


@pytest.mark.parametrize(("data", "pixels"), MAPPED.values(), ids=MAPPED.keys())
def test_has_the_numbers_of_the_file(data: bytes, pixels: np.ndarray, opened: Opened) -> None:
    with opened(data) as stream:
        assert is_mapped(stream)
        array = read_image(stream, "x", ImageOptions())
        np.testing.assert_array_equal(array, planes(pixels), strict=True)
        assert array.dtype.isnative


@pytest.mark.parametrize("options", [{"gray": True}, {"resize": (3, 4)}, {"unit": True}])
@pytest.mark.parametrize(("data", "pixels"), MAPPED.values(), ids=MAPPED.keys())
def test_is_changed_as_what_is_decoded(
    data: bytes, pixels: np.ndarray, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    array = read_image(io.BytesIO(data), "x", ImageOptions(**options))
    monkeypatch.setattr(mapped, "_FEWEST", 1000)
    decoded = read_image(io.BytesIO(data), "x", ImageOptions(**options))
    np.testing.assert_array_equal(array, decoded, strict=True)
    assert pixels.dtype.itemsize == 2 or not options.get("gray") or array.max() <= 255


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(["L", "RGB", "I;16"]),
    st.sampled_from(["PPM", "BMP", "TIFF"]),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 99),
)
def test_every_size_is_as_pillow_reads_it(
    mode: str, kind: str, height: int, width: int, seed: int
) -> None:
    kind = "TIFF" if mode == "I;16" else kind
    most, depth = (65536, 1) if mode == "I;16" else (256, len(mode))
    pixels = np.random.default_rng(seed).integers(0, most, (height, width, depth))
    pixels = pixels.astype(np.uint8 if most == 256 else np.uint16)
    pixels = pixels if depth == 3 else pixels[..., 0]
    data = saved(pixels, kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapped, "_FEWEST", 1)
        array = read_image(io.BytesIO(data), "x", ImageOptions())
    expected = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(array, planes(expected), strict=True)


DECODED: dict[str, tuple[bytes, np.ndarray]] = {
    "packed": (saved(GREY, "TIFF", compression="packbits"), GREY),
    "on its side": (saved(GREY, "TIFF", tiffinfo={274: 6}), np.rot90(GREY, -1)),
    "white for 0": (tiff(GREY, "<", 4, 0), 255 - GREY),
    "of 12 bits": (pgm(DEEP >> 4, most=4095), np.round((DEEP >> 4) * (65535 / 4095))),
    "a PNG": (saved(GREY, "PNG"), GREY),
}  # fmt: skip


@pytest.mark.parametrize(("data", "pixels"), DECODED.values(), ids=DECODED.keys())
def test_what_lies_otherwise_is_decoded(data: bytes, pixels: np.ndarray) -> None:
    assert not is_mapped(io.BytesIO(data))
    array = read_image(io.BytesIO(data), "x", ImageOptions())
    np.testing.assert_array_equal(array, pixels)


ENDING = {name: each for name, each in MAPPED.items() if "16 bits in colour" not in name}
"""Those whose last bytes are pixels."""


@pytest.mark.parametrize(("data", "pixels"), ENDING.values(), ids=ENDING.keys())
def test_what_is_cut_short_is_refused(data: bytes, pixels: np.ndarray, opened: Opened) -> None:
    cut = data[: -pixels.itemsize]
    with opened(cut) as stream, pytest.raises(NnvizError) as caught:
        read_image(stream, "x", ImageOptions())
    said = str(caught.value)
    assert f"bytes and it has {len(cut)}" in said or "is broken" in said


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(list(MAPPED)), st.integers(0, 200), st.binary(min_size=1, max_size=4))
def test_reads_or_refuses_what_is_damaged(name: str, at: int, damage: bytes) -> None:
    data = bytearray(MAPPED[name][0])
    data[at : at + len(damage)] = damage
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapped, "_FEWEST", 1)
        try:
            array = read_image(io.BytesIO(data), "x", ImageOptions())
        except NnvizError:
            return
    assert array.sum() >= 0


# --- what is large ------------------------------------------------------------------


def sparse(path: Path, head: bytes, size: int) -> None:
    """A file of zeros, which takes no room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + size)


LARGE = {
    "PGM": (b"P5 32768 32768 255\n", 2**30, (32768, 32768)),
    "PPM": (b"P6 20000 20000 255\n", 12 * 10**8, (3, 20000, 20000)),
    "BMP": (bmp(np.zeros((1, 1, 3), np.uint8))[:18]
            + struct.pack("<iiHH", 20000, 20000, 1, 24) + bytes(24), 12 * 10**8, (3, 20000, 20000)),
}  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the zeros are written")
@pytest.mark.parametrize(("head", "size", "shape"), LARGE.values(), ids=LARGE.keys())
def test_a_picture_past_what_is_decoded_takes_no_memory(
    head: bytes, size: int, shape: tuple[int, ...], tmp_path: Path
) -> None:
    sparse(tmp_path / "x", head, size)
    with (tmp_path / "x").open("rb") as stream:
        tracemalloc.start()
        array = read_image(stream, "x", ImageOptions())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert array.shape == shape
    assert int(array[..., -1, -1].sum()) == 0
    assert peak < 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the zeros are written")
def test_a_large_picture_is_refused_where_it_is_packed_or_cut_short(tmp_path: Path) -> None:
    sparse(tmp_path / "x", b"P5 32768 32768 255\n", 2**30 - 1)
    with (tmp_path / "x").open("rb") as stream, pytest.raises(NnvizError, match="is cut short"):
        read_image(stream, "x", ImageOptions())
    packed = b"P4 60000 60000\n"
    with pytest.raises(NnvizError, match="pictures end at 178 megapixels") as caught:
        read_image(io.BytesIO(packed), "x", ImageOptions())
    assert "not compressed: as PGM" in str(caught.value.hint)


@pytest.mark.parametrize("options", [{}, {"gray": True}, {"resize": (2, 3)}])
def test_a_small_ppm_of_16_bits_keeps_them(options: dict[str, Any]) -> None:
    pixels = np.arange(18).reshape(2, 3, 3) * 3641 + 7
    data = b"P6 3 2 65535\n" + pixels.astype(">u2").tobytes()
    made = read_image(io.BytesIO(data), "x.ppm", ImageOptions(**options))
    if options.get("gray"):
        assert abs(made - pixels @ [0.299, 0.587, 0.114]).max() < 1
    else:
        assert made.tolist() == pixels.transpose(2, 0, 1).tolist()
    with pytest.raises(NnvizError, match="cut short"):
        read_image(io.BytesIO(data[:-1]), "x.ppm", ImageOptions(**options))
