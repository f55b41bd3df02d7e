"""Kinds of values that say how a figure stands on its page: its scale, width, shape, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nnviz.errors import UsageError
from nnviz.options.kinds import count, number
from nnviz.options.option import Kind
from nnviz.request import NARROWEST, WIDEST
from nnviz.words import Words

Labels = tuple[tuple[str, str], ...]


def scale(least: float = 0.01, most: float = 100) -> Kind[float]:
    """How large a figure is drawn: as a page or a screen can have some use for."""
    plain = number(positive=True)

    def bounded(value: float, flag: str) -> float:
        if not least <= value <= most:
            raise UsageError(
                "{flag} {value} is not a number from {low} to {high}",
                flag=flag,
                value=value,
                low=least,
                high=most,
            )
        return value

    return Kind(
        plain.metavar,
        lambda text, flag, context: bounded(plain.parse(text, flag, context), flag),
        lambda value, flag: bounded(plain.accept(value, flag), flag),
    )


def width() -> Kind[int]:
    """How wide a figure may be, in units: from a phone to a wall."""
    return count(NARROWEST, WIDEST)


def ratio() -> Kind[tuple[int, int]]:
    """Width to height: 16:9."""

    def accept(value: Any, flag: str) -> tuple[int, int]:
        text = value if isinstance(value, str) else ":".join(map(str, value))
        written = re.fullmatch(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,3})", text.strip())
        sides = (int(written[1]), int(written[2])) if written else (1, 0)
        if max(sides) > 10 * min(sides):
            raise UsageError(
                "{flag} {value} is not the shape of a page",
                flag=flag,
                value=text,
                hint=Words("write {flag} 16:9", flag=flag),
            )
        return sides

    return Kind.of("W:H", accept)


def labels() -> Kind[Labels]:
    """What arrays are called: output=feature map,kernel=filter."""

    def accept(value: Any, flag: str) -> Labels:
        if isinstance(value, Mapping):
            return tuple((str(name), str(label)) for name, label in value.items())
        found = []
        for part in re.split(r",(?=\s*\w+\s*=)", str(value)):
            name, sign, label = part.partition("=")
            if not (name.strip() and sign and label.strip()):
                raise UsageError(
                    "{flag}: {text} is not a name and what it is called",
                    flag=flag,
                    text=part,
                    hint=Words("write {flag} output=map,kernel=filter", flag=flag),
                )
            found.append((name.strip(), label.strip()))
        return tuple(found)

    return Kind.of("NAME=TEXT,…", accept, is_text=True)
