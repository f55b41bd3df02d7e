"""Pictures: refusals, every mode of Pillow, orientation, transparency, 16 bits."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nnviz.errors import NnvizError, UsageError
from nnviz.read.images import ImageOptions, read_image
from pictures import picture_bytes, png16, png_of_few_bits, tiff16

RNG = np.random.default_rng(2)
COLOUR = RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8)
GREY = RNG.integers(0, 256, (6, 5), dtype=np.uint8)
DEEP = RNG.integers(0, 65536, (6, 5), dtype=np.uint16)
DEEP_COLOUR = RNG.integers(0, 65536, (6, 5, 4), dtype=np.uint16)


def saved(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def read(data: bytes, **options: Any) -> np.ndarray:
    return read_image(io.BytesIO(data), "a.png", ImageOptions(**options))


@pytest.mark.parametrize(
    ("values", "bits", "clear", "grey"),
    [
        ([0, 1, 2, 3], 2, 1, [0, 255, 170, 255]),
        ([0, 1, 2, 3], 2, 0, [255, 85, 170, 255]),
        ([5, 14], 4, 5, [255, 238]),
        ([5, 14], 4, 14, [85, 255]),
    ],
)
def test_the_transparent_grey_of_few_bits_is_white(
    values: list[int], bits: int, clear: int, grey: list[int]
) -> None:
    assert read(png_of_few_bits(values, bits, clear)).tolist() == [grey]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_units_are_divided_in_the_type_that_is_asked_for(dtype: str) -> None:
    data = saved(Image.fromarray(GREY))
    expected = GREY.astype(dtype) / np.array(255, dtype)
    np.testing.assert_array_equal(read(data, unit=True, dtype=dtype), expected, strict=True)


@pytest.mark.parametrize("options", [{}, {"unit": True}, {"resize": (9, 7), "unit": True}])
@pytest.mark.parametrize("pixels", [GREY, COLOUR, DEEP])
def test_the_memory_that_a_picture_takes_is_known_before(
    pixels: np.ndarray, options: dict[str, Any]
) -> None:
    data = saved(Image.fromarray(pixels))
    needed = picture_bytes(io.BytesIO(data), ImageOptions(**options))
    array = read(data, **options)
    assert array.nbytes < needed < 100 * array.size + 100 * pixels.size


def huge_png() -> bytes:
    """The header of a picture of 3,600 megapixels."""
    data = bytearray(saved(Image.new("L", (1, 1))))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


REFUSED = {
    "bytes that are none": (b"\x00\x01\x02\x03" * 9, "is not a picture that can be opened"),
    "a picture cut short": (saved(Image.fromarray(COLOUR))[:-40], "the picture a.png is broken"),
    "a JPEG cut short": (
        saved(Image.fromarray(COLOUR).resize((99, 99)), "JPEG")[:900],
        "the picture a.png is broken",
    ),
    "a header alone": (saved(Image.fromarray(COLOUR))[:33], "is not a picture that can be opened"),
    "a bomb": (huge_png(), "a.png is too large: pictures end at 178 megapixels"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(data: bytes, message: str) -> None:
    with pytest.raises(NnvizError) as caught:
        read(data)
    assert message in str(caught.value)


REFUSED_OPTIONS: dict[str, tuple[dict[str, Any], type[NnvizError], str]] = {
    "a frame of a single picture": ({"frame": 1}, NnvizError, "there is no frame 1"),
    "a frame below 0": ({"frame": -1}, UsageError, "frames are counted from 0"),
    "no height": ({"resize": (0, 3)}, UsageError, "cannot be resized to 0×3"),
    "a size past all memory": ({"resize": (10**6, 10**6)}, UsageError, "cannot be resized"),
}


@pytest.mark.parametrize(
    ("options", "kind", "message"), REFUSED_OPTIONS.values(), ids=REFUSED_OPTIONS.keys()
)
def test_refuses_options(options: dict[str, Any], kind: type[NnvizError], message: str) -> None:
    with pytest.raises(kind) as caught:
        read(saved(Image.fromarray(GREY)), **options)
    assert message in str(caught.value)


def test_a_frame_past_the_last_names_how_many_there_are() -> None:
    shades = [Image.new("L", (4, 4), shade) for shade in (0, 100, 200)]
    data = saved(shades[0], "GIF", save_all=True, append_images=shades[1:])
    assert read(data, frame=2).max() == 200
    with pytest.raises(NnvizError, match="has 3 frames: --frame goes from 0 to 2, not 3"):
        read(data, frame=3)


def on_white(colours: np.ndarray, alpha: np.ndarray, white: int) -> np.ndarray:
    share = alpha.astype(np.float64) / white
    return np.rint(colours * share + white * (1 - share))


CMYK = Image.fromarray(COLOUR).convert("CMYK")
PALETTE = Image.fromarray(COLOUR).convert("P", palette=Image.Palette.ADAPTIVE)
CLEAR = Image.fromarray(np.dstack([COLOUR, GREY]), "RGBA")
GREY_CLEAR = Image.fromarray(np.dstack([GREY, GREY[::-1]]), "LA")
FLOATS = Image.fromarray(GREY.astype(np.float32) / 7)


def rows(image: Image.Image) -> np.ndarray:
    return np.asarray(image).transpose(2, 0, 1)


MODES: dict[str, tuple[bytes, np.ndarray]] = {
    "grey": (saved(Image.fromarray(GREY)), GREY),
    "colour": (saved(Image.fromarray(COLOUR)), COLOUR.transpose(2, 0, 1)),
    "1 bit": (
        saved(Image.fromarray(GREY > 99)),
        np.where(GREY > 99, 255, 0).astype(np.uint8),
    ),
    "palette": (saved(PALETTE), rows(PALETTE.convert("RGB"))),
    "CMYK": (saved(CMYK, "TIFF"), rows(CMYK.convert("RGB"))),
    "16-bit grey": (saved(Image.fromarray(DEEP)), DEEP),
    "16-bit grey, big end first": (saved(Image.fromarray(DEEP.astype(">u2")), "TIFF"), DEEP),
    "32-bit grey within 16": (saved(Image.fromarray(DEEP.astype(np.int32)), "TIFF"), DEEP),
    "32-bit grey past 16": (
        saved(Image.fromarray(DEEP.astype(np.int32) - 40_000), "TIFF"),
        DEEP.astype(np.int64) - 40_000,
    ),
    "floats": (saved(FLOATS, "TIFF"), np.asarray(FLOATS).astype(np.float64)),
    "colour with transparency": (
        saved(CLEAR),
        on_white(COLOUR, GREY[..., None], 255).astype(np.uint8).transpose(2, 0, 1),
    ),
    "grey with transparency": (
        saved(GREY_CLEAR),
        on_white(GREY, GREY[::-1], 255).astype(np.uint8),
    ),
    "a transparent shade": (
        saved(Image.fromarray(GREY), transparency=int(GREY[2, 3])),
        np.where(np.equal(GREY, GREY[2, 3]), 255, GREY),
    ),
    "a transparent shade of 16 bits": (
        png16(DEEP[..., None], 0, (int(DEEP[2, 3]),)),
        np.where(np.equal(DEEP, DEEP[2, 3]), 65535, DEEP),
    ),
    "16-bit colour": (png16(DEEP_COLOUR[..., :3], 2), DEEP_COLOUR[..., :3].transpose(2, 0, 1)),
    "16-bit colour with transparency": (
        png16(DEEP_COLOUR, 6),
        on_white(DEEP_COLOUR[..., :3], DEEP_COLOUR[..., 3:], 65535)
        .astype(np.uint16)
        .transpose(2, 0, 1),
    ),
    "16-bit grey with transparency": (
        png16(DEEP_COLOUR[..., :2], 4),
        on_white(DEEP_COLOUR[..., 0], DEEP_COLOUR[..., 1], 65535).astype(np.uint16),
    ),
    "a transparent colour of 16 bits": (
        png16(DEEP_COLOUR[:1, :1, :3], 2, tuple(DEEP_COLOUR[0, 0, :3].tolist())),
        np.full((3, 1, 1), 65535, np.uint16),
    ),
}


@pytest.mark.parametrize(("data", "expected"), MODES.values(), ids=MODES.keys())
def test_reads_every_mode(data: bytes, expected: np.ndarray) -> None:
    np.testing.assert_array_equal(read(data), expected, strict=True)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_tiff_keeps_16_bits_of_colour(order: str, packed: bool) -> None:
    colours = DEEP_COLOUR[..., :3]
    array = read(tiff16(colours, order, packed=packed))
    np.testing.assert_array_equal(array, colours.transpose(2, 0, 1), strict=True)


def test_16_bits_without_transparency_are_not_rounded() -> None:
    solid = np.dstack([DEEP_COLOUR[..., :3], np.full((6, 5), 65535, np.uint16)])
    np.testing.assert_array_equal(read(png16(solid, 6)), solid[..., :3].transpose(2, 0, 1))


def test_a_transparent_colour_of_a_palette_is_white() -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    assert read(saved(image, transparency=1)).reshape(3, 2).T.tolist() == [
        [10, 20, 30],
        [255, 255, 255],
    ]


# What a camera held this way has stored, made upright by NumPy.
UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(np.transpose(a), 2),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("pixels", [GREY, DEEP], ids=["8 bits", "16 bits"])
def test_turns_a_picture_upright(orientation: int, pixels: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(pixels), exif=exif)
    np.testing.assert_array_equal(read(data), UPRIGHT[orientation](pixels), strict=True)


@pytest.mark.parametrize("exif", [b"MM\0*\0\0\0\x08\xff\xff", b"nonsense"])
def test_a_broken_exif_is_no_reason_to_refuse(exif: bytes) -> None:
    data = saved(Image.fromarray(GREY), exif=b"Exif\0\0" + exif)
    np.testing.assert_array_equal(read(data), GREY)


def test_gray_is_the_luma_of_pillow() -> None:
    expected = np.asarray(Image.fromarray(COLOUR).convert("L"))
    np.testing.assert_array_equal(read(saved(Image.fromarray(COLOUR)), gray=True), expected)
    np.testing.assert_array_equal(read(saved(Image.fromarray(GREY)), gray=True), GREY)


def test_gray_of_16_bits() -> None:
    array = read(png16(DEEP_COLOUR[..., :3], 2), gray=True)
    assert array.dtype == np.uint16
    expected = DEEP_COLOUR[..., :3] @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(array, expected, atol=1)


@pytest.mark.parametrize(
    ("pixels", "most"), [(GREY, 255), (DEEP, 65535)], ids=["8 bits", "16 bits"]
)
def test_unit_divides_by_the_largest_value(pixels: np.ndarray, most: int) -> None:
    array = read(saved(Image.fromarray(pixels)), unit=True)
    assert array.dtype == np.float32
    np.testing.assert_allclose(array, pixels / most, rtol=1e-6)


def test_unit_of_floats_is_refused() -> None:
    with pytest.raises(NnvizError, match="pixels of type float64, and --unit divides"):
        read(saved(FLOATS, "TIFF"), unit=True)


SIZED = {
    "grey": saved(Image.new("L", (40, 20), 77)),
    "colour": saved(Image.new("RGB", (40, 20), (77, 77, 77))),
    "16 bits": png16(np.full((20, 40, 1), 7777, np.uint16), 0),
    "colour of 16 bits": png16(np.full((20, 40, 3), 7777, np.uint16), 2),
    "floats": saved(Image.new("F", (40, 20), 7.5), "TIFF"),
}


@pytest.mark.parametrize("data", SIZED.values(), ids=SIZED.keys())
def test_resize_is_height_by_width(data: bytes) -> None:
    before, after = read(data), read(data, resize=(3, 8))
    assert after.shape[-2:] == (3, 8)
    assert after.dtype == before.dtype
    assert np.unique(after) == np.unique(before)


@pytest.mark.parametrize("pixels", [GREY, DEEP], ids=["8 bits", "16 bits"])
def test_resize_averages_what_it_shrinks(pixels: np.ndarray) -> None:
    # A fine chequerboard becomes its mean; without antialiasing it stays black and white.
    most = np.iinfo(pixels.dtype).max
    board = (np.indices((64, 64)).sum(axis=0) % 2 * most).astype(pixels.dtype)
    small = read(saved(Image.fromarray(board)), resize=(4, 4))
    np.testing.assert_allclose(small, most / 2, rtol=0.02)


def test_a_colour_picture_is_a_view() -> None:
    array = read(saved(Image.fromarray(COLOUR)))
    assert array.base is not None
    assert array.strides == (1, 15, 3)


def test_a_picture_of_a_hundred_megapixels_is_no_bomb() -> None:
    data = saved(Image.new("1", (10_000, 10_000)))
    assert read(data).shape == (10_000, 10_000)


WHOLE = [
    saved(Image.fromarray(COLOUR), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
] + [png16(DEEP_COLOUR, 6), saved(PALETTE, "GIF"), saved(Image.fromarray(GREY), "PPM")]


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(WHOLE), st.integers(0, 5000), st.binary(min_size=1, max_size=4), st.booleans()
)
def test_reads_or_refuses_damaged_pictures(data: bytes, at: int, damage: bytes, cut: bool) -> None:
    at %= len(data)
    broken = data[:at] + damage + (b"" if cut else data[at + len(damage) :])
    try:
        array = read(broken)
    except NnvizError:
        return
    assert array.ndim in (2, 3)
