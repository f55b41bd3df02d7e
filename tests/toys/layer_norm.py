"""Layer normalisation: an operation of three equations a step, in one file."""

from __future__ import annotations

from dataclasses import dataclass

from nnviz.equations import Substitution
from nnviz.libraries import np
from nnviz.ops._layer import Layer
from nnviz.options import kinds
from nnviz.options.operation import Operation
from nnviz.options.option import option
from nnviz.trace import (
    Call,
    Equation,
    Fact,
    Name,
    Neg,
    Num,
    Place,
    Power,
    Quotient,
    Results,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words

X, Y, EPS = Name("x", "i", "input"), Name("y", "i", "output"), Name("ε")
MEAN, VARIANCE = Name("μ", "i", "intermediate"), Name("σ", "i", "intermediate", "2")
APART = Sum((X, Neg(MEAN)))
FACTS = (
    Fact(Words("mean"), Equation((MEAN, Call("mean", (X,))))),
    Fact(Words("variance"), Equation((VARIANCE, Call("mean", (Power(APART, Num(2)),))))),
    Fact(
        Words("normalised"),
        Equation((Y, Quotient(APART, Call("√", (Sum((VARIANCE, EPS)),))))),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNormOptions:
    """What keeps the variance from being 0."""

    eps: float = option(
        "--eps", kind=kinds.number(positive=True), help="Added to the variance.", default=1e-5
    )


def run(x: np.ndarray, options: LayerNormOptions) -> Trace:
    """Each row of x less its mean, divided by its standard deviation."""
    x = x.reshape(-1, x.shape[-1])
    mean, variance = x.mean(1), x.var(1)
    output = (x - mean[:, None]) / np.sqrt(variance[:, None] + options.eps)

    def step(i: int) -> Step:
        values = {X: x[i], MEAN: mean[i], VARIANCE: variance[i], Y: output[i], EPS: options.eps}
        at = Substitution(values, {"i": str(i)})
        vectors = at.quantities(x=X, mean=MEAN, variance=VARIANCE, y=Y)
        return Step.of_vectors(i + 1, (i,), at.equations(FACTS), vectors, {"input": ((i,),)})

    return Trace(
        op="layer_norm",
        title=Words("Layer normalisation"),
        arrays={"input": x},
        results=Results(output=output),
        options={"eps": options.eps},
        said=() if options.eps == 1e-5 else (Words("epsilon {value}", value=options.eps),),
        roles={"input": "input", "output": "output"},
        equation=("input", "→", "output"),
        facts=FACTS,
        steps=Steps(len(x), step),
        places=(Place(Words("row")),),
    )


OPERATION = Operation(
    name="layer-norm",
    help="Each row less its mean, divided by its standard deviation.",
    example='layer-norm "1 2 3; 4 6 8"',
    record=LayerNormOptions,
    run=run,
    layer=lambda shape, _: Layer(shape),
)
