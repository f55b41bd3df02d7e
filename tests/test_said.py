"""What is asked for and not as usual is said in every figure and header; what is usual is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.formats import load
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

LANGUAGES = ("en", "ko")
Said = Mapping[str, tuple[str, str]]
"""An option's words, in the two languages."""
LABELS: Said = {
    "stride": ("stride", "스트라이드"),
    "padding": ("padding", "패딩"),
    "dilation": ("dilation", "팽창"),
    "groups": ("groups", "그룹"),
    "output_padding": ("output padding", "출력 패딩"),
    "ceil": ("rounded up", "올림"),
    "not counted": ("padding not counted", "패딩 제외"),
    "p": ("p =", "p ="),
    "window": ("window", "윈도우"),
}
MODES = {"reflect": "반사", "replicate": "가장자리 복제", "circular": "순환"}


def figure_text(trace: Trace, lang: str, *steps: int, **appearance: Any) -> str:
    """What a figure says, as its SVG has it."""
    scene = figure.draw(trace, Appearance(lang=lang, **appearance), steps)
    return "\n".join(text.content for text in scene.texts())


def header_text(trace: Trace, lang: str) -> str:
    """What the terminal says."""
    request = Request(steps="none", appearance=Appearance(lang=lang))
    content = load("table").write(trace, request).content
    return content.decode() if isinstance(content, bytes) else str(content)


def assert_said(trace: Trace, expected: Mapping[str, str], unsaid: set[str]) -> None:
    """Each option in figure and header with its value; of those not asked for not a word."""
    for i, lang in enumerate(LANGUAGES):
        figures = figure_text(trace, lang), figure_text(trace, lang, 1)
        for text in (*figures, header_text(trace, lang)):
            for name, value in expected.items():
                words = f"{LABELS[name][i]} {value}".strip()
                if name == "groups":
                    words = (f"{value} groups", f"그룹 {value}개")[i]
                assert words in text
            for name in unsaid - set(expected):
                assert LABELS[name][i] not in text


def each(values: tuple[int, ...]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "×".join(map(str, values))


PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))
SMALL = st.tuples(st.integers(0, 1), st.integers(0, 1))


@settings(max_examples=15, deadline=None)
@given(
    stride=PAIR,
    padding=SMALL,
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    mode=st.sampled_from(["zeros", *MODES]),
    groups=st.sampled_from([1, 2]),
    transpose=st.booleans(),
)
def test_options_of_a_convolution(
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    mode: str,
    groups: int,
    transpose: bool,
) -> None:
    options: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation}
    if not transpose:
        options["padding_mode"] = mode
    trace = run(
        "conv",
        np.arange(4 * 36).reshape(4, 6, 6),
        filters=2,
        size=(2, 2),
        groups=groups,
        transpose=transpose,
        **options,
    )
    expected = {"stride": each(stride), "dilation": each(dilation), "groups": str(groups)}
    expected = {name: value for name, value in expected.items() if value != "1"}
    if any(padding):
        expected["padding"] = each(padding)
    assert_said(trace, expected, {"stride", "padding", "dilation", "groups", "output_padding"})
    if any(padding) and mode != "zeros" and not transpose:
        for lang, word in (("en", mode), ("ko", MODES[mode])):
            assert f"({word})" in figure_text(trace, lang)
            assert f"({word})" in header_text(trace, lang)


@settings(max_examples=15, deadline=None)
@given(
    kind=st.sampled_from(["max", "avg", "lp"]),
    kernel=st.tuples(st.integers(2, 3), st.integers(2, 3)),
    stride=st.none() | PAIR,
    padding=SMALL,
    dilation=st.integers(1, 2),
    ceil=st.booleans(),
    counted=st.booleans(),
    p=st.sampled_from([2, 3]),
)
def test_options_of_pooling(
    kind: str,
    kernel: tuple[int, int],
    stride: tuple[int, int] | None,
    padding: tuple[int, int],
    dilation: int,
    ceil: bool,
    counted: bool,
    p: int,
) -> None:
    of_kind: dict[str, dict[str, Any]] = {"avg": {"count_include_pad": counted}, "lp": {"p": p}}
    only = of_kind.get(kind, {})
    options = {"padding": padding, "dilation": (dilation,), "ceil_mode": ceil, **only}
    x = np.arange(81).reshape(9, 9)
    trace = run("pool", x, kind=kind, kernel=kernel, stride=stride, **options)
    expected = {"window": "×".join(map(str, kernel))}
    if stride not in (None, kernel):
        expected["stride"] = each(stride)
    if any(padding):
        expected["padding"] = each(padding)
    if dilation > 1:
        expected["dilation"] = "2"
    if ceil:
        expected["ceil"] = ""
    if kind == "avg" and any(padding) and not counted:
        expected["not counted"] = ""
    if kind == "lp" and p == 3:
        expected["p"] = "3"
    trace_title = {"max": "Max", "avg": "Average", "lp": "Lp"}[kind]
    assert figure_text(trace, "en").startswith(f"{trace_title} pooling\n")
    assert_said(trace, expected, {"stride", "padding", "dilation", "ceil", "not counted", "p"})


X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
ROWS = [[1, 0], [0, 1], [1, 1]]
OTHERS: dict[str, tuple[str, Any, dict[str, Any], str, str]] = {
    "uneven padding": (
        "conv", X, {"padding": ((0, 1), (2, 0))}, "padding 0+1, 2+0", "패딩 0+1, 2+0",
    ),
    "padding by name": ("conv", X, {"padding": "same"}, "padding 1", "패딩 1"),
    "output padding": (
        "conv", X, {"transpose": True, "stride": (2,), "output_padding": (1,)},
        "stride 2 · output padding 1", "스트라이드 2 · 출력 패딩 1",
    ),
    "stride of ONNX": ("pool", X, {"kernel": (2,), "like": "onnx"}, "stride 1", "스트라이드 1"),
    "a divisor": (
        "pool", X, {"kind": "avg", "kernel": (2,), "divisor_override": 3},
        "divided by 3", "3",
    ),
    "adaptive": ("pool", X, {"adaptive": (2, 2)}, "output 2×2", "출력 2×2"),
    "slope": ("act", X, {"name": "leaky-relu", "alpha": 0.25}, "alpha 0.25", "0.25"),
    "axis of softmax": ("act", X, {"name": "softmax", "axis": 0}, "axis 0", "0번 축"),
    "gelu": (
        "act", X, {"name": "gelu", "approximate": "tanh"}, "approximated by tanh", "tanh 근사",
    ),
    "axis of flatten": ("flatten", X, {"axis": 1}, "axis 1", "1번 축"),
    "mode": ("rnn", ROWS, {"hidden": 2, "mode": "many-to-one"}, "many-to-one", "다대일"),
    "activation": ("rnn", ROWS, {"hidden": 2, "activation": "relu"}, "activation", "활성화 함수"),
    "of the output": (
        "rnn", ROWS, {"hidden": 2, "outputs": 2, "output_activation": "softmax"},
        "output activation softmax", "출력 활성화 함수 softmax",
    ),
    "of the paper": (
        "rnn", ROWS, {"cell": "gru", "hidden": 2, "linear_before_reset": False},
        "reset before the linear map", "리셋",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_else_is_said(name: str) -> None:
    op, x, options, *said = OTHERS[name]
    trace = run(op, x, **options)
    for lang, words in zip(LANGUAGES, said, strict=True):
        views = figure.view_names(op)
        for view in views if op == "rnn" else (None,):
            if view == "stacked" or (view == "network" and "cell" in options):
                continue  # of several layers; of cells without gates
            assert words in figure_text(trace, lang, view=view)
        assert words in header_text(trace, lang)


USUAL: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "conv": ("conv", X, {}),
    "the first axis and the last": ("act", X, {"name": "softmax", "axis": 1}),
    "the default slope": ("act", X, {"name": "leaky-relu", "alpha": 0.01}),
    "dense": ("dense", [1, 2], {"units": 2}),
    "flatten": ("flatten", X, {}),
    "rnn": ("rnn", ROWS, {"hidden": 2}),
    "gru": ("rnn", ROWS, {"hidden": 2, "cell": "gru"}),
    "show": ("show", X, {}),
    "global": ("pool", X, {}),
}


@pytest.mark.parametrize("name", USUAL)
def test_what_is_usual_is_not_said(name: str) -> None:
    op, x, options = USUAL[name]
    assert run(op, x, **options).said == ()


BATCH = np.arange(3 * 2 * 16).reshape(3, 2, 4, 4)
BATCHES: dict[str, dict[str, Any]] = {
    "conv": {"filters": 1, "size": (2, 2)},
    "pool": {"kernel": (2, 2)},
    "act": {"name": "relu"},
    "show": {},
}


@pytest.mark.parametrize("op", BATCHES)
@pytest.mark.parametrize(("lang", "words"), [("en", "sample 2 of 3"), ("ko", "샘플 2번 (총 3개)")])
def test_the_sample_of_a_batch_is_named(op: str, lang: str, words: str) -> None:
    trace = run(op, BATCH, **BATCHES[op])
    for view in figure.view_names(op):
        module = figure._load(op, view)
        if figure._refusal(module, trace) is None:
            assert words in figure_text(trace, lang, view=view, sample=2)
            if trace.steps:  # the step's own
                assert words in figure_text(trace, lang, len(trace.steps), view=view)
    if trace.steps:
        sheet = figure_text(trace, lang, 1, len(trace.steps))
        assert words in sheet
        assert words.replace("2", "0", 1) in sheet


def test_the_header_names_what_is_shown_of_a_batch() -> None:
    few, large = run("pool", BATCH, kernel=2), run("pool", np.zeros((3, 1, 64, 64)), kernel=2)
    assert "3 samples" in header_text(few, "en")
    request = Request(steps="none", appearance=Appearance(sample=2))
    assert b"sample 2 of 3" in load("table").write(large, request).content
