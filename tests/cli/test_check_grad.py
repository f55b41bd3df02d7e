"""--check-grad on the command line."""

from __future__ import annotations

import json

import pytest

from cli.conftest import Nnviz
from nnviz.core import gradients

CONV = ("conv", "5 1 0; 2 4 3; 0 2 4", "-k", "2 1; 1 1", "--backward", "--grad", "1 0; 1 2")


def test_on_the_command_line(nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch) -> None:
    done = nnviz(*CONV, "--check-grad")
    assert "13 gradients agree with finite differences" in done.out
    assert done.out.split("relative error\n")[1].split()[1:5] == ["0,", "0", "2", "2"]
    rows = json.loads(nnviz(*CONV, "--check-grad", "--get", "check_kernel", "--json").out)
    assert rows[1] == [0, 1, 11, 11, 0]
    step = json.loads(nnviz(*CONV, "--check-grad", "--trace").out)["steps"][0]
    assert (step["difference"], step["error"]) == (2, 0)
    assert "| 0, 1 | 1 | 1 | 0 |" in nnviz(*CONV, "--check-grad", "-f", "md").out
    real = gradients.conv_weight
    monkeypatch.setattr(gradients, "conv_weight", lambda *a, **k: 3 * real(*a, **k))
    done = nnviz(*CONV, "--check-grad")
    assert done.code == 0
    assert "4 gradients of kernel differ from their finite differences: at " in done.out
    assert "agree" not in done.out
    assert "그래디언트 4개" in nnviz(*CONV, "--check-grad", "--lang", "ko").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("conv", "1 2; 3 4", "-k", "1 1"), "--check-grad belongs to --backward / --loss"),
        (("show", "1 2"), "show cannot use --check-grad"),
        (
            ("rnn", "1 2", "--hidden", "1", "--backward", "--of", "h"),
            "no finite differences of h: it does not go in, it is made on the way",
        ),
        (
            ("rnn", "1 2", "--hidden", "1", "--cell", "lstm", "--backward", "--of", "c"),
            "it has: input, Wx, Wh, b, h0, c0",
        ),
    ],
)
def test_refusals(nnviz: Nnviz, words: tuple[str, ...], message: str) -> None:
    done = nnviz(*words, "--check-grad")
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_text_goes_back_too(nnviz: Nnviz) -> None:
    words = ("rnn", "--text", "abba", "--hidden", "2", "--backward", "--check-grad")
    assert "gradients agree" in nnviz(*words).out


@pytest.mark.parametrize("more", [[], ["--backward"]])
def test_a_figure_of_a_network_says_that_they_agree(nnviz: Nnviz, more: list[str]) -> None:
    words = ["net", "dense --units 2 | tanh", "1 2", "--target", "1 0", "--loss", "mse"]
    done = nnviz(*words, *more, "--check-grad", "-f", "svg")
    assert "8 gradients agree with finite differences" in done.out
