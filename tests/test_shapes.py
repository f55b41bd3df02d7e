from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnviz.errors import NnvizError
from nnviz.shapes import (
    PAD_MODES,
    AdaptiveAxis,
    Axis,
    PadMode,
    PadName,
    Pairs,
    TransposedAxis,
    adaptive_axes,
    cells,
    check_axes,
    times,
    transposed_axes,
    unravel,
    window_axes,
)

REFUSED: list[tuple[str, Axis, PadMode, str]] = [
    ("a kernel past its input", Axis(5, 6), "zeros", "kernel 6 .* input 5"),
    ("a dilated kernel past it", Axis(5, 3, dilation=3), "zeros", "kernel 7 .* input 5"),
    ("reflected too far", Axis(3, 1, before=3), "reflect", "padding of 3 .* 3: .* at most 2"),
    ("round too far", Axis(3, 1, after=4), "circular", "padding of 4 .* 3: .* at most 3"),
]


@pytest.mark.parametrize(
    ("axis", "mode", "message"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_does_not_fit_is_refused_with_its_numbers(
    axis: Axis, mode: PadMode, message: str
) -> None:
    with pytest.raises(NnvizError, match=message):
        check_axes([axis], mode)


SIZES: list[tuple[str, Axis, int]] = [
    ("the note's example", Axis(5, 3), 3),
    ("padded by one", Axis(5, 3, before=1, after=1), 5),
    ("a stride that leaves a cell", Axis(6, 3, 2), 2),
    ("the same with ceil", Axis(6, 3, 2, ceil=True), 3),
    ("a last window that would start in padding", Axis(2, 2, 2, 1, 1, 1, ceil=True), 2),
    ("dilated", Axis(7, 3, dilation=3), 1),
    ("too large", Axis(2, 3), 0),
]


@pytest.mark.parametrize(("axis", "out"), [c[1:] for c in SIZES], ids=[c[0] for c in SIZES])
def test_the_output_size(axis: Axis, out: int) -> None:
    assert axis.out == out


NAMED: list[tuple[PadName, tuple[int, int], int]] = [
    ("valid", (0, 0), 4),
    ("full", (3, 3), 10),
    ("same", (1, 2), 7),
    ("same-lower", (2, 1), 7),
]


@pytest.mark.parametrize(("name", "pair", "out"), NAMED, ids=[case[0] for case in NAMED])
def test_padding_by_name(name: PadName, pair: tuple[int, int], out: int) -> None:
    (axis,) = window_axes([7], [4], stride=[1], dilation=[1], padding=name)
    assert (axis.before, axis.after) == pair
    assert axis.out == out


def test_padding_by_number_goes_axis_by_axis() -> None:
    pairs: Pairs = ((1, 2), (3, 4))
    axes = window_axes([9, 9], [2, 2], stride=[1, 2], dilation=[1, 1], padding=pairs)
    assert [(a.before, a.after, a.stride) for a in axes] == [(1, 2, 1), (3, 4, 2)]


SOURCES: list[tuple[PadMode, list[int | None]]] = [
    ("zeros", [None, None, 0, 1, 2, None, None]),
    ("replicate", [0, 0, 0, 1, 2, 2, 2]),
    ("circular", [1, 2, 0, 1, 2, 0, 1]),
    ("reflect", [2, 1, 0, 1, 2, 1, 0]),
]


@pytest.mark.parametrize(("mode", "read"), SOURCES, ids=PAD_MODES)
def test_what_padding_reads(mode: PadMode, read: list[int | None]) -> None:
    axis = Axis(3, 1, before=2, after=2)
    assert [axis.source(p, mode) for p in range(-2, 5)] == read


def test_one_cell_reflects_into_itself() -> None:
    assert Axis(1, 1).source(5, "reflect") == 0


small = st.integers(1, 9)


@given(small, small, small, small, st.integers(0, 4), st.integers(0, 4), st.booleans())
def test_windows_lie_where_the_size_says(
    size: int, kernel: int, stride: int, dilation: int, before: int, after: int, ceil: bool
) -> None:
    axis = Axis(size, kernel, stride, dilation, before, after, ceil)
    assume(axis.out > 0)
    windows = [axis.positions(o) for o in range(axis.out)]
    assert all(len(window) == kernel for window in windows)
    assert windows[0][0] == -before
    whole = Axis(size, kernel, stride, dilation, before, after).out
    if not ceil:
        assert windows[-1][-1] < size + after <= windows[-1][-1] + stride
    elif axis.out > whole:
        assert windows[-1][0] < size
        assert windows[-1][-1] >= size + after
    read = {p for window in windows for p in window}
    assert not read & set(axis.unused)
    for o, window in enumerate(windows):
        assert axis.counted(o, include_pad=False) == sum(0 <= p < size for p in window)
        assert axis.counted(o, include_pad=True) == sum(p < size + after for p in window)


def test_shapes_in_words_and_numbers() -> None:
    assert times((3, 5, 5)) == "3×5×5"
    assert times(()) == "1"
    assert cells((2, 3, 4)) == 24
    assert [unravel(flat, (2, 3)) for flat in range(6)] == [
        (i, j) for i in (0, 1) for j in range(3)
    ]


# --- transposed ------------------------------------------------------------------

Options = dict[str, Any]


def transposed(size: int, kernel: int, **options: Any) -> TransposedAxis:
    defaults: Options = {"stride": 1, "dilation": 1, "padding": (0, 0), "output_padding": 0}
    some: Options = {
        name: value if isinstance(value, str) else [value]
        for name, value in (defaults | options).items()
    }
    (axis,) = transposed_axes([size], [kernel], **some)
    return axis


NOT_TRANSPOSED: list[tuple[str, int, int, Options, str]] = [
    (
        "an output padding of the stride",
        3,
        3,
        {"stride": 2, "output_padding": 2},
        "output padding of 2 .* stride 2 .* dilation 1: .* at most 1",
    ),
    (
        "one above stride and dilation",
        3,
        3,
        {"stride": 2, "dilation": 3, "output_padding": 4},
        "output padding of 4 .* stride 2 .* dilation 3: .* at most 2",
    ),
    ("padding that leaves nothing", 3, 3, {"padding": (2, 3)}, r"2 \+ 3 .* output of 5: .* 4"),
    ("full padding of one cell", 1, 2, {"padding": "full"}, r"1 \+ 1 .* output of 2: .* 1"),
    ("an output of nothing", 3, 3, {"output_shape": 0}, "output of 0 cells .* at least 1"),
]


@pytest.mark.parametrize(
    ("size", "kernel", "options", "message"),
    [c[1:] for c in NOT_TRANSPOSED],
    ids=[c[0] for c in NOT_TRANSPOSED],
)
def test_what_cannot_be_transposed_is_refused_with_its_numbers(
    size: int, kernel: int, options: Options, message: str
) -> None:
    with pytest.raises(NnvizError, match=message):
        transposed(size, kernel, **options)


def test_an_output_shape_of_other_axes_is_refused() -> None:
    with pytest.raises(NnvizError, match="1×2×10 has 3 numbers, and there are 2 axes"):
        transposed_axes(
            [3, 3], [3, 3], stride=[1, 1], dilation=[1, 1], padding="valid",
            output_padding=[0, 0], output_shape=[1, 2, 10],
        )  # fmt: skip


TRANSPOSED: list[tuple[str, int, int, Options, tuple[int, int], int]] = [
    ("nothing asked", 3, 3, {}, (0, 0), 5),
    ("stride", 3, 3, {"stride": 2}, (0, 0), 7),
    ("output padding below the dilation", 3, 3, {"dilation": 2, "output_padding": 1}, (0, 0), 8),
    ("padding on either side", 3, 3, {"stride": 2, "padding": (0, 2)}, (0, 2), 5),
    ("full", 5, 3, {"padding": "full"}, (2, 2), 3),
    ("same cuts the odd cell after", 3, 3, {"stride": 2, "padding": "same"}, (0, 1), 6),
    ("same-lower before", 3, 3, {"stride": 2, "padding": "same-lower"}, (1, 0), 6),
    ("same past the kernel", 2, 1, {"stride": 3, "padding": "same"}, (-1, -1), 6),
    ("an output shape cuts the odd cell before", 3, 3, {"output_shape": 2}, (2, 1), 2),
    ("with same it cuts it after", 3, 3, {"output_shape": 2, "padding": "same"}, (1, 2), 2),
    ("it comes before padding", 3, 3, {"output_shape": 3, "padding": (0, 2)}, (1, 1), 3),
    ("larger than what is reached", 3, 3, {"stride": 3, "output_shape": 10}, (0, -1), 10),
    ("larger by two", 3, 3, {"output_shape": 7}, (-1, -1), 7),
    (
        "with an output padding",
        3,
        3,
        {"stride": 3, "output_shape": 10, "output_padding": 1},
        (0, 0),
        10,
    ),
]


@pytest.mark.parametrize(
    ("size", "kernel", "options", "pair", "out"),
    [c[1:] for c in TRANSPOSED],
    ids=[c[0] for c in TRANSPOSED],
)
def test_the_size_and_padding_of_a_transposed_axis(
    size: int, kernel: int, options: Options, pair: tuple[int, int], out: int
) -> None:
    axis = transposed(size, kernel, **options)
    assert (axis.before, axis.after) == pair
    assert axis.out == out


@given(small, small, small, small, st.integers(-3, 4), st.integers(-3, 4), st.integers(0, 3))
def test_what_reaches_a_cell_is_the_window_turned_round(
    size: int, kernel: int, stride: int, dilation: int, before: int, after: int, more: int
) -> None:
    axis = TransposedAxis(size, kernel, stride, dilation, before, after, more)
    assume(axis.out > 0)
    forward = Axis(axis.out, kernel, stride, dilation, before, after)
    for o in range(axis.out):
        expected = [
            (cell, tap)
            for tap in range(kernel)
            for cell in range(size)
            if forward.positions(cell)[tap] == o
        ]
        assert axis.sources(o) == expected


# --- adaptive --------------------------------------------------------------------


@pytest.mark.parametrize("out", [0, -1])
def test_an_adaptive_output_of_nothing_is_refused(out: int) -> None:
    with pytest.raises(NnvizError, match=f"{out} cells .* at least 1"):
        adaptive_axes([5, 5], [2, out])


def test_none_keeps_an_axis() -> None:
    assert adaptive_axes([5, 6], [2, None]) == (AdaptiveAxis(5, 2), AdaptiveAxis(6, 6))


@given(st.integers(1, 40), st.integers(1, 40))
def test_uneven_windows_cover_the_axis(size: int, out: int) -> None:
    axis = AdaptiveAxis(size, out)
    windows = [axis.positions(o) for o in range(out)]
    assert windows[0].start == 0
    assert windows[-1].stop == size
    steps = list(pairwise(windows))
    assert all(a.stop - 1 <= b.start <= a.stop for a, b in steps)
    assert all(b.start - a.start <= axis.stride for a, b in steps)
    assert axis.kernel == max(len(window) for window in windows)
    for o, window in enumerate(windows):
        assert axis.counted(o) == len(window)
        assert [axis.source(p) for p in window] == list(window)
    if axis.even is not None:
        assert [axis.even.positions(o) for o in range(axis.even.out)] == windows
