"""SVG: well-formed, escaped, with measured text; resvg draws what we measured."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drawing import note
from helpers import run
from nnviz.errors import UsageError
from nnviz.figure.scene import Ellipse, Hatch, Path, Rect, Scene
from nnviz.figure.typeface import Fonts
from nnviz.formats import load
from nnviz.formats.svg import escape, number, svg
from nnviz.request import Appearance, Request
from nnviz.words import safe

NAMESPACE = "{http://www.w3.org/2000/svg}"


def written(steps: str | None = None, **appearance: object) -> ElementTree.Element:
    request = Request(steps=steps, appearance=Appearance(**appearance))  # type: ignore[arg-type]
    return ElementTree.fromstring(load("svg").write(note(), request).content.decode())


def test_steps_that_are_not_there() -> None:
    with pytest.raises(UsageError, match="asks for step 10, but there are 9"):
        written("10")


def test_too_many_steps() -> None:
    trace = run("conv", np.ones((20, 20), int))
    with pytest.raises(UsageError, match="at most 200"):
        load("svg").write(trace, Request(steps="all"))


def test_the_head() -> None:
    root = written("2")
    assert (root.get("width"), root.get("height")) == tuple(root.get("viewBox", "").split()[2:])
    assert float(root.get("width", "0")) <= 720
    assert root.findtext(f"{NAMESPACE}title") == "Convolution, step 2 of 9"
    assert "input 5×5 ∗ kernel 3×3" in (root.findtext(f"{NAMESPACE}desc") or "")
    for korean in ("Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR"):
        assert korean in root.get("font-family", "")


def test_several_steps_are_a_sheet() -> None:
    texts = [text.text for text in written("1-4").iter(f"{NAMESPACE}text")]
    assert [t for t in texts if (t or "").startswith("step ")] == [f"step {n}" for n in range(1, 5)]


def test_no_step_is_the_whole_result() -> None:
    assert ElementTree.tostring(written()) == ElementTree.tostring(written("none"))


def test_text_carries_its_measured_length() -> None:
    fonts = Fonts()
    for text in written("2", title="합성곱").iter(f"{NAMESPACE}text"):
        if text.text and len(text.text) > 1:
            bold = text.get("font-weight") == "bold"
            width = fonts.width(text.text, float(text.get("font-size", "0")), bold)
            assert float(text.get("textLength", "0")) == pytest.approx(width, abs=0.01)


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=20))
def test_any_title_is_escaped(title: str) -> None:
    root = written(title=title or "x")
    assert root.findtext(f"{NAMESPACE}title") == safe(title or "x")


def test_escape() -> None:
    assert escape('<a & "b">\x00') == "&lt;a &amp; &quot;b&quot;&gt;\\x00"


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (0.5, "0.5"), (-0.0, "0"), (1 / 3, "0.33"), (100.0, "100")]
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


def test_transparent_has_no_page() -> None:
    assert len(written(theme="transparent").findall(f"{NAMESPACE}rect[@width='644']")) == 0
    assert len(written().findall(f"{NAMESPACE}rect[@width='644']")) == 1


def test_the_font_can_be_embedded() -> None:
    style = written(embed_font=True, title="합성곱").findtext(f"{NAMESPACE}style") or ""
    faces = re.findall(r"font-family:'([^']+)';font-weight:(\w+)", style)
    assert ("DejaVu Sans", "normal") in faces
    assert ("Noto Sans KR", "bold") in faces
    data = base64.b64decode(re.findall(r"base64,([^)]+)\)", style)[0])
    assert data[:4] in (b"\0\1\0\0", b"OTTO")


def test_pictures_are_embedded() -> None:
    array = np.arange(900).reshape(30, 30) % 256
    trace = run("conv", array, kernel=np.ones((1, 1), int))
    root = ElementTree.fromstring(load("svg").write(trace, Request()).content.decode())
    image = next(root.iter(f"{NAMESPACE}image"))
    data = base64.b64decode(image.get("href", "").removeprefix("data:image/png;base64,"))
    pixels = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(pixels, array)


def test_every_mark_and_its_paint() -> None:
    marks = (
        Rect(1, 2, 3, 4, "#ff0000", "#00ff00", 2, (3, 1), 1, Hatch("#0000ff", up=False)),
        Ellipse(5, 6, 7, 8, None, "#123456"),
        Path((("M", (0, 0)), ("C", (1, 2, 3, 4, 5, 6)), ("Z", ())), "#abcdef"),
    )
    drawn = svg(Scene(20, 20, marks, "t", "d", Fonts()), prefix="p-")
    root = ElementTree.fromstring(drawn)
    assert root.find(f"{NAMESPACE}ellipse[@stroke='#123456']") is not None
    assert 'd="M0 0C1 2 3 4 5 6Z"' in drawn
    assert 'stroke-dasharray="3 1"' in drawn
    assert 'fill="url(#p-hatch0)"' in drawn
    assert 'id="p-hatch0"' in drawn


def test_what_no_font_has_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnviz.figure.typeface.SYSTEM_FOLDERS", ())
    request = Request(appearance=Appearance(title="a \U0001f600"))
    for name in ("svg", "png"):
        notes = load(name).write(note(), request).notes
        assert [str(n).split(":")[0] for n in notes] == ["no font has \U0001f600 (U+1F600)"]
        assert load(name).write(note(), Request()).notes == ()
