from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import fails, run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.scene import Image
from nnviz.request import Appearance
from view_checks import drawn, words

LETTER = np.eye(12, dtype=int)


@pytest.mark.parametrize(
    ("x", "pictures", "numbers"),
    [
        pytest.param([[1, 2], [3, 4]], 0, True, id="a small matrix: numbers"),
        pytest.param(LETTER, 1, True, id="a letter: both"),
        pytest.param(np.ones((28, 28), int), 1, False, id="large: a picture"),
        pytest.param(np.full((3, 40, 50), 9, np.uint8), 1, False, id="a photograph: a picture"),
        pytest.param(np.ones((2, 3, 3)), 0, True, id="small channels: numbers"),
        pytest.param(np.ones((2, 12, 12)), 2, True, id="channels like letters: both"),
        pytest.param(np.ones((4, 30, 30)), 4, False, id="large channels: a picture each"),
    ],
)
def test_what_is_shown_is_what_can_be_read(x: object, pictures: int, numbers: bool) -> None:
    scene = drawn(run("show", x))
    assert len([m for m in scene.flat() if isinstance(m, Image)]) == pictures
    assert any(text.cell is not None for text in scene.texts()) == numbers


def test_of_zeros_and_ones_the_ones_are_ink_and_it_is_said() -> None:
    scene = drawn(run("show", LETTER))
    assert "black is 1, white is 0" in words(scene)
    picture = next(m for m in scene.flat() if isinstance(m, Image))
    np.testing.assert_array_equal(picture.pixels, np.where(LETTER, 0, 255))


def test_no_number_is_shown_as_nothing() -> None:
    scene = drawn(run("show", [[0.1, -2.5], [-1.234e-05, 1000]]))
    cells = [text for text in scene.texts() if text.cell is not None]
    written = ["".join(span.text for span in text.spans) for text in cells]
    assert written == ["0.1", "−2.5", "−1.234×10⁻⁵", "1000"]


def test_a_vector_has_no_rows() -> None:
    said = words(drawn(run("show", [7, 8, 9])))
    assert said == ["Matrix", "input", "3", "7", "8", "9", "0", "1", "2"]
    assert "1×3" in words(drawn(run("show", [[7, 8, 9]])))


def test_an_image_keeps_its_own_greys() -> None:
    trace = replace(run("show", LETTER * 100), image=True)
    scene = drawn(trace)
    picture = next(m for m in scene.flat() if isinstance(m, Image))
    assert set(np.unique(picture.pixels)) == {0, 100}
    assert "Image" in words(scene)


@pytest.mark.parametrize("view", ["numbers", "both"])
def test_numbers_of_a_large_array_are_refused(view: str) -> None:
    with pytest.raises(NnvizError, match="more than 24 cells a side"):
        figure.draw(run("show", np.ones((30, 30))), Appearance(view=view))


def test_a_sample_past_the_batch_is_refused() -> None:
    trace = run("show", np.ones((2, 1, 4, 4)))
    with pytest.raises(NnvizError, match="the batch has 2"):
        figure.draw(trace, Appearance(sample=2))
    assert fails is not None


@settings(deadline=None, max_examples=20)
@given(
    shape=st.lists(st.integers(1, 24), min_size=1, max_size=2)
    | st.lists(st.integers(1, 12), min_size=3, max_size=4)
    | st.just([3, 50, 20]),
    scale=st.sampled_from([1, -0.37, 123456.7, 1e-9]),
    view=st.sampled_from([None, "picture"]),
)
def test_every_shape_keeps_the_layout(shape: list[int], scale: float, view: str | None) -> None:
    x = (np.arange(np.prod(shape)).reshape(shape) - 3) * scale
    assert drawn(run("show", x), view=view).title == "Matrix"
