"""What sliding windows share: ranks, the output-size equation, cells that are not used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from nnviz.errors import NnvizError
from nnviz.ops._layer import CELL_NAMES
from nnviz.shapes import AnyAxis, Axis, times
from nnviz.trace import Call, Equation, Expr, Fact, Neg, Num, Product, Quotient, Sum
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
LAYOUTS = {
    1: "L, C×L or N×C×L",
    2: "H×W, C×H×W or N×C×H×W",
    3: "D×H×W, C×D×H×W or N×C×D×H×W",
}


def batched(x: np.ndarray, dims: int) -> np.ndarray:
    """x as (N, C, *spatial), a view; an error where its axes do not fit `dims`."""
    missing = dims + 2 - x.ndim
    if missing not in (0, 1, 2):
        raise NnvizError(
            "the input {shape} has {n} axes, but a {dims}-D window takes {layouts}",
            shape=times(x.shape),
            n=x.ndim,
            dims=dims,
            layouts=Words(LAYOUTS[dims]),
            hint="--dims says over how many axes the window slides",
        )
    return x.reshape((1,) * missing + x.shape)


def size_facts(axes: Sequence[Axis]) -> tuple[Fact, ...]:
    """The output-size formula with the numbers in it, once if every axis has the same."""
    equations = [size_equation(axis) for axis in axes]
    if len(set(equations)) == 1:
        return (Fact(Words("output size"), equations[0]),)
    names = AXIS_NAMES[len(axes)]
    return tuple(
        Fact(Words("output " + name), equation)
        for name, equation in zip(names, equations, strict=True)
    )


def size_equation(axis: Axis) -> Equation:
    """⌊(5 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1 = 3."""
    if axis.before == axis.after:
        pads: list[Expr] = [Product((Num(2), Num(axis.before)), dot=True)]
    else:
        pads = [Num(axis.before), Num(axis.after)]
    reach = Product((Num(axis.dilation), Sum((Num(axis.kernel), Num(-1)))), dot=True)
    room = Sum((Num(axis.size), *pads, Neg(reach), Num(-1)))
    rounding = Call("ceil" if axis.ceil else "floor", (Quotient(room, Num(axis.stride)),))
    made = -(-(axis.padded - axis.extent) // axis.stride) + 1 if axis.ceil else axis.out
    terms: tuple[Expr, ...] = (rounding, Num(1))
    if made != axis.out:  # the window that would start in the padding is dropped
        terms = (*terms, Num(axis.out - made))
    return Equation((Sum(terms), Num(axis.out, "output")))


def unused_notes(axes: Sequence[AnyAxis]) -> Iterator[Words]:
    """Which rows and columns the stride never reaches, and the sum that says so."""
    for axis, name in zip(axes, CELL_NAMES[len(axes)], strict=True):
        rest = axis.unused
        if not rest:
            continue
        which = f"{rest[0]}" if len(rest) == 1 else f"{rest[0]}–{rest[-1]}"
        yield Words(
            "{cells} {which} is not used: ({size} − {extent}) mod {stride} = {rest}"
            if len(rest) == 1
            else "{cells}s {which} are not used: ({size} − {extent}) mod {stride} = {rest}",
            cells=Words(name),
            which=which,
            size=axis.padded,
            extent=axis.extent,
            stride=axis.stride,
            rest=(axis.padded - axis.extent) % axis.stride,
        )


def offsets(axes: Sequence[AnyAxis], o: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Input coordinates under output cell `o`, in the kernel's order."""
    return product(*(axis.positions(i) for axis, i in zip(axes, o, strict=True)))


def sources(
    axes: Sequence[AnyAxis], position: Sequence[int], mode: Any = "zeros"
) -> tuple[int, ...] | None:
    """The input cell that a position reads; None for a zero of the padding."""
    found = [axis.source(p, mode) for axis, p in zip(axes, position, strict=True)]
    return None if None in found else tuple(s for s in found if s is not None)
