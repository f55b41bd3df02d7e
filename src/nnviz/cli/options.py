"""The options that every computing command shares, declared once as operations declare theirs."""

from __future__ import annotations

import os
from typing import Any, Literal, NamedTuple

from nnviz import formats, lang
from nnviz import steps as _steps
from nnviz.errors import NnvizError, UsageError
from nnviz.options import kinds as _kinds
from nnviz.options.option import SWITCH, Context, Kind, Option
from nnviz.words import Words

INPUT = Option("input", (), _kinds.text(), "A path, - for standard input, or the matrix itself.")
THEMES = ("light", "dark", "print", "transparent")
_FONT_MAGICS = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf")
_MOST_DIGITS = 17
"""No float64 needs more to be read back."""


class Shared(NamedTuple):
    """An option of every command: its heading in the help, and how often it may be given."""

    option: Option
    group: str
    times: Literal["last", "each", "count"] = "last"
    """Given again, the last counts; each is kept; or they are counted."""


def all_shared(*, streams: tuple[str, ...] = (), views: tuple[str, ...] = ()) -> tuple[Shared, ...]:
    """Every shared option, in the order of the help.

    Help and completion also name the formats of standard output and a command's views,
    which are too many to be looked up for every run.
    """
    return (
        *_group("Input options", *_input()),
        *_outputs(streams),
        *_group("Figure options", *_figure(views)),
        *_group("General options", *_general()),
    )


def parse(texts: dict[str, Any], context: Context) -> dict[str, Any]:
    """Every shared option's value, checked whether it is used or not."""
    values: dict[str, Any] = {}
    for shared in all_shared():
        option, given = shared.option, texts.get(shared.option.name)
        if shared.times == "count":
            values[option.name] = int(given or 0)
        elif shared.times == "each":
            parse = option.kind.parse
            values[option.name] = [parse(t, option.label, context) for t in given or ()]
        elif given is None or option.kind.is_switch:
            values[option.name] = option.default if given is None else bool(given)
        else:
            values[option.name] = option.kind.parse(given, option.label, context)
    return values


def _group(heading: str, *options: Option) -> tuple[Shared, ...]:
    return tuple(Shared(option, heading) for option in options)


def _input() -> tuple[Option, ...]:
    return (
        Option("gray", ("--gray",), SWITCH, "A picture in grey.", False),
        Option("resize", ("--resize",), _pair(), "Scale a picture to H rows and W columns."),
        Option("unit", ("--unit",), SWITCH, "Pixels from 0 to 1: divided by 255 or 65535.", False),
        Option("frame", ("--frame",), _kinds.count(), "Which frame of an animation, from 0.", 0),
        Option(
            "dtype",
            ("--dtype",),
            _kinds.choice("float32", "float64"),
            "Compute in this type; whole numbers are exact unless it is given.",
        ),
    )


def _outputs(streams: tuple[str, ...]) -> tuple[Shared, ...]:
    heading = "Output options"
    return (
        Shared(
            Option(
                "output", ("-o", "--output"), _file(), "Write FILE, as its suffix says; may repeat."
            ),
            heading,
            "each",
        ),
        Shared(
            Option(
                "format",
                ("-f", "--format"),
                Kind("NAME", _parse_format, _as_is, streams),
                "What standard output gets.",
                "table",
            ),
            heading,
            "each",
        ),
        Shared(
            Option("json", ("--json",), SWITCH, "Short for -f json: the array on one line."),
            heading,
            "count",
        ),
        Shared(
            Option("trace", ("--trace",), SWITCH, "Short for -f trace: every step as JSON."),
            heading,
            "count",
        ),
        *_group(
            heading,
            Option(
                "get",
                ("--get",),
                _named("NAME"),
                "Which array json, csv and npy write: output, y, h_n, indices, shape …",
                "output",
            ),
            Option("map", ("--map",), _file(), "The output map alone as a picture."),
            Option(
                "range",
                ("--range",),
                Kind("auto|clip|LO,HI", _parse_range, _as_is, choices=("auto", "clip")),
                "How values of --map become grey levels.",
                "auto",
            ),
            Option(
                "steps",
                ("--steps",),
                Kind("SPEC", _parse_steps, _as_is, choices=("all", "none")),
                "Which steps: 3, 1-4, 1,5,9, all or none (default: a table has all up to 64, "
                "else 3; a figure is of the whole; animations and HTML have all).",
            ),
            Option(
                "precision",
                ("--precision",),
                Kind("N", _parse_precision, _as_is),
                "Significant digits shown of a number that is not whole.",
                4,
            ),
        ),
    )


def _figure(views: tuple[str, ...]) -> tuple[Option, ...]:
    return (
        Option(
            "view",
            ("--view",),
            _named("NAME")._replace(choices=views),
            "Which picture.",
        ),
        Option("theme", ("--theme",), _kinds.choice(*THEMES), "Colours.", "light"),
        Option("title", ("--title",), _kinds.text(), "A title above the figure."),
        Option("scale", ("--scale",), _kinds.number(positive=True), "Pixels a unit of length."),
        Option("font", ("--font",), _font(), "A font file for the figure's text."),
        Option("embed_font", ("--embed-font",), SWITCH, "Put the font into SVG and HTML.", False),
        Option("fps", ("--fps",), Kind("N", _parse_rate, _as_is), "Frames a second."),
        Option("sample", ("--sample",), _kinds.count(), "Which of a batch is shown, from 0.", 0),
    )


def _general() -> tuple[Option, ...]:
    languages = lang.languages()
    return (
        Option(
            "lang",
            ("--lang",),
            Kind("|".join(languages), lambda text, *_: lang.known(text), _as_is, languages),
            "The language of labels and messages.",
        ),
        Option("quiet", ("-q", "--quiet"), SWITCH, "No notes on standard error.", False),
        Option("color", ("--color",), _kinds.choice("auto", "always", "never"), "Colours.", "auto"),
    )


def _as_is(value: Any, _: str) -> Any:
    return value


def _file() -> Kind[Any]:
    def parse(text: str, flag: str, _: Context) -> str:
        if not text.strip():
            raise UsageError("{flag} needs the name of a file", flag=flag)
        return text

    return Kind("FILE", parse, _as_is)


def _font() -> Kind[Any]:
    def parse(text: str, flag: str, _: Context) -> str:
        if not os.path.isfile(text):  # noqa: PTH113 - Path refuses long names before 3.12
            raise NnvizError("{flag}: there is no file {path}", flag=flag, path=text)
        if not _is_font(text):
            raise NnvizError("{flag}: {path} is no TrueType or OpenType font", flag=flag, path=text)
        return text

    return Kind("FILE", parse, _as_is)


def _is_font(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        return file.read(4) in _FONT_MAGICS


def _named(metavar: str) -> Kind[Any]:
    return Kind(metavar, lambda text, *_: text.strip(), _as_is)


def _pair() -> Kind[Any]:
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


def _parse_format(text: str, flag: str, _: Context) -> str:
    if text in formats.names() and formats.load(text).stream:
        return text
    raise UsageError(
        "{flag} {text} is none of: {names}",
        flag=flag,
        text=text,
        names=", ".join(formats.streams()),
    )


def _parse_steps(text: str, *_: object) -> str:
    spec = text.replace(" ", "")
    _steps.check(spec)
    return spec


def _parse_precision(text: str, flag: str, context: Context) -> int:
    digits = _kinds.count(1).parse(text, flag, context)
    if digits > _MOST_DIGITS:
        raise UsageError(
            "{flag} {digits}: a number has at most {most} significant digits",
            flag=flag,
            digits=digits,
            most=_MOST_DIGITS,
        )
    return int(digits)


def _parse_rate(text: str, flag: str, context: Context) -> float:
    from nnviz.formats.raster import frames as _frames  # with all that figures need

    return _frames.check_rate(float(_kinds.number(positive=True).parse(text, flag, context)))


def _parse_range(text: str, flag: str, context: Context) -> str | tuple[float, float]:
    if text in ("auto", "clip"):
        return text
    try:
        low, high = (float(_kinds.number().parse(e, flag, context)) for e in text.split(","))
    except ValueError:  # not two, or not numbers
        raise UsageError(
            "{flag} {text} is not a range", flag=flag, text=text, hint="write auto, clip or LO,HI"
        ) from None
    if not low < high:
        raise UsageError(
            "{flag} {text}: the first number is black and below the second", flag=flag, text=text
        )
    return low, high
