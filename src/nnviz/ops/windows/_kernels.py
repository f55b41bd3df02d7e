"""The weights of a convolution: presets, random filters, and the plan of their shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nnviz.errors import NnvizError, UsageError
from nnviz.options import kinds
from nnviz.options.operation import Values
from nnviz.shapes import Axis, check_axes, times, window_axes
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

PRESETS: Mapping[str, str] = {
    "identity": "0 0 0; 0 1 0; 0 0 0",
    "edge": "-1 -1 -1; -1 8 -1; -1 -1 -1",
    "laplacian": "0 1 0; 1 -4 1; 0 1 0",
    "sharpen": "0 -1 0; -1 5 -1; 0 -1 0",
    "box": "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9",
    "gaussian": "1/16 2/16 1/16; 2/16 4/16 2/16; 1/16 2/16 1/16",
    "sobel-x": "-1 0 1; -2 0 2; -1 0 1",
    "sobel-y": "-1 -2 -1; 0 0 0; 1 2 1",
    "emboss": "-2 -1 0; -1 1 1; 0 1 2",
}
DEFAULT = "edge"


class Plan(NamedTuple):
    """The shapes of a convolution: a plan of integers, made without an array."""

    dims: int
    channels: int
    weight: tuple[int, ...]
    """(F, C/groups, *kernel)"""
    groups: int
    axes: tuple[Axis, ...]
    shared: bool
    """One plain kernel serves every channel."""

    @property
    def filters(self) -> int:
        return self.weight[0]

    @property
    def out(self) -> tuple[int, ...]:
        return tuple(axis.out for axis in self.axes)


class Shaped(Protocol):
    """What weights and biases are made for: this plan, or that of a transposed one."""

    @property
    def dims(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def weight(self) -> tuple[int, ...]: ...
    @property
    def filters(self) -> int: ...


def given_shape(values: Values) -> tuple[int, ...] | None:
    """The shape of a kernel that was given; None where it is drawn at random."""
    kernel = values["kernel"]
    random = values["filters"] is not None or values["size"] is not None
    if kernel is not None and random:
        flag = "--filters" if values["filters"] is not None else "--size"
        raise UsageError("--kernel and {flag} both say what the filters are", flag=flag)
    if random:
        return None
    if kernel is None or isinstance(kernel, str):
        return (3, 3)
    shape: tuple[int, ...] = kernel.shape
    return shape or (1,) * (values["dims"] or 2)


def dims_of(shape: tuple[int, ...] | None, values: Values) -> int:
    if values["dims"] is not None:
        return int(values["dims"])
    if shape is None:
        return min(3, max(2, len(values["size"] or ())))
    return {1: 1, 5: 3}.get(len(shape), 2)


def make_plan(x: tuple[int, ...], values: Values) -> Plan:
    """Plan over an input of shape (C, *spatial)."""
    shape = given_shape(values)
    dims = len(x) - 1
    groups = x[0] if values["depthwise"] else values["groups"]
    weight = _weight_shape(shape, x[0], groups, dims, values)
    axes = window_axes(
        x[1:],
        weight[2:],
        stride=kinds.each_axis(values["stride"], dims, "--stride"),
        dilation=kinds.each_axis(values["dilation"], dims, "--dilation"),
        padding=kinds.each_pair(values["padding"], dims, "--pad"),
    )
    check_axes(axes, values["padding_mode"])
    shared = shape is not None and len(shape) == dims and x[0] > 1 and groups == 1
    return Plan(dims, x[0], weight, groups, axes, shared)


def _weight_shape(
    shape: tuple[int, ...] | None, channels: int, groups: int, dims: int, values: Values
) -> tuple[int, ...]:
    """(F, C/groups, *kernel), checked against the channels and groups."""
    if channels % groups:
        raise NnvizError(
            "{channels} input channels cannot be split into {groups} groups",
            channels=channels,
            groups=groups,
            hint=Words("--groups must divide {channels}", channels=channels),
        )
    each = channels // groups
    if shape is None:
        size = kinds.each_axis(values["size"] or (3,), dims, "--size")
        filters = values["filters"] or (channels if values["depthwise"] else 1)
        weight = (filters, each, *size)
    elif len(shape) == dims:
        weight = (groups, each, *shape)
    elif len(shape) == dims + 1:
        weight = (shape[0], 1, *shape[1:]) if values["depthwise"] else (1, *shape)
    elif len(shape) == dims + 2:
        weight = shape
    else:
        raise NnvizError(
            "the kernel {kernel} has {n} axes, but a {dims}-D convolution takes {least} to {most}",
            kernel=times(shape),
            n=len(shape),
            dims=dims,
            least=dims,
            most=dims + 2,
            hint="--dims says over how many axes the kernel slides",
        )
    return _checked(weight, channels, groups)


def _checked(weight: tuple[int, ...], channels: int, groups: int) -> tuple[int, ...]:
    if weight[1] != channels // groups:
        raise NnvizError(
            "the kernel has {kernel} channels, but the input has {input}"
            if groups == 1
            else "the kernel has {kernel} channels, but each of {groups} groups has {each}",
            kernel=weight[1],
            input=channels,
            groups=groups,
            each=channels // groups,
            hint="a kernel of H×W is used for every channel; C×H×W has one for each",
        )
    if weight[0] % groups:
        raise NnvizError(
            "{filters} filters cannot be split into {groups} groups",
            filters=weight[0],
            groups=groups,
        )
    return weight


def _preset(name: str) -> np.ndarray:
    """The numbers of a preset: whole ones whole, else float64."""
    from fractions import Fraction

    import numpy as np

    rows = [[Fraction(cell) for cell in row.split()] for row in PRESETS[name].split(";")]
    whole = all(cell.denominator == 1 for row in rows for cell in row)
    return np.array([[int(c) if whole else float(c) for c in row] for row in rows])


def weights_of(plan: Shaped, values: Values) -> tuple[np.ndarray, np.ndarray]:
    """The kernel to show, as given or drawn, and the same as (F, C/groups, *kernel)."""
    import numpy as np

    kernel = values["kernel"]
    if given_shape(values) is None:
        rng = np.random.default_rng(values["seed"])
        made = rng.integers(-2, 3, plan.weight)
        plain = plan.channels == 1 and plan.filters == 1
        return (made[0, 0] if plain else made), made
    if kernel is None or isinstance(kernel, str):
        kernel = _preset(kernel or DEFAULT)
    if kernel.ndim == 0:
        kernel = kernel.reshape((1,) * plan.dims)
    if kernel.ndim == plan.dims:
        return kernel, np.broadcast_to(kernel, plan.weight)
    return kernel, kernel.reshape(plan.weight)


def bias_of(plan: Shaped, values: Values) -> np.ndarray | None:
    """(F,) or None."""
    import numpy as np

    bias = values["bias"]
    if values["no_bias"]:
        if bias is not None:
            raise UsageError("--bias and --no-bias contradict each other")
        return None
    if bias is None:
        if given_shape(values) is not None:
            return None
        rng = np.random.default_rng([values["seed"], 1])
        return rng.integers(-2, 3, plan.filters)
    if bias.size not in (1, plan.filters) or bias.ndim > 1:
        raise NnvizError(
            "--bias has {n} numbers, but there are {filters} filters",
            n=times(bias.shape),
            filters=plan.filters,
            hint="give one number, or one per filter",
        )
    return np.broadcast_to(bias.reshape(-1), (plan.filters,))


def shown_shape(out: tuple[int, ...], rank: int, dims: int) -> tuple[int, ...]:
    """As many axes as the input; a plain matrix with several filters gains a channel axis."""
    if rank == dims + 2:
        return out
    return out[1:] if rank == dims + 1 or out[1] > 1 else out[2:]


def activated(pre: np.ndarray, values: Values) -> np.ndarray:
    """The sums through --act, where there is one."""
    if values["act"] is None:
        return pre
    from nnviz.core.activations import activate

    return activate(pre, values["act"])


def list_kernels(values: Values) -> str | None:
    """The presets with their numbers, if --list-kernels asks for them."""
    if not values["list_kernels"]:
        return None
    blocks = []
    for name, rows in PRESETS.items():
        width = max(len(cell) for cell in rows.replace(";", " ").split())
        lines = [" ".join(cell.rjust(width) for cell in row.split()) for row in rows.split(";")]
        mark = "  (default)" if name == DEFAULT else ""
        blocks.append("\n".join([name + mark, *("  " + line for line in lines)]))
    return "\n\n".join(blocks)
