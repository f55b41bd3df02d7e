"""--explain of other layers: every number said is the one that a plain loop finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import run
from nnviz.backpropagation import backward
from nnviz.numerals import rounded
from spoken import KERNELS, MATRICES, SMALL, heaviest, minus, place, said, total

# --- activations -----------------------------------------------------------------------

ACTIVATED = [
    ("relu", 2, {}, "2 is not below 0: it passes ReLU as it is."),
    ("relu", -3, {}, "−3 is below 0: ReLU makes 0 of it."),
    ("leaky-relu", -2.0, {"alpha": 0.1}, "−2 is below 0: 0.1 of it is left, −0.2."),
    ("elu", -1.0, {}, "−1 is below 0: ELU bends it to −0.6321."),
    ("gelu", 0.0, {}, "0.5 of 0 is handed on: as much of a bell curve lies below it."),
    ("gelu", 1.0, {}, "0.8413 of 1 is handed on: as much of a bell curve lies below it."),
    ("sigmoid", 0.0, {}, "0 is pressed between 0 and 1: it becomes 0.5."),
    ("tanh", 1.0, {}, "1 is pressed between −1 and 1: it becomes 0.7616."),
    ("hard-sigmoid", 5.0, {}, "The line is 1.5 at 5; cut at 0 and 1, that is 1."),
    ("softmax", 1.0, {}, "The share of 1 is 1: e to this power, of all such powers together."),
]


@pytest.mark.parametrize(("name", "x", "options", "expected"), ACTIVATED)
def test_an_activation_says_what_it_makes(
    name: str, x: float, options: dict[str, float], expected: str
) -> None:
    first, use = said(run("act", [x], name=name, **options), 1)
    assert first == expected
    assert use.endswith(".")


def test_what_is_no_number_is_not_explained_away() -> None:
    unsaid = "Some numbers here are not finite, which leaves nothing to explain."
    assert said(run("act", [math.nan, math.inf], name="relu"), 1) == [unsaid]
    assert said(run("rnn", [[math.inf, 1.0]], hidden=2, cell="lstm"), 1) == [unsaid]
    x = np.array([[math.nan, 1.0], [2.0, 3.0]])
    assert len(said(run("conv", x, kernel=np.ones((2, 2))), 1)) == 2
    assert len(said(run("pool", x, kernel=2), 1)) == 1


# --- dense and flatten -----------------------------------------------------------------


@given(st.lists(SMALL, min_size=2, max_size=4), st.none() | SMALL, st.integers(0, 2**16))
def test_a_dense_layer_says_what_a_loop_finds(x: list[int], bias: int | None, seed: int) -> None:
    w = np.random.default_rng(seed).integers(-3, 4, (2, len(x)))
    b = {} if bias is None else {"bias": np.array([0, bias])}
    trace = run("dense", x, weight=w, **b)
    products = [(x[k], int(w[1, k]), (0, k)) for k in range(len(x))]
    value = sum(a * k for a, k, _ in products) + (bias or 0)
    each, most, _ = said(trace, 2)
    assert each == "Each input is multiplied by its weight in row 1" + total(bias, value)
    assert most == heaviest(products).replace("row 0, column", "cell")


@given(MATRICES, st.integers(0, 99))
def test_flatten_says_where_a_number_was_and_comes_to(x: np.ndarray, which: int) -> None:
    which %= x.size
    r, c = divmod(which, x.shape[1])
    sentences = said(run("flatten", x), which + 1)
    assert sentences[0] == f"{minus(x[r, c])} is moved from row {r}, column {c} to cell {which}."
    ones = "number" if which == 1 else "numbers"
    assert sentences[1] == f"Row after row is read, and it comes after {which} {ones}."
    below = r + 1 < x.shape[0]
    flat = x.reshape(-1).tolist()
    other, side = (r + 1, "below it") if below else (r - 1, "above it")
    apart = abs(which - (other * x.shape[1] + c))
    assert flat[other * x.shape[1] + c] == x[other, c]
    assert sentences[2].startswith(f"The number {side} comes to be {apart} cells")


# --- norms, upsampling, branches, gradients ---------------------------------------------


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=5), st.integers(-3, 3))
def test_a_norm_says_what_a_loop_finds(x: list[int], beta: int) -> None:
    mean = sum(x) / len(x)
    spread = math.sqrt(sum((v - mean) ** 2 for v in x) / len(x) + 1e-5)
    became = rounded((max(x) - mean) / spread + beta, 4)
    sentences = said(run("norm", [x], kind="layer", beta=np.array(float(beta))), 1)
    assert sentences[0] == (
        f"The mean {rounded(mean, 4)} is taken away, "
        f"and what is left is divided by {rounded(spread, 4)}, √(σ² + ε)."
    )
    assert sentences[2] == f"The largest of its numbers, {minus(max(x))}, becomes {became}."


@given(MATRICES, st.integers(1, 3), st.integers(0, 99))
def test_upsampling_says_which_cells_are_read(x: np.ndarray, by: int, which: int) -> None:
    nearest = run("upsample", x, mode="nearest", by=by)
    which %= nearest.output.size
    r, c = divmod(which, x.shape[1] * by)
    first = f"The cell at {place([(r // by, c // by)])} of the input is repeated."
    assert said(nearest, which + 1)[0] == first
    # Of lines between cells: a hat that is 1 at the middle of a cell and 0 at the next ones'.
    shares = {}
    for at in np.ndindex(*x.shape):
        hats = []
        for o, i, n in zip((r, c), at, x.shape, strict=True):
            middle = min(max((o + 0.5) / by - 0.5, 0), n - 1)
            hats.append(max(0.0, 1 - abs(middle - i)))
        shares[at] = hats[0] * hats[1]
    read = {at: p for at, p in shares.items() if p > 1e-12}
    sentences = said(run("upsample", x.astype(float), mode="bilinear", by=by), which + 1)
    if len(read) == 1:
        assert sentences[0] == f"The cell at {place([*read])} of the input is repeated."
        return
    assert sentences[0].startswith(f"It lies between {len(read)} cells of the input")
    most = rounded(max(read.values()), 4)
    assert sentences[1].startswith("None has a larger share than the cell at row ")
    assert sentences[1].endswith(f": {most}.")


def test_dropout_says_what_stays_and_what_is_left_out() -> None:
    trace = run("dropout", [[3, 5, 7, 9]], p=0.2, train=True, seed=1)
    for n, (x, kept) in enumerate(zip([3, 5, 7, 9], trace.results["mask"][0], strict=True), 1):
        left = f"{x} is kept, divided by 1 − 0.2: {rounded(x / 0.8, 4)}."
        assert said(trace, n)[0] == (left if kept else f"{x} is left out, as a share of 0.2 is.")
    assert {*trace.results["mask"][0].tolist()} == {0, 1}
    as_it_is = "3 is handed on as it is: this network is run, not trained."
    assert said(run("dropout", [3], p=0.2), 1)[0] == as_it_is


def test_an_embedding_says_which_row_is_taken() -> None:
    trace = run("embed", [2, 0], count=3, units=2)
    assert said(trace, 1)[0].startswith("2 is the number of a row")
    assert said(trace, 2)[0].startswith("0 is the number of a row")


def test_branches_say_what_they_add_and_where_a_number_was() -> None:
    x = np.array([[1, -2], [3, -4]])
    added = run("net", x, net="residual { act relu }").layers[-1]
    assert said(added, 1)[0] == "The numbers of all branches here are added: 2."
    joined = run("net", x[None], net="concat { act relu } { }").layers[-1]
    assert said(joined, 6)[0] == "−2 is that of branch 2, at channel 0, row 0, column 1."


@given(MATRICES, KERNELS, st.integers(1, 2), st.integers(0, 99))
def test_a_gradient_says_what_a_loop_finds(
    x: np.ndarray, k: np.ndarray, stride: int, which: int
) -> None:
    if any(n < m for n, m in zip(x.shape, k.shape, strict=True)):
        return
    which %= x.size
    cell = divmod(which, x.shape[1])
    trace = run("conv", x, kernel=k, stride=stride)
    g = np.arange(trace.output.size).reshape(trace.output.shape) - 2
    products = [
        (int(g[o]), int(k[t]), o)
        for o in np.ndindex(*g.shape)
        for t in np.ndindex(*k.shape)
        if all(stride * i + j == n for i, j, n in zip(o, t, cell, strict=True))
    ]
    value = sum(a * b for a, b, _ in products)
    sentences = said(backward(trace, g), which + 1)
    assert sentences[0].endswith(
        f"grew by 1 and the slope stayed, the loss would {'grow' if value > 0 else 'fall'} by "
        f"{abs(value)}."
        if value
        else "moved a little, the loss would stay as it is."
    )
    if not products:
        assert sentences[1:] == ["Nothing depends on it."]
    elif len(products) == 1:
        ((arrived, factor, _),) = products
        both = f"the gradient there, {minus(arrived)}, times its factor, {minus(factor)}."
        assert sentences[1:] == [f"It is used once: what comes back is {both}"]
    else:
        assert sentences[1].startswith(f"It is used {len(products)} times")
        assert sentences[2:] == [heaviest(products)]
