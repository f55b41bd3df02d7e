from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import formats
from nnviz.figure.layout.style import Style
from nnviz.figure.networks._folded import MANY, rows_of
from nnviz.figure.networks.params_bars import Scale, _bar
from nnviz.figure.scene import Path, Rect
from nnviz.request import Appearance, Request
from nnviz.trace import Role, Trace
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
    for expected in [
        "conv 5×5, 16",
        "ReLU",
        "max pool 2×2",
        "16×10×10",
        "48,120",
        "61,706",
        "total",
    ]:
        assert expected in said


def test_the_table_has_derivations_counts_and_receptive_fields() -> None:
    said = words(drawn(_counted(LENET, (1, 28, 28)), view="table"))
    for expected in ["6 × (1·5·5) + 6", "400 × 120 + 120", "2,400", "416,520", "14×14", "—"]:
        assert expected in said


def test_bars_tell_weights_from_biases_and_grow_with_the_counts() -> None:
    scene = drawn(_counted("dense --units 2", (3,)), view="bars")
    assert "6 weights + 2 biases" in words(scene)
    bars = [m.width for m in scene.flat() if isinstance(m, Rect) and m.height == 12]
    assert len(bars) == 4  # two of the legend
    assert bars[2] / (bars[2] + bars[3]) == pytest.approx(6 / 8, abs=4 / (bars[2] + bars[3]))


def test_one_weight_is_one_weight() -> None:
    said = words(drawn(_counted("dense --units 1", (1,)), view="bars"))
    assert "1 weight + 1 bias" in said


def test_lengths_are_as_the_counts_are_and_a_line_is_what_is_too_little() -> None:
    scene = drawn(_counted(LENET, (1, 28, 28)), view="bars")
    counts = [156, 2416, 48120, 10164, 850]
    bars = [m for m in scene.flat() if isinstance(m, Rect) and m.height == 12 and m.width > 12]
    longest = max(bar.width for bar in bars)
    assert [bar.width / longest * 48120 for bar in bars] == pytest.approx(
        counts[1:4], abs=4 / longest * 48120
    )
    # Nobody can take 6 biases for half of 150 weights: both are within one line.
    lines = [m for m in scene.flat() if isinstance(m, Path) and len(m.commands) == 2]
    upright = [a for (_, a), (_, b) in (m.commands for m in lines) if a[0] == b[0]]
    assert len(upright) == 1
    assert "a line alone is less than" in " ".join(words(scene))


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(0, 10**12), min_size=1, max_size=6),
    length=st.floats(40, 1000),
)
def test_a_scale_is_linear(counts: list[int], length: float) -> None:
    scale = Scale(max(counts), length)
    for n in counts:
        assert scale.exact(n) == pytest.approx(n / max(counts, default=1) * length if n else 0)


def test_the_notes_convolution_stands_beside_its_dense_layer() -> None:
    scene = drawn(_counted("conv -k '1 0; 0 1'", (1, 3, 3), "mlp"), view="bars")
    said = words(scene)
    assert "convolution   4 weights, shared" in said
    assert "dense layer that makes the same map   9 × 4 = 36 weights" in said
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
    assert {"6,576,668,672 weights + 4,096 biases", "6,576,672,768"} <= set(said)


BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
VGG_16 = [f"conv --filters {n} --size 3 --pad 1 | act relu | " * k + "pool -k 2" for n, k in BLOCKS]
VGG_16 += [f"flatten | {'dense --units 4096 | act relu | ' * 2}dense --units 1000 | act softmax"]


@pytest.mark.parametrize("view", ["bars", "table"])
def test_the_blocks_of_vgg_16_are_folded_with_their_sums(view: str) -> None:
    """Counts as Simonyan and Zisserman's network has them (configuration D, ImageNet)."""
    scene = drawn(_counted(" | ".join(VGG_16), (3, 224, 224)), view=view)
    assert scene.height <= 2000
    said = " ".join(words(scene))  # of lines that may be broken between words, not in a number
    for expected in ["2 × (conv 3×3, 64 → ReLU)", "1,792 + 36,928", "38,720", "3 × 2,359,808",
                     "102,764,544 + 16,781,312", "119,545,856", "138,357,544"]:  # fmt: skip
        assert set(expected.split(" ")) <= set(said.split(" "))
    assert said.count("3 × (conv 3×3, 512") == said.count("3 × (conv 3×3,") - 1 == 2


def test_a_folded_row_of_the_table_has_the_sums_and_the_last_shape_and_field() -> None:
    """Of conv3-64 twice on 224×224: 1,728 + 36,864 weights; a field of 5 after two of 3."""
    trace = _counted(" | ".join(VGG_16), (3, 224, 224))
    first = rows_of(trace.results["rows"], ["conv", "relu"] * 2 + [*map(str, range(34))])[0].row
    assert first["layer"] == "2 × (conv → relu)"
    assert (first["weights"], first["biases"], first["params"]) == (38_592, 128, 38_720)
    assert first["macs"] == 224 * 224 * 38_592
    assert (first["output"], first["receptive_field"]) == ([64, 224, 224], [5, 5])
    assert first["formula"] == "1,792 + 36,928"


def test_six_biases_are_no_part_of_a_bar_that_they_would_not_fill() -> None:
    """16 of 2,416 are a quarter of a unit of the bar that is drawn of them."""
    trace = _counted(LENET, (1, 28, 28))
    bars = [m for m in drawn(trace, view="bars").flat() if isinstance(m, Rect) and m.height == 12]
    weights, longest = bars[2], max(bar.width for bar in bars)
    assert weights.width == pytest.approx(2400 / 48120 * longest, abs=2)
    assert len([b for b in bars if b.width <= 4 and b.x > 200]) == 0


def test_of_few_layers_each_has_its_row() -> None:
    twice = "dense --units 3 | act relu"
    said = words(drawn(_counted(" | ".join([twice] * 10), (3,)), view="bars"))
    assert said.count("dense 3") == 10
    folded = words(drawn(_counted(" | ".join([twice] * 11), (3,)), view="bars"))
    assert "11 × (dense 3 → ReLU)" in folded


@settings(deadline=None)
@given(kinds=st.lists(st.integers(0, 2), min_size=MANY + 1, max_size=40))
def test_folding_loses_no_layer(kinds: list[int]) -> None:
    layers = [{"output": [1], "params": n} for n in kinds]
    rows = rows_of(layers, [str(n) for n in kinds])
    assert [layer for row in rows for layer in row.layers] == layers
    assert [n for row in rows for n in [*row.names] * row.turns] == [str(n) for n in kinds]
    assert all(row.turns > 1 or {*row.names[1:]} <= {"0"} for row in rows)


@pytest.mark.parametrize("width", [360, 480, 720, 1280])
@pytest.mark.parametrize("view", ["bars", "table"])
@pytest.mark.parametrize("net", [LENET, " | ".join(VGG_16[:2])], ids=["LeNet", "VGG"])
def test_nothing_leaves_a_page_of_any_width(net: str, view: str, width: int) -> None:
    shape = (1, 28, 28)
    assert drawn(_counted(net, shape, "mlp"), view=view, width=width)
    assert drawn(_counted(net, shape, "mlp"), view=view, width=width, lang="ko")


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


BRANCHED = (
    "a: conv --filters 2 --size 1 | residual { relu | conv --filters 2 --size 1 } { tanh }"
    " | concat { } { residual { elu } }"
)
SET_IN = ["a: conv 1×1, 2", "• ReLU", "· conv 1×1, 2", "• tanh", "add", "•• ELU", "· add",
          "concat 2+2"]  # fmt: skip
"""With ELU two levels begin."""


@pytest.mark.parametrize("view", ["bars", "table"])
@pytest.mark.parametrize("width", [320, 720])
def test_what_is_in_branches_is_set_in_and_what_they_meet_in_counts_nothing(
    view: str, width: int
) -> None:
    scene = drawn(_counted(BRANCHED, (2, 4, 4)), view=view, width=width)
    texts = [t for t in scene.texts() if t.content.strip("•\u00a0")]
    first = {t.content: t.start for t in reversed(texts)}
    assert first["a: conv 1×1, 2"] == first["add"] == first["concat 2+2"] < first["ReLU"]
    assert first["ReLU"] == first["tanh"] == first["conv 1×1, 2"]
    assert [t.content.strip() for t in scene.texts()].count("•") == 2
    level = {t.y for t in texts if t.content == "concat 2+2"}
    assert not [t for t in texts if t.y in level and t.content == "0"]


@pytest.mark.parametrize("form", ["table", "md", "tex"])
def test_so_it_is_in_text(form: str) -> None:
    made = formats.load(form).write(_counted(BRANCHED, (2, 4, 4)), Request())
    lines = made.content.decode().replace("$\\cdot$", "·").replace("$\\times$", "×").splitlines()
    lines = [line.strip("| ").replace("** ", "•• ").replace("* ", "• ") for line in lines]
    starts = [line for line in lines if line.startswith(tuple(SET_IN))]
    assert [next(s for s in SET_IN if line.startswith(s)) for line in starts[:8]] == SET_IN
    joins = [line for line in starts if line.startswith(("add", "· add", "concat"))]
    assert len(joins) >= 3
    assert not any(" 0 " in line.replace("0, 0", "") for line in joins)


def test_a_block_that_repeats_in_a_branch_is_folded_where_it_stands() -> None:
    block = "residual { conv --filters 2 --size 1 | relu | relu }"
    trace = _counted(f"concat {{ }} {{ tanh | 6 x {{ {block} }} }}", (2, 4, 4))
    names = [str(name) for name in trace.layer_names]
    folded = [row.name for row in rows_of(trace.results["rows"], names, trace.sources)]
    assert folded[1].lstrip("\u00a0") == "6 × (conv 1×1, 2 → ReLU → ReLU → add)"
    assert folded[1][0] == "\u00a0"
    assert folded[0] == "•\u00a0tanh"


def test_a_fold_cuts_no_branch_apart() -> None:
    """ResNet-50 has 3, 4, 6 and 3 blocks, the first of each with a projection: 2, 3, 5, 2 fold."""
    trace = run("params", None, net="resnet50")
    names = [str(name) for name in trace.layer_names]
    folded = [row for row in rows_of(trace.results["rows"], names, trace.sources) if row.turns > 1]
    bottleneck = "1×1, {0} → batch norm → ReLU → conv 3×3, {0} → batch norm → ReLU → conv 1×1, {1}"
    assert [row.name for row in folded] == [
        f"{n} × (conv {bottleneck.format(c, 4 * c)} → batch norm → add → ReLU)"
        for n, c in ((2, 64), (3, 128), (5, 256), (2, 512))
    ]
    # 256·64 + 9·64·64 + 64·256 weights, and what three batch norms learn.
    assert folded[0].sum == f"2 × {16_384 + 36_864 + 16_384 + 2 * (64 + 64 + 256):,}"


@settings(deadline=None, max_examples=40)
@given(counts=st.lists(st.integers(0, 3000), min_size=1, max_size=12))
def test_every_row_that_has_parameters_has_a_bar_or_a_line(counts: list[int]) -> None:
    """Also where each layer of a block is too little to be seen: together they are not."""
    style = Style.of(Appearance())
    parts: list[tuple[Role, int]] = [("weight", n) for n in counts]
    marks = [*_bar(style, parts, Scale(9000, 300), 0, 0)]
    assert bool(marks) == any(counts)
    assert sum(m.width for m in marks if isinstance(m, Rect)) <= 300 * sum(counts) / 9000 + 4


def test_what_keras_counts_and_does_not_learn_is_said() -> None:
    trace = run("params", None, net="norm batch", input=(3, 4, 4), like="tf")
    assert "6 not learned" in " ".join(words(drawn(trace, view="bars")))
