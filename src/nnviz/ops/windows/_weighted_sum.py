"""A weighted sum as a step: products, bias, activation, and where each number stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nnviz.trace import Call, Equation, Expr, Formula, Index, Num, Product, Role, Step, Sum
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


ROLES: dict[str, Role] = {
    "input": "input",
    "kernel": "weight",
    "bias": "bias",
    "output": "output",
    "partials": "intermediate",
    "pre": "intermediate",
}


class Term(NamedTuple):
    """One product of a sum."""

    channel: int
    value: Any
    weight: Any
    origin: Index | None
    """Where the value stands, channel first; None for a zero of the padding."""
    cell: Index
    """The input cell that is looked at, in the padding too, as an index of the input."""
    tap: Index
    """The weight, as an index of the kernel as it was given."""


class WeightedSum(NamedTuple):
    """The sums of one operation, before and after its activation."""

    pre: np.ndarray
    output: np.ndarray
    bias: np.ndarray | None
    act: str | None
    per_line: int

    def parts(
        self, x: np.ndarray, kernel: np.ndarray, sign: str
    ) -> tuple[dict[str, np.ndarray], dict[str, Any], tuple[str, ...]]:
        """The arrays that go in, those that come out, and how they stand in a row."""
        arrays = {"input": x, "kernel": kernel}
        results: dict[str, Any] = {"output": self.output}
        equation = ["input", sign, "kernel"]
        if self.bias is not None:
            arrays["bias"] = self.bias
            equation += ["+", "bias"]
        if self.act is None:
            return arrays, results, (*equation, "=", "output")
        results["pre"] = self.pre
        return arrays, results, (*equation, "=", "pre", f"→ {self.act} →", "output")

    def titled(self, title: Words) -> Words:
        """What runs, with the activation that its sums go through."""
        return title if self.act is None else Words("{title} with {act}", title=title, act=self.act)

    def step(self, i: int, index: Index, f: int, terms: list[Term]) -> Step:
        """The step that adds up `terms` and the bias of filter f."""
        cells: dict[str, tuple[Index, ...]] = {
            "input": tuple(term.cell for term in terms),
            "kernel": tuple(term.tap for term in terms),
            "output": (index,),
        }
        if self.bias is not None:
            cells["bias"] = ((f,),)
        return Step(
            number=i + 1,
            index=index,
            formula=self._formula(terms, f, index),
            value=self.output[index].item(),
            detail=self._detail(terms, f, index),
            cells=cells,
        )

    def _formula(self, terms: list[Term], f: int, index: Index) -> Formula:
        parts: list[Expr] = [
            Product((Num(term.value, "input"), Num(term.weight, "weight"))) for term in terms
        ]
        if self.bias is not None:
            parts.append(Num(self.bias[f].item(), "bias"))
        total = Sum(tuple(parts) or (Num(0),), per_line=self.per_line)
        pre = self.pre[index].item()
        if self.act is None:
            return (Equation((total, Num(pre, "output"))),)
        call = Call(self.act, (Num(pre, "intermediate"),))
        value = Num(self.output[index].item(), "output")
        return (Equation((total, Num(pre, "intermediate"))), Equation((call, value)))

    def _detail(self, terms: list[Term], f: int, index: Index) -> dict[str, Any]:
        made: dict[str, Any] = {
            "terms": [[term.channel, term.value, term.weight] for term in terms],
            "from": [None if term.origin is None else list(term.origin) for term in terms],
            "bias": 0 if self.bias is None else self.bias[f].item(),
        }
        if self.act is not None:
            made["pre"] = self.pre[index].item()
        return made
