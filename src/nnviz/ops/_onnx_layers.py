"""The operators of ONNX that are layers here, and with which options; None where one is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import prod
from typing import Any

from nnviz import ops
from nnviz.libraries import np
from nnviz.ops._joins import JOINS, JoinOptions
from nnviz.ops._onnx_recurrent import last_time, recurrent
from nnviz.ops._onnx_values import SAMPLES, UNIT, WAYS, Asked, Axes, Made, Value
from nnviz.read.onnx import Dims

# --- windows -------------------------------------------------------------------------


def _padding(asked: Asked) -> Any:
    """Before and after each axis, or a name."""
    named = {"SAME_UPPER": "same", "SAME_LOWER": "same-lower", "VALID": "valid"}
    pads = asked.get("pads") or [0] * 2 * asked.dims
    half = len(pads) // 2
    return named.get(asked.get("auto_pad"), tuple(zip(pads[:half], pads[half:], strict=True)))


def _conv(asked: Asked, *, transpose: bool = False) -> Made | None:
    kernel, bias = asked.array(1), asked.array(2)
    padding = _padding(asked)
    strange = kernel is None or asked.varies(2) or not asked.is_map
    if strange or (transpose and (asked.get("output_shape") or isinstance(padding, str))):
        return None
    assert kernel is not None
    more: dict[str, Any] = {"transpose": transpose}
    if transpose:
        more["output_padding"] = tuple(asked.get("output_padding") or [0])
    return asked.layer(
        "conv",
        (SAMPLES, *range(asked.dims + 1)) if UNIT not in asked.x.axes or len(kernel) > 1 else None,
        kernel=kernel,
        bias=bias,
        stride=tuple(asked.get("strides") or [1]),
        dilation=tuple(asked.get("dilations") or [1]),
        padding=padding,
        groups=asked.get("group", 1),
        dims=asked.dims,
        **more,
    )


def _pool(asked: Asked, *, kind: str, whole: bool = False) -> Made | None:
    if not asked.is_map or len([name for name in asked.node.outputs if name]) > 1:
        return None
    options: dict[str, Any] = {"kind": kind, "dims": asked.dims, "like": "onnx"}
    if kind == "lp":
        options["p"] = asked.get("p", 2)
    if not whole:
        options |= {
            "kernel": tuple(asked.get("kernel_shape")),
            "stride": tuple(asked.get("strides") or [1]),
            "dilation": tuple(asked.get("dilations") or [1]),
            "padding": _padding(asked),
            "ceil_mode": bool(asked.get("ceil_mode", 0)),
        }
        if kind == "avg":
            options["count_include_pad"] = bool(asked.get("count_include_pad", 0))
    return asked.layer("pool", **options)


def _resize(asked: Asked) -> Made | None:
    """Whole times larger, by repeating cells or by lines between their middles."""
    old = asked.node.op == "Upsample"
    scales = asked.array(1 if old else 2)
    before, after = asked.sizes(asked.node.inputs[0]), asked.sizes(asked.node.outputs[0])
    if scales is None and None not in before[2:] + after[2:] and len(before) == len(after):
        scales = np.array([b / a for a, b in zip(before, after, strict=True) if a and b])
    if scales is None or len(scales) != 4 or any(scales % 1) or not asked.is_map:
        return None
    mode = asked.get("mode", "nearest")
    where = asked.get("coordinate_transformation_mode", "asymmetric" if old else "half_pixel")
    middles = where in ("half_pixel", "pytorch_half_pixel")
    floors = where == "asymmetric" and (old or asked.get("nearest_mode") == "floor")
    repeats = mode == "nearest" and (
        floors or (middles and asked.get("nearest_mode", "round_prefer_floor") in _ROUND)
    )
    if not repeats and not (mode == "linear" and middles):
        return None
    by = tuple(int(n) for n in scales[2:])
    return asked.layer("upsample", mode="nearest" if repeats else "bilinear", by=by)


_ROUND = ("round_prefer_floor", "round_prefer_ceil")

# --- numbers, each by itself or with its like ---------------------------------------------


def _act(asked: Asked, *, name: str, **defaults: Any) -> Made | None:
    options = {key: asked.get(key, usual) for key, usual in defaults.items()}
    if name == "softmax":
        first, rank = 1 if asked.graph.opset < 13 else -1, asked.x.rank
        axis = asked.x.axes[asked.get("axis", first) % len(asked.x.axes)]
        if not isinstance(axis, int) or (asked.graph.opset < 13 and axis != rank - 1):
            return None
        options = {"axis": axis - rank}  # from the last, before which samples may stand
    return asked.layer("act", name=name, **options)


def _norm(asked: Asked, *, kind: str) -> Made | None:
    arrays = [asked.array(at) for at in (1, 2, 3, 4)[: 4 if kind == "batch" else 2]]
    spread = len([name for name in asked.node.outputs if name]) > 1
    gamma = arrays[0]
    if spread or gamma is None or any(map(asked.varies, (2, 3, 4))):
        return None
    if asked.get("training_mode") or asked.x.axes[0] != SAMPLES or UNIT in asked.x.axes:
        return None
    options: dict[str, Any] = dict(zip(("gamma", "beta", "mean", "var"), arrays, strict=False))
    options["eps"] = asked.get("epsilon", 1e-5)
    if kind == "layer":
        axis = asked.get("axis", -1) % len(asked.x.axes)
        return asked.layer("norm", kind=kind, axis=axis - 1, **options)
    options["dims"] = len(asked.x.axes) - 2
    if kind == "group":
        groups = asked.get("num_groups") or len(gamma)
        channels = asked.sizes(asked.node.inputs[0])[1:2]
        if channels[:1] != (len(gamma),):  # until opset 20 a group has one of each
            return None
        options["groups"] = groups
    return asked.layer("norm", kind=kind, **options)


# --- matrices -----------------------------------------------------------------------------


def _gemm(asked: Asked) -> Made | None:
    weight, bias = asked.array(1), asked.array(2)
    if weight is None or asked.varies(2) or asked.get("transA"):
        return None
    scale, moved = asked.get("alpha", 1.0), asked.get("beta", 1.0)
    weight = weight if asked.get("transB") else weight.T
    return _dense(asked, weight if scale == 1 else weight * scale, bias, moved)


def _dense(asked: Asked, weight: np.ndarray, bias: Any, moved: float = 1.0) -> Made | None:
    last = asked.x.axes[-1:] == (asked.x.rank - 1,)
    if not last or asked.x.rank > 2 or weight.ndim != 2:
        return None
    if bias is not None:
        bias = bias.reshape(-1) if bias.size in (1, len(weight)) else None
        if bias is None:
            return None
        bias = np.broadcast_to(bias if moved == 1 else bias * moved, len(weight))
    return asked.layer("dense", weight=weight, bias=bias)


def _matmul(asked: Asked) -> Made | None:
    """A product by a constant matrix; with what is added to it alone, as its bias."""
    weight = asked.array(1)
    if weight is None or weight.ndim != 2:
        return None
    after, bias = asked.follows, None
    if after is not None and after.op == "Add":
        arrays = [asked.graph.arrays.get(name) for name in after.inputs]
        bias = next((array for array in arrays if array is not None), None)
        if bias is not None and (bias.size != weight.shape[1] or bias.shape[-1:] != (bias.size,)):
            bias = None
    made = _dense(asked, weight.T, bias)
    if made is not None and bias is not None and after is not None:
        return made._replace(fuses=after.outputs[0])
    return made


def _embed(asked: Asked) -> Made | None:
    """Rows of a constant table; of a recurrent net the last time alone."""
    table, axis = asked.array(0), asked.get("axis", 0)
    if table is not None and table.ndim == 2 and axis == 0 and "embed" in ops.names():
        return asked.layer("embed", (*asked.x.axes, asked.x.rank), weight=table)
    return last_time(asked) if table is None else None


# --- branches -----------------------------------------------------------------------------


def _join(asked: Asked, *, op: str) -> Made | None:
    given, axes = asked.given, asked.x.axes
    if len(given) != len(asked.node.inputs) or any(v.axes != axes for v in given):
        return None
    if op == "concat":
        rank = asked.x.rank
        joined = rank - 1 if rank < 3 and not asked.slides else max(0, rank - 3)
        if axes[asked.get("axis", 0) % len(axes)] != joined:
            return None
    return Made(JOINS[op], JoinOptions(maps=asked.slides), axes, takes=len(given))


# --- the same value seen otherwise ------------------------------------------------------------


def _same(asked: Asked) -> Made | None:
    train = asked.array(2)
    if asked.node.op == "Dropout" and train is not None and train.any():
        return None
    return asked.view(asked.x.axes)


def _transpose(asked: Asked) -> Made | None:
    axes = asked.x.axes
    return asked.view(tuple(axes[at] for at in asked.get("perm", [*range(len(axes))][::-1])))


def _squeeze(asked: Asked) -> Made | None:
    axes, given = asked.x.axes, asked.array(1)
    which = given.tolist() if given is not None else asked.get("axes")
    if which is None:
        return None
    gone = {at % len(axes) for at in which}
    if any(isinstance(axes[at], int) or axes[at] == WAYS for at in gone):
        return None
    return asked.view(tuple(axis for at, axis in enumerate(axes) if at not in gone))


def _unsqueeze(asked: Asked) -> Made | None:
    axes, given = [*asked.x.axes], asked.array(1)
    which = given.tolist() if given is not None else asked.get("axes", [])
    rank = len(axes) + len(which)
    for at in sorted(at % rank for at in which):
        axes.insert(at, UNIT)
    return asked.view(tuple(axes))


def _flatten(asked: Asked) -> Made | None:
    if asked.get("axis", 1) % len(asked.x.axes) != 1 or asked.x.axes[0] != SAMPLES:
        return None
    return _to_vector(asked, (SAMPLES, 0))


def _to_vector(asked: Asked, axes: Axes) -> Made | None:
    return asked.view(axes) if asked.x.rank == 1 else asked.layer("flatten", axes)


def _reshape(asked: Asked) -> Made | None:
    """A vector of a sample, or the same axes among others of one cell."""
    before, after = asked.sizes(asked.node.inputs[0]), asked.sizes(asked.node.outputs[0])
    target = asked.array(1)
    wanted = target.tolist() if target is not None else [-2 if d is None else d for d in after]
    axes = _seen(asked.x, before, after, wanted)
    if axes is not None and (made := asked.view(axes)) is not None:
        return made
    if asked.x.axes[:1] == (SAMPLES,) and len(wanted) == 2:
        known = None not in before[1:]
        rest = prod(d for d in before[1:] if d is not None)
        if (wanted[1] == -1 and wanted[0] in (0, 1)) or (known and wanted[1] == rest):
            return _to_vector(asked, (SAMPLES, 0))
    if wanted == [-1] and SAMPLES in asked.x.axes:
        return _to_vector(asked, (0,))
    return None


def _seen(x: Value, before: Dims, after: Dims, wanted: list[int]) -> Axes | None:
    """The axes after a reshape that takes in, or makes, none but axes of one cell."""
    if len(before) != len(x.axes) or len(after or wanted) != len(wanted):
        return None
    left = [(a, d) for a, d in zip(x.axes, before, strict=True) if a != UNIT]
    found: list[int | str] = []
    for at, size in enumerate(after or wanted):
        if left and left[0][0] == WAYS and len(left) > 1:
            merged = left[1][1]
            if merged is not None and size == 2 * merged:
                found.append(left[1][0])
                left = left[2:]
                continue
        same = left and (left[0][1] == size or (wanted[at] == 0 and before[at] == left[0][1]))
        if left and (same or (left[0][0] == SAMPLES and wanted[at] in (-1, 1))):
            found.append(left.pop(0)[0])
        elif size == 1:
            found.append(UNIT)
        else:
            return None
    return tuple(found) if not left else None


LAYERS: Mapping[str, Callable[[Asked], Made | None]] = {
    "Conv": _conv,
    "ConvTranspose": partial(_conv, transpose=True),
    "MaxPool": partial(_pool, kind="max"),
    "AveragePool": partial(_pool, kind="avg"),
    "LpPool": partial(_pool, kind="lp"),
    "GlobalMaxPool": partial(_pool, kind="max", whole=True),
    "GlobalAveragePool": partial(_pool, kind="avg", whole=True),
    "GlobalLpPool": partial(_pool, kind="lp", whole=True),
    "Resize": _resize,
    "Upsample": _resize,
    "Relu": partial(_act, name="relu"),
    "LeakyRelu": partial(_act, name="leaky-relu", alpha=0.01),
    "Elu": partial(_act, name="elu", alpha=1.0),
    "Gelu": partial(_act, name="gelu", approximate="none"),
    "Sigmoid": partial(_act, name="sigmoid"),
    "HardSigmoid": partial(_act, name="hard-sigmoid", alpha=0.2, beta=0.5),
    "Tanh": partial(_act, name="tanh"),
    "Softmax": partial(_act, name="softmax"),
    "BatchNormalization": partial(_norm, kind="batch"),
    "LayerNormalization": partial(_norm, kind="layer"),
    "GroupNormalization": partial(_norm, kind="group"),
    "InstanceNormalization": partial(_norm, kind="group"),
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Gather": _embed,
    "Add": partial(_join, op="add"),
    "Sum": partial(_join, op="add"),
    "Concat": partial(_join, op="concat"),
    "Identity": _same,
    "Dropout": _same,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "RNN": recurrent,
    "LSTM": recurrent,
    "GRU": recurrent,
}
