"""The compute core beside PyTorch, OpenCV and SciPy on 12 megapixels, where installed."""

from __future__ import annotations

import importlib
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from bench.measure import medians, report

from nnviz.core.conv import conv
from nnviz.core.pool import Kind, pool
from nnviz.core.transpose import conv_transpose
from nnviz.shapes import AdaptiveAxis, Axis, TransposedAxis

HEIGHT, WIDTH = 3000, 4000
Array = np.ndarray[Any, Any]
Calls = dict[str, Callable[[], object]]


@dataclass(frozen=True)
class Case:
    name: str
    channels: int
    filters: int
    kernel: int = 3
    stride: int = 1
    groups: int = 1
    dtype: str = "f4"
    goal: float = 1.0


CASES = [
    Case("grey 3×3", 1, 1, goal=0.25),
    Case("grey 3×3, stride 2", 1, 1, stride=2),
    Case("RGB to 1", 3, 1),
    Case("RGB to 1, stride 2", 3, 1, stride=2),
    Case("RGB to 3", 3, 3),
    Case("RGB to 3, stride 2", 3, 3, stride=2),
    Case("RGB to 8", 3, 8),
    Case("RGB to 8, stride 2", 3, 8, stride=2),
    Case("depthwise", 3, 3, groups=3),
    Case("depthwise, stride 2", 3, 3, stride=2, groups=3),
    Case("grey 11×11", 1, 1, kernel=11),
    Case("grey bytes 3×3", 1, 1, dtype="u1"),
    Case("RGB bytes (H×W×C) to 1", 3, 1, dtype="u1"),
    Case("RGB bytes to 3, stride 2", 3, 3, stride=2, dtype="u1"),
]


def optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def convolutions(turns: int) -> None:
    torch, cv2 = optional("torch"), optional("cv2")
    signal = optional("scipy.signal")
    for case in CASES:
        x, w = arrays(case)
        axes = [Axis(n, case.kernel, case.stride) for n in x.shape[2:]]
        calls: Calls = {"nnviz": lambda: conv(x, w, None, axes, groups=case.groups)}  # noqa: B023
        if torch is not None:
            calls["PyTorch"] = torch_conv(torch, x, w, case)
        if cv2 is not None and case.channels == case.stride == 1:
            grey, kernel = x[0, 0], w[0, 0].astype("f4")
            calls["OpenCV"] = lambda: cv2.filter2D(grey, cv2.CV_32F, kernel)  # noqa: B023
        if signal is not None and case == CASES[0]:
            calls["SciPy"] = lambda: signal.correlate2d(x[0, 0], w[0, 0], "valid")  # noqa: B023
        report(f"conv {case.name}", medians(calls, turns), case.goal)


def arrays(case: Case) -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    shape = (case.filters, case.channels // case.groups, case.kernel, case.kernel)
    if case.dtype == "f4":
        x = rng.random((1, case.channels, HEIGHT, WIDTH), dtype=np.float32)
        return x, rng.random(shape, dtype=np.float32)
    photo = rng.integers(0, 256, (HEIGHT, WIDTH, case.channels), dtype=np.uint8)
    return photo.transpose(2, 0, 1)[None], rng.integers(-2, 3, shape)


def torch_conv(torch: Any, x: Array, w: Array, case: Case) -> Callable[[], object]:
    """The same layer on the same numbers; bytes as the floats PyTorch needs."""
    tensor = torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))
    weight = torch.from_numpy(w.astype(np.float32))

    def call() -> object:
        with torch.no_grad():
            return torch.nn.functional.conv2d(
                tensor, weight, stride=case.stride, groups=case.groups
            )

    return call


TRANSPOSED = [
    Case("grey 3×3", 1, 1),
    Case("grey 4×4, stride 2", 1, 1, kernel=4, stride=2),
    Case("RGB to 3, 4×4, stride 2", 3, 3, kernel=4, stride=2),
    Case("depthwise 2×2, stride 2", 3, 3, kernel=2, stride=2, groups=3),
]


def transposed(turns: int) -> None:
    """Outputs of about 12 megapixels."""
    torch = optional("torch")
    rng = np.random.default_rng(0)
    for case in TRANSPOSED:
        size = (HEIGHT // case.stride, WIDTH // case.stride)
        x = rng.random((1, case.channels, *size), dtype=np.float32)
        shape = (case.channels, case.filters // case.groups, case.kernel, case.kernel)
        w = rng.random(shape, dtype=np.float32)
        axes = [TransposedAxis(n, case.kernel, case.stride) for n in size]
        calls: Calls = {
            "nnviz": lambda: conv_transpose(x, w, None, axes, groups=case.groups)  # noqa: B023
        }
        if torch is not None:
            tensors = torch.from_numpy(x), torch.from_numpy(w)
            calls["PyTorch"] = lambda: torch.nn.functional.conv_transpose2d(
                *tensors,  # noqa: B023
                stride=case.stride,  # noqa: B023
                groups=case.groups,  # noqa: B023
            )
        report(f"transposed {case.name}", medians(calls, turns), 1.0)


def adaptive(turns: int) -> None:
    torch = optional("torch")
    x = np.random.default_rng(0).random((1, 1, HEIGHT, WIDTH), dtype=np.float32)
    for out in ((7, 7), (224, 224), (1500, 2000)):
        axes = [AdaptiveAxis(n, m) for n, m in zip(x.shape[2:], out, strict=True)]
        calls: Calls = {"nnviz": lambda: pool(x, axes, kind="avg")}  # noqa: B023
        if torch is not None:
            tensor = torch.from_numpy(x)
            calls["PyTorch"] = lambda: torch.nn.functional.adaptive_avg_pool2d(tensor, out)  # noqa: B023
        report(f"adaptive avg {out[0]}×{out[1]}", medians(calls, turns))


def pools(turns: int) -> None:
    torch = optional("torch")
    x = np.random.default_rng(0).random((1, 1, HEIGHT, WIDTH), dtype=np.float32)
    for kernel, stride in ((2, 2), (3, 2), (3, 1)):
        axes = [Axis(n, kernel, stride) for n in x.shape[2:]]
        kinds: tuple[Kind, ...] = ("max", "avg")
        for kind in kinds:
            calls: Calls = {"nnviz": pooled(x, axes, kind)}
            if torch is not None:
                function = getattr(torch.nn.functional, f"{kind}_pool2d")
                tensor = torch.from_numpy(x)
                calls["PyTorch"] = lambda: function(tensor, kernel, stride)  # noqa: B023
            report(f"pool {kind} {kernel}×{kernel}, stride {stride}", medians(calls, turns), 1.0)


def pooled(x: Array, axes: list[Axis], kind: Kind) -> Callable[[], object]:
    return lambda: pool(x, axes, kind=kind)


def memory() -> None:
    """Beyond what is given and returned, for 100 megapixels and an 11×11 kernel."""
    for name, dtype, weights in (("float32", "f4", "f4"), ("bytes", "u1", "i8")):
        x, w = np.zeros((1, 1, 10_000, 10_000), dtype), np.ones((1, 1, 11, 11), weights)
        tracemalloc.start()
        made = conv(x, w, None, [Axis(10_000, 11, before=5, after=5)] * 2)
        peak = tracemalloc.get_traced_memory()[1] - made.nbytes
        tracemalloc.stop()
        print(f"memory, 100 MP 11×11 {name:8} {peak / 2**20:6.1f} MiB   goal 128")
