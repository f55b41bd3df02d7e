"""The gradient of pooling: to the maximum, or in shares to the whole window."""

from __future__ import annotations

from typing import NamedTuple

from nnviz.core import gradients
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.ops.windows._pool_options import Kind
from nnviz.plans import Index, WindowPlan
from nnviz.shapes import AnyAxis, ravel
from nnviz.trace import Expr, Name
from nnviz.turned import readers
from nnviz.words import Words


class Pooled(NamedTuple):
    """What was pooled, and how."""

    plan: WindowPlan[AnyAxis]
    x: np.ndarray
    """(N, C, *spatial)"""
    output: np.ndarray
    kind: Kind
    p: float
    divisors: np.ndarray
    """What each cell of a map is divided by; of Lp what its sum grows by."""
    indices: np.ndarray | None
    """Of maxima, flat in their channel: (N, C, *out)."""


def pool_backward(pooled: Pooled, g: np.ndarray) -> Backward:
    """The way back from the gradient of the output, `g`."""
    plan = pooled.plan
    back = _Back(pooled, g.reshape(plan.samples, plan.filters, *plan.out))
    first = Words("the gradient goes to each window's first maximum")
    return Backward(
        g,
        {
            "input": Part(
                back.input,
                back.terms,
                places=places(plan.rank, plan.dims),
                said=(first,) if pooled.kind == "max" else (),
            )
        },
    )


class _Back(NamedTuple):
    of: Pooled
    g: np.ndarray

    def input(self) -> np.ndarray:
        x, axes, made = self.of.x, self.of.plan.axes, self.of.output
        if self.of.kind == "max":
            found = gradients.pool_max(self.g, x, made.reshape(self.g.shape), axes)
        elif self.of.kind == "avg":
            found = gradients.pool_shares(self.g / self.of.divisors, axes)
        else:  # y = (c·Σ|x|ᵖ)^(1/p), and its slope is c·|x|ᵖ⁻¹·y¹⁻ᵖ, with the sign of x
            y = made.reshape(self.g.shape).astype(np.float64)
            with np.errstate(all="ignore"):
                over = np.where(y == 0, 0, self.g * self.of.divisors * y ** (1 - self.of.p))
            shares = gradients.pool_shares(over, axes)
            found = np.sign(x) * np.abs(x.astype(np.float64)) ** (self.of.p - 1) * shares
        return found.reshape(x.shape[-self.of.plan.rank :])

    def terms(self, index: Index) -> list[Term]:
        """Each window that an input cell is in, by what it hands back to it."""
        plan = self.of.plan
        n, c, *rest = (0,) * (plan.dims + 2 - len(index)) + index
        cell = tuple(rest)
        rank = self.of.output.ndim
        return [
            Term(
                (n, c, *o)[-rank:],
                self._factor((n, c, *o), (n, c, *cell)),
                symbol=self._symbol(o),
            )
            for o, _ in readers(plan, cell)
            if self.of.indices is None or self.of.indices[(n, c, *o)] == ravel(cell, plan.sizes)
        ]

    def _symbol(self, out: Index) -> Expr | None:
        """The share of an average as one; where there are others, none that has a name."""
        divisor = self.of.divisors[out].item() if self.of.kind == "avg" else 1
        return None if divisor == 1 else Name(f"1/{divisor:g}")

    def _factor(self, out: Index, cell: Index) -> float:
        if self.of.kind == "max":
            return 1
        share = float(self.of.divisors[out[2:]])
        if self.of.kind == "avg":
            return 1 / share
        y, x = float(self.of.output.reshape(self.g.shape)[out]), float(self.of.x[cell])
        if y == 0:
            return 0.0
        sign = (x > 0) - (x < 0)
        return float(sign * share * abs(x) ** (self.of.p - 1) * y ** (1 - self.of.p))
