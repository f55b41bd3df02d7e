"""The gradients of a fully connected layer: Wᵀ times what arrives; what arrives, as a
column, times the input; the sum."""

from __future__ import annotations

from nnviz.core import gradients
from nnviz.gradient import Backward, Made, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.trace import Index, indexed
from nnviz.words import Words

_TURNED = Words("{name}, transposed", name="weight")


def dense_backward(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, g: np.ndarray) -> Backward:
    """The way back from the gradient of the output, `g`: of a vector x, or of rows of them."""
    rows, given = x.reshape(-1, x.shape[-1]), g.reshape(-1, g.shape[-1])
    lead, alone = list(np.ndindex(*x.shape[:-1])), x.ndim == 1
    shared = () if alone else (Words("the rows share it: what each hands back is added"),)

    def of_input(index: Index) -> list[Term]:
        *row, k = index
        symbols = [indexed("w", (unit, k), "weight") for unit in range(len(w))]
        return [
            Term((*row, unit), w[unit, k].item(), (k, unit) if alone else (unit, k), symbol=symbol)
            for unit, symbol in enumerate(symbols)
        ]

    def of_weight(index: Index) -> list[Term]:
        unit, k = index
        return [Term((*row, unit), x[(*row, k)].item(), (*row, k)) for row in lead]

    def of_bias(index: Index) -> list[Term]:
        assert b is not None
        stands = [slice(None) if n == 1 < g.shape[at] else i for at, n, i in _along(b, g, index)]
        picked = np.zeros(g.shape, bool)
        picked[(..., *stands)] = True
        return [Term(tuple(at), 1) for at in np.argwhere(picked).tolist()]

    parts = {
        "input": Part(
            lambda: gradients.products(given, w.T).reshape(x.shape),
            of_input,
            *("weight_turned" if alone else "weight", "·", places(x.ndim), len(w)),
            made=Made(_TURNED, "Wᵀ", lambda: w.T) if alone else None,
        ),
        "weight": Part(
            lambda: gradients.products(given.T, rows.T),
            *(of_weight, "input", "⊗" if alone else "·", places(2), len(rows)),
            said=shared,
            turned=not alone,
        ),
    }
    if b is not None:
        parts["bias"] = Part(
            lambda: gradients.summed_to(g, b.shape),
            of_bias,
            places=places(b.ndim),
            terms_a_cell=g.size,
            said=shared if b.ndim == 1 else (),
        )
    return Backward(g, parts)


def _along(b: np.ndarray, g: np.ndarray, index: Index) -> list[tuple[int, int, int]]:
    """Each axis of a bias: which of the output's it is, its length, and a coordinate on it."""
    first = g.ndim - b.ndim
    return [(first + at, n, i) for at, (n, i) in enumerate(zip(b.shape, index, strict=True))]
