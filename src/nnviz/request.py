"""What a reader of a Trace is asked for: which steps, in which language and theme, for what screen.

One value, passed in, never asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

from nnviz.errors import UsageError
from nnviz.records import NamedTuple

Theme = Literal["light", "dark", "print", "transparent"]
Embed = Literal["markdown", "obsidian"]
Blank = Literal["output", "weights", "window", "formula"]
BLANKS: tuple[Blank, ...] = get_args(Blank)
"""What an exercise leaves out (see `nnviz.exercise`)."""
EXERCISE = ("quiz", "blank", "faded", "seed")
"""Options of every command that make an exercise of what a format writes."""
WALK = ("play", "walk", "ask")
"""Options of every command that go through the steps at a terminal."""
GRADIENTS = ("backward", "grad", "of", "check_grad")
"""Options of every command that go back from the output's gradient."""
NOTE, NARROWEST, WIDEST = 720, 320, 2000
"""Units that a figure may be wide: a note, which is usual; a phone; a wall."""
PHONE = 480
"""Where a page is narrower, a figure of a step is better short than whole."""
THEMES: tuple[Theme, ...] = get_args(Theme)
"""The names of the colour themes; what they look like stands in `nnviz.figure.theme`."""
EMBEDS: tuple[Embed, ...] = get_args(Embed)
"""How a figure is embedded in Markdown: ![](file), or Obsidian's ![[file]]."""


class Appearance(NamedTuple):
    """The figure details of a command; `None` is the figure's own choice."""

    view: str | None = None
    theme: str = "light"
    title: str | None = None
    scale: float | None = None
    """Pixels a unit; where not given 2, of SVG 1."""
    font: str | None = None
    """A font file asked before the fonts that come with nnviz."""
    lang: str = "en"
    precision: int = 4
    sample: int | None = None
    """Which of a batch is asked for; None leaves it to the figure, which draws the first."""
    filter: int | None = None
    """The one filter that is drawn; None: all, or as many as a view has."""
    fps: float | None = None
    embed_font: bool = False
    width: int = NOTE
    """How wide a figure may be, in units."""
    symbols: bool = False
    """Sizes in place of numbers: Dₕ×d."""
    ratio: tuple[int, int] | None = None
    """Width to height of a page that is filled, such as a slide's 16 to 9."""
    labels: tuple[tuple[str, str], ...] = ()
    """What arrays are called, by their names."""
    explain: bool = False
    """Whether plain sentences say what each step does."""
    plain: bool = False
    """Without title, facts and notes: for a page that has them, as a sheet of steps has."""

    @property
    def drawn_sample(self) -> int:
        """Which of a batch is drawn where no step says it."""
        return self.sample or 0


class Screen(NamedTuple):
    """What text is written for: a terminal of some width, a pipe, or a file."""

    width: int | None = None
    """Columns of the terminal, or that a pipe was given; None: nothing is cut or wrapped."""
    color: bool = False
    encoding: str = "utf-8"
    height: int | None = None
    """Lines of the terminal, where they are known."""
    piped: bool = False
    """Whether it is no screen, whatever its width."""

    @property
    def whole(self) -> bool:
        """Whether there is no screen: every number is written, and nothing is drawn."""
        return self.piped or self.width is None


class Request(NamedTuple):
    """What is asked of a format beside the trace itself."""

    steps: str | None = None
    """The text of --steps; None leaves it to the format (see `nnviz.steps`)."""
    get: str = "output"
    """Which array the value formats write."""
    appearance: Appearance = Appearance()
    screen: Screen = Screen()
    beside: tuple[tuple[Any, Request], ...] = ()
    """What else stands on the page of a figure: the traces of other commands."""
    path: str | None = None
    """The file that is written; None of a stream."""
    embed: Embed = "markdown"
    progress: Callable[[int, int], None] | None = None
    """Told how many parts of how many are made, where someone waits for many."""


def check_filter(number: int | None, count: int) -> None:
    """That there is such a filter, of so many."""
    if number is not None and number >= count:
        raise UsageError(
            "--filter {n} is past the end: there are {count}, counted from 0",
            n=number,
            count=count,
        )


def check_sample(sample: int, count: int) -> None:
    """That a batch of so many has this sample."""
    if sample >= count:
        raise UsageError(
            "--sample {n} is past the end: the batch has {count}, counted from 0",
            n=sample,
            count=count,
        )
