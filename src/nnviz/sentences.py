"""What is said of a step in plain sentences: of a sum of products, and of an activation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from nnviz.activation_steps import shown
from nnviz.trace import Equation, Num, Product, Show, Step, Trace, text
from nnviz.words import Words

Number = int | float


def summed(each: Words, trace: Trace, step: Step, value: Number, show: Show) -> Words:
    """What the products of a sum come to, `each` of them being made so."""
    made = show(value)
    if "bias" not in trace.arrays:
        return Words("{each}, and the products add up to {value}.", each=each, value=made)
    bias = show(step.detail["bias"])
    return Words(
        "{each}, and the products and the bias {bias} add up to {value}.",
        each=each,
        bias=bias,
        value=made,
    )


def heaviest(
    terms: Sequence[Sequence[Number]], place: Callable[[int], Words], show: Show
) -> Iterator[Words]:
    """Which product of a sum counts most; `place(k)` is where its term `k` was read."""
    made = [math.prod(term) for term in terms]
    if not made or not all(map(math.isfinite, made)):
        return
    sizes = [*map(abs, made)]
    most = sizes.index(max(sizes))
    if not made[most]:
        yield Words("Every product is 0.")
        return
    factors = Product(tuple(map(Num, terms[most])), dot=True)
    product = text((Equation((factors, Num(made[most]))),), show).replace("·", "×")
    if sizes.count(sizes[most]) > 1:
        yield Words(
            "No product counts more than {product}, from {where}.",
            product=product,
            where=place(most),
        )
    else:
        yield Words(
            "The product {product}, from {where}, counts most.", product=product, where=place(most)
        )


def activation(
    name: str, x: Number, value: Number, show: Show, alpha: float = 0.01, beta: float = 0
) -> Iterator[Words]:
    """What an activation makes of a number; then what it is good for."""
    if not math.isfinite(x):
        return
    at, made = show(x), show(value)
    if name in ("relu", "leaky-relu", "elu") and x >= 0:
        yield Words("{x} is not below 0: it passes {name} as it is.", x=at, name=shown(name))
    elif name == "relu":
        yield Words("{x} is below 0: ReLU makes 0 of it.", x=at)
    elif name == "leaky-relu":
        yield Words(
            "{x} is below 0: {part} of it is left, {value}.", x=at, part=show(alpha), value=made
        )
    elif name == "elu":
        yield Words("{x} is below 0: ELU bends it to {value}.", x=at, value=made)
    elif name == "gelu":
        part = show(value / x if x else 0.5)
        yield Words(
            "{part} of {x} is handed on: as much of a bell curve lies below it.", part=part, x=at
        )
    elif name == "softmax":
        yield Words(
            "The share of {x} is {value}: e to this power, of all such powers together.",
            x=at,
            value=made,
        )
    elif name == "hard-sigmoid":
        line = show(alpha * x + beta)
        yield Words(
            "The line is {line} at {x}; cut at 0 and 1, that is {value}.",
            line=line,
            x=at,
            value=made,
        )
    else:
        low = show(0 if name == "sigmoid" else -1)
        yield Words(
            "{x} is pressed between {low} and 1: it becomes {value}.", x=at, low=low, value=made
        )
    yield _use(name, show(-alpha))


def _use(name: str, floor: str) -> Words:
    """What an activation is good for."""
    return {
        "relu": Words("Without such a bend, several layers could do no more than one."),
        "leaky-relu": Words("Something is left below 0 too, so that it can still be learned from."),
        "elu": Words("Far below 0 it comes near {floor}, without a sharp bend.", floor=floor),
        "gelu": Words("Large numbers pass almost whole, very negative ones hardly at all."),
        "sigmoid": Words("0 becomes 0.5; the farther from 0, the nearer to 0 or 1."),
        "hard-sigmoid": Words(
            "It is a sigmoid made of straight lines, which are quick to compute."
        ),
        "tanh": Words("0 stays 0; the farther from 0, the nearer to −1 or 1."),
        "softmax": Words("All shares add up to 1, and the largest number has the largest share."),
    }[name]
