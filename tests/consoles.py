"""Consoles in memory, and what a renderable gives on them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.segment import Segment

from nnviz.formats.terminal.paper import Paper, styles
from nnviz.request import Appearance


def console(width: int = 80, *, color: bool = False, encoding: str = "utf-8") -> Console:
    """A console that forgets what it is told, whatever the environment says."""
    system: Any = "truecolor" if color else None
    file = io.TextIOWrapper(io.BytesIO(), encoding)
    return Console(file=file, width=width, height=99, color_system=system, theme=styles(system))


def paper(
    width: int | None = 80, *, color: bool = False, encoding: str = "utf-8", **appearance: Any
) -> Paper:
    """Paper on such a console; of no width, it is a pipe's."""
    made = console(width or 9999, color=color, encoding=encoding)
    return Paper(made, made.options, Appearance(**appearance), whole=width is None)


def measured(on: Paper, renderable: RenderableType) -> int:
    """How wide it says that it is."""
    return Measurement.get(on.console, on.options, renderable).maximum


def segments(on: Paper, renderable: RenderableType) -> list[list[Segment]]:
    """What the console would draw, line by line."""
    return list(Segment.split_lines(on.console.render(renderable, on.options)))


def drawn(on: Paper, renderable: RenderableType) -> list[str]:
    """The same without colours."""
    return plain(segments(on, renderable))


def plain(lines: Iterable[Iterable[Segment]]) -> list[str]:
    """Lines as text, without the spaces at their ends."""
    return ["".join(segment.text for segment in line).rstrip() for line in lines]
