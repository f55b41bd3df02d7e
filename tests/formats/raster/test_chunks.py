"""What is written as PNG is read by another program as it was."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from nnviz.formats.raster import chunks

SIDE = st.integers(1, 9)
GREYS = st.tuples(SIDE, SIDE).flatmap(lambda shape: arrays(np.uint8, shape))
COLORS = st.tuples(SIDE, SIDE, st.sampled_from([3, 4])).flatmap(lambda s: arrays(np.uint8, s))


def read(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@given(GREYS, st.integers(1, 40))
def test_a_map(levels: np.ndarray, band: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "_BAND", band)
        found = read(chunks.png(chunks.grey(levels)))
    assert found.mode == "L"
    np.testing.assert_array_equal(np.asarray(found), levels)


@given(st.one_of(GREYS, COLORS), st.integers(1, 40), st.booleans())
def test_a_picture(pixels: np.ndarray, band: int, as_image: bool) -> None:
    drawn = Image.fromarray(pixels) if as_image else pixels
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "_BAND", band)
        found = read(chunks.png((chunks.head(drawn), chunks.body(drawn, 4))))
    assert found.mode == Image.fromarray(pixels).mode
    np.testing.assert_array_equal(np.asarray(found), pixels)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.floats(1, 1000))
def test_what_a_picture_says(text: str, dpi: float) -> None:
    pixels = np.zeros((1, 1), np.uint8)
    said = chunks.said("합성곱", text, dpi)
    found = read(chunks.png((chunks.head(pixels), *said, chunks.body(pixels, 1))))
    assert found.info["Title"] == "합성곱"
    assert found.info["Description"] == text
    assert found.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
