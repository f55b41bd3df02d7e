"""PDF: the same picture as the PNG, with text that can be read out of it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import resvg_py
from PIL import Image

from drawing import note, pooled
from helpers import run
from nnviz.errors import NnvizError
from nnviz.figure import draw
from nnviz.figure.scene import Ellipse, Hatch, Rect, Scene
from nnviz.figure.scene import Path as Curve
from nnviz.figure.typeface import Fonts
from nnviz.formats import load, pdf
from nnviz.formats.raster.painter import paint
from nnviz.formats.svg import svg
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

needs_poppler = pytest.mark.skipif(
    not (shutil.which("pdftotext") and shutil.which("pdftoppm")),
    reason="there is no Poppler to read a PDF with: docs/developing.md says how to install it",
)
RNG = np.random.default_rng(2)


def written(trace: Trace, steps: str | None = None, **appearance: Any) -> bytes:
    return (
        load("pdf").write(trace, Request(steps=steps, appearance=Appearance(**appearance))).content
    )


def test_without_fpdf2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(NnvizError, match="fpdf2, which is not installed") as caught:
        written(note())
    assert "python -m pip install fpdf2" in str(caught.value)


def test_a_page_longer_than_the_standard_allows() -> None:
    with pytest.raises(NnvizError, match="at most 14400") as caught:
        written(note(), scale=40.0)
    assert "--scale" in str(caught.value)


def streams(content: bytes) -> bytes:
    """What the compressed streams of a document say."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return b"\n".join(zlib.decompress(s) for s in found if s[:1] == b"x")


@pytest.mark.parametrize("scale", [None, 2.0])
def test_the_page_is_as_large_as_the_figure(scale: float | None) -> None:
    content = written(note(), scale=scale)
    assert content.startswith(b"%PDF-1.")
    scene = draw(note(), Appearance())
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    size = (float(boxes[0][0]), float(boxes[0][1]))
    assert size == pytest.approx(
        (scene.width * 0.75 * (scale or 1), scene.height * 0.75 * (scale or 1))
    )
    assert len(re.findall(rb"/Type /Page\b", content)) == 1


def test_text_is_text_in_fonts_of_its_own() -> None:
    content = written(note(), title="합성곱")
    for name in (b"DejaVuSans", b"NotoSansKRBold"):
        assert re.search(rb"/BaseFont /[A-Z]{6}\+" + name, content)
    assert len(content) < 60_000
    assert streams(content).count(b" Tj") + streams(content).count(b" TJ") > 30


def test_it_describes_itself() -> None:
    content = written(note(), "1")
    title = "Convolution, step 1 of 9"
    assert title.encode("utf-16-be") in content or title.encode() in content


def test_the_same_bytes_whatever_the_date() -> None:
    content = written(note(), "1")
    assert re.findall(rb"/CreationDate \(D:(\d{14})", content) == [b"19700101000000"]
    assert written(note(), "1") == content


# --- read by poppler ---------------------------------------------------------------


def seen(content: bytes, folder: Path) -> np.ndarray:
    """The page as poppler draws it, at two pixels a unit."""
    file = folder / "figure.pdf"
    file.write_bytes(content)
    command = ["pdftoppm", "-r", "192", "-png", "-singlefile", str(file), str(folder / "figure")]
    subprocess.run(command, check=True)
    return np.asarray(Image.open(folder / "figure.png").convert("RGB"), int)


def assert_same_picture(ours: np.ndarray, scene: Scene) -> None:
    """Edges differ a little, by how they are smoothed; nothing else does."""
    page = Image.new("RGBA", (round(scene.width * 2), round(scene.height * 2)), "white")
    page.alpha_composite(paint(scene, 2).convert("RGBA"))
    theirs = np.asarray(page.convert("RGB"), int)
    assert ours.shape == theirs.shape
    apart = np.abs(ours - theirs)
    assert apart.mean() < 2.5
    blocks = Image.fromarray(apart.max(2).astype(np.uint8)).reduce(16)
    assert np.asarray(blocks).max() < 90


FIGURES: dict[str, tuple[Trace, tuple[int, ...], dict[str, Any]]] = {
    "the note": (note(), (2,), {}),
    "dark": (note(), (), {"theme": "dark"}),
    "print": (note(stride=2, bias=1), (3,), {"theme": "print"}),
    "transparent": (note(), (), {"theme": "transparent"}),
    "Hangul": (note(), (), {"title": "합성곱 h₀ ⌊σ⌋ 완료"}),
    "a sheet": (note(), (1, 2, 3, 4), {}),
    "pooling": (pooled(), (1,), {}),
    "pictures": (run("conv", RNG.integers(0, 256, (60, 80)), kernel=np.eye(3, dtype=int)), (), {}),
}


@needs_poppler
@pytest.mark.parametrize("name", FIGURES)
def test_the_same_picture_as_the_png(name: str, tmp_path: Path) -> None:
    trace, steps, appearance = FIGURES[name]
    spec = ",".join(map(str, steps)) or None
    scene = draw(trace, Appearance(**appearance), steps)
    assert_same_picture(seen(written(trace, spec, **appearance), tmp_path), scene)


@needs_poppler
def test_every_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    black = "#000000"
    curve = (("M", (10, 90)), ("C", (30, 40, 60, 140, 90, 80)))
    head = (("M", (96, 8)), ("L", (116, 14)), ("L", (96, 20)), ("Z", ()))
    marks = (
        Rect(8, 8, 40, 24, "#aaccff", black, 2, (6, 3), 8),
        Rect(56, 8, 32, 32, None, black, 1, (), 0, Hatch("#333333", 8, 1)),
        Rect(56, 48, 32, 24, hatch=Hatch("#333333", 6, 2, up=False)),
        Ellipse(28, 56, 20, 12, "#ffdd00", black, 2),
        Curve(curve, None, "#1f6fb2", 2, (8, 3, 2, 3)),
        Curve(head, black),
    )
    scene = Scene(120, 120, marks, "t", "d", Fonts(), "#ffffff")
    monkeypatch.setattr(pdf, "figure_of", lambda *_: scene)
    theirs = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg(scene), zoom=2))))
    apart = np.abs(seen(written(note()), tmp_path) - np.asarray(theirs.convert("RGB"), int))
    assert apart.mean() < 1.5


@needs_poppler
def test_text_comes_out(tmp_path: Path) -> None:
    file = tmp_path / "figure.pdf"
    file.write_bytes(written(note(), "2", title="합성곱 h₀ ⌊σ⌋ 완료"))
    text = subprocess.run(
        ["pdftotext", "-layout", "-enc", "UTF-8", str(file), "-"], check=True, capture_output=True
    ).stdout.decode()
    for line in ("합성곱 h₀ ⌊σ⌋ 완료, step 2 of 9", "(2×1) + (3×0) + (4×1)", "= 9", "∗", "5×5"):
        assert line in text


@needs_poppler
def test_text_is_tagged_in_reading_order_and_pictures_have_a_name(tmp_path: Path) -> None:
    file = tmp_path / "figure.pdf"
    image = RNG.integers(0, 256, (30, 40))
    for trace, alt in ((note(), False), (run("show", image), True)):
        file.write_bytes(written(trace, title="합성곱"))
        command = ["pdfinfo", "-enc", "UTF-8", "-struct-text", str(file)]
        found = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        said = re.findall(r'^ {4}"(.*)"$', found, re.MULTILINE)
        assert said[0] == "합성곱"
        texts = draw(trace, Appearance(title="합성곱")).texts()
        assert [text for text in said if text] == [text.content for text in texts]
        assert ("Figure" in found) == alt


@needs_poppler
def test_a_document_that_poppler_has_no_complaint_about(tmp_path: Path) -> None:
    file = tmp_path / "figure.pdf"
    file.write_bytes(written(pooled(), theme="transparent"))
    done = subprocess.run(
        ["pdftoppm", "-r", "48", "-png", str(file)], check=True, capture_output=True
    )
    assert done.stderr == b""
    assert Image.open(io.BytesIO(done.stdout)).width > 100


@needs_poppler
def test_pictures_lose_nothing(tmp_path: Path) -> None:
    image = RNG.integers(0, 256, (3, 40, 40))
    content = written(run("conv", image, kernel=np.ones((1, 3, 2, 2), int)))
    assert b"/DCTDecode" not in content
    assert b"/JPXDecode" not in content
    file = tmp_path / "figure.pdf"
    file.write_bytes(content)
    subprocess.run(["pdfimages", "-png", str(file), str(tmp_path / "p")], check=True)
    first = np.asarray(Image.open(tmp_path / "p-000.png"))
    np.testing.assert_array_equal(first, image.transpose(1, 2, 0))
