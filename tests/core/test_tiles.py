from __future__ import annotations

import pytest

from nnviz.core import tiles
from nnviz.core.tiles import Method, tile_plan
from nnviz.shapes import Axis

ONE = Axis(1, 1)

CHOICES: list[tuple[str, tuple[int, int], int, int, int, int, Method]] = [
    ("a small matrix", (5, 5), 3, 1, 1, 1, "elementwise"),
    ("a photograph", (3000, 4000), 3, 1, 1, 1, "banded"),
    ("a photograph in colour", (3000, 4000), 3, 2, 3, 8, "banded"),
    ("a large kernel", (3000, 4000), 11, 1, 1, 1, "banded"),
    ("a small map of many channels", (7, 7), 3, 1, 512, 512, "columns"),
    ("one large window", (300, 300), 300, 1, 1, 1, "banded"),
]


@pytest.mark.parametrize(
    ("sizes", "kernel", "stride", "channels", "filters", "method"),
    [case[1:] for case in CHOICES],
    ids=[case[0] for case in CHOICES],
)
def test_the_way_fits_the_work(
    sizes: tuple[int, int], kernel: int, stride: int, channels: int, filters: int, method: Method
) -> None:
    h, w = (Axis(n, kernel, stride) for n in sizes)
    made = tile_plan((ONE, h, w), channels, filters)
    assert made.method == method
    assert 1 <= made.rows <= h.out
    assert 1 <= made.cols <= w.out


def test_exact_sums_never_use_matrix_products() -> None:
    axis = Axis(3000, 3)
    assert tile_plan((ONE, axis, axis), 1, 1, exact=True).method == "elementwise"


@pytest.mark.parametrize("width", [10, 4000, 10**8])
@pytest.mark.parametrize("channels", [1, 64])
def test_a_tile_stays_within_its_bound(width: int, channels: int) -> None:
    h, w = Axis(30, 11), Axis(width + 10, 11)
    made = tile_plan((ONE, h, w), channels, 4)
    assert made.rows * made.cols * 4 <= tiles.ROOM
