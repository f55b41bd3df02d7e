"""What the tests of the animated formats share: reading a file back, frame by frame."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from drawing import note
from helpers import run
from nnviz.figure.scene import Scene
from nnviz.figure.typeface import Fonts
from nnviz.formats import load
from nnviz.formats.raster.frames import film
from nnviz.formats.raster.painter import paint
from nnviz.request import Appearance, Request
from nnviz.trace import Trace


class Played(NamedTuple):
    """An animation as a viewer shows it."""

    frames: list[np.ndarray]
    """(H, W, 4) each."""
    times: list[float]
    info: dict[str | tuple[int, int], Any]


def played(name: str, trace: Trace, steps: str | None = None, **appearance: Any) -> Played:
    """The trace written in a format and read by Pillow."""
    content = (
        load(name).write(trace, Request(steps=steps, appearance=Appearance(**appearance))).content
    )
    image = Image.open(io.BytesIO(content))
    frames, times = [], []
    for n in range(getattr(image, "n_frames", 1)):
        image.seek(n)
        image.load()
        frames.append(np.asarray(image.convert("RGBA")))
        times.append(float(image.info["duration"]))
    return Played(frames, times, dict(image.info))


def assert_nine_frames(name: str) -> Played:
    """The note's example: nine frames, a second each, the last held, for ever."""
    found = played(name, note())
    assert len(found.frames) == 9
    assert found.times == [1000] * 8 + [2000]
    assert found.info["loop"] == 0
    return found


def assert_equal_frames_are_not_merged(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine windows of the same numbers are nine frames; so are pictures that are the same."""
    trace = run("conv", np.ones((5, 5), int), kernel=np.ones((3, 3), int))
    assert len(played(name, trace, scale=1.0).frames) == 9
    blank = Scene(15, 10, (), "t", "d", Fonts(), "#1f6fb2")
    monkeypatch.setattr("nnviz.formats.raster.frames.draw", lambda *_: blank)
    same = played(name, trace, fps=4.0)
    assert same.times == [250] * 8 + [500]
    assert all((frame == (0x1F, 0x6F, 0xB2, 255)).all() for frame in same.frames)


def painted(trace: Trace, steps: str | None = None, **appearance: Any) -> list[np.ndarray]:
    """The frames as the PNG of each would be, (H, W, 4) each."""
    made = film(trace, Request(steps=steps, appearance=Appearance(**appearance)))
    return [np.asarray(paint(s, appearance.get("scale", 2)).convert("RGBA")) for s in made.scenes]


def assert_no_loss(name: str, trace: Trace, steps: str | None = None, **appearance: Any) -> None:
    """Every frame has the pixels of the PNG, transparency included."""
    shown, expected = played(name, trace, steps, **appearance), painted(trace, steps, **appearance)
    assert len(shown.frames) == len(expected) > 0
    for ours, theirs in zip(shown.frames, expected, strict=True):
        np.testing.assert_array_equal(ours[..., 3], theirs[..., 3])
        seen = theirs[..., 3] > 0
        np.testing.assert_array_equal(ours[seen], theirs[seen])
