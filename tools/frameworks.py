"""Make the table at the end of docs/frameworks.md: options, and the tests that speak of them.

    python tools/frameworks.py

A test checks that the page is current and that every test it names is there.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "frameworks.md"
TITLE = "## The table\n"
_HEAD = """
Made by `python tools/frameworks.py`. The tests named are under `tests/`. "Stored" says in how many
of the stored cases, whose results are PyTorch's, the option is given.
"""


class Row(NamedTuple):
    """One option of a framework's operator."""

    option: str
    ours: str
    """What nnviz calls it; "no", with a reason, where it is not supported."""
    tests: tuple[str, ...]
    stored: str = ""
    """A call, a kind or cell, and an option: `pool:max dilation`."""


_VECTORS = "test_vectors.py::test_a_case_gives_what_pytorch_gave"
_EXAMPLES = "test_frameworks.py::test_the_examples_of_the_page_are_right"
_REFUSED = "test_frameworks.py::test_what_is_not_supported_is_refused"
_CASES = "core/test_onnx_cases.py::test_a_case_gives_what_onnx_expects"
_CONV, _TRANSPOSE, _POOL, _ADAPTIVE, _RNN, _ACT, _DENSE = (
    f"test_torch.py::test_{name}"
    for name in ("conv", "conv_transpose", "pool", "adaptive_pool", "rnn", "act", "dense")
)
_ONNX_CONV, _ONNX_POOL, _ONNX_TRANSPOSE, _ONNX_ACT, _ONNX_GEMM, _ONNX_FLATTEN = (
    f"test_onnx.py::test_{name}"
    for name in (
        "conv_is_onnx_conv",
        "pool_is_onnx_pool",
        "conv_transpose_is_onnx_conv_transpose",
        "act_is_onnx_activation",
        "dense_is_onnx_gemm",
        "flatten_is_onnx_flatten",
    )
)
_ONNX_CELLS = "ops/recurrent/test_cells.py::test_agrees_with_onnx_at_every_step"
_LIKE = "ops/windows/test_pool.py::test_frameworks_differ_in_what_an_average_counts"


def _torch(call: str, test: str, *options: str, **renamed: str) -> list[Row]:
    """Rows of options that are stored too; `theirs=ours` where the names differ."""
    names = {**{option: option for option in options}, **renamed}
    return [
        Row(theirs, f"`{ours}`", (_VECTORS, test), f"{call} {ours}")
        for theirs, ours in names.items()
    ]


TABLES: dict[str, list[Row]] = {
    "PyTorch Conv1d, Conv2d, Conv3d": [
        *_torch("conv", _CONV, "stride", "padding", "dilation", "groups", "padding_mode"),
        Row("padding='same', 'valid'", "`padding`", (_VECTORS, _CONV), "conv padding=str"),
        Row("bias", "third array", (_VECTORS, _CONV), "conv [2]"),
        Row("no batch", "C first", (_VECTORS, _CONV)),
    ],
    "PyTorch ConvTranspose1d, 2d, 3d": [
        *_torch(
            "conv_transpose",
            _TRANSPOSE,
            "stride",
            "padding",
            "output_padding",
            "dilation",
            "groups",
        ),
        Row("bias", "third array", (_VECTORS, _TRANSPOSE), "conv_transpose [2]"),
        Row("output_size", "no: give `output_padding`, or ONNX's `output_shape`", (_REFUSED,)),
    ],
    "PyTorch MaxPool1d, 2d, 3d": [
        *_torch("pool:max", _POOL, "stride", "padding", "dilation", "ceil_mode"),
        Row("kernel_size", "second argument", (_VECTORS, _POOL), "pool:max [1]"),
        Row("return_indices", '`r["indices"]`', (_VECTORS, _POOL), "pool:max"),
    ],
    "PyTorch AvgPool1d, 2d, 3d": [
        *_torch("pool:avg", _POOL, "stride", "padding", "ceil_mode", "count_include_pad"),
        *_torch("pool:avg", _POOL, "divisor_override"),
        Row("kernel_size", "second argument", (_VECTORS, _POOL), "pool:avg [1]"),
    ],
    "PyTorch LPPool1d, 2d, 3d": [
        *_torch("pool:lp", _POOL, "stride", "ceil_mode", norm_type="p"),
        Row("norm_type=inf", "no: it is max pooling of absolute values", (_REFUSED,)),
    ],
    "PyTorch AdaptiveMaxPool, AdaptiveAvgPool 1d, 2d, 3d": [
        *_torch("pool", _ADAPTIVE, output_size="adaptive"),
        Row("output_size with None", "no: give the size that the axis has", (_REFUSED,)),
        Row("return_indices", '`r["indices"]`', (_VECTORS, _ADAPTIVE), "pool:max adaptive"),
    ],
    "PyTorch RNN, LSTM, GRU": [
        *(
            Row(option, "names of the weights", (_VECTORS, _RNN), f"rnn {{{name}}}")
            for option, name in (
                ("num_layers", "weight_ih_l1"),
                ("bidirectional", "weight_ih_l0_reverse"),
                ("bias", "bias_hh_l0"),
            )
        ),
        *_torch("rnn:rnn", _RNN, nonlinearity="activation"),
        *_torch("rnn", _RNN, h_0="h0"),
        *_torch("rnn:lstm", _RNN, c_0="c0"),
        Row("proj_size", "no", (_REFUSED,)),
        Row("batches", "no: one sequence, T×d", (_REFUSED,)),
        Row("dropout", "no: it is of training", (_REFUSED,)),
    ],
    "PyTorch activations and layers": [
        *(
            Row(name, f'`act(x, "{name}")`', (_VECTORS, _ACT), f"act:{name}")
            for name in ("relu", "leaky-relu", "elu", "gelu", "sigmoid", "tanh", "softmax")
        ),
        Row("hardsigmoid", "with `alpha=1/6`", (_VECTORS, _ACT), "act:hard-sigmoid"),
        Row("Linear", "`dense`", (_VECTORS, _DENSE), "dense"),
        Row("Flatten", "`flatten`", (_VECTORS,), "flatten"),
    ],
    "ONNX Conv": [
        Row("auto_pad", '`padding="same"`, `"same-lower"`, `"valid"`', (_CASES, _ONNX_CONV)),
        Row("pads", "`padding`, a pair an axis", (_CASES, _ONNX_CONV)),
        Row("strides, dilations, group", "`stride`, `dilation`, `groups`", (_CASES, _ONNX_CONV)),
        Row("B", "third array", (_CASES, _ONNX_CONV)),
    ],
    "ONNX ConvTranspose": [
        Row("auto_pad", '`padding="same"`, `"same-lower"`', (_CASES, _ONNX_TRANSPOSE)),
        Row("output_shape", "`output_shape`", (_CASES, _ONNX_TRANSPOSE)),
        Row("pads, output_padding", "`padding`, `output_padding`", (_CASES, _ONNX_TRANSPOSE)),
        Row("strides, dilations", "`stride`, `dilation`", (_CASES, _ONNX_TRANSPOSE)),
        Row(
            "group",
            "`groups`",
            (_CASES, "test_properties.py::test_a_grouped_transposed_conv_is_its_parts"),
        ),
        Row(
            "B",
            "third array",
            (_VECTORS, "core/test_transpose.py::test_any_layer_equals_a_plain_loop_bit_for_bit"),
        ),
    ],
    "ONNX MaxPool, AveragePool, LpPool, Global…": [
        Row("auto_pad", '`padding="same"`, `"same-lower"`, `"valid"`', (_CASES,)),
        Row("pads, strides, dilations, kernel_shape", "as PyTorch's", (_CASES, _ONNX_POOL)),
        Row("ceil_mode", "`ceil_mode`", (_CASES, _EXAMPLES)),
        Row("count_include_pad", "`count_include_pad`", (_CASES, _ONNX_POOL)),
        Row("p", "`p`", (_CASES, _ONNX_POOL)),
        Row("its defaults", '`like="onnx"`', (_LIKE,)),
        Row(
            "Indices",
            "counted in each channel",
            (_CASES, "test_properties.py::test_indices_stand_where_the_maxima_are"),
        ),
        Row(
            "storage_order",
            "no: rows first",
            ("core/test_onnx_cases.py::test_there_are_cases_of_every_operator",),
        ),
    ],
    "ONNX RNN, LSTM, GRU": [
        Row("W, R, B", "weights by name, gates reordered", (_ONNX_CELLS,)),
        Row("initial_h, initial_c", "`h0`, `c0`", (_ONNX_CELLS,)),
        Row("linear_before_reset", "`linear_before_reset`", (_ONNX_CELLS,)),
        Row(
            "direction=bidirectional",
            "names of the weights",
            (
                "ops/recurrent/test_cells.py::test_a_bidirectional_net_in_layers_is_nets_of_one_layer",
            ),
        ),
        Row("direction=reverse", "no: turn the sequence round", (_REFUSED,)),
        Row("activations", "`tanh` and `relu` of an RNN", (_VECTORS, _REFUSED)),
        Row("P (peepholes), clip, input_forget", "no", (_REFUSED,)),
        Row("sequence_lens, layout", "no: one sequence, T×d", (_REFUSED,)),
    ],
    "ONNX activations, Gemm and Flatten": [
        Row("Relu, Sigmoid, Tanh", "`act`", (_ONNX_ACT,)),
        Row("LeakyRelu and Elu alpha", "`alpha`", (_ONNX_ACT,)),
        Row("HardSigmoid alpha, beta", "`alpha`, `beta`", (_ONNX_ACT,)),
        Row("Gelu approximate", "`approximate`", (_ONNX_ACT,)),
        Row("Softmax axis", "`axis`", (_ONNX_ACT,)),
        Row("Gemm with transB=1, C", "`dense`", (_ONNX_GEMM,)),
        Row("Gemm alpha, beta, transA", "no", (_REFUSED,)),
        Row("Flatten axis", "`axis`; 0 gives a vector", (_ONNX_FLATTEN,)),
    ],
    "TensorFlow max_pool, avg_pool": [
        Row(
            "padding SAME, VALID",
            '`padding="same"`, `"valid"`',
            (_EXAMPLES,),
        ),
        Row("its defaults", '`like="tf"`', (_EXAMPLES,)),
        Row("data_format NHWC", "no: channels first", (_REFUSED,)),
    ],
}


def page() -> str:
    """The page, its table made anew."""
    prose = PAGE.read_text(encoding="utf-8").split(TITLE)[0]
    return prose + TITLE + _HEAD + "".join(_table(name, rows) for name, rows in TABLES.items())


def _table(name: str, rows: list[Row]) -> str:
    lines = [f"\n### {name}\n\n| option | in nnviz | stored | tests |\n|---|---|---|---|\n"]
    for row in rows:
        tests = ", ".join(f"`{test}`" for test in row.tests)
        lines.append(f"| {row.option} | {row.ours} | {_stored(row.stored) or ''} | {tests} |\n")
    return "".join(lines)


def _stored(said: str) -> int | None:
    """How many stored cases there are of a call, a kind or cell of it, and an option."""
    if not said:
        return None
    what, _, option = said.partition(" ")
    call, _, kind = what.partition(":")
    cases = (c for c in _cases() if c["call"] == call and (not kind or kind in _kinds(c)))
    return sum(_has(case, option) for case in cases)


def _kinds(case: dict[str, Any]) -> list[Any]:
    options = case["options"]
    return [options.get("kind"), options.get("cell"), *case["args"][1:2]]


def _has(case: dict[str, Any], option: str) -> bool:
    if option.startswith("["):  # an array by its place
        place = int(option.strip("[]"))
        return place < len(case["args"]) and case["args"][place] is not None
    if option.startswith("{"):  # a weight by its name
        return option.strip("{}") in case["args"][1]
    name, _, kind = option.partition("=")
    given = case["options"].get(name)
    return not name or (given is not None and (not kind or isinstance(given, str)))


@cache
def _cases() -> list[dict[str, Any]]:
    files = sorted((ROOT / "tests" / "vectors").glob("*.json"))
    cases = [case for f in files for case in json.loads(f.read_text(encoding="utf-8"))["cases"]]
    return [case for case in cases if "options" in case]  # gradients are of the same cases


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
