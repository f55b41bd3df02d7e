"""A layer has the name that a textbook gives it, alike where it is run and where it is counted."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import run

NAMES = {
    "conv --filters 6 --size 5 --pad 2": "conv 5×5, 6",
    "conv -k '1 0 -1' --bias 2": "conv 1×3, 1",
    "conv --filters 8 --size 3x2 --stride 2 --act relu": "conv 3×2, 8, stride 2, ReLU",
    "conv --filters 4 --size 3 --stride 2x1": "conv 3×3, 4, stride 2×1",
    "conv --depthwise -k box": "depthwise conv 3×3",
    "conv --transpose --filters 2 --size 2 --stride 2": "transposed conv 2×2, 2, stride 2",
    "pool -k 2": "max pool 2×2",
    "maxpool -k 3 --stride 2": "max pool 3×3, stride 2",
    "pool -k 2 --kind avg": "average pool 2×2",
    "pool --global --kind avg": "global average pool",
    "pool --adaptive 3x2": "max pool to 3×2",
    "act leaky-relu": "leaky ReLU",
    "act softmax": "softmax",
    "flatten": "flatten",
    "upsample nearest": "nearest upsampling 2×2",
    "upsample bilinear --by 3x1": "bilinear upsampling 3×1",
    "dropout 0.5": "dropout 0.5",
    "norm batch": "batch norm",
    "layernorm": "layer norm",
    "norm group --groups 2": "group norm, 2 groups",
}
ROWS = {
    "dense --units 120": "dense 120",
    "linear --units 3": "dense 3",
    "rnn --hidden 4 --cell lstm": "LSTM, hidden 4",
    "rnn --hidden 3": "RNN, hidden 3",
    "gru --hidden 3 --layers 2 --bidirectional": "GRU, hidden 3, 2 layers, both directions",
}
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("text", "name", "shape"),
    [
        *((text, name, (2, 8, 8)) for text, name in NAMES.items()),
        *((text, name, (5, 3)) for text, name in ROWS.items()),
    ],
)
def test_names(text: str, name: str, shape: tuple[int, ...]) -> None:
    assert [str(n) for n in run("net", RNG.random(shape), net=text).layer_names] == [name]
    assert [str(n) for n in run("params", None, net=text, input=shape).layer_names] == [name]


def test_a_batch_has_the_same_names() -> None:
    batch = run("net", RNG.random((3, 2, 8, 8)), net="conv --filters 6 --size 5 | pool -k 2")
    assert [str(n) for n in batch.layer_names] == ["conv 5×5, 6", "max pool 2×2"]
