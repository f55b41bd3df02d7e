"""Nothing: for a command that is run for its files, or to see whether it succeeds."""

from __future__ import annotations

from nnviz.formats import Format, Made
from nnviz.request import Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:  # noqa: ARG001 - every format takes both
    """No bytes."""
    return Made(b"")


FORMAT = Format("text", (), write)
