"""Kernels that have a name."""

from __future__ import annotations

from collections.abc import Mapping

from nnviz.libraries import np
from nnviz.read.rows import parse_rows

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


def preset(name: str) -> np.ndarray:
    """The numbers of a preset: whole ones whole, else float64."""
    return parse_rows(PRESETS[name], name)


def list_kernels() -> str:
    """Every preset with its numbers."""
    blocks = []
    for name, rows in PRESETS.items():
        width = max(len(cell) for cell in rows.replace(";", " ").split())
        lines = [" ".join(cell.rjust(width) for cell in row.split()) for row in rows.split(";")]
        mark = "  (default)" if name == DEFAULT else ""
        blocks.append("\n".join([name + mark, *("  " + line for line in lines)]))
    return "\n\n".join(blocks)
