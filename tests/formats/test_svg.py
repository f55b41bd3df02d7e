"""SVG: well-formed, escaped, with measured text; resvg draws what we measured."""

from __future__ import annotations

import base64
import io
import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from drawing import note
from helpers import run
from nnviz.errors import NnvizError, UsageError
from nnviz.figure import draw, view_names
from nnviz.figure.scene import Ellipse, Hatch, Path, Rect, Scene, Text
from nnviz.figure.typeface import FOLDER, Fonts
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


def arrays(root: ElementTree.Element) -> dict[str, dict[tuple[int, ...], str]]:
    """The named groups in reading order: the number at each address."""
    return {
        group.get("aria-label", ""): {
            tuple(map(int, text.get("data-cell", "").split())): text.text or ""
            for text in group.iter(f"{NAMESPACE}text")
            if text.get("data-cell")
        }
        for group in root.iter(f"{NAMESPACE}g")
        if group.get("role") == "group"
    }


def test_a_group_an_array_in_reading_order_with_cells_by_address() -> None:
    found = arrays(written())
    assert list(found) == ["input, 5 by 5", "kernel, 3 by 3", "feature map, 3 by 3"]
    array = note().arrays["input"]
    assert found["input, 5 by 5"] == {at: str(n) for at, n in np.ndenumerate(array)}
    assert found["feature map, 3 by 3"][2, 0] == str(note().output[2, 0])
    said = [text.text for text in written("2").iter(f"{NAMESPACE}text")]
    order = [said.index(name) for name in ("input", "kernel", "feature map", "products")]
    assert order == sorted(order)
    sums = "".join(written("2").itertext())
    assert sums.index("feature map\n") < sums.rindex("= 9\nproducts")  # the sum, and what it adds


@pytest.mark.parametrize(
    ("op", "x", "options", "name", "corner"),
    [
        ("conv", np.eye(3, dtype=int), {"kernel": [[1]], "padding": 1}, "input", (0, 0)),
        ("conv", np.eye(4, dtype=int), {"kernel": [[1]], "view": "iso"}, "input", (3, 3)),
        ("conv", np.eye(2, dtype=int), {"kernel": [[1]], "view": "network"}, "input", (3, 0)),
        ("flatten", np.eye(3, dtype=int), {}, "output", (0, 8)),
        ("dense", [1, 0], {"weight": np.eye(2, 30, dtype=int)[:, ::-1]}, "weight", (0, 29)),
        ("rnn", np.eye(2), {"weights": {"Wx": np.eye(2), "Wh": np.eye(2)}}, "x1", (0, 0)),
    ],
    ids=["padded", "in perspective", "neurons", "strip", "elided", "times"],
)
def test_an_address_is_that_in_the_array(
    op: str, x: object, options: dict[str, object], name: str, corner: tuple[int, int]
) -> None:
    """Past padding, over lines and over what is left out: there stands the 1."""
    view = options.pop("view", None)
    if op == "dense":
        x = np.arange(30) % 2
    request = Request(appearance=Appearance(view=view))  # type: ignore[arg-type]
    content = load("svg").write(run(op, np.asarray(x), **options), request).content
    found = arrays(ElementTree.fromstring(content.decode()))
    cells = next(cells for label, cells in found.items() if label.split(",")[0] == name)
    assert cells[corner] == "1"


VECTORS = {"Wx": np.eye(2), "Wh": np.eye(2), "Wy": [[1, 0]]}
VIEWED = {
    "conv": note(),
    "channels": run("conv", np.ones((2, 3, 3), int), kernel=np.ones((2, 2, 2, 2), int)),
    "transposed": run("conv", np.eye(2, dtype=int), kernel=np.eye(2, dtype=int), transpose=True),
    "pool": run("pool", np.arange(16).reshape(4, 4), kernel=2),
    "rnn": run("rnn", np.eye(2), weights=VECTORS),
    "act": run("act", [[1, -2], [3, -4]], name="relu"),
    "dense": run("dense", [1, 2, 3], weight=np.ones((2, 3), int)),
    "flatten": run("flatten", np.eye(3)),
    "show": run("show", np.eye(3)),
}


@pytest.mark.parametrize("name", VIEWED)
def test_every_number_in_a_cell_belongs_to_an_array_with_a_name(name: str) -> None:
    trace = VIEWED[name]
    drawn = 0
    for view in view_names(trace.op):
        for steps in ((), (1,))[: 1 + bool(len(trace.steps))]:
            try:
                scene = draw(trace, Appearance(view=view), steps)
            except NnvizError:  # another kind's
                continue
            names: list[str] = []
            for part in scene.parts():
                if isinstance(part, str):
                    names.append(part)
                elif part is None:
                    names.pop()
                elif isinstance(part, Text) and part.cell is not None:
                    drawn += 1
                    assert names, (view, part.content)
                    assert names[-1].split(",")[0]
    assert drawn > 3


def test_several_steps_are_a_sheet() -> None:
    texts = [text.text for text in written("1-4").iter(f"{NAMESPACE}text")]
    assert [t for t in texts if (t or "").startswith("step ")] == [f"step {n}" for n in range(1, 5)]


def test_no_step_is_the_whole_result() -> None:
    assert ElementTree.tostring(written()) == ElementTree.tostring(written("none"))


def test_text_carries_its_measured_length() -> None:
    fonts = Fonts()
    for text in written("2", title="합성곱").iter(f"{NAMESPACE}text"):
        if text.text and len(text.text) > 1:
            hangul = "가" <= max(text.text, key=lambda c: "가" <= c <= "힣") <= "힣"
            assert (text.get("lengthAdjust") is None) == hangul  # else boxes would be stretched
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


def embedded(title: str) -> list[tuple[str, set[str], bytes]]:
    """Weight, the letters it is asked for, and the font of each rule."""
    style = written(embed_font=True, title=title).findtext(f"{NAMESPACE}style") or ""
    rule = r"font-family:nnviz;font-weight:(\w+);unicode-range:([^;]+);.*?base64,([^)]+)\)"
    return [
        (
            weight,
            {chr(int(code, 16)) for code in re.findall(r"U\+(\w+)", ranges)},
            base64.b64decode(data),
        )
        for weight, ranges, data in re.findall(rule, style)
    ]


def test_letters_are_embedded_without_fonttools_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "fontTools", None)
    with pytest.raises(NnvizError, match="fonttools, which is not installed") as caught:
        written(embed_font=True)
    assert "python -m pip install fonttools" in str(caught.value)


def test_the_letters_used_are_embedded_and_no_others() -> None:
    title = "합성곱의 특성 맵은 입력과 커널에서 나온다"
    found = embedded(title)
    every = set()
    for weight, letters, data in found:
        with TTFont(io.BytesIO(data)) as font:
            assert font.flavor == "woff"
            assert set(map(chr, font.getBestCmap())) == letters
            assert len(font.getGlyphOrder()) <= 2 * len(letters)  # parts of some
            assert ("Bold" in font["name"].getDebugName(4)) == (weight == "bold")
        every |= letters
    assert set(title) <= every
    assert sum(len(data) for _, _, data in found) < 45_000  # 60 KB in base64
    assert written(embed_font=True).get("font-family", "").startswith("nnviz, 'DejaVu Sans'")
    assert written().get("font-family", "").startswith("'DejaVu Sans'")


def test_an_embedded_letter_is_drawn_as_its_font_draws_it() -> None:
    (_, _, data), *_ = [font for font in embedded("합") if "합" in font[1]]
    whole = FOLDER / "NotoSansKR-Bold.otf"
    drawn = [
        ImageFont.truetype(source, 40).getmask("합")
        for source in (io.BytesIO(unpacked(data)), whole)
    ]
    assert bytes(drawn[0]) == bytes(drawn[1])


def unpacked(woff: bytes) -> bytes:
    """A font as Pillow takes it."""
    stream = io.BytesIO()
    with TTFont(io.BytesIO(woff)) as font:
        font.flavor = None
        font.save(stream)
    return stream.getvalue()


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
