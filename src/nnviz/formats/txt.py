"""The terminal view as a file: the whole width, no colours, UTF-8."""

from __future__ import annotations

from nnviz.formats import Format, Made, table
from nnviz.request import EXERCISE, Request, Screen
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """What `-f table` prints, for a file."""
    return table.write(trace, request._replace(screen=Screen()))


FORMAT = Format(
    kind="text",
    suffixes=(".txt",),
    write=write,
    stream=False,
    uses=(*EXERCISE, "explain", "steps", "sample", "view", "check_grad"),
    views=table.views,
)
