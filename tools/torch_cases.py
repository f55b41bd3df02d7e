"""The cases whose answers are stored: what each is called, and the options that it has."""

from __future__ import annotations

from typing import Any

Variant = tuple[str, dict[str, Any]]

SIZES = {1: (9,), 2: (5, 6), 3: (5, 4, 5)}
CONVS: list[Variant] = [
    ("plain", {}),
    ("bias", {"bias": True}),
    ("whole numbers", {"whole": True, "bias": True}),
    ("no batch", {"batch": None, "bias": True}),
    ("batch of 2", {"batch": 2}),
    ("stride 2", {"stride": 2}),
    ("a stride an axis", {"stride": (3, 1, 2)}),
    ("dilation 2", {"dilation": 2, "kernel": (2, 2, 2)}),
    ("a dilation an axis", {"dilation": (2, 3, 1), "kernel": (3, 2, 2)}),
    ("2 groups", {"groups": 2, "bias": True}),
    ("depthwise, 2 filters a channel", {"groups": 2, "channels": 2, "filters": 4}),
    ("padding 1", {"padding": 1}),
    ("padding 2, stride 2", {"padding": 2, "stride": 2}),
    ("a padding an axis", {"padding": (2, 0, 1)}),
    ("more padding before than after", {"padding": ((2, 0), (1, 0), (0, 1))}),
    ("same, odd kernel", {"padding": "same", "kernel": (3, 3, 3)}),
    ("same, even kernel", {"padding": "same", "kernel": (2, 4, 2)}),
    ("same, dilation 2", {"padding": "same", "dilation": 2, "kernel": (2, 3, 2)}),
    ("valid", {"padding": "valid"}),
    ("reflect", {"padding": 2, "padding_mode": "reflect"}),
    ("reflect, one side", {"padding": ((2, 0), (0, 1), (1, 2)), "padding_mode": "reflect"}),
    ("replicate", {"padding": 3, "padding_mode": "replicate"}),
    ("replicate, stride 2", {"padding": (1, 2, 1), "padding_mode": "replicate", "stride": 2}),
    ("circular", {"padding": 2, "padding_mode": "circular"}),
    ("circular, whole turn", {"padding_mode": "circular"}),
    ("kernel of one cell", {"kernel": (1, 1, 1), "filters": 3}),
    ("kernel as large as the input", {"kernel": ()}),
    ("all at once", {"stride": 2, "padding": 2, "dilation": 2, "groups": 2, "bias": True}),
]

TRANSPOSED: list[Variant] = [
    ("plain", {}),
    ("bias", {"bias": True}),
    ("whole numbers", {"whole": True, "bias": True, "stride": 2}),
    ("no batch", {"batch": None, "bias": True}),
    ("stride 2", {"stride": 2}),
    ("stride above the kernel", {"stride": 4}),
    ("a stride an axis", {"stride": (3, 1, 2)}),
    ("padding 1", {"padding": 1}),
    ("a padding an axis", {"padding": (2, 1, 0), "stride": 2}),
    ("output padding 1", {"stride": 2, "output_padding": 1}),
    ("an output padding an axis", {"stride": 3, "output_padding": (2, 0, 1)}),
    ("output padding below the dilation", {"dilation": 3, "output_padding": 2}),
    ("dilation 2", {"dilation": 2}),
    ("dilation 2, stride 2", {"dilation": 2, "stride": 2, "padding": 1}),
    ("dilation 3, stride 2", {"dilation": 3, "stride": 2, "output_padding": 1}),
    ("2 groups", {"groups": 2, "bias": True}),
    ("depthwise", {"groups": 2, "filters": 1, "stride": 2}),
    ("kernel of one cell", {"kernel": (1, 1, 1), "stride": 2}),
    ("one cell of input", {"sizes": (1, 1, 1)}),
    (
        "all at once",
        {"stride": 3, "padding": 1, "output_padding": 1, "dilation": 2, "groups": 2, "bias": True},
    ),
]

POOLS: list[Variant] = [
    ("kernel 2", {}),
    ("kernel 3, stride 1", {"kernel": 3, "stride": 1}),
    ("kernel 3, stride 2, padding 1", {"kernel": 3, "stride": 2, "padding": 1}),
    ("a kernel and a stride an axis", {"kernel": (2, 3, 1), "stride": (1, 2, 2)}),
    ("a padding an axis", {"kernel": (3, 2, 2), "padding": (1, 0, 1)}),
    ("whole map", {"kernel": None}),
    ("no batch", {"batch": None}),
    ("batch of 2", {"batch": 2}),
    ("ceil", {"stride": 2, "kernel": 2, "ceil_mode": True}),
    ("ceil, last window hangs over by 2", {"kernel": 3, "stride": 3, "ceil_mode": True}),
    ("ceil, padding 1", {"kernel": 2, "stride": 3, "padding": 1, "ceil_mode": True}),
    ("ceil, last window dropped", {"kernel": 2, "stride": 5, "padding": 1, "ceil_mode": True}),
]
LARGER = ("ceil, larger than the input", {"kernel": (11, 7, 7), "stride": 7, "ceil_mode": True})
MAXIMA: list[Variant] = [
    ("whole numbers", {"whole": True}),
    ("equal values", {"equal": True, "stride": 1}),
    ("dilation 2", {"dilation": 2, "stride": 1}),
    ("a dilation an axis", {"dilation": (3, 2, 1), "stride": 2}),
    ("dilation 2, padding 1, ceil", {"dilation": 2, "padding": 1, "ceil_mode": True}),
    LARGER,
]

AVERAGES: list[Variant] = [
    ("padding not counted", {"kernel": 3, "padding": 1, "count_include_pad": False}),
    (
        "padding not counted, ceil",
        {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False},
    ),
    (
        "padding counted, ceil",
        {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": True},
    ),
    ("divided by 3", {"divisor_override": 3}),
    ("divided by 5, padding", {"kernel": 3, "stride": 1, "padding": 1, "divisor_override": 5}),
    ("divided by 2, ceil", {"stride": 2, "ceil_mode": True, "divisor_override": 2}),
    LARGER,
]

NORMS: list[Variant] = [
    ("p 1", {"p": 1, "positive": True}),
    ("p 3", {"p": 3, "positive": True}),
    ("p 2.5", {"p": 2.5, "positive": True, "stride": 1}),
    ("p 4, negatives too", {"p": 4}),
    ("p 3, ceil", {"p": 3, "positive": True, "kernel": 3, "stride": 2, "ceil_mode": True}),
    LARGER,
]

ADAPTIVE: list[Variant] = [
    ("to 1", {"adaptive": 1}),
    ("to 2", {"adaptive": 2}),
    ("to 3", {"adaptive": 3}),
    ("to a size an axis", {"adaptive": (4, 5, 2)}),
    ("to more than there is", {"adaptive": (11, 7, 6)}),
    ("no batch", {"adaptive": (2, 3, 4), "batch": None}),
]

ACTIVATIONS: list[Variant] = [
    ("relu", {}),
    ("leaky-relu", {}),
    ("leaky-relu", {"alpha": 0.25}),
    ("elu", {}),
    ("elu", {"alpha": 1.5}),
    ("gelu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("sigmoid", {}),
    ("hard-sigmoid", {"alpha": 1 / 6}),
    ("tanh", {}),
    ("softmax", {}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": 1}),
    ("softmax", {"axis": -3}),
]

INPUTS = {
    "small": [[[-3.0, -2.5, -1.0], [-0.25, 0.0, 0.25]], [[1.0, 2.5, 3.0], [4.0, -4.0, 0.5]]],
    "large": [[[-800.0, -50.0, -20.0], [20.0, 50.0, 800.0]], [[1e-9, -1e-9, 30.0], [6.0, -6.0, 9]]],
}
