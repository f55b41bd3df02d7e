"""What all formats share: they give back what they made, and keep nothing of it."""

from __future__ import annotations

import gc
import io
from pathlib import Path
from weakref import ref

import numpy as np
import pytest
from PIL import Image

import nnviz
from drawing import note
from nnviz import formats
from nnviz.formats.raster import maps
from nnviz.request import Appearance, Request
from nnviz.result import Result
from nnviz.trace import Trace

PIXELS = ("apng", "gif", "png", "webp")


def made() -> Result:
    """Every kind of array: given, made, and drawn as a picture."""
    return nnviz.conv(np.arange(900, dtype=np.uint8).reshape(30, 30), np.eye(3), 1)


def arrays(trace: Trace) -> list[ref[np.ndarray]]:
    return [ref(array) for array in (*trace.arrays.values(), *trace.results.values())]


@pytest.mark.parametrize("name", formats.names())
def test_nothing_is_kept_of_a_result_that_is_gone(name: str) -> None:
    result = made()
    held = arrays(result.trace)
    assert len(held) > 3
    formats.load(name).write(result.trace, Request(steps="1-2"))
    del result
    gc.collect()
    assert [kept() is None for kept in held] == [True] * len(held)


def test_nothing_is_kept_of_a_notebooks_result_nor_of_a_saved_one(tmp_path: Path) -> None:
    result = made()
    held = arrays(result.trace)
    result.save(tmp_path / "a.svg", steps=3)
    assert result._repr_svg_()
    small = nnviz.conv(np.eye(3), np.eye(2))
    held += arrays(small.trace)
    assert small._repr_html_()
    assert list(maps.render(result.output, "map.png", "auto"))
    del result, small
    gc.collect()
    assert [kept() is None for kept in held] == [True] * len(held)


@pytest.mark.parametrize("scale", [1.0, 1.7])
@pytest.mark.parametrize("name", formats.names())
def test_the_size_is_that_of_the_pixels(name: str, scale: float) -> None:
    request = Request(steps="1-2", appearance=Appearance(scale=scale))
    content, size, *_ = formats.load(name).write(note(), request)
    assert (size is not None) == (name in PIXELS)
    if size is not None:
        assert Image.open(io.BytesIO(content)).size == size
