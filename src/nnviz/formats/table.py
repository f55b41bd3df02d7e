"""The terminal view as bytes: no line wider than its screen, nothing cut."""

from __future__ import annotations

import io

from nnviz.formats import Format, Made
from nnviz.request import Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """The view for a screen, in signs that its stream carries."""
    from nnviz.formats.terminal.view import TerminalView, console_of  # Rich, which few need

    screen = request.screen
    content = io.BytesIO()
    file = io.TextIOWrapper(content, screen.encoding, errors="replace", newline="\n")
    view = TerminalView(trace, request, whole=screen.whole)
    console_of(screen, file).print(view, crop=False)
    file.flush()
    return Made(content.getvalue())


_VIEWS = {
    "show": ("numbers", "picture", "both"),
    "params": ("table", "bars"),
    "net": ("pipeline",),
    "rnn": ("unrolled",),
}
"""What the terminal view is of an operation; of any other the equation."""


def views(op: str) -> tuple[str, ...]:
    """The views that the terminal has of an operation."""
    return _VIEWS.get(op, ("equation",))


FORMAT = Format(
    kind="text", suffixes=(), write=write, uses=("steps", "sample", "view"), views=views
)
