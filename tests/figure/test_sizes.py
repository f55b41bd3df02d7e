"""How high figures are at the width of a note, over the whole range of sizes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from drawing import drawn
from helpers import run
from nnviz.figure.scene import Image, Scene
from nnviz.trace import Trace

EDGE = np.array([[1, 0, -1]] * 3)
VALUES: dict[str, Callable[[int], np.ndarray]] = {
    "digits": lambda n: np.random.default_rng(n).integers(0, 10, (n, n)),
    "decimals": lambda n: np.random.default_rng(n).normal(size=(n, n)).round(4),
}


def numbers(scene: Scene) -> list[str]:
    """What stands in cells."""
    return [text.content for text in scene.texts() if text.cell is not None]


def conv(values: str, n: int, **options: object) -> Trace:
    return run("conv", VALUES[values](n), kernel=EDGE, **options)


@pytest.mark.parametrize("n", range(3, 25))
@pytest.mark.parametrize("values", VALUES)
def test_a_step_of_any_size_stands_on_a_screen(values: str, n: int) -> None:
    trace = conv(values, n)
    for step in {1, len(trace.steps) // 2 + 1, len(trace.steps)}:
        scene = drawn(trace, step)
        assert scene.height <= 640
        assert not [mark for mark in scene.flat() if isinstance(mark, Image)]
        assert numbers(scene)


def test_around_the_window_nothing_is_left_out_and_the_ends_are_there() -> None:
    x = np.arange(24 * 24).reshape(24, 24)
    trace = run("conv", x, kernel=np.ones((3, 3), int))
    step = 10 * 22 + 11  # output row 10, column 10
    said = numbers(drawn(trace, step))
    window = {str(v) for v in x[10:13, 10:13].reshape(-1)}
    assert window <= set(said)
    assert {"0", "23", str(23 * 24), "575"} <= set(said)
    assert {"⋮", "⋯", "⋱"} <= set(said)
    assert len(said) < 24 * 24


@pytest.mark.parametrize(
    ("steps", "options"),
    [
        pytest.param(range(1, 10), {"padding": 1}, id="nine steps, padded"),
        pytest.param(range(1, 8), {"padding": 1, "stride": 2}, id="seven steps, stride 2"),
        pytest.param(range(1, 10), {}, id="nine steps"),
    ],
)
def test_a_sheet_of_steps_is_a_page(steps: range, options: dict[str, object]) -> None:
    scene = drawn(conv("digits", 7, **options), *steps)
    assert scene.height <= 1400
    padding = 9 if "padding" in options else 7
    assert sum(text.content == "input" for text in scene.texts()) == len(steps)
    assert len(numbers(scene)) >= len(steps) * padding * padding  # every input is whole


MANY = np.random.default_rng(16).integers(0, 10, (16, 6, 6))


@pytest.mark.parametrize("width", [720, 1280])
@pytest.mark.parametrize(
    ("kernel", "options", "view", "most"),
    [
        pytest.param((16, 1, 3, 3), {"depthwise": True}, None, 1100, id="depthwise"),
        pytest.param((8, 4, 3, 3), {"groups": 4}, None, 1200, id="in groups"),
        pytest.param((8, 4, 3, 3), {"groups": 4}, "channels", 900, id="a group"),
        pytest.param((16, 3, 3), {}, "channels", 960, id="all"),
    ],
)
def test_sixteen_channels_are_a_page(
    kernel: tuple[int, ...], options: dict[str, object], view: str | None, most: int, width: int
) -> None:
    w = np.random.default_rng(3).integers(-1, 2, kernel)
    scene = drawn(run("conv", MANY, kernel=w, **options), view=view, width=width)
    assert scene.height <= most
    assert not [mark for mark in scene.flat() if isinstance(mark, Image)]
    if view is None:
        assert len(numbers(scene)) >= MANY.size + w.size
    if view == "channels" or width > 720:
        return
    large = np.random.default_rng(4).integers(0, 10, (16, 40, 40))
    assert drawn(run("conv", large, kernel=w, **options), width=width).height <= 1400


def test_a_long_row_has_its_numbers() -> None:
    x = np.arange(100, 120).reshape(1, 20)
    said = numbers(drawn(run("conv", x, kernel=np.array([[1, 0, -1]]))))
    assert {str(v) for v in x[0]} <= set(said)


def test_numbers_of_seven_digits_leave_the_kernel_its_small_cells() -> None:
    x = np.arange(25).reshape(5, 5) + 1_000_000
    cells = {
        text.content: text.cell
        for text in drawn(run("conv", x, kernel=EDGE), 1).texts()
        if text.cell is not None
    }
    assert cells["−1"] is not None
    assert cells["−1"].width <= 44
    assert cells["1000012"] is not None
    assert cells["1000012"].width > 44


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("n", [8, 12, 16, 30])
@pytest.mark.parametrize("steps", [(), (1,)], ids=["whole", "a step"])
@pytest.mark.parametrize("values", VALUES)
def test_a_large_kernel_stays_on_a_phone(
    values: str, steps: tuple[int, ...], n: int, width: int
) -> None:
    trace = run("conv", VALUES[values](n), kernel=VALUES[values](8) - 5)
    assert drawn(trace, *steps, width=width).width <= width
