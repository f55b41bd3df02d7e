"""The kinds of option values: how each is read from text and checked in Python."""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from nnviz.errors import UsageError
from nnviz.libraries import np
from nnviz.options.option import Context, Kind
from nnviz.padding import PAD_NAMES, PadName, Pairs
from nnviz.read import Named, Stdin, read_array, read_weights
from nnviz.read.numbers import is_number
from nnviz.read.objects import as_array
from nnviz.words import Words

LARGEST = 2**31 - 1
Padding: TypeAlias = PadName | tuple[Any, ...]
"""A name, or whole numbers and pairs of them; `each_pair` makes one pair an axis of it."""
Name = TypeVar("Name", bound=str)


def count(minimum: int = 0, maximum: int = LARGEST) -> Kind[int]:
    """A whole number from `minimum` to `maximum`."""

    def accept(value: Any, flag: str) -> int:
        return _whole(value, flag, minimum, maximum)

    return Kind("N", lambda text, flag, _: accept(_integer(text, flag), flag), accept)


def index() -> Kind[int]:
    """The number of an axis; negative ones count from the last."""
    return count(-LARGEST)


def sizes(minimum: int = 1) -> Kind[tuple[int, ...]]:
    """One whole number for every axis, or one an axis: 2 or 2x1. Gives a tuple."""

    def accept(value: Any, flag: str) -> tuple[int, ...]:
        parts = [value] if isinstance(value, str) else _parts(value)
        return tuple(_whole(part, flag, minimum) for part in parts)

    def parse(text: str, flag: str, _: Context) -> tuple[int, ...]:
        return accept([_integer(part, flag, text) for part in re.split(r"[x×,]", text)], flag)

    return Kind("N|NxM", parse, accept)


def memory() -> Kind[int]:
    """A size of memory in bytes, or with K, M, G or T in powers of 1024."""

    def parse(text: str, flag: str, _: Context) -> int:
        written = re.fullmatch(
            r"([0-9]+(?:\.[0-9]+)?) *([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE
        )
        size = 0
        if written is not None:
            size = int(float(written[1]) * 1024 ** " KMGT".index(written[2].upper() or " "))
        if size < 1:
            raise UsageError(
                "{flag} {text} is not a size of memory",
                flag=flag,
                text=text,
                hint=Words("write {flag} 500M, or 2G", flag=flag),
            )
        return size

    return Kind("SIZE", parse, lambda value, flag: _whole(value, flag, 1))


def padding() -> Kind[Padding]:
    """Padding: 1, 1x2 (an axis each), 1,1,2,2 (before and after, axis by axis) or a name."""
    return Kind("P", _parse_padding, _accept_padding, choices=PAD_NAMES)


def _parse_padding(text: str, flag: str, _: Context) -> Padding:
    text = plain(text, PAD_NAMES).strip()
    if not re.fullmatch(r"[-+0-9x×,\s]*[0-9][-+0-9x×,\s]*", text):
        return _accept_padding(text, flag)
    if "," not in text:
        parts = [_integer(part, flag, text) for part in re.split("[x×]", text)]
        return _accept_padding(parts, flag)
    ends = [_integer(part, flag, text) for part in text.split(",")]
    if len(ends) % 2:
        raise UsageError(
            "{flag} {text}: {n} numbers do not make pairs",
            flag=flag,
            text=text,
            n=len(ends),
            hint="write before and after, axis by axis: top,bottom,left,right",
        )
    return _accept_padding(list(zip(ends[::2], ends[1::2], strict=True)), flag)


def _accept_padding(value: Any, flag: str) -> Padding:
    if isinstance(value, str):
        for name in PAD_NAMES:
            if value == name:
                return name
        raise UsageError(
            "{flag} {value} is not a padding",
            flag=flag,
            value=value,
            hint=Words("write a number, or one of: {names}", names=", ".join(PAD_NAMES)),
        )
    return tuple(
        tuple(_whole(end, flag, 0) for end in part)
        if isinstance(part, Sequence) and not isinstance(part, str)
        else _whole(part, flag, 0)
        for part in _parts(value)
    )


def _parts(value: Any) -> Sequence[Any]:
    """The items of a list, a tuple or a NumPy array; a number is its only one."""
    items = value.tolist() if getattr(value, "ndim", 0) else value
    return items if isinstance(items, Sequence) else [items]


def number(*, positive: bool = False) -> Kind[float]:
    """A number: 2, 0.1 or 1/3."""

    def parse(text: str, flag: str, _: Context) -> int | float:
        plain = text.strip().replace("−", "-")
        try:
            if not is_number(plain):
                raise UsageError("{flag} {text} is not a number", flag=flag, text=text)
            value = int(plain) if re.fullmatch(r"[+-]?[0-9]{1,18}", plain) else _fraction(plain)
        except (ZeroDivisionError, OverflowError):
            raise UsageError("{flag} {text} is not a number", flag=flag, text=text) from None
        return accept(value, flag)

    def accept(value: Any, flag: str) -> int | float:
        try:
            plain = None if isinstance(value, bool | str) else float(value)
        except (TypeError, ValueError):
            plain = None
        except OverflowError:
            plain = float("inf")
        if plain is None:
            raise UsageError("{flag} {value} is not a number", flag=flag, value=repr(value))
        if not abs(plain) < float("inf"):
            raise UsageError("{flag} {value} is not a finite number", flag=flag, value=value)
        if positive and not plain > 0:
            raise UsageError("{flag} {value} is not above 0", flag=flag, value=value)
        return value if isinstance(value, int) else plain

    return Kind("X", parse, accept)


def _fraction(text: str) -> float:
    from fractions import Fraction

    over, slash, under = text.partition("/")
    return float(Fraction(over) / Fraction(under)) if slash else float(text)


def choice(*names: Name, **others: Name) -> Kind[Name]:
    """One of some names; `others` are taken for one of them."""
    known: dict[str, Name] = {**{name: name for name in names}, **others}

    def accept(value: Any, flag: str) -> Name:
        if isinstance(value, str) and value in known:
            return known[value]
        raise UsageError(
            "{flag} {value} is none of: {names}", flag=flag, value=value, names=", ".join(names)
        )

    return Kind(
        "|".join(names), lambda text, flag, _: accept(plain(text, known), flag), accept, names
    )


def plain(text: str, names: Collection[str]) -> str:
    """The name that a text means, whatever its case and with _ for -; else the text itself.

    >>> plain("Sobel_X", ["sobel-x", "box"])
    'sobel-x'
    """
    meant = text.strip().lower().replace("_", "-")
    return meant if meant in names else text


def text() -> Kind[str]:
    """Any text."""

    def accept(value: Any, flag: str) -> str:
        if isinstance(value, str):
            return value
        raise UsageError("{flag} {value} is not a text", flag=flag, value=repr(value))

    return Kind.of("TEXT", accept, is_text=True)


def names() -> Kind[tuple[str, ...]]:
    """Names with commas between; in Python a list of them too."""

    def accept(value: Any, flag: str) -> tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else _parts(value)
        found = tuple(str(part).strip() for part in parts)
        if "" in found:
            raise UsageError("{flag} has an empty name", flag=flag)
        return found

    return Kind.of("A,B,…", accept)


def array() -> Kind[np.ndarray]:
    """A matrix as text, or a file of one."""
    return Kind("MATRIX|FILE", _read, as_array, is_read=True)


def array_or(*names: str) -> Kind[np.ndarray | str]:
    """A matrix as text, a file of one, or one of some names that the operation knows."""

    def parse(text: str, flag: str, context: Context) -> np.ndarray | str:
        named = plain(text, names)
        if named in names:
            return named
        longer = [name for name in names if name.startswith(f"{named.lower()}-")]
        if longer and not os.path.exists(text):
            raise UsageError(
                "{flag} {text} is none of the names that there are",
                flag=flag,
                text=text,
                hint=Words("did you mean {name}?", name=" / ".join(longer)),
            )
        return _read(text, flag, context, names)

    def accept(value: Any, flag: str) -> np.ndarray | str:
        return value if isinstance(value, str) and value in names else as_array(value, flag)

    return Kind("MATRIX|FILE", parse, accept, names, is_read=True)


def _read(text: str, flag: str, context: Context, known: tuple[str, ...] = ()) -> np.ndarray:
    return read_array(text, stdin=context.stdin, name=flag, known=known)


def weights() -> Kind[Named]:
    """Arrays by name: a file of them, or in Python a dict too."""

    def parse(text: str, flag: str, context: Context) -> Named:
        return read_weights(text, stdin=context.stdin, name=flag)

    def accept(value: Any, flag: str) -> Named:
        if isinstance(value, Mapping):
            made = Named((str(name), as_array(array, str(name))) for name, array in value.items())
            made.alphabet = getattr(value, "alphabet", "")
            return made
        if isinstance(value, str | os.PathLike):
            return parse(os.fspath(value), flag, Context(Stdin(None)))
        raise UsageError("{flag} is neither a dict of arrays by name nor a file", flag=flag)

    return Kind("FILE[:PREFIX]", parse, accept, is_read=True)


def each_axis(value: tuple[int, ...], n: int, flag: str) -> tuple[int, ...]:
    """One value an axis, from one for all or one each."""
    if len(value) == 1:
        return value * n
    if len(value) == n:
        return value
    raise UsageError(
        "{flag} has {given} values, but the window has {n} axes", flag=flag, given=len(value), n=n
    )


def each_pair(value: Padding, n: int, flag: str) -> PadName | Pairs:
    """Padding as a pair an axis, or its name."""
    if isinstance(value, str):
        return value
    pairs = tuple(part if isinstance(part, tuple) else (part, part) for part in value)
    pairs = pairs * n if len(pairs) == 1 and not isinstance(value[0], tuple) else pairs
    if len(pairs) == n and all(len(pair) == 2 for pair in pairs):
        return pairs
    raise UsageError(
        "{flag} pads {given} axes, but the window has {n}", flag=flag, given=len(pairs), n=n
    )


def _integer(text: str, flag: str, whole: str | None = None) -> int:
    """The whole number `text`, a part of the value `whole`."""
    if re.fullmatch(r"\s*[+-]?[0-9]{1,300}\s*", text):
        return int(text)
    if whole is None or not text.strip() or whole == text:
        raise UsageError("{flag} {text} is not a whole number", flag=flag, text=whole or text)
    raise UsageError(
        "{flag} {whole}: {text} is not a whole number", flag=flag, whole=whole, text=text
    )


def _whole(value: Any, flag: str, minimum: int, maximum: int = LARGEST) -> int:
    try:
        whole = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        whole = None
    if whole is None:
        raise UsageError("{flag} {value} is not a whole number", flag=flag, value=repr(value))
    if not minimum <= whole <= maximum:
        raise UsageError(
            "{flag} {value} is not a number from {low} to {high}",
            flag=flag,
            value=whole,
            low=minimum,
            high=maximum,
        )
    return whole
