"""The waist: what every operation returns and every format reads.

Frozen records that hold references to arrays, never copies. A formula is a
small expression (see `nnviz.expressions`), not a string: the terminal, the figure,
LaTeX and the tests that evaluate it read the same one. Words are keys until a format says them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nnviz.equations import Fact, Index, Quantity, VectorEquation, lists, number_by_number
from nnviz.errors import NnvizError
from nnviz.expressions import (
    Call,
    Equation,
    Expr,
    Formula,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Role,
    Show,
    Sum,
    indexed,
    numbers,
)
from nnviz.lazy import Lazy
from nnviz.libraries import np
from nnviz.notation import Token, flat, text, tokens
from nnviz.plans import WindowPlan
from nnviz.records import NamedTuple, dataclass, field, replace
from nnviz.recurrence import Recurrence
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.fields import Fields

# --- steps ---------------------------------------------------------------------


class Place(NamedTuple):
    """An axis of a step's index: what it is called, and from where it is counted."""

    label: Words
    first: int = 0
    """0, or 1 for times."""


@dataclass(frozen=True)
class Step:
    """One step: which output cell, from which cells, by which arithmetic."""

    number: int
    """From 1, row by row over the output (over time for a recurrent net)."""
    index: Index
    """Into the output, from 0."""
    formula: Formula
    value: Any
    """The number this step makes, or the list of them."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What the trace document adds for this operation (terms, from, window, …), ready for JSON."""
    cells: Mapping[str, tuple[Index, ...]] = field(default_factory=dict)
    """Cells of each array that take part, as indices into that array as given (batch and
    channel axes included where it has them); one of fewer axes stands for all cells there.
    Coordinates below 0 or past the end stand in the padding."""
    quantities: tuple[Quantity, ...] = ()
    """The vectors that the step reads and makes, in the order in which a table lists them;
    none where a step makes one number."""
    equations: tuple[VectorEquation, ...] = ()
    """How the step makes its vectors, for a figure."""
    notes: tuple[Words, ...] = ()
    """What is to be said of this step alone: a tie."""

    @classmethod
    def of_vectors(
        cls,
        number: int,
        index: Index,
        equations: tuple[VectorEquation, ...],
        quantities: tuple[Quantity, ...],
        cells: Mapping[str, tuple[Index, ...]],
    ) -> Step:
        """A step that makes vectors by equations, of which the last makes its value."""
        return cls(
            number,
            index,
            number_by_number(*([equation] for equation in equations)),
            equations[-1].made.tolist(),
            lists(quantities),
            {"output": (index,), **cells},
            quantities,
            equations,
        )


class Steps(Lazy[Step]):
    """Steps made when asked for; `make(i)` makes the step of output cell `i`, from 0."""


class Results(Mapping[str, Any]):
    """Arrays by name; one given as a function is computed when first asked for."""

    def __init__(self, **values: Any) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        value = self._values[name]
        if callable(value):
            value = self._values[name] = value()
        return value

    @property
    def given(self) -> dict[str, Any]:
        """As they were given: what nobody has asked for is not computed."""
        return dict(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Snippet(NamedTuple):
    """How a run is written in PyTorch: calls, each of what came before it, `{x}`.

    Arrays stand in them by their names here: `F.linear({x}, {w}, {b})`.
    """

    calls: tuple[str, ...]
    arrays: Mapping[str, Any] = {}
    before: tuple[str, ...] = ()
    """Statements that the calls rest on: a layer of `torch.nn` with its weights."""


class Loss(NamedTuple):
    """What a loss comes to, how, and what it sends back to the output."""

    value: float
    gradient: np.ndarray
    fact: Fact
    made: np.ndarray
    """What is compared with the target: of the cross-entropy softmax of the output."""
    target: np.ndarray
    """What that should be, in its shape."""
    sides: tuple[Fact, ...]
    """What both are called, and how the gradient is worked out from them."""


class Listing(NamedTuple):
    """A table of its own: rows under headings, with what it is of."""

    title: Words
    headings: tuple[Words, ...]
    rows: Sequence[tuple[Any, ...]]
    """Words, counts, shapes; those of a column are of one kind."""
    total: bool = False
    """Whether the last row is that of all."""


_NOT_FINITE = Words("Some numbers here are not finite, which leaves nothing to explain.")

# --- the trace -----------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """All that an operation has to say about one run."""

    op: str
    title: Words
    arrays: Mapping[str, np.ndarray]
    """What went in, by name: input, kernel, bias, …"""
    results: Results
    """What came out: `output` and, by operation, y, h_n, indices, partials, …"""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The options in force, ready for JSON."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """The role of each array and result that is shown."""
    equation: tuple[str, ...] = ()
    """Names of arrays and the signs between them, as they stand in a row:
    ("input", "∗", "kernel", "+", "bias", "=", "output")."""
    facts: tuple[Fact, ...] = ()
    lessons: tuple[Fact, ...] = ()
    """What a student may take from the run as a whole; not said of a step."""
    said: tuple[Words, ...] = ()
    """What was asked for and is not as usual, in few words: header and figures have it."""
    notes: tuple[Words, ...] = ()
    """What a user should be told: the default kernel, a column that is not used."""
    steps: Sequence[Step] = ()
    explain: Callable[[Trace, Step, Show], Iterable[Words]] | None = None
    """What a step does and why, in two or three plain sentences, its numbers written by `Show`."""
    places: tuple[Place, ...] = ()
    """What the axes of a step's index are called: row, column; t."""
    plan: WindowPlan[Any] | None = None
    """What every output cell is made from; None where no window slides."""
    samples: int = 1
    """How many there are in the batch: a figure is of one, and steps are in equal parts theirs."""
    image: bool = False
    """The input came from a picture."""
    inner: bool = False
    """What goes in was made inside a network: it is not what the command was given."""
    names: Mapping[str, Words] = field(default_factory=dict)
    """What an array or result is called, where that is not its own name."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the rows of an array: characters of a text."""
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the numbers of a vector stand for, in each row: characters, digits."""
    short: Words | str = ""
    """What it is called as a layer, as a textbook does: conv 5×5, 6."""
    layers: tuple[Trace, ...] = ()
    layer_names: tuple[Words | str, ...] = ()
    """Those of a net that is run, or counted: `params` has no traces of its layers. Where it
    failed, with the layer that did, as `sources`."""
    sources: tuple[tuple[int, ...], ...] = ()
    """The layers whose outputs each layer takes, from 1; 0 is the input. Two and more where
    branches meet."""
    layer_keys: tuple[str, ...] = ()
    """What the arrays of each layer are called by: its number, or the name that it was given."""
    listings: tuple[Listing, ...] = ()
    """Tables beside the arrays and the steps."""
    fields: Fields | None = None
    """What sees what through a chain, where one output cell is asked about."""
    recurrence: Recurrence | None = None
    """The chains of a recurrent net, and what there is at each time."""
    states: Mapping[str, np.ndarray] = field(default_factory=dict)
    """What was made on the way and is no result: h_l0, h_l0_reverse, c_l1, … of a recurrent
    net, T×Dh each."""
    symbols: Mapping[str, Name] = field(default_factory=dict)
    """What an array is called in formulas, where its own name does not say it: y_3."""
    brief: Mapping[str, Words] = field(default_factory=dict)
    """What arrays with long names are called where there is little room: ∂L/∂y."""
    snippet: Callable[[], Snippet] | None = None
    """How it is written in PyTorch, where that is known."""
    saved: Mapping[str, np.ndarray] | None = None
    """Arrays that are asked for in a file of their own."""
    stages: Sequence[Step] = ()
    """What a film of a network gone back through goes through: whose gradient it has come to."""
    updates: tuple[Trace, ...] = ()
    """What a step of training makes of each array that is learned, a run each."""
    loss: Loss | None = None
    """What the output of a net was held against, and what that sends back."""
    forward: Trace | None = None
    """The run that this one goes back through."""
    from_last: bool = False
    """Whether the outputs before a step are those that are still to come."""
    adjoints: Sequence[Mapping[Expr, np.ndarray]] = ()
    """Of a way back, what comes back to all that is in the equations of each forward step."""
    backward: Callable[[np.ndarray], Any] | None = None
    """The way back from a gradient of the output, where there is one: a `Backward` of
    `nnviz.gradient`."""
    again: Callable[[Mapping[str, np.ndarray]], np.ndarray] | None = None
    """The output with other arrays in the place of those that went in, by the same names."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """What went in by names that it was given by: weight_ih_l0 is Wx."""
    without: Mapping[str, Words] = field(default_factory=dict)
    """What went in and has no gradient, and why."""

    @property
    def output(self) -> np.ndarray:
        return self.results["output"]  # type: ignore[no-any-return]

    def pictured(self, image: bool) -> Trace:
        """The same where the command's input is a picture or not; a layer further on takes none."""
        return replace(self, image=self.image or (image and not self.inner))

    @property
    def numbered(self) -> Iterator[tuple[int, Trace]]:
        """Its layers with their numbers, in the order in which they run; 0 is the input."""
        if self.forward is None:
            return enumerate(self.layers, 1)
        return zip(range(len(self.forward.layers), -1, -1), self.layers, strict=False)

    @property
    def learned(self) -> Iterator[str]:
        """Of a way back, the gradients of what is learned, but for the one that it is of."""
        known = self.forward.roles if self.forward else {}
        for name, role in known.items():
            if role in ("weight", "bias") and name != self.options.get("of"):
                yield f"grad_{name}"

    @property
    def command(self) -> str:
        """What made it, in the words of who asked."""
        return f"{self.forward.op} --backward" if self.forward else self.op

    @property
    def back(self) -> bool:
        """Whether it is a way back, which is played from its last step."""
        return self.forward is not None

    def after(self, made: range, count: int) -> range:
        """Which of so many outputs are still to come once some are made."""
        return range(made.start) if self.from_last else range(made.stop, count)

    def called(self, name: str) -> Words:
        """What an array or result is called."""
        return self.names.get(name, Words(name))

    def explained(self, step: Step, show: Show) -> tuple[Words, ...]:
        """The sentences of a step; none of an operation that has none to say."""
        if self.explain is None:
            return ()
        return tuple(self.explain(self, step, show)) or (_NOT_FINITE,)

    def sample_of(self, step: Step) -> int:
        """The sample of the batch that a step belongs to."""
        return (step.number - 1) * self.samples // len(self.steps)

    def array(self, name: str) -> Any:
        """An array or result by name; an error naming those there are."""
        for place in (self.results, self.arrays):
            if name in place:
                return place[name]
        raise NnvizError(
            "there is no {name} in a result of {op}",
            name=name,
            op=self.command,
            hint=Words("there is: {names}", names=", ".join([*self.results, *self.arrays])),
        )
