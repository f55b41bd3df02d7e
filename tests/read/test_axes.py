"""Channels last: said, or doubted in a note."""

from __future__ import annotations

import io

import numpy as np
import pytest

from nnviz.errors import UsageError
from nnviz.read import Stdin, read_input
from nnviz.read.axes import channels_first, doubts


@pytest.mark.parametrize(
    ("shape", "becomes"),
    [((28, 20, 3), (3, 28, 20)), ((2, 28, 20, 3), (2, 3, 28, 20)), ((5, 4, 3, 2), (5, 2, 4, 3))],
)
def test_channels_come_first(shape: tuple[int, ...], becomes: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    moved = channels_first(array, "x")
    assert moved.shape == becomes
    assert moved[..., 1, 3, 2].tolist() == array[..., 3, 2, 1].tolist()
    assert np.shares_memory(moved, array)


@pytest.mark.parametrize("shape", [(3,), (28, 28)])
def test_fewer_axes_have_no_channels(shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="--channels-last is for arrays of three axes or more"):
        channels_first(np.zeros(shape), "x")


@pytest.mark.parametrize("shape", [(28, 28, 3), (28, 28, 4), (2, 5, 3), (5, 1, 4)])
def test_a_last_axis_of_colours_is_doubted(shape: tuple[int, ...]) -> None:
    (note,) = doubts(shape, "x.npy")
    assert "x.npy is taken as" in str(note)
    assert "--channels-last" in str(note)


@pytest.mark.parametrize(
    "shape", [(3, 28, 28), (3, 3, 3), (1, 5, 3), (4, 4, 4), (28, 28, 2), (28, 3), (2, 28, 28, 3)]
)
def test_others_are_not(shape: tuple[int, ...]) -> None:
    assert doubts(shape, "x.npy") == []


def npy(shape: tuple[int, ...]) -> Stdin:
    file = io.BytesIO()
    np.save(file, np.zeros(shape))
    return Stdin(io.BytesIO(file.getvalue()))


def test_an_input_is_taken_as_it_is_said() -> None:
    assert read_input("-", stdin=npy((6, 5, 3)), channels_last=True).array.shape == (3, 6, 5)
    said = npy((6, 5, 3))
    assert read_input("-", stdin=said, channels_last=False).array.shape == (6, 5, 3)
    assert [str(note) for note in said.notes] == [
        "standard input is taken as 6 channels of 5×3; --channels-last takes it as 3 of 6×5"
    ]


def test_where_it_cannot_be_said_nothing_is_noted() -> None:
    stdin = npy((6, 5, 3))
    read_input("-", stdin=stdin)
    assert stdin.notes == []


def test_a_picture_has_its_channels_first() -> None:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (5, 6)).save(file, "PNG")
    with pytest.raises(UsageError, match="is a picture, whose channels come first"):
        read_input("-", stdin=Stdin(io.BytesIO(file.getvalue())), channels_last=True)
