from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from nnviz.core.recurrent import Activation, gru, lstm, rnn

Array = np.ndarray[Any, Any]
T, D, H = 5, 3, 4


def numbers(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng([seed, *shape]).uniform(-1, 1, shape)


def onnx(operator: str, rows: int, names: str, arrays: list[Array], **options: Any) -> Array:
    """Every hidden state of an ONNX recurrent operator, (T, H)."""
    inputs = [name if name != "-" else "" for name in names]
    node = helper.make_node(operator, inputs, ["y"], hidden_size=H, **options)
    assert arrays[1].shape == (1, rows * H, D)
    given = [name for name in inputs if name]
    ends = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in [*given, "y"]]
    graph = helper.make_graph([node], "g", ends[:-1], ends[-1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    feeds = dict(zip(given, arrays, strict=True))
    return np.asarray(next(iter(ReferenceEvaluator(model).run(None, feeds)))).reshape(T, H)


def reorder(w: Array, order: list[int]) -> Array:
    """Blocks of H rows, in another order."""
    return np.concatenate([w[k * H : (k + 1) * H] for k in order])


@pytest.mark.parametrize(
    ("activation", "act"),
    [("tanh", math.tanh), ("relu", lambda v: max(v, 0))],
    ids=["tanh", "relu"],
)
def test_a_state_is_what_the_note_computes(
    activation: Activation, act: Callable[[float], float]
) -> None:
    x, wx, wh, b, h = numbers(T, D), numbers(H, D), numbers(H, H), numbers(H), numbers(H, seed=1)
    made = rnn(x, wx, wh, b, h, activation=activation)
    for t in range(T):
        expected = [
            act(
                sum(wx[i, j] * x[t, j] for j in range(D))
                + sum(wh[i, j] * h[j] for j in range(H))
                + b[i]
            )
            for i in range(H)
        ]
        np.testing.assert_allclose(made[t], expected, rtol=1e-12)
        h = made[t]


def test_rnn_equals_onnx() -> None:
    x, wx, wh, b = numbers(T, D), numbers(H, D), numbers(H, H), numbers(H)
    made = rnn(x, wx, wh, b, np.zeros(H))
    arrays = [x[:, None], wx[None], wh[None], np.concatenate([b, np.zeros(H)])[None]]
    np.testing.assert_allclose(made, onnx("RNN", 1, "xwrb", arrays), rtol=1e-12)


def test_lstm_equals_onnx() -> None:
    x, wx, wh, b = numbers(T, D), numbers(4 * H, D), numbers(4 * H, H), numbers(4 * H)
    h0, c0 = numbers(H, seed=2), numbers(H, seed=3)
    h, c, gates = lstm(x, wx, wh, b, h0, c0)
    i, f, g, o = (gates[:, k * H : (k + 1) * H] for k in range(4))
    np.testing.assert_allclose(c, f * np.vstack([c0, c[:-1]]) + i * g, rtol=1e-13)
    np.testing.assert_allclose(h, o * np.tanh(c), rtol=1e-13)
    order = [0, 3, 1, 2]  # ONNX: i o f g
    weights = [reorder(v, order)[None] for v in (wx, wh)]
    bias = np.concatenate([reorder(b, order), np.zeros(4 * H)])[None]
    arrays = [x[:, None], *weights, bias, h0[None, None], c0[None, None]]
    np.testing.assert_allclose(h, onnx("LSTM", 4, "xwrb-hc", arrays), rtol=1e-12)


@pytest.mark.parametrize("after", [True, False], ids=["reset after", "reset before"])
def test_gru_equals_onnx(after: bool) -> None:
    x, wx, wh = numbers(T, D), numbers(3 * H, D), numbers(3 * H, H)
    bx, bh, h0 = numbers(3 * H), numbers(3 * H, seed=1), numbers(H, seed=2)
    h, gates = gru(x, wx, wh, bx, bh, h0, linear_before_reset=after)
    _, z, n = (gates[:, k * H : (k + 1) * H] for k in range(3))
    np.testing.assert_allclose(h, (1 - z) * n + z * np.vstack([h0, h[:-1]]), rtol=1e-13)
    order = [1, 0, 2]  # ONNX: z r n
    weights = [reorder(v, order)[None] for v in (wx, wh)]
    bias = np.concatenate([reorder(bx, order), reorder(bh, order)])[None]
    arrays = [x[:, None], *weights, bias, h0[None, None]]
    expected = onnx("GRU", 3, "xwrb-h", arrays, linear_before_reset=int(after))
    np.testing.assert_allclose(h, expected, rtol=1e-12)


def test_floats_of_32_bits_stay_so_where_all_are() -> None:
    one = np.ones(1, np.float32)
    matrix = np.ones((1, 1), np.float32)
    assert rnn(matrix, matrix, matrix, one, one).dtype == np.float32
    four, rows = np.ones(4, np.float32), np.ones((4, 1), np.float32)
    assert lstm(matrix, rows, rows, four, one, one)[1].dtype == np.float32


def test_whole_numbers_and_float32_are_computed_in_float64() -> None:
    one = np.ones(1, np.int64)
    made = rnn(np.ones((2, 1), np.uint8), np.ones((1, 1), np.float32), np.ones((1, 1)), one, one)
    assert made.dtype == np.float64
    assert made[0, 0] == math.tanh(3)


def test_far_out_gates_are_stable() -> None:
    x, w, b = np.full((2, 1), 1e4), np.ones((4, 1)), np.ones(4)
    h, c, _ = lstm(x, w, w, b, np.zeros(1), np.zeros(1))
    assert c.ravel().tolist() == [1, 2]
    np.testing.assert_allclose(h.ravel(), np.tanh([1, 2]))
