"""Pages of a width and a shape, plain ones, and arrays by other names."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drawing import drawn, texts
from helpers import run
from nnviz import NnvizError, conv
from nnviz.figure import draw
from nnviz.figure.layout.filled import filled
from nnviz.figure.scene import Scene, extent
from nnviz.formats import load
from nnviz.request import Appearance, Request

X, K = np.arange(25).reshape(5, 5), np.array([[1, 0], [0, 1]])
TRACE = run("conv", X, kernel=K)


@pytest.mark.parametrize("width", [320, 360, 480, 720, 1280])
@pytest.mark.parametrize("n", [3, 7, 12, 24, 40])
@pytest.mark.parametrize("steps", [(), (5,), (1, 2, 3, 4)])
def test_nothing_leaves_a_page_of_any_width(width: int, n: int, steps: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).integers(0, 10, (n, n))
    trace = run("conv", x, kernel=np.eye(2, dtype=int))
    steps = tuple(step for step in steps if step <= len(trace.steps))
    scene = draw(trace, Appearance(width=width), steps)
    assert scene.width <= width
    assert all(extent(text).right <= scene.width for text in scene.texts())
    assert min(text.size for text in scene.texts()) >= 11


@pytest.mark.parametrize(("ratio", "width"), [((16, 9), 1280), ((4, 3), 720), ((9, 16), 360)])
def test_a_page_of_a_shape_is_filled(ratio: tuple[int, int], width: int) -> None:
    scene = draw(TRACE, Appearance(width=width, ratio=ratio), (3,))
    assert scene.width * scene.zoom == pytest.approx(width)
    assert scene.height * scene.zoom == pytest.approx(width * ratio[1] / ratio[0])
    boxes = [extent(mark) for mark in scene.marks]
    left, right = min(b.x for b in boxes), max(b.right for b in boxes)
    top, bottom = min(b.y for b in boxes), max(b.bottom for b in boxes)
    assert max((right - left) / scene.width, (bottom - top) / scene.height) > 0.7
    assert left >= 0
    assert top >= 0
    assert right <= scene.width
    assert bottom <= scene.height


def test_letters_of_a_slide_are_larger() -> None:
    assert draw(TRACE, Appearance(width=1280, ratio=(16, 9)), (3,)).zoom > 1.3


def test_the_arrangement_with_the_largest_letters_is_shown() -> None:
    x = np.random.default_rng(0).integers(-99, 99, (12, 12))
    trace = run("conv", x, kernel=np.ones((3, 3), int))
    narrow, wide = (draw(trace, Appearance(width=width)) for width in (576, 1280))
    zooms = [min(1280 / scene.width, 720 / scene.height) for scene in (narrow, wide)]
    assert zooms[1] > 1.2 * zooms[0]  # they do differ
    assert draw(trace, Appearance(width=1280, ratio=(16, 9))).zoom >= max(zooms)


def test_a_picture_has_the_pixels_of_its_page() -> None:
    request = Request(steps="3", appearance=Appearance(width=640, ratio=(16, 9), scale=1))
    picture = Image.open(io.BytesIO(load("png").write(TRACE, request).content))
    assert picture.size == (640, 360)
    made = load("svg").write(TRACE, request).content.decode()
    assert 'width="640" height="360"' in made


@pytest.mark.parametrize("steps", [(), (3,), (1, 2)])
def test_a_plain_figure_has_its_arrays_alone(steps: tuple[int, ...]) -> None:
    said = texts(drawn(TRACE, *steps, plain=True))
    assert not any("Convolution" in text or "output size" in text for text in said)
    assert "input" in said


@pytest.mark.parametrize("steps", [(), (3,), (1, 2)])
def test_arrays_by_other_names(steps: tuple[int, ...]) -> None:
    labels = (("output", "특성 지도"), ("kernel", "filter"))
    scene = drawn(TRACE, *steps, labels=labels)
    said = texts(scene)
    assert {"특성 지도", "filter"} <= set(said)
    assert not {"feature map", "kernel"} & set(said)
    several = run("conv", X, filters=2, size=(2, 2), seed=0)
    for view in ("equation", "output"):
        alone = drawn(several, view=view, filter=1, labels=labels)
        assert "특성 지도, channel 1" in texts(alone)
        assert "feature map" not in " ".join(texts(alone))
    every = texts(drawn(several, *steps, view="output", labels=labels))
    assert any(text.startswith("특성 지도") for text in every)
    assert "feature map" not in " ".join(every)


def test_save_takes_them_too(tmp_path: object) -> None:
    r = conv(X, K)
    path = f"{tmp_path}/x.svg"
    r.save(path, steps=3, width=1280, ratio="16:9", labels={"kernel": "weights"}, plain=True)
    made = Path(path).read_text(encoding="utf-8")
    assert ">weights<" in made
    assert 'width="1280" height="720"' in made


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ({"width": 319}, "width 319 is not a number from 320 to 2000"),
        ({"width": 2001}, "width 2001 is not a number from 320 to 2000"),
        ({"ratio": "16"}, "ratio 16 is not the shape of a page"),
        ({"ratio": (0, 1)}, "ratio 0:1 is not the shape of a page"),
        ({"labels": {"nothing": "x"}}, "there is no nothing in a result of conv"),
        ({"labels": "output"}, "labels: output is not a name"),
        ({"plain": 3}, "plain 3 is neither True nor False"),
    ],
)
def test_refused(details: dict[str, object], says: str, tmp_path: object) -> None:
    with pytest.raises(NnvizError, match=says):
        conv(X, K).save(f"{tmp_path}/x.svg", **details)  # type: ignore[arg-type]


def test_what_is_tall_stands_abreast_on_a_slide() -> None:
    """The equations of an LSTM's gates: two in a row, with letters as on a page or larger."""
    trace = run("rnn", [[1, 2]], cell="lstm", hidden=3)
    scene = draw(trace, Appearance(view="cell", width=1280, ratio=(16, 9)), (1,))
    cells = [text.size for text in scene.texts() if text.at is not None]
    assert min(cells) * scene.zoom >= 11.5  # not the small letters of a narrower arrangement


def test_small_letters_are_not_taken_for_large_ones() -> None:
    """Of two arrangements the one whose letters are larger, though the other is enlarged more."""
    trace = run("rnn", [[1, 2]], cell="lstm", hidden=3)

    def of_a_page(look: Appearance) -> Scene:
        return draw(trace, look._replace(ratio=None, width=min(look.width, 1088)), (1,))

    scene = filled(of_a_page, Appearance(view="cell", width=1280, ratio=(16, 9)))
    cells = [text.size for text in scene.texts() if text.at is not None]
    assert (min(cells), scene.zoom < 0.67) == (15, True)
