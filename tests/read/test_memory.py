"""The memory that an input takes is known before it is taken."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from contents import NONE, npy, npz, picture, piped, safetensors
from nnviz.errors import UsageError
from nnviz.read import ImageOptions, Stdin, read_input
from nnviz.read.arrays import only
from nnviz.read.given import opened
from nnviz.read.sources import _kind, _needed
from pictures import picture_bytes


def bytes_needed(spec: str, stdin: Stdin = NONE) -> int:
    """What is checked against the memory there is, before anything is read."""
    with opened(spec, stdin, "INPUT") as given:
        chosen = only(given.label, given.member)
        return _needed(given, _kind(given), chosen)


NEEDED = {
    ".npy": (npy(np.zeros(1000, np.int8)), 9_000),
    ".npz": (npz(only=np.zeros(1000)), 8_000),
    ".safetensors": (safetensors(a=[1.0] * 1000), 12_000),
}


@pytest.mark.parametrize(("data", "needed"), NEEDED.values(), ids=NEEDED.keys())
def test_the_memory_that_an_input_takes_is_known_before(
    data: bytes, needed: int, here: Path
) -> None:
    (here / "x").write_bytes(data)
    assert bytes_needed("x") == needed
    stdin = piped(data)
    assert bytes_needed("-", piped(data)) == needed
    assert read_input("-", stdin=stdin).array.size == 1000
    with pytest.raises(UsageError, match="standard input can be read once"):
        read_input("-", stdin=stdin)


@pytest.mark.parametrize(
    "text",
    [";".join(["1 2 3"] * 3000), json.dumps([[0.123456789] * 50] * 100), "+1 .5\n" * 3000],
    ids=["whole numbers", "JSON", "numbers that are read one by one"],
)
def test_the_memory_that_a_text_takes_is_guessed_from_its_numbers(text: str, here: Path) -> None:
    (here / "x").write_text(text)
    needed = bytes_needed("x")
    assert bytes_needed(text) == needed
    read_input("1 2", stdin=NONE)  # what is loaded once is not counted
    tracemalloc.start()
    read_input("x", stdin=NONE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / 2 < needed < peak * 4


def test_a_picture_needs_more_than_its_file() -> None:
    data = io.BytesIO(picture())
    assert picture_bytes(data, ImageOptions()) > 6
    assert picture_bytes(data, ImageOptions(unit=True, dtype="float64")) > 6 * 8
