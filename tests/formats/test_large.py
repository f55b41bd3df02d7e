"""A map of 12 megapixels in every picture format: few copies in memory, few pixels in the file."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="Windows does not say how much memory a process took")

WRITE = """
import resource, sys
import numpy as np
import nnviz
from nnviz.formats import load
from nnviz.request import Request

def peak():  # in MiB
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit

form = load(sys.argv[1])
small = nnviz.conv(np.arange(25.0).reshape(5, 5), np.ones((3, 3))).trace
form.write(small, Request(steps="1-3")).content
x = np.zeros((3000, 4000), np.uint8)
x[::7] = 200
trace = nnviz.conv(x, np.array([[-1, 0, 1]] * 3)).trace
made = peak()
content = form.write(trace, Request(steps="1-3")).content
print(round(peak() - made), len(content))
"""
COPY = 3000 * 4000 * 4 / 2**20
"""MiB of the map in float32, which it is reduced in."""


@pytest.mark.parametrize("name", ["png", "svg", "gif", "apng", "webp", "pdf", "html"])
def test_a_few_copies_at_most(name: str) -> None:
    said = subprocess.check_output([sys.executable, "-c", WRITE, name], text=True)
    more, size = map(int, said.split())
    assert more < 3 * COPY
    assert 1000 < size < 3_000_000
