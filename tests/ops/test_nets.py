"""The known networks against what was published of them, by name from every door."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pytest

import nnviz
from helpers import run
from nnviz import ops
from nnviz.ops._chain import chain, known_nets


class Published(NamedTuple):
    """Figures that stand in a paper or are a framework's own."""

    input: tuple[int, ...]
    output: tuple[int, ...]
    params: int
    field: list[int] | None = None
    macs: int | None = None


PUBLISHED = {
    # LeCun and others (1998): 32×32 in the paper, 5·5·1·6 + 6 + 5·5·6·16 + 16 + 400·120 + 120 + …
    "lenet5": Published((1, 28, 28), (10,), 61_706, [16, 16], 416_520),
    # torchvision.models.alexnet; the field: Araujo, Norris and Sim, Computing Receptive Fields of
    # Convolutional Neural Networks (2019), table 1; operations: torchvision's GFLOPS 0.71.
    "alexnet": Published((3, 224, 224), (1000,), 61_100_840, [195, 195], 714_188_480),
    # torchvision.models.vgg16, its GFLOPS 15.47; the field as above.
    "vgg16": Published((3, 224, 224), (1000,), 138_357_544, [212, 212], 15_470_264_320),
    # Szegedy and others (2014), table 1, row 3a: 256 channels; 159K (of 1,024) weights, and with
    # 64 + 96 + 128 + 16 + 32 + 32 biases; 128M operations.
    "inception": Published((192, 28, 28), (256, 28, 28), 159 * 1024 + 512 + 368, None, 128_049_152),
    # Ronneberger and others (2015), figure 1: convolutions 9·(1·64 + 64·64 + …), up-convolutions
    # 4·(1024·512 + 512·256 + …), then two classes, 64·2 + 2: summed up below.
    "unet": Published((1, 512, 512), (2, 512, 512), 31_030_658),
    # torchvision.models.resnet18 and its GFLOPS 1.81; the field: Araujo, Norris and Sim.
    "resnet18": Published((3, 224, 224), (1000,), 11_689_512, [435, 435], 1_814_073_344),
    # torchvision.models.resnet50 and its GFLOPS 4.09.
    "resnet50": Published((3, 224, 224), (1000,), 25_557_032, [427, 427], 4_089_184_256),
    # keras.applications.MobileNet: 4,231,976 are trained; 569 million: Howard and others (2017),
    # table 4; the field: Araujo, Norris and Sim.
    "mobilenet-v1": Published((3, 224, 224), (1000,), 4_231_976, [315, 315], 568_740_352),
    # Keras 2.3.0, examples/imdb_lstm.py: its summary's Total params.
    "lstm": Published((80,), (1,), 2_691_713),
    # https://github.com/karpathy/char-rnn prints 240,321, with two biases a gate: 2·512 more.
    "char-rnn": Published((50, 65), (50, 65), 240_321 - 2 * 512),
}


KERAS = {"mobilenet-v1": 4_253_864, "vgg16": 138_357_544, "lstm": 2_691_713}
"""The Total params of keras.applications: with means and variances, which are not trained."""


def counted(name: str, like: str | None = None) -> Any:
    return run("params", None, net=name, like=like).results


@pytest.mark.parametrize("name", known_nets())
def test_a_known_network_counts_as_published(name: str) -> None:
    published, results = PUBLISHED[name], counted(name)
    rows, total = results["rows"], results["total"]
    assert chain().accept(name, name).input == published.input
    assert tuple(rows[-1]["output"]) == published.output
    assert total["params"] == published.params
    maps = [row for row in rows if row["receptive_field"] and "--global" not in row["layer"]]
    assert published.field in (None, maps[-1]["receptive_field"] if maps else None)
    assert published.macs in (None, total["macs"])


@pytest.mark.parametrize(("name", "params"), KERAS.items())
def test_a_known_network_counts_as_in_keras(name: str, params: int) -> None:
    results = counted(name, "tf")
    total, rows = results["total"], results["rows"]
    assert total["params"] == params
    kept = sum(row.get("kept", 0) for row in rows)
    assert total["weights"] + total["biases"] == params - kept == PUBLISHED[name].params
    assert total.get("kept", 0) == kept


def test_the_paper_of_resnet_strides_in_the_first_convolution() -> None:
    """Its field is 483: Araujo, Norris and Sim, table 1."""
    text = chain().accept("resnet50", "resnet50").text
    block = r"(--size 1)( --no-bias \| norm batch \| act relu\n.*--size 3) (--stride 2)"
    theirs = re.sub(block, r"\1 \3\2", text)
    rows = run("params", None, net=theirs, input=(3, 224, 224)).results["rows"]
    assert [483, 483] in [row["receptive_field"] for row in rows]


def test_the_unet_has_the_layers_of_its_figure() -> None:
    down, up = [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1024)], [512, 256, 128, 64]
    blocks = [*down, *((2 * n, n) for n in up)]
    convs = sum(9 * (i * o + o * o) + 2 * o for i, o in blocks)
    raised = sum(4 * 2 * n * n + n for n in up)
    assert convs + raised + 64 * 2 + 2 == PUBLISHED["unet"].params


def test_input_goes_before_the_networks_own() -> None:
    rows = run("params", None, net="lenet5", input=(1, 32, 32)).results["rows"]
    assert rows[0]["output"] == [6, 32, 32]


def test_a_chain_says_what_it_is_made_for() -> None:
    """In a comment, in a file and in a text alike."""
    net = "# mine\n  # input: 3x8x9\nconv --size 1 # input: 1x1x1\n# input: none"
    trace = run("params", None, net=net)
    assert trace.results["rows"][0]["output"] == [1, 8, 9]
    assert trace.options["input"] == [3, 8, 9]


def test_a_known_network_runs() -> None:
    x = np.arange(28 * 28).reshape(28, 28) % 7
    assert nnviz.net("lenet5", x).output.shape == (10,)
    assert nnviz.params("lenet5").total["params"] == 61_706


def test_the_known_networks_are_listed() -> None:
    listed = ops.load("params").announcement({"list_nets": True})
    assert listed is not None
    lines = [line.split(maxsplit=3) for line in listed.splitlines()]
    assert [line[0] for line in lines] == sorted(PUBLISHED)
    for name, params, shape, about in lines:
        made = PUBLISHED[name]
        assert int(params.replace(",", "")) == made.params
        assert shape == "×".join(map(str, made.input))
        assert about
    assert max(map(len, listed.splitlines())) <= 80
