from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Image, Path, Rect
from nnviz.request import Appearance
from view_checks import assert_tidy, drawn, words


def test_the_strip_holds_every_cell_and_says_how_far_neighbours_come_apart() -> None:
    said = words(drawn(run("flatten", np.arange(100, 125).reshape(5, 5))))
    found = sorted(int(s) for s in said if s.isdigit() and 100 <= int(s) < 125)
    assert found == sorted([*range(100, 125)] * 2)
    assert "5 apart" in said
    assert "one below the other becomes 5 apart" in [s.strip() for s in said]
    assert {"0", "5", "10", "15", "20"} <= set(said)


def test_the_links_end_above_the_cells_that_they_lead_to() -> None:
    scene = drawn(run("flatten", np.arange(12).reshape(3, 4)))
    heads = [m for m in scene.flat() if isinstance(m, Path) and m.fill]
    tips = sorted(m.commands[0][1][0] for m in heads)
    active = [m for m in scene.flat() if isinstance(m, Rect) and m.line == 3]
    cells = sorted(m.x + m.width / 2 for m in active if m.y > 200)
    assert tips == cells
    assert len(tips) == 2


def test_a_step_lights_its_cell_in_both_and_leaves_the_rest_empty() -> None:
    scene = drawn(run("flatten", np.arange(10, 16).reshape(2, 3)), 4)
    said = words(scene)
    assert said.count("13") == 2
    assert said.count("14") == 1
    assert "v3 = x1,0 = 13" in said


def test_a_long_strip_goes_on_below_in_whole_rows() -> None:
    said = words(drawn(run("flatten", np.eye(12, dtype=int))))
    assert {"24", "48", "120", "132"} <= set(said)


def test_a_very_long_strip_says_what_is_left_out() -> None:
    said = words(drawn(run("flatten", np.ones((24, 24), int))))
    assert sum(s.startswith("… and ") for s in said) == 1


@pytest.mark.parametrize(
    "shape", [(28, 28), (3, 40, 50), (2, 30), (1, 1000)], ids=["grey", "colour", "wide", "row"]
)
def test_large_inputs_are_pictures_of_both(shape: tuple[int, ...]) -> None:
    x = np.arange(np.prod(shape)).reshape(shape) % 256
    pictures = [m for m in drawn(run("flatten", x)).flat() if isinstance(m, Image)]
    assert len([m for m in pictures if m.crisp]) == 2


@pytest.mark.parametrize(
    ("shape", "apart", "left_out"),
    [((28, 28), 28, 0), ((300, 450), 450, 300 * 450 - 33 * 450), ((3, 40, 50), 50, 4350)],
    ids=["all rows fit", "a photograph", "colour"],
)
def test_neighbours_in_a_picture_are_followed_into_the_strip(
    shape: tuple[int, ...], apart: int, left_out: int
) -> None:
    x = np.arange(np.prod(shape)).reshape(shape) % 256
    scene = drawn(run("flatten", x))
    said = words(scene)
    assert f"{apart} apart" in said
    assert {"0", str(6 * apart)} <= set(said)
    assert (f"… and {left_out} more cells" in said) == bool(left_out)
    heads = [m for m in scene.flat() if isinstance(m, Path) and m.fill]
    first, second = sorted(m.commands[0][1][0] for m in heads)
    strip = [m for m in scene.flat() if isinstance(m, Image)][-1]
    cell = strip.width / (x.size - left_out)
    assert first == pytest.approx(strip.x + cell / 2)
    assert second - first == pytest.approx(apart * cell)


def test_links_begin_at_the_picture_though_its_bar_is_taller() -> None:
    scene = drawn(run("flatten", np.arange(60).reshape(2, 30) - 30))
    image = next(m for m in scene.flat() if isinstance(m, Image))
    starts = [
        m.commands[0][1]
        for m in scene.flat()
        if isinstance(m, Path) and not m.fill and m.commands[0][1][0] == image.x - 2
    ]
    assert [y - image.y for _, y in starts] == [4, 12]


def test_the_strip_of_one_row_is_numbered() -> None:
    assert {"0", "100", "800"} <= set(words(drawn(run("flatten", np.arange(900)))))


def test_an_axis_that_is_kept_makes_a_matrix_with_one_outline() -> None:
    scene = drawn(run("flatten", np.arange(48).reshape(3, 4, 4), axis=1))
    said = words(scene)
    assert {"3×16", "13", "14", "15"} <= set(said)
    outlines = [m for m in scene.flat() if isinstance(m, Rect) and m.line == 2 and m.y > 200]
    assert len(outlines) == 1
    assert outlines[0].width / outlines[0].height == 16 / 3


def test_the_lines_of_a_long_strip_are_open_where_it_goes_on() -> None:
    scene = drawn(run("flatten", np.eye(12, dtype=int)))
    green = Style.of(Appearance()).theme.tone("output").line
    lines = [m for m in scene.flat() if isinstance(m, Path) and m.stroke == green and m.line == 2]
    assert [len(m.commands) // 2 for m in lines] == [3, 2, 2, 2, 2, 3]


def test_a_matrix_too_wide_for_numbers_is_a_picture() -> None:
    scene = drawn(run("flatten", np.arange(60).reshape(2, 5, 6), axis=1))
    assert len([m for m in scene.flat() if isinstance(m, Image) and m.crisp]) == 2


def test_steps_make_a_sheet() -> None:
    scene = drawn(run("flatten", np.arange(144).reshape(12, 12)), 1, 144)
    assert sum("step" in s for s in words(scene)) >= 2


@settings(deadline=None, max_examples=12)
@given(
    shape=st.lists(st.integers(1, 24), min_size=1, max_size=2)
    | st.lists(st.integers(1, 6), min_size=3, max_size=4),
    scale=st.sampled_from([1, 0.37, 123456]),
    axis=st.integers(0, 1),
    data=st.data(),
)
def test_every_shape_keeps_the_layout(
    shape: list[int], scale: float, axis: int, data: st.DataObject
) -> None:
    x = np.arange(np.prod(shape)).reshape(shape) * scale
    trace = run("flatten", x, axis=axis)
    step = data.draw(st.none() | st.integers(1, x.size))
    assert_tidy(figure.draw(trace, Appearance(), [step] if step else []))
