"""The Python calls: arrays by position, options by keyword, `NnvizError` for bad input.

The defaults that an operation declares are written out here once more, because a type checker,
an editor and `inspect.signature` read a signature and nothing else; a test compares every one
with its declaration, and that every argument gets there: by its own name, so that a body is
`locals()`, or by the one that `nnviz.calling` has for it. `channels_last` takes an `x` of
H×W×C, or of N×H×W×C.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Never

from nnviz.activation_steps import Activation
from nnviz.calling import Array, Padding, Sizes
from nnviz.calling import run as _run
from nnviz.losses import LossName
from nnviz.result import Result
from nnviz.shapes import PadMode


def conv(
    x: Array,
    w: Array,
    b: Array | None = None,
    /,
    *,
    stride: Sizes = 1,
    padding: Padding = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    padding_mode: PadMode = "zeros",
    dims: int | None = None,
    channels_last: bool = False,
) -> Result:
    """Convolution (cross-correlation) of `x` with the filters `w`, plus the bias `b`.

    `x` is H×W, C×H×W or N×C×H×W; `w` is kH×kW (used for every channel), C×kH×kW (one
    filter) or F×C/groups×kH×kW; `b` a number or one per filter. `dims` 1 or 3 takes one
    spatial axis or three. `padding` is a number, one per axis, a (before, after) pair per
    axis, or "same", "same-lower", "valid", "full". The output has as many axes as `x`,
    with H' = ⌊(H + 2p − d(kH − 1) − 1)/s⌋ + 1; whole numbers stay whole and exact.

    Raises NnvizError where shapes do not fit. Source: Dumoulin and Visin, A guide to
    convolution arithmetic for deep learning (2016), section 2; torch.nn.functional.conv2d.

    >>> import nnviz
    >>> r = nnviz.conv([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [0, 1]])
    >>> r.output.tolist(), r.output.shape
    ([[6, 8], [12, 14]], (2, 2))
    """
    return _run("conv", **locals())


def conv_transpose(
    x: Array,
    w: Array,
    b: Array | None = None,
    /,
    *,
    stride: Sizes = 1,
    padding: Padding = 0,
    output_padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    output_shape: Sizes | None = None,
    dims: int | None = None,
    channels_last: bool = False,
) -> Result:
    """Transposed convolution: every cell of `x`, times the kernel, added to the output.

    `x` is H×W, C×H×W or N×C×H×W; `w` is C×F/groups×kH×kW, or kH×kW for one channel; `b` a
    number or one per filter. The output has as many axes as `x`, with
    H' = (H − 1)s + d(kH − 1) + 1 − 2p + output_padding; `output_shape` gives H' and W'
    instead, and the padding follows by ONNX's rule.

    Raises NnvizError where shapes do not fit, or output_padding is not smaller than stride
    or dilation. Source: Dumoulin and Visin (2016), section 4;
    torch.nn.functional.conv_transpose2d; ONNX operator ConvTranspose.

    >>> import nnviz
    >>> r = nnviz.conv_transpose([[1, 2]], [[1, 10]], stride=2)
    >>> r.output.tolist(), r.output.shape
    ([[1, 10, 2, 20]], (1, 4))
    """
    return _run("conv", transpose=True, **locals())


def pool(
    x: Array,
    kernel: Sizes | None = None,
    /,
    *,
    kind: Literal["max", "avg", "lp"] = "max",
    stride: Sizes | None = None,
    padding: Padding = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    count_include_pad: bool | None = None,
    divisor_override: int | None = None,
    p: float = 2,
    adaptive: Sizes | None = None,
    like: Literal["torch", "onnx", "tf"] | None = None,
    dims: int | None = None,
    channels_last: bool = False,
) -> Result:
    """Max, average or Lp pooling of `x` in windows of `kernel` cells.

    `x` is H×W, C×H×W or N×C×H×W; no kernel pools the whole map, unless `adaptive` gives the
    output's size, with PyTorch's uneven windows. Its defaults hold unless `like` says whose.
    The output has as many axes as `x`, H' = ⌊(H + 2p − d(kH − 1) − 1)/s⌋ + 1 (⌈…⌉ with
    `ceil_mode`). `r["indices"]` are the places of the maxima, flat in each channel.

    Raises NnvizError where a window does not fit. Source: torch.nn.functional.max_pool2d
    and avg_pool2d; ONNX operators MaxPool, AveragePool, LpPool.

    >>> import nnviz
    >>> r = nnviz.pool([[1, 3, 2, 1], [4, 6, 5, 0]], 2)
    >>> r.output.tolist(), r.output.shape
    ([[6, 5]], (1, 2))
    """
    return _run("pool", **locals())


def rnn(
    x: Array,
    weights: Mapping[str, Array],
    /,
    *,
    cell: Literal["rnn", "lstm", "gru"] = "rnn",
    h0: Array | None = None,
    c0: Array | None = None,
    activation: Literal["tanh", "relu"] = "tanh",
    mode: Literal["many-to-many", "many-to-one", "one-to-many"] = "many-to-many",
    length: int | None = None,
    feedback: bool = False,
    output_activation: Literal["none", "sigmoid", "softmax"] | None = None,
    linear_before_reset: bool = True,
) -> Result:
    """A recurrent net over the sequence `x` (T×d): h_t = tanh(W_x x_t + W_h h_{t−1} + b).

    `cell` is "rnn", "lstm" or "gru". `weights` by name: Wx (Dh×d), Wh (Dh×Dh), b (Dh), and
    Wy (M×Dh), by (M) for outputs y_t = W_y h_t + b_y; an LSTM's have 4Dh rows in the order
    i f g o, a GRU's 3Dh in the order r z n. PyTorch's names (weight_ih_l0,
    weight_hh_l0_reverse …) may give several layers and both directions. `output` is what the
    layer hands on: the outputs (T×M) where there is a Wy, else every hidden state
    (T × directions·Dh); in many-to-one the last step's alone (M, or directions·Dh). `r["h"]`
    is every hidden state, `r["y"]` every output there is, `r["h_n"]` and `r["c_n"]` the final
    states (layers·directions × Dh).
    `linear_before_reset=False` is the GRU of the original paper, and ONNX's default.

    Raises NnvizError where shapes disagree. Source: Elman (1990); Hochreiter and Schmidhuber
    (1997); Cho et al. (2014); torch.nn.RNN, LSTM and GRU.

    >>> import nnviz
    >>> r = nnviz.rnn([[1, 0], [0, 1]], {"Wx": [[0.5, -0.5]], "Wh": [[0.1]]})
    >>> r.output.round(3).tolist(), r.output.shape
    ([[0.462], [-0.425]], (2, 1))
    """
    weights = {} if weights is None else weights
    return _run("rnn", **locals())


def act(
    x: Array,
    name: Activation,
    /,
    *,
    alpha: float | None = None,
    beta: float | None = None,
    axis: int | None = None,
    approximate: Literal["none", "tanh"] | None = None,
    **unknown: Never,
) -> Result:
    """An activation of every number of `x`, of any shape; the output has that shape.

    Names: relu, leaky-relu, elu, gelu, sigmoid, hard-sigmoid, tanh, softmax. Options
    `alpha`, `beta`, `axis` (softmax) and `approximate` (gelu) default to ONNX's.

    Raises NnvizError for an unknown name or an option the function does not have.
    Source: ONNX operators of the same names.

    >>> import nnviz
    >>> nnviz.act([-1, 2], "relu").output.tolist(), nnviz.act([[-1, 2]], "relu").output.shape
    ([0, 2], (1, 2))
    """
    given = locals()
    return _run("act", **given.pop("unknown"), **given)


def dense(x: Array, w: Array, b: Array | None = None, /) -> Result:
    """A fully connected layer y = W x + b: `x` (in,) or (N, in), `w` (out, in), `b` (out,).

    The output is (out,) or (N, out); whole numbers stay whole and exact.

    Raises NnvizError where shapes disagree. Source: torch.nn.functional.linear.

    >>> import nnviz
    >>> r = nnviz.dense([1, 2, 3], [[1, 0, -1], [2, 1, 0]], [1, -1])
    >>> r.output.tolist(), r.output.shape
    ([-1, 3], (2,))
    """
    return _run("dense", **locals())


def norm(
    x: Array,
    kind: Literal["batch", "layer", "group"],
    /,
    *,
    gamma: Array | None = None,
    beta: Array | None = None,
    mean: Array | None = None,
    var: Array | None = None,
    train: bool = False,
    groups: int | None = None,
    axis: int = -1,
    eps: float = 1e-5,
    dims: int | None = None,
    channels_last: bool = False,
) -> Result:
    """Normalization γ·(x − μ) / √(σ² + ε) + β; the output has the shape of `x`.

    "batch" takes `mean` and `var`, one a channel, or in `train` those of `x` itself (the
    variance biased); "group" those of each of `groups` of channels; "layer" those of the
    axes from `axis` on, as ONNX has it. `gamma` and `beta` are a number, or one a channel
    (layer: of the shape of those axes). `x` is H×W, C×H×W, N×C×H×W or (C,), by `dims` others.

    Raises NnvizError where shapes do not fit. Source: torch.nn.functional.batch_norm,
    layer_norm, group_norm; Ioffe and Szegedy (2015); Ba et al. (2016); Wu and He (2018).

    >>> import nnviz
    >>> r = nnviz.norm([1, 2, 3], "layer", eps=0)
    >>> r.output.round(3).tolist(), r.output.shape
    ([-1.225, 0.0, 1.225], (3,))
    """
    return _run("norm", **locals())


def upsample(
    x: Array, mode: Literal["nearest", "bilinear"], /, *, by: Sizes = 2, channels_last: bool = False
) -> Result:
    """A map `by` times as large, for each axis or for both: cells repeated, or lines between.

    `x` is H×W, C×H×W or N×C×H×W; H' = H · by. The middles of cells are on the middles of
    those they cover (`align_corners=False`). Whole numbers that are repeated stay whole.

    Raises NnvizError for fewer axes. Source: torch.nn.functional.interpolate; ONNX Resize.

    >>> import nnviz
    >>> r = nnviz.upsample([[0, 4]], "bilinear", by=(1, 2))
    >>> r.output.tolist(), r.output.shape
    ([[0.0, 1.0, 3.0, 4.0]], (1, 4))
    """
    return _run("upsample", **locals())


def dropout(
    x: Array, p: float, /, *, train: bool = False, seed: int = 0, by_channel: bool = False
) -> Result:
    """`x` itself; with `train` each number 0 with probability `p`, the others over 1 − p.

    `seed` draws which; `by_channel` leaves out whole channels. `r["mask"]` is 1 for what stays.
    Raises NnvizError for any other `p`. Source: Srivastava et al. (2014); torch.nn.Dropout.

    >>> import nnviz
    >>> r = nnviz.dropout([1, 2, 3], 0.5)
    >>> r.output.tolist(), r.output.shape
    ([1, 2, 3], (3,))
    """
    return _run("dropout", **locals())


def embed(x: Array, w: Array, /) -> Result:
    """The row of the table `w` (V×D) for each whole number of `x`, from 0; (T,) gives T×D.

    Raises NnvizError where there is no such row. Source: torch.nn.Embedding; ONNX Gather.

    >>> import nnviz
    >>> r = nnviz.embed([1, 0, 1], [[1, 2], [3, 4]])
    >>> r.output.tolist(), r.output.shape
    ([[3, 4], [1, 2], [3, 4]], (3, 2))
    """
    return _run("embed", **locals())


def flatten(x: Array, /, *, axis: int = 0) -> Result:
    """The rows of `x` end to end: a vector for `axis` 0, else the two axes of ONNX's Flatten.

    Raises NnvizError where the axis is out of range. Source: ONNX operator Flatten.

    >>> import nnviz
    >>> nnviz.flatten([[1, 2], [3, 4]]).output.tolist(), nnviz.flatten([[1, 2]]).output.shape
    ([1, 2, 3, 4], (2,))
    """
    return _run("flatten", **locals())


def net(
    chain: str,
    x: Array,
    /,
    *,
    weights: Mapping[str, Array] | str | None = None,
    layer: int | str | None = None,
    classes: Sequence[str] | None = None,
    target: Array | None = None,
    loss: LossName | None = None,
    update: bool = False,
    lr: float = 0.1,
    channels_last: bool = False,
) -> Result:
    """Run `x` through a chain of commands, such as "conv --filters 6 | act relu | pool -k 2".

    `r.layers` are the layers' results; the output is the last layer's. With `layer`, a number
    from 1 or a name, the result is that layer's. `target` and `loss` ("mse", "cross-entropy")
    make `["loss"]` and every gradient, `["grad_1.kernel"]` …, results too; `update` the weights
    after a step down them, `["new_1.kernel"]` …. `weights` fill the layers: arrays by name, or a
    file; `classes` name the numbers of the last.
    Raises NnvizError, with the layer and a caret, where the chain or a shape is wrong.

    >>> import nnviz
    >>> nnviz.net("act relu | pool -k 2", [[-1, 2], [3, 4]]).output.tolist()
    [[4]]
    """
    return _run("net", **locals())


def params(
    chain: str,
    /,
    *,
    input: Sizes | None = None,  # noqa: A002
    versus: Literal["mlp"] | None = None,
    like: Literal["torch", "tf"] | None = None,
    field: Sizes | None = None,
) -> Result:
    """Parameters of a chain over an input of shape `input`, layer by layer: `.rows`, `.total`.

    A known network ("lenet5") has an input of its own, as has a chain with `# input: 1x28x28`.
    `like` is whose counts they are (LSTMs have two biases a gate in PyTorch), ours by default.
    `field` is a cell of the output, (row, column): `["field"]` is what it sees.
    Raises NnvizError, with the layer and a caret, where the chain or a shape is wrong.

    >>> import nnviz
    >>> nnviz.params("conv --filters 64 --size 3", input=(3, 32, 32)).rows[0]["formula"]
    '64 × (3·3·3) + 64'
    """
    return _run("params", **locals())
