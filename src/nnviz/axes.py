"""What the axes of arrays are called: the one place for their names."""

from __future__ import annotations

SIZE_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""How far a map reaches along each of its spatial axes, by how many there are."""
CELL_NAMES = {1: ("cell",), 2: ("row", "column"), 3: ("plane", "row", "column")}
"""Where a cell lies along them."""
MAP_AXES = ("sample", "channel")
KERNEL_AXES = ("filter", "channel")
"""What leads the spatial axes of maps and of kernels."""


def index_names(rank: int, spatial: int = 2, before: tuple[str, ...] = MAP_AXES) -> tuple[str, ...]:
    """What the numbers of an index into a map, or a kernel, of so many axes are called.

    >>> index_names(3), index_names(2, 1), index_names(1)
    (('channel', 'row', 'column'), ('channel', 'cell'), ('cell',))
    """
    names = (*before, *CELL_NAMES[spatial])
    return names[-rank:] if 1 < rank <= len(names) else ("cell",)
