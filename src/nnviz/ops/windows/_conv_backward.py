"""The gradients of a convolution, and of a transposed one: of its input, kernel and bias."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from nnviz.activation_steps import shown
from nnviz.axes import KERNEL_AXES
from nnviz.core import gradients
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.plans import Index, WindowAxis, WindowPlan
from nnviz.records import NamedTuple
from nnviz.trace import Place
from nnviz.turned import meetings, readers
from nnviz.words import Words


class Sums(NamedTuple):
    """What the forward sums were made of."""

    plan: WindowPlan[WindowAxis]
    x: np.ndarray
    """(N, C, *spatial)"""
    w: np.ndarray
    """Of the plan's shape `weight`."""
    has_bias: bool
    pre: np.ndarray
    """Before the activation, as it is shown."""
    act: str | None


def conv_backward(sums: Sums, g: np.ndarray) -> Backward:
    """The way back from the gradient of the output, `g`."""
    plan, pre = sums.plan, g
    if sums.act is not None:
        pre = gradients.act_input(g, sums.pre, sums.act)
    full = pre.reshape(plan.samples, plan.filters, *plan.out)
    back = _Back(plan, sums.x, sums.w, full)
    turned = Words("the kernel meets the gradient turned by 180°")
    parts = {
        "input": Part(
            back.input,
            back.input_terms,
            "kernel",
            "∗" if plan.transposed else "∗ᵀ",
            places(plan.rank, plan.dims),
            plan.group_filters * prod(plan.kernel),
            said=() if plan.transposed or plan.mode != "zeros" else (turned,),
        ),
        "kernel": Part(
            back.kernel,
            back.kernel_terms,
            "input",
            "⋆",
            places(len(plan.given or ()), plan.dims, KERNEL_AXES),
            plan.samples * prod(plan.sizes if plan.transposed else plan.out),
            said=(Words("a weight is shared, so the gradients of all places are added"),),
        ),
    }
    if sums.has_bias:
        parts["bias"] = Part(
            lambda: gradients.summed_to(np.moveaxis(full, 1, -1), (plan.filters,)),
            back.bias_terms,
            places=(Place(Words("filter")),),
            terms_a_cell=plan.samples * prod(plan.out),
        )
    if sums.act is None:
        return Backward(pre, parts)
    slope = None if sums.act == "softmax" else gradients.slope(sums.pre, sums.act)
    return Backward(pre, parts, g, shown(sums.act), slope)


class _Back(NamedTuple):
    plan: WindowPlan[WindowAxis]
    x: np.ndarray
    w: np.ndarray
    g: np.ndarray
    """Of the sums, (N, F, *out)."""

    # --- of the input

    def input(self) -> np.ndarray:
        plan, axes = self.plan, list(self.plan.axes)
        if plan.transposed:
            made = gradients.transposed_input(self.g, self.w, axes, groups=plan.groups)  # type: ignore[arg-type]
        else:
            made = gradients.conv_input(
                self.g,
                self.w,
                axes,  # type: ignore[arg-type]
                groups=plan.groups,
                mode=plan.mode,
            )
        return made.reshape(self.x.shape[-plan.rank :])

    def input_terms(self, index: Index) -> list[Term]:
        """Each output cell that reads an input cell, by the weight with which it does."""
        plan = self.plan
        n, c, *rest = (0,) * (plan.dims + 2 - len(index)) + index
        cell = tuple(rest)
        first = c // plan.group_channels * plan.group_filters
        found, rank = [], len(plan.shown)
        for f in range(first, first + plan.group_filters):
            weight, given = plan.weight_of(f, c), plan.given_of(f, c)
            for o, k in readers(plan, cell):
                factor = self.w[weight + k].item()
                found.append(Term((n, f, *o)[-rank:], factor, given + k))
        return found

    # --- of the kernel

    def kernel(self) -> np.ndarray:
        plan, axes = self.plan, list(self.plan.axes)
        if plan.transposed:
            made = gradients.transposed_weight(self.x, self.g, axes, groups=plan.groups)  # type: ignore[arg-type]
        else:
            made = gradients.conv_weight(
                self.x,
                self.g,
                axes,  # type: ignore[arg-type]
                groups=plan.groups,
                mode=plan.mode,
            )
        assert plan.given is not None
        # A kernel that was given for all channels has the sum of theirs.
        return gradients.summed_to(made, plan.given) if plan.shared else made.reshape(plan.given)

    def kernel_terms(self, index: Index) -> list[Term]:
        """Each output cell that a weight helps to make, by the number that it meets there."""
        plan = self.plan
        lead, k = index[: len(index) - plan.dims], index[len(index) - plan.dims :]
        met = meetings(plan, k)
        found, rank = [], len(plan.shown)  # there may be 10⁵ terms
        for n, (f, c) in product(range(plan.samples), plan.sharing(lead)):
            for o, source in met:
                factor = self.x[(n, c, *source)].item()
                found.append(Term((n, f, *o)[-rank:], factor, plan.place(n, c, source)))
        return found

    # --- of the bias

    def bias_terms(self, index: Index) -> Sequence[Term]:
        cells = product(range(self.plan.samples), *map(range, self.plan.out))
        rank = len(self.plan.shown)
        return [Term((n, index[0], *cell)[-rank:], 1) for n, *cell in cells]
