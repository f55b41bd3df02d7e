from __future__ import annotations

from typing import Any

import pytest

from nnviz.errors import NnvizError
from nnviz.padding import (
    PadName,
    Pairs,
    adaptive_axes,
    check_axes,
    transposed_axes,
    window_axes,
)
from nnviz.shapes import AdaptiveAxis, Axis, PadMode, TransposedAxis

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


# --- transposed ---

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
    with pytest.raises(NnvizError, match="1×2×10 has 3 numbers for 2 axes"):
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


# --- adaptive ---


@pytest.mark.parametrize("out", [0, -1])
def test_an_adaptive_output_of_nothing_is_refused(out: int) -> None:
    with pytest.raises(NnvizError, match=f"{out} cells .* at least 1"):
        adaptive_axes([5, 5], [2, out])


def test_none_keeps_an_axis() -> None:
    assert adaptive_axes([5, 6], [2, None]) == (AdaptiveAxis(5, 2), AdaptiveAxis(6, 6))
