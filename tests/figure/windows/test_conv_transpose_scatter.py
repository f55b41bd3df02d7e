"""A transposed convolution as it scatters: the patches that are drawn add up to the output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import texts
from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError, UsageError
from nnviz.figure.scene import Rect, Scene
from nnviz.figure.theme import theme
from nnviz.trace import Trace
from view_checks import drawn

X, W = np.array([[1, 2], [3, 4]]), np.array([[1, 10], [100, 1000]])


def up(x: Any = X, w: Any = W, **options: Any) -> Trace:
    return run("conv", x, kernel=w, transpose=True, **options)


def lit(scene: Scene) -> int:
    fill = theme("light").tone("intermediate").active
    return sum(isinstance(m, Rect) and m.fill == fill for m in scene.flat())


@settings(max_examples=30)
@given(
    st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 1),
    st.integers(1, 2), st.randoms(use_true_random=False),
)  # fmt: skip
def test_every_patch_is_drawn_and_they_add_up(
    channels: int, size: int, kernel: int, stride: int, pad: int, dilation: int, rng: Any
) -> None:
    reached = (size - 1) * stride + dilation * (kernel - 1) + 1
    if reached <= 2 * pad or channels * size * size > 16:
        return
    # No product is 0: an empty cell and a 0 can be told apart.
    x = np.array(rng.choices(range(1, 9), k=channels * size * size)).reshape(channels, size, size)
    w = np.array(rng.choices(range(1, 9), k=channels * kernel**2))
    w = w.reshape(channels, 1, kernel, kernel)
    trace = up(x, w, stride=stride, padding=pad, dilation=dilation)
    scene = drawn(trace, view="scatter", width=1280)
    found = [int(t.content) for t in scene.texts() if t.cell is not None]
    made = trace.output.reshape(-1).tolist()
    assert found[-len(made) :] == made
    patches = found[x.size + w.size : -len(made)]
    assert sum(patches) == sum(made)
    if not pad:
        expected = [int(v * f) for c in range(channels) for v in x[c].flat for f in w[c, 0].flat]
        assert patches == expected


def test_a_step_lights_the_patches_that_overlap_in_its_cell() -> None:
    # 2×2 under a 2×2 kernel by 1: the middle of 3×3 is reached by all, its corner by one.
    assert lit(drawn(up(), 1, view="scatter")) == 4
    assert lit(drawn(up(), 2, view="scatter")) == 8
    assert lit(drawn(up(), 5, view="scatter")) == lit(drawn(up(), view="scatter")) == 16


@pytest.mark.parametrize("width", [360, 720, 1280])
@pytest.mark.parametrize(
    "options", [{"stride": 2}, {"stride": 2, "padding": 1}, {"bias": 7}, {"act": "relu"}], ids=str
)
def test_nothing_leaves_the_page(options: dict[str, Any], width: int) -> None:
    for trace in (up(np.arange(16).reshape(4, 4), W, **options), up(X / 7, W, **options)):
        for steps in ((), (2,)):
            drawn(trace, *steps, view="scatter", width=width)


def test_it_is_a_view_of_the_command_conv() -> None:
    assert "scatter" in figure.views_of_command("conv")
    with pytest.raises(UsageError, match="conv has no view scatter"):
        drawn(run("conv", X, kernel=W), view="scatter")
    with pytest.raises(
        NnvizError, match="the input has 25 cells, and patches are drawn of at most 16"
    ):
        drawn(up(np.ones((5, 5), int)), view="scatter")
    assert "2 · kernel" in texts(drawn(up(), view="scatter"))
