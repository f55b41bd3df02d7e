"""The options that every computing command shares, declared as an operation declares its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from nnviz import formats, lang
from nnviz import steps as _steps
from nnviz.errors import NnvizError, UsageError
from nnviz.options import kinds as _kinds
from nnviz.options.option import SWITCH, Context, Kind, Option, Text, declared, option
from nnviz.options.option import parse as _parse
from nnviz.request import THEMES, Theme
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.formats.raster.maps import Range

DType = Literal["float32", "float64"]
When = Literal["auto", "always", "never"]
_DTYPES: tuple[DType, ...] = get_args(DType)
_WHENS: tuple[When, ...] = get_args(When)
_FONT_MAGICS = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf")
_MOST_DIGITS = 17
"""No float64 needs more to be read back."""

INPUT = Option(
    "input",
    (),
    _kinds.text(),
    "A path, - for standard input, or the matrix itself.",
    default="-",
)
VERSION = Option("version", ("--version",), SWITCH, "Print the version and stop.")
"""The program's own option; what else it has is --lang and Typer's."""


# --- kinds of values that only these have --------------------------------------


def _as_is(value: Any, _: str) -> Any:
    return value


def _file() -> Kind[str]:
    def parse(text: str, flag: str, _: Context) -> str:
        if not text.strip():
            raise UsageError("{flag} needs the name of a file", flag=flag)
        return text

    return Kind("FILE", parse, _as_is)


def _font() -> Kind[str]:
    def parse(text: str, flag: str, _: Context) -> str:
        if not os.path.isfile(text):  # noqa: PTH113 - Path refuses long names before 3.12
            raise NnvizError("{flag}: there is no file {path}", flag=flag, path=text)
        if not _is_font(text):
            raise NnvizError("{flag}: {path} is no TrueType or OpenType font", flag=flag, path=text)
        return text

    return Kind("FILE", parse, _as_is, is_read=True)


def _is_font(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        return file.read(4) in _FONT_MAGICS


def _named(metavar: str) -> Kind[str]:
    return Kind(metavar, lambda text, *_: text.strip(), _as_is)


def _view() -> Kind[str]:
    return Kind("NAME", lambda text, *_: text.strip().lower().replace("_", "-"), _as_is)


def _pair() -> Kind[tuple[int, int]]:
    sizes = _kinds.sizes()

    def parse(text: str, flag: str, context: Context) -> tuple[int, int]:
        size = sizes.parse(text, flag, context)
        if len(size) != 2:
            raise UsageError(
                "{flag} {text} is not a height and a width",
                flag=flag,
                text=text,
                hint=Words("write HxW: {flag} 120x160", flag=flag),
            )
        return size[0], size[1]

    return Kind("HxW", parse, _as_is)


def _format() -> Kind[str]:
    def parse(text: str, flag: str, _: Context) -> str:
        named = _kinds.plain(text, formats.names())
        if named in formats.names() and formats.load(named).stream:
            return named
        raise UsageError(
            "{flag} {text} is none of: {names}",
            flag=flag,
            text=text,
            names=", ".join(formats.streams()),
        )

    return Kind("NAME", parse, _as_is)


def _chosen_steps() -> Kind[str]:
    def parse(text: str, *_: object) -> str:
        spec = text.replace(" ", "")
        _steps.check(spec)
        return spec

    return Kind("SPEC", parse, _as_is, choices=("all", "none"))


def _precision() -> Kind[int]:
    count = _kinds.count(1)

    def parse(text: str, flag: str, context: Context) -> int:
        digits = count.parse(text, flag, context)
        if digits > _MOST_DIGITS:
            raise UsageError(
                "{flag} {digits}: a number has at most {most} significant digits",
                flag=flag,
                digits=digits,
                most=_MOST_DIGITS,
            )
        return digits

    return Kind("N", parse, _as_is)


def _rate() -> Kind[float]:
    number = _kinds.number(positive=True)

    def parse(text: str, flag: str, context: Context) -> float:
        from nnviz.formats.raster import frames as _frames  # with all that figures need

        return _frames.check_rate(float(number.parse(text, flag, context)))

    return Kind("N", parse, _as_is)


def _range() -> Kind[Range]:
    number = _kinds.number()

    def parse(text: str, flag: str, context: Context) -> Range:
        if text == "auto":
            return "auto"
        if text == "clip":
            return "clip"
        try:
            low, high = (float(number.parse(end, flag, context)) for end in text.split(","))
        except ValueError:  # not two, or not numbers
            raise UsageError(
                "{flag} {text} is not a range",
                flag=flag,
                text=text,
                hint="write auto, clip or LO,HI",
            ) from None
        if not low < high:
            raise UsageError(
                "{flag} {text}: the first number is black and below the second",
                flag=flag,
                text=text,
            )
        return low, high

    return Kind("auto|clip|LO,HI", parse, _as_is, choices=("auto", "clip"))


def _language() -> Kind[str]:
    names = lang.languages()
    return Kind("|".join(names), lambda text, *_: lang.known(text), _as_is, names)


# --- what is declared ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InputOptions:
    """How INPUT becomes an array."""

    gray: bool = option("--gray", help="A picture in grey.", use="input")
    resize: tuple[int, int] | None = option(
        "--resize", kind=_pair(), help="Scale a picture to H rows and W columns.", use="input"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """What is written, and where."""

    output: tuple[str, ...] = option(
        "-o",
        "--output",
        kind=_file(),
        help="Write FILE, as its suffix says; may repeat.",
        times="each",
    )
    format: tuple[str, ...] = option(
        "-f",
        "--format",
        kind=_format(),
        help="What standard output gets.",
        times="each",
        implied="table",
    )
    json: int = option("--json", help="Short for -f json: the array on one line.", times="count")
    trace: int = option("--trace", help="Short for -f trace: every step as JSON.", times="count")
    get: str = option(
        "--get",
        kind=_named("NAME"),
        help="Which array json, csv and npy write: output, y, h_n, indices, shape …",
        default="output",
        use="format",
    )
    map: tuple[str, ...] = option(
        "--map",
        kind=_file(),
        help="The output map alone as a picture; may repeat.",
        times="each",
    )
    range: Range = option(
        "--range",
        kind=_range(),
        help="How values of --map become grey levels.",
        default="auto",
        use="format",
    )
    steps: str | None = option(
        "--steps",
        kind=_chosen_steps(),
        help="Which steps: 3, 1-4, 1,5,9, all or none (default: a table has all up to 64, "
        "else 3; a figure is of the whole; animations and HTML have all).",
        use="format",
    )
    precision: int = option(
        "--precision",
        kind=_precision(),
        help="Significant digits shown of a number that is not whole.",
        default=4,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOptions:
    """How a figure looks."""

    view: str | None = option("--view", kind=_view(), help="Which picture.", use="format")
    theme: Theme = option("--theme", kind=_kinds.choice(*THEMES), help="Colours.", default="light")
    title: str | None = option(
        "--title", kind=_kinds.text(), help="A title above the figure; empty: none.", use="format"
    )
    scale: float | None = option(
        "--scale", kind=_kinds.scale(), help="Pixels a unit of length.", use="format"
    )
    font: str | None = option(
        "--font", kind=_font(), help="A font file for the figure's text.", use="format"
    )
    embed_font: bool = option(
        "--embed-font", help="Put the letters used into SVG and HTML.", use="format"
    )
    fps: float | None = option("--fps", kind=_rate(), help="Frames a second.", use="format")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralOptions:
    """What is said, and how."""

    lang: str | None = option(
        "--lang", kind=_language(), help="The language of labels and messages."
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
    "General options": GeneralOptions,
}
"""The records by their headings in the help, in its order."""


class Shared(NamedTuple):
    """Every shared option's value."""

    input: InputOptions
    output: OutputOptions
    figure: FigureOptions
    general: GeneralOptions


def all_shared() -> tuple[Option, ...]:
    """Every shared option, in the order of the help."""
    return tuple(option for record in GROUPS.values() for option in declared(record))


def parse(texts: Mapping[str, Text], context: Context) -> Shared:
    """Every shared option's value, checked whether it is used or not."""
    return Shared(
        _parse(InputOptions, texts, context),
        _parse(OutputOptions, texts, context),
        _parse(FigureOptions, texts, context),
        _parse(GeneralOptions, texts, context),
    )
