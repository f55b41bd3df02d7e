"""The way back of a layer beside its way forward: at most three times as long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from bench.measure import report, take_turns

import nnviz

MOST = 3
"""How many times a way forward the way back may take."""


def layers() -> Iterator[tuple[str, Callable[[], nnviz.Result]]]:
    """Layers as they stand in networks, each with how it is run."""
    rng = np.random.default_rng(0)

    def drawn(*shape: int) -> Any:
        return rng.normal(size=shape)

    x, w = drawn(64, 56, 56), drawn(64, 64, 3, 3)
    yield "conv 64→64, 56²", lambda: nnviz.conv(x, w, padding=1)
    grey, small = drawn(512, 512), drawn(3, 3)
    yield "conv, 512² grey", lambda: nnviz.conv(grey, small)
    units, row = drawn(1000, 1000), drawn(1000)
    yield "dense 1000→1000", lambda: nnviz.dense(row, units)
    yield "max pool 2, 64 × 56²", lambda: nnviz.pool(x, 2)
    yield "max pool 3, 64 × 56²", lambda: nnviz.pool(x, 3, stride=2, padding=1)
    yield "average pool 2, 64 × 56²", lambda: nnviz.pool(x, 2, kind="avg")
    yield "relu, 512²", lambda: nnviz.act(grey, "relu")
    yield "gelu, 512²", lambda: nnviz.act(grey, "gelu")
    weights = {"Wx": drawn(1024, 128) / 12, "Wh": drawn(1024, 256) / 16, "b": drawn(1024)}
    sequence = drawn(100, 128)
    yield "lstm 128→256, 100 steps", lambda: nnviz.rnn(sequence, weights, cell="lstm")


def gone_back(made: nnviz.Result) -> None:
    """Every gradient of a layer."""
    back = made.backward()
    for name in back:
        if name.startswith("grad_"):
            back[name]


def gradients(seconds: float) -> None:
    """A line a layer: forward, and back as a part of that."""
    for name, run in layers():
        made = run()
        times = {
            call: min(taken)
            for call, taken in take_turns(
                {"forward": run, "nnviz": partial(gone_back, made)}, seconds
            ).items()
        }
        report(name, times, MOST)
