"""What sees what through a chain: worked out from the windows, and seen by moving each input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from math import prod
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.errors import NnvizError, UsageError
from nnviz.fields import Cells, Fields, runs, spans

CELL = (0, 0)


def fields_of(net: str, shape: tuple[int, ...], field: tuple[int, ...] = CELL) -> Fields:
    fields = run("params", None, net=net, input=shape, field=field).fields
    assert fields is not None
    return fields


def together(cells: Cells) -> set[tuple[int, ...]]:
    return set(product(*cells))


REFUSED = [
    ("conv -k box", (5, 5), (3, 0), "--field 3,0 is no cell of the output, which is 3×3"),
    ("conv -k box", (5, 5), (1,), "--field 1 is no cell of the output, which is 3×3"),
    ("conv -k box | flatten", (5, 5), (0, 0), "an output of 9 has no rows and columns"),
    ("flatten --axis 1", (2, 3, 4), (0, 0), "an output of 2×12 has no rows and columns"),
    ("rnn --hidden 3", (4, 3), (0, 0), "an output of 4×3 has no rows and columns"),
    (
        "conv -k box",
        (1, 1025, 9),
        (0, 0),
        "up to 1024 cells a side, and this chain has one of 1025",
    ),
    ("conv --dims 3 --filters 1 --size 1", (1, 2, 2, 2), (0, 0), "1×2×2×2 has no rows"),
]


@pytest.mark.parametrize(("net", "shape", "field", "why"), REFUSED, ids=[r[3] for r in REFUSED])
def test_refusals(net: str, shape: tuple[int, ...], field: tuple[int, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        fields_of(net, shape, field)


SEEN: list[tuple[str, str, tuple[int, ...], tuple[int, ...], Cells]] = [
    ("a window", "conv -k box", (7, 7), (0, 2), ((0, 1, 2), (2, 3, 4))),
    ("padding is no cell", "conv -k box --pad 1", (7, 7), (0, 6), ((0, 1), (5, 6))),
    ("dilation makes holes", "conv -k box --dilation 2", (7, 7), (0, 1), ((0, 2, 4), (1, 3, 5))),
    ("two layers", "conv -k box | pool -k 2", (8, 8), (1, 0), ((2, 3, 4, 5), (0, 1, 2, 3))),
    ("all channels", "conv --filters 4 --size 2", (3, 4, 4), (0, 0), ((0, 1), (0, 1))),
    ("mirrored", "conv -k '1 1 1' --pad 0x2 --pad-mode reflect", (1, 5), (0, 0), ((0,), (0, 1, 2))),
    ("around", "conv -k '1 1' --pad 0x1 --pad-mode circular", (1, 5), (0, 0), ((0,), (0, 4))),
    ("spread", "conv --transpose -k '1 1; 1 1' --stride 2", (3, 3), (3, 4), ((1,), (2,))),
    ("between", "conv --transpose -k '1' --stride 2", (1, 3, 3), (1, 2), ((), (1,))),
    ("activations", "act relu | act tanh", (4, 4), (1, 3), ((1,), (3,))),
    ("softmax sees its row", "act softmax", (4, 4), (1, 3), ((1,), (0, 1, 2, 3))),
    ("softmax of channels", "act softmax --axis 0", (2, 4, 4), (1, 3), ((1,), (3,))),
    ("softmax of a map", "conv -k '1 1' --act softmax", (2, 4), (1, 1), ((1,), (0, 1, 2, 3))),
    ("dense of rows", "dense --units 2", (3, 4), (1, 1), ((1,), (0, 1, 2, 3))),
    ("the whole", "conv -k box | pool --global", (6, 6), (0, 0), (tuple(range(6)),) * 2),
    ("a signal", "conv -k '1 1 1' --dims 1 | pool -k 2 --dims 1", (9,), (1,), ((2, 3, 4, 5),)),
    ("unequal windows", "pool --adaptive 3x1", (5, 2), (1, 0), ((1, 2, 3), (0, 1))),
]


@pytest.mark.parametrize(
    ("net", "shape", "field", "cells"), [s[1:] for s in SEEN], ids=[s[0] for s in SEEN]
)
def test_what_an_output_cell_sees(
    net: str, shape: tuple[int, ...], field: tuple[int, ...], cells: Cells
) -> None:
    assert fields_of(net, shape, field).sees[0] == cells


def test_the_json_says_both_ways() -> None:
    results = run("params", None, net="conv -k box --stride 2", input=(7, 7), field=(1, 2)).results
    assert results["field"] == {
        "sees": {"output": [1, 2], "rows": [2, 3, 4], "columns": [4, 5, 6], "cells": 9},
        "reaches": {"input": [3, 5], "rows": [1], "columns": [2], "cells": 1},
    }
    assert "field" not in run("params", None, net="conv -k box", input=(7, 7)).results


def test_a_cell_that_sees_nothing_says_so() -> None:
    trace = run(
        "params", None, net="conv --transpose -k 1 --stride 2", input=(1, 3, 3), field=(1, 1)
    )
    assert str(trace.facts[-1].label) == "output cell 1,1 sees nothing of the input"
    assert trace.results["field"]["reaches"] is None


JUMPS: list[tuple[str, Any, Any]] = [
    ("conv -k box --stride 2 | pool -k 2", (5, 5), (4, 4)),
    ("conv -k box --stride 2x1 | conv --transpose -k '1 1; 1 1' --stride 4x1", (3, 4), (0.5, 1)),
    ("pool --adaptive 3x3", (5, 5), None),
    ("conv -k box | act softmax", None, (1, 1)),
]


@pytest.mark.parametrize(("net", "size", "jump"), JUMPS, ids=[j[0] for j in JUMPS])
def test_size_and_jump(net: str, size: Any, jump: Any) -> None:
    fields = fields_of(net, (11, 11))
    assert (fields.size, fields.jump) == (size, jump)


def test_maps_that_work_cell_by_cell_stand_with_the_one_before() -> None:
    maps = fields_of("conv -k box | act relu | act tanh | pool -k 2", (8, 8)).maps
    assert [[str(name) for name in made.names] for made in maps] == [
        ["input"],
        ["conv 3×3, 1", "ReLU", "tanh"],
        ["max pool 2×2"],
    ]
    assert [made.shape for made in maps] == [(8, 8), (6, 6), (3, 3)]


# --- moved one by one ----------------------------------------------------------------

ONES = st.sampled_from(["1", "1 1", "1; 1", "1 1; 1 1", "1 1 1; 1 1 1; 1 1 1"])
TWICE = st.sampled_from(["1", "2", "1x2", "2x1"])
LAYERS = st.one_of(
    st.builds(
        "conv -k '{}' --stride {} --dilation {} --pad {} --pad-mode {}".format,
        ONES,
        TWICE,
        TWICE,
        st.sampled_from(["0", "1", "0x1", "0,1,1,0"]),
        st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    ),
    st.builds(
        "conv --transpose -k '{}' --stride {} --dilation {} --pad {}".format,
        ONES,
        TWICE,
        TWICE,
        st.sampled_from(["0", "0", "0x1"]),
    ),
    st.builds(
        "pool -k {} --kind {} --stride {} --pad {}{}".format,
        st.sampled_from(["2", "2x1", "3"]),
        st.sampled_from(["max", "avg", "lp"]),
        TWICE,
        st.sampled_from(["0", "1", "0x1"]),
        st.sampled_from(["", " --ceil"]),
    ),
    st.sampled_from(["pool --adaptive 2x3", "act relu", "pool --global"]),
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(LAYERS, min_size=1, max_size=3),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
)
def test_cells_see_what_moves_them(layers: list[str], size: tuple[int, int]) -> None:
    """Of zeros, with one input after the other set to 1, through kernels of ones."""
    net, count = " | ".join(layers), size[0] * size[1]
    try:
        fields = fields_of(net, (1, *size))
    except NnvizError:
        assume(False)
    moved = run("net", np.eye(count).reshape(count, 1, *size), net=net).output[:, 0]
    inputs = list(np.ndindex(size))
    for o in np.ndindex(moved.shape[1:]):
        sees = {i for i, made in zip(inputs, moved, strict=True) if made[o]}
        assert together(fields.around(-1, o)[0]) == sees
    for i, made in zip(inputs, moved, strict=True):
        assert together(fields.around(0, i)[-1]) == set(
            zip(*map(list, made.nonzero()), strict=True)
        )


@given(st.lists(st.integers(0, 40), unique=True))
def test_runs_hold_all_the_numbers_and_no_others(numbers: list[int]) -> None:
    numbers.sort()
    found = runs(numbers)
    assert [n for first, last in found for n in range(first, last + 1)] == numbers
    assert all(after[0] - before[1] > 1 for before, after in pairwise(found))
    assert spans(numbers).count("–") <= len(found)


# --- through branches: against sets of cells, on a line without ends -----------------

Reads = Callable[[int], set[int]]


class Piece(NamedTuple):
    """A part of a chain on one axis: how it is written, and what its output cell o reads."""

    text: str
    reads: Reads
    period: int = 1


def window(kernel: int, stride: int, dilation: int, pad: int) -> Piece:
    text = f"conv --size {kernel}x1 --stride {stride}x1 --dilation {dilation}x1 --pad {pad}x0"
    return Piece(text, lambda o: {o * stride - pad + t * dilation for t in range(kernel)})


def spread(kernel: int, stride: int) -> Piece:
    text = f"conv --transpose --size {kernel}x1 --stride {stride}x1"
    return Piece(
        text, lambda o: {(o - t) // stride for t in range(kernel) if (o - t) % stride == 0}, stride
    )


def chained(pieces: Sequence[Piece]) -> Piece:
    def reads(o: int) -> set[int]:
        cells = {o}
        for piece in reversed(pieces):
            cells = {i for cell in cells for i in piece.reads(cell)}
        return cells

    return Piece(" | ".join(p.text for p in pieces), reads, prod(p.period for p in pieces))


def branched(op: str, first: Piece, second: Piece) -> Piece:
    text = f"{op} {{ {first.text} }} {{ {second.text} }}"
    return Piece(text, lambda o: first.reads(o) | second.reads(o), max(first.period, second.period))


SAME = st.builds(lambda k, d: window(2 * k + 1, 1, d, k * d), st.integers(0, 2), st.integers(1, 2))
PIECES = st.one_of(
    st.builds(window, st.integers(1, 4), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1)),
    st.integers(1, 3).flatmap(lambda s: st.builds(spread, st.integers(s, 4), st.just(s))),
    st.builds(branched, st.sampled_from(["residual", "concat"]), SAME, SAME),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(PIECES, min_size=1, max_size=4).map(chained))
def test_size_jump_and_centre_through_branches(piece: Piece) -> None:
    row = run("params", None, net=piece.text, input=(1, 400, 1)).results["rows"][-1]
    seen = [piece.reads(o) for o in range(3 * piece.period)]
    assert row["receptive_field"] == [max(max(s) - min(s) + 1 for s in seen), 1]
    assert row["centre"] == [(min(seen[0]) + max(seen[0])) / 2, 0]
    jump, _ = row["jump"]
    for a, b in zip(seen, seen[piece.period :], strict=False):
        assert min(b) - min(a) == pytest.approx(jump * piece.period)


def test_a_first_cell_that_sees_nothing_has_no_centre() -> None:
    net = "conv --transpose -k 1 --stride 2 --pad 1"
    row = run("params", None, net=net, input=(3, 4)).results["rows"][0]
    assert (row["receptive_field"], row["jump"], row["centre"]) == ([1, 1], [0.5, 0.5], None)
