from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.figure.scene import Image, Scene
from view_checks import drawn, words


def pictures(scene: Scene) -> dict[str, list[tuple[float, float]]]:
    """The sizes of the pictures, by the names of their arrays; no bars of shades."""
    found: dict[str, list[tuple[float, float]]] = {}
    names = [""]
    for part in scene.parts():
        if isinstance(part, str):
            names.append(part)
        elif part is None:
            names.pop()
        elif isinstance(part, Image) and part.crisp:
            name = "map" if "map" in names[-1] else names[-1].split(",")[0]
            found.setdefault(name, []).append((part.width, part.height))
    return found


def assert_maps_are_as_large(scene: Scene) -> None:
    sizes = pictures(scene)
    assert sizes["input"]
    assert sizes["map"]
    least = max(max(size) for size in sizes["input"])
    # To a pixel: a map may have another shape than its input.
    assert all(max(size) >= least - 1 for size in sizes["map"])


@pytest.mark.parametrize("steps", [(), (1,)], ids=["whole", "step"])
@pytest.mark.parametrize("stride", [1, 2, 4])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("filters", [1, 3])
def test_the_map_of_a_photograph_is_no_smaller_than_it(
    steps: tuple[int, ...], stride: int, channels: int, filters: int
) -> None:
    x = np.random.default_rng(0).integers(0, 256, (channels, 300, 451), "u1")
    kernel = np.ones((filters, channels, 3, 3), int)
    trace = run("conv", x, kernel=kernel, stride=stride)
    assert_maps_are_as_large(drawn(trace, *steps))


@settings(deadline=None, max_examples=20)
@given(
    shape=st.tuples(st.integers(60, 500), st.integers(60, 500)),
    stride=st.integers(1, 2),
    k=st.integers(1, 9),
)
def test_a_map_is_no_smaller_than_its_input(shape: tuple[int, int], stride: int, k: int) -> None:
    x = np.random.default_rng(1).integers(0, 256, shape, "u1")
    assert_maps_are_as_large(drawn(run("conv", x, kernel=np.ones((k, k), int), stride=stride)))


def test_a_window_too_large_for_numbers_is_a_picture_of_what_it_sees() -> None:
    x = np.random.default_rng(2).integers(0, 256, (300, 451), "u1")
    trace = run("conv", x, kernel=np.ones((31, 31), int), stride=4)
    scene = drawn(trace, 107)  # the first of the second row: 106 windows fit a row
    assert scene.height <= 900
    assert "rows 4 to 34, columns 0 to 30" in words(scene)
    shown = [m.pixels for m in scene.flat() if isinstance(m, Image) and m.crisp]
    assert any(np.array_equal(pixels, x[4:35, :31]) for pixels in shown)
    terms = sum(line.count("×") for line in words(scene) if line.startswith(("(", "+ (")))
    assert 4 <= terms <= 7


def test_a_window_that_sees_all_is_not_drawn_twice() -> None:
    x = np.random.default_rng(3).integers(0, 256, (30, 30), "u1")
    assert "window" not in words(drawn(run("conv", x, kernel=np.ones((30, 30), int)), 1))
