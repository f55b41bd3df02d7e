"""What a Python call gives back: arrays, steps, files, and a notebook's figure."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Never, TypeAlias

from nnviz import formats, lang
from nnviz import steps as _steps
from nnviz.differences import gone_back
from nnviz.errors import NnvizError, UsageError, called
from nnviz.files import write
from nnviz.lazy import Lazy
from nnviz.libraries import np
from nnviz.losses import LOSSES, LossName, loss_of
from nnviz.numerals import exact
from nnviz.options import kinds, page
from nnviz.options.option import SWITCH, Kind
from nnviz.request import EMBEDS, NOTE, THEMES, Appearance, Embed, Request, Theme
from nnviz.trace import Formula, Index, Step, Trace, text
from nnviz.words import Words

if TYPE_CHECKING:
    from rich.console import RenderableType

PLAYED = 64
"""Steps past which a notebook shows the figure of the whole instead of a player."""
_DRAWN = ("partials", "curve")
"""Results that figures are drawn from, and that are none of the operation."""
MOST = 150_000
"""Bytes of a figure that a notebook keeps."""

Origin: TypeAlias = tuple[Callable[..., "Result"], tuple[Any, ...]]
"""The function and its arguments that make a result again."""


class MissingNameError(NnvizError, KeyError):
    """A name that a result has nothing of; a mapping's KeyError as well."""


class ShownStep:
    """Step `i` (from 0) of a result as the trace document has it, its formula as text."""

    __slots__ = ("_of", "_step")

    def __init__(self, result: Result, i: int) -> None:
        self._of = (result, i)
        self._step: Step = result.trace.steps[i]

    def __reduce__(self) -> tuple[type[ShownStep], tuple[Result, int]]:
        return ShownStep, self._of

    @property
    def number(self) -> int:
        """From 1, row by row over the output (over time for a recurrent net)."""
        return self._step.number

    @property
    def index(self) -> Index:
        """Into the output, from 0."""
        return self._step.index

    @property
    def formula(self) -> str:
        """The arithmetic as a person writes it: `(1×1) + (2×0) = 1`."""
        return text(self._step.formula, exact)

    @property
    def expression(self) -> Formula:
        """The formula as it is computed with: numbers, products, sums."""
        return self._step.formula

    @property
    def value(self) -> Any:
        """The number that the step makes, or the list of them."""
        return self._step.value

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the trace has beyond: terms, window, gates."""
        return self._step.detail

    def __repr__(self) -> str:
        return f"<step {self.number}: {self.formula}>"


class Result(Mapping[str, Any]):
    """What an operation made: a mapping of its arrays, its steps, its figure.

    The trace is the result's own. Arrays are handed out as copies, made once, so that
    what is done to one changes no other, no step and no figure.
    """

    def __init__(self, trace: Trace, origin: Origin) -> None:
        self.trace = trace
        self._origin = origin
        self._given: dict[str, Any] = {}

    # --- its arrays ----------------------------------------------------------------

    @property
    def output(self) -> np.ndarray:
        """The output as a numpy array."""
        output: np.ndarray = self["output"]
        return output

    def __getitem__(self, name: str) -> Any:
        """An array by name: `r["indices"]`, `r["h_n"]`, `r["input"]`."""
        if name not in self:
            raise MissingNameError(
                "there is no {name} in a result of {op}",
                name=name,
                op=self.trace.command,
                hint=Words("there is: {names}", names=", ".join(self)),
            )
        if name not in self._given:
            self._given[name] = deepcopy(self.trace.array(name))
        return self._given[name]

    def __contains__(self, name: object) -> bool:
        return name in set(self)

    def __iter__(self) -> Iterator[str]:
        names = dict.fromkeys([*self.trace.results, *self.trace.arrays])
        return (name for name in names if name not in _DRAWN)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    # A mapping is compared by its values, and arrays have no single answer.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __array__(
        self, dtype: np.typing.DTypeLike | None = None, copy: bool | None = None
    ) -> np.ndarray:
        return np.array(self.output, dtype=dtype, copy=copy)

    def __reduce__(self) -> Origin:
        """Pickled as what it was made of: steps are functions, and are made anew."""
        return self._origin

    # --- its steps and layers ------------------------------------------------------

    @property
    def steps(self) -> Sequence[ShownStep]:
        """The steps, made when asked for; `r.steps[4].formula` is the fifth's."""
        return Lazy(len(self.trace.steps), lambda i: ShownStep(self, i))

    @cached_property
    def layers(self) -> tuple[Result, ...]:
        """The layers of a net, each a result; none of another."""
        layers = enumerate(self.trace.layers)
        return tuple(Result(layer, (_layer, (self, i))) for i, layer in layers)

    def backward(
        self,
        grad: Any = None,
        /,
        of: str = "input",
        *,
        target: Any = None,
        loss: LossName | None = None,
        check: bool = False,
    ) -> Result:
        """The way back: `["grad_input"]`, `["grad_kernel"]` …, each shaped like what it belongs to.

        `grad` is the gradient that arrives at the output, of its shape, or one number for all
        (1, where there is no loss); that of the array named by `of` is the output and has the
        steps. `target` and `loss` ("mse", "cross-entropy") make it that of a loss; `check` adds
        finite differences, `["check_input"]`. Raises NnvizError for another shape or name.

        >>> import nnviz
        >>> r = nnviz.conv([[5, 1, 0], [2, 4, 3], [0, 2, 4]], [[2, 1], [1, 1]])
        >>> r.backward([[1, 0], [1, 2]])["grad_kernel"].tolist()
        [[15, 11], [6, 14]]
        """
        read = kinds.array().accept
        with called(lambda flag: {"--check-grad": "check"}.get(flag, flag.removeprefix("--"))):
            if loss is not None or target is not None:
                if loss not in LOSSES or target is None or grad is not None:
                    raise UsageError(
                        "a loss takes target and loss, and no gradient beside them",
                        hint=Words("losses: {names}", names=", ".join(LOSSES)),
                    )
                grad = loss_of(self.output, read(target, "target"), loss).gradient
            return _backward(self, None if grad is None else read(grad, "grad"), of, check)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of `params`, a layer each."""
        return self["rows"]  # type: ignore[no-any-return]

    @property
    def total(self) -> dict[str, int]:
        """The totals of `params`."""
        return self["total"]  # type: ignore[no-any-return]

    # --- how it is shown -----------------------------------------------------------

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        steps: int | str | None = None,
        get: str = "output",
        embed: Embed = "markdown",
        view: str | None = None,
        theme: Theme = "light",
        title: str | None = None,
        scale: float | None = None,
        font: str | None = None,
        lang: str = "en",
        precision: int = 4,
        explain: bool = False,
        sample: int | None = None,
        filter: int | None = None,  # noqa: A002 - the name of the option
        fps: float | None = None,
        embed_font: bool = False,
        symbols: bool = False,
        plain: bool = False,
        width: int = NOTE,
        ratio: str | tuple[int, int] | None = None,
        labels: Mapping[str, str] | str | tuple[()] = (),
        **unknown: Never,
    ) -> None:
        """Write a file of any suffix that `-o` knows, replacing one that is there.

        `steps` is as `--steps`, `get` the array that .json, .csv and .npy hold, `embed` how a
        note has the figure that is written beside it; the others are the figure's details.
        Raises NnvizError for what cannot be drawn or written.
        """
        given = locals()
        for name in unknown:
            known = Words("it has: {names}", names=", ".join(_SAVED))
            raise UsageError("save has no option {name}", name=name, hint=known)
        appearance = Appearance(**{n: given[n] for n in Appearance._fields if n in given})
        try:
            path, asked = os.fspath(path), None if steps is None else str(steps)
            request = Request(asked, get, appearance, path=path, embed=embed)
            form = formats.by_suffix(path)
            made = form.write(self.trace, _checked(request, form, self.trace))
            write(path, made.content, made.numbers)
            for beside in made.more:
                write(*beside)
        except NnvizError as error:
            error.rename(lambda name: name.removeprefix("--").replace("-", "_"))
            raise

    def _repr_svg_(self) -> str | None:
        """The figure, for a notebook; nothing where there is none, or it is too large."""
        from nnviz.formats.svg import still

        return self._shown(still)

    def _repr_html_(self) -> str | None:
        """The steps with a player, for a notebook; nothing where the still figure is better."""
        if not 1 < len(self.trace.steps) <= PLAYED:
            return None
        from nnviz.formats.html import framed

        return self._shown(framed)

    def _shown(self, write: Callable[[Trace, Request, int], str | None]) -> str | None:
        try:
            return write(self.trace, Request(), MOST)
        except NnvizError:
            return None

    def __rich__(self) -> RenderableType:
        """The terminal view, for `rich.print` and Rich's layouts: as wide as it may be."""
        from nnviz.formats.terminal.view import TerminalView

        return TerminalView(self.trace, Request())

    def __str__(self) -> str:
        """The terminal view, as a pipe gets it."""
        return (
            formats.load("table").write(self.trace, Request()).content.decode().removesuffix("\n")
        )

    def __repr__(self) -> str:
        shapes = " ".join(
            f"{name} {'×'.join(map(str, array.shape)) or '1'}"
            for name, array in self.trace.arrays.items()
        )
        count = len(self.steps)
        steps = f"{count} step{'s' * (count != 1)}"
        return f"<nnviz {self.trace.op}: {', '.join(part for part in (shapes, steps) if part)}>"


_ALWAYS = ("theme", "lang", "precision")
"""Details that may be said of any file."""
_SAVED = ("steps", "get", "embed", *Appearance._fields)


def _checked(request: Request, form: formats.Format, trace: Trace) -> Request:
    """The request with its details as they are meant; raise UsageError for what is no choice of
    steps, no detail, or none that `form` uses.
    """
    if request.steps is not None:
        _steps.check(request.steps)
    details: dict[str, Any] = {}
    usual = Request._field_defaults | Appearance._field_defaults
    for name, value in {**request._asdict(), **request.appearance._asdict()}.items():
        if name in _SAVED and value != usual[name]:
            if name in _DETAILS:
                details[name] = _DETAILS[name].accept(value, name)
            formats.check_use(name, name, (*form.uses, *_ALWAYS))
    if request.appearance.explain:
        formats.check_explained(trace)
    formats.check_view(trace.op, request.appearance.view, [form])
    details = {name: value for name, value in details.items() if name in Appearance._fields}
    return request._replace(appearance=request.appearance._replace(**details))


_DETAILS: Mapping[str, Kind[Any]] = {
    "get": kinds.text(),
    "embed": kinds.choice(*EMBEDS),
    "view": kinds.text(),
    "theme": kinds.choice(*THEMES),
    "title": kinds.text(),
    "scale": page.scale(),
    "plain": SWITCH,
    "width": page.width(),
    "ratio": page.ratio(),
    "labels": page.labels(),
    "font": kinds.text(),
    "lang": kinds.choice(*lang.languages()),
    "precision": kinds.count(1, 17),
    "explain": SWITCH,
    "sample": kinds.count(),
    "filter": kinds.count(),
    "fps": kinds.number(positive=True),
    "embed_font": SWITCH,
    "symbols": SWITCH,
}


def _backward(result: Result, grad: np.ndarray | None, of: str, check: bool) -> Result:
    made = gone_back(result.trace, grad, of, check=check)
    return Result(made, (_backward, (result, grad, of, check)))


def _layer(net: Result, i: int) -> Result:
    return net.layers[i]
