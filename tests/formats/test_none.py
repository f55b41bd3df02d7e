"""Nothing, where a command is run for its files."""

from __future__ import annotations

import numpy as np

from nnviz.formats import load, streams
from nnviz.request import Request
from nnviz.trace import Results, Trace
from nnviz.words import Words


def test_no_bytes_and_no_file() -> None:
    made = Trace("show", Words("Matrix"), {}, Results(output=np.ones(3)))
    assert load("none").write(made, Request()).content == b""
    assert load("none").suffixes == ()
    assert "none" in streams()
