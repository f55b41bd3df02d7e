"""The way back: from a run and the gradient of its output to the gradient of what went in.

An operation says of each array that went in which output cells its cells reach, and by which
factors: the terms of its own sums, turned round (`Trace.backward`). A gradient is then a run
like any other, Trace in and Trace out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from nnviz.expressions import Role
from nnviz.fields import place
from nnviz.lazy import Lazy
from nnviz.libraries import np
from nnviz.losses import shaped
from nnviz.records import NamedTuple, replace
from nnviz.sentences import heaviest
from nnviz.shapes import unravel
from nnviz.trace import (
    Equation,
    Expr,
    Fact,
    Index,
    Num,
    Place,
    Product,
    Results,
    Show,
    Snippet,
    Step,
    Steps,
    Sum,
    Trace,
    indexed,
)
from nnviz.words import Words

GRADIENT = "gradient"
"""What the gradient that arrives at the output is called among the arrays."""
TURNED = "gradient_turned"
"""And where it is a matrix that is transposed first."""
LOST = "grad_output"
"""What the gradient is called that a loss sends back to the output."""
SLOPE = "slope"
"""And that of the activation it comes back through."""
_MOST = 10**6
"""Terms of a step, past which there are no steps."""


class Term(NamedTuple):
    """What one output cell hands back to a cell: its gradient times a factor."""

    at: Index
    """The output cell."""
    factor: int | float
    place: Index | None = None
    """Where the factor stands in the array that factors are from."""
    shown: Expr | None = None
    """The factor written out, where it is no number of an array."""
    symbol: Expr | None = None
    """The factor in symbols, where its place does not say it: else y′, the slope of the output."""
    given: Expr | None = None
    """What it is times in symbols, where that is not the gradient of y or z at `at`."""

    @property
    def is_one(self) -> bool:
        """Whether the gradient is handed back as it is, and not times a number that is 1."""
        return self.factor == 1 and self.place is None and self.shown is self.symbol is None


class Made(NamedTuple):
    """An array of factors: slopes, a matrix turned."""

    called: Words
    symbol: str
    value: Callable[[], np.ndarray]


class Part(NamedTuple):
    """The gradient of one array that went in."""

    value: Callable[[], np.ndarray]
    terms: Callable[[Index], Sequence[Term]]
    """What adds up to the gradient of the cell at an index."""
    factors: str = ""
    """The array that the factors are from."""
    sign: str = "→"
    """What stands between the output's gradient and that array."""
    places: tuple[Place, ...] = ()
    """What the axes of the array are called."""
    terms_a_cell: int = 1
    """How many terms a step may have."""
    gradient: np.ndarray | None = None
    """What its terms multiply, where that is not the same for all."""
    arrived_at: Words | None = None
    """What that is called."""
    letter: str = ""
    """What it is in symbols: y, unless the terms multiply the gradient of a sum, z."""
    facts: tuple[Fact, ...] = ()
    said: tuple[Words, ...] = ()
    lessons: Callable[[], Iterable[Words]] = tuple
    """What is to be noted of it as a whole; worked out when it is shown."""
    told: Callable[[Index], Iterable[Words]] = lambda _: ()
    """What is to be noted of the cell at an index."""
    made: Made | None = None
    """The array that the factors are from, where it is none that went in."""
    turned: bool = False
    """Whether it is the gradient's columns, and not its rows, that meet the factors."""

    @property
    def equation(self) -> tuple[str, ...]:
        """What is multiplied, and the sign of what comes out."""
        if not self.factors:
            return GRADIENT, "→"
        both = (TURNED if self.turned else GRADIENT, self.sign, self.factors)
        return (*(both[::-1] if self.made and self.sign == "·" else both), "=")


class Backward(NamedTuple):
    """What an operation knows of its way back."""

    gradient: np.ndarray
    """What the terms multiply: that of the output, or of the sums before an activation."""
    parts: Mapping[str, Part]
    """By the names of the arrays that went in; those of what it is fed begin with input."""
    arrived: np.ndarray | None = None
    """That of the output, where it came back through an activation first."""
    through: str = ""
    """The activation that the output's gradient came back through first."""
    slope: np.ndarray | None = None
    """That of the activation at each sum; softmax has none of each alone."""
    states: Mapping[str, np.ndarray] = {}
    """What comes back on the way, by the names of what the forward run made."""
    adjoints: Callable[[Step], Mapping[Expr, np.ndarray]] | None = None
    """What comes back to all that is in the equations of a forward step."""

    def along(self, steps: Sequence[Step]) -> Sequence[Mapping[Expr, np.ndarray]]:
        """The same of every step, worked out when asked for."""
        known = self.adjoints
        return () if known is None else Lazy(len(steps), lambda i: known(steps[i]))


def arriving(given: Any, forward: Trace) -> np.ndarray:
    """The gradient at an output: an array of its shape, or one number for all; where there is
    none that of the loss, or 1, as of the sum of the outputs.

    Raises NnvizError where it has another.
    """
    g = np.asarray(forward.results.get(LOST, 1) if given is None else given)
    shape = forward.output.shape
    if not g.ndim:
        return np.full(shape, g)
    return shaped(g, shape, "--grad", hint="one number is taken for every cell").copy()


def gradient(forward: Trace, back: Backward, of: str) -> Trace:
    """The gradient of an array as a run, with a step for each of its numbers."""
    part, value = back.parts[of], back.parts[of].value()
    arrived = back.gradient if part.gradient is None else part.gradient
    results: dict[str, Any] = {f"grad_{name}": p.value for name, p in back.parts.items()}
    results |= {"output": value, f"grad_{of}": value}
    before = {name: a for name, a in ((LOST, back.arrived), (SLOPE, back.slope)) if a is not None}
    symbols = _Symbols.of(forward, back, of)
    through = [Words("back through {act} first", act=back.through)] if back.through else []
    if part.turned:
        results[TURNED] = arrived.T
    roles: dict[str, Role] = dict.fromkeys((GRADIENT, LOST, *results), "gradient")
    if part.made is not None:
        results[part.factors] = part.made.value
        roles[part.factors] = forward.roles.get(part.factors.partition("_")[0], "intermediate")
    return replace(
        forward,
        op=f"{forward.op}_backward",
        title=Words("{title}: {part}", title=forward.title, part=_of(forward, of)),
        short="",
        arrays={GRADIENT: arrived, **forward.arrays, **before},
        results=Results(**results),
        options={**forward.options, "backward": True, "of": of},
        roles={**forward.roles, **roles, SLOPE: "intermediate"},
        equation=(*part.equation, "output"),
        facts=part.facts,
        lessons=tuple(map(Fact, part.lessons())),
        said=(*through, *part.said, *forward.said),
        notes=(),
        steps=_steps(arrived, part, value, symbols),
        explain=partial(_sentences, forward.plan.dims if forward.plan else 2),
        places=part.places,
        plan=None,
        names=_names(forward, back, of),
        samples=1,
        layers=(),
        layer_names=(),
        layer_keys=(),
        sources=(),
        recurrence=None,
        states=back.states,
        adjoints=back.along(forward.steps),
        symbols={},
        brief={name: Words(said) for name, said in _brief(part, symbols).items()},
        snippet=partial(_snippet, forward, back, of) if forward.snippet else None,
        forward=forward,
        backward=None,
    )


def _names(forward: Trace, back: Backward, of: str) -> dict[str, Words]:
    part, output = back.parts[of], Words("gradient of the output")
    arrived = part.arrived_at or (Words("gradient of the sum") if back.through else output)
    return {
        **forward.names,
        **{f"grad_{name}": _of(forward, name) for name in back.parts},
        LOST: output,
        GRADIENT: arrived,
        TURNED: Words("{name}, transposed", name=arrived),
        "output": _of(forward, of),
        **({part.factors: part.made.called} if part.made else {}),
    }


def _of(forward: Trace, name: str) -> Words:
    name, said = name.partition("_")[0], forward.called(name)
    if name.startswith("input") or name in ("kernel", "weight", "bias"):
        return Words("gradient of the {name}", name=said)
    return Words("gradient of {name}", name=said)  # a symbol: Wh, h0, γ


def _sentences(dims: int, _: Trace, step: Step, show: Show) -> Iterator[Words]:
    """What the gradient means, what it is made of, and which of its terms counts most."""
    terms, value = step.detail["terms"], step.value
    if not math.isfinite(value):
        return
    if value == 0:
        yield Words("If this number moved a little, the loss would stay as it is.")
    else:
        yield Words(
            "If this number grew by 1 and the slope stayed, the loss would grow by {value}."
            if value > 0
            else "If this number grew by 1 and the slope stayed, the loss would fall by {value}.",
            value=show(abs(value)),
        )
    if not terms:
        yield Words("Nothing depends on it.")
    elif len(terms) == 1:
        _, arrived, factor = terms[0]
        yield Words(
            "It is used once: what comes back is the gradient there, {g}, times its factor, {f}.",
            g=show(arrived),
            f=show(factor),
        )
    else:
        yield Words("It is used {n} times, and what comes back from each is added.", n=len(terms))
        yield from heaviest([term[1:] for term in terms], lambda k: place(terms[k][0], dims), show)


def _snippet(forward: Trace, back: Backward, of: str) -> Snippet:
    """The forward calls, and what PyTorch's autograd makes of them."""
    assert forward.snippet is not None
    calls, arrays, before = forward.snippet()
    name = {"input": "x", "bias": "b"}.get(of, "w")
    leaf = name if name == "x" else f"{{{name}}}"
    return Snippet(
        (*calls, f"torch.autograd.grad({{x}}, {leaf}, {{g}})[0]"),
        {**arrays, "g": back.gradient if back.arrived is None else back.arrived},
        (*before, f"{{{name}}}.requires_grad_()"),
    )


_LETTERS = {"input": "x", "kernel": "w", "weight": "w", "bias": "b", "gamma": "γ", "beta": "β"}


class _Symbols(NamedTuple):
    """What stands for the numbers of a step, with the roles that colour them."""

    made: str
    """The array that the gradient is of: x."""
    arrived: str
    """What the terms multiply the gradients of: y."""
    factor: str
    role: Role
    """The array that the factors are of, and its role."""

    @classmethod
    def of(cls, forward: Trace, back: Backward, of: str) -> _Symbols:
        part = back.parts[of]
        summed = back.through or part.gradient is not None
        made, factor = (
            _LETTERS.get(name.partition("_")[0], name) for name in (of, part.factors or "y′")
        )
        factor = part.made.symbol if part.made else factor
        role = forward.roles.get(part.factors.partition("_")[0], "intermediate")
        return cls(made, part.letter or ("z" if summed else "y"), factor, role)

    def equation(self, index: Index, terms: Sequence[Term]) -> tuple[Expr, ...]:
        """∂L/∂x₁,₂ = (∂y₀,₁×w₁,₁) + …, as far as there are terms."""
        left = indexed(f"∂L/∂{self.made}", index, "gradient")
        return (left, Sum(tuple(map(self.term, terms)))) if terms else (left,)

    def term(self, term: Term) -> Expr:
        given = term.given or indexed(f"∂{self.arrived}", term.at, "gradient")
        if term.is_one:
            return given
        placed = term.at if term.place is None else term.place
        return Product((given, term.symbol or indexed(self.factor, placed, self.role)))


def _brief(part: Part, symbols: _Symbols) -> dict[str, str]:
    """The arrays as the steps have them."""
    arrived = f"∂L/∂{symbols.arrived}"
    given = {} if part.arrived_at else {GRADIENT: arrived, TURNED: f"({arrived})ᵀ"}
    made = {part.factors: part.made.symbol} if part.made else {}
    return {**given, LOST: "∂L/∂y", "output": f"∂L/∂{symbols.made}", **made}


def _steps(g: np.ndarray, part: Part, value: np.ndarray, symbols: _Symbols) -> Steps:
    count = value.size if part.terms_a_cell <= _MOST else 0
    return Steps(count, partial(_step, g, part, value, symbols))


def _step(g: np.ndarray, part: Part, value: np.ndarray, symbols: _Symbols, i: int) -> Step:
    index = unravel(i, value.shape)
    terms = sorted(part.terms(index), key=lambda term: term.at)
    made = value[index].item()
    given = [Num(g[term.at].item(), "gradient") for term in terms]
    products = [
        n if t.is_one else Product((n, t.shown or Num(t.factor, symbols.role)))
        for t, n in zip(terms, given, strict=True)
    ]
    worked = () if products in ([], [Num(made, "gradient")]) else (Sum(tuple(products)),)
    cells = {GRADIENT: tuple(term.at for term in terms), "output": (index,)}
    if part.turned:
        cells[TURNED] = tuple(term.at[::-1] for term in terms)
    if part.factors:
        cells[part.factors] = tuple(t.place for t in terms if t.place is not None)
    counted = tuple(map(sum, zip(index, (p.first for p in part.places), strict=True)))
    sides = (*symbols.equation(counted, terms), *worked, Num(made, "gradient"))
    return Step(
        number=i + 1,
        index=index,
        formula=(Equation(sides),),
        value=made,
        detail={
            "terms": [[list(t.at), n.value, t.factor] for t, n in zip(terms, given, strict=True)]
        },
        cells=cells,
        notes=tuple(part.told(index)),
    )
