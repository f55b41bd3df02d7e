"""How a figure is to look: one value, passed in, never asked for."""

from __future__ import annotations

from typing import NamedTuple

from nnviz.errors import NnvizError


class Look(NamedTuple):
    """The figure details of a command; `None` is the figure's own choice."""

    view: str | None = None
    theme: str = "light"
    title: str | None = None
    scale: float | None = None
    """Pixels a unit; 2 where not given. SVG is sized at scale 1."""
    font: str | None = None
    """A font file asked before the fonts that come with nnviz."""
    lang: str = "en"
    precision: int = 4
    sample: int = 0
    """Which of a batch is drawn."""
    fps: float | None = None
    embed_font: bool = False
    bare: bool = False
    """Without title, facts and notes: a panel of a sheet, which has them once."""


def check_sample(sample: int, count: int) -> None:
    """That a batch of so many has this sample."""
    if sample >= count:
        raise NnvizError(
            "--sample {n} is past the end: the batch has {count}, counted from 0",
            n=sample,
            count=count,
        )
