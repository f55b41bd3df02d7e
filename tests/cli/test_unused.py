"""Nothing is ignored in silence: an option is used by what is asked for, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nnviz import formats, ops
from nnviz.cli import options
from nnviz.options.option import declared

Nnviz = Callable[..., Any]
M = "1 2 3; 4 5 6; 7 8 9"
CHAIN = ["params", "conv", "--input", "3x3"]
BATCH = "[[[[1,2,3],[4,5,6],[7,8,9]]], [[[1,2,3],[4,5,6],[7,8,9]]]]"
GIVEN = ["rnn", "1 2", "--wx", "1 1", "--wh", "1", "--b", "0"]

REFUSED = [
    pytest.param(["conv", M, "-k", "1", "--seed", "3"], "--seed", id="a seed of given weights"),
    pytest.param([*GIVEN, "--seed", "3"], "--seed", id="a seed of a given cell"),
    pytest.param(["dense", M, "--weight", M, "--no-bias"], "--no-bias", id="no bias of weights"),
    pytest.param([*GIVEN, "--out-act", "softmax"], "--out-act", id="a function of no output"),
    pytest.param(["pool", M, "-k", "2", "--p", "3"], "--p", id="the p of a maximum"),
    pytest.param(
        ["pool", M, "-k", "2", "--count-include-pad"], "--count-include-pad", id="a count of max"
    ),
    pytest.param(["conv", M, "--pad-mode", "reflect"], "--pad-mode", id="a mode of no padding"),
    pytest.param(["conv", M, "--range", "0,9"], "--range", id="a range without a map"),
    pytest.param(["conv", M, "--map", "m.png", "--scale", "3"], "--scale", id="a map's scale"),
    pytest.param(["conv", M, "--json", "--title", "x"], "--title", id="a title of numbers"),
    pytest.param(["conv", M, "--get", "shape"], "--get", id="what a table has no part of"),
    pytest.param(["conv", M, "-o", "a.svg", "--fps", "3"], "--fps", id="the speed of a still"),
    pytest.param(["conv", M, "-o", "a.png", "--symbols"], "--symbols", id="sizes of a window"),
    pytest.param(["rnn", M, "--hidden", "2", "--symbols"], "--symbols", id="sizes in a table"),
    pytest.param(["conv", M, "-o", "a.gif", "--steps", "1", "--fps", "3"], "--fps", id="one frame"),
    pytest.param(["show", M, "-o", "a.html", "--fps", "3"], "--fps", id="what has no steps"),
    pytest.param(
        ["conv", BATCH, "-o", "a.png", "--steps", "1", "--sample", "1"],
        "--sample 1",
        id="a step of another sample",
    ),
    pytest.param(["conv", M, "-o", "a.png", "--embed-font"], "--embed-font", id="a font of pixels"),
    pytest.param([*CHAIN, "--gray"], "--gray", id="a picture that is not read"),
    pytest.param([*CHAIN, "--map", "m.png"], "--map", id="a map of counts"),
    pytest.param(["conv", M, "--gray"], "--gray", id="a matrix in grey"),
    pytest.param(["conv", M, "--channels-last"], "--channels-last", id="a matrix of channels"),
    pytest.param(
        ["rnn", "--text", "ab", "--hidden", "2", "--unit"], "--unit", id="pixels of a text"
    ),
    pytest.param(["conv", M, "--view", "network"], "network", id="a view of figures alone"),
    pytest.param(["pool", M, "--global", "--stride", "2"], "--stride", id="a stride of one window"),
    pytest.param(["pool", M, "--adaptive", "2", "--pad", "1"], "--padding", id="a given output"),
    pytest.param(["conv", M, "--depthwise", "--groups", "1"], "--groups", id="groups twice"),
    pytest.param(["conv", M, "-f", "svg", "--scale", "1e308"], "--scale", id="past any page"),
    pytest.param(["conv", M, "-f", "html", "--scale", "1e308"], "--scale", id="past any screen"),
    pytest.param(["conv", M, "--json", "--scale", "2"], "--scale", id="a scale of numbers"),
    pytest.param(["conv", M, "--filter", "0"], "--filter", id="a filter of a table"),
    pytest.param(["pool", M, "-o", "a.svg", "--filter", "0"], "--filter", id="a filter of none"),
    pytest.param(["conv", M, "-o", "a.svg", "--filter", "1"], "--filter", id="past the last"),
    pytest.param(
        ["conv", M, "--filters", "2", "-f", "svg", "--filter", "1", "--steps", "1"],
        "--filter",
        id="a step of another filter",
    ),
    pytest.param(["conv", M, "--unit"], "--unit", id="a matrix from 0 to 1"),
    pytest.param(["conv", M, "--frame", "1"], "--frame", id="a frame of a matrix"),
    pytest.param(["conv", M, "--resize", "2x2"], "--resize", id="a matrix resized"),
    pytest.param(["conv", M, "-k", "1", "-k", "2"], "--kernel", id="two kernels"),
    pytest.param(["pool", M, "--pad=1", "--padding=2", "-k3"], "--padding", id="two paddings"),
]


@pytest.mark.parametrize(("words", "flag"), REFUSED)
def test_what_would_change_nothing_is_refused(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], flag: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = nnviz(*words)
    assert (result.code, result.out) == (2, "")
    assert flag in result.err.split("\n", maxsplit=1)[0]
    assert list(tmp_path.iterdir()) == []


PASS = [
    *(["--lang", "ko"], ["--color", "never"], ["--precision", "3"], ["--theme", "dark"]),
    *(["--dtype", "float64"], ["-q"]),
]


@pytest.mark.parametrize("words", PASS, ids=" ".join)
@pytest.mark.parametrize("form", ["json", "none"])
def test_some_options_always_pass(nnviz: Nnviz, words: list[str], form: str) -> None:
    assert nnviz("show", M, "-f", form, *words).code == 0
    assert nnviz(*CHAIN, "-f", form, *words).code == 0


def test_every_option_for_formats_is_used_by_one() -> None:
    forms = map(formats.load, formats.names())
    used = {name for form in forms for name in (*form.uses, *form.in_file)}
    asked = {o.name for record in options.GROUPS.values() for o in declared(record)}
    assert {o.name for o in options.all_shared() if o.use == "format"} == used | {*formats.MAP}
    assert used <= asked
    for name in ops.names():
        assert ops.load(name).lacks <= asked


@pytest.mark.parametrize("name", ["show", "params"])
def test_help_lists_only_what_a_command_can_use(nnviz: Nnviz, name: str) -> None:
    said = nnviz(name, "--help").out
    for option in options.all_shared():
        can = option.name not in ops.load(name).lacks
        can = can and (option.use != "input" or ops.load(name).takes_input)
        assert (f"{option.label} " in said or f"{option.label}\n" in said) == can, option


def test_several_maps_are_written(nnviz: Nnviz, tmp_path: Path) -> None:
    result = nnviz("show", M, "--map", str(tmp_path / "a.png"), "--map", str(tmp_path / "b.bmp"))
    assert result.code == 0, result.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.bmp"]


def test_a_map_of_a_batch_is_all_of_it(nnviz: Nnviz, tmp_path: Path) -> None:
    batch = np.arange(12).reshape(3, 2, 1, 2)
    np.save(tmp_path / "x.npy", batch)
    words = ["show", str(tmp_path / "x.npy"), "--range", "0,255", "--map"]
    assert nnviz(*words, str(tmp_path / "m.png")).code == 0
    for n in range(3):
        for c in range(2):
            made = np.asarray(Image.open(tmp_path / f"m-{n}-{c}.png"))
            assert made.tolist() == batch[n, c].tolist()
    assert nnviz(*words, str(tmp_path / "one.png"), "--sample", "1").code == 0
    made = np.asarray(Image.open(tmp_path / "one-1.png"))
    assert made.tolist() == batch[1, 1].tolist()
    assert len(list(tmp_path.glob("*.png"))) == 8


def test_one_filter_is_chosen_for_maps_and_steps(nnviz: Nnviz, tmp_path: Path) -> None:
    # Two filters of one cell: the maps are M and 10 M.
    words = ["conv", M, "-k", "[[[[1]]],[[[10]]]]", "--filter", "1"]
    where = ["--range", "0,90", "--map", str(tmp_path / "m.png")]
    assert nnviz(*words, *where).code == 0
    made = np.asarray(Image.open(tmp_path / "m.png"))
    assert (made[0].tolist(), made[2, 2]) == ([28, 57, 85], 255)  # 255/90 of 10, 20, 30
    page = nnviz(*words, "-f", "html").out
    assert "step 10 of 18" in page
    assert "step 9 of 18" not in page


def test_an_empty_title_is_none(nnviz: Nnviz) -> None:
    named = nnviz("show", M, "-f", "svg").out
    bare = nnviz("show", M, "-f", "svg", "--title", "").out
    assert ">Matrix</text>" in named
    assert ">Matrix</text>" not in bare
    assert ">Matrix</title>" in bare
    assert ">T</text>" in nnviz("show", M, "-f", "svg", "--title", "T").out


def test_standard_output_as_a_file(nnviz: Nnviz) -> None:
    assert nnviz("show", M, "-o", "-", "--json").out == nnviz("show", M, "--json").out
    assert nnviz("show", M, "-o", "-").out == nnviz("show", M).out


def test_svg_is_scaled(nnviz: Nnviz) -> None:
    one, two = (nnviz("show", M, "-f", "svg", "--scale", s).out for s in ("1", "2"))
    width = float(one.split('width="')[1].split('"')[0])
    assert float(two.split('width="')[1].split('"')[0]) == 2 * width
    assert one.split("viewBox")[1] == two.split("viewBox")[1]


def test_the_view_of_the_terminal_is_chosen(nnviz: Nnviz) -> None:
    numbers, picture, both = (
        nnviz("show", M, "--view", view, "--color", "never", terminal=True).out
        for view in ("numbers", "picture", "both")
    )
    assert "7 8 9" in numbers
    assert "7 8 9" not in picture
    assert "7 8 9" in both
    assert len(both) > len(picture)


def bars(out: str) -> dict[str, tuple[str, str]]:
    """By what is counted: the number and its bar, of the first layer."""
    rows = [line.split() for line in out.splitlines() if "█" in line]
    return {name: (number, bar) for *_, name, number, bar in reversed(rows)}


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_terminal_draws_parameters_as_bars(nnviz: Nnviz, lang: str) -> None:
    words = ["params", "conv --filters 2 --size 2", "--input", "1x9x9", "--view", "bars"]
    out = nnviz(*words, "--color", "never", "--lang", lang, terminal=True).out
    (number, long), (few, short) = bars(out).values()
    assert {number, few} == {"8", "2"}
    assert len(set(long + short)) == 1
    most, least = sorted([len(long), len(short)], reverse=True)
    assert abs(most / 4 - least) <= 1  # 8 weights and 2 biases, on one linear scale
    assert "█" not in nnviz(*words[:-2], terminal=True).out


def test_a_pipe_has_the_width_that_it_was_given(nnviz: Nnviz) -> None:
    words = ["conv", "; ".join(["1 2 3 4 5 6 7 8 9"] * 12), "--filters", "8", "--steps", "all"]
    free, narrow, nonsense = (nnviz(*words, COLUMNS=n).out for n in ("", "60", "wide"))
    assert nonsense == free
    assert max(map(len, free.splitlines())) > 60 >= max(map(len, narrow.splitlines()))
    assert "channel 7" in narrow  # and nothing is left out: it is no screen
    assert "more" not in narrow
