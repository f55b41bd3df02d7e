"""params: published counts, derivations, receptive fields, refusals inside a chain."""

from __future__ import annotations

import re
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run

LENET = (
    "conv --filters 6 --size 5 --pad 2 | act tanh | pool -k 2 --kind avg"
    " | conv --filters 16 --size 5 | act tanh | pool -k 2 --kind avg"
    " | flatten | dense --units 120 | dense --units 84 | dense --units 10"
)


def test_refuses_no_input_shape() -> None:
    with pytest.raises(ValueError, match="needs --input"):
        run("params", None, net="flatten")


def test_an_input_whose_channels_seem_to_come_last_is_noted() -> None:
    def notes(shape: tuple[int, ...]) -> list[str]:
        return [str(note) for note in run("params", None, net="conv --size 1", input=shape).notes]

    assert notes((28, 28, 3)) == [
        "--input is taken as 28 channels of 28×3; --input 3x28x28 takes it as 3 of 28×28"
    ]
    assert notes((3, 28, 28)) == notes((2, 4, 4)) == []


def test_refuses_a_shape_with_the_layer_and_a_caret() -> None:
    with pytest.raises(ValueError, match="9×9 is larger") as caught:
        run("params", None, net="act relu\nconv --size 9", input=(1, 4, 4))
    message = str(caught.value)
    assert "net, line 2, column 1\n    conv --size 9\n    ^^^^^^^^^^^^^" in message
    assert "in layer 2 of the chain: conv --size 9" in message


def test_lenet_has_the_published_number_of_parameters() -> None:
    """LeCun et al. 1998 with full connections in C3: 61,706 (torchinfo counts the same)."""
    trace = run("params", None, net=LENET, input=(1, 28, 28))
    assert trace.results["total"]["params"] == 61_706
    outputs = [row["output"] for row in trace.results["rows"]]
    assert outputs[5:7] == [[16, 5, 5], [400]]
    assert outputs[-1] == [10]


def test_alexnet_first_layers_have_the_published_receptive_fields() -> None:
    """Araujo, Norris and Sim (2019), AlexNet v2: conv1 11, pool1 19, conv2 51, pool2 67."""
    chain = (
        "conv --filters 64 --size 11 --stride 4 | pool -k 3 --stride 2"
        " | conv --filters 192 --size 5 --pad 2 | pool -k 3 --stride 2"
    )
    trace = run("params", None, net=chain, input=(3, 224, 224))
    fields = [row["receptive_field"] for row in trace.results["rows"]]
    assert fields == [[11, 11], [19, 19], [51, 51], [67, 67]]


def test_the_note_sets_four_weights_against_thirty_six() -> None:
    trace = run("params", None, net="conv -k '1 2; 3 4'", input=(3, 3), versus="mlp")
    (row,) = trace.results["versus"]
    assert row["conv"]["weights"] == 4
    assert row["dense"] == {"weights": 36, "formula": "9 × 4"}


def test_the_receptive_field_ends_where_a_window_slides_over_new_axes() -> None:
    chain = "conv -k '1 1' --dims 1 | conv -k edge --pad 1"
    rows = run("params", None, net=chain, input=(4, 9)).results["rows"]
    assert [row["receptive_field"] for row in rows] == [[2], None]


ROWS: list[tuple[str, str, tuple[int, ...], dict[str, Any]]] = [
    (
        "conv",
        "conv --filters 64 --size 3",
        (3, 8, 8),
        {"formula": "64 × (3·3·3) + 64", "weights": 1728, "biases": 64, "receptive_field": [3, 3]},
    ),
    ("act keeps all", "act relu", (3, 8, 8), {"output": [3, 8, 8], "params": 0, "formula": ""}),
    ("dense sees all", "dense --units 2", (8,), {"params": 18, "receptive_field": None}),
    ("flatten has no field", "flatten", (3, 8, 8), {"output": [192], "receptive_field": None}),
    ("rnn", "rnn --hidden 4", (5, 3), {"output": [5, 4], "params": 4 * 7 + 4}),
    ("one-dimensional", "conv -k '1 2 3'", (9,), {"output": [7], "receptive_field": [3]}),
]


@pytest.mark.parametrize(("net", "shape", "row"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_rows(net: str, shape: tuple[int, ...], row: dict[str, Any]) -> None:
    trace = run("params", None, net=net, input=shape)
    (made,) = trace.results["rows"]
    assert {name: made[name] for name in row} == row
    assert made["params"] == made["weights"] + made["biases"]


@pytest.mark.parametrize(
    ("chain", "shape", "said"),
    [
        ("rnn --cell lstm --hidden 6", (5, 3), "240 parameters with one bias a gate; .* 264,"),
        ("rnn --cell gru --hidden 6", (5, 3), "180 parameters .* 198,"),
    ],
)
def test_a_recurrent_layer_is_counted_as_pytorch_counts_too(
    chain: str, shape: tuple[int, ...], said: str
) -> None:
    """torch.nn.LSTM(3, 6): 4·6·(3 + 6) + 2·4·6 = 264; GRU: 3·6·(3 + 6) + 2·3·6 = 198."""
    (note,) = run("params", None, net=chain, input=shape).notes
    assert re.search(said, str(note))
    assert not run("params", None, net=chain + " --no-bias", input=shape).notes


COUNTED = [
    # torch.nn.LSTM(3, 6): 4·6·(3 + 6) + 2·4·6; Keras's LSTM has 4·6 biases.
    ("rnn --cell lstm --hidden 6", {None: 240, "torch": 264, "tf": 240}),
    # torch.nn.GRU(3, 6): 3·6·(3 + 6) + 2·3·6; Keras's reset_after=True has as many.
    ("rnn --cell gru --hidden 6", {None: 180, "torch": 198, "tf": 198}),
    # reset_after=False: one bias a gate.
    (
        "rnn --cell gru --hidden 6 --no-linear-before-reset",
        {None: 180, "torch": 198, "tf": 180},
    ),
    ("rnn --hidden 6 --outputs 2", {None: 60 + 14, "torch": 66 + 14, "tf": 60 + 14}),
    ("rnn --cell lstm --hidden 6 --no-bias", {None: 216, "torch": 216, "tf": 216}),
    ("dense --units 4", {None: 16, "torch": 16, "tf": 16}),
]


@pytest.mark.parametrize(("chain", "counts"), COUNTED, ids=[c[0] for c in COUNTED])
def test_counts_are_those_of_the_framework(chain: str, counts: dict[str | None, int]) -> None:
    for like, count in counts.items():
        trace = run("params", None, net=chain, input=(5, 3), like=like)
        assert trace.results["total"]["params"] == count
        (row,) = trace.results["rows"]
        assert eval(row["formula"].translate(str.maketrans("×·", "**"))) == count
        assert (like is None) == (trace.options["like"] is None)
        assert not (like and trace.notes)


def test_keras_is_tensorflow_in_every_spelling() -> None:
    for like in ("keras", "tf"):
        assert run("params", None, net="flatten", input=(2, 2), like=like).options["like"] == "tf"
        pooled = run("pool", np.ones((3, 3)), kernel=(2, 2), like=like)
        assert pooled.output.shape == (1, 1)


def test_flops_and_memory() -> None:
    """Twice the MACs; four bytes a number of what a layer makes, added up."""
    results = run("params", None, net="conv --filters 2 --size 3 | relu", input=(1, 6, 6)).results
    conv, relu = results["rows"]
    assert (conv["macs"], conv["flops"], conv["memory"]) == (16 * 2 * 9, 2 * 16 * 2 * 9, 16 * 2 * 4)
    assert (relu["macs"], relu["flops"], relu["memory"]) == (0, 0, 128)
    assert {k: results["total"][k] for k in ("flops", "memory")} == {"flops": 576, "memory": 256}


SEEN: list[tuple[str, Any, Any, Any]] = [
    ("conv --size 3", [3, 3], [1, 1], [1, 1]),
    ("conv --size 3 --pad 1", [3, 3], [1, 1], [0, 0]),
    ("conv --size 3 --stride 2 | pool -k 2", [5, 5], [4, 4], [2, 2]),
    ("residual { conv --size 3 --pad 1 }", [3, 3], [1, 1], [0, 0]),
    (
        "concat { conv --size 1x5 --pad 0x2 } { pool -k 3 --stride 1 --pad 1 }",
        [3, 5],
        [1, 1],
        [0, 0],
    ),
    ("conv --transpose --size 2 --stride 2", [1, 1], [0.5, 0.5], [0, 0]),
    ("conv --size 3 | conv --transpose --size 3 --stride 2", [4, 4], [0.5, 0.5], [0.5, 0.5]),
    ("pool --global", [12, 12], [12, 12], [5.5, 5.5]),
    ("flatten", None, None, None),
]


@pytest.mark.parametrize(("net", "field", "jump", "centre"), SEEN, ids=[s[0] for s in SEEN])
def test_the_field_its_jump_and_the_centre_of_the_first(
    net: str, field: Any, jump: Any, centre: Any
) -> None:
    row = run("params", None, net=net, input=(1, 12, 12)).results["rows"][-1]
    assert (row["receptive_field"], row["jump"], row["centre"]) == (field, jump, centre)


WINDOWS = st.one_of(
    st.tuples(
        st.just("conv --size {}x1 --stride {}x1 --pad 0x0 --dilation {}x1"),
        st.integers(1, 3),
        st.integers(1, 2),
        st.integers(1, 2),
    ),
    st.tuples(
        st.just("conv --transpose --size {}x1 --stride {}x1 --dilation {}x1"),
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(1, 2),
    ),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(WINDOWS, min_size=1, max_size=3))
def test_the_receptive_field_is_what_a_cell_of_the_output_depends_on(layers: Any) -> None:
    """Ones through ones: row by row, the inputs that move each output, far from the edges."""
    size = 41
    chain = " | ".join(text.format(*numbers) for text, *numbers in layers)
    moved = np.eye(size)
    for text, kernel, stride, dilation in layers:
        cells = (
            [
                (o, i)
                for o in range(200)
                for i in range(len(moved))
                for t in range(kernel)
                if (o - t * dilation == i * stride)
            ]
            if "transpose" in text
            else [
                (o, o * stride + t * dilation)
                for o in range((len(moved) - dilation * (kernel - 1) - 1) // stride + 1)
                for t in range(kernel)
            ]
        )
        after = np.zeros((max(o for o, _ in cells) + 1, size))
        for o, i in cells:
            after[o] += moved[i]
        moved = after
    spans = [int(np.ptp(np.flatnonzero(row))) + 1 for row in moved if row.any()]
    rows = run("params", None, net=chain, input=(1, size, 1)).results["rows"]
    assert rows[-1]["receptive_field"] == [max(spans), 1]


ENORMOUS = [
    ("dense --units 1000000", (1_000_000,), 10**12 + 10**6),
    ("conv --filters 100000 --size 99", (1000, 100, 100), 100_000 * (1000 * 99 * 99 + 1)),
    ("conv --transpose --filters 100000 --size 99", (1000, 9, 9), 100_000 * (1000 * 99 * 99 + 1)),
    ("rnn --hidden 100000", (9, 100_000), 2 * 10**10 + 10**5),
]


@pytest.mark.parametrize(("net", "shape", "params"), ENORMOUS, ids=[e[0] for e in ENORMOUS])
def test_counting_makes_no_array(net: str, shape: tuple[int, ...], params: int) -> None:
    run("params", None, net="conv | flatten | dense --units 2", input=(1, 4, 4))  # what it loads
    run("params", None, net="rnn --hidden 2", input=(4, 4))
    tracemalloc.start()
    try:
        assert run("params", None, net=net, input=shape).results["total"]["params"] == params
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
