"""The gradients of the states in between: a plain loop, each state moved as it is made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz

Array = np.ndarray
Poke = tuple[str, int, int, int, int, float]
"""A state's letter, layer, direction, time and unit, and by how much it is moved."""
NONE: Poke = ("", 0, 0, 0, 0, 0.0)


def sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def cell(kind: str, w: list[Array], x: Array, h: Array, c: Array, move: Any) -> tuple[Array, Array]:
    """One time of PyTorch's equations; `move` changes a state as soon as it is made."""
    wx, wh, b, bh = w
    n = len(h)
    if kind == "rnn":
        return move("h", np.tanh(wx @ x + b + wh @ h + bh)), c
    by_x, by_h = (np.split(v, len(b) // n) for v in (wx @ x + b, wh @ h + bh))
    if kind == "gru":
        r, z = sigmoid(by_x[0] + by_h[0]), sigmoid(by_x[1] + by_h[1])
        new = np.tanh(by_x[2] + r * by_h[2])
        return move("h", (1 - z) * new + z * h), c
    i, f, g, o = (a + b for a, b in zip(by_x, by_h, strict=True))
    c = move("c", sigmoid(f) * c + sigmoid(i) * np.tanh(g))
    return move("h", sigmoid(o) * np.tanh(c)), c


def loss(kind: str, weights: dict[str, Array], x: Array, g: Array, poke: Poke = NONE) -> float:
    """The sum of the last layer's states times `g`, with one state moved."""
    letter, layer, way, time, unit, by = poke
    for k in range(1 + ("weight_ih_l1" in weights)):
        made = []
        for d in range(1 + ("weight_ih_l0_reverse" in weights)):
            end = f"_l{k}" + "_reverse" * d
            w = [weights[n + end] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            h = c = np.zeros(w[1].shape[1])
            states = np.zeros((len(x), len(h)))
            for t in range(len(x))[:: -1 if d else 1]:

                def move(name: str, state: Array, at: tuple[int, int, int] = (k, d, t)) -> Array:
                    here = name == letter and at == (layer, way, time)
                    return state + by * np.eye(len(state))[unit] if here else state

                h, c = cell(kind, w, x[t], h, c, move)
                states[t] = h
            made.append(states)
        x = np.concatenate(made, axis=1)
    return float((x * g).sum())


def weights_of(kind: str, size: int, layers: int, ways: int, seed: int) -> dict[str, Array]:
    rng, rows = np.random.default_rng(seed), size * {"rnn": 1, "gru": 3, "lstm": 4}[kind]
    found = {}
    for k in range(layers):
        for end in (f"_l{k}", f"_l{k}_reverse")[:ways]:
            columns = size * ways if k else 2
            shapes = ((rows, columns), (rows, size), (rows,), (rows,))
            for name, shape in zip(
                ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), shapes, strict=True
            ):
                found[name + end] = rng.normal(size=shape)
    return found


@given(
    st.sampled_from(["rnn", "gru", "lstm"]),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(1, 4),
    st.integers(0, 99),
)
def test_moving_a_state_says_its_gradient(
    kind: str, size: int, layers: int, ways: int, times: int, seed: int
) -> None:
    weights = weights_of(kind, size, layers, ways, seed)
    x = np.random.default_rng(seed).normal(size=(times, 2))
    r = nnviz.rnn(x, weights, cell=kind)  # type: ignore[arg-type]
    g = np.cos(np.arange(r.output.size)).reshape(r.output.shape)
    assert loss(kind, weights, x, g) == pytest.approx(float((r.output * g).sum()))
    made = r.backward(g)
    for k in range(layers):
        for d in range(ways):
            end = f"_l{k}" + "_reverse" * d if layers * ways > 1 else ""
            for letter in "hc" if kind == "lstm" else "h":
                got = made[f"grad_{letter}{end}"]
                for t, unit in np.ndindex(*got.shape):
                    ends = [
                        loss(kind, weights, x, g, (letter, k, d, t, unit, by))
                        for by in (1e-5, -1e-5)
                    ]
                    near = (ends[0] - ends[1]) / 2e-5
                    assert got[t, unit] == pytest.approx(near, rel=1e-5, abs=1e-8)


# Worked out by hand: h1 = 2, h2 = 1 + 3·2 = 7; the slopes of relu are 1.
WHOLE = {"Wx": [[1.0]], "Wh": [[3.0]]}


def test_a_state_has_what_comes_from_above_and_what_comes_from_the_time_after() -> None:
    r = nnviz.rnn([[2.0], [1.0]], WHOLE, activation="relu")
    first, second = r.backward([[5.0], [7.0]], of="h").steps
    assert first.detail["terms"] == [[[0, 0], 5.0, 1], [[1, 1], 7.0, 3.0]]
    assert (first.value, second.value) == (26.0, 7.0)
    assert second.detail["terms"] == [[[1, 0], 7.0, 1]]


def test_a_formula_of_a_state_says_where_each_part_comes_from() -> None:
    r = nnviz.rnn([[2.0], [1.0]], WHOLE, activation="relu")
    step = r.backward([[5.0], [7.0]], of="h").steps[0]
    assert step.formula == "∂L/∂h₁,₀ = ∂h₁,₀↑ + (δ₂,₀×Wh₀,₀) = 5.0 + (7.0×3.0) = 26.0"


def test_a_cell_state_comes_back_times_the_forget_gate_alone() -> None:
    """Of zero weights every gate is a half, and so is what is left of c a time back."""
    zero = {"Wx": np.zeros((4, 1)), "Wh": np.zeros((4, 1)), "b": np.zeros(4)}
    r = nnviz.rnn([[1.0]] * 3, zero, cell="lstm", mode="many-to-one", c0=[0.0])
    made = r.backward(of="c")
    assert made.output[:, 0].tolist() == [0.125, 0.25, 0.5]
    assert made.steps[0].detail["terms"] == [[[0, 0], 0.0, 0.5], [[1, 1], 0.25, 0.5]]
    assert r.backward(of="c0").steps[0].detail["terms"] == [[[0, 1], 0.125, 0.5]]
    assert math.isclose(r.backward(of="c0").output[0], 0.0625)


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_what_comes_back_at_each_time_adds_up(kind: str) -> None:
    """From above and after it is the state's; the shares of the times are the weight's."""
    r = nnviz.rnn(np.eye(2), weights_of(kind, 3, 2, 2, 8), cell=kind)  # type: ignore[arg-type]
    made = r.backward(np.cos(np.arange(12.0)).reshape(2, 6))
    states = made.trace.states
    for end in ("_l0", "_l0_reverse", "_l1", "_l1_reverse"):
        h = states["above" + end] + states["after" + end]
        np.testing.assert_allclose(h, states["h" + end], rtol=1e-12)
        np.testing.assert_allclose(h, made["grad_h" + end], rtol=1e-12)
        np.testing.assert_allclose(states["length" + end] ** 2, (h**2).sum(axis=1))
        for name in ("Wx", "Wh", "b", "bh"):
            share = np.stack(list(states[name + end]))
            assert share.shape == (2, *r[name + end].shape)
            np.testing.assert_allclose(share.sum(axis=0), made[f"grad_{name}{end}"], rtol=1e-9)
    last = 0, 1
    assert not states["after_l1"][last[1]].any()
    assert not states["after_l1_reverse"][last[0]].any()
