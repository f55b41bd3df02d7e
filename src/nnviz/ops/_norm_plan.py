"""The options of a normalization, and what they say has one mean in an input of some shape."""

from __future__ import annotations

from math import prod
from typing import Literal, get_args

from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.numerals import exact
from nnviz.ops._layer import channels_first
from nnviz.options import kinds
from nnviz.options.option import argument, option
from nnviz.records import NamedTuple, dataclass
from nnviz.shapes import times, unravel

Kind = Literal["batch", "layer", "group"]
Shape = tuple[int, ...]
_KINDS: tuple[Kind, ...] = get_args(Kind)
SAMPLES_FIRST = -1
"""The `dims` of what comes in a batch: all axes but samples and channels."""


@dataclass(frozen=True, kw_only=True)
class NormOptions:
    """What is normalized together, and by what it is scaled and moved after that."""

    kind: Kind = argument(
        kind=kinds.choice(*_KINDS), help="What has one mean: a channel, the last axes, a group."
    )
    gamma: np.ndarray | None = option(
        "--gamma",
        kind=kinds.array(),
        help="γ, which scales: a number, or one a channel (default: 1).",
    )
    beta: np.ndarray | None = option(
        "--beta",
        kind=kinds.array(),
        help="β, which is added: a number, or one a channel (default: 0).",
    )
    mean: np.ndarray | None = option(
        "--mean",
        kind=kinds.array(),
        help="The running mean μ of each channel (default: 0).",
        belongs_to=("kind=batch",),
        apart_from=("train",),
    )
    var: np.ndarray | None = option(
        "--var",
        kind=kinds.array(),
        help="The running variance σ² of each channel (default: 1).",
        belongs_to=("kind=batch",),
        apart_from=("train",),
    )
    train: bool = option(
        "--train",
        help="Mean and variance of the input itself, as in training.",
        belongs_to=("kind=batch",),
    )
    groups: int | None = option(
        "--groups",
        kind=kinds.count(1),
        help="Groups of channels that each have one mean.",
        belongs_to=("kind=group",),
    )
    axis: int = option(
        "--axis",
        kind=kinds.index(),
        help="The first of the axes that have one mean.",
        default=-1,
        belongs_to=("kind=layer",),
    )
    eps: float = option(
        "--eps", kind=kinds.number(), help="ε, which is added to the variance.", default=1e-5
    )
    dims: int | None = option(
        "--dims",
        kind=kinds.count(0, 3),
        help="Spatial axes: 0 for an input of one axis, else 2.",
        belongs_to=("kind=batch|group",),
    )


# --- what is normalized together ---------------------------------------------------------


class Plan(NamedTuple):
    """What has one mean in an input, from shapes alone."""

    view: Shape
    """The input; of channels as samples × groups × channels of a group × their cells."""
    axes: Shape
    """The axes of it that a mean is taken over; none where the means are given."""
    lead: int
    """The axes of the input whose index says what a step makes."""
    channels: int = 0
    """How many have a γ and a β; 0 where every number of a set has its own."""
    samples: int = 1
    sub: str = ""
    """What a step makes is called by it: c, or n,c in a batch; i."""
    of: str = ""
    """The same of what has one mean: g."""

    @property
    def learned(self) -> Shape:
        """The shape of γ and β."""
        return (self.channels,) if self.channels else self.view[self.lead :]

    @property
    def inside(self) -> Shape:
        """Their shape where they meet the numbers of the view."""
        ones = (1,) * (len(self.view) - 3)
        return (*self.view[1:3], *ones) if self.channels else self.learned

    @property
    def lines(self) -> Shape:
        """The axes of the view that steps run over."""
        return self.view[: 3 if self.channels else self.lead]

    @property
    def kept(self) -> Shape:
        """The shape of the means of an input."""
        apart = [n for axis, n in enumerate(self.view) if axis not in self.axes]
        return tuple(apart[-max(self.lead, 1) :]) or (1,)

    def place(self, i: int) -> Shape:
        """Where in the input step `i`, from 0, has its numbers."""
        ours = (self.samples, self.channels)[2 - self.lead :]
        return unravel(i, ours if self.channels else self.lines)


def plan_of(shape: Shape, options: NormOptions) -> Plan:
    if not options.eps >= 0:
        raise UsageError("{flag} {value} is below 0", flag="--eps", value=exact(options.eps))
    if options.kind != "layer":
        return _of_channels(shape, options)
    if not -len(shape) <= options.axis < len(shape):
        raise UsageError(
            "--axis {axis} is out of range for an input of {n} axes",
            axis=options.axis,
            n=len(shape),
        )
    lead = options.axis % len(shape)
    sub = "i" if lead else ""
    samples = shape[0] if len(shape) > 3 and lead else 1
    return Plan(shape, (*range(lead, len(shape)),), lead, 0, samples, sub, sub)


def _of_channels(shape: Shape, options: NormOptions) -> Plan:
    """One mean for a channel, of this sample or of all, or for a group of channels."""
    dims = 2 if options.dims is None else options.dims
    if options.dims is None and len(shape) == 1:
        dims = 0
    elif dims == SAMPLES_FIRST:
        dims = len(shape) - 2
    lead = len(shape) - dims
    samples, one = (shape[0], shape[1:]) if lead == 2 else (1, shape)
    channels, *space = channels_first(one, dims, "norm")
    groups = channels if options.kind == "batch" else _groups(channels, options)
    view = (samples, groups, channels // groups, *space)
    own = options.train or options.kind == "group"
    axes = (*((0,) if options.train else ()), *range(2, len(view))) if own else ()
    if options.train and prod(view) == channels:
        raise NnvizError(
            "--train takes the mean of each channel, which has one number here",
            hint="give a batch, or leave --train out",
        )
    sub = ("", "c", "n,c")[lead]
    of = sub[-1:] if options.kind == "batch" else sub.replace("c", "g")
    return Plan(view, axes, lead, channels, samples, sub, of)


def _groups(channels: int, options: NormOptions) -> int:
    if options.groups is None:
        raise UsageError("norm group needs --groups N", hint="1 takes all channels together")
    if channels % options.groups:
        raise NnvizError(
            "{channels} channels do not make {groups} groups of one size",
            channels=channels,
            groups=options.groups,
        )
    return options.groups


def given(name: str, options: NormOptions, shape: Shape) -> np.ndarray:
    """γ, β, μ or σ²: as given, in its shape, or what a new layer has."""
    array = getattr(options, name)
    if array is None:
        array = np.array(int(name in ("gamma", "var")))
    if array.size != 1 and array.shape != shape:
        raise NnvizError(
            "{flag} is {given}, but must be {wanted}",
            flag=f"--{name}",
            given=times(array.shape),
            wanted=times(shape),
        )
    if name == "var" and (array < 0).any():
        raise NnvizError("--var has a number below 0, which no variance is")
    return np.broadcast_to(array.reshape(() if array.size == 1 else shape), shape)
