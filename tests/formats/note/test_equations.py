"""The equations of a note, read as LaTeX and worked out: what they say is so."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

import latex_reader
from nnviz.request import Appearance, Request
from note_cases import MADE, blocks, note

EXACT = Request(appearance=Appearance(precision=17))
WORKED = [name for name in MADE if name not in ("net", "params", "show", "characters")]
"""Those with steps, whose matrices are whole."""


def _value(side: str) -> np.ndarray | None:
    try:
        return latex_reader.value(side)
    except latex_reader.UnreadableError:
        return None


def worked(written: str) -> Iterator[list[np.ndarray]]:
    """What the sides of each equation come to, of those that are numbers."""
    for block in blocks(written):
        if r"\overset" in block:
            continue
        for sides in latex_reader.equations(block):
            values = [v for _, side in sides if (v := _value(side)) is not None]
            if values:
                yield values


@pytest.mark.parametrize("name", WORKED)
def test_the_sides_of_every_equation_are_equal(name: str) -> None:
    """With all digits shown; the last side is what the step made."""
    trace = MADE[name]()
    found = list(worked(note(trace, EXACT._replace(steps="all"))))
    for values in found:
        for value in values[1:]:
            assert np.ravel(value) == pytest.approx(np.ravel(values[0]), rel=1e-9)
    made = [np.ravel(values[-1]).tolist() for values in found]
    assert made, "no equation was read"
    for step in trace.steps:
        assert any(value == pytest.approx(np.ravel(step.value).tolist()) for value in made)


@pytest.mark.parametrize("name", WORKED)
def test_a_sign_says_whether_numbers_were_rounded(name: str) -> None:
    """With few digits: what stands after `=` is equal to what is shown before it."""
    found = 0
    for block in blocks(note(MADE[name](), Request(steps="all"))):
        for sides in latex_reader.equations(block) if r"\overset" not in block else ():
            for (_, left), (sign, right) in itertools.pairwise(sides):
                a, b = _value(left), _value(right)
                if a is not None and b is not None:
                    found += 1
                    assert np.ravel(a) == pytest.approx(np.ravel(b), rel=0.01, abs=0.01)
                    if sign == "=":
                        assert np.ravel(a) == pytest.approx(np.ravel(b), rel=1e-12, abs=1e-12)
    assert found or name == "flatten"
