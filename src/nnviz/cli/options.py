"""The options that every computing command shares, declared as an operation declares its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from nnviz.cli import _values as values
from nnviz.libraries import np
from nnviz.options import kinds as _kinds
from nnviz.options import page as _page
from nnviz.options.option import SWITCH, Context, Option, Text, declared, option
from nnviz.options.option import parse as _parse
from nnviz.records import NamedTuple, dataclass
from nnviz.request import BLANKS, EMBEDS, NOTE, THEMES, Blank, Embed, Theme

if TYPE_CHECKING:
    from nnviz.formats.raster.maps import Range
    from nnviz.options.operation import Operation

DType = Literal["float32", "float64"]
When = Literal["auto", "always", "never"]
_DTYPES: tuple[DType, ...] = get_args(DType)
_WHENS: tuple[When, ...] = get_args(When)

INPUT = Option(
    "input",
    (),
    _kinds.text(),
    "Paths, quoted patterns such as 'photos/*.jpg', - for standard input, or matrices themselves.",
    default="-",
    times="each",
)
VERSION = Option("version", ("--version",), SWITCH, "Print the version and stop.")
"""The program's own option; what else it has is --lang and Typer's."""


@dataclass(frozen=True, kw_only=True)
class InputOptions:
    """How INPUT becomes an array."""

    gray: bool = option("--gray", help="A picture in grey.", use="input")
    resize: tuple[int, int] | None = option(
        "--resize", kind=values.pair, help="Scale a picture to H rows and W columns.", use="input"
    )
    unit: bool = option("--unit", help="Pixels from 0 to 1: divided by 255 or 65535.", use="input")
    frame: int = option(
        "--frame",
        kind=_kinds.count(),
        help="Which frame of an animation, from 0.",
        default=0,
        use="input",
    )
    channels_last: bool = option(
        "--channels-last", help="The last axis of an array is its channels: H×W×C.", use="input"
    )
    dtype: DType | None = option(
        "--dtype",
        kind=_kinds.choice(*_DTYPES),
        help="Compute in this type; whole numbers are exact unless it is given.",
    )


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """What is written, and where."""

    output: tuple[str, ...] = option(
        "-o",
        "--output",
        kind=values.file,
        help="Write FILE, as its suffix says; may repeat. Of several INPUTs each writes its own: "
        "{name}, {parent} and {index} (from 0) in FILE are the INPUT's.",
        times="each",
    )
    format: tuple[str, ...] = option(
        "-f",
        "--format",
        kind=values.form,
        help="What standard output gets.",
        times="each",
        implied="table",
    )
    json: int = option("--json", help="Short for -f json: the array on one line.", times="count")
    trace: int = option("--trace", help="Short for -f trace: every step as JSON.", times="count")
    beside: tuple[str, ...] = option(
        "--beside",
        kind=values.command,
        help="The figure of a second command on the same page; may repeat.",
        times="each",
        use="format",
    )
    embed: Embed = option(
        "--embed",
        kind=_kinds.choice(*EMBEDS),
        help="How a figure is embedded: ![](file), or Obsidian's ![[file]].",
        default="markdown",
        use="format",
    )
    get: str = option(
        "--get",
        kind=values.named,
        help="Which array json, csv and npy write: output, y, h_n, indices, shape …",
        default="output",
        use="format",
    )
    map: tuple[str, ...] = option(
        "--map",
        kind=values.file,
        help="The output map alone as a picture, in FILE as of -o; may repeat.",
        times="each",
    )
    range: Range = option(
        "--range",
        kind=values.levels,
        help="How values of --map become grey levels.",
        default="auto",
        use="format",
    )
    steps: str | None = option(
        "--steps",
        kind=values.chosen_steps,
        help="Which steps: 3, 1-4, 1,5,9, all or none (default: a table has all up to 64, "
        "else 3; a figure is of the whole; animations and HTML have all).",
        use="format",
    )
    precision: int = option(
        "--precision",
        kind=values.precision,
        help="Significant digits shown of a number that is not whole.",
        default=4,
    )
    explain: bool = option(
        "--explain",
        help="Two or three plain sentences a step.",
        use="format",
        apart_from=("quiz",),
    )
    watch: bool = option("--watch", help="Make the outputs again whenever an input file changes.")
    open: bool = option("--open", help="Open the files that were written.")
    jobs: int | None = option(
        "--jobs",
        kind=_kinds.count(1),
        help="How many processes work on several INPUTs (default: one a core).",
        use="input",
        apart_from=("scheduler",),
    )
    scheduler: str | None = option(
        "--scheduler",
        kind=values.address,
        help="Several INPUTs on the dask cluster at ADDRESS, which sees the same folders.",
        use="input",
    )
    skip_existing: bool = option(
        "--skip-existing",
        help="Leave out each INPUT whose files are there: an interrupted run goes on.",
        use="input",
        apart_from=("watch",),
    )


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """How a figure looks."""

    view: str | None = option("--view", kind=values.view, help="Which picture.", use="format")
    theme: Theme = option("--theme", kind=_kinds.choice(*THEMES), help="Colours.", default="light")
    title: str | None = option(
        "--title", kind=_kinds.text(), help="A title above the figure; empty: none.", use="format"
    )
    plain: bool = option("--plain", help="No title, formulas or notes.", use="format")
    width: int = option(
        "--width",
        kind=_page.width(),
        help="How wide a figure may be, in units.",
        default=NOTE,
        use="format",
    )
    ratio: tuple[int, int] | None = option(
        "--ratio", kind=_page.ratio(), help="Fill a page of this shape: 16:9.", use="format"
    )
    labels: tuple[tuple[str, str], ...] = option(
        "--labels", kind=_page.labels(), help="What arrays are called.", default=(), use="format"
    )
    scale: float | None = option(
        "--scale", kind=_page.scale(), help="Pixels a unit of length.", use="format"
    )
    font: str | None = option(
        "--font", kind=values.font, help="A font file for the figure's text.", use="format"
    )
    embed_font: bool = option(
        "--embed-font", help="Put the letters used into SVG and HTML.", use="format"
    )
    symbols: bool = option(
        "--symbols", help="Sizes in place of numbers, as formula sheets have them.", use="format"
    )
    fps: float | None = option("--fps", kind=values.rate, help="Frames a second.", use="format")
    sample: int | None = option(
        "--sample",
        kind=_kinds.count(),
        help="Which of a batch is shown, from 0 (--map: all).",
        implied="0",
        use="format",
    )
    filter: int | None = option(
        "--filter",
        kind=_kinds.count(),
        help="The one filter whose map is drawn, from 0 (default: all).",
        use="format",
    )


@dataclass(frozen=True, kw_only=True)
class PracticeOptions:
    """What is left for the reader to find."""

    quiz: bool = option(
        "--quiz",
        help="Figures and notes as an exercise with blanks; the key in NAME-answers.SUFFIX.",
        use="format",
    )
    blank: Blank = option(
        "--blank",
        kind=_kinds.choice(*BLANKS),
        help="What is left out of an exercise.",
        default="output",
        use="format",
        belongs_to=("quiz",),
    )
    faded: bool = option(
        "--faded",
        help="The first step is worked, and each next one leaves more out.",
        use="format",
        belongs_to=("quiz",),
    )
    seed: int | None = option(
        "--seed",
        kind=_kinds.count(0),
        help="Another exercise, with other numbers of the same kind.",
        use="format",
        belongs_to=("quiz",),
    )
    walk: bool = option(
        "--walk", help="Go through the steps in the terminal, by keys.", use="format"
    )
    ask: bool = option(
        "--ask", help="The same, and each value is asked for before it is shown.", use="format"
    )
    play: bool = option(
        "--play", help="Animate the steps in the terminal (--fps: things a second).", use="format"
    )


@dataclass(frozen=True, kw_only=True)
class GradientOptions:
    """The way back."""

    backward: bool = option("--backward", help="The gradients: the way back from the output.")
    grad: np.ndarray | None = option(
        "--grad",
        kind=_kinds.array(),
        help="The gradient that arrives at the output: its shape, or one number (default: 1).",
        belongs_to=("backward",),
        apart_from=("loss",),
    )
    of: str = option(
        "--of",
        kind=values.named,
        help="Whose gradient is the output and has the steps: input, kernel, weight, bias.",
        default="input",
        belongs_to=("backward",),
    )
    check_grad: bool = option(
        "--check-grad",
        help="Finite differences beside the gradients, and how far they are off.",
        use="format",
    )


@dataclass(frozen=True, kw_only=True)
class GeneralOptions:
    """What is said, and how."""

    lang: str | None = option(
        "--lang", kind=values.language, help="The language of labels and messages."
    )
    max_memory: int | None = option(
        "--max-memory",
        kind=_kinds.memory(),
        help="The memory that may be used: 500M, 2G (default: what is free).",
    )
    quiet: bool = option("-q", "--quiet", help="No notes on standard error.")
    color: When = option("--color", kind=_kinds.choice(*_WHENS), help="Colours.", default="auto")


LANGUAGE = next(o for o in declared(GeneralOptions) if o.name == "lang")
"""The option that may stand before the command too."""
GROUPS: Mapping[str, type] = {
    "Input options": InputOptions,
    "Output options": OutputOptions,
    "Figure options": FigureOptions,
    "Exercise options": PracticeOptions,
    "Gradient options": GradientOptions,
    "General options": GeneralOptions,
}
"""The records by their headings in the help, in its order."""


class Shared(NamedTuple):
    """Every shared option's value."""

    input: InputOptions
    output: OutputOptions
    figure: FigureOptions
    practice: PracticeOptions
    gradient: GradientOptions
    general: GeneralOptions


def all_shared() -> tuple[Option, ...]:
    """Every shared option, in the order of the help."""
    return tuple(option for record in GROUPS.values() for option in declared(record))


def shared_by(operation: Operation[Any]) -> dict[str, tuple[Option, ...]]:
    """The shared options of a command by heading: what it has itself of a name stands for both."""
    own = {option.name for option in operation.options}
    return {
        heading: tuple(option for option in declared(record) if option.name not in own)
        for heading, record in GROUPS.items()
    }


def parse(texts: Mapping[str, Text], context: Context) -> Shared:
    """Every shared option's value, checked whether it is used or not."""
    return Shared(*(_parse(record, texts, context) for record in GROUPS.values()))
