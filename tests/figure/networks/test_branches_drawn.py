"""Branches are drawn as branches: an arrow for all that a layer takes, nothing over another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.backpropagation import backward
from nnviz.errors import NnvizError
from nnviz.figure.scene import Ellipse, Path, Rect, Scene
from nnviz.figure.theme import Theme, theme
from nnviz.trace import Trace
from view_checks import assert_tidy, drawn, words

CONV = "conv --filters 4 --size 3 --pad 1"
TWICE = "conv --filters 8 --size 3 --stride 2 --pad 1"
PHOTO = np.random.default_rng(5).random((33, 33))
NETS = {
    "a residual": f"{CONV} | residual {{ {CONV} | relu | {CONV} }} | relu",
    "a projection": f"{CONV} | residual {{ {TWICE} | relu | {CONV.replace('4', '8')} }}"
    f" {{ conv --filters 8 --size 1 --stride 2 }} | relu | flatten | dense --units 3",
    "inception": f"concat {{ {CONV} }} {{ relu | {CONV} }} {{ {CONV} | {CONV} }} {{ tanh }} | relu",
    "nested": f"concat {{ residual {{ {CONV} }} {{ {CONV} | relu }} | relu }} {{ }}"
    f" {{ concat {{ {CONV} }} {{ {CONV} | tanh }} }}",
    "names that cross": f"a: {CONV} | b: relu | {CONV} | add a | tanh | add b | relu",
    "into another lane": f"concat {{ a: {CONV} | relu }} {{ {CONV} | add a | tanh }} | relu",
    "at its end": "residual { relu }",
    "of vectors": "flatten | dense --units 3 | a: relu | concat { tanh } { dense --units 12 }"
    " | concat a",
}


def net(chain: str) -> Trace:
    return run("net", PHOTO, net=chain)


def heads(scene: Scene) -> int:
    """The heads of its arrows."""
    paths = (m for m in scene.flat() if isinstance(m, Path) and m.fill is not None)
    return sum(len(path.commands) == 4 for path in paths)


def wanted(trace: Trace) -> int:
    """An arrow for each thing that a layer takes, and one to what branches come to at the end."""
    return sum(len({*taken}) for taken in trace.sources) + (len(trace.sources[-1]) > 1)


@pytest.mark.parametrize("width", [320, 360, 720, 1280])
@pytest.mark.parametrize("name", NETS)
def test_all_that_a_layer_takes_has_an_arrow(name: str, width: int) -> None:
    trace = net(NETS[name])
    for lang in ("en", "ko"):
        scene = drawn(trace, width=width, lang=lang)
        assert_tidy(scene, width)
        assert heads(scene) == wanted(trace)


def meetings(trace: Trace) -> tuple[int, int]:
    """Of how many several gradients meet, and how many additions of two those are."""
    taken = Counter(source for sources in trace.sources for source in sources)
    more = [times - 1 for times in taken.values() if times > 1]
    return len(more), sum(more)


def sums(scene: Scene, theme: Theme) -> int:
    """The plus signs of gradients that meet."""
    red = theme.tone("gradient").line
    return len({(m.x, m.y) for m in scene.flat() if isinstance(m, Ellipse) and m.stroke == red})


@pytest.mark.parametrize("width", [320, 720])
@pytest.mark.parametrize("name", NETS)
def test_gradients_go_the_other_way_and_meet_in_plus_signs(name: str, width: int) -> None:
    trace = net(NETS[name])
    for look in ("light", "dark"):
        scene = drawn(backward(trace), width=width, theme=look)
        assert heads(scene) >= wanted(trace)
        least, most = meetings(trace)
        assert least <= sums(scene, theme(look)) <= most
        for tip, base in pointed(scene):
            assert tip < base or tip == pytest.approx(base)  # to the left, or down


def pointed(scene: Scene) -> Iterator[tuple[float, float]]:
    """How far right each arrow's tip is, and its base."""
    for m in scene.flat():
        if isinstance(m, Path) and m.fill is not None and len(m.commands) == 4:
            (_, tip), (_, one), (_, other), _ = m.commands
            yield tip[0], (one[0] + other[0]) / 2


def test_a_sum_is_a_sign_and_a_join_says_its_parts() -> None:
    scene = drawn(net("concat { residual { relu } } { conv --filters 4 --size 1 } | relu"))
    assert [m.rx for m in scene.flat() if isinstance(m, Ellipse) and m.rx > 5] == [12]
    assert "concat 1+4" in words(scene)
    assert "5×33×33" in words(scene)
    assert "add" not in words(scene)


def test_a_named_sum_says_its_name() -> None:
    assert "a: add" in words(drawn(net("a: residual { relu } | relu | add a")))


def test_what_branches_come_to_is_drawn_where_nothing_follows() -> None:
    assert "output" in words(drawn(net("residual { relu }")))
    assert "output" not in words(drawn(net("residual { relu } | relu")))


def test_lanes_stand_one_below_the_other() -> None:
    """On a page that has room for them; the lanes of three are level with nothing."""
    scene = drawn(net("concat { relu } { tanh } { elu } | sigmoid"))
    left = {t.content: t for t in scene.texts() if t.content in ("ReLU", "tanh", "ELU")}
    assert len({t.x for t in left.values()}) == 1
    assert [t.content for t in sorted(left.values(), key=lambda t: t.y)] == ["ReLU", "tanh", "ELU"]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_ten_layers_with_branches_stand_on_a_page(lang: str) -> None:
    eight = CONV.replace("4", "8")
    blocks = (
        f"residual {{ {CONV} | relu | {CONV} }} | relu | "
        f"residual {{ {eight} | relu | {eight} }} {{ conv --filters 8 --size 1 }}"
    )
    chain = f"{CONV} | relu | {blocks} | relu | pool --global | flatten | dense --units 10"
    assert drawn(net(chain), lang=lang).height <= 1200


LEAVES = st.sampled_from([CONV, "relu", "tanh", "conv --filters 4 --size 1"])
CHAINS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" | ".join),
        st.builds("concat {{ {} }} {{ {} }}".format, inner, inner),
        st.builds("concat {{ }} {{ {} }}".format, inner),
        st.builds("concat {{ {} }} {{ {} }} {{ }}".format, inner, inner),
        st.builds("residual {{ {} | conv --filters 4 --size 1 }}".format, inner),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=40)
@given(CHAINS, st.sampled_from([320, 480, 720]))
def test_any_network_keeps_the_rules(chain: str, width: int) -> None:
    trace = run("net", PHOTO[:4, :4], net=f"conv --filters 4 --size 1 | {chain} | relu")
    scene = drawn(trace, width=width)
    assert_tidy(scene, width)
    assert heads(scene) == wanted(trace)


FAILING = {
    "at the end": ("relu | flatten | c: conv -k edge", "c: conv", 3),
    "in a lane": ("concat { relu } { tanh | pool -k 99 } | relu", "pool", 3),
    "after branches": ("residual { relu } | tanh | pool -k 99", "pool", 5),
}


@pytest.mark.parametrize("width", [320, 720])
@pytest.mark.parametrize("name", FAILING)
def test_what_fails_is_a_crossed_box_with_its_name_and_no_shape(name: str, width: int) -> None:
    chain, failed, arrows = FAILING[name]
    with pytest.raises(NnvizError) as caught:
        net(chain)
    scene = drawn(caught.value.partial, width=width)
    assert_tidy(scene, width)
    assert words(scene).count(failed) == 1
    assert heads(scene) == arrows
    assert len([m for m in scene.flat() if isinstance(m, Rect) and m.dash and not m.fill]) == 1
