"""What windows share: the cells that none of them reads, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.lang import say

TWELVE = [f"{cells}s 2, 3, 6, 7, 10, 11 are not used" for cells in ("row", "column")]


@pytest.mark.parametrize(
    ("op", "shape", "options", "said"),
    [
        ("conv", (12, 12), {"kernel": np.ones((2, 2)), "stride": 4}, TWELVE),
        ("pool", (12, 12), {"kernel": 2, "stride": 4}, TWELVE),
        ("pool", (1, 6), {"kernel": (1, 2), "stride": 3},
         ["columns 2, 5 are not used"]),
        ("conv", (7,), {"kernel": np.ones(2), "stride": 2, "dilation": 2},
         ["cells 1, 3, 5 are not used"]),
        ("conv", (6,), {"kernel": np.ones(3), "stride": 2, "padding": 1},
         ["cell 6 of the padding is not used: (8 − 3) mod 2 = 1"]),
        ("conv", (5,), {"kernel": np.ones(2), "stride": 3},
         ["cell 2 is not used"]),
        ("conv", (32,), {"kernel": np.ones(1), "stride": 2},
         ["cells 1, 3, 5, 7, 9, 11, 13, 15 … are not used"]),
    ],
    ids=["conv 12×12", "pool 12×12", "gaps and tail", "dilation and stride", "padding",
         "a gap", "many"],
)  # fmt: skip
def test_rows_and_columns_that_no_window_reads_are_named(
    op: str, shape: tuple[int, ...], options: dict[str, Any], said: list[str]
) -> None:
    trace = run(op, np.ones(shape), **options)
    assert [str(note) for note in trace.notes if "not used" in str(note)] == said


def test_rows_that_are_not_used_in_korean() -> None:
    trace = run("conv", np.ones((5, 1)), kernel=np.ones((2, 1)), stride=2, padding=(0, 0))
    assert [say(note, "ko") for note in trace.notes] == [
        "4번 행은 쓰이지 않습니다: (5 − 2) mod 2 = 1"
    ]
