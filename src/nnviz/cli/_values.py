"""The kinds of values that only the options of every command have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

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


def as_is(value: Any, _: str) -> Any:
    return value


def file() -> Kind[str]:
    def parse(text: str, flag: str, _: Context) -> str:
        if not text.strip():
            raise UsageError("{flag} needs the name of a file", flag=flag)
        return text

    return Kind("FILE", parse, as_is)


def font() -> Kind[str]:
    def parse(text: str, flag: str, _: Context) -> str:
        if not os.path.isfile(text):  # noqa: PTH113 - Path refuses long names before 3.12
            raise NnvizError("{flag}: there is no file {path}", flag=flag, path=text)
        if not _is_font(text):
            raise NnvizError("{flag}: {path} is no TrueType or OpenType font", flag=flag, path=text)
        return text

    return Kind("FILE", parse, as_is, is_read=True)


def _is_font(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        return file.read(4) in _FONT_MAGICS


def command() -> Kind[str]:
    """A command, written as after `nnviz`."""
    return Kind("COMMAND", lambda text, *_: text, as_is)


def named(metavar: str) -> Kind[str]:
    return Kind(metavar, lambda text, *_: text.strip(), as_is)


def view() -> Kind[str]:
    return Kind("NAME", lambda text, *_: text.strip().lower().replace("_", "-"), as_is)


def pair() -> Kind[tuple[int, int]]:
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

    return Kind("HxW", parse, as_is)


def form() -> Kind[str]:
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

    return Kind("NAME", parse, as_is)


def chosen_steps() -> Kind[str]:
    def parse(text: str, *_: object) -> str:
        spec = text.replace(" ", "")
        _steps.check(spec)
        return spec

    return Kind("SPEC", parse, as_is, choices=("all", "none"))


def precision() -> Kind[int]:
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

    return Kind("N", parse, as_is)


def rate() -> Kind[float]:
    number = _kinds.number(positive=True)

    def parse(text: str, flag: str, context: Context) -> float:
        from nnviz.formats.raster import frames as _frames  # with all that figures need

        return _frames.check_rate(float(number.parse(text, flag, context)))

    return Kind("N", parse, as_is)


def levels() -> Kind[Range]:
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

    return Kind("auto|clip|LO,HI", parse, as_is, choices=("auto", "clip"))


def language() -> Kind[str]:
    names = lang.languages()
    return Kind("|".join(names), lambda text, *_: lang.known(text), as_is, names)
