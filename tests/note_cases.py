"""Results of every kind, and the notes that are written of them in Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from helpers import run
from nnviz.formats import load
from nnviz.request import Request
from nnviz.trace import Trace

PLANE = np.array([[1, 2, 3, 0], [4, 5, 6, 1], [7, 8, 9, 2], [0, 1, 0, 1]])
MAPS = np.arange(48).reshape(3, 4, 4) % 7
TIMES = np.array([[0.5, -1], [1, 0.25], [0, 2]])
DEEP = Path(__file__).parents[1] / "samples" / "rnn-two-layers.json"
NET = "conv --filters 2 --size 3 | act relu | pool -k 2 | flatten | dense --units 3"
MADE: dict[str, Callable[[], Trace]] = {
    "conv": lambda: run("conv", PLANE, kernel=[[1, 0], [0, -1]]),
    "conv, fractions": lambda: run("conv", PLANE, kernel="gaussian"),
    "conv, activation": lambda: run(
        "conv", PLANE, kernel=[[1, 0], [0, -1]], stride=2, padding=1, bias=2, act="relu"
    ),
    "conv, channels": lambda: run("conv", MAPS, filters=2, size=(2, 2), act="sigmoid"),
    "conv, long sums": lambda: run("conv", np.arange(64).reshape(8, 8), kernel=np.ones((7, 7))),
    "transposed": lambda: run("conv", PLANE[:2], kernel=[[1, 2], [3, 4]], transpose=True),
    "max pooling": lambda: run("pool", PLANE, kernel=(2, 2)),
    "average pooling": lambda: run("pool", PLANE, kernel=(2, 2), kind="avg"),
    "Lp pooling": lambda: run("pool", PLANE, kernel=(2, 2), kind="lp"),
    "RNN": lambda: run("rnn", TIMES, hidden=2, outputs=2, output_activation="softmax"),
    "RNN, two layers": lambda: run("rnn", TIMES, weights=json.loads(DEEP.read_text())),
    "LSTM": lambda: run("rnn", TIMES, hidden=3, cell="lstm"),
    "GRU": lambda: run("rnn", TIMES, hidden=2, cell="gru"),
    "characters": lambda: run("rnn", None, text="hello|$", hidden=12),
    "softmax": lambda: run("act", TIMES, name="softmax"),
    "GELU": lambda: run("act", TIMES, name="gelu"),
    "hard sigmoid": lambda: run("act", TIMES, name="hard-sigmoid"),
    "ELU": lambda: run("act", TIMES, name="elu"),
    "dense": lambda: run("dense", np.arange(3), units=2),
    "flatten": lambda: run("flatten", TIMES),
    "show": lambda: run("show", PLANE),
    "net": lambda: run("net", np.arange(64.0).reshape(8, 8), net=NET),
    "params": lambda: run("params", None, net=NET, input=(1, 28, 28), versus="mlp"),
}
CASES = [pytest.param(make, id=name) for name, make in MADE.items()]

BLOCK = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.DOTALL | re.MULTILINE)


def note(trace: Trace, request: Request | None = None) -> str:
    return load("md").write(trace, request or Request()).content.decode()


def blocks(written: str) -> list[str]:
    return [match[1] for match in BLOCK.finditer(written)]
