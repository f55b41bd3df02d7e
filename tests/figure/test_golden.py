"""Figures that were looked at, kept as they are; their formulas hold, so they are right.

A change on purpose: delete the file, run the test once, look at the new one, commit it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drawing import note, pooled
from helpers import assert_steps_hold, run
from nnviz.figure.look import Look
from nnviz.formats import Request, load
from nnviz.trace import Trace

FOLDER = Path(__file__).parent.parent / "golden"
CHANNELS = np.arange(2 * 3 * 3).reshape(2, 3, 3) % 5
SMALL = np.arange(1, 10).reshape(3, 3)
PAIR = np.array([[1, 2], [3, 4]])
GOLDEN: dict[str, tuple[Trace, str | None, str | None]] = {
    "conv-note.svg": (note(), None, None),
    "conv-note-step-2.svg": (note(), "2", None),
    "conv-sheet.svg": (note(), "1-4", None),
    "conv-iso.svg": (note(), "5", "iso"),
    "conv-channels.svg": (
        run("conv", CHANNELS, kernel=np.ones((2, 2, 2), int), bias=1),
        None,
        "channels",
    ),
    "conv-network.svg": (run("conv", SMALL, kernel=PAIR), None, "network"),
    "conv-transposed.svg": (
        run("conv", PAIR, kernel=PAIR, stride=2, transpose=True),
        "6",
        None,
    ),
    "pool-note.svg": (pooled(), None, None),
    "flatten.svg": (run("flatten", SMALL), None, None),
    "dense.svg": (run("dense", [1, 2, 3], weight=SMALL[:2], bias=[1, -1]), "1", None),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    trace, steps, view = GOLDEN[name]
    assert_steps_hold(trace)
    made = load("svg").write(trace, Request(steps=steps, look=Look(view=view))).decode()
    path = FOLDER / name
    if not path.exists():
        path.write_text(made, encoding="utf-8", newline="\n")
        pytest.fail(f"{name} was not there and has been written: look at it, then run again")
    assert made == path.read_text(encoding="utf-8")
