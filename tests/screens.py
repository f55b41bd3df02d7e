"""Traces of every kind and screens of every width: what the terminal view is tried on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from helpers import run
from nnviz.formats import load
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace

NOTE = np.array(
    [[1, 2, 3, 4, 5], [2, 1, 0, 1, 2], [3, 0, 1, 1, 0], [1, 4, 1, 1, 2], [2, 1, 1, 0, 0]]
)
KERNEL = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 0]])
CHAIN = "conv --filters 6 --size 5 --pad 2 | act relu | pool -k 2 | flatten | dense --units 10"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def wave(*shape: int) -> Any:
    """Fractions of both signs, never the same twice in a row."""
    return np.sin(np.arange(1, np.prod(shape) + 1) * 1.7).reshape(shape) * 12


TRACES: dict[str, Callable[[], Trace]] = {
    "the note's example": lambda: run("conv", NOTE, kernel=KERNEL),
    "bias, activation, padding": lambda: run(
        "conv", NOTE - 3, kernel=KERNEL, bias=np.array(2), padding=1, stride=2, act="relu"
    ),
    "three channels, two filters": lambda: run("conv", wave(3, 5, 5), filters=2, seed=1),
    "a batch": lambda: run("conv", wave(2, 3, 4, 4), filters=2),
    "a vector": lambda: run("conv", wave(9), kernel=np.array([1, 0, -1])),
    "a volume": lambda: run("conv", wave(1, 3, 3, 3), kernel=np.ones((1, 1, 2, 2, 2), int)),
    "one cell": lambda: run("conv", np.array([[7]]), kernel=np.array([[3]])),
    "large numbers": lambda: run("conv", NOTE * 10**15 + 1, kernel=KERNEL),
    "tiny numbers": lambda: run("conv", wave(4, 4) * 1e-9, kernel=KERNEL),
    "a large map": lambda: run("conv", wave(70, 90), kernel=KERNEL),
    "a long vector": lambda: run("act", wave(700), name="tanh"),
    "three large channels": lambda: run("conv", wave(3, 40, 40), filters=3),
    "activation": lambda: run("act", wave(3, 4), name="tanh"),
    "softmax": lambda: run("act", wave(2, 3), name="softmax"),
    "dense": lambda: run("dense", wave(4), units=3),
    "dense, long sums": lambda: run("dense", wave(200), units=3),
    "flatten": lambda: run("flatten", NOTE),
    "max pooling": lambda: run("pool", NOTE, kernel=2),
    "average pooling": lambda: run("pool", wave(2, 5, 5), kind="avg", kernel=3, padding=1),
    "show": lambda: run("show", NOTE),
    "text in Hangul": lambda: run("rnn", None, text="안녕하세요", hidden=3, outputs=2),
    "text with control characters": lambda: run("rnn", None, text="a\t\x1b\n", hidden=2),
    "many to one": lambda: run("rnn", NOTE, hidden=4, outputs=2, mode="many-to-one"),
    "a wide hidden state": lambda: run("rnn", NOTE, hidden=40),
    "parameters": lambda: run("params", None, net=CHAIN, input=(1, 28, 28), versus="mlp"),
    "dilated": lambda: run("conv", NOTE, kernel=np.eye(2, dtype=int), dilation=2),
    "twenty channels": lambda: run("act", wave(20, 2, 2), name="relu"),
    "a batch of large maps": lambda: run("act", wave(2, 3, 30, 30), name="relu"),
    "network of large maps": lambda: run(
        "net", wave(40, 40), net="conv --filters 3 | act relu | pool -k 2"
    ),
    "network": lambda: run("net", wave(1, 8, 8), net="conv --filters 2 | pool -k 2 | flatten"),
}
SCREENS = {
    **{f"{n} columns": Screen(n) for n in (20, 40, 60, 80, 120, 200)},
    "a pipe": Screen(),
    "a pipe in colour": Screen(color=True),
    "a colour terminal": Screen(80, color=True),
    "ascii": Screen(60, encoding="ascii"),
    "ascii in colour": Screen(80, color=True, encoding="ascii"),
    "cp949": Screen(70, encoding="cp949"),
    "cp1252": Screen(80, encoding="cp1252"),
}
PICTURES = {
    "a large map",
    "a long vector",
    "three large channels",
    "a wide hidden state",
    "dense, long sums",
    "network",
    "a batch of large maps",
    "network of large maps",
}
PIPE = Screen()
_made: dict[str, Trace] = {}


def trace_of(name: str) -> Trace:
    """Each trace is made once."""
    if name not in _made:
        _made[name] = TRACES[name]()
    return _made[name]


def lines_of(trace: Trace, screen: Screen = PIPE, **options: Any) -> list[str]:
    """What the view prints, line by line."""
    appearance = Appearance(**{k: v for k, v in options.items() if k != "steps"})
    request = Request(steps=options.get("steps"), screen=screen, appearance=appearance)
    text = load("table").write(trace, request).content.decode(screen.encoding)
    assert text.endswith("\n")
    return text[:-1].split("\n")


def numbers_in(line: str) -> list[str]:
    """The numbers of a line, with plain minus signs."""
    return re.findall(r"-?\d+(?:\.\d+)?", line.replace("−", "-"))
