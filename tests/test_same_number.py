"""The same number is the same string wherever it stands: cell, sum, table, matrix."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.figure.scene import Text
from nnviz.formats import load
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace
from view_checks import drawn

NUMBER = re.compile("(?<![0-9.])−?[0-9][0-9.]*(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
ROW = re.compile(r"[\[⎡⎢⎣] +(.*?) +[\]⎤⎥⎦]")
SIZES = st.builds(
    lambda digits, power: float(f"{digits}e{power}"),
    st.integers(-9999999, 9999999),
    st.sampled_from([0, -1, -3, -5, -7, -8, -12]),
)
"""Numbers of few and of many digits, tiny and large ones side by side."""


def cells(trace: Trace, step: int, precision: int) -> list[str]:
    """The numbers in the cells of a figure, without the kernel's in their corners and products."""
    found: list[str] = []
    name = ""
    for part in drawn(trace, step, precision=precision).parts():
        name = part if isinstance(part, str) else name
        if isinstance(part, Text) and part.cell is not None and not name.startswith("products"):
            found.append(part.content)
    return [text for text in found if text[:1] != "×"]


def written(trace: Trace, step: int, precision: int) -> tuple[set[str], list[str]]:
    """The numbers of the terminal's matrices, and those of the step's line in its table."""
    request = Request(str(step), "output", Appearance(precision=precision), Screen(None))
    text = load("table").write(trace, request).content.decode()
    matrices, _, table = text.partition("\nstep")
    last = table.strip().split("\n")[-1]
    numbers = [number for row in ROW.findall(matrices) for number in row.split()]
    return set(numbers), NUMBER.findall(" ".join(re.split(" {2,}", last.strip())[2:]))


def test_the_numbers_of_the_issue() -> None:
    x = np.array([[1.68588, -1.20259], [-12345.7, 0.07]])
    trace = run("conv", x, kernel=np.array([[1]]))
    shown = {"1.686", "−1.203", "−12346", "0.07"}
    assert set(cells(trace, 4, 4)) == {*shown, "1"}
    matrices, _ = written(trace, 4, 4)
    assert matrices == {*shown, "1"}
    assert [written(trace, n, 4)[1][-1] for n in (1, 2, 3, 4)] == [
        "1.686",
        "−1.203",
        "−12346",
        "0.07",
    ]


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "conv": ("conv", {}),
    "average": ("pool", {"kind": "avg", "kernel": 2, "stride": 1}),
    "dense": ("dense", {}),
    "activation": ("act", {"name": "relu"}),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=8)
@given(st.lists(SIZES, min_size=12, max_size=12), st.integers(1, 7), st.integers(1, 2))
def test_a_number_is_one_string(kind: str, values: list[float], precision: int, step: int) -> None:
    op, options = KINDS[kind]
    x, w = np.array(values[:6]).reshape(2, 3), np.array(values[6:10]).reshape(2, 2)
    if op == "conv":
        options = {"kernel": w}
    if op == "dense":
        x, options = x[0], {"weight": np.array(values[6:12]).reshape(2, 3)}
    trace = run(op, x, **options)
    in_cells = set(filter(None, cells(trace, step, precision)))
    matrices, numbers = written(trace, step, precision)
    arrays = [*trace.arrays.values(), trace.output]
    count = len({float(v) for array in arrays for v in array.reshape(-1)})
    assert len(matrices) <= count  # one string a number, though two numbers may share one
    assert in_cells <= matrices  # those still to come are empty
    known = {number.removeprefix("−") for number in matrices}
    sums = {number.removeprefix("−") for number in numbers}  # what is added may be taken away
    assert sums <= known | {"0", "4"}  # relu's 0, and how many are averaged


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@settings(deadline=None, max_examples=8)
@given(
    st.lists(st.integers(-99999, 99999).map(lambda n: n / 31337), min_size=30, max_size=30),
    st.integers(1, 7),
)
def test_a_number_of_a_recurrent_net_is_one_string(
    cell: str, values: list[float], precision: int
) -> None:
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
    given_numbers = np.array(values)
    weights = {
        "Wx": np.resize(given_numbers, (2 * gates, 2)),
        "Wh": np.resize(given_numbers[3:], (2 * gates, 2)),
        "b": np.resize(given_numbers[7:], 2 * gates),
    }
    trace = run("rnn", given_numbers[:4].reshape(2, 2), weights=weights, cell=cell)
    request = Request("2", "output", Appearance(precision=precision), Screen(None))
    text = load("table").write(trace, request).content.decode()
    scene = drawn(trace, 2, precision=precision, view="unrolled")
    in_cells = {t.content for t in scene.texts() if t.cell is not None}
    table, _, sums = text.partition("\nstep 2")
    at_last = {n for line in sums.splitlines()[1:] for n in NUMBER.findall(line)[-1:]}
    assert in_cells
    assert in_cells - {""} <= set(NUMBER.findall(table))
    assert at_last <= set(NUMBER.findall(table))
