"""How time and memory grow with the work, and what is needed beyond what is given and returned."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from bench.core import numbers
from bench.measure import environment, take_turns

import nnviz
from nnviz.core import recurrent
from nnviz.core.activations import activate
from nnviz.core.conv import conv
from nnviz.core.dense import dense
from nnviz.core.pool import max_indices, pool
from nnviz.core.transpose import conv_transpose
from nnviz.shapes import Axis, TransposedAxis

Array = np.ndarray[Any, Any]
Make = Callable[[int], Callable[[], Any]]
"""Makes the arrays for so much work, and what works on them."""
DOUBLINGS = 6


def square(pixels: int, kernel: int, stride: int = 1) -> list[Axis]:
    rows = round(pixels**0.5)
    return [Axis(n, kernel, stride) for n in (rows, pixels // rows)]


def picture(pixels: int, dtype: str = "f4") -> Array:
    return numbers(1, 1, *(axis.size for axis in square(pixels, 1)), dtype=dtype)


def convolved(pixels: int, kernel: int, dtype: str = "f4") -> Callable[[], Any]:
    x, w = picture(pixels, dtype), numbers(1, 1, kernel, kernel)
    w = np.rint(3 * w).astype(np.int64) if dtype == "u1" else w
    return lambda: conv(x, w, None, square(pixels, kernel))


def pooled(pixels: int, what: Callable[..., Any], **options: Any) -> Callable[[], Any]:
    x = picture(pixels)
    return lambda: what(x, square(pixels, 3, 2), **options)


def spread(pixels: int) -> Callable[[], Any]:
    x, w = picture(pixels // 4), numbers(1, 1, 4, 4)
    axes = [TransposedAxis(n, 4, 2) for n in x.shape[2:]]
    return lambda: conv_transpose(x, w, None, axes)


def applied(count: int, name: str) -> Callable[[], Any]:
    x = numbers(count // 500, 500)
    return lambda: activate(x, name)


def connected(rows: int) -> Callable[[], Any]:
    x, w = numbers(rows, 256), numbers(256, 256)
    return lambda: dense(x, w, None)


def remembered(times: int, cell: str) -> Callable[[], Any]:
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * 32
    x, b, h = numbers(times, 16), numbers(gates), numbers(32)
    more = {"rnn": [b, h], "lstm": [b, h, h], "gru": [b, b, h]}[cell]
    run, wx, wh = getattr(recurrent, cell), numbers(gates, 16), numbers(gates, 32)
    return lambda: run(x, wx, wh, *more)


def called(what: Callable[..., Any], *given: Any, **options: Any) -> Callable[[int], Any]:
    """A whole call of Python's on a square of so many pixels: its checks and copies too."""

    def make(pixels: int) -> Callable[[], Any]:
        x = picture(pixels)[0]
        return lambda: what(x, *given, **options).output

    return make


def looked_up(count: int) -> Callable[[], Any]:
    rows, table = np.arange(count) % 1000, numbers(1000, 32)
    return lambda: nnviz.embed(rows, table).output


LAYERS = "conv --filters 4 --size 3 --pad 1 | relu | pool -k 2"


def one_step(pixels: int) -> Callable[[], Any]:
    steps = nnviz.conv(picture(pixels), numbers(1, 1, 3, 3)).steps
    return lambda: steps[len(steps) // 2].formula


GROWING: Mapping[str, tuple[int, Make]] = {
    "conv 3×3, pixels": (2**18, lambda n: convolved(n, 3)),
    "conv 11×11, pixels": (2**18, lambda n: convolved(n, 11)),
    "conv whole numbers, pixels": (2**17, lambda n: convolved(n, 3, "u1")),
    "conv 1 MP, cells of the kernel": (4, lambda n: convolved(2**20, round(n**0.5))),
    "transposed 4×4, pixels": (2**17, spread),
    "max 3×3, pixels": (2**18, lambda n: pooled(n, pool, kind="max")),
    "max 3×3 with indices, pixels": (2**15, lambda n: pooled(n, max_indices)),
    "average 3×3, pixels": (2**18, lambda n: pooled(n, pool, kind="avg")),
    "L2 3×3, pixels": (2**17, lambda n: pooled(n, pool, kind="lp")),
    **{
        f"{name}, numbers": (2**17, lambda n, name=name: applied(n, name))  # type: ignore[misc]
        for name in ("relu", "sigmoid", "gelu", "softmax")
    },
    "dense, rows": (2**8, connected),
    **{
        f"{cell}, times": (2**6, lambda n, cell=cell: remembered(n, cell))  # type: ignore[misc]
        for cell in ("rnn", "lstm", "gru")
    },
    **{
        f"{name}, pixels": (2**15, called(what, *given, **options))
        for name, what, given, options in (
            ("layer norm", nnviz.norm, ("layer",), {}),
            ("batch norm", nnviz.norm, ("batch",), {"train": True}),
            ("nearest, twice as large", nnviz.upsample, ("nearest",), {}),
            ("bilinear, twice as large", nnviz.upsample, ("bilinear",), {}),
            ("dropout", nnviz.dropout, (0.5,), {"train": True}),
            ("flatten", nnviz.flatten, (), {}),
            ("net of conv, relu and pool", lambda x: nnviz.net(LAYERS, x), (), {}),
        )
    },
    "embed, numbers": (2**12, looked_up),
    "a step of a map, pixels": (2**15, one_step),
}


def growth() -> None:
    """Markdown: the processor's milliseconds, and MiB, as work doubles; exponents that fit them."""
    print("\n| work | from | ms, as it doubles | exponent | MiB, first and last | exponent |")
    print("|---|---|---|---|---|---|")
    for name, (first, make) in GROWING.items():
        works = [first * 2**k for k in range(DOUBLINGS + 1)]
        calls = [make(work) for work in works]
        seconds, sizes = [best(call) for call in calls], [peak(call) for call in calls]
        shown = " ".join(f"{s * 1e3:.3g}" for s in seconds)
        print(
            f"| {name} | {first} | {shown} | {exponent(works, seconds):.2f} "
            f"| {sizes[0] / 2**20:.2f}, {sizes[-1] / 2**20:.1f} | {exponent(works, sizes):.2f} |",
            flush=True,
        )


def exponent(works: list[int], costs: list[float]) -> float:
    """The slope of log cost by log work."""
    return statistics.linear_regression(np.log(works), np.log(costs)).slope


def best(call: Callable[[], Any]) -> float:
    """The processor's seconds of all threads, which other programs hardly change."""
    return min(take_turns({"nnviz": call}, 0, time.process_time)["nnviz"])


def peak(call: Callable[[], Any]) -> float:
    """Bytes held at once at most, what is returned counted."""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


LARGE: Mapping[str, Make] = {
    "conv 3×3, float32": lambda n: convolved(n, 3),
    "conv 3×3, bytes": lambda n: convolved(n, 3, "u1"),
    "conv 11×11, float32": lambda n: convolved(n, 11),
    "conv 31×31, float32": lambda n: convolved(n, 31),
    "transposed 4×4, stride 2": spread,
    "max 3×3, stride 2": lambda n: pooled(n, pool, kind="max"),
    "max 3×3, stride 2, its indices": lambda n: pooled(n, max_indices),
    "average 3×3, stride 2": lambda n: pooled(n, pool, kind="avg"),
    "L2 3×3, stride 2": lambda n: pooled(n, pool, kind="lp"),
    "gelu": lambda n: applied(n, "gelu"),
    "softmax": lambda n: applied(n, "softmax"),
}


def memory() -> None:
    """Markdown: what 100 megapixels need beyond what is given and returned."""
    gigapixel()  # first: what a process is said to hold at most begins with its parent's
    print("\n| 100 megapixels | MiB beyond input and output (goal 128) |\n|---|---|")
    for name, make in LARGE.items():
        call = make(10**8)
        tracemalloc.start()
        made = call().nbytes
        more = tracemalloc.get_traced_memory()[1] - made
        tracemalloc.stop()
        print(f"| {name} | {more / 2**20:.1f} |", flush=True)


SIDE = 2**15
COMMANDS: Mapping[str, tuple[str, int]] = {
    "conv 3×3": ("conv x.pgm -k sobel-x -f none", 8 * (SIDE - 2) ** 2),
    "conv 3×3, stride 3, to .npy": (
        "conv x.pgm -k sobel-x --stride 3 -o y.npy",
        8 * (SIDE // 3) ** 2,
    ),
    "max 8×8, to .npy": ("pool x.pgm -k 8 -o y.npy", (SIDE // 8) ** 2),
    "its figure": ("show x.pgm -o y.png", 0),
}


def gigapixel() -> None:
    """Markdown: what the whole program needs beyond a picture of grey and what is made of it."""
    print("\n| a gigapixel PGM | MiB beyond input and output, Python's own too |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        with Path(folder, "x.pgm").open("wb") as file:
            file.write(f"P5 {SIDE} {SIDE} 255\n".encode())
            file.truncate(SIDE**2 + file.tell())
        for name, (words, made) in COMMANDS.items():
            command = [sys.executable, "-m", "nnviz", *words.split(), "-q"]
            process = subprocess.Popen(command, cwd=folder, env=environment())
            _, status, used = os.wait4(process.pid, 0)
            assert status == 0, words
            unit = 1 if sys.platform == "darwin" else 2**10
            more = used.ru_maxrss * unit - SIDE**2 - made
            print(f"| {name} | {more / 2**20:.0f} |", flush=True)
