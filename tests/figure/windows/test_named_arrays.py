"""What is drawn says which filter, group, channel and sample it is, where there are more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from drawing import drawn, texts
from helpers import run
from nnviz.trace import Trace

RNG = np.random.default_rng(2)


def convolved(shape: tuple[int, ...], kernel: tuple[int, ...], **options: Any) -> Trace:
    return run("conv", RNG.integers(-9, 9, shape), kernel=RNG.integers(-9, 9, kernel), **options)


PARTS: dict[str, tuple[Trace, str | None]] = {
    "all of it": (convolved((5, 5), (2, 2)), None),
    "filters": (convolved((5, 5), (4, 1, 2, 2)), "filter 0 of 4"),
    "groups": (convolved((4, 4, 4), (4, 2, 2, 2), groups=2), "filter 0 of 4, group 0 of 2"),
    "a batch": (convolved((2, 1, 4, 4), (2, 2)), "sample 0 of 2"),
    "channels, added": (convolved((3, 4, 4), (3, 2, 2)), None),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_line_says_which_part_is_drawn(name: str) -> None:
    trace, wanted = PARTS[name]
    view = "channels" if "groups" in name or "added" in name else "equation"
    said = [text for text in texts(drawn(trace, view=view)) if " of " in text]
    assert said == ([] if wanted is None else [wanted])


def test_a_step_says_its_own_filter_and_group() -> None:
    trace = convolved((4, 4, 4), (4, 2, 2, 2), groups=2)
    said = texts(drawn(trace, 20))
    assert said[0] == "Convolution over 4 channels, step 20 of 36"
    assert "filter 2 of 4, group 1 of 2" in said
    for view in ("equation", "iso"):
        other = convolved((5, 5), (4, 1, 2, 2))
        assert "filter 1 of 4" in texts(drawn(other, 20, view=view))


@pytest.mark.parametrize("kernel", [(2, 3, 2, 2), (3, 2, 2), (2, 2)])
@pytest.mark.parametrize("size", [4, 30])
def test_a_row_says_its_channel_once_and_the_page_its_filter(
    kernel: tuple[int, ...], size: int
) -> None:
    said = texts(drawn(convolved((3, size, size), kernel), view="channels"))
    assert [said.count(f"channel {c}") for c in range(3)] == [1, 1, 1]
    assert said.count("kernel") == 3
    assert said.count("filter 0 of 2") == (len(kernel) == 4)


def test_kernels_over_a_colour_picture_carry_their_channel() -> None:
    x = RNG.integers(0, 255, (3, 40, 60))
    said = texts(drawn(run("conv", x, kernel=RNG.integers(0, 9, (2, 3, 2, 2))), view="equation"))
    assert {"filter 0 of 2", "kernel, filter 0"} <= set(said)
    assert [t for t in said if t.startswith("channel ")] == ["channel 0", "channel 1", "channel 2"]


@pytest.mark.parametrize("view", ["equation", "channels"])
@pytest.mark.parametrize(("channels", "rows"), [(2, 2), (4, 4), (6, 3)])
def test_depthwise_is_a_row_a_channel(channels: int, rows: int, view: str) -> None:
    trace = convolved((channels, 4, 4), (channels, 2, 2), depthwise=True)
    said = texts(drawn(trace, view=view))
    assert said[0] == "Depthwise convolution"
    assert [t for t in said if t.startswith("channel ")] == [f"channel {c}" for c in range(rows)]
    assert [said.count(name) for name in ("kernel", "feature map")] == [rows, rows]
    assert not [t for t in said if "," in t and "channel" in t]
    left_out = [t for t in said if "more channels" in t]
    assert left_out == ([] if rows == channels else [f"… and {channels - rows} more channels"])
    step = texts(drawn(trace, 12, view=view))
    assert f"filter 1 of {channels}, group 1 of {channels}" in step
    assert "input, channel 1" in step
    drawn(trace, 1, 2, view=view)


def test_depthwise_rows_of_pictures() -> None:
    said = texts(drawn(convolved((3, 30, 30), (3, 2, 2), depthwise=True), view="equation"))
    assert {"input, channel 2", "kernel, filter 2", "feature map, channel 2"} <= set(said)


VECTOR = run("conv", np.array([4, 2, 3, 4, 5, 6]), kernel=np.array([1, 0, -1]), bias=7)


@pytest.mark.parametrize("view", ["equation", "iso", "network"])
@pytest.mark.parametrize("steps", [(), (2,)], ids=["whole", "a step"])
def test_a_vector_has_one_axis_and_no_row_index(view: str, steps: tuple[int, ...]) -> None:
    said = texts(drawn(VECTOR, *steps, view=view))
    assert not [text for text in said if text.startswith("1×")]
    assert {"6", "4"} <= set(said)
    if view != "network":
        assert said.count("3") >= 3  # a number, an index, the kernel's shape
        # The index of the first column, and 0 of the kernel: no row has one.
        assert said.count("0") == 2


def test_a_matrix_of_one_row_keeps_its_axes() -> None:
    said = texts(drawn(run("conv", np.array([[4, 2, 3]]), kernel=np.array([[1, 1]]))))
    assert {"1×3", "1×2"} <= set(said)
    assert said.count("0") == 2


def test_vectors_of_channels_and_pooled_vectors() -> None:
    channels = run("conv", np.ones((2, 5), int), kernel=np.ones((1, 2, 3), int), dims=1)
    pool = run("pool", np.arange(6), kernel=2, dims=1)
    for trace in (channels, pool):
        assert not [text for text in texts(drawn(trace)) if text.startswith("1×")]
        drawn(trace, 1, 2)
    assert "convolution, kernel 3" in texts(drawn(VECTOR, view="network"))
