"""What is worked out about an array is kept while a figure is drawn, and never longer."""

from __future__ import annotations

import numpy as np
import pytest

from nnviz.cache import remember, remembering


def test_nothing_is_kept_between_figures() -> None:
    array = np.arange(4)
    for value in (3, 7):
        array[-1] = value
        with remembering():
            assert remember(array, "most", array.max) == value
    assert remember(array, "most", lambda: "asked") == "asked"


def test_a_view_of_the_same_cells_is_known() -> None:
    array = np.arange(12).reshape(3, 4)
    with remembering():
        assert remember(array[1:], "sum", array[1:].sum) == 60
        assert remember(array[1:], "sum", lambda: 0) == 60
        with remembering():  # a figure of a film
            assert remember(array[1:], "sum", lambda: 0) == 60
        for other in (array[:2], array[1:, ::2], array[1:].T, array):
            assert remember(other, "sum", lambda: "new") == "new"
        assert remember(array[1:], "max", lambda: "new") == "new"


def test_an_array_that_is_gone_is_not_mistaken_for_one_in_its_place() -> None:
    with remembering():
        for value in range(50):
            array = np.full(1000, value)
            assert remember(array, "most", array.max) == value
            del array


def test_the_pixels_of_an_image_that_was_read() -> None:
    array = np.frombuffer(b"\1\2\3", np.uint8)
    with remembering():
        assert [remember(array, "most", array.max) for _ in range(2)] == [3, 3]
        assert remember(array[:], "most", lambda: 0) == 3


def test_an_error_forgets_too() -> None:
    array = np.ones(3)
    with pytest.raises(TypeError), remembering():
        remember(array, ["no key"], array.sum)
    assert remember(array, "sum", lambda: "new") == "new"
