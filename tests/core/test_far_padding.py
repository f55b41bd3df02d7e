"""Windows far larger than the input: the work is that of the cells the input has."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import run
from nnviz.ops._field import _read
from nnviz.shapes import Axis, TransposedAxis

MOST = 2**31 - 1
SECONDS = 2.0
"""What none of these needs a hundredth of; loops over the padding take minutes."""


# Of 1 2; 3 4 under windows that each see one corner.
CORNERS = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("options", "output"),
    [
        ({"kind": "max"}, CORNERS),
        ({"kind": "avg"}, [[v / 10**10 for v in row] for row in CORNERS]),
        ({"kind": "avg", "count_include_pad": False}, CORNERS),
        ({"kind": "lp", "p": 1}, CORNERS),
    ],
    ids=["max", "avg", "avg of real cells", "lp"],
)
def test_pooling_looks_at_real_cells(options: dict[str, Any], output: list[list[float]]) -> None:
    began = perf_counter()
    trace = run("pool", [[1, 2], [3, 4]], kernel=100000, padding=99999, stride=100000, **options)
    np.testing.assert_allclose(trace.output, output)
    assert [step.detail["window"] for step in trace.steps] == [[1], [2], [3], [4]]
    assert perf_counter() - began < SECONDS


def test_one_window_of_all_the_cells_there_can_be() -> None:
    began = perf_counter()
    options = {"kernel": MOST, "padding": 10**9, "stride": MOST, "ceil_mode": False}
    trace = run("pool", [[1, 2], [3, 4]], **(options | {"kernel": 2 * 10**9 + 2}))
    assert trace.output.tolist() == [[4]]
    assert trace.steps[0].detail == {"window": [1, 2, 3, 4], "argmax": 3}
    assert perf_counter() - began < SECONDS


@pytest.mark.parametrize("transpose", [False, True], ids=["conv", "transposed"])
def test_a_kernel_far_larger_than_the_input(transpose: bool) -> None:
    began = perf_counter()
    kernel = np.arange(1.0, 1501 * 1501 + 1).reshape(1501, 1501)
    # Transposed the input spreads the kernel; of the full map of one cell it is turned.
    options = {"transpose": True} if transpose else {"padding": "full"}
    trace = run("conv", [[2.0]], kernel=kernel, **options)
    expected = 2 * (kernel if transpose else kernel[::-1, ::-1])
    np.testing.assert_array_equal(trace.output, expected)
    assert perf_counter() - began < SECONDS


def test_strides_far_apart() -> None:
    began = perf_counter()
    kernel = np.arange(1.0, 1000001).reshape(1000, 1000)
    trace = run("conv", [[2.0, 3.0]], kernel=kernel, transpose=True, stride=1000)
    np.testing.assert_array_equal(trace.output, np.hstack([2 * kernel, 3 * kernel]))
    assert perf_counter() - began < SECONDS


@pytest.mark.parametrize(
    ("chain", "shape", "field"),
    [
        (f"pool -k {MOST} --pad {MOST - 1} --stride 1", [2**31, 2**31], [MOST, MOST]),
        (f"conv --size {MOST} --pad {MOST - 1}", [2**31, 2**31], [MOST, MOST]),
        # (2 − 1)·stride + k cells; a cell is reached from one input cell, or from all k/2.
        (f"conv --size {MOST} --stride {MOST} --transpose", [2 * MOST, 2 * MOST], [1, 1]),
        (f"conv --size {MOST} --stride 2 --transpose", [MOST + 2, MOST + 2], [2**30, 2**30]),
    ],
    ids=["pool", "conv", "strides apart", "a stride of 2"],
)
def test_params_counts_without_cells(chain: str, shape: list[int], field: list[int]) -> None:
    from nnviz import params

    began = perf_counter()
    (row,) = params(chain, input=(2, 2)).rows
    assert (list(row["output"]), row["receptive_field"]) == (shape, field)
    assert perf_counter() - began < SECONDS


# --- the same as a loop over every cell ------------------------------------------------

some = st.integers(1, 7)
places = st.integers(0, 9)


@given(axis=st.builds(Axis, some, some, some, some, places, places), o=places)
def test_real_cells_are_those_inside(axis: Axis, o: int) -> None:
    every = list(enumerate(axis.positions(o)))
    assert axis.taps(o) == every
    assert axis.taps(o, real=True) == [tap for tap in every if 0 <= tap[1] < axis.size]
    assert axis.counted(o, include_pad=False) == len(axis.taps(o, real=True))
    inside = [p for _, p in every if -axis.before <= p < axis.size + axis.after]
    assert axis.counted(o, include_pad=True) == len(inside)


transposed = st.builds(TransposedAxis, some, some, some, some, places, places)


@given(axis=transposed, low=places, more=places)
def test_cells_that_reach_an_output(axis: TransposedAxis, low: int, more: int) -> None:
    def reaching(o: int) -> list[tuple[int, int]]:
        several = [
            divmod(o + axis.before - t * axis.dilation, axis.stride) for t in range(axis.kernel)
        ]
        return [(t, cell) for t, (cell, rest) in enumerate(several) if rest == 0]

    assert axis.taps(low) == [tap for tap in reaching(low) if 0 <= tap[1] < axis.size]
    cells = [cell for o in range(low, low + more + 1) for _, cell in reaching(o)]
    expected = (min(cells), max(cells)) if cells else (low, low - 1)
    assert _read(axis, low, low + more) == expected
