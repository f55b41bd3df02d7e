"""Figures that were looked at, kept as they are; their formulas hold, so they are right.

A change on purpose: delete the file, run the test once, look at the new one, commit it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from drawing import note, pooled
from helpers import assert_steps_hold, run
from nnviz.backpropagation import backward
from nnviz.formats import load
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

FOLDER = Path(__file__).parent.parent / "golden"


class Golden(NamedTuple):
    """A figure: of what, of which steps, and how it is to look."""

    trace: Trace
    steps: str | None = None
    appearance: Appearance = Appearance()


CHANNELS = np.arange(2 * 3 * 3).reshape(2, 3, 3) % 5
SMALL = np.arange(1, 10).reshape(3, 3)
PAIR = np.array([[1, 2], [3, 4]])
WORKED, TURNED = np.array([[5, 1, 0], [2, 4, 3], [0, 2, 4]]), np.array([[2, 1], [1, 1]])
ARRIVES = np.array([[1, 0], [1, 2]])
CHAIN = "conv --filters 2 --size 3 | act relu | pool -k 2 | flatten | dense --units 3"
DENSE = "residual { dense --weight '1 2; 0 1' | relu } | dense --weight '2 0; 1 -1' --bias '1 0'"
PERCEPTRON = "dense --weight '1 2; 0 -1' --bias '1 3' | relu | dense --weight '1 -1; 2 0'"
WEIGHTS = {"Wx": [[0.5, -1], [1, 0]], "Wh": [[0.5, 0], [0, -0.5]], "Wy": [[1, -1]]}
GATES = {"Wx": np.arange(8).reshape(8, 1) / 4 - 1, "Wh": np.ones((8, 2)) / 2}
SEQUENCE = np.array([[1, 0], [0, 1], [1, 1]])
NETWORK = Appearance(view="network")
GOLDEN: dict[str, Golden] = {
    "conv-note.svg": Golden(note()),
    "conv-note-step-2.svg": Golden(note(), "2"),
    "conv-note-korean.svg": Golden(note(padding=1, stride=2), "5", Appearance(lang="ko")),
    "conv-note-dark.svg": Golden(note(bias=1), "9", Appearance(theme="dark")),
    "conv-note-print.svg": Golden(note(padding=1), "1", Appearance(theme="print")),
    "conv-sheet.svg": Golden(note(), "1-4"),
    "conv-iso.svg": Golden(note(), "5", Appearance(view="iso")),
    "conv-channels.svg": Golden(run("conv", CHANNELS, kernel=np.ones((2, 2, 2), int), bias=1)),
    "conv-network.svg": Golden(run("conv", SMALL, kernel=PAIR), None, NETWORK),
    "conv-transposed.svg": Golden(run("conv", PAIR, kernel=PAIR, stride=2, transpose=True), "6"),
    "conv-gradient.svg": Golden(backward(run("conv", WORKED, kernel=TURNED), ARRIVES), "5"),
    "conv-gradient-kernel-korean.svg": Golden(
        backward(run("conv", WORKED, kernel=TURNED), ARRIVES, "kernel"),
        None,
        Appearance(lang="ko", theme="dark"),
    ),
    "pool-note.svg": Golden(pooled()),
    "pool-average-korean.svg": Golden(pooled(kind="avg"), "2", Appearance(lang="ko")),
    "flatten.svg": Golden(run("flatten", SMALL)),
    "dense.svg": Golden(run("dense", [1, 2, 3], weight=SMALL[:2], bias=[1, -1]), "1"),
    "act-relu.svg": Golden(run("act", [[1, -2], [3, -4]], name="relu"), "2"),
    "rnn-unrolled.svg": Golden(run("rnn", SEQUENCE, weights=WEIGHTS)),
    "rnn-rolled-korean.svg": Golden(
        run("rnn", SEQUENCE, weights=WEIGHTS, mode="many-to-one"),
        None,
        Appearance("rolled", lang="ko"),
    ),
    "rnn-cell.svg": Golden(run("rnn", SEQUENCE, weights=WEIGHTS), "2", Appearance(view="cell")),
    "lstm-cell.svg": Golden(
        run("rnn", SEQUENCE[:, :1], weights=GATES, cell="lstm"), "1", Appearance(view="cell")
    ),
    "params-table.svg": Golden(
        run("params", None, net=CHAIN, input=(1, 8, 8)), None, Appearance(view="table")
    ),
    "params-bars-korean.svg": Golden(
        run("params", None, net=CHAIN, input=(1, 8, 8)), None, Appearance("bars", lang="ko")
    ),
    "pool-backward.svg": Golden(
        backward(run("pool", [[1, 3, 2], [4, 6, 5], [7, 2, 8]], kernel=2, stride=1), PAIR)
    ),
    "act-backward-korean.svg": Golden(
        backward(run("act", [[-1, 2], [1, -2]], name="elu", alpha=1), PAIR),
        "2",
        Appearance(lang="ko"),
    ),
    "dense-backward.svg": Golden(
        backward(run("dense", PAIR, weight=[[1, 0], [2, -1]], bias=[1, 1]), ARRIVES, "weight"), "2"
    ),
    "rnn-backward.svg": Golden(backward(run("rnn", SEQUENCE, weights=WEIGHTS))),
    "lstm-backward-cell.svg": Golden(
        backward(run("rnn", SEQUENCE[:, :1], weights=GATES, cell="lstm")), None, Appearance("cell")
    ),
    "net-backward.svg": Golden(
        backward(run("net", [5, -1], net=DENSE, target=[30, 1], loss="mse"))
    ),
    "net-graph.svg": Golden(
        backward(run("net", [1, 2], net=PERCEPTRON, target=[3, 1], loss="mse")),
        None,
        Appearance(view="graph"),
    ),
    "show.svg": Golden(run("show", SMALL)),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    trace, steps, appearance = GOLDEN[name]
    if len(trace.steps):
        assert_steps_hold(trace)
    made = load("svg").write(trace, Request(steps=steps, appearance=appearance)).content.decode()
    path = FOLDER / name
    if not path.exists():
        path.write_text(made, encoding="utf-8", newline="\n")
        pytest.fail(f"{name} was not there and has been written: look at it, then run again")
    assert made == path.read_text(encoding="utf-8")


def test_every_file_is_of_a_figure() -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == set(GOLDEN)
