"""What PyTorch answers to a call of nnviz: the same options, put in PyTorch's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

Arrays = dict[str, Any]


def answer(call: str, args: list[Any], options: dict[str, Any]) -> Arrays:
    """Every array that PyTorch gives for `nnviz.call(*args, **options)`, by nnviz's names."""
    with torch.no_grad():
        made: Arrays = ANSWERS[call](*args, **options)
    return {name: array.detach().numpy() for name, array in made.items()}


def _tensor(values: Any) -> Any:
    return None if values is None else torch.as_tensor(values, dtype=_dtype(values))


def _dtype(values: Any) -> Any:
    """Whole numbers whole, other numbers in float64; an array as it is."""
    if hasattr(values, "dtype"):
        return None
    while isinstance(values, (list, tuple)):
        values = next((v for v in values if isinstance(v, (list, tuple, float))), values[0])
    return torch.float64 if isinstance(values, float) else torch.int64


def _batched(x: Any, dims: int) -> Any:
    return x.reshape((1,) * (dims + 2 - x.ndim) + tuple(x.shape))


def _of(name: str, dims: int) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(functional, f"{name}{dims}d")
    return function


def _each(value: Any, dims: int) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value] * dims


def _pads(padding: Any, dims: int) -> list[tuple[int, int]]:
    """(before, after) of each axis."""
    return [tuple(p) if isinstance(p, (list, tuple)) else (p, p) for p in _each(padding, dims)]


def _padded(x: Any, padding: Any, dims: int, mode: str = "zeros", value: float = 0) -> Any:
    flat = [end for pair in reversed(_pads(padding, dims)) for end in pair]
    if mode == "zeros":
        return functional.pad(x, flat, value=value)
    return functional.pad(x, flat, mode=mode)


def _conv(
    x: Any,
    w: Any,
    b: Any = None,
    *,
    padding: Any = 0,
    padding_mode: str = "zeros",
    dims: int | None = None,
    **options: Any,
) -> Arrays:
    x, w, b = map(_tensor, (x, w, b))
    n = w.ndim - 2
    assert dims in (None, n)
    full = _batched(x, n)
    if not isinstance(padding, str):
        full, padding = _padded(full, padding, n, padding_mode), 0
    made = _of("conv", n)(full, w, b, padding=padding, **options)
    return {"output": made.reshape(made.shape[made.ndim - x.ndim :])}


def _conv_transpose(
    x: Any, w: Any, b: Any = None, *, dims: int | None = None, **options: Any
) -> Arrays:
    x, w, b = map(_tensor, (x, w, b))
    assert dims in (None, w.ndim - 2)
    return {"output": _of("conv_transpose", w.ndim - 2)(x, w, b, **options)}


def _pool(
    x: Any,
    kernel: Any = None,
    *,
    kind: str = "max",
    padding: Any = 0,
    adaptive: Any = None,
    dims: int = 2,
    p: float = 2,
    **options: Any,
) -> Arrays:
    x = _tensor(x)
    if adaptive is not None:
        if kind == "avg":
            return {"output": _of("adaptive_avg_pool", dims)(x, adaptive)}
        made = _of("adaptive_max_pool", dims)(x, adaptive, return_indices=True)
        return dict(zip(("output", "indices"), made, strict=True))
    kernel = list(x.shape[-dims:]) if kernel is None else kernel
    if kind == "avg":
        options.setdefault("count_include_pad", True)
        return {"output": _of("avg_pool", dims)(x, kernel, padding=padding, **options)}
    if kind == "lp":
        assert padding == 0
        kernel = kernel[0] if dims == 1 and isinstance(kernel, list) else kernel
        return {"output": _of("lp_pool", dims)(x, p, kernel, **options)}
    made = _of("max_pool", dims)(x, kernel, padding=padding, return_indices=True, **options)
    return dict(zip(("output", "indices"), made, strict=True))


def _rnn(
    x: Any,
    weights: dict[str, Any],
    *,
    cell: str = "rnn",
    h0: Any = None,
    c0: Any = None,
    activation: str = "tanh",
) -> Arrays:
    x = _tensor(x)
    dtype = torch.float32 if x.dtype == torch.float32 else torch.float64
    named = {name: _tensor(w) for name, w in weights.items()}
    options: dict[str, Any] = {"nonlinearity": activation} if cell == "rnn" else {}
    net = getattr(nn, {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[cell])(
        named["weight_ih_l0"].shape[1],
        named["weight_hh_l0"].shape[1],
        num_layers=sum(name.startswith("weight_ih_l") and "rev" not in name for name in named),
        bidirectional="weight_ih_l0_reverse" in named,
        bias="bias_ih_l0" in named,
        dtype=dtype,
        **options,
    )
    shape = (net.num_layers * (1 + net.bidirectional), net.hidden_size)
    zeros = torch.zeros(shape, dtype=dtype)
    h, c = (zeros if s is None else _tensor(s).to(dtype).reshape(shape) for s in (h0, c0))
    if cell == "lstm":
        output, (h_n, c_n) = torch.func.functional_call(net, named, (x.to(dtype), (h, c)))
        return {"output": output, "h_n": h_n, "c_n": c_n}
    output, h_n = torch.func.functional_call(net, named, (x.to(dtype), h))
    return {"output": output, "h_n": h_n}


_ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "relu": functional.relu,
    "leaky-relu": lambda x, alpha=0.01: functional.leaky_relu(x, alpha),
    "elu": lambda x, alpha=1.0: functional.elu(x, alpha),
    "gelu": lambda x, approximate="none": functional.gelu(x, approximate=approximate),
    "sigmoid": torch.sigmoid,
    # PyTorch has one slope, 1/6; ONNX's default is 0.2.
    "hard-sigmoid": lambda x, alpha: functional.hardsigmoid(x) if alpha == 1 / 6 else None,
    "tanh": torch.tanh,
    "softmax": lambda x, axis=-1: torch.softmax(x, axis),
}


def _act(x: Any, name: str, **options: Any) -> Arrays:
    return {"output": _ACTIVATIONS[name](_tensor(x), **options)}


def _dense(x: Any, w: Any, b: Any = None) -> Arrays:
    return {"output": functional.linear(*map(_tensor, (x, w, b)))}


def _flatten(x: Any, *, axis: int = 0) -> Arrays:
    x = _tensor(x)
    if axis == 0:
        return {"output": torch.flatten(x)}
    return {"output": torch.flatten(torch.flatten(x, 0, axis - 1), 1)}


ANSWERS: dict[str, Callable[..., Arrays]] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "pool": _pool,
    "rnn": _rnn,
    "act": _act,
    "dense": _dense,
    "flatten": _flatten,
}
