"""What layers share: counts from shapes alone, the type that is computed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from nnviz.axes import MAP_AXES, index_names
from nnviz.errors import NnvizError
from nnviz.libraries import np
from nnviz.plans import WindowPlan
from nnviz.records import NamedTuple
from nnviz.shapes import times
from nnviz.trace import Place
from nnviz.words import Words


class Layer(NamedTuple):
    """A layer as it is counted: shapes, parameters with their derivation, MACs."""

    output: tuple[int, ...]
    formula: str = ""
    weights: int | None = 0
    """None, here and of what follows: not known."""
    biases: int | None = 0
    macs: int | None = 0
    plan: WindowPlan[Any] | None = None
    """Its windows, for the receptive field."""
    everywhere: tuple[int, ...] | None = ()
    """The axes, from the last (−1), along which every output sees all of the input; None where
    what it sees is not told by axes.
    """
    mlp: tuple[int, int] | None = None
    """Inputs and outputs of the dense layer that would make the same map."""
    notes: tuple[Words, ...] = ()
    """What a reader of the counts should be told."""
    name: Words | str = ""
    """What it is called among layers, as in `Trace.short`."""
    kept: int = 0
    """Numbers that it has and does not learn: running means and variances."""
    like: Mapping[str, Layer] = {}
    """The same as a framework counts it, where that is otherwise."""
    learned: Mapping[str, tuple[int, ...]] = {}
    """The shapes of the arrays that a file of weights may fill, by name: what no option gives."""

    @property
    def params(self) -> int | None:
        if self.weights is None or self.biases is None:
            return None
        return self.weights + self.biases + self.kept


def detailed(name: Words | str, details: Iterable[Words | str]) -> Words | str:
    """A layer's short name with more about it: conv 3×3, 64, stride 2."""
    for more in details:
        name = Words("{name}, {more}", name=name, more=more)
    return name


def places(rank: int, dims: int = 2, before: tuple[str, ...] = MAP_AXES) -> tuple[Place, ...]:
    """What the axes of a map of `rank` axes are called, of which the last `dims` are space."""
    return tuple(Place(Words(name)) for name in index_names(rank, dims, before))


def channels_first(shape: Sequence[int], dims: int, op: str) -> tuple[int, ...]:
    """A shape as (C, *spatial): a plain map has one channel."""
    if len(shape) == dims:
        return (1, *shape)
    if len(shape) == dims + 1:
        return tuple(shape)
    raise NnvizError(
        "{op} cannot take an input of shape {shape}: it wants {n} or {more} axes",
        op=op,
        shape=times(shape),
        n=dims,
        more=dims + 1,
    )


def float_name(x: np.ndarray, *weights: np.ndarray | None) -> Literal["float32", "float64"]:
    """What is computed in where not all numbers are whole.

    float32 for what is so already, and for pictures where it can hold every weight and
    what comes of them.
    """
    if x.dtype == "float32":
        return "float32"
    return "float32" if x.dtype.name in ("uint8", "uint16") and _fit(x, weights) else "float64"


def _fit(x: np.ndarray, weights: Iterable[np.ndarray | None]) -> bool:
    """Whether sums of x by weights are neither too large nor too small for float32."""
    limits, largest = np.finfo(np.float32), float(np.iinfo(x.dtype).max)
    for w in weights:
        sizes = np.abs(np.asarray(0 if w is None else w, np.float64))
        if sizes.min(where=sizes > 0, initial=1) < limits.tiny:
            return False
        if not sizes.max(initial=0) < limits.max / largest / (2 * sizes.size + 1):
            return False
    return True
