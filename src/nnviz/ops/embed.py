"""Embedding: whole numbers become rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.equations import Substitution
from nnviz.errors import NnvizError, UsageError
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import Layer, places
from nnviz.options import kinds
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.options.option import option
from nnviz.records import dataclass
from nnviz.shapes import times, unravel
from nnviz.trace import Equation, Fact, Index, Name, Results, Show, Snippet, Step, Steps, Trace
from nnviz.words import Words

_X, _Y, _ROW = Name("x", "t", "input"), Name("y", "t", "output"), Name("W", "xₜ", "weight")
_FACTS = (Fact(Words("row of the table"), Equation((_Y, _ROW))),)


@dataclass(frozen=True, kw_only=True)
class EmbedOptions:
    """The table: given, or drawn at random."""

    weight: np.ndarray | None = option(
        "--weight", kind=kinds.array(), help="The table, V×D.", apart_from=("count|units",)
    )
    count: int | None = option(
        "--count",
        kind=kinds.count(1),
        help="V: how many rows the table has.",
        belongs_to=("units",),
    )
    units: int | None = option(
        "--units",
        kind=kinds.count(1),
        help="D: draw a table with rows of this many numbers.",
        belongs_to=("count",),
    )
    seed: int = option(
        "--seed",
        kind=kinds.count(0),
        help="Seed of the random table.",
        default=0,
        belongs_to=("units",),
    )


def _shape(options: EmbedOptions) -> tuple[int, int]:
    """(V, D) of the table."""
    if options.count is not None and options.units is not None:
        return options.count, options.units
    if options.weight is None:
        raise UsageError("embed needs --weight W, or --count V and --units D")
    if options.weight.ndim != 2:
        raise NnvizError("--weight {shape} is not a table", shape=times(options.weight.shape))
    rows, columns = options.weight.shape
    return rows, columns


def run(x: np.ndarray, options: EmbedOptions) -> Trace:
    """Row x_t of the table for every whole number of x."""
    shape = _shape(options)
    _check(x, shape[0])
    table = options.weight
    if table is None:
        table = np.random.default_rng(options.seed).integers(-2, 3, shape)
    output = table[x.astype(np.intp)]

    def step(i: int) -> Step:
        index = unravel(i, x.shape)
        row = x[index].item()
        subs = {"t": ",".join(map(str, index)), "xₜ": str(row)}
        at = Substitution({_X: x[index], _ROW: table[row], _Y: output[index]}, subs)
        cells = {"input": (index,), "weight": ((row,),)}
        vectors = at.quantities(x=_X, y=_Y)
        return Step.of_vectors(i + 1, index, at.equations(_FACTS), vectors, cells)

    return Trace(
        op="embed",
        title=Words("Embedding"),
        short=_short(shape),
        arrays={"input": x, "weight": table},
        results=Results(output=output),
        options={"count": shape[0], "units": shape[1]},
        roles={"input": "input", "weight": "weight", "output": "output"},
        equation=("input", "→", "weight", "→", "output"),
        facts=_FACTS,
        explain=_sentences,
        steps=Steps(x.size, step),
        places=places(x.ndim),
        snippet=lambda: Snippet(("F.embedding({x}.long(), {weight})",), {"weight": table}),
        backward=lambda g: _backward(x, table, g),
        without={"input": Words("the number of a row cannot be moved a little")},
    )


def _backward(x: np.ndarray, table: np.ndarray, g: np.ndarray) -> Backward:
    """A row of the table has the sum of what arrives wherever it was taken."""

    def made() -> np.ndarray:
        from nnviz.core.gradients import added_at

        columns = np.arange(table.shape[1])
        at = x.astype(np.intp)[..., None] * len(columns) + columns
        return added_at(table.shape, at, g)

    def terms(index: Index) -> list[Term]:
        row, k = index
        return [Term((*at, k), 1) for at in np.argwhere(x == row).tolist()]

    part = Part(made, terms, places=places(2), terms_a_cell=x.size)
    return Backward(g, {"weight": part})


def _sentences(_: Trace, step: Step, __: Show) -> Iterator[Words]:
    """Which row is taken, and where it comes from."""
    ((row,),) = step.cells["weight"]
    yield Words("{n} is the number of a row: it is looked up, and nothing is computed.", n=row)
    yield Words("The table is learned, so that what is used alike comes to have rows alike.")


def _check(x: np.ndarray, rows: int) -> None:
    """That every number is the number of a row."""
    if x.dtype.kind not in "iu":
        raise NnvizError("embed takes whole numbers, which say which row is taken")
    wrong = np.argwhere((x < 0) | (x >= rows))
    if len(wrong):
        index = tuple(wrong[0].tolist())
        raise NnvizError(
            "the input has {value} at {index}, but the table has the rows 0 to {last}",
            value=x[index].item(),
            index=", ".join(map(str, index)),
            last=rows - 1,
        )


def _short(shape: tuple[int, int]) -> Words:
    return Words("embedding {shape}", shape=times(shape))


def layer(shape: tuple[int, ...], options: EmbedOptions) -> Layer:
    """The table is learned; a row of it is looked up, and nothing multiplied."""
    count, units = made = _shape(options)
    return Layer(
        (*shape, units),
        f"{count} × {units}",
        weights=count * units,
        everywhere=None,
        name=_short(made),
        learned={"weight": made} if options.weight is None else {},
    )


OPERATION = Operation(
    name="embed",
    rank=8,
    help="An embedding: rows of a table for whole numbers.",
    example='embed "2 0 1" --count 3 --units 4',
    more=(
        'embed "1 1" --weight "1 2; 3 4"',
        'embed "0 2 2" --count 3 --units 4 --json',
    ),
    record=EmbedOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
)
