"""Large nets: what nobody reads is left out before it is made; the trace alone has all of it."""

from __future__ import annotations

from typing import Any

import pytest

from helpers import run
from nnviz import equations
from nnviz.formats import load
from nnviz.request import Appearance, Request
from nnviz.trace import Equation, Trace

HIDDEN = 120


def _net(hidden: int = HIDDEN) -> Trace:
    return run("rnn", [[1, 2], [3, 4]], cell="lstm", hidden=hidden)


def _written(trace: Trace, name: str, view: str | None = None) -> str:
    request = Request(steps="2", appearance=Appearance(view=view))
    return load(name).write(trace, request).content.decode()


FORMS = pytest.mark.parametrize(
    ("name", "view"),
    [("svg", None), ("svg", "cell"), ("svg", "rolled"), ("html", None), ("table", None)],
)


@FORMS
def test_only_the_equations_that_are_written_are_made(
    name: str, view: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Equation] = []
    lines = equations._lines

    def counted(*args: Any) -> list[Equation]:
        made.append(lines(*args)[0])
        return lines(*args)

    monkeypatch.setattr(equations, "_lines", counted)
    counts = []
    for hidden in (40, HIDDEN):
        made.clear()
        _written(_net(hidden), name, view)
        counts.append(len(made))
    assert counts[0] == counts[1] <= 2 * 64


@FORMS
def test_what_is_left_out_is_said(name: str, view: str | None) -> None:
    said = _written(_net(), name, view)
    assert "more terms …" in said
    assert "more equations" in said
    assert len(said) < 250_000


def test_the_trace_has_every_term() -> None:
    trace = _net(40)
    said = _written(trace, "trace")
    assert "more terms" not in said
    assert said.count("×") >= 4 * 40 * 42 + 3 * 40
