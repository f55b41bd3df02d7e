"""PNG: the same picture as the SVG but for antialiasing."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import resvg_py
from PIL import Image

from drawing import note, pooled
from helpers import run
from nnviz.errors import NnvizError
from nnviz.figure import draw
from nnviz.figure.scene import Ellipse, Hatch, Mark, Path, Rect, Scene, Text
from nnviz.figure.typeface import FOLDER, Fonts
from nnviz.formats import load
from nnviz.formats.raster.painter import paint
from nnviz.formats.svg import svg
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

RNG = np.random.default_rng(1)


def test_more_than_100_megapixels() -> None:
    with pytest.raises(NnvizError, match="more than 100 megapixels") as caught:
        load("png").write(note(), Request(appearance=Appearance(scale=30)))
    assert "--scale" in str(caught.value)


def opened(trace: Trace, steps: str | None = None, **appearance: Any) -> Image.Image:
    content = (
        load("png").write(trace, Request(steps=steps, appearance=Appearance(**appearance))).content
    )
    return Image.open(io.BytesIO(content))


def test_two_pixels_a_unit_unless_given() -> None:
    scene = draw(note(), Appearance())
    assert opened(note()).size == (2 * scene.width, 2 * scene.height)
    assert opened(note(), scale=1.0).size == (scene.width, scene.height)
    assert opened(note(), scale=0.5).size == (scene.width / 2, scene.height / 2)


def test_it_describes_itself() -> None:
    texts = opened(note(), "1").info
    assert texts["Title"] == "Convolution, step 1 of 9"
    assert texts["Description"].startswith("Convolution, step 1 of 9: input 5×5 ∗ kernel 3×3")


def test_the_page_and_its_absence() -> None:
    assert opened(note()).mode == "RGB"
    assert opened(note(), theme="dark").getpixel((0, 0)) == (0x12, 0x17, 0x1D)
    clear = opened(note(), theme="transparent")
    assert clear.mode == "RGBA"
    assert clear.getpixel((0, 0)) == (255, 255, 255, 0)


def by_resvg(scene: Scene, scale: int) -> np.ndarray:
    data = resvg_py.svg_to_bytes(
        svg_string=svg(scene),
        zoom=scale,
        font_files=[str(path) for path in FOLDER.glob("*.[ot]tf")],
        skip_system_fonts=True,
        font_family="DejaVu Sans",
    )
    return on_white(Image.open(io.BytesIO(bytes(data))))


def on_white(image: Image.Image) -> np.ndarray:
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image.convert("RGBA"))
    return np.asarray(page.convert("RGB"), int)


def assert_same_picture(scene: Scene, scale: int = 2) -> None:
    """No pixel block differs by more than the edge of a glyph between two pixels does."""
    ours, theirs = on_white(paint(scene, scale)), by_resvg(scene, scale)
    assert ours.shape == theirs.shape
    difference = np.abs(ours - theirs).max(-1)
    assert difference.mean() < 1.5
    h, w = (n // 8 * 8 for n in difference.shape)
    blocks = np.abs(ours - theirs).max(-1)[:h, :w].reshape(h // 8, 8, w // 8, 8).mean((1, 3))
    assert blocks.max() < 64


FIGURES: dict[str, tuple[Trace, tuple[int, ...], dict[str, Any]]] = {
    "the whole result": (note(), (), {}),
    "a step, dark": (note(), (2,), {"theme": "dark"}),
    "a step, for print": (note(), (3,), {"theme": "print"}),
    "transparent": (note(), (3,), {"theme": "transparent"}),
    "Hangul": (note(), (), {"title": "합성곱 h₀ ⌊σ⌋ 완료"}),
    "a sheet": (note(), (1, 2, 3, 4), {}),
    "padding, hatching": (note(stride=2, padding=((0, 1), (1, 0)), bias=1), (2,), {}),
    "pooling": (pooled(), (), {}),
    "channels": (
        run("conv", RNG.integers(0, 4, (3, 4, 4)), kernel=RNG.integers(-1, 2, (1, 3, 2, 2))),
        (1,),
        {},
    ),
    "pictures": (
        run("conv", RNG.integers(0, 256, (60, 80)), kernel=np.array([[1, 0, -1]])),
        (900,),
        {},
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_png_and_svg_are_the_same_picture(name: str) -> None:
    trace, steps, appearance = FIGURES[name]
    assert_same_picture(draw(trace, Appearance(**appearance), steps))


def test_at_scale_1_too() -> None:
    assert_same_picture(draw(note(), Appearance(), (2,)), 1)


BLACK = "#000000"
SHAPES: dict[str, Mark] = {
    "a rectangle between pixels": Rect(3.3, 4.6, 20.4, 10.2, "#ff0000"),
    "a rounded rectangle": Rect(4, 4, 40, 30, "#aaccff", BLACK, 2, (), 8),
    "a dashed rectangle": Rect(8, 8, 40, 24, None, BLACK, 2, (6, 3)),
    "a hatched rectangle": Rect(4, 8, 44, 40, None, BLACK, 1, (), 0, Hatch("#333333", 8, 1)),
    "hatched the other way": Rect(4, 8, 44, 40, hatch=Hatch("#333333", 6, 2, up=False)),
    "an ellipse": Ellipse(30, 30, 24, 12, "#ffdd00", BLACK, 2),
    "a slanted line": Path((("M", (4, 6)), ("L", (50, 40))), None, BLACK, 2),
    "a dashed slanted line": Path((("M", (4, 6)), ("L", (50, 40))), None, BLACK, 2, (6, 4)),
    "a curve": Path((("M", (4, 50)), ("C", (10, 0, 50, 60, 56, 8))), None, BLACK, 2),
    "a filled arrow head": Path((("M", (8, 8)), ("L", (50, 30)), ("L", (8, 50)), ("Z", ())), BLACK),
    "two paths in one": Path(
        (("M", (4, 4)), ("L", (40, 4)), ("M", (4, 40)), ("L", (40, 41))), None, BLACK, 1
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_antialiased_as_resvg_does(name: str) -> None:
    scene = Scene(60, 60, (SHAPES[name],), "t", "d", Fonts(), "#ffffff")
    ours, theirs = on_white(paint(scene, 2)), by_resvg(scene, 2)
    assert np.abs(ours - theirs).mean() < 3
    assert (ours != 255).any()


def test_nothing_is_drawn_outside() -> None:
    marks: tuple[Mark, ...] = (
        Ellipse(-50, -50, 10, 10, BLACK),
        Path((), BLACK),
        Rect(10, 10, 0, 0, BLACK),
        Text(0, 0, (), 10),
    )
    assert (on_white(paint(Scene(20, 20, marks, "t", "d", Fonts(), "#ffffff"))) == 255).all()


@pytest.mark.parametrize("scale", [0.01, 0.1])
def test_the_smallest_scales_still_draw(scale: float) -> None:
    image = paint(draw(note(), Appearance(), ()), scale)
    assert 0 < max(image.size) < 720 * scale + 1
