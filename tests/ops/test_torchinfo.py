"""Counts beside those of torchinfo 1.8.0, of torchvision's networks, as it printed them.

Parameters agree. Where the rest does not, the reason is here as a rule that turns our rows into
its numbers: it takes a bias for one more multiply–accumulate wherever it is added, and what batch
norm learns for one each; a dense layer after a sequence for one at a single time. Its bytes are
those of layers that have parameters, twice: forward and backward.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import pytest

from helpers import run


class Printed(NamedTuple):
    """`total_params`, `total_mult_adds`, `total_output_bytes`; the last of a batch of one."""

    params: int
    mult_adds: int
    bytes: int | None = None
    """None of an LSTM of two layers, which is one layer there."""


TORCHINFO = {
    "lenet5": Printed(61_706, 423_038, 52_144),
    "alexnet": Printed(61_100_840, 714_682_664, 3_953_472),
    "vgg16": Printed(138_357_544, 15_483_821_032, 108_453_696),
    "resnet18": Printed(11_689_512, 1_814_083_944, 39_747_392),
    "resnet50": Printed(25_557_032, 4_089_238_376, 177_831_744),
    "char-rnn": Printed(240_321, 11_605_185),
}


def mult_adds(row: dict[str, Any]) -> int:
    """Of one of our rows, by its rules."""
    params: int = row["params"]
    match row["layer"].split()[0]:
        case "conv":
            biases: int = row["biases"] * prod(row["output"][1:])
            return biases + int(row["macs"])
        case "rnn":
            return params * int(row["output"][0])
    return params


@pytest.mark.parametrize("name", TORCHINFO)
def test_counts_are_torchinfos(name: str) -> None:
    printed = TORCHINFO[name]
    rows = run("params", None, net=name, like="torch").results["rows"]
    assert sum(row["params"] for row in rows) == printed.params
    assert sum(map(mult_adds, rows)) == printed.mult_adds
    made = 2 * sum(row["memory"] for row in rows if row["params"])
    assert printed.bytes in (None, made)
