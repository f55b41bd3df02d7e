"""The planes in perspective: lines from the window's corners, numbers upright and unbroken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import assert_layout, generators, note
from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.arrays.grid import Cell
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Box, Path, Scene, extent
from nnviz.figure.theme import theme
from nnviz.figure.windows import _perspective, conv_iso
from nnviz.figure.windows._planes import TILTS, Plane, rays
from nnviz.numerals import rounded
from nnviz.request import THEMES, Appearance
from nnviz.trace import Trace
from nnviz.words import Words
from view_checks import _segments, drawn, words

RNG = np.random.default_rng(6)
STYLE = Style.of(Appearance())


def tidy(trace: Trace, *steps: int, **appearance: Any) -> Scene:
    """A checked figure: text in its cells, nothing off the page, no line through a text."""
    scene = figure.draw(trace, Appearance(view="iso", **appearance), steps)
    assert_layout(scene)
    assert not crossed(scene)
    page = Box(0, 0, scene.width, scene.height)
    assert all(page.holds(extent(m)) for m in scene.flat() if not isinstance(m, Path) or m.commands)
    return scene


def crossed(scene: Scene) -> list[str]:
    """The texts that a line runs through, found point by point: slanting lines need it exact."""
    texts = [(extent(text), text.content) for text in scene.texts() if text.content.strip()]
    assert texts
    left, top, right, bottom = np.array(
        [(b.x + 1, b.y + 2, b.right - 1, b.bottom - 2) for b, _ in texts]
    ).T
    part = np.linspace(0, 1, 512)[:, None]
    found = []
    for path in (m for m in scene.flat() if isinstance(m, Path) and m.stroke):
        for start, end in _segments(path):
            x, y = (a + part * (b - a) for a, b in zip(start, end, strict=True))
            hit = ((left < x) & (x < right) & (top < y) & (y < bottom)).any(axis=0)
            found += [texts[i][1] for i in np.flatnonzero(hit)]
    return found


REFUSALS: dict[str, tuple[Trace, str]] = {
    "a photograph": (
        run("conv", np.ones((60, 80), int), kernel=np.eye(3, dtype=int)),
        "80 cells a side are too many for planes in perspective, at most 24; the view equation",
    ),
    "channels": (
        run("conv", np.ones((2, 3, 3), int), kernel=np.ones((2, 2, 2), int)),
        "a filter reads 2 channels; the view channels shows each",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_it_cannot_draw(name: str) -> None:
    trace, message = REFUSALS[name]
    with pytest.raises(NnvizError, match="the view iso cannot draw this") as caught:
        tidy(trace)
    assert message in str(caught.value)


def test_it_is_never_the_default() -> None:
    assert figure.draw(note(), Appearance()).title == "Convolution"
    assert figure.draw(note(), Appearance()).height != tidy(note()).height


def filled(scene: Scene, role: str, name: str = "light") -> int:
    """The parallelograms with the active fill of a role."""
    fill = theme(name).tone(role).active  # type: ignore[arg-type]
    return sum(isinstance(m, Path) and m.fill == fill for m in scene.flat())


def test_a_step_has_its_window_its_cell_and_its_sum() -> None:
    scene = tidy(note(), 5)
    assert filled(scene, "input") == 9
    assert filled(scene, "output") == 1
    said = words(scene)
    assert {"input", "5×5", "kernel", "3×3", "feature map", " = 4"} <= set(said)
    assert said.count("7") == 0  # the third row is still to come


def test_the_whole_shows_every_number_and_the_first_window() -> None:
    said = words(tidy(note(bias=1)))
    assert {"7", "10", "12", "11", "bias"} <= set(said)
    assert filled(tidy(note()), "input") == 9


def test_padding_is_dashed_and_unused_cells_are_struck() -> None:
    scene = tidy(note(padding=1), 1)
    assert any(isinstance(m, Path) and m.dash == (3, 3) for m in scene.flat())
    assert filled(scene, "input") == 4
    trace = run("conv", np.ones((6, 6), int), kernel=np.ones((3, 3), int), stride=2)
    strokes = [
        m for m in tidy(trace, 1).flat()
        if isinstance(m, Path) and len(m.commands) == 4 and m.stroke == theme("light").muted
    ]  # fmt: skip
    assert len(strokes) >= 11


def test_cells_stand_on_one_affine_grid() -> None:
    plane = Plane([[Cell()] * 3] * 2, "input", TILTS[0], 8, 16)
    a, b, c, d = plane.corners(0, 0, 1, 1)
    assert (b[0] - a[0], d[1] - a[1]) == (TILTS[0].across, TILTS[0].down)
    assert (c[0] - d[0], c[1] - b[1]) == (b[0] - a[0], d[1] - a[1])
    assert plane.point(2, 0) == (8, 16 + 2 * TILTS[0].down)


def test_a_line_stops_before_a_text_and_goes_on_behind_it() -> None:
    text = STYLE.text(50, 4, "5", 11, anchor="middle")
    broken = rays([(0, 0)], [(100, 0)], [text], "#000000")
    assert len(broken.commands) == 4
    ends = [points for _, points in broken.commands]
    box = extent(text)
    assert ends[0] == (0, 0)
    assert ends[1][0] <= box.x
    assert ends[2][0] >= box.right
    assert ends[3] == (100, 0)
    assert len(rays([(0, 40)], [(100, 40)], [text], "#000000").commands) == 2
    slanting = rays([(0, 40)], [(100, -32)], [text], "#000000")
    assert len(slanting.commands) == 4
    assert len(rays([(0, -40)], [(0, 40)], [text], "#000000").commands) == 2


def test_lines_through_texts_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not crossed(tidy(note(), 9))
    monkeypatch.setattr(_perspective, "rays", lambda a, b, _, *rest: rays(a, b, [], *rest))
    assert crossed(figure.draw(note(), Appearance(view="iso"), (9,)))


def lines_up(scene: Scene) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The pieces of the lines from the window's corners."""
    found = [m for m in scene.flat() if isinstance(m, Path) and m.line == 1.25]
    assert len(found) == 1
    return list(_segments(found[0]))


def test_the_output_hides_the_lines_behind_it() -> None:
    plane = Plane([[Cell()] * 3] * 2, "output", TILTS[0], 0, 0)
    corners = plane.corners(0, 0, 2, 3)
    ends = plane.corners(0, 1, 1, 1)
    seen = list(_segments(rays([(40, 200)] * 4, ends, [], "#000000", corners)))
    assert len(seen) == 4
    for _, end in seen:  # Each ends at the plane's lower edge.
        assert end[1] == pytest.approx(2 * TILTS[0].down)
    aside = rays([(0, 200)], [(0, 100)], [], "#000000", corners)
    assert list(_segments(aside)) == [((0, 200), (0, 100))]
    assert not rays([corners[3]], [corners[0]], [], "#000000", plane.corners(0, -1, 2, 5)).commands


@pytest.mark.parametrize("step", [None, 1], ids=str)
def test_lines_of_a_window_in_the_upper_left_corner_are_unbroken(step: int | None) -> None:
    pieces = lines_up(tidy(note(), *([step] if step else [])))
    assert len(pieces) == 4


@pytest.mark.parametrize("step", range(1, 10))
def test_no_line_shows_on_the_output(step: int) -> None:
    scene = tidy(note(), step)
    line = theme("light").tone("output").line
    outlines = [m for m in scene.flat() if isinstance(m, Path) and (m.stroke, m.line) == (line, 2)]
    (outline,) = outlines
    corners = np.array([points for _, points in outline.commands if points])
    sides = np.roll(corners, -1, axis=0) - corners

    def depth(x: float, y: float) -> float:
        """How far inside the nearest side of the output a point is."""
        across = sides[:, 0] * (y - corners[:, 1]) - sides[:, 1] * (x - corners[:, 0])
        return float((across / np.hypot(*sides.T)).min())

    assert depth(*corners.mean(axis=0)) > 20
    for (x0, y0), (x1, y1) in lines_up(scene):
        for part in np.linspace(0, 1, 9):
            assert depth(x0 + part * (x1 - x0), y0 + part * (y1 - y0)) < 1e-6


def test_row_indices_stand_right_of_the_plane() -> None:
    scene = tidy(note(), 5)
    numbers = [t for t in scene.texts() if t.content == "4" and t.size == 11]
    column, row = sorted(numbers, key=lambda t: t.y, reverse=True)[:2]
    assert extent(row).x > extent(column).x


def test_numbers_too_long_for_their_cells_are_left_out() -> None:
    scene = tidy(run("conv", np.full((3, 3), 123456789), kernel=np.ones((2, 2), int)))
    assert "123456789" not in words(scene)
    assert "493827156" not in words(scene)


@pytest.mark.parametrize("scale", [1, 1e-9])
@pytest.mark.parametrize("size", [(24, 24), (24, 1), (1, 24), (23, 24)])
def test_the_largest_planes_fit_the_page(size: tuple[int, int], scale: float) -> None:
    tidy(run("conv", RNG.normal(size=size) * scale, kernel=[[-9]], bias=1))


@pytest.mark.parametrize("name", THEMES)
def test_every_theme(name: str) -> None:
    for steps in ((), (5,), (1, 2)):
        tidy(note(padding=1), *steps, theme=name)


@pytest.mark.parametrize("speak", ["가", "그리고 아주 긴 말"], ids=["short words", "long words"])
def test_other_languages(monkeypatch: pytest.MonkeyPatch, speak: str) -> None:
    def say(_: Style, said: Words | str) -> str:
        return said if isinstance(said, str) else speak if len(speak) == 1 else f"{said} {speak}"

    monkeypatch.setattr(Style, "say", say)
    for steps in ((), (2,)):
        assert words(tidy(note(bias=1), *steps))


@settings(deadline=None, max_examples=25)
@given(
    size=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    kernel=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.integers(0, 2),
    scale=st.sampled_from([1, 9, 0.37, 12345678.9, 1e-9, 0]),
    rng=generators,
    data=st.data(),
)
def test_every_size_keeps_the_layout(
    size: tuple[int, int], kernel: tuple[int, int], stride: int, dilation: int, padding: int,
    scale: float, rng: np.random.Generator, data: st.DataObject,
) -> None:  # fmt: skip
    x = rng.integers(0, 9, size) if scale == 9 else rng.normal(size=size) * scale
    options = {"stride": stride, "dilation": dilation, "padding": padding, "bias": -1}
    try:
        trace = run("conv", x, kernel=rng.integers(-9, 9, kernel), **options)
    except NnvizError:  # the kernel is larger than the input
        return
    if conv_iso.fits(trace) is None:
        step = data.draw(st.none() | st.integers(1, trace.output.size))
        tidy(trace, *([step] if step else []))


@pytest.mark.parametrize("step", [1, 4, 16])
def test_decimals_stand_in_the_cells_of_a_small_plane(step: int) -> None:
    x = np.random.default_rng(12).normal(size=(6, 6)).round(4)
    trace = run("conv", x, kernel=np.array([[0, 2, 1], [0, 2, 1], [0, 1, 0]]))
    said = [t.content for t in drawn(trace, step, view="iso").texts() if t.cell is not None]
    assert {rounded(value) for value in x.reshape(-1)} <= set(said)
    assert rounded(trace.output.reshape(-1)[step - 1]) in said
