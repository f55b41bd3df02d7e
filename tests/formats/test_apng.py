"""APNG: a frame a step, without loss."""

from __future__ import annotations

from typing import Any

import pytest

from animations import assert_equal_frames_are_not_merged, assert_nine_frames, assert_no_loss
from drawing import note, pooled
from helpers import run
from nnviz.errors import UsageError
from nnviz.formats import load
from nnviz.request import Request
from nnviz.trace import Trace


def test_a_step_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="asks for step 10, but there are 9"):
        load("apng").write(note(), Request(steps="1,10"))


def test_a_frame_a_step() -> None:
    found = assert_nine_frames("apng")
    assert found.info["Title"] == "Convolution"
    assert found.info["Description"].startswith("Convolution: input 5×5 ∗ kernel 3×3")


def test_equal_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_equal_frames_are_not_merged("apng", monkeypatch)


@pytest.mark.parametrize(
    ("trace", "appearance"),
    [
        pytest.param(note(), {}, id="the note"),
        pytest.param(note(), {"theme": "transparent", "scale": 1}, id="transparent"),
        pytest.param(note(), {"theme": "dark", "scale": 1}, id="dark"),
        pytest.param(pooled(), {"scale": 1.5}, id="pooling"),
        pytest.param(run("show", [[1, 2]]), {}, id="no steps"),
    ],
)
def test_no_loss(trace: Trace, appearance: dict[str, Any]) -> None:
    assert_no_loss("apng", trace, **appearance)
