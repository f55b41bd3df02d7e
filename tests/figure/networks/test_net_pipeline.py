"""A network is drawn layer by layer: names, parameters, maps and shapes that are its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import generators
from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Image, Scene
from nnviz.request import THEMES, Appearance
from nnviz.trace import Trace
from nnviz.words import Words
from view_checks import assert_tidy, drawn, words

RNG = np.random.default_rng(3)
LENET = (
    "conv --filters 6 --size 5 --pad 2 | act tanh | pool -k 2 --kind avg | conv --filters 16 "
    "--size 5 | act tanh | pool -k 2 | flatten | dense --units 120 | dense --units 10 | act softmax"
)


def net(chain: str, x: Any) -> Trace:
    """The trace of a chain over x."""
    return run("net", x, net=chain)


def images(scene: Scene) -> list[Image]:
    """The pictures of a figure, without the legend's bar."""
    return [m for m in scene.flat() if isinstance(m, Image) and m.crisp]


def test_a_sample_past_the_end() -> None:
    with pytest.raises(NnvizError, match="--sample 2 is past the end: the batch has 2"):
        drawn(net("act relu", np.ones((2, 1, 3, 3))), sample=2)
    with pytest.raises(NnvizError, match="--sample 1 is past the end: the batch has 1"):
        drawn(net("act relu", np.ones((3, 3))), sample=1)


def test_every_layer_stands_with_its_name_and_shape() -> None:
    trace = net(LENET, RNG.random((28, 28)))
    said = words(drawn(trace))
    names = ["input", "conv 5×5, 6", "tanh", "average pool 2×2", "conv 5×5, 16", "tanh",
             "max pool 2×2", "flatten", "dense 120", "dense 10", "softmax"]  # fmt: skip
    assert re.findall("|".join(sorted(set(names), key=len, reverse=True)), " ".join(said)) == names
    shapes = [s for s in said if re.fullmatch(r"\d+(×\d+)*", s) and s not in ("0", "2×2")]
    assert shapes[:4] == ["28×28", "6×28×28", "6×28×28", "6×14×14"]
    assert shapes[-1] == "10"
    assert len(images(drawn(trace))) == 1 + 6 * 3 + 16 * 3 + 1 + 1


CHAINS: dict[str, tuple[str, tuple[int, ...]]] = {
    "LeNet": (LENET, (28, 28)),
    "groups": ("conv --filters 4 --groups 2 --size 3 | conv --filters 4 --no-bias", (2, 9, 9)),
    "LSTM": ("rnn --hidden 4 --cell lstm --outputs 2 | dense --units 3", (5, 3)),
    "GRU": ("rnn --hidden 3 --cell gru", (5, 3)),
    "transposed": ("conv --transpose --filters 2 --size 2 --stride 2", (3, 4, 4)),
}


@pytest.mark.parametrize("name", CHAINS)
def test_parameters_are_those_that_params_counts(name: str) -> None:
    chain, shape = CHAINS[name]
    counted = run("params", None, net=chain, input=shape).results
    text = " ".join(words(drawn(net(chain, RNG.random(shape))))).replace(",", "")
    total = counted["total"]
    assert f"weights + {total['biases']} bias" in text
    assert text.split("= ")[1].startswith(f"{total['params']} ")
    for row in counted["rows"]:
        if row["weights"]:
            assert f"{row['weights']} weights" in text
        if row["biases"]:
            assert f"+ {row['biases']} bias" in text


def test_no_parameters_are_said() -> None:
    assert words(drawn(net("act relu", np.ones((3, 3))))).count("no parameters") == 1


def test_a_network_without_biases_adds_nothing() -> None:
    said = words(drawn(net("conv --filters 2 --no-bias", np.ones((6, 6)))))
    assert "parameters: 18 weights" in said
    assert not any("bias" in s for s in said if "--" not in s)


def test_ink_on_paper_is_said() -> None:
    assert "black is 1, white is 0" in words(drawn(net("act relu", np.eye(12, dtype=int))))


def test_few_cells_are_numbers() -> None:
    scene = drawn(net("conv -k '1 0; 0 1' | act relu", [[1, -2, 3], [4, 5, -6], [7, 8, 9]]))
    cells = [t.content for t in scene.texts() if t.cell is not None]
    assert " ".join(cells) == "1 −2 3 4 5 −6 7 8 9 6 −8 12 14 6 0 12 14"
    assert not images(scene)


def test_pictures_keep_their_colours_through_pooling() -> None:
    x = RNG.integers(0, 256, (3, 40, 60))
    first, second, *rest = images(drawn(net("pool -k 2 | conv --filters 2 | act relu", x)))
    assert first.pixels.ndim == second.pixels.ndim == 3
    assert len(rest) == 4
    assert rest[0].pixels.ndim == 3  # signed: a map of two hues
    assert rest[3].pixels.ndim == 2


def test_a_grey_photograph_keeps_its_range_through_pooling() -> None:
    x = np.full((40, 60), 100)
    trace = replace(net("pool -k 2 --kind avg | act relu", x), image=True)
    shades = [int(m.pixels.max()) for m in images(drawn(trace))]
    assert shades == [100, 100, 255]


def test_what_is_said_of_a_map_are_its_own_least_and_greatest_value() -> None:
    x = np.zeros((30, 30))
    x[3, 4], x[20, 7] = -1763, 2833.5
    said = words(drawn(net("act relu | conv -k '-2'", x)))
    assert "−1763 … 2834" in said  # four digits, though the colours are centred on 0
    assert "0 … 2834" in said
    assert "−5667 … 0" in said


def test_a_small_matrix_is_numbers_between_numbers() -> None:
    scene = drawn(net("rnn --hidden 4 | dense --units 2", RNG.normal(size=(3, 2))))
    assert not images(scene)
    assert len([t for t in scene.texts() if t.cell is not None]) == 6 + 12 + 6


def test_many_maps_are_said() -> None:
    scene = drawn(net("conv --filters 40 --size 3", RNG.random((12, 12))))
    assert "40×10×10, the first 16" in words(scene)
    assert len(images(scene)) == 17


SAMPLES = Path(__file__).parents[3] / "samples"
FIFTEEN = (
    "conv --filters {} --size 5 --pad 2 | act relu | conv --filters {} --size 3 | act relu"
    " | pool -k 2 | conv --filters {} --size 3 | act relu | pool -k 2 | flatten"
    " | dense --units 120 | act relu | dense --units 84 | act relu | dense --units 10 | act softmax"
)


def picture(name: str) -> np.ndarray:
    """A sample picture, H×W or C×H×W."""
    from PIL import Image as Pillow

    with Pillow.open(SAMPLES / name) as opened:
        array = np.asarray(opened)
    return array if array.ndim == 2 else array.transpose(2, 0, 1)


@pytest.mark.parametrize("name", ["digit.png", "chelsea.png"])
@pytest.mark.parametrize("filters", [(6, 8, 16), (4, 4, 8), (8, 16, 32)])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_fifteen_layers_stand_on_a_page(name: str, filters: tuple[int, ...], lang: str) -> None:
    trace = replace(net(FIFTEEN.format(*filters), picture(name)), image=True)
    scene = drawn(trace, lang=lang)
    assert scene.height <= 1200
    maps = [m for m in images(scene) if m.height > m.width / 2]  # not the strips of vectors
    assert min(m.width for m in maps if m.width > 20) >= 28
    assert len({m.y for m in maps}) > 3


@pytest.mark.parametrize("width", [360, 720, 1280])
@pytest.mark.parametrize("chain", [FIFTEEN.format(6, 8, 16), LENET, "rnn --hidden 4"])
def test_nothing_leaves_a_page_of_any_width(chain: str, width: int) -> None:
    shape = (5, 3) if chain.startswith("rnn") else (28, 28)
    assert drawn(net(chain, RNG.normal(size=shape)), width=width)
    assert drawn(net(chain, RNG.normal(size=shape)), width=width, lang="ko")


def test_maps_use_the_shades_of_their_usual_values_and_say_so() -> None:
    x = np.full((40, 40), 10.0)
    x[3, :4] = 500  # less than 1 pixel of 100
    scene = drawn(net("act relu | conv -k '-1 1' --pad same", x))
    assert "0 … ≥\N{NO-BREAK SPACE}10" in words(scene)
    assert images(scene)[1].pixels[20, 20] == 255


def test_each_map_has_its_own_shades_however_strong_others_are() -> None:
    x = RNG.random((40, 40))
    kernel = "[[[[1]]], [[[1000]]], [[[0.001]]]]"
    scene = drawn(net(f"conv -k '{kernel}' | act relu", x))
    one, *others = images(scene)[1:4]
    assert all((one.pixels == other.pixels).all() for other in others)
    assert one.pixels.max() == 255
    assert "each map on a scale of its own" in words(scene)
    signed = drawn(net(f"conv -k '{kernel}' --bias '-0.5 1 0'", x))
    assert "signed values, each map on a scale of its own" in words(signed)
    assert all(image.pixels.ndim == 3 for image in images(signed)[1:4])


def test_of_maps_with_scales_of_their_own_the_values_are_said_as_they_are() -> None:
    x = np.full((40, 40), 10.0)
    x[3, :4] = 500  # less than 1 pixel of 100
    said = words(drawn(net("conv -k '[[[[1]]], [[[-2]]]]'", x)))
    assert "−1000 … 500" in said
    assert "few pixels of a map are past its strongest shade" in said
    plain = words(drawn(net("conv -k '[[[[1]]], [[[-2]]]]'", RNG.random((40, 40)))))
    assert "few pixels of a map are past its strongest shade" not in plain


def test_few_layers_stand_in_one_row_with_large_maps() -> None:
    scene = drawn(net("conv --filters 2 --size 3 | act relu", RNG.normal(size=(28, 28))))
    made = images(scene)
    assert len(made) == 5
    assert min(m.width for m in made) >= 96


def test_rows_go_on_below() -> None:
    long = drawn(net(" | ".join(["act relu"] * 12), RNG.random((30, 30))))
    short = drawn(net("act relu", RNG.random((30, 30))))
    assert short.width < long.width <= 720
    assert long.height > 2 * short.height


def test_notes_of_the_layers_are_kept() -> None:
    said = words(drawn(net("conv --filters 1 --size 3 --stride 2", np.ones((6, 6)))))
    assert any(s.startswith("layer 1: ") and "is not used" in s for s in said)


@pytest.mark.parametrize("speak", ["가", "그리고 아주 긴 말"], ids=["short words", "long words"])
def test_other_languages(monkeypatch: pytest.MonkeyPatch, speak: str) -> None:
    def say(_: Style, said: Words | str) -> str:
        return said if isinstance(said, str) else speak if len(speak) == 1 else f"{said} {speak}"

    monkeypatch.setattr(Style, "say", say)
    assert words(drawn(net(LENET, RNG.random((28, 28)))))


@pytest.mark.parametrize("name", THEMES)
def test_every_theme(name: str) -> None:
    drawn(net(LENET, RNG.random((28, 28))), theme=name)
    drawn(net("rnn --hidden 4", RNG.random((3, 2))), theme=name)


LAYERS = ["act relu", "act tanh", "pool -k 2", "conv --filters 3 --size 2", "flatten",
          "conv -k '1 0; 0 1'", "dense --units 4", "conv --filters 9 --size 3 --pad 1",
          "conv --transpose --filters 2 --size 2 --stride 2", "act softmax"]  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(
    shape=st.sampled_from([(5, 5), (1, 12, 40), (3, 30, 20), (2, 3, 9, 9), (2, 4, 4), (7, 40)]),
    chain=st.lists(st.sampled_from(LAYERS), min_size=1, max_size=6),
    scale=st.sampled_from([1, 1e-9, 12345678.9, 0]),
    name=st.sampled_from(THEMES),
    rng=generators,
)
def test_every_chain_keeps_the_layout(
    shape: tuple[int, ...], chain: list[str], scale: float, name: str, rng: np.random.Generator
) -> None:
    try:
        trace = net(" | ".join(chain), rng.normal(size=shape) * scale)
    except NnvizError:  # layers that do not fit each other
        return
    sample = 1 if len(shape) == 4 else 0
    assert_tidy(figure.draw(trace, Appearance(theme=name, sample=sample)))
