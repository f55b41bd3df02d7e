"""The kinds of values that only the options of every command have."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from nnviz import formats, lang
from nnviz import steps as _steps
from nnviz.errors import NnvizError, UsageError
from nnviz.options import kinds as _kinds
from nnviz.options.option import Context, Kind
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.formats.raster.maps import Range

_FONT_MAGICS = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf")
_MOST_DIGITS = 17
"""No float64 needs more to be read back."""


T = TypeVar("T")


def _kind(
    metavar: str, choices: tuple[str, ...] = (), *, is_read: bool = False
) -> Callable[[Callable[[str, str, Context], T]], Kind[T]]:
    """What reads a text, as the kind of an option that no Python call has."""
    return lambda parse: Kind(metavar, parse, lambda value, _: value, choices, is_read)


@_kind("FILE")
def file(text: str, flag: str, _: Context) -> str:
    """A file that is written."""
    if not text.strip():
        raise UsageError("{flag} needs the name of a file", flag=flag)
    return text


@_kind("FILE", is_read=True)
def font(text: str, flag: str, _: Context) -> str:
    """A font file."""
    if not os.path.isfile(text):  # noqa: PTH113 - Path refuses long names before 3.12
        raise NnvizError("{flag}: there is no file {path}", flag=flag, path=text)
    with open(text, "rb") as opened:  # noqa: PTH123 - as above
        if opened.read(4) not in _FONT_MAGICS:
            raise NnvizError("{flag}: {path} is no TrueType or OpenType font", flag=flag, path=text)
    return text


@_kind("COMMAND")
def command(text: str, *_: object) -> str:
    """A command, written as after `nnviz`."""
    return text


@_kind("ADDRESS")
def address(text: str, *_: object) -> str:
    """Where a cluster is reached: tcp://127.0.0.1:8786."""
    return text.strip()


@_kind("NAME")
def named(text: str, *_: object) -> str:
    """A name as it stands."""
    return text.strip()


@_kind("NAME")
def view(text: str, *_: object) -> str:
    """A view by its name, whatever its case and with _ for -."""
    return text.strip().lower().replace("_", "-")


@_kind("HxW")
def pair(text: str, flag: str, context: Context) -> tuple[int, int]:
    """A height and a width."""
    size = _kinds.sizes().parse(text, flag, context)
    if len(size) != 2:
        raise UsageError(
            "{flag} {text} is not a height and a width",
            flag=flag,
            text=text,
            hint=Words("write HxW: {flag} 120x160", flag=flag),
        )
    return size[0], size[1]


@_kind("NAME")
def form(text: str, flag: str, _: Context) -> str:
    """A format that standard output can get."""
    named = _kinds.plain(text, formats.names())
    if named in formats.names() and formats.load(named).stream:
        return named
    known = ", ".join(formats.streams())
    raise UsageError("{flag} {text} is none of: {names}", flag=flag, text=text, names=known)


@_kind("SPEC", ("all", "none"))
def chosen_steps(text: str, *_: object) -> str:
    """Numbers of steps."""
    spec = text.replace(" ", "")
    _steps.check(spec)
    return spec


@_kind("N")
def precision(text: str, flag: str, context: Context) -> int:
    """How many digits."""
    digits = _kinds.count(1).parse(text, flag, context)
    if digits > _MOST_DIGITS:
        raise UsageError(
            "{flag} {digits}: a number has at most {most} significant digits",
            flag=flag,
            digits=digits,
            most=_MOST_DIGITS,
        )
    return digits


@_kind("N")
def rate(text: str, flag: str, context: Context) -> float:
    """Frames a second."""
    from nnviz.formats.raster import frames as _frames  # with all that figures need

    return _frames.check_rate(float(_kinds.number(positive=True).parse(text, flag, context)))


@_kind("auto|clip|LO,HI", ("auto", "clip"))
def levels(text: str, flag: str, context: Context) -> Range:
    """Which values are black and white."""
    if text == "auto":
        return "auto"
    if text == "clip":
        return "clip"
    number = _kinds.number()
    try:
        low, high = (float(number.parse(end, flag, context)) for end in text.split(","))
    except ValueError:  # not two, or not numbers
        raise UsageError(
            "{flag} {text} is not a range", flag=flag, text=text, hint="write auto, clip or LO,HI"
        ) from None
    if not low < high:
        raise UsageError(
            "{flag} {text}: the first number is black and below the second", flag=flag, text=text
        )
    return low, high


@_kind("|".join(lang.languages()), lang.languages())
def language(text: str, *_: object) -> str:
    """A language that there is."""
    return lang.known(text)
