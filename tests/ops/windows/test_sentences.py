"""--explain of windows: every number said is the one that a plain loop finds."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from helpers import run
from nnviz.numerals import rounded
from spoken import KERNELS, MATRICES, SMALL, heaviest, minus, place, said, total

# --- convolution -----------------------------------------------------------------------


@given(
    MATRICES, KERNELS, st.integers(1, 2), st.integers(0, 2), st.none() | SMALL, st.integers(0, 99)
)
def test_a_convolution_says_what_a_loop_finds(
    x: np.ndarray, k: np.ndarray, stride: int, pad: int, bias: int | None, which: int
) -> None:
    trace = run("conv", x, kernel=k, stride=stride, padding=pad, bias=bias)
    which %= trace.output.size
    top, left = (stride * i - pad for i in divmod(which, trace.output.shape[1]))
    products = []
    for r in range(k.shape[0]):
        for c in range(k.shape[1]):
            at = top + r, left + c
            inside = all(0 <= i < n for i, n in zip(at, x.shape, strict=True))
            products.append((int(x[at]) if inside else 0, int(k[r, c]), at, inside))
    cells = [at for *_, at, inside in products if inside]
    outside = k.size - len(cells)
    past = f" and past its edge, where it reads 0: {outside} of {k.size} cell{'s' * (k.size > 1)}"
    lies = (
        f"The window lies on {place(cells)} of the input{past * (outside > 0)}."
        if cells
        else "The window lies past the edge of the input, where it reads 0."
    )
    value = sum(a * b for a, b, *_ in products) + (bias or 0)
    each = "Each number in it is multiplied by the kernel's number at the same place"
    expected = [lies, each + total(bias, value), heaviest([p[:3] for p in products])]
    assert said(trace, which + 1) == expected


@given(MATRICES, KERNELS, st.integers(1, 3), st.none() | SMALL, st.integers(0, 99))
def test_a_transposed_convolution_says_what_a_loop_finds(
    x: np.ndarray, k: np.ndarray, stride: int, bias: int | None, which: int
) -> None:
    trace = run("conv", x, kernel=k, stride=stride, bias=bias, transpose=True)
    which %= trace.output.size
    cell = divmod(which, trace.output.shape[1])
    products = [
        (int(x[at]), int(k[t]), at)
        for t in np.ndindex(*k.shape)
        for at in np.ndindex(*x.shape)
        if all(stride * i + j == o for i, j, o in zip(at, t, cell, strict=True))
    ]
    head = "Each number of the input lays down the kernel, times itself; "
    if not products:
        assert said(trace, which + 1) == [head + "no copy reaches this cell."]
        return
    where = place([at for *_, at in products])
    value = sum(a * b for a, b, _ in products) + (bias or 0)
    assert said(trace, which + 1) == [
        f"{head}the copies from {where} of the input reach this cell.",
        "Each copy brings one product" + total(bias, value),
        heaviest(products),
    ]


def test_channels_are_named() -> None:
    x = np.arange(18).reshape(2, 3, 3)
    first, _, most = said(run("conv", x, kernel=np.ones((1, 2, 2, 2), int)), 1)
    assert first == "The window lies on rows 0–1, columns 0–1 of channels 0–1."
    assert most == "The product 13×1 = 13, from channel 1, row 1, column 1, counts most."
    depthwise = run("conv", x, kernel=np.ones((2, 1, 2, 2), int), groups=2)
    assert said(depthwise, 5)[0] == "The window lies on rows 0–1, columns 0–1 of channel 1."


def test_padding_that_mirrors_reads_the_inside_again() -> None:
    x = np.arange(9).reshape(3, 3)
    trace = run("conv", x, kernel=np.ones((3, 3), int), padding=1, padding_mode="reflect")
    first, _, most = said(trace, 1)
    assert first.endswith(
        "and past its edge, where it reads numbers from inside again: 5 of 9 cells."
    )
    assert most == "No product counts more than 4×1 = 4, from row 1, column 1."


def test_an_activation_after_a_sum_is_explained_in_the_place_of_its_products() -> None:
    trace = run("conv", np.array([[1, 2]]), kernel=np.array([[-1, -1]]), act="relu")
    assert said(trace, 1)[1:] == [
        "Each number in it is multiplied by the kernel's number at the same place, "
        "and the products add up to −3.",
        "−3 is below 0: ReLU makes 0 of it.",
    ]


# --- pooling ---------------------------------------------------------------------------


@given(
    MATRICES,
    st.integers(0, 1),
    st.sampled_from(["max", "avg", "lp"]),
    st.booleans(),
    st.integers(0, 99),
)
def test_pooling_says_what_a_loop_finds(
    x: np.ndarray, pad: int, kind: str, counts: bool, which: int
) -> None:
    more = {"count_include_pad": counts} if kind == "avg" else {}
    trace = run("pool", x, kernel=2, stride=1, padding=pad, kind=kind, **more)
    which %= trace.output.size
    top, left = (i - pad for i in divmod(which, trace.output.shape[1]))
    cells = [
        (r, c)
        for r in (top, top + 1)
        for c in (left, left + 1)
        if 0 <= r < x.shape[0] and 0 <= c < x.shape[1]
    ]
    numbers = [int(x[cell]) for cell in cells]
    reads = "reads 0" if kind == "avg" and counts else "reads nothing"
    outside = 4 - len(cells)
    past = f" and past its edge, where it {reads}: {outside} of 4 cells" * (outside > 0)
    sentences = said(trace, which + 1)
    assert sentences[0] == f"The window lies on {place(cells)} of the input{past}."
    n = 4 if counts and kind == "avg" else len(cells)
    if kind == "avg":
        mean = rounded(sum(numbers) / n, 4)
        expected = f"Its numbers add up to {minus(sum(numbers))}; divided by {n}, that is {mean}."
    elif kind == "lp":
        root = rounded(math.sqrt(sum(v * v for v in numbers)), 4)
        expected = (
            f"The sizes of its numbers to the power 2 are added, and the root of that is {root}."
        )
    elif len(cells) == 1:
        expected = "There is one number, and it goes on as it is."
    else:
        best = max(numbers)
        where = place([cells[numbers.index(best)]])
        expected = f"{minus(best)} is the largest of {len(cells)} numbers, at {where}."
    assert sentences[1] == expected
