"""The arrays of a figure as tables: every number in the row and column of its array."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from drawing import note
from helpers import run
from nnviz.formats.player.tables import tables
from nnviz.trace import Trace
from view_checks import drawn


def read(trace: Trace, *steps: int, **look: object) -> dict[str, list[list[str]]]:
    """The cells of each table by its caption; the first row and column are indices."""
    found = {}
    for text in tables(drawn(trace, *steps, **look)):
        root = ElementTree.fromstring(text)
        rows = [["".join(cell.itertext()) for cell in row] for row in root.findall("tr")]
        found[root.findtext("caption") or ""] = rows
    return found


def test_a_table_an_array_in_reading_order() -> None:
    found = read(note())
    assert list(found) == ["input, 5 by 5", "kernel, 3 by 3", "feature map, 3 by 3"]
    first, *rows = found["input, 5 by 5"]
    assert first == ["", "0", "1", "2", "3", "4"]
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4"]
    assert [list(map(int, row[1:])) for row in rows] == note().arrays["input"].tolist()


def test_what_is_padded_is_no_part_of_it() -> None:
    array = np.arange(1, 5).reshape(2, 2)
    found = read(run("conv", array, kernel=np.eye(3, dtype=int), padding=1))
    assert found["input, 2 by 2"][1:] == [["0", "1", "2"], ["1", "3", "4"]]


def test_what_is_left_out_keeps_its_index() -> None:
    weight = np.arange(40).reshape(1, 40)
    found = read(run("dense", np.ones(40, int), weight=weight))
    indices, numbers = found["weight, 1 by 40"]
    assert indices[-1] == numbers[-1] == "39"
    assert indices[1:] == numbers[1:]
    assert len(indices) < 41


def test_outputs_that_are_still_to_come_are_empty() -> None:
    found = read(note(), 2)["feature map, 3 by 3"]
    assert found == [["", "0", "1"], ["0", "6", "9"]]


def test_a_picture_has_none() -> None:
    assert read(run("show", np.arange(900).reshape(30, 30)), view="picture") == {}
