"""What an operation declares, once, for every place that takes it.

The command line, the chain language of `net` and `params`, the Python call, the help
and the reference page are all made from an `Operation`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from math import prod
from typing import Any, Generic, TypeVar

from nnviz import memory
from nnviz.errors import NnvizError, UsageError
from nnviz.options.option import Context, Option, Text, declared, parse
from nnviz.records import NamedTuple, replace
from nnviz.request import GRADIENTS
from nnviz.trace import Trace
from nnviz.words import Words

Record = TypeVar("Record")
FEW_HAVE = frozenset({"filter", "symbols", *GRADIENTS})
"""Options of every command that most operations cannot use; one that can does not lack them."""
BUT_GRADIENTS = FEW_HAVE.difference(GRADIENTS)
"""Those of them that an operation with a way back still lacks."""


class Needs(NamedTuple):
    """What an operation makes, from shapes alone."""

    bytes: int
    cells: int
    output: tuple[int, ...]


class Operation(NamedTuple, Generic[Record]):
    """An operation as every caller sees it; `Record` is the record of its options."""

    name: str
    help: str
    """One sentence."""
    example: str
    """A command that runs, without the leading `nnviz `."""
    record: type[Record]
    """What declares its options (see `nnviz.options.option`)."""
    run: Callable[[Any, Record], Trace]
    """`run(x, options)`: x is a numpy array, or None where no INPUT is read."""
    rank: int = 10
    """Place in `nnviz --help`."""
    more: tuple[str, ...] = ()
    """Further examples, for the help."""
    takes_input: bool = True
    """Whether it has the argument INPUT at all: `params` describes a network and has none."""
    lacks: frozenset[str] = FEW_HAVE
    """Names of the options of every command that this one can never use."""
    layer: Callable[[tuple[int, ...], Record], Any] | None = None
    """What `params` asks of a layer, from the input's shape alone; None: not a layer."""
    cell_bytes: Callable[[int, Record], int] = lambda item, _: item
    """The memory that a cell of the output takes while it is made, where one of the input
    takes `item` bytes."""
    weight_bytes: int = 24
    """The same of a number that the layer has learned: drawn, and in the type computed in."""
    own_name: Callable[[str], str] = lambda name: name
    """What is called so elsewhere, of the arrays that a layer learns; nothing where it is none."""
    as_traced: Callable[[Record], Record] = lambda options: options
    """The options that take its arrays as they stand in its trace."""
    batched: Callable[[Record], Record] = lambda options: options
    """The options in force where a chain's input has a batch axis."""
    joins: bool = False
    """Whether branches meet here: it takes a tuple of inputs, and `layer` one of shapes."""
    slides: bool = False
    """Whether it works on maps of rows and columns, so that a matrix is one channel of them."""

    @property
    def options(self) -> tuple[Option, ...]:
        return declared(self.record)

    @property
    def arguments(self) -> tuple[Option, ...]:
        """Positional arguments before INPUT."""
        return tuple(o for o in self.options if not o.flags)

    def perform(self, x: Any, options: Record) -> Trace:
        """`run`, where there is memory for it."""
        if x is not None and not self.joins:
            self.check_memory(x, options)
        return replace(self.run(x, options), again=partial(self._again, options))

    def _again(self, options: Record, arrays: Mapping[str, Any]) -> Any:
        """The output of other arrays, by their names in the trace."""
        fed = tuple(array for name, array in arrays.items() if name.startswith("input"))
        if self.joins:
            return self.run(fed, options).output
        own = {name: a for name, a in arrays.items() if not name.startswith("input")}
        text = {o.name: o.default for o in self.options if o.replaces_input}
        record = self.as_traced(replace(self.filled(options, own), **text))  # type: ignore[type-var]
        return self.run(fed[0], record).output

    def check_memory(self, x: Any, options: Record) -> None:
        """Raise NnvizError where what is made of x is more than there is memory for."""
        made = self.needs(x.shape, x.itemsize, options) if self.layer is not None else None
        if made is not None:
            memory.check(made.bytes + x.nbytes, made.cells, Words("this"))

    def needs(self, shape: tuple[int, ...], item: int, options: Record) -> Needs | None:
        """What the operation makes of an input of `shape`; None where it will be refused."""
        assert self.layer is not None
        # A layer takes one of a batch; a sequence may be one row.
        for samples, one in ((1, shape), (shape[0], shape[1:]), (1, (1, *shape))):
            try:
                layer = self.layer(one, options)
            except NnvizError:
                continue
            return self.cost(layer, samples, item, options)
        return None

    def cost(self, layer: Any, samples: int, item: int, options: Record) -> Needs:
        """What a layer, as it is counted, makes of some samples."""
        output, learned = samples * prod(layer.output), layer.params or 0
        taken = output * self.cell_bytes(item, options) + learned * self.weight_bytes
        shape = layer.output if samples == 1 else (samples, *layer.output)
        return Needs(taken, output + learned, shape)

    def filled(self, options: Record, arrays: Mapping[str, Any]) -> Record:
        """The options with arrays in the place of what is drawn at random, by their names: each
        has an option of its own, or all weights have one.
        """
        states = {name: array for name, array in arrays.items() if name in ("h0", "c0")}
        if any(o.name == "weights" for o in self.options):
            weights = {name: array for name, array in arrays.items() if name not in states}
            arrays = {"weights": weights, **states} if weights else states
        else:
            arrays = {self.own_name(name): array for name, array in arrays.items()}
        gone = {name for o in self.options if o.name in arrays for name in _names(o.apart_from)}
        unused = {
            o.name: o.default
            for o in self.options
            if o.name in gone or any(gone.issuperset(c.split("|")) for c in o.belongs_to)
        }
        made: Record = replace(options, **unused, **arrays)  # type: ignore[type-var]
        return made

    def option(self, name: str) -> Option:
        """The option of this (Python) name."""
        return next(o for o in self.options if o.name == name)

    def reads_input(self, given: Mapping[str, Any]) -> bool:
        """Whether INPUT is needed where these options are given, as text or as values."""
        replaced = (o.name for o in self.options if o.replaces_input or o.prints)
        return self.takes_input and not any(
            given.get(name) not in (None, False) for name in replaced
        )

    def announcement(self, texts: Mapping[str, Text]) -> str | None:
        """A text to print instead of running, where the options written ask for one."""
        asked = (o.prints for o in self.options if o.prints and texts.get(o.name))
        return next((prints() for prints in asked), None)

    def parse(self, texts: Mapping[str, Text], context: Context) -> Record:
        """The options that were written, by name; UsageError where one could change nothing."""
        given = {name for name, text in texts.items() if text is not None}
        return self._used(parse(self.record, texts, context), given, given)

    def _used(self, record: Record, asked: Collection[str], given: Collection[str]) -> Record:
        """The record; UsageError where an option asked for means nothing beside what is given."""

        def holds(condition: str) -> bool:
            names, _, values = condition.partition("=")
            if values:
                return getattr(record, names) in values.split("|")
            return any(name in given for name in names.split("|"))

        for option in (o for o in self.options if o.name in asked):
            for needed in (c for c in option.belongs_to if not holds(c)):
                raise UsageError(
                    "{flag} belongs to {what}", flag=option.label, what=self._spelt(needed)
                )
            for other in filter(holds, option.apart_from):
                raise UsageError(
                    "{flag} and {other} contradict each other",
                    flag=option.label,
                    other=self._spelt(other, given),
                    hint="leave one of them out",
                )
        return record

    def _spelt(self, condition: str, given: Collection[str] | None = None) -> str:
        """`kind=avg|lp` as it is written, `--kind avg / lp`; of several options those given."""
        names, _, values = condition.partition("=")
        known = [self.option(n) for n in names.split("|") if given is None or n in given]
        written = " / ".join(o.label for o in known if o.flags or not values)
        return f"{written} {values.replace('|', ' / ')}".strip()

    def accept(self, given: Mapping[str, Any]) -> Record:
        """The options of a Python call; None is as good as not given.

        A call has a value for each of its arguments, so one is asked for where it is not the
        default: `count_include_pad=False` stands beside `padding=0`, `p=3` not beside max.
        """
        known = {o.name: o for o in self.options}
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise UsageError(
                "{op} has no option {name}",
                op=self.name,
                name=unknown[0],
                hint=Words("it has: {names}", names=", ".join(known)),
            )
        values = {
            name: known[name].kind.accept(value, name)
            for name, value in given.items()
            if value is not None
        }
        for needed in self.arguments:
            if needed.name not in values:
                raise UsageError("{op} needs {what}", op=self.name, what=needed.label)
        usual = {name: known[name].default for name in values}
        asked = {n for n, v in values.items() if usual[n] is None or v != usual[n]}
        there = {name for name, value in values.items() if value is not False}
        return self._used(self.record(**values), asked, asked | there)


def _names(conditions: Collection[str]) -> set[str]:
    """The options that conditions name, those apart that ask for a value."""
    return {name for c in conditions if "=" not in c for name in c.split("|")}
