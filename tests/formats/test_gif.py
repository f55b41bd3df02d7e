"""GIF: a frame a step, one palette that has the figure's own colours."""

from __future__ import annotations

import numpy as np
import pytest

from animations import assert_equal_frames_are_not_merged, assert_nine_frames, painted, played
from drawing import note, pooled
from helpers import run
from nnviz.errors import UsageError
from nnviz.figure.theme import theme
from nnviz.formats import load
from nnviz.request import Request
from nnviz.trace import Trace

RNG = np.random.default_rng(3)


def test_a_step_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="asks for step 10, but there are 9"):
        load("gif").write(note(), Request(steps="1,10"))


def test_a_frame_a_step() -> None:
    found = assert_nine_frames("gif")
    assert found.info["comment"].decode().startswith("Convolution\nConvolution: input 5×5")


def test_equal_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_equal_frames_are_not_merged("gif", monkeypatch)


def test_one_palette_for_all_frames() -> None:
    content = load("gif").write(note(), Request()).content
    assert content[10] & 0x80
    locals_ = [content[i + 9] & 0x80 for i in _descriptors(content)]
    assert locals_ == [0] * 9


def _descriptors(content: bytes) -> list[int]:
    """Where the image descriptors of a GIF with a table of 256 colours stand."""
    at, found = 13 + 768, []
    while content[at] != 0x3B:
        if content[at] == 0x2C:
            found.append(at)
            at += 11
        else:
            assert content[at] == 0x21
            at += 2
        while content[at]:
            at += content[at] + 1
        at += 1
    return found


def assert_flat_colours(trace: Trace, name: str) -> None:
    """What is painted in a colour of the theme keeps it; edges differ a little."""
    shown, expected = played("gif", trace, "1,9", theme=name), painted(trace, "1,9", theme=name)
    own = theme(name)
    for ours, theirs in zip(shown.frames, expected, strict=True):
        for color in (own.page, own.ink, own.tone("output").active, own.tone("input").pale):
            assert color is not None
            flat = (theirs[..., :3] == tuple(bytes.fromhex(color[1:]))).all(2)
            assert flat.any()
            np.testing.assert_array_equal(ours[flat], theirs[flat])
        assert np.abs(ours.astype(int) - theirs).max() <= 28
        assert np.abs(ours.astype(int) - theirs).mean() < 0.1


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_colours(theme: str) -> None:
    assert_flat_colours(note(), theme)


def test_transparency_is_all_or_nothing() -> None:
    shown = played("gif", pooled(), theme="transparent").frames
    expected = painted(pooled(), theme="transparent")
    assert len(shown) == 4
    for ours, theirs in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(ours[..., 3] == 255, theirs[..., 3] >= 128)
        assert set(np.unique(ours[..., 3])) == {0, 255}


def test_a_photograph_has_more_colours_than_the_palette() -> None:
    trace = run("conv", RNG.integers(0, 256, (3, 40, 40)), kernel=np.ones((1, 3, 1, 1), int))
    shown = played("gif", trace, "1,800,1600", scale=1).frames
    expected = painted(trace, "1,800,1600", scale=1)
    for ours, theirs in zip(shown, expected, strict=True):
        assert np.abs(ours.astype(int) - theirs).mean() < 6


def test_what_has_no_steps_is_one_frame() -> None:
    assert len(played("gif", run("show", [[1, 2]])).frames) == 1
