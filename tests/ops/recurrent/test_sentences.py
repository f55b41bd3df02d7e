"""--explain of cells: every number said is the one that a plain loop finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import run
from nnviz.numerals import rounded
from spoken import said

# --- recurrent nets --------------------------------------------------------------------


def sigmoid(value: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-value)))


SHARES = [
    (0.05, "hardly anything"),
    (0.1, "a small part"),
    (0.25, "less than half"),
    (0.4, "about half"),
    (0.6, "most"),
    (0.9, "nearly all"),
]


def share(gate: np.ndarray) -> str:
    return next(
        said for least, said in reversed([(0.0, SHARES[0][1]), *SHARES[1:]]) if gate.mean() >= least
    )


def shown(gate: np.ndarray) -> str:
    return rounded(float(gate.mean()), 4) + " on average" * (gate.size > 1)


@given(st.integers(1, 3), st.integers(0, 2**16), st.floats(0.5, 8))
def test_an_lstm_says_how_far_its_gates_are_open(hidden: int, seed: int, size: float) -> None:
    dice = np.random.default_rng(seed)
    wx, wh = (size * dice.normal(size=(4 * hidden, n)) for n in (2, hidden))
    b, x = dice.normal(size=4 * hidden), dice.normal(size=(2, 2))
    h = c = np.zeros(hidden)
    for t in range(2):
        i, f, g, o = np.split(wx @ x[t] + wh @ h + b, 4)
        i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
    trace = run("rnn", x, cell="lstm", weights={"Wx": wx, "Wh": wh, "b": b})
    assert said(trace, 1)[0] == "The memory is still empty: the forget gate has nothing to keep."
    assert said(trace, 2) == [
        f"The forget gate is {shown(f)}: {share(f)} of the old memory is kept.",
        f"The input gate is {shown(i)}: {share(i)} of the candidate is written down.",
        f"The output gate is {shown(o)}: {share(o)} of the memory is shown as the new state.",
    ]


@given(st.integers(1, 3), st.integers(0, 2**16))
def test_a_gru_and_a_plain_cell_say_what_a_loop_finds(hidden: int, seed: int) -> None:
    dice = np.random.default_rng(seed)
    wx, wh = (dice.normal(size=(3 * hidden, n)) for n in (2, hidden))
    b, x, h = dice.normal(size=3 * hidden), dice.normal(size=(1, 2)), dice.normal(size=hidden)
    pre, back = np.split(wx @ x[0] + b, 3), np.split(wh @ h, 3)
    r, z = sigmoid(pre[0] + back[0]), sigmoid(pre[1] + back[1])
    new = (1 - z) * np.tanh(pre[2] + r * back[2]) + z * h
    trace = run("rnn", x, cell="gru", weights={"Wx": wx, "Wh": wh, "b": b}, h0=h)
    assert said(trace, 1) == [
        f"The reset gate is {shown(r)}: the candidate sees {share(r)} of the old state.",
        f"The update gate is {shown(z)}: {share(z)} of the old state is kept, "
        "and the candidate fills the rest.",
        change(h, new),
    ]
    plain = {"Wx": wx[:hidden], "Wh": wh[:hidden], "b": b[:hidden], "Wy": np.eye(hidden)}
    new = np.tanh(wx[:hidden] @ x[0] + wh[:hidden] @ h + b[:hidden])
    best = int(new.argmax())
    assert said(run("rnn", x, weights=plain, h0=h), 1) == [
        "The new state is made of the input and of h₀: nothing was read before.",
        change(h, new),
        "The output is made of this state; its largest number is "
        f"{rounded(float(new[best]), 4)}, of unit {best}.",
    ]


def change(before: np.ndarray, now: np.ndarray) -> str:
    k = int(np.abs(now - before).argmax())
    a, b = (rounded(float(state[k]), 4) for state in (before, now))
    return f"Unit {k} changes most: from {a} to {b}."


def test_where_there_is_no_input_none_is_spoken_of() -> None:
    options = {"hidden": 2, "mode": "one-to-many", "length": 3}
    first, second, _ = (said(run("rnn", [[1.0, 0.0]], **options), n)[0] for n in (1, 2, 3))
    assert first.startswith("The new state is made of the input and of h₀")
    assert second == "There is no input here: the new state is made of the state before alone."


@pytest.mark.parametrize(("mean", "expected"), SHARES)
def test_a_share_has_its_words_from_its_limit_on(mean: float, expected: str) -> None:
    """A gate of one unit whose weights are 0 is the sigmoid of its bias."""
    bias = math.log(mean / (1 - mean)) + 1e-9
    b = np.array([0, bias, 0, 0])
    weights = {"Wx": np.zeros((4, 1)), "Wh": np.zeros((4, 1)), "b": b}
    trace = run("rnn", [[1.0]], cell="lstm", weights=weights, c0=np.array([1.0]))
    assert f": {expected} of the old memory is kept." in said(trace, 1)[0]
