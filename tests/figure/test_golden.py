"""Three figures that were looked at, kept as they are; their formulas hold, so they are right.

A change on purpose: delete the file, run the test once, look at the new one, commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from drawing import note, pooled
from helpers import assert_steps_hold
from nnviz.formats import Request, load
from nnviz.trace import Trace

FOLDER = Path(__file__).parent.parent / "golden"
GOLDEN: dict[str, tuple[Trace, str | None]] = {
    "conv-note.svg": (note(), None),
    "conv-note-step-2.svg": (note(), "2"),
    "pool-note.svg": (pooled(), None),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    trace, steps = GOLDEN[name]
    assert_steps_hold(trace)
    made = load("svg").write(trace, Request(steps=steps)).decode()
    path = FOLDER / name
    if not path.exists():
        path.write_text(made, encoding="utf-8", newline="\n")
        pytest.fail(f"{name} was not there and has been written: look at it, then run again")
    assert made == path.read_text(encoding="utf-8")
