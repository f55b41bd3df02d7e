"""Convolutions and pooling as PyTorch's calls.

What PyTorch's own call cannot say is said before it or after it: padding that differs from end
to end by `F.pad`, windows that no pooling of it has by cutting them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from nnviz.libraries import np
from nnviz.ops._calls import activation_call
from nnviz.plans import WindowAxis, WindowPlan
from nnviz.shapes import AdaptiveAxis, Axis, TransposedAxis
from nnviz.trace import Snippet

_MODES = {"zeros": "constant"}
"""What PyTorch calls a padding, where not as we do."""

# --- how arguments are written ------------------------------------------------------


def _each(values: Sequence[Any]) -> str:
    """One value where all axes have the same, else a tuple."""
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


def _options(**given: tuple[Sequence[Any], Any]) -> str:
    """`, stride=2`: those that are not as usual, by name."""
    written = ((name, _each(values), usual) for name, (values, usual) in given.items())
    return "".join(f", {name}={value}" for name, value, usual in written if value != str(usual))


def _pad(pairs: Sequence[tuple[int, int]], mode: str = "zeros", value: str = "") -> str:
    """`F.pad`, which counts axes from the last."""
    flat = tuple(end for pair in reversed(pairs) for end in pair)
    more = f', mode="{mode}"' if mode not in _MODES else f", value={value}" if value else ""
    return f"F.pad({{x}}, {flat}{more})"


def _even(axes: Sequence[WindowAxis]) -> bool:
    """Whether a call can pad by itself: by the same at both ends."""
    return all(a.before == a.after >= 0 for a in axes)


def _of_channels(call: str, plan: WindowPlan[Any], rank: int) -> str:
    """A call that wants an axis of channels, of an input that may have none."""
    if rank > plan.dims:
        return call
    return call.replace("{x}", "{x}[None]") + ("[0]" if len(plan.shown) == plan.dims else "")


# --- convolutions -------------------------------------------------------------------


def conv_snippet(
    plan: WindowPlan[WindowAxis], kernel: np.ndarray, bias: np.ndarray | None, act: str | None
) -> Snippet:
    """A convolution, or a transposed one."""
    arrays = {"w": kernel} if bias is None else {"w": kernel, "b": bias}
    written = _transposed(plan, "b" in arrays) if plan.transposed else _slid(plan, "b" in arrays)
    applied = (activation_call(act),) if act else ()
    return Snippet((*written, *applied), arrays)


def _weight(plan: WindowPlan[Any]) -> str:
    """The weights in the shape that PyTorch has them."""
    if plan.given == plan.weight:
        return "{w}"
    if plan.given is not None and prod(plan.given) == prod(plan.weight):
        return f"{{w}}.reshape{plan.weight}"
    return f"{{w}}.expand{plan.weight}"


def _slid(plan: WindowPlan[Any], biased: bool) -> Iterator[str]:
    axes: tuple[Axis, ...] = plan.axes
    own = _even(axes) and plan.mode == "zeros"
    if not own:
        channels = "{x}[None]" if _wants_channels(plan) else "{x}"
        yield _pad([(a.before, a.after) for a in axes], plan.mode).replace("{x}", channels)
    options = _options(
        stride=([a.stride for a in axes], 1),
        padding=([a.before if own else 0 for a in axes], 0),
        dilation=([a.dilation for a in axes], 1),
        groups=([plan.groups], 1),
    )
    bias = ", {b}" if biased else ""
    call = f"F.conv{plan.dims}d({{x}}, {_weight(plan)}{bias}{options})"
    written = _of_channels(call, plan, plan.rank)
    yield written if own or not _wants_channels(plan) else written.replace("{x}[None]", "{x}")


def _wants_channels(plan: WindowPlan[Any]) -> bool:
    """Whether padding needs the axis of channels too: any but zeros does."""
    return plan.mode != "zeros" and plan.rank == plan.dims


def _transposed(plan: WindowPlan[Any], biased: bool) -> Iterator[str]:
    axes: tuple[TransposedAxis, ...] = plan.axes
    own = _even(axes)
    options = _options(
        stride=([a.stride for a in axes], 1),
        padding=([a.before if own else 0 for a in axes], 0),
        output_padding=([a.output_padding for a in axes], 0),
        groups=([plan.groups], 1),
        dilation=([a.dilation for a in axes], 1),
    )
    bias = ", {b}" if biased and own else ""
    call = f"F.conv_transpose{plan.dims}d({{x}}, {_weight(plan)}{bias}{options})"
    yield _of_channels(call, plan, plan.rank)
    if not own:  # cut, or widened by cells that hold the bias alone
        yield _pad([(-a.before, -a.after) for a in axes])
        if biased:
            column = "" if len(plan.shown) == plan.dims else f".reshape{(-1, *(1,) * plan.dims)}"
            yield f"{{x}} + {{b}}{column}"


# --- pooling ------------------------------------------------------------------------


def pool_snippet(
    plan: WindowPlan[Any], kind: str, p: float, include_pad: bool, divisor: int | None
) -> Snippet:
    """Pooling by PyTorch's own call, or by cutting its windows out where it has none."""
    axes, power = plan.axes, int(p) if p == int(p) else p
    if isinstance(axes[0], AdaptiveAxis):
        return _adaptive(plan, kind, power)
    if not _has_call(axes, kind, divisor):
        return _cut_out(plan, kind, power, include_pad, divisor)
    counted = include_pad or kind != "avg" or not any(a.before for a in axes)
    options = _options(
        stride=([a.stride for a in axes], _each(plan.kernel)),
        padding=([a.before for a in axes], 0),
        dilation=([a.dilation for a in axes], 1),
        ceil_mode=([any(a.ceil for a in axes)], False),
        count_include_pad=([counted], True),
        divisor_override=([divisor], None),
    )
    if kind == "lp":  # PyTorch takes no absolute value
        call = f"F.lp_pool{plan.dims}d({{x}}.abs(), {power}, {_each(plan.kernel)}{options})"
    else:
        call = f"F.{kind}_pool{plan.dims}d({{x}}, {_each(plan.kernel)}{options})"
    return Snippet((_of_channels(call, plan, plan.rank),))


def _has_call(axes: Sequence[Axis], kind: str, divisor: int | None) -> bool:
    """Whether PyTorch pools so: padding even and at most half a window, which fits the input."""
    fits = all(a.before == a.after <= a.kernel // 2 and a.size >= a.extent for a in axes)
    plain = kind == "max" or all(a.dilation == 1 for a in axes)
    padded = any(a.before for a in axes)
    return fits and plain and not (kind == "lp" and padded) and not (divisor and len(axes) == 1)


def _adaptive(plan: WindowPlan[Any], kind: str, p: float) -> Snippet:
    size, name = _each(plan.out), f"F.adaptive_{'max' if kind == 'max' else 'avg'}_pool"
    call = _of_channels(f"{name}{plan.dims}d({{x}}, {size})", plan, plan.rank)
    if kind != "lp":
        return Snippet((call,))
    # A norm is made of the sum: the average times how many there are.
    return Snippet(
        (f"{{x}}.abs() ** {p}", call, f"({{x}} * {{n}}) ** (1 / {p})"), {"n": _counts(plan, True)}
    )


def _counts(plan: WindowPlan[Any], include_pad: bool) -> np.ndarray:
    """How many cells each window counts, of the map's shape."""
    along = [[a.counted(o, include_pad) for o in range(a.out)] for a in plan.axes]
    grids = np.meshgrid(*along, indexing="ij")
    made: np.ndarray = np.prod(grids, axis=0)
    return made


def _cut_out(
    plan: WindowPlan[Any], kind: str, p: float, include_pad: bool, divisor: int | None
) -> Snippet:
    """Windows as axes of their own, the last ones, over which the numbers are taken together."""
    axes: tuple[Axis, ...] = plan.axes
    # As wide as the last window reaches, which padding may cut off or hang over.
    reach = [(a.out - 1) * a.stride + a.extent - a.size - a.before for a in axes]
    pairs = [(a.before, max(a.after, over)) for a, over in zip(axes, reach, strict=True)]
    padded = (_pad(pairs, value='float("-inf")' if kind == "max" else ""),)
    cut = "{x}" + "".join(f".unfold({-plan.dims}, {a.extent}, {a.stride})" for a in axes)
    if any(a.dilation > 1 for a in axes):
        cut += f"[..., {', '.join(f'::{a.dilation}' for a in axes)}]"
    calls, over = (*(padded if any(map(any, pairs)) else ()), cut), tuple(range(-plan.dims, 0))
    if kind == "max":
        return Snippet((*calls, f"{{x}}.amax({over})"))
    counts = {"n": _counts(plan, include_pad or kind == "lp")}
    if kind == "avg" and divisor:
        return Snippet((*calls, f"{{x}}.sum({over}) / {divisor}"))
    if kind == "avg":
        return Snippet((*calls, f"{{x}}.sum({over}) / {{n}}"), counts)
    norm = f"({{x}}.abs() ** {p}).sum({over})"
    return Snippet((*calls, f"({norm} * {prod(plan.kernel)} / {{n}}) ** (1 / {p})"), counts)
