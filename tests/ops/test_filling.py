"""Layers filled from a file of weights: by number and by name, checked, and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz
from helpers import run
from nnviz.ops import load
from nnviz.request import Screen
from screens import lines_of

RNG = np.random.default_rng(3)
X = RNG.normal(size=(2, 6, 6))
KERNEL, BIAS = RNG.normal(size=(3, 2, 3, 3)), RNG.normal(size=3)
WEIGHT, END = RNG.normal(size=(4, 48)), RNG.normal(size=4)
CHAIN = "c1: conv --filters 3 --size 3 | relu | flatten | dense --units 4"


def named(*keys: str) -> dict[str, np.ndarray]:
    return dict(zip(keys, (KERNEL, BIAS, WEIGHT, END), strict=False))


@pytest.mark.parametrize(
    ("chain", "weights", "message"),
    [
        (CHAIN, named("1.kernel"), r"have no bias 3 for it.*in layer 1 of the chain"),
        (CHAIN, {**named("1.kernel"), "1.bias": END}, r"1.bias is 4, but must be 3"),
        (CHAIN, {"2.alpha": BIAS}, r"layer takes no alpha.*in layer 2"),
        (CHAIN, {"4.kernel": KERNEL}, r"no kernel.*it takes weight 4×48, bias 4"),
        (CHAIN, {"c9.kernel": KERNEL}, r"no layer takes c9.kernel.*c1.kernel 3×2×3×3, c1.bias 3"),
        (
            CHAIN,
            named("conv1.weight", "conv1.bias", "fc.weight", "fc.bias"),
            r"shapes would fit: conv1.weight → c1.kernel, .*fc.bias → 4.bias; rename",
        ),
        ("2 x { c: conv --filters 2 }", {"c.kernel": KERNEL}, r"no layer takes c.kernel"),
        ("conv -k edge", {"1.kernel": KERNEL}, r"this layer takes no kernel from a file"),
        ("conv --filters 3 --no-bias", named("1.kernel", "1.bias"), r"takes no bias"),
        ("conv --filters 3 | pool -k 9", named("1.kernel", "1.bias"), r"9×9 is larger"),
    ],
)
def test_refuses(chain: str, weights: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){message}"):
        run("net", X, net=chain, weights=weights)


def test_the_result_is_that_of_a_pipe() -> None:
    for first in ("1", "c1"):
        keys = (f"{first}.kernel", f"{first}.bias", "4.weight", "4.bias")
        net = run("net", X, net=CHAIN, weights=named(*keys))
        hidden = nnviz.act(nnviz.conv(X, KERNEL, BIAS), "relu").output
        wanted = nnviz.dense(nnviz.flatten(hidden).output, WEIGHT, END).output
        np.testing.assert_array_equal(net.output, wanted)
        assert net.options["weights"][f"{first}.kernel"] == [3, 2, 3, 3]
        assert not net.notes


def test_a_batch_is_filled_as_its_samples_are() -> None:
    weights = named("1.kernel", "1.bias", "4.weight", "4.bias")
    both = run("net", np.stack([X, -X]), net=CHAIN, weights=weights).output
    np.testing.assert_allclose(both[1], run("net", -X, net=CHAIN, weights=weights).output)


def test_every_turn_of_a_repeat_has_its_own() -> None:
    weights = {f"c.{n}.kernel": np.full((1, 1), n) for n in (2, 3)}
    weights["c.1.kernel"] = np.array([[[[5.0]]]])
    chain = "3 x { c: conv --filters 1 --size 1 --no-bias }"
    assert run("net", np.ones((1, 2, 2)), net=chain, weights=weights).output.max() == 30


def test_norm_takes_pytorch_names_too() -> None:
    mean, var, gamma, beta = RNG.uniform(1, 2, (4, 2))
    torch = {"weight": gamma, "bias": beta, "running_mean": mean, "running_var": var}
    weights = {f"n.{key}": array for key, array in torch.items()} | {"n.num_batches_tracked": 7}
    made = run("net", X, net="n: norm batch", weights=weights).output
    at = (2, 1, 1)
    wanted = (X - mean.reshape(at)) / np.sqrt(var.reshape(at) + 1e-5)
    np.testing.assert_allclose(made, wanted * gamma.reshape(at) + beta.reshape(at))


@pytest.mark.parametrize("names", ["Wx Wh b", "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0"])
def test_rnn_takes_its_names_and_pytorch_ones(names: str) -> None:
    shapes = ((8, 3), (8, 2), (8,), (8,))
    arrays = {n: RNG.normal(size=s) for n, s in zip(names.split(), shapes, strict=False)}
    x, weights = RNG.normal(size=(4, 3)), {f"1.{n}": a for n, a in arrays.items()}
    net = run("net", x, net="rnn --cell lstm --hidden 2", weights=weights)
    np.testing.assert_array_equal(net.output, nnviz.rnn(x, arrays, cell="lstm").output)
    with pytest.raises(ValueError, match=r"is 8×3, but must be 12×3"):
        run("net", x, net="rnn --cell lstm --hidden 3", weights=weights)


LAYERS = {
    "conv --filters 2 --size 3 --pad 1": (2, 5, 5),
    "conv --depthwise --size 3 --pad same": (2, 5, 5),
    "conv --transpose --filters 3 --size 2 --stride 2": (2, 5, 5),
    "conv --filters 2 --size 3 --no-bias": (2, 5, 5),
    "conv --filters 1 --size 3": (5, 5),
    "conv --filters 2 --size 3": (9,),
    "dense --units 3": (5,),
    "dense --units 3 --no-bias": (2, 5),
    "rnn --hidden 3": (4, 2),
    "rnn --hidden 3 --outputs 2 --mode many-to-one": (4, 2),
    "rnn --cell gru --hidden 3 --no-bias": (4, 2),
    "rnn --hidden 2 --layers 2 --bidirectional --outputs 3": (4, 2),
    "embed --count 4 --units 3": (5,),
}


@given(st.sampled_from(sorted(LAYERS)), st.integers(0, 99))
def test_what_a_layer_learned_fills_it_again(layer: str, seed: int) -> None:
    """The numbers that a layer draws, handed to another seed's by name, give the same output."""
    rng, shape = np.random.default_rng(seed), LAYERS[layer]
    x = rng.integers(0, 4, shape) if "embed" in layer else rng.normal(size=shape)
    drawn = run("net", x, net=f"{layer} --seed {seed}").layers[0]
    arrays = {f"1.{n}": a for n, a in drawn.arrays.items() if n not in ("input", "h0", "c0")}
    again = run("net", x, net=f"{layer} --seed {seed + 1}", weights=arrays)
    np.testing.assert_array_equal(again.output, drawn.output)
    node = load("net").accept({"net": layer}).net.nodes[0]
    counted = node.counted(x.shape)
    assert (
        sum(int(np.prod(s)) for s in counted.learned.values()) == counted.weights + counted.biases
    )


def test_layers_without_any_are_said() -> None:
    net = run("net", X, net=CHAIN, weights=named("1.kernel", "1.bias"))
    assert [str(note) for note in net.notes] == [
        "the weights have nothing for layers 4: they stay as drawn"
    ]


def test_the_view_says_what_went_where() -> None:
    net = run("net", X, net=CHAIN, weights=named("c1.kernel", "c1.bias"))
    for width in (60, 120):
        lines = lines_of(net, Screen(width=width))
        at = lines.index("weights, layer by layer")
        assert " ".join(lines[at + 3].split()) == "c1: conv 3×3, 3 kernel 3×2×3×3 c1.kernel"


def test_a_file_beside_the_chain_fills_it(tmp_path: Path) -> None:
    header = {"1.weight": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}}
    raw = json.dumps(header).encode()
    numbers = np.array([2, 3], "<f4").tobytes()
    (tmp_path / "my.net").write_text("dense --units 1 --no-bias", encoding="utf-8")
    (tmp_path / "my.safetensors").write_bytes(len(raw).to_bytes(8, "little") + raw + numbers)
    result = nnviz.net(str(tmp_path / "my.net"), [10, 100])
    assert result.output.tolist() == [320]
    assert "my.safetensors, which lies beside it" in str(result.trace.notes[0])
    other = {"1.weight": [[1, 1]]}
    assert nnviz.net(str(tmp_path / "my.net"), [10, 100], weights=other).output.tolist() == [110]
    file = str(tmp_path / "my.safetensors")
    chain = "dense --units 1 --no-bias"
    assert nnviz.net(chain, [10, 100], weights=file).output.tolist() == [320]
