"""Terminal views that were looked at, on screens of four widths, in a pipe, in two languages.

A file a command, without colours; screens that get the same text share it. A change on
purpose: delete the file, run the test once, look at the new one, commit it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from helpers import assert_steps_hold, run
from nnviz.formats import load
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace

FOLDER = Path(__file__).parents[2] / "golden" / "terminal"
WIDTHS = (60, 80, 120, 200, None)
PIPE = "pipe"
LANGUAGES = ("en", "ko")
"""One of narrow letters and one of wide letters."""


class Golden(NamedTuple):
    """A view: of what, and of which steps."""

    make: Callable[[], Trace]
    steps: str | None = None


NOTE = np.array(
    [[1, 2, 3, 4, 5], [2, 1, 0, 1, 2], [3, 0, 1, 1, 0], [1, 4, 1, 1, 2], [2, 1, 1, 0, 0]]
)
KERNEL = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 0]])
SEQUENCE = np.array([[1, 0], [0, 1], [1, 1]])
ONE = np.ones((1, 1), int)
LAYERS = {"ih_l0": np.array([[1, -1]]), "hh_l0": ONE, "ih_l1": ONE, "hh_l1": -ONE}
WEIGHTS = {f"weight_{name}": weight for name, weight in LAYERS.items()}
CHAIN = "conv --filters 6 --size 5 --pad 2 | act relu | pool -k 2 | flatten | dense --units 10"


def wave(*shape: int) -> Any:
    """Two decimals of both signs."""
    return np.round(np.sin(np.arange(1, np.prod(shape) + 1) * 1.7).reshape(shape) * 9, 2)


def of(op: str, x: Any, **options: Any) -> Callable[[], Trace]:
    """A run that is made when its test asks for it."""
    return lambda: run(op, x, **options)


GOLDEN: dict[str, Golden] = {
    "conv-note": Golden(of("conv", NOTE, kernel=KERNEL)),
    "conv-one-step": Golden(of("conv", NOTE, kernel=KERNEL), "2"),
    "conv-parts": Golden(
        of("conv", NOTE - 3, kernel=KERNEL, bias=np.array(2), padding=1, stride=2, act="relu")
    ),
    "conv-channels": Golden(of("conv", NOTE[None] % [[[2]], [[3]], [[4]]], filters=2), "1-3"),
    "conv-batch": Golden(of("conv", wave(2, 2, 4, 4), filters=2, size=(3, 3)), "2,5"),
    "conv-vector": Golden(of("conv", wave(30), kernel=np.array([1, 0, -1]), dilation=2)),
    "conv-transposed": Golden(
        of("conv", NOTE[:2, :2], kernel=KERNEL[:2, :2], stride=2, transpose=True)
    ),
    "conv-large": Golden(of("conv", wave(70, 90), kernel=KERNEL)),
    "pool-max": Golden(of("pool", NOTE, kernel=2)),
    "pool-average": Golden(of("pool", wave(2, 5, 5), kind="avg", kernel=3, padding=1), "1-4"),
    "pool-lp": Golden(of("pool", wave(4, 4), kind="lp", kernel=2)),
    "rnn": Golden(of("rnn", SEQUENCE, hidden=3, outputs=2)),
    "rnn-one-step": Golden(of("rnn", SEQUENCE, hidden=3, outputs=1), "2"),
    "rnn-text": Golden(of("rnn", None, text="안녕", hidden=2, mode="many-to-one", outputs=1)),
    "rnn-wide": Golden(of("rnn", SEQUENCE, hidden=26)),
    "rnn-layers": Golden(of("rnn", SEQUENCE[:2], weights=WEIGHTS)),
    "lstm": Golden(of("rnn", SEQUENCE, cell="lstm", hidden=2)),
    "gru-one-step": Golden(of("rnn", SEQUENCE, cell="gru", hidden=2), "3"),
    "act": Golden(of("act", wave(3, 4), name="tanh")),
    "act-softmax": Golden(of("act", wave(2, 3), name="softmax")),
    "dense": Golden(of("dense", [1, 2, 3], units=2)),
    "dense-long": Golden(of("dense", wave(200), units=2)),
    "flatten": Golden(of("flatten", NOTE)),
    "show": Golden(of("show", wave(3, 30) * 1e-7)),
    "show-channels": Golden(of("show", wave(3, 40, 40))),
    "params": Golden(of("params", None, net=CHAIN, input=(1, 28, 28), versus="mlp")),
    "net": Golden(of("net", wave(1, 12, 26), net=CHAIN)),
}


@cache
def trace_of(name: str) -> Trace:
    """The trace of a golden, whose formulas hold: a wrong golden cannot be blessed.

    Of layers only the last makes the output.
    """
    trace = GOLDEN[name].make()
    if len(trace.steps) and name != "rnn-layers":
        assert_steps_hold(trace)
    return trace


def drawn(name: str, language: str, width: int | None) -> str:
    """The view as text."""
    request = Request(GOLDEN[name].steps, "output", Appearance(lang=language), Screen(width))
    return load("table").write(trace_of(name), request).content.decode()


def document(name: str) -> str:
    """All views of a command, each under the screens that get it."""
    made = []
    for language in LANGUAGES:
        screens: dict[str, list[str]] = {}
        for width in WIDTHS:
            screens.setdefault(drawn(name, language, width), []).append(str(width or PIPE))
        made += [f"=== {language}: {', '.join(on)}\n{text}" for text, on in screens.items()]
    return "\n".join(made)


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    made = document(name)
    path = FOLDER / f"{name}.txt"
    if not path.exists():
        path.write_text(made, encoding="utf-8", newline="\n")
        pytest.fail(f"{name} was not there and has been written: look at it, then run again")
    assert made.split("\n") == path.read_text(encoding="utf-8").split("\n")


def test_every_file_is_of_a_command() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(GOLDEN)
