"""What a person types first leads to the right name, order and quotes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nnviz import ops
from nnviz.cli import options
from nnviz.options import elsewhere

Nnviz = Callable[..., Any]
M = "1 2 3; 4 5 6; 7 8 9"

NAMES = [
    ("conv", "--kernel-size", "--size"),
    ("conv", "--kernel_size", "--size"),
    ("pool", "--kernel-size", "--kernel"),
    ("pool", "--pool_size", "--kernel"),
    ("conv", "--strides", "--stride"),
    ("conv", "--out-channels", "--filters"),
    ("conv", "--padding_mode", "--pad-mode"),
    ("conv", "--pad_mode", "--pad-mode"),
    ("conv", "--activation", "--act"),
    ("conv", "--grayscale", "--gray"),
    ("conv", "--Stride", "--stride"),
    ("dense", "--out-features", "--units"),
    ("rnn", "--hidden-size", "--hidden"),
    ("rnn", "--activation", "--act"),
    ("act", "--dim", "--axis"),
    ("act", "--negative_slope", "--alpha"),
    ("pool", "--ceil-mode", "--ceil"),
    ("pool", "--mode", "--kind"),
]


@pytest.mark.parametrize(("command", "theirs", "ours"), NAMES, ids=[" ".join(n) for n in NAMES])
def test_a_name_from_elsewhere_leads_to_ours(
    nnviz: Nnviz, command: str, theirs: str, ours: str
) -> None:
    result = nnviz(command, M, theirs, "3")
    assert result.code == 2
    assert result.err.split("\n")[1].strip() == f"did you mean {ours}?"


@pytest.mark.parametrize("flag", ["--xyzzy", "--gif", "--movie", "--kernels-of-truth"])
def test_what_is_far_off_is_not_suggested(nnviz: Nnviz, flag: str) -> None:
    assert "did you mean" not in nnviz("pool", M, flag, "3").err


def test_names_from_elsewhere_lead_to_options_that_there_are() -> None:
    every = {f for n in ops.names() for o in ops.load(n).options for f in o.flags}
    every |= {flag for option in options.all_shared() for flag in option.flags}
    assert {ours for names in elsewhere.OPTIONS.values() for ours in names} <= every


def test_the_caret_stands_under_the_word(nnviz: Nnviz) -> None:
    err = nnviz("params", "conv --filters 2 | pool --strides 2", "--input", "9x9").err.split("\n")
    assert err[2].strip() == "conv --filters 2 | pool --strides 2"
    assert err[3][4:] == " " * 24 + "^" * len("--strides")
    assert "did you mean --stride?" in err[-2]
    err = nnviz("params", "conv --padding=1px | pool -k x", "--input", "9x9").err.split("\n")
    assert err[3][4:] == " " * 5 + "^" * len("--padding=1px")
    err = nnviz("params", "conv | pool --ceil -k x --stride 1", "--input", "9x9").err.split("\n")
    assert err[3][4:] == " " * 19 + "^" * len("-k x")


LAYERS = [
    ("maxpool -k 2", "pool -k 2"),
    ("MaxPool2d -k 2", "pool -k 2"),
    ("avgpool -k 2", "pool --kind avg -k 2"),
    ("AveragePooling2D -k 2", "pool --kind avg -k 2"),
    ("relu", "act relu"),
    ("LeakyReLU", "act leaky-relu"),
    ("leaky_relu --alpha 1/2", "act leaky-relu --alpha 1/2"),
    ("conv2d --filters 2", "conv --filters 2"),
    ("flatten | linear --units 3", "flatten | dense --units 3"),
    ("Softmax", "act softmax"),
    ("gru --hidden 2", "rnn --cell gru --hidden 2"),
]


@pytest.mark.parametrize(("theirs", "ours"), LAYERS, ids=[a for a, _ in LAYERS])
def test_a_layer_by_its_name_elsewhere(nnviz: Nnviz, theirs: str, ours: str) -> None:
    made, same = (nnviz("net", chain, M, "--json") for chain in (theirs, ours))
    assert made.code == 0, made.err
    assert made.out == same.out


CHOICES = [
    (["act", "ReLU", M], ["act", "relu", M]),
    (["act", "leaky_relu", M], ["act", "leaky-relu", M]),
    (["conv", M, "-k", "Sobel-X"], ["conv", M, "-k", "sobel-x"]),
    (["conv", M, "-k", "sobel_y"], ["conv", M, "-k", "sobel-y"]),
    (["conv", M, "--pad", "SAME"], ["conv", M, "--pad", "same"]),
    (["conv", M, "--pad", "same_lower"], ["conv", M, "--pad", "same-lower"]),
    (["conv", M, "--act", "ReLU"], ["conv", M, "--act", "relu"]),
    (["pool", M, "--kind", "AVG"], ["pool", M, "--kind", "avg"]),
    (["show", M, "-f", "JSON"], ["show", M, "-f", "json"]),
]


@pytest.mark.parametrize(("loose", "strict"), CHOICES, ids=[" ".join(a[1:]) for a, _ in CHOICES])
def test_names_of_choices_forgive(nnviz: Nnviz, loose: list[str], strict: list[str]) -> None:
    assert nnviz(*loose).out == nnviz(*strict).out != ""


MESSAGES = [
    (["conv", M, "-k", "sobel"], "--kernel sobel", "did you mean sobel-x / sobel-y?"),
    (["act", "1 -2", "relu"], "NAME stands before INPUT", "nnviz act relu '1 -2'"),
    (
        ["net", "digit.png", "conv --filters 2"],
        "NET stands before INPUT",
        "nnviz net 'conv --filters 2' digit.png",
    ),
    (
        ["params", "conv", "--filters", "6", "--input", "9x9"],
        "NET is one word, in quotes",
        'nnviz params "conv --filters 6" --input 9x9',
    ),
    (["--json", "conv", M], "--json stands after the command", "nnviz conv … --json"),
    (["conv", M, "--padding", "1px"], "--padding 1px is not a padding", "write a number"),
    (["params", "missing.txt", "--input", "3"], "there is no file missing.txt", "NET"),
]


@pytest.mark.parametrize(("words", "said", "hint"), MESSAGES, ids=[m[1] for m in MESSAGES])
def test_a_word_in_the_place_of_another_is_named(
    nnviz: Nnviz, words: list[str], said: str, hint: str
) -> None:
    result = nnviz(*words)
    assert (result.code, result.out) == (2, "")
    first, rest = result.err.split("\n", 1)
    assert first.startswith(f"error: {said}")
    assert hint in rest


def test_a_chain_from_standard_input(nnviz: Nnviz) -> None:
    said = nnviz("params", "-", "--input", "9x9", "--json", stdin="conv --filters 2\npool -k 2\n")
    assert said.code == 0, said.err
    words = ["params", "conv --filters 2 | pool -k 2", "--input", "9x9", "--json"]
    assert said.out == nnviz(*words).out
    assert nnviz("net", "-", "-", stdin="act relu").code == 2


def test_the_language_may_stand_before_the_command(nnviz: Nnviz) -> None:
    assert nnviz("--lang", "ko", "show", M).out == nnviz("show", M, "--lang", "ko").out
    assert nnviz("--lang", "ko", "show", M, "--lang", "en").out == nnviz("show", M).out
    assert nnviz("--lang", "ko").out == nnviz("--lang", "ko", "--help").out
    assert nnviz("--lang", "ko", "--help").out == nnviz("--help", NNVIZ_LANG="ko").out
