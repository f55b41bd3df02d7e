from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.figure.look import Look
from nnviz.figure.scene import Image, Path, Rect
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
    assert_tidy(figure.draw(trace, Look(), [step] if step else []))
