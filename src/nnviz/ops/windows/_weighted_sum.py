"""A weighted sum as a step: products, bias, activation, and where each number stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nnviz.activation_steps import activation_step, along, shown
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.ops.windows._calls import conv_snippet
from nnviz.ops.windows._kernels import short_conv
from nnviz.ops.windows._sentences import conv_sentences
from nnviz.ops.windows._window import each, padding_lesson, said_of, shared_lesson, size_facts
from nnviz.plans import Index, Read, WindowAxis, WindowPlan
from nnviz.records import NamedTuple
from nnviz.shapes import TransposedAxis
from nnviz.trace import (
    Equation,
    Expr,
    Fact,
    Formula,
    Num,
    Product,
    Results,
    Role,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.gradient import Backward

_ROLES: dict[str, Role] = {
    "input": "input",
    "kernel": "weight",
    "bias": "bias",
    "output": "output",
    "partials": "intermediate",
    "pre": "intermediate",
}


_NAMES = {"output": Words("feature map"), "pre": Words("sum")}


class WeightedSum(NamedTuple):
    """The sums of one operation, before and after its activation, and what they are made of."""

    plan: WindowPlan[WindowAxis]
    x: np.ndarray
    """(N, C, *spatial)"""
    kernel: np.ndarray
    """As it was given or drawn."""
    w: np.ndarray
    """Of the plan's shape `weight`."""
    bias: np.ndarray | None
    pre: np.ndarray
    output: np.ndarray
    """Of the plan's shape `shown`, as are the sums before the activation."""
    act: str | None
    flip: bool = False
    """The kernel stands turned by 180°."""

    def trace(
        self,
        op: str,
        title: Words,
        *,
        sign: str,
        options: Mapping[str, Any],
        notes: tuple[Words, ...] = (),
        **results: Any,
    ) -> Trace:
        """All of it, with a step for each sum; `sign` stands between input and kernel."""
        arrays = {"input": self.x.reshape(self.x.shape[-self.plan.rank :]), "kernel": self.kernel}
        equation = ["input", sign, "kernel"]
        if self.bias is not None:
            arrays["bias"] = self.bias
            equation += ["+", "bias"]
        made: dict[str, Any] = {"output": self.output}
        if self.act is not None:
            made["pre"] = self.pre
            equation += ["=", "pre", f"→ {shown(self.act)} →", "output"]
            title = Words("{title} with {act}", title=title, act=shown(self.act))
        else:
            equation += ["=", "output"]
        shares = Fact(along(self.pre.ndim - 1, self.pre.ndim))
        return Trace(
            op=op,
            title=title,
            short=short_conv(self.plan, self.act),
            arrays=arrays,
            results=Results(**made, **results),
            options={**options, "act": self.act, **({"flip": True} if self.flip else {})},
            roles=_ROLES,
            names=_NAMES,
            equation=tuple(equation),
            facts=(*size_facts(self.plan.axes), *([shares] if self.act == "softmax" else [])),
            lessons=(*padding_lesson(self.plan), *shared_lesson(self.plan)),
            said=tuple(self._said()),
            samples=self.plan.samples,
            notes=notes,
            steps=Steps(self.output.size, self.step),
            explain=conv_sentences,
            places=places(self.output.ndim, self.plan.dims),
            plan=self.plan,
            snippet=lambda: conv_snippet(self.plan, self.kernel, self.bias, self.act),
            backward=self._backward,
        )

    def _backward(self, g: np.ndarray) -> Backward:
        from nnviz.ops.windows._conv_backward import Sums, conv_backward

        has_bias = self.bias is not None
        return conv_backward(Sums(self.plan, self.x, self.w, has_bias, self.pre, self.act), g)

    def _said(self) -> Iterator[Words]:
        if self.flip:
            yield Words("kernel turned by 180°: the mathematician's convolution")
        yield from said_of(self.plan)
        added = tuple(a.output_padding for a in self.plan.axes if isinstance(a, TransposedAxis))
        if any(added):
            yield Words("output padding {n}", n=each(added))
        if self.plan.groups > 1:
            yield Words("{n} groups", n=self.plan.groups)

    def step(self, i: int) -> Step:
        """The step that makes output cell number `i`, by the plan."""
        plan = self.plan
        out = plan.output(i)
        index = (out.sample, out.filter, *out.cell)[-self.output.ndim :]
        reads = list(plan.reads(out))
        cells: dict[str, tuple[Index, ...]] = {
            "input": tuple(plan.place(out.sample, r.channel, r.tap.cell) for r in reads),
            "kernel": tuple(read.given for read in reads),
            "output": (index,),
        }
        if self.bias is not None:
            cells["bias"] = ((out.filter,),)
        bias = None if self.bias is None else self.bias[out.filter].item()
        terms = [(self._value(out.sample, read), self.w[read.weight].item()) for read in reads]
        return Step(
            number=i + 1,
            index=index,
            formula=self._formula(terms, bias, index),
            value=self.output[index].item(),
            detail=self._detail(reads, terms, bias, index),
            cells=cells,
        )

    def _value(self, n: int, read: Read) -> Any:
        source = read.tap.source
        return 0 if source is None else self.x[(n, read.channel, *source)].item()

    def _formula(self, terms: list[tuple[Any, Any]], bias: Any, index: Index) -> Formula:
        parts: list[Expr] = [
            Product((Num(value, "input"), Num(weight, "weight"))) for value, weight in terms
        ]
        if bias is not None:
            parts.append(Num(bias, "bias"))
        # A line of the sum for each row of the kernel, where all of it is read.
        per_line = 0 if self.plan.transposed else self.plan.kernel[-1]
        total = Sum(tuple(parts) or (Num(0),), per_line=per_line)
        pre = self.pre[index].item()
        if self.act is None:
            return (Equation((total, Num(pre, "output"))),)
        line, i = (
            ([pre], 0) if self.act != "softmax" else (self.pre[index[:-1]].tolist(), index[-1])
        )
        value = self.output[index].item()
        applied = activation_step(self.act, line, i, value, index=index, role="intermediate")
        return (Equation((total, Num(pre, "intermediate"))), applied)

    def _detail(
        self, reads: list[Read], terms: list[tuple[Any, Any]], bias: Any, index: Index
    ) -> dict[str, Any]:
        sources = [(read.channel, read.tap.source) for read in reads]
        made: dict[str, Any] = {
            "terms": [[read.channel, *term] for read, term in zip(reads, terms, strict=True)],
            "from": [None if source is None else [c, *source] for c, source in sources],
            "bias": 0 if bias is None else bias,
        }
        if self.act is not None:
            made["pre"] = self.pre[index].item()
        return made
