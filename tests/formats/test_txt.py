"""txt: the terminal view as a file, without colour, cut nowhere, in UTF-8."""

from __future__ import annotations

import numpy as np

from helpers import run
from nnviz.formats import load
from nnviz.request import Request, Screen


def test_is_the_view_of_a_pipe_whatever_the_screen() -> None:
    trace = run("conv", np.arange(64 * 64).reshape(64, 64), kernel="edge")
    narrow = Request(screen=Screen(width=40, color=True, encoding="cp949"))
    written = load("txt").write(trace, narrow).content
    assert written == load("table").write(trace, Request()).content
    assert b"\x1b" not in written
    assert "4095" in written.decode("utf-8")
    assert "⌊" in written.decode("utf-8")
