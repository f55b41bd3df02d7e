"""Frames: one a step, of one size, with the times that are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from drawing import note, texts
from helpers import run
from nnviz.backpropagation import backward
from nnviz.errors import NnvizError, UsageError
from nnviz.figure import draw
from nnviz.figure.scene import Rect, Scene
from nnviz.figure.typeface import Fonts
from nnviz.formats.raster.frames import (
    Film,
    check_rate,
    delays,
    film,
    frames,
)
from nnviz.request import Appearance, Request


def test_more_than_200_steps() -> None:
    trace = run("conv", np.ones((20, 20), int))
    with pytest.raises(UsageError, match="324 steps is too long: at most 200") as caught:
        film(trace, Request())
    assert "--steps" in str(caught.value)
    assert len(film(trace, Request(steps="320-324")).scenes) == 5


@pytest.mark.parametrize("fps", [0.0, 0.01, 51.0, 1e9, float("nan")])
def test_rates_that_no_animation_keeps_to(fps: float) -> None:
    with pytest.raises(UsageError, match=r"--fps .* from 0.05 to 50"):
        check_rate(fps)


def test_a_picture_longer_than_the_format_allows() -> None:
    request = Request(appearance=Appearance(scale=3.0))
    with pytest.raises(NnvizError, match="1932 pixels long: this format has at most 1000") as e:
        frames(film(note(), request), request, 1000)
    assert "--scale" in str(e.value)


@pytest.mark.parametrize(
    ("spec", "steps"),
    [(None, range(1, 10)), ("all", range(1, 10)), ("none", ()), ("2", [2]), ("1,5,9", [1, 5, 9])],
)
def test_which_steps(spec: str | None, steps: range) -> None:
    assert list(film(note(), Request(steps=spec)).steps) == list(steps)


@pytest.mark.parametrize(
    ("spec", "steps"), [(None, [4, 3, 2, 1]), ("1-3", [3, 2, 1]), ("1,4", [1, 4]), ("2", [2])]
)
def test_a_way_back_goes_the_other_way(spec: str | None, steps: list[int]) -> None:
    one = run("conv", np.zeros((2, 2)), kernel=np.array([[100]]))
    made = film(backward(one, np.array([[1, 2], [3, 4]])), Request(spec))
    assert list(made.steps) == steps
    for scene, step in zip(made.scenes, made.steps, strict=True):
        assert scene.title.endswith(f"step {step} of 4")
        down = len(steps) > 1 and steps[0] > steps[-1]
        there = range(step, 5) if down else range(1, step + 1)  # the others are still to come
        known = {f"{n}00" for n in there}
        assert {t for t in texts(scene) if t in ("200", "300", "400")} == known - {"100"}


@pytest.mark.parametrize("spec", [None, "all"])
def test_the_steps_of_one_sample(spec: str | None) -> None:
    trace = run("pool", np.arange(32).reshape(2, 1, 4, 4), kernel=(2, 2))
    made = film(trace, Request(spec, appearance=Appearance(sample=1)))
    assert made.steps == (5, 6, 7, 8)
    assert film(trace, Request("4-5", appearance=Appearance(sample=1))).steps == (5,)
    with pytest.raises(UsageError, match="--sample 1: no step of --steps 1-4 is of it"):
        film(trace, Request("1-4", appearance=Appearance(sample=1)))


@pytest.mark.parametrize(
    ("count", "fps", "expected"),
    [(1, None, (2000,)), (3, None, (1000, 1000, 2000)), (2, 30, (33, 66)), (2, 0.05, None)],
)
def test_the_last_is_held_twice_as_long(
    count: int, fps: float | None, expected: tuple[int, ...] | None
) -> None:
    assert delays(count, fps) == (expected or (20_000, 40_000))


def test_frames_are_of_one_size_and_count() -> None:
    trace = run("conv", [[1, 2, 30000, 4, 50000]], kernel=np.array([[1, 0, 1]]))
    made = film(trace, Request())
    assert len({(scene.width, scene.height) for scene in made.scenes}) == 1
    counters = [f"Convolution, step {n} of 3" for n in (1, 2, 3)]
    assert [scene.title for scene in made.scenes] == counters
    assert made.title == "Convolution"
    assert "step" not in made.desc
    assert "input 1×5 ∗ kernel 1×3" in made.desc


def test_what_has_no_steps_is_one_frame() -> None:
    made = film(run("show", [[1, 2]]), Request())
    assert len(made.scenes) == 1
    assert made.title == made.scenes[0].title


def test_only_what_changes_is_in_a_frame() -> None:
    dot = Rect(3.5, 2.5, 0.5, 0.5, "#000000")
    page, dotted = (Scene(10, 5, m, "t", "d", Fonts(), "#ffffff") for m in ((), (dot,)))
    made = Film((page, dotted, dotted), (1, 2, 3), "t", "d")
    found = list(frames(made, Request(), 99, grid=2))
    assert [f.box for f in found] == [(0, 0, 20, 10), (6, 4, 8, 6), (0, 0, 1, 1)]
    assert [f.part.size for f in found] == [(20, 10), (2, 2), (1, 1)]
    assert [f.delay for f in found] == [1, 2, 3]
    assert found[0].parts is None
    assert [[part.box for part in f.parts or ()] for f in found[1:]] == [[(7, 5, 8, 6)], []]


def test_who_waits_is_told_of_every_frame() -> None:
    heard: list[tuple[int, int]] = []
    request = Request(steps="1-3", progress=lambda done, count: heard.append((done, count)))
    assert len(list(frames(film(note(), request), request, 9999))) == 3
    assert heard == [(n, 6) for n in range(1, 7)]


def test_what_no_font_has_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnviz.figure.typeface.SYSTEM_FOLDERS", ())
    found = film(note(), Request(appearance=Appearance(title="a \U0001f600"))).notes
    assert [str(n).split(":")[0] for n in found] == ["no font has \U0001f600 (U+1F600)"]
    assert film(note(), Request()).notes == ()


def test_a_sheet_of_a_way_back_fills_in_its_own_order_and_its_film_from_the_end() -> None:
    """In print a later step has more outputs than an earlier one, as everywhere."""
    trace = backward(run("flatten", np.arange(9).reshape(3, 3)))
    asked = Request(appearance=Appearance())
    printed = [len(texts(draw(trace, Appearance(), (n,)))) for n in (2, 8)]
    played = [len(texts(scene)) for scene in film(trace, asked).scenes]
    assert printed[0] < printed[1]
    assert played[1] < played[-2]
