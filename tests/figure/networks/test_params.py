from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.figure.networks.params_bars import Scale
from nnviz.figure.scene import Rect
from nnviz.trace import Trace
from view_checks import drawn, words

LENET = (
    "conv --filters 6 --size 5 --pad 2 | act relu | pool -k 2 | conv --filters 16 --size 5"
    " | act relu | pool -k 2 | flatten | dense --units 120 | act relu | dense --units 84"
    " | dense --units 10"
)


def _counted(net: str, shape: tuple[int, ...], versus: str | None = None) -> Trace:
    options = {"versus": versus} if versus else {}
    return run("params", None, net=net, input=shape, **options)


@pytest.mark.parametrize("view", ["bars", "table"])
def test_every_layer_its_shape_and_its_parameters_are_there(view: str) -> None:
    said = words(drawn(_counted(LENET, (1, 28, 28)), view=view))
    for expected in ["act relu", "16×10×10", "48,120", "61,706", "total"]:
        assert expected in said


def test_the_table_has_derivations_counts_and_receptive_fields() -> None:
    said = words(drawn(_counted(LENET, (1, 28, 28)), view="table"))
    for expected in ["6 × (1·5·5) + 6", "400 × 120 + 120", "2,400", "416,520", "14×14", "—"]:
        assert expected in said


def test_bars_tell_weights_from_biases_and_grow_with_the_counts() -> None:
    scene = drawn(_counted("dense --units 2", (3,)), view="bars")
    assert "6 weights" in words(scene)
    assert "2 biases" in words(scene)
    bars = [m.width for m in scene.flat() if isinstance(m, Rect) and m.height == 12]
    assert len(bars) == 4  # two of the legend
    assert bars[2] == pytest.approx(3 * bars[3], abs=8)


def test_one_weight_is_one_weight() -> None:
    said = words(drawn(_counted("dense --units 1", (1,)), view="bars"))
    assert "1 weight" in said
    assert "1 bias" in said


@pytest.mark.parametrize(
    ("most", "log"), [pytest.param(500, False, id="linear"), pytest.param(10**9, True, id="log")]
)
def test_a_bar_is_longer_the_more_there_is(most: int, log: bool) -> None:
    scale = Scale(most, log, 400)
    lengths = [scale(n) for n in (0, 1, most // 10, most // 2, most)]
    assert lengths == sorted(lengths)
    assert lengths[0] == 0
    assert lengths[1] > 0
    assert lengths[-1] == 400


def test_a_scale_in_powers_of_ten_says_so_with_its_ticks() -> None:
    said = words(drawn(_counted(LENET, (1, 28, 28)), view="bars"))
    assert "logarithmic scale" in said
    assert {"1", "100", "1,000"} <= set(said)
    small = words(drawn(_counted("dense --units 2", (3,)), view="bars"))
    assert "logarithmic scale" not in small


def test_the_notes_convolution_stands_beside_its_dense_layer() -> None:
    scene = drawn(_counted("conv -k '1 0; 0 1'", (1, 3, 3), "mlp"), view="bars")
    said = words(scene)
    assert "4 weights, shared" in said
    assert "9 × 4 = 36 weights" in said
    assert "9 times as many, and none of them shared" in said


def test_a_chain_without_parameters_is_drawn_too() -> None:
    assert "0 weights, 0 biases" in words(drawn(_counted("act relu", (4,)), view="bars"))


VGG = (
    "conv --filters 64 --size 3 --pad 1 | conv --filters 128 --size 3 --pad 1 --stride 2"
    " | flatten | dense --units 4096 | dense --units 1000"
)


def test_shapes_stand_whole_in_the_table() -> None:
    said = words(drawn(_counted(VGG, (3, 224, 224)), view="table"))
    assert {"64×224×224", "128×112×112", "6,576,668,672"} <= set(said)


def test_counts_beside_bars_are_in_full() -> None:
    said = words(drawn(_counted(VGG, (3, 224, 224)), view="bars"))
    assert {"6,576,668,672 weights", "6,576,672,768"} <= set(said)


def test_a_long_axis_has_even_powers_each_with_its_tick() -> None:
    scene = drawn(_counted(VGG, (3, 224, 224)), view="bars")
    powers = ["1", "10²", "10⁴", "10⁶", "10⁸"]
    assert [t for t in words(scene) if t == "1" or "10²" <= t <= "10⁹"] == powers
    at = [t.x for t in scene.texts() if t.content in powers]
    gaps = [b - a for a, b in pairwise(at)]
    assert max(gaps) - min(gaps) < 0.01


@pytest.mark.parametrize("view", ["bars", "table"])
@pytest.mark.parametrize(
    ("net", "shape"),
    [
        pytest.param("dense --units 2147483647", (2147483647,), id="huge"),
        pytest.param(" | ".join(["act relu"] * 40), (3,), id="forty layers"),
        pytest.param(
            "conv --filters 64 --size 3x3 --pad 1,1,1,1 --stride 2x2 --dilation 1x1 --groups 1"
            " --seed 123456 --pad-mode replicate | flatten | dense --units 1000000",
            (3, 1024, 1024),
            id="long layer",
        ),
        pytest.param("conv -k '" + "1 " * 200 + "'", (1, 300), id="a word too long"),
    ],
)
def test_long_layers_and_large_counts_wrap(view: str, net: str, shape: tuple[int, ...]) -> None:
    assert drawn(_counted(net, shape), view=view).height > 100


@settings(deadline=None, max_examples=10)
@given(
    view=st.sampled_from(["bars", "table"]),
    filters=st.lists(st.integers(1, 2000), min_size=1, max_size=5),
    side=st.integers(8, 600),
    versus=st.booleans(),
)
def test_every_chain_keeps_the_layout(
    view: str, filters: list[int], side: int, versus: bool
) -> None:
    net = " | ".join(f"conv --filters {n} --size 2" for n in filters)
    trace = _counted(net, (3, side, side), "mlp" if versus else None)
    assert f"{trace.results['total']['params']:,}" in words(drawn(trace, view=view))
