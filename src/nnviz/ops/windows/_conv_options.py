"""The options of a convolution and of a transposed one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from nnviz.activation_steps import ACTIVATIONS
from nnviz.libraries import np
from nnviz.options import kinds
from nnviz.options.option import option
from nnviz.read.rows import parse_rows
from nnviz.records import dataclass
from nnviz.shapes import PAD_MODES, PadMode

PRESETS: Mapping[str, str] = {
    "identity": "0 0 0; 0 1 0; 0 0 0",
    "edge": "-1 -1 -1; -1 8 -1; -1 -1 -1",
    "laplacian": "0 1 0; 1 -4 1; 0 1 0",
    "sharpen": "0 -1 0; -1 5 -1; 0 -1 0",
    "box": "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9",
    "gaussian": "1/16 2/16 1/16; 2/16 4/16 2/16; 1/16 2/16 1/16",
    "sobel-x": "-1 0 1; -2 0 2; -1 0 1",
    "sobel-y": "-1 -2 -1; 0 0 0; 1 2 1",
    "emboss": "-2 -1 0; -1 1 1; 0 1 2",
}
DEFAULT = "edge"


@cache
def preset(name: str) -> np.ndarray:
    """The numbers of a preset: whole ones whole, else float64."""
    numbers = parse_rows(PRESETS[name], name)
    numbers.setflags(write=False)  # they are everyone's
    return numbers


def list_kernels() -> str:
    """Every preset with its numbers."""
    blocks = []
    for name, rows in PRESETS.items():
        width = max(len(cell) for cell in rows.replace(";", " ").split())
        lines = [" ".join(cell.rjust(width) for cell in row.split()) for row in rows.split(";")]
        mark = "  (default)" if name == DEFAULT else ""
        blocks.append("\n".join([name + mark, *("  " + line for line in lines)]))
    return "\n\n".join(blocks)


@dataclass(frozen=True, kw_only=True)
class ConvOptions:
    """What a convolution may be asked for; the kernel is 3×3 or the input's where not given."""

    kernel: np.ndarray | str | None = option(
        "-k",
        "--kernel",
        kind=kinds.array_or(*PRESETS),
        help="The kernel: a preset, a file, or a matrix as text (default: edge).",
        apart_from=("filters|size",),
    )
    filters: int | None = option(
        "--filters", kind=kinds.count(1), help="Draw this many random filters instead."
    )
    size: tuple[int, ...] | None = option(
        "--size", kind=kinds.sizes(1), help="Size of the random filters (default: 3)."
    )
    seed: int = option(
        "--seed",
        kind=kinds.count(0),
        help="Seed of the random filters.",
        default=0,
        belongs_to=("filters|size",),
    )
    stride: tuple[int, ...] = option(
        "--stride", kind=kinds.sizes(1), help="Cells from window to window.", default=(1,)
    )
    padding: kinds.Padding = option(
        "--pad",
        "--padding",
        kind=kinds.padding(),
        help="Cells added around: 1, 1x2, top,bottom,left,right, or a name.",
        default=(0,),
    )
    padding_mode: PadMode = option(
        "--pad-mode",
        kind=kinds.choice(*PAD_MODES),
        help="What the added cells hold.",
        default="zeros",
        belongs_to=("padding",),
        apart_from=("transpose", "padding=valid"),  # transposed, padding cuts the output
    )
    dilation: tuple[int, ...] = option(
        "--dilation", kind=kinds.sizes(1), help="Cells from tap to tap.", default=(1,)
    )
    groups: int = option(
        "--groups",
        kind=kinds.count(1),
        help="Groups of channels kept apart.",
        default=1,
        apart_from=("depthwise",),
    )
    depthwise: bool = option("--depthwise", help="Each channel a group of its own.")
    bias: np.ndarray | None = option(
        "--bias", kind=kinds.array(), help="Added to every sum: one number, or one a filter."
    )
    no_bias: bool = option(
        "--no-bias",
        help="Random filters without a bias.",
        belongs_to=("filters|size",),
        apart_from=("bias",),
    )
    flip: bool = option(
        "--flip",
        help="Turn the kernel by 180°: the mathematician's convolution.",
        apart_from=("transpose",),  # which already spreads the kernel as it stands
    )
    act: str | None = option(
        "--act", kind=kinds.choice(*ACTIVATIONS), help="Apply an activation to the map."
    )
    transpose: bool = option("--transpose", help="Transposed convolution.")
    output_padding: tuple[int, ...] = option(
        "--output-pad",
        kind=kinds.sizes(0),
        help="Transposed: cells added after the output.",
        default=(0,),
        belongs_to=("transpose",),
    )
    output_shape: tuple[int, ...] | None = option(
        "--output-shape",
        kind=kinds.sizes(1),
        help="Transposed: the output's size, which gives the padding.",
        belongs_to=("transpose",),
    )
    dims: int | None = option(
        "--dims",
        kind=kinds.count(1, 3),
        help="Axes that the kernel slides over (default: 1 of a vector, 3 of rank 5, else 2).",
    )
    list_kernels: bool = option(
        "--list-kernels", help="Print the presets and stop.", prints=list_kernels
    )
