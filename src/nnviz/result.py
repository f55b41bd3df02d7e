"""What a Python call gives back: arrays, steps, files, and a notebook's figure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nnviz import formats
from nnviz.errors import NnvizError, UsageError
from nnviz.files import write
from nnviz.request import Appearance, Request
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np
    from rich.console import RenderableType

PLAYED = 64
"""Steps past which a notebook shows the figure of the whole instead of a player."""


class Result:
    """What an operation made: its output, its other arrays, its steps, its figure."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    @property
    def output(self) -> np.ndarray:
        """The output as a numpy array."""
        return self.trace.output

    def __getitem__(self, name: str) -> Any:
        """Another array by name: `r["indices"]`, `r["h_n"]`."""
        return self.trace.array(name)

    @property
    def steps(self) -> Sequence[Step]:
        """The steps, made when asked for; `r.steps[4].formula` is the fifth's."""
        return self.trace.steps

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of `params`, a layer each."""
        rows: list[dict[str, Any]] = self.trace.array("rows")
        return rows

    @property
    def total(self) -> dict[str, int]:
        """The totals of `params`."""
        total: dict[str, int] = self.trace.array("total")
        return total

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        steps: int | str | None = None,
        get: str = "output",
        **appearance: Any,
    ) -> None:
        """Write a file of any suffix that `-o` knows, replacing one that is there.

        `steps` is as `--steps`; `appearance` takes the figure's details: view, theme, title,
        scale, precision, sample, lang, font.
        """
        path = os.fspath(path)
        form = formats.by_suffix(path)
        write(path, form.write(self.trace, _request(steps, get, appearance)).content)

    def _repr_svg_(self) -> str | None:
        """The figure, for a notebook; nothing where there is none."""
        try:
            return formats.load("svg").write(self.trace, Request()).content.decode()
        except NnvizError:
            return None

    def _repr_html_(self) -> str | None:
        """The steps with a player, for a notebook; nothing where there are none, or many."""
        if not 1 < len(self.trace.steps) <= PLAYED:
            return None
        from nnviz.formats.html import framed

        try:
            return framed(self.trace, Request())
        except NnvizError:
            return None

    def __rich__(self) -> RenderableType:
        """The terminal view, for `rich.print` and Rich's layouts: as wide as it may be."""
        from nnviz.formats.terminal.view import TerminalView

        return TerminalView(self.trace, Request())

    def __repr__(self) -> str:
        shapes = " ".join(
            f"{name} {'×'.join(map(str, array.shape)) or '1'}"
            for name, array in self.trace.arrays.items()
        )
        return f"<nnviz {self.trace.op}: {shapes}, {len(self.steps)} steps>"


def _request(steps: int | str | None, get: str, appearance: Mapping[str, Any]) -> Request:
    for name in appearance:
        if name not in Appearance._fields:
            raise UsageError(
                "save has no option {name}",
                name=name,
                hint=Words("it has: {names}", names=", ".join(Appearance._fields)),
            )
    chosen = None if steps is None else str(steps)
    return Request(steps=chosen, get=get, appearance=Appearance(**appearance))
