"""The gradient of pooling: to the maximum, or in shares to the whole window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnviz.core import gradients
from nnviz.fields import place
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import distinct, np
from nnviz.ops._layer import places
from nnviz.ops.windows._pool_options import Kind
from nnviz.plans import Index, WindowPlan
from nnviz.records import NamedTuple
from nnviz.shapes import AnyAxis, ravel, unravel
from nnviz.trace import Call, Equation, Expr, Fact, Name, Num, Power, Product, Quotient
from nnviz.turned import readers
from nnviz.words import Words

_TOLD = 3
"""Ties that are told one by one."""


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
    places: Callable[[], np.ndarray] | None
    """Of maxima, flat in their channel: (N, C, *out)."""


def pool_backward(pooled: Pooled, g: np.ndarray) -> Backward:
    """The way back from the gradient of the output, `g`."""
    plan = pooled.plan
    back = _Back(pooled, g.reshape(plan.samples, plan.filters, *plan.out))
    part = Part(
        back.input,
        back.terms,
        places=places(plan.rank, plan.dims),
        facts=tuple(_facts(pooled)),
        lessons=back.ties,
        told=back.told,
    )
    return Backward(g, {"input": part})


def _facts(pooled: Pooled) -> Iterator[Fact]:
    """The slope, where it is the same for all windows."""
    made: list[Expr] = [Name("y′")]
    if pooled.kind == "lp":
        made.append(_slope(Name("x", role="input"), Name("y", role="output"), pooled.p))
    elif pooled.kind == "avg" and len(shares := distinct(pooled.divisors)) == 1 < shares[0]:
        made.append(Quotient(Num(1), Num(shares.item())))
    if len(made) > 1:
        yield Fact(Words("slope"), Equation(tuple(made)))


def _slope(x: Expr, y: Expr, p: float) -> Expr:
    """That of y = (Σ|x|ᵖ)^(1/p): x·|x|ᵖ⁻²/yᵖ⁻¹."""
    if p == 2:
        return Quotient(x, y)
    over = Product((x, Power(Call("abs", (x,)), Num(p - 2))), dot=True)
    return Quotient(over, Power(y, Num(p - 1)))


class _Back(NamedTuple):
    of: Pooled
    g: np.ndarray

    @property
    def indices(self) -> np.ndarray | None:
        """Where each maximum stands; none of another kind."""
        return self.of.places and self.of.places()

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
        found = []
        for o, _ in readers(plan, cell):
            out = (n, c, *o)
            if self.indices is None or self.indices[out] == ravel(cell, plan.sizes):
                at = out[-self.of.output.ndim :]
                factor, shown, symbol = self._factor(out, (n, c, *cell))
                found.append(Term(at, factor, shown=shown, symbol=symbol))
        return found

    def ties(self) -> Iterator[Words]:
        """The windows that have several maxima, and which of them gets the gradient."""
        if self.of.kind != "max":
            return
        y = self.of.output.reshape(self.g.shape)
        counts = gradients.ties(self.of.x, y, self.of.plan.axes)
        tied = np.argwhere(counts > 1).tolist()
        for at in tied[:_TOLD]:
            yield self._tie(tuple(at), counts[tuple(at)].item())
        if len(tied) > _TOLD:
            yield Words("… and {n} more windows with a tie", n=len(tied) - _TOLD)

    def told(self, index: Index) -> Iterator[Words]:
        """The ties that an input cell is in."""
        plan, x = self.of.plan, self.of.x
        n, c, *cell = (0,) * (plan.dims + 2 - len(index)) + index
        for o, _ in readers(plan, tuple(cell)) if self.of.kind == "max" else ():
            most = self.of.output.reshape(self.g.shape)[(n, c, *o)]
            count = sum(x[(n, c, *tap.cell)] == most for tap in plan.taps(o, real=True))
            if count > 1 and x[(n, c, *cell)] == most:
                yield self._tie((n, c, *o), int(count))

    def _tie(self, out: Index, count: int) -> Words:
        plan, indices = self.of.plan, self.indices
        assert indices is not None
        first = (*out[:2], *unravel(indices[out].item(), plan.sizes))
        return Words(
            "tie: output {out} has its maximum in {n} cells; the first, {first}, gets the gradient",
            out=place(out[-plan.rank :], plan.dims),
            n=count,
            first=place(first[-plan.rank :], plan.dims),
        )

    def _factor(self, out: Index, cell: Index) -> tuple[float, Expr | None, Expr | None]:
        """What a window hands back its gradient times, and how that is written: with numbers,
        and in symbols where it has any but y′.
        """
        if self.of.kind == "max":
            return 1, None, None
        share = self.of.divisors[out[2:]].item()
        if self.of.kind == "avg":
            return 1 / share, None, None if share == 1 else Name(f"1/{share:g}")
        y, x = float(self.of.output.reshape(self.g.shape)[out]), float(self.of.x[cell])
        if x == 0 or y == 0:
            return 0.0, None, None
        slope = share * x * abs(x) ** (self.of.p - 2) * y ** (1 - self.of.p)
        written = _slope(Num(x, "input"), Num(y, "output"), self.of.p)
        return slope, written if share == 1 else Product((Num(share), written)), None
