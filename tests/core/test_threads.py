from __future__ import annotations

import threading

import numpy as np
import pytest

from nnviz.core import threads


@pytest.mark.parametrize("count", [0, 1, 3, 10])
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_work_is_done_once_each(count: int, workers: int) -> None:
    done: list[int] = []
    lock = threading.Lock()

    def work(some: range) -> None:
        with lock:
            done.extend(some)

    threads.share(work, count, workers)
    assert sorted(done) == list(range(count))


def test_an_error_in_a_thread_is_raised_here() -> None:
    def work(some: range) -> None:
        raise ValueError(len(some))

    with pytest.raises(ValueError, match="2"):
        threads.share(work, 4, 2)


def test_at_least_one_and_at_most_a_few_threads() -> None:
    assert 1 <= threads.available() <= threads.MOST_THREADS


@pytest.mark.parametrize(
    "shape",
    [(1, 1, 1), (24, 10, 4001), (90, 18, 1000), (300, 400, 70), (70, 900, 99), (9, 2000, 5)],
)
@pytest.mark.parametrize("groups", [1, 2])
def test_a_product_in_pieces_is_the_product(shape: tuple[int, int, int], groups: int) -> None:
    rows, inner, width = shape
    rng = np.random.default_rng(0)
    a = rng.integers(-9, 9, (groups, rows, inner)).astype(np.float32)
    b = rng.integers(-9, 9, (3, groups, inner, width + 5)).astype(np.float32)[..., 5:]
    out = np.full((3, groups, rows, width), np.nan, np.float32)
    threads.multiply(a, b, out)
    assert (out == a @ b).all()
