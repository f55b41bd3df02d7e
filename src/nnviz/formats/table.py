"""The terminal view as bytes: no line wider than its screen, nothing cut."""

from __future__ import annotations

from nnviz.formats import Format, Made
from nnviz.request import EXERCISE, WALK, Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """The view for a screen, in signs that its stream carries."""
    from nnviz.formats.terminal.view import TerminalView, printed  # Rich, which few need

    view = TerminalView(trace, request, whole=request.screen.whole)
    return Made(printed(view, request.screen))


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
    kind="text",
    suffixes=(),
    write=write,
    uses=(*EXERCISE, *WALK, "explain", "steps", "sample", "view", "check_grad"),
    heading="==> {name} <==",
    views=views,
)
