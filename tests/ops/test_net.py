"""net: the chain run layer by layer, batches kept, errors named."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import run

X = np.arange(2 * 1 * 6 * 6).reshape(2, 1, 6, 6)
CHAIN = "conv --filters 2 | act relu | pool -k 2 | flatten | dense --units 3"


def test_refuses_with_the_layer_that_fails() -> None:
    with pytest.raises(ValueError, match="50×50 is larger") as caught:
        run("net", X, net="act relu | pool -k 50")
    assert "in layer 2 of the chain: pool -k 50" in str(caught.value)


def test_each_layer_feeds_the_next() -> None:
    trace = run("net", X[0], net=CHAIN)
    assert [layer.op for layer in trace.layers] == ["conv", "act", "pool", "flatten", "dense"]
    for before, after in zip(trace.layers, trace.layers[1:], strict=False):
        np.testing.assert_array_equal(after.arrays["input"], before.output)
    assert trace.output is trace.layers[-1].output


def test_a_batch_is_kept_and_each_sample_is_as_alone() -> None:
    together = run("net", X, net=CHAIN)
    assert together.output.shape == (2, 3)
    for n in range(2):
        np.testing.assert_array_equal(together.output[n], run("net", X[n], net=CHAIN).output)


def test_notes_say_which_layer_they_are_of() -> None:
    notes = [str(note) for note in run("net", X[0], net="act relu | conv").notes]
    assert notes[0].startswith("layer 2: the kernel is the default")


def test_shapes_agree_with_params() -> None:
    rows = run("params", None, net=CHAIN, input=X.shape[1:]).results["rows"]
    shapes = [list(layer.output.shape) for layer in run("net", X[0], net=CHAIN).layers]
    assert [row["output"] for row in rows] == shapes


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("pool -k 2", "pool cannot take an input of shape 36"),
        ("conv --filters 1 --size 1", "conv cannot take an input of shape 36"),
        ("rnn --hidden 2", "rnn takes a sequence T×d, but its input is 36"),
    ],
)
def test_rows_of_samples_are_no_picture_and_no_sequence(layer: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("net", X, net=f"flatten | {layer}")
