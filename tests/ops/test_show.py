"""show: the input as it is."""

from __future__ import annotations

import numpy as np

from helpers import run


def test_shows_the_very_array() -> None:
    x = np.eye(3)
    trace = run("show", x)
    assert trace.output is x
    assert trace.equation == ("input",)
    assert len(trace.steps) == 0
