"""What a change did to a stored figure is shown: before, after, and where they differ."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from goldens import GAP, RED, compared


def svg(width: int) -> bytes:
    """A page of 20×10 with a black bar."""
    size = 'width="20" height="10"'
    bar = f'<rect width="{width}" height="10"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{bar}</svg>'.encode()


def reds(sheet: Image.Image, place: int) -> int:
    """Pixels marked as changed in the picture at a place, 0 to 2, each 40×20."""
    left = GAP + place * (40 + GAP)
    part = np.asarray(sheet)[2 * GAP : 2 * GAP + 20, left : left + 40]
    return int((part == RED).all(-1).sum())


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [(svg(5), svg(5), 0), (svg(5), svg(8), 6 * 20), (None, svg(5), 10 * 20), (svg(5), None, 200)],
    ids=["the same", "a wider bar", "new", "deleted"],
)
def test_what_changed_is_red(before: bytes | None, after: bytes | None, marked: int) -> None:
    sheet = compared(before, after)
    assert sheet.size == (3 * 40 + 4 * GAP, 20 + 3 * GAP)
    assert [reds(sheet, place) for place in range(3)] == [0, 0, marked]
