"""A convolution as a matrix product: what is drawn, multiplied, is the output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import texts
from helpers import run
from nnviz.errors import NnvizError
from nnviz.trace import Trace
from view_checks import drawn

X, W = np.arange(16).reshape(4, 4), np.array([[1, 2], [3, 4]])


def numbers(trace: Trace, *steps: int, **look: Any) -> list[int]:
    """What stands in the cells of its figure, in the order it is painted."""
    scene = drawn(trace, *steps, view="matrix", width=1280, **look)
    return [int(t.content.replace("−", "-")) for t in scene.texts() if t.cell is not None]


@settings(max_examples=50)
@given(
    st.integers(1, 2), st.integers(2, 3), st.integers(3, 4), st.sampled_from([1, 2]),
    st.integers(1, 2), st.integers(0, 1), st.sampled_from(["zeros", "reflect", "circular"]),
    st.booleans(), st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_matrices_multiplied_give_the_output(
    channels: int, rows: int, columns: int, size: int, stride: int, pad: int, mode: Any,
    biased: bool, rng: Any,
) -> None:  # fmt: skip
    def ints(*shape: int) -> Any:
        return np.array(rng.choices(range(-3, 9), k=int(np.prod(shape)))).reshape(shape)

    x, w = ints(channels, rows, columns), ints(1, channels, size, size)
    more: dict[str, Any] = {"bias": ints(1)} if biased else {}
    if pad:
        more |= {"padding": 1, "padding_mode": mode}
    trace = run("conv", x, kernel=w, stride=stride, **more)
    out, taps = trace.output.size, w.size
    found = numbers(trace)

    def taken(count: int) -> np.ndarray:
        some = np.array(found[:count])
        del found[:count]
        return some

    for inner, vector in ((taps, w), (x.size, x)):
        matrix, by = taken(out * inner).reshape(out, inner), taken(inner)
        assert by.tolist() == vector.reshape(-1).tolist()
        bias = taken(1)[0] if biased else 0
        made = taken(out)
        assert made.tolist() == (matrix @ by + bias).tolist() == trace.output.reshape(-1).tolist()
    assert not found


def test_the_matrix_of_the_kernel_by_hand() -> None:
    # 1 2 / 3 4 over 3×3: each row has the kernel where its window lies.
    found = numbers(run("conv", np.zeros((3, 3), int), kernel=W))
    start = 4 * 4 + 4 + 4
    assert np.array(found[start : start + 36]).reshape(4, 9).tolist() == [
        [1, 2, 0, 3, 4, 0, 0, 0, 0],
        [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [0, 0, 0, 1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 1, 2, 0, 3, 4],
    ]


def test_a_step_lights_its_row_and_leaves_later_outputs_empty() -> None:
    trace = run("conv", X, kernel=W)
    assert len(numbers(trace)) - len(numbers(trace, 3)) == 2 * 6  # of nine, in both products
    assert "(2×1)" in texts(drawn(trace, 3, view="matrix"))


CASES: dict[str, Trace] = {
    "the note's size": run("conv", np.ones((5, 5), int), kernel=np.ones((3, 3), int), bias=1),
    "an activation": run("conv", X, kernel=W, act="relu"),
    "a vector": run("conv", np.arange(6), kernel=np.ones((1, 1, 3), int), padding=1),
    "decimals": run("conv", np.random.default_rng(3).normal(size=(4, 4)), kernel=W / 7),
    "two filters": run("conv", X, kernel=np.stack([W, 2 * W])[:, None]),
}


@pytest.mark.parametrize("width", [360, 720, 1280])
@pytest.mark.parametrize("name", CASES)
def test_nothing_leaves_the_page(name: str, width: int) -> None:
    trace = CASES[name]
    for steps in ((), (1,), (len(trace.steps),)):
        drawn(trace, *steps, view="matrix", width=width)


def test_large_cases_are_refused() -> None:
    with pytest.raises(NnvizError, match="the input has 36 cells, and a matrix at most 25"):
        drawn(run("conv", np.ones((6, 6), int), kernel=W), view="matrix")
    assert "filter 1 of 2" in texts(drawn(CASES["two filters"], view="matrix", filter=1))
