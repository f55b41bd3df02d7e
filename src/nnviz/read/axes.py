"""Which axis has the channels: C×H×W as it stands, H×W×C where that is said."""

from __future__ import annotations

from typing import Any

from nnviz.errors import UsageError
from nnviz.libraries import npt
from nnviz.shapes import times
from nnviz.words import Words

_COLOURS = (3, 4)
"""Channels of a picture in colour, without transparency and with."""


def channels_first(array: npt.NDArray[Any], name: str, *, image: bool = False) -> npt.NDArray[Any]:
    """An array of H×W×C as C×H×W, of N×H×W×C as N×C×H×W; a view, not a copy.

    Raises UsageError for a picture, which is C×H×W when it is read, and for fewer axes.
    """
    if image:
        raise UsageError(
            "{name} is a picture, whose channels come first: --channels-last is for arrays",
            name=name,
        )
    if array.ndim < 3:
        raise UsageError(
            "{name} is {shape}: --channels-last is for arrays of three axes or more",
            name=name,
            shape=times(array.shape),
        )
    axes = [*range(array.ndim)]
    first = array.ndim - 3
    return array.transpose(*axes[:first], axes[-1], *axes[first:-1])


def doubts(shape: tuple[int, ...], name: str, flag: str = "--channels-last") -> list[Words]:
    """A note where an array of three axes looks as if its channels stood last, with what
    takes it so.

    >>> [str(note) for note in doubts((28, 28, 3), "x.npy")]
    ['x.npy is taken as 28 channels of 28×3; --channels-last takes it as 3 of 28×28']
    >>> doubts((3, 28, 28), "x.npy")
    []
    """
    if len(shape) != 3 or shape[2] not in _COLOURS or shape[0] in (1, *_COLOURS):
        return []
    return [
        Words(
            "{name} is taken as {n} channels of {size}; {flag} takes it as {m} of {other}",
            name=name,
            flag=flag,
            n=shape[0],
            size=times(shape[1:]),
            m=shape[2],
            other=times(shape[:2]),
        )
    ]
