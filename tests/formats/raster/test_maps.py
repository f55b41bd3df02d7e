"""The plain image of a map: one pixel a value."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from nnviz.errors import NnvizError, UsageError
from nnviz.formats.raster.maps import check, render


def pixels(array: Any, span: Any = "auto", path: str = "map.png", **others: int) -> list[Any]:
    made = list(render(np.asarray(array), path, span, **others))
    images = [Image.open(io.BytesIO(content)) for _, (content, *_) in made]
    assert {image.mode for image in images} == {"L"}
    assert [image.size for image in images] == [picture.size for _, picture in made]
    return [np.asarray(image).tolist() for image in images]


@pytest.mark.parametrize("path", ["map", "map.json", "map.svg", ".png"])
def test_names_of_no_picture(path: str) -> None:
    with pytest.raises(UsageError, match=r"known are|written as a picture"):
        check(path)


REFUSED = [
    pytest.param(np.zeros((1, 1, 1, 1, 1)), "auto", {}, "5", id="five axes"),
    pytest.param(np.zeros((2, 1, 3, 3)), "auto", {"sample": 2}, "the batch has 2", id="sample"),
    pytest.param(
        np.zeros((1, 70_000)), "auto", {"path": "x.jpg"}, "1×70000", id="too wide for JPEG"
    ),
]


@pytest.mark.parametrize(("array", "span", "others", "message"), REFUSED)
def test_refused(array: Any, span: Any, others: dict[str, Any], message: str) -> None:
    with pytest.raises(NnvizError, match=message):
        pixels(array, span, **others)


LEVELS = [
    pytest.param([[0, 1], [2, 4]], "auto", [[0, 64], [128, 255]], id="least to largest"),
    pytest.param([[-1.0, 1.0]], "auto", [[0, 255]], id="negative is black"),
    pytest.param([[7, 7]], "auto", [[0, 0]], id="a flat map is black"),
    pytest.param([[-5, 3, 254.6, 999]], "clip", [[0, 3, 255, 255]], id="clipped"),
    pytest.param([[-2, -1, 0, 1]], (-1.0, 0.0), [[0, 0, 255, 255]], id="two ends"),
    pytest.param([[np.nan, np.inf, -np.inf]], (0.0, 1.0), [[0, 255, 0]], id="not numbers"),
    pytest.param([[np.nan, 5, 3, np.inf]], "auto", [[0, 255, 0, 255]], id="ends that are numbers"),
    pytest.param([[np.nan, np.inf]], "auto", [[0, 255]], id="no number"),
    pytest.param([[0, 5e-324]], "auto", [[0, 255]], id="the smallest range"),
    pytest.param([[-1.7e308, 0, 1.7e308]], "auto", [[0, 128, 255]], id="the largest range"),
    pytest.param(np.array([[0, 1]], np.float32), (0.0, 1e300), [[0, 0]], id="a range past float32"),
    pytest.param([5, 6], "auto", [[0, 255]], id="a vector is a row"),
    pytest.param(np.array([[0, 9, 255]], np.uint8), "clip", [[0, 9, 255]], id="pixels as they are"),
    pytest.param([[2**60, 2**60 + 2**59]], "auto", [[0, 255]], id="large whole numbers"),
]


@pytest.mark.parametrize(("array", "span", "expected"), LEVELS)
def test_levels(array: Any, span: Any, expected: list[list[int]]) -> None:
    assert pixels(array, span) == [expected]


def test_channels_are_files_on_the_same_levels() -> None:
    array = np.array([[[0, 10]], [[20, 40]]])
    assert pixels(array) == [[[0, 64]], [[128, 255]]]
    names = [name for name, _ in render(array, "out/map.png", "auto")]
    assert [name.replace("\\", "/") for name in names] == ["out/map-0.png", "out/map-1.png"]
    assert [name for name, _ in render(array[:1], "map.png", "auto")] == ["map.png"]


def test_one_of_a_batch() -> None:
    assert pixels(np.arange(4).reshape(2, 1, 1, 2) * 10, (0.0, 255.0), sample=1) == [[[20, 30]]]


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".bmp", ".gif", ".tif", ".webp"])
def test_lossless_formats(suffix: str) -> None:
    array = np.arange(12).reshape(3, 4) * 20
    _, made = next(render(array, "map" + suffix, "clip"))
    assert np.asarray(Image.open(io.BytesIO(made.content)).convert("L")).tolist() == array.tolist()


def test_jpeg() -> None:
    assert next(render(np.eye(16), "map.jpg", "auto"))[1].content.startswith(b"\xff\xd8")


@settings(deadline=None, max_examples=30)
@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e6, 1e6))
)
def test_against_the_formula(array: np.ndarray) -> None:
    low, high = array.min(), array.max()
    exact = (array - low) / (high - low) * 255 if high > low else array * 0
    assert np.abs(np.array(pixels(array)[0]) - exact).max() <= 0.5 + 1e-6


def test_a_tall_map_is_scaled_in_blocks() -> None:
    array = np.arange(600_000).reshape(3000, 200)
    shown = np.array(pixels(array)[0])
    assert np.array_equal(shown, np.rint(array * (255 / (array.size - 1))))
