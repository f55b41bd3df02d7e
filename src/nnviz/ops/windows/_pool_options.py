"""What pooling may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from nnviz.options import kinds
from nnviz.options.option import option

Kind = Literal["max", "avg", "lp"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Framework = Literal["torch", "onnx", "tf"]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """What pooling may be asked for; without a kernel the window is the whole map."""

    kind: Kind = option("--kind", kind=kinds.choice(*KINDS), help="What is kept.", default="max")
    kernel: tuple[int, ...] | None = option(
        "-k",
        "--kernel",
        kind=kinds.sizes(1),
        help="The window: 2 or 2x3.",
        apart_from=("global_map|adaptive",),
    )
    stride: tuple[int, ...] | None = option(
        "--stride",
        kind=kinds.sizes(1),
        help="Cells from window to window (default: -k).",
        belongs_to=("kernel",),
    )
    padding: kinds.Padding = option(
        "--pad",
        "--padding",
        kind=kinds.padding(),
        help="Cells added around: 1, 1x2, top,bottom,left,right, or a name.",
        default=(0,),
        belongs_to=("kernel",),
    )
    dilation: tuple[int, ...] = option(
        "--dilation",
        kind=kinds.sizes(1),
        help="Cells from tap to tap.",
        default=(1,),
        belongs_to=("kernel",),
    )
    ceil_mode: bool = option(
        "--ceil",
        help="Keep a last window that is cut off.",
        belongs_to=("kernel",),
        apart_from=("padding=same|same-lower",),  # which cuts none off
    )
    count_include_pad: bool | None = option(
        "--count-include-pad",
        off="--no-count-include-pad",
        help="Whether averages count the padding.",
        default=None,
        belongs_to=("kind=avg", "padding"),
        apart_from=("divisor_override", "padding=valid"),
    )
    p: float = option(
        "--p",
        kind=kinds.number(positive=True),
        help="The p of Lp pooling.",
        default=2,
        belongs_to=("kind=lp",),
    )
    global_map: bool = option(
        "--global", help="One window: the whole map.", apart_from=("adaptive",)
    )
    adaptive: tuple[int, ...] | None = option(
        "--adaptive", kind=kinds.sizes(1), help="The output's size, which gives the windows."
    )
    divisor_override: int | None = option(
        "--divisor-override",
        kind=kinds.count(1),
        help="Averages divide by this instead.",
        belongs_to=("kind=avg",),
    )
    like: Framework | None = option(
        "--like",
        kind=kinds.choice(*FRAMEWORKS),
        help="Whose defaults and edge rules (default: torch).",
    )
    dims: int | None = option(
        "--dims",
        kind=kinds.count(1, 3),
        help="Axes that the window slides over (default: 1 of a vector, else 2).",
    )

    def over(self, rank: int) -> int:
        """How many axes the window slides over in an input of `rank` axes."""
        return self.dims or (1 if rank == 1 else 2)
