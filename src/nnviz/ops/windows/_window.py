"""What windows share: ranks, the output-size equation, cells that are not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nnviz.axes import CELL_NAMES, SIZE_NAMES
from nnviz.errors import NnvizError
from nnviz.libraries import np
from nnviz.numerals import MINUS, thousands
from nnviz.plans import Index, WindowAxis, WindowPlan
from nnviz.shapes import AdaptiveAxis, AnyAxis, Axis, TransposedAxis, cells, times
from nnviz.trace import Call, Equation, Expr, Fact, Neg, Num, Product, Quotient, Sum
from nnviz.words import Words

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


# --- the output's size --------------------------------------------------------------


def size_facts(axes: Sequence[WindowAxis]) -> tuple[Fact, ...]:
    """The output-size formula with the numbers in it, once if every axis has the same; of
    adaptive windows where each of them lies.
    """
    n = len(axes)
    if isinstance(axes[0], AdaptiveAxis):
        names = zip(CELL_NAMES[n], axes, strict=True)
        return tuple(Fact(_where_windows_lie(axis, name)) for name, axis in names)
    equations = [size_equation(axis) for axis in axes if not isinstance(axis, AdaptiveAxis)]
    if len(set(equations)) == 1:
        return (Fact(Words("output size"), equations[0]),)
    labels = [Words("output " + name) for name in SIZE_NAMES[n]]
    return tuple(Fact(label, each) for label, each in zip(labels, equations, strict=True))


def _where_windows_lie(axis: WindowAxis, name: str) -> Words:
    """Where the windows of adaptive pooling lie."""
    return Words(
        "output {axis} i of {out}: input ⌊i·{size}/{out}⌋ to ⌈(i + 1)·{size}/{out}⌉ − 1",
        axis=Words(name),
        size=axis.size,
        out=axis.out,
    )


def size_equation(axis: Axis | TransposedAxis) -> Equation:
    """⌊(5 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1 = 3, or turned round as ONNX has it."""
    terms = _slid_terms(axis) if isinstance(axis, Axis) else _spread_terms(axis)
    return Equation((Sum(terms), Num(axis.out, "output")))


def _slid_terms(axis: Axis) -> tuple[Expr, ...]:
    """⌊(5 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1."""
    if axis.before == axis.after:
        pads: list[Expr] = [Product((Num(2), Num(axis.before)), dot=True)]
    else:
        pads = [Num(axis.before), Num(axis.after)]
    room = Sum((Num(axis.size), *pads, Neg(_reach_term(axis)), Num(-1)))
    rounding = Call("ceil" if axis.ceil else "floor", (Quotient(room, Num(axis.stride)),))
    made = -(-(axis.padded - axis.extent) // axis.stride) + 1 if axis.ceil else axis.out
    if made != axis.out:  # the window that would start in the padding is dropped
        return rounding, Num(1), Num(axis.out - made)
    return rounding, Num(1)


def _spread_terms(axis: TransposedAxis) -> tuple[Expr, ...]:
    """(3 − 1)·2 + 1·(3 − 1) + 1 − 2·1 + 1."""
    cut: list[Expr] = [Num(-axis.before), Num(-axis.after)]
    if axis.before == axis.after:
        cut = [Neg(Product((Num(2), Num(axis.before)), dot=True))]
    steps = Product((Sum((Num(axis.size), Num(-1))), Num(axis.stride)), dot=True)
    return steps, _reach_term(axis), Num(1), *cut, Num(axis.output_padding)


def _reach_term(axis: Axis | TransposedAxis) -> Expr:
    """1·(3 − 1)."""
    return Product((Num(axis.dilation), Sum((Num(axis.kernel), Num(-1)))), dot=True)


# --- what there is to learn from it -------------------------------------------------


def padding_lesson(plan: WindowPlan[Any]) -> tuple[Fact, ...]:
    """What padding does to the size of the map; nothing where there is none."""
    axes = plan.axes
    if not any(axis.before or axis.after for axis in axes):
        return ()
    bare = [axis._replace(before=0, after=0) for axis in axes]
    made, without = (times(axis.out for axis in each) for each in (axes, bare))
    size = times(axis.size for axis in axes)
    if plan.transposed:
        said = Words("padding cuts the map from {without} to {made}", without=without, made=made)
    elif any(axis.out < 1 for axis in bare):
        said = Words("without padding the window would not fit into {size}", size=size)
    elif made == without:
        said = Words("the padding leaves the size of the map as it is, {made}", made=made)
    elif made == size:
        said = Words(
            "padding keeps the size {size}: without it the map would be {without}",
            size=size,
            without=without,
        )
    else:
        said = Words(
            "padding makes the map {made}: without it, it would be {without}",
            made=made,
            without=without,
        )
    return (Fact(said),)


_FEW = 4
"""Channels of an input of which a student can still follow what is compared."""


def shared_lesson(plan: WindowPlan[Any]) -> tuple[Fact, ...]:
    """How many weights serve every place, and how many a dense layer would have instead."""
    assert plan.given is not None
    if plan.groups > 1 or plan.channels > _FEW:
        return ()
    inputs, outputs = plan.channels * cells(plan.sizes), plan.filters * cells(plan.out)
    return (
        Fact(
            Words(
                "shared weights: {n}; a dense layer for the same map: {inputs} × {outputs} = {all}",
                n=thousands(cells(plan.given)),
                inputs=thousands(inputs),
                outputs=thousands(outputs),
                all=thousands(inputs * outputs),
            )
        ),
    )


# --- what is not as usual -----------------------------------------------------------


def said_of(plan: WindowPlan[Any], stride: Index = ()) -> Iterator[Words]:
    """What of a plan is not as usual, in words; `stride` is the usual one, unless it is 1."""
    axes: list[Axis | TransposedAxis] = [a for a in plan.axes if not isinstance(a, AdaptiveAxis)]
    yield from strides_of(axes, stride)
    if any(a.before or a.after for a in axes):
        even = all(a.before == a.after for a in axes)
        pads = [a.before if even else f"{a.before}+{a.after}" for a in axes]
        n = each(pads, "×" if even else ", ").replace("-", MINUS)
        zeros = plan.mode == "zeros"
        mode = Words(plan.mode)
        yield Words("padding {n}", n=n) if zeros else Words("padding {n} ({mode})", n=n, mode=mode)
    if any(a.dilation > 1 for a in axes):
        yield Words("dilation {n}", n=each(a.dilation for a in axes))


def strides_of(axes: Sequence[AnyAxis | TransposedAxis], usual: Index = ()) -> list[Words]:
    """The strides in words, where they are not the usual ones, or 1."""
    strides = tuple(a.stride for a in axes if not isinstance(a, AdaptiveAxis))
    if strides in ((), usual or (1,) * len(axes)):
        return []
    return [Words("stride {n}", n=each(strides))]


def each(values: Iterable[object], sign: str = "×") -> str:
    """One value where all axes have the same."""
    parts = list(map(str, values))
    return parts[0] if len(set(parts)) == 1 else sign.join(parts)


# --- cells that are not used --------------------------------------------------------


SUBJECTS = {
    "cell": ("cell {numbers}", "cells {numbers}"),
    "row": ("row {numbers}", "rows {numbers}"),
    "column": ("column {numbers}", "columns {numbers}"),
    "plane": ("plane {numbers}", "planes {numbers}"),
}
"""What a sentence says is not used: one, several."""
_NOT_USED = ("{which} is not used", "{which} are not used")
_NOT_USED_OF_PADDING = (
    "{which} of the padding is not used",
    "{which} of the padding are not used",
)
_LISTED = 8
"""Numbers of rows or columns that a note names."""
_FAR = 2**16
"""Padding that is looked through for what is not used: nobody draws more."""


def unused_notes(plan: WindowPlan[Any]) -> Iterator[Words]:
    """Which rows and columns no window reads, of the input and of its padding; and the sum
    that says so where only the tail is left over.
    """
    for axis, name in zip(plan.axes, CELL_NAMES[plan.dims], strict=True):
        own, around, end = axis.unread(0, axis.size, plan.mode), [], axis.size + axis.after
        if axis.before + axis.after <= _FAR:
            around = axis.unread(-axis.before, 0) + axis.unread(axis.size, end)
        # What the stride leaves over at the end.
        tail = list(range(end - (axis.padded - axis.extent) % axis.stride, end))
        for found, said in ((own, _NOT_USED), (around, _NOT_USED_OF_PADDING)):
            if found:
                several = len(found) > 1
                which = Words(SUBJECTS[name][several], numbers=_listed(found))
                words = Words(said[several], which=which)
                yield _with_sum(words, axis) if sorted(own + around) == tail else words


def _with_sum(words: Words, axis: AnyAxis) -> Words:
    return Words(
        "{words}: ({size} − {extent}) mod {stride} = {rest}",
        words=words,
        size=axis.padded,
        extent=axis.extent,
        stride=axis.stride,
        rest=(axis.padded - axis.extent) % axis.stride,
    )


def _listed(numbers: list[int]) -> str:
    """2, 3, 6, 7 …; numbers that follow one another as 5–9."""
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}–{numbers[-1]}".replace("-", "−")
    said = ", ".join(map(str, numbers[:_LISTED])).replace("-", "−")
    return said + (" …" if len(numbers) > _LISTED else "")
