from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nnviz.shapes import (
    PAD_MODES,
    AdaptiveAxis,
    Axis,
    PadMode,
    TransposedAxis,
    cells,
    ravel,
    times,
    unravel,
)

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
    assert axis.turned.out == size
    pairs = [(o, tap, p) for o, window in enumerate(windows) for tap, p in enumerate(window)]
    for p in range(size):
        assert axis.turned.taps(p) == sorted((tap, o) for o, tap, q in pairs if q == p)
    around = range(-before, size + after)
    assert axis.unread(-before, size + after) == [p for p in around if p not in read]
    for mode in ("replicate", "circular", "reflect"):
        if ceil or max(before, after) >= size:
            continue  # such padding is refused
        sources = {axis.source(p, mode) for p in read}
        assert axis.unread(0, size, mode) == [p for p in range(size) if p not in sources]
    for o, window in enumerate(windows):
        assert axis.counted(o, include_pad=False) == sum(0 <= p < size for p in window)
        assert axis.counted(o, include_pad=True) == sum(p < size + after for p in window)


@pytest.mark.parametrize(
    "axis",
    [
        Axis(2, 2**31 - 1, 1, 1, 2**31 - 2, 2**31 - 2),
        Axis(2, 2**31 - 1, 2**31 - 1, 1, 2**31 - 2, 2**31 - 2),
        Axis(2, 100_000, 100_000, 1, 99_999, 99_999),
    ],
    ids=["stride 1", "stride of the kernel", "a window a cell"],
)
def test_what_is_unread_of_huge_windows_is_known_at_once(axis: Axis) -> None:
    assert axis.unread(0, 2) == []


def test_shapes_in_words_and_numbers() -> None:
    assert times((3, 5, 5)) == "3×5×5"
    assert times(()) == "1"
    assert cells((2, 3, 4)) == 24
    assert [unravel(flat, (2, 3)) for flat in range(6)] == [
        (i, j) for i in (0, 1) for j in range(3)
    ]
    assert [ravel((i, j), (2, 3)) for i in (0, 1) for j in range(3)] == list(range(6))


# --- transposed ------------------------------------------------------------------


@given(small, small, small, small, st.integers(-3, 4), st.integers(-3, 4), st.integers(0, 3))
def test_what_reaches_a_cell_is_the_window_turned_round(
    size: int, kernel: int, stride: int, dilation: int, before: int, after: int, more: int
) -> None:
    axis = TransposedAxis(size, kernel, stride, dilation, before, after, more)
    assume(axis.out > 0)
    forward = Axis(axis.out, kernel, stride, dilation, before, after)
    for o in range(axis.out):
        expected = [
            (tap, cell)
            for tap in range(kernel)
            for cell in range(size)
            if forward.positions(cell)[tap] == o
        ]
        assert axis.taps(o) == expected


# --- adaptive --------------------------------------------------------------------


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
