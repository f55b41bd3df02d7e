"""The compute core beside PyTorch and OpenCV, where installed: float32, in turns."""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from bench.measure import Taken, take_turns

from nnviz.core import recurrent
from nnviz.core import threads as own_threads
from nnviz.core.activations import activate
from nnviz.core.conv import conv
from nnviz.core.dense import dense
from nnviz.core.pool import Kind, pool
from nnviz.core.transpose import conv_transpose
from nnviz.shapes import AdaptiveAxis, Axis, TransposedAxis

Array = np.ndarray[Any, Any]
Calls = dict[str, Callable[[], object]]
PHOTO = (3000, 4000)


class Peers(NamedTuple):
    """What else is installed here; None where it is not."""

    torch: Any
    cv2: Any


Build = Callable[[Peers], Calls]
"""Makes the arrays of a case, and the calls that do the same with them."""


def numbers(*shape: int, dtype: str = "f4") -> Array:
    rng = np.random.default_rng(0)
    if dtype == "u1":
        return rng.integers(0, 256, shape, dtype=np.uint8)
    return rng.standard_normal(shape).astype(dtype)


def layer(
    x: tuple[int, ...],
    filters: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    pad: int = 0,
    dtype: str = "f4",
) -> Build:
    """A convolution of x (N, C, H, W); of bytes with whole weights where `dtype` is u1."""

    def build(peers: Peers) -> Calls:
        a, w = numbers(*x, dtype=dtype), numbers(filters, x[1] // groups, kernel, kernel)
        w = np.rint(3 * w).astype(np.int64) if dtype == "u1" else w.astype(dtype)
        axes = [Axis(n, kernel, stride, 1, pad, pad) for n in x[2:]]
        calls: Calls = {"nnviz": lambda: conv(a, w, None, axes, groups=groups)}
        # As floats what it has no whole numbers for: exact in float64.
        floats = "f8" if dtype == "u1" else dtype
        if peers.torch:
            made = [peers.torch.from_numpy(v.astype(floats)) for v in (a, w)]
            options = {"stride": stride, "groups": groups, "padding": pad}
            calls["PyTorch"] = lambda: peers.torch.nn.functional.conv2d(*made, **options)
        if peers.cv2 and x[:2] == (1, 1) and filters == stride == 1 and dtype != "u1":
            depth = peers.cv2.CV_64F if dtype == "f8" else peers.cv2.CV_32F
            calls["OpenCV"] = lambda: peers.cv2.filter2D(a[0, 0], depth, w[0, 0])
        return calls

    return build


def exact_beside_float64(x: tuple[int, ...], kernel: int) -> Build:
    """Whole numbers, exactly, beside our own float64."""

    def build(_: Peers) -> Calls:
        whole = layer(x, 1, kernel, dtype="u1")(Peers(None, None))["nnviz"]
        return {
            "nnviz": whole,
            "float64": layer(x, 1, kernel, dtype="f8")(Peers(None, None))["nnviz"],
        }

    return build


def transposed(x: tuple[int, ...], filters: int, kernel: int, stride: int) -> Build:
    def build(peers: Peers) -> Calls:
        a, w = numbers(*x), numbers(x[1], filters, kernel, kernel)
        axes = [TransposedAxis(n, kernel, stride) for n in x[2:]]
        calls: Calls = {"nnviz": lambda: conv_transpose(a, w, None, axes)}
        if peers.torch:
            made = [peers.torch.from_numpy(v) for v in (a, w)]
            call = peers.torch.nn.functional.conv_transpose2d
            calls["PyTorch"] = lambda: call(*made, stride=stride)
        return calls

    return build


def pooled(x: tuple[int, ...], kind: Kind, kernel: int, stride: int) -> Build:
    def build(peers: Peers) -> Calls:
        a, axes = numbers(*x), [Axis(n, kernel, stride) for n in x[2:]]
        calls: Calls = {"nnviz": lambda: pool(a, axes, kind=kind)}
        if peers.torch:
            given, call = peers.torch.from_numpy(a), peers.torch.nn.functional
            call = call.max_pool2d if kind == "max" else call.avg_pool2d
            calls["PyTorch"] = lambda: call(given, kernel, stride)
        return calls

    return build


def adaptive(x: tuple[int, ...], out: tuple[int, int]) -> Build:
    def build(peers: Peers) -> Calls:
        a = numbers(*x)
        axes = [AdaptiveAxis(n, m) for n, m in zip(x[2:], out, strict=True)]
        calls: Calls = {"nnviz": lambda: pool(a, axes, kind="avg")}
        if peers.torch:
            given = peers.torch.from_numpy(a)
            calls["PyTorch"] = lambda: peers.torch.nn.functional.adaptive_avg_pool2d(given, out)
        return calls

    return build


def function(name: str, *shape: int) -> Build:
    def build(peers: Peers) -> Calls:
        a = numbers(*shape)
        calls: Calls = {"nnviz": lambda: activate(a, name)}
        if peers.torch:
            given, call = peers.torch.from_numpy(a), getattr(peers.torch.nn.functional, name)
            options = {"dim": -1} if name == "softmax" else {}
            calls["PyTorch"] = lambda: call(given, **options)
        return calls

    return build


def fully(rows: int, inputs: int, units: int) -> Build:
    def build(peers: Peers) -> Calls:
        x, w, b = numbers(rows, inputs), numbers(units, inputs), numbers(units)
        calls: Calls = {"nnviz": lambda: dense(x, w, b)}
        if peers.torch:
            made = [peers.torch.from_numpy(v) for v in (x, w, b)]
            calls["PyTorch"] = lambda: peers.torch.nn.functional.linear(*made)
        return calls

    return build


def sequence(cell: str, times: int, inputs: int, hidden: int) -> Build:
    def build(peers: Peers) -> Calls:
        gates = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * hidden
        x, b, h = numbers(times, inputs), numbers(gates), numbers(hidden)
        wx, wh = numbers(gates, inputs) / 16, numbers(gates, hidden) / 16
        more = [b, h] if cell == "rnn" else [b, h, h] if cell == "lstm" else [b, b, h]
        run = getattr(recurrent, cell)
        calls: Calls = {"nnviz": lambda: run(x, wx, wh, *more)}
        if peers.torch:
            net = getattr(peers.torch.nn, cell.upper())(inputs, hidden)
            given = peers.torch.from_numpy(x)
            calls["PyTorch"] = lambda: net(given)
        return calls

    return build


GREY, COLOUR = (1, 1, *PHOTO), (1, 3, *PHOTO)
CASES: dict[str, Build] = {
    "conv grey 12 MP, 3×3": layer(GREY, 1, 3),
    "conv grey 12 MP, 5×5": layer(GREY, 1, 5),
    "conv grey 12 MP, 31×31": layer(GREY, 1, 31),
    "conv grey 12 MP, 3×3, float64": layer(GREY, 1, 3, dtype="f8"),
    "conv grey 12 MP, 3×3, whole numbers": layer(GREY, 1, 3, dtype="u1"),
    "conv RGB to 1, 12 MP, 3×3": layer(COLOUR, 1, 3),
    "conv RGB to 8, 12 MP, 3×3": layer(COLOUR, 8, 3),
    "conv RGB to 8, 12 MP, 3×3, stride 2": layer(COLOUR, 8, 3, 2),
    "conv RGB depthwise, 12 MP, 3×3": layer(COLOUR, 3, 3, groups=3),
    "conv depthwise 64×112², 3×3": layer((1, 64, 112, 112), 64, 3, groups=64, pad=1),
    "conv 32 × 1→32 of 28², 3×3": layer((32, 1, 28, 28), 32, 3),
    "conv 3→64 of 224², 7×7, stride 2": layer((1, 3, 224, 224), 64, 7, 2, pad=3),
    "conv 64→64 of 56², 3×3": layer((1, 64, 56, 56), 64, 3, pad=1),
    "conv 64→64 of 224², 3×3": layer((1, 64, 224, 224), 64, 3, pad=1),
    "conv 256→256 of 14², 3×3": layer((1, 256, 14, 14), 256, 3, pad=1),
    "conv 256→64 of 56², 1×1": layer((1, 256, 56, 56), 64, 1),
    "transposed 64→32 of 56², 4×4, stride 2": transposed((1, 64, 56, 56), 32, 4, 2),
    "transposed RGB to 3, 3 MP, 4×4, stride 2": transposed((1, 3, 1500, 2000), 3, 4, 2),
    "max 2×2 of 64×224²": pooled((1, 64, 224, 224), "max", 2, 2),
    "max 3×3 of 12 MP, stride 2": pooled(GREY, "max", 3, 2),
    "max 3×3 of 12 MP": pooled(GREY, "max", 3, 1),
    "average 2×2 of 64×224²": pooled((1, 64, 224, 224), "avg", 2, 2),
    "average 3×3 of 12 MP, stride 2": pooled(GREY, "avg", 3, 2),
    "average 3×3 of 12 MP": pooled(GREY, "avg", 3, 1),
    "average of 12 MP to 7×7": adaptive(GREY, (7, 7)),
    "relu of 3.2 M": function("relu", 64, 224, 224),
    "sigmoid of 3.2 M": function("sigmoid", 64, 224, 224),
    "tanh of 3.2 M": function("tanh", 64, 224, 224),
    "gelu of 3.2 M": function("gelu", 64, 224, 224),
    "softmax of 3200×1000": function("softmax", 3200, 1000),
    "dense 64 × 1024→1024": fully(64, 1024, 1024),
    "rnn T 1000, 128→256": sequence("rnn", 1000, 128, 256),
    "lstm T 1000, 128→256": sequence("lstm", 1000, 128, 256),
    "gru T 1000, 128→256": sequence("gru", 1000, 128, 256),
    "whole numbers, grey 12 MP, 3×3, of our float64": exact_beside_float64(GREY, 3),
}


def optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def compare(seconds: float, some: str, threads: int) -> None:
    """A Markdown table of every case whose name has `some` in it, and what it comes to.

    With one thread it counts the processor's time, which other programs hardly change.
    """
    peers = Peers(optional("torch"), optional("cv2"))
    for name, peer in (("PyTorch", peers.torch), ("OpenCV", peers.cv2)):
        print(f"{name} {peer.__version__}" if peer else f"{name} is not installed: left out")
    if peers.torch:
        peers.torch.set_num_threads(threads)
        peers.torch.set_grad_enabled(False)
    if peers.cv2:
        peers.cv2.setNumThreads(threads)
    own_threads.MOST_THREADS = threads
    clock = time.process_time if threads == 1 else time.perf_counter
    print(f"NumPy {np.__version__}\n\n| case | ours, ms | peer | its ms | speed, of the peer's |")
    print("|---|---|---|---|---|")
    ratios: dict[str, dict[str, float]] = {}
    for name, build in CASES.items():
        if some in name:
            row(name, take_turns(build(peers), seconds, clock), ratios)
    for peer_name, found in ratios.items():
        worst = sorted(found, key=found.__getitem__)[:5]
        print(
            f"\n{len(found)} cases beside {peer_name}: geometric mean of the ratios "
            f"{statistics.geometric_mean(found.values()):.2f}; the lowest: "
            + ", ".join(f"{case} {found[case]:.2f}" for case in worst)
        )


def row(name: str, taken: Taken, ratios: dict[str, dict[str, float]]) -> None:
    """One line of the table for each peer; a ratio is the median of those of the turns."""
    ours = statistics.median(taken["nnviz"])
    if len(taken) == 1:
        print(f"| {name} | {ours * 1e3:.1f} | – | – | – |", flush=True)
    for peer, times in taken.items():
        if peer == "nnviz":
            continue
        ratio = statistics.median(b / a for a, b in zip(taken["nnviz"], times, strict=True))
        ratios.setdefault(peer, {})[name] = ratio
        theirs = statistics.median(times)
        print(
            f"| {name} | {ours * 1e3:.1f} | {peer} | {theirs * 1e3:.1f} | {ratio:.2f} |", flush=True
        )
