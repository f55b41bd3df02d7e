"""The figure of a note, which is a file beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nnviz.formats import Made
from nnviz.records import NamedTuple
from nnviz.request import EXERCISE, Request
from nnviz.trace import Trace

USES = (*EXERCISE, "explain", "steps", "sample", "filter", "title", "plain", "check_grad")
"""The options that a note uses where it has no figure."""


class Figure(NamedTuple):
    """A figure that is made, and its file; none of what goes to a stream."""

    path: str = ""
    made: Made = Made(b"")

    @classmethod
    def beside(
        cls, trace: Trace, request: Request, write: Callable[[Trace, Request], Made], suffix: str
    ) -> Figure:
        """The figure beside the file that is written."""
        if request.path is None:
            return cls()
        # The note says in its own words what the steps do.
        drawn = request._replace(appearance=request.appearance._replace(explain=False))
        return cls(str(Path(request.path).with_suffix(suffix)), write(trace, drawn))

    @property
    def file(self) -> str:
        """What the note calls it."""
        return Path(self.path).name

    def with_note(self, note: bytes) -> Made:
        """The note, and this beside it."""
        more = ((self.path, self.made.content),) if self.path else ()
        return Made(note, notes=self.made.notes, more=more)
